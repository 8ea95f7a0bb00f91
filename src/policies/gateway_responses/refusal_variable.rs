//! The variables of a customised gateway response: of the refusal, the request and the stage.

use std::borrow::Cow;

use crate::{
    context::Context,
    error::{GatewayError, Refusal},
    notation::{CONTEXT, STAGE_VARIABLES},
    template::{ContextVariable, ValueKind, WordValue, parameter::Parameter},
};

/// A refused request.
pub(super) struct RefusalContext<'a> {
    pub(super) error: &'a GatewayError,
    pub(super) refusal: &'a Refusal,
    pub(super) context: &'a Context<'a>,
}

/// One variable, without its `$`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RefusalVariable {
    /// `context.error.message`: the table's words for the client.
    Message,
    /// `context.error.messageString`: the same in JSON's quotes.
    MessageString,
    /// `context.error.responseType`
    ResponseType,
    /// `context.error.validationErrorString`: what is wrong with the client's body or parameters.
    ValidationError,
    /// `context.x`
    Context(ContextVariable),
    /// `stageVariables.x`
    StageVariable(String),
    /// `method.request.….x`
    Request(Parameter),
}

/// The variables that there are, for problems.
pub(super) const EXPECTED: &str = "context.error.message, messageString, responseType or validationErrorString, \
     another context.name that gateways know, stageVariables.name, or method.request.{header|path|querystring}.name";

impl RefusalVariable {
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(name) = text.strip_prefix(STAGE_VARIABLES.prefix) {
            return (!name.is_empty()).then(|| Self::StageVariable(name.to_owned()));
        }
        let Some(name) = text.strip_prefix(CONTEXT.prefix) else {
            return Parameter::parse(text).map(Self::Request);
        };
        match name {
            "error.message" => Some(Self::Message),
            "error.messageString" => Some(Self::MessageString),
            "error.responseType" => Some(Self::ResponseType),
            "error.validationErrorString" => Some(Self::ValidationError),
            name => ContextVariable::named(name).map(Self::Context),
        }
    }

    /// The value for a refused request. `MessageString` comes without its quotes: where they belong, and what must be
    /// escaped, depends on the document.
    pub(super) fn value<'a>(&self, refused: &RefusalContext<'a>) -> WordValue<'a> {
        let (text, kind) = match self {
            Self::Message => (Some(refused.refusal.message.as_ref().into()), ValueKind::Text),
            Self::MessageString => (Some(refused.refusal.message.as_ref().into()), ValueKind::Quoted),
            Self::ResponseType => (Some(refused.refusal.response_type.as_str().into()), ValueKind::Text),
            Self::ValidationError => (validation_error(refused), ValueKind::Text),
            Self::Context(variable) => return variable.value(refused.context),
            Self::StageVariable(name) => {
                let value = refused.context.stage_variables.get(name);
                (value.map(|value| value.as_str().into()), ValueKind::Json)
            }
            // A client can write it.
            Self::Request(parameter) => (parameter.value(refused.context), ValueKind::Text),
        };
        WordValue { text, kind }
    }
}

fn validation_error<'a>(refused: &RefusalContext<'a>) -> Option<Cow<'a, str>> {
    if let GatewayError::InvalidBody(detail) = refused.error {
        Some(detail.as_ref().into())
    } else if let violations @ [_, ..] = refused.error.body_violations() {
        // As API Gateway writes it: a list as Java prints it.
        let details: Vec<&str> = violations.iter().map(|violation| &*violation.detail).collect();
        Some(format!("[{}]", details.join(", ")).into())
    } else if let GatewayError::MissingParameters(_) | GatewayError::ParameterViolations(_) = refused.error {
        Some(refused.refusal.message.as_ref().into())
    } else {
        refused.error.detail().map(Cow::Owned)
    }
}
