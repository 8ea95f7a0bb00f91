//! One template, tried with a request.

use tollgate::{
    error::{GatewayError, Refusal},
    integrations::Side,
    template::{
        mapping_template::{
            MappingTemplate, Overrides, RenderError, Rendered, TemplateInputs, TracedRendering,
            UnknownMember, VariableText,
        },
        velocity::{Place, SyntaxError},
    },
};

use super::{
    tested_request::TestedRequest,
    trace::{EmptyReference, Recorder},
};

/// A template before it is read, or as a route has it.
pub struct Written {
    /// Its file, or its place in a route.
    pub name: String,
    pub text: String,
    pub side: Side,
    pub content_type: Option<String>,
}

/// A template with what came of it.
pub struct Tried {
    pub written: Written,
    pub outcome: Outcome,
    /// At the end, or where it failed.
    pub variables: Vec<VariableText>,
    pub trace: Recorder,
    /// The members that API Gateway does not have.
    unknown_members: Vec<UnknownMember>,
}

/// The result of a rendering.
pub enum Outcome {
    Rendered(Rendered),
    /// There is no template: the body goes on as it is.
    Passthrough(String),
    Failed(Failure),
}

/// The reason why there is no text.
pub struct Failure {
    /// `None`: it is no one place's.
    pub place: Option<Place>,
    pub message: String,
    /// The words on what a client would get.
    pub consequence: String,
}

/// Something that a writer may not have meant.
pub struct Note {
    pub place: Option<Place>,
    pub words: String,
}

impl Tried {
    /// Reads a template and renders it with this body, after what was overridden before.
    pub fn new(written: Written, request: &TestedRequest, body: &str, overrides: &Overrides) -> Self {
        let mut trace = Recorder::default();
        let template = match MappingTemplate::parse(&written.text) {
            Ok(template) => template,
            Err(error) => {
                let outcome = Outcome::Failed(Failure::of_syntax(error));
                return Self { written, outcome, variables: Vec::new(), trace, unknown_members: Vec::new() };
            }
        };
        let TracedRendering { rendered, variables } = request.with_context(|context| {
            template.render_traced(&TemplateInputs { context, body, overrides }, &mut trace)
        });
        let outcome = match rendered {
            Ok(rendered) => Outcome::Rendered(rendered),
            Err(error) => Outcome::Failed(Failure::of_rendering(error, written.side)),
        };
        Self { written, outcome, variables, trace, unknown_members: template.unknown_members() }
    }

    /// A body that no template maps.
    pub fn passthrough(written: Written, body: String) -> Self {
        let (outcome, variables) = (Outcome::Passthrough(body), Vec::new());
        Self { written, outcome, variables, trace: Recorder::default(), unknown_members: Vec::new() }
    }

    pub fn is_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_))
    }

    /// In the order of their kinds, then of their places.
    pub fn notes(&self) -> Vec<Note> {
        let empty = self.trace.empty.iter().map(|EmptyReference { place, source }| Note {
            place: Some(*place),
            words: match self.unknown_members.iter().find(|unknown| unknown.place == *place) {
                Some(UnknownMember { expected, .. }) => {
                    format!("{source} printed nothing, as on API Gateway: expected {expected}")
                }
                None => format!("{source} printed nothing, as on API Gateway"),
            },
        });
        let mut notes: Vec<_> = empty.collect();
        let whole = |words: String| Note { place: None, words };
        match &self.outcome {
            Outcome::Rendered(Rendered { text, overrides, cut_loops }) => {
                let words = "the loop ended after 1,000 turns, as on API Gateway";
                notes.extend(
                    cut_loops.iter().map(|place| Note { place: Some(*place), words: words.to_owned() }),
                );
                let response = &overrides.response;
                if let (Some(status), None) = (&response.status, response.status_code()) {
                    let words = format!(
                        "responseOverride.status is {status:?}, which is none: it counts for nothing"
                    );
                    notes.push(whole(words));
                }
                if text.is_empty() && self.written.side == Side::Request {
                    notes.push(whole("the template renders to nothing: no body is sent".to_owned()));
                }
            }
            Outcome::Passthrough(_) => {
                notes.push(whole("there is no template: the body goes on as it is".to_owned()));
            }
            Outcome::Failed(_) => {}
        }
        notes
    }
}

impl Failure {
    fn of_syntax(SyntaxError { place, got, expected }: SyntaxError) -> Self {
        let refusal = answer(&GatewayError::MappingFailed("a template that cannot be read".into()));
        Self {
            place: Some(place),
            message: format!("got {got}, expected {expected}"),
            consequence: format!("no deployment takes it; on API Gateway a client gets {refusal}"),
        }
    }

    fn of_rendering(error: RenderError, side: Side) -> Self {
        let place = match &error {
            RenderError::Language(error) => Some(error.place()),
            RenderError::BodyNotJson { place, .. } => Some(*place),
            RenderError::OverriddenTwice { .. } | RenderError::OverridesTooLong { .. } => None,
        };
        let words = error.to_string();
        let prefix = place.map(|place| format!("{place}: ")).unwrap_or_default();
        let message = words.strip_prefix(&prefix).unwrap_or(&words).to_owned();
        let consequence = format!("a client gets {}", answer(&side.refused(error)));
        Self { place, message, consequence }
    }
}

/// `500 {"message": "Internal server error"}`
fn answer(error: &GatewayError) -> String {
    let refusal: Refusal = error.refusal();
    format!("{} {}", refusal.status.as_u16(), refusal.body())
}
