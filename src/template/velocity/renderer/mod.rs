//! Renders a template: walks its tree, statement for statement.

mod assignment;
mod condition;
mod defined_block;
mod expression;
mod foreach;
mod macro_call;
mod reference;
mod scope;

use super::{
    Bounds, RenderError, Template, TraceStep, Tracer, Value, Variables,
    bounds::Meter,
    methods::Patterns,
    print,
    render_error::Fault,
    tree::{Block, If, Print, Span, Statement},
};
use defined_block::DefinedBlock;
use foreach::LoopState;
use scope::Scope;
use std::rc::Rc;

/// One rendering of a template.
pub(super) struct Renderer<'r> {
    template: &'r Template,
    variables: &'r mut Variables,
    meter: Meter<'r>,
    patterns: Patterns,
    tracer: Option<&'r mut dyn Tracer>,
    out: String,
    /// Outputs that are kept as texts of values, inside one another.
    captures: usize,
    macro_calls: usize,
    /// `#stop` was met inside a value's text.
    is_stopped: bool,
    /// Where the part begins that is evaluated: the place of an error.
    at: usize,
}

/// How a statement ended.
enum Flow {
    Next,
    /// The innermost loop ends, or the one that is named; outside of loops, the macro, the definition or the template.
    Break(Option<Rc<LoopState>>),
    Stop,
}

impl<'r> Renderer<'r> {
    pub(super) fn new(
        template: &'r Template,
        variables: &'r mut Variables,
        bounds: &'r Bounds,
        tracer: Option<&'r mut dyn Tracer>,
    ) -> Self {
        Self {
            template,
            variables,
            meter: Meter::new(bounds),
            patterns: Patterns::default(),
            tracer,
            out: String::new(),
            captures: 0,
            macro_calls: 0,
            is_stopped: false,
            at: 0,
        }
    }

    /// Renders the whole template.
    ///
    /// # Errors
    ///
    /// It passed a bound, or a method failed.
    pub(super) fn render(mut self) -> Result<String, RenderError> {
        let template = self.template;
        match self.block(template.block(), &Scope::Template) {
            Ok(_) => Ok(self.out),
            Err(fault) => Err(fault.at(template.place(self.at))),
        }
    }

    fn block(&mut self, block: &Block, scope: &Scope<'_>) -> Result<Flow, Fault> {
        self.meter.enter()?;
        for statement in &block.0 {
            match self.statement(statement, scope)? {
                Flow::Next if self.is_stopped => {
                    self.meter.leave();
                    return Ok(Flow::Stop);
                }
                Flow::Next => {}
                flow @ (Flow::Break(_) | Flow::Stop) => {
                    self.meter.leave();
                    return Ok(flow);
                }
            }
        }
        self.meter.leave();
        Ok(Flow::Next)
    }

    fn statement(&mut self, statement: &Statement, scope: &Scope<'_>) -> Result<Flow, Fault> {
        self.meter.steps(1)?;
        match statement {
            Statement::Text(text) => self.push(text)?,
            Statement::Print(print) => return self.print(print, scope),
            Statement::Set(set) => self.set(set, scope)?,
            Statement::If(branches) => return self.choose(branches, scope),
            Statement::Foreach(foreach) => return self.foreach(foreach, scope),
            Statement::Define(define) => {
                let block = DefinedBlock { body: define.body.clone() };
                self.assign(&define.variable, Value::Host(Rc::new(block)), scope);
            }
            Statement::Call(call) => return self.call_macro(call, scope),
            Statement::Break(target) => return self.break_loop(target, scope),
            Statement::Stop => return Ok(Flow::Stop),
        }
        Ok(Flow::Next)
    }

    fn choose(&mut self, If { branches, otherwise }: &If, scope: &Scope<'_>) -> Result<Flow, Fault> {
        for branch in branches {
            self.at = branch.span.start;
            let is_chosen = self.condition(&branch.condition, scope)?;
            self.trace(branch.span, |_| if is_chosen { "true".to_owned() } else { "false".to_owned() });
            if is_chosen {
                return self.block(&branch.block, scope);
            }
        }
        match otherwise {
            Some(block) => self.block(block, scope),
            None => Ok(Flow::Next),
        }
    }

    /// Prints a reference. With a backslash before it, it is printed as written.
    fn print(&mut self, print: &Print, scope: &Scope<'_>) -> Result<Flow, Fault> {
        let Print { reference, backslashes, literal } = print;
        let value = self.reference(reference, scope)?;
        let is_null = matches!(value, Value::Null);
        let half = backslashes / 2;
        if backslashes % 2 == 1 {
            self.push(&"\\".repeat(half + usize::from(is_null)))?;
            self.push(literal)?;
            return Ok(Flow::Next);
        }
        if half > 0 {
            self.push(&"\\".repeat(if is_null { 2 * half } else { half }))?;
        }
        let start = self.out.len();
        let flow = self.print_value(&value, scope)?;
        self.trace(reference.span, |renderer| renderer.out[start..].to_owned());
        Ok(flow)
    }

    /// Adds a value's text to the output.
    fn print_value(&mut self, value: &Value, scope: &Scope<'_>) -> Result<Flow, Fault> {
        match value {
            Value::Text(text) => self.push(text)?,
            Value::Host(host) if let Some(block) = DefinedBlock::of(host) => {
                return Ok(match self.block(&block.body, scope)? {
                    Flow::Next | Flow::Break(_) => Flow::Next,
                    Flow::Stop => Flow::Stop,
                });
            }
            value => {
                let start = self.out.len();
                print::print(value, &mut self.out, &mut self.meter)?;
                if self.captures > 0 {
                    self.meter.make(self.out.len() - start)?;
                }
            }
        }
        Ok(Flow::Next)
    }

    /// A value's text, as it would be printed.
    fn text_of(&mut self, value: &Value, scope: &Scope<'_>) -> Result<Rc<str>, Fault> {
        if let Value::Text(text) = value {
            return Ok(Rc::clone(text));
        }
        self.capture(|renderer| renderer.print_value(value, scope))
    }

    /// The output of what `print` prints, which is not part of the template's.
    fn capture(&mut self, print: impl FnOnce(&mut Self) -> Result<Flow, Fault>) -> Result<Rc<str>, Fault> {
        let before = std::mem::take(&mut self.out);
        self.captures += 1;
        if matches!(print(self)?, Flow::Stop) {
            self.is_stopped = true;
        }
        self.captures -= 1;
        Ok(std::mem::replace(&mut self.out, before).into())
    }

    fn push(&mut self, text: &str) -> Result<(), Fault> {
        self.meter.output(self.out.len() + text.len())?;
        if self.captures > 0 {
            self.meter.make(text.len())?;
        }
        self.out.push_str(text);
        Ok(())
    }

    /// Tells the tracer what a part of the template gave.
    fn trace(&mut self, span: Span, result: impl FnOnce(&Self) -> String) {
        if self.tracer.is_none() || self.captures > 0 {
            return;
        }
        let result = result(self);
        let source = self.template.source().get(span.start..span.end).unwrap_or_default();
        let place = self.template.place(span.start);
        if let Some(tracer) = &mut self.tracer {
            tracer.evaluated(TraceStep { place, source, result: &result });
        }
    }
}
