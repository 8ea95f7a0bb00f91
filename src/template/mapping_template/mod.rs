//! Mapping templates: the mapping language with what API Gateway puts into it. `$input`, `$util`, `$context`,
//! `$stageVariables` and `$esc`.
//!
//! A template reads the client's request and one body, and gives a text and overrides. It reaches nothing else.

mod check;
mod context_values;
mod escape_tool;
mod input_tool;
mod inputs;
mod java_script;
mod member_names;
mod named_values;
mod override_budget;
mod overrides;
mod render_error;
#[cfg(test)]
mod tests;
mod util_tool;
mod work;

use std::{collections::BTreeSet, rc::Rc};

use self::{
    context_values::ContextValues, escape_tool::EscapeTool, input_tool::InputTool,
    override_budget::OverrideBudget, overrides::OverrideError, util_tool::UtilTool, work::Work,
};
pub use self::{
    inputs::TemplateInputs,
    member_names::UnknownMember,
    overrides::{OverrideValue, Overrides, RequestOverride, ResponseOverride},
    render_error::RenderError,
};
use super::velocity::{self, Bounds, HostObject, Place, SyntaxError, Template, Tracer, Value, Variables};

const CONTEXT: &str = "context";
const ESCAPE: &str = "esc";
const INPUT: &str = "input";
const STAGE_VARIABLES: &str = "stageVariables";
const UTIL: &str = "util";

/// The method of `$input` that needs more than the body.
const PARAMS: &str = "params";

/// What API Gateway puts into a template.
const TOOLS: [&str; 5] = [CONTEXT, ESCAPE, INPUT, STAGE_VARIABLES, UTIL];

/// A compiled mapping template.
#[derive(Debug)]
pub struct MappingTemplate {
    template: Template,
    /// Those of [`TOOLS`] that it names; the others are not made.
    tools: BTreeSet<&'static str>,
    parameters: Parameters,
    context_members: Vec<Box<str>>,
}

/// The parameters of the request, in a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parameters {
    AskedFor,
    NotAskedFor,
}

/// What a template gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    pub text: String,
    /// Those of the inputs, with what the template has set.
    pub overrides: Overrides,
    /// Where loops ended at 1,000 turns, as API Gateway ends them.
    pub cut_loops: Vec<Place>,
}

/// What a template gave to one who watches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedRendering {
    pub rendered: Result<Rendered, RenderError>,
    /// The variables that the template has set, by name.
    pub variables: Vec<VariableText>,
}

/// A variable at the end of a rendering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableText {
    pub name: String,
    /// As it prints.
    pub value: String,
}

impl MappingTemplate {
    /// Compiles a template.
    ///
    /// # Errors
    ///
    /// The first place where it cannot be read, or asks for what API Gateway does not have.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let template = Template::parse(text)?;
        let calls = template.tool_calls();
        calls.iter().try_for_each(check::check)?;
        let is_named = |tool: &&str| calls.iter().any(|call| call.tool == *tool);
        let tools = TOOLS.into_iter().filter(is_named).collect();
        // Without a member, `$input` itself is put somewhere.
        let asks = calls.iter().any(|call| call.tool == INPUT && ["", PARAMS].contains(&call.member));
        let parameters = if asks { Parameters::AskedFor } else { Parameters::NotAskedFor };
        let of_context = calls.iter().filter(|call| call.tool == CONTEXT);
        let context_members = of_context.map(|call| call.member.into()).collect();
        Ok(Self { template, tools, parameters, context_members })
    }

    /// The members of its tools that API Gateway does not have, and prints nothing for: misspelt, most likely.
    pub fn unknown_members(&self) -> Vec<UnknownMember> {
        let own = self.template.assigned_variables();
        let calls = self.template.tool_calls();
        calls.iter().filter(|call| !own.contains(call.tool)).filter_map(member_names::unknown).collect()
    }

    /// The template as it was written.
    pub fn source(&self) -> &str {
        self.template.source()
    }

    /// The members of `$context` that it names; an empty one is all of them.
    pub fn context_members(&self) -> impl Iterator<Item = &str> {
        self.context_members.iter().map(|member| &**member)
    }

    /// Renders the template.
    ///
    /// # Errors
    ///
    /// It passed a bound, a method failed, the body is no JSON, an override was set twice, or all of them are too long.
    pub fn render(&self, inputs: &TemplateInputs<'_>) -> Result<Rendered, RenderError> {
        Rendering::new(self, inputs).run(|variables, bounds| self.template.render(variables, bounds))
    }

    /// The same, and tells every step, and the variables at the end of it.
    pub fn render_traced(&self, inputs: &TemplateInputs<'_>, tracer: &mut dyn Tracer) -> TracedRendering {
        let mut rendering = Rendering::new(self, inputs);
        let rendered =
            rendering.run(|variables, bounds| self.template.render_traced(variables, bounds, tracer));
        let variables = rendering.variables.sorted().into_iter().filter(|(name, _)| !TOOLS.contains(name));
        let variables = variables.map(|(name, value)| VariableText {
            name: name.to_owned(),
            value: value.printed().unwrap_or_default(),
        });
        TracedRendering { variables: variables.collect(), rendered }
    }
}

/// One rendering and its tools.
struct Rendering<'a> {
    inputs: &'a TemplateInputs<'a>,
    variables: Variables,
    context: Option<ContextValues>,
    input: Option<Rc<InputTool>>,
}

impl<'a> Rendering<'a> {
    fn new(template: &MappingTemplate, inputs: &'a TemplateInputs<'a>) -> Self {
        let has = |tool| template.tools.contains(tool);
        let work = Rc::new(Work::default());
        let context = has(CONTEXT).then(|| ContextValues::new(inputs));
        let input = has(INPUT).then(|| InputTool::new(inputs, template.parameters, Rc::clone(&work)));
        let mut variables = Variables::new();
        let mut put = |name: &str, tool: Option<Rc<dyn HostObject>>| {
            if let Some(tool) = tool {
                variables.set(name, Value::Host(tool));
            }
        };
        put(CONTEXT, context.as_ref().map(|context| Rc::<_>::clone(&context.all) as Rc<dyn HostObject>));
        put(INPUT, input.as_ref().map(|input| Rc::<_>::clone(input) as Rc<dyn HostObject>));
        put(UTIL, has(UTIL).then(|| Rc::new(UtilTool { work: Rc::clone(&work) }) as Rc<dyn HostObject>));
        put(ESCAPE, has(ESCAPE).then(|| Rc::new(EscapeTool { work }) as Rc<dyn HostObject>));
        if has(STAGE_VARIABLES) {
            let all = inputs.context.stage_variables.iter();
            let all = all.map(|(name, text)| (name.as_str(), Value::text(text)));
            variables.set(STAGE_VARIABLES, Value::map(all.collect()));
        }
        Self { inputs, variables, context, input }
    }

    fn run(
        &mut self,
        render: impl FnOnce(&mut Variables, &Bounds) -> Result<String, velocity::RenderError>,
    ) -> Result<Rendered, RenderError> {
        let text = render(&mut self.variables, &Bounds::default()).map_err(|error| {
            match self.input.as_ref().and_then(|input| input.body_error()) {
                Some(body_error) => RenderError::BodyNotJson { error: body_error, place: error.place() },
                None => RenderError::Language(error),
            }
        })?;
        let overrides = match &self.context {
            Some(context) => context.overrides.read(),
            None => Ok(self.inputs.overrides.clone()),
        };
        let overrides = overrides.map_err(|error| match error {
            OverrideError::SetTwice(parameter) => RenderError::OverriddenTwice { parameter },
            OverrideError::TooLong => RenderError::OverridesTooLong { most: OverrideBudget::MOST_BYTES },
        })?;
        Ok(Rendered { text, overrides, cut_loops: self.variables.cut_loops().to_vec() })
    }
}

/// A template can put a tool into itself; what it put there goes.
impl Drop for Rendering<'_> {
    fn drop(&mut self) {
        if let Some(context) = &self.context {
            context.clear();
        }
        if let Some(input) = &self.input {
            input.clear();
        }
    }
}
