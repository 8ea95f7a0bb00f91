//! What a customised gateway response may speak of: the refusal, the request, the stage.

use std::borrow::Cow;

use crate::{
    context::{Context, VARIABLES},
    error::{GatewayError, Refusal},
    template::ValueKind,
    template::parameter::Parameter,
};

/// A refused request.
pub(super) struct Refused<'a> {
    pub(super) error: &'a GatewayError,
    pub(super) refusal: &'a Refusal,
    pub(super) context: &'a Context<'a>,
}

/// One word, without its `$`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// `context.error.message`: the table's words for the client.
    Message,
    /// `context.error.messageString`: the same in JSON's quotes.
    MessageString,
    /// `context.error.responseType`
    ResponseType,
    /// `context.error.validationErrorString`: what is wrong with the client's body or parameters.
    ValidationError,
    /// `context.x`: one of [`VARIABLES`].
    Context(String),
    /// `stageVariables.x`
    StageVariable(String),
    /// `method.request.….x`
    Request(Parameter),
}

/// What a problem expects of a word.
pub(super) const EXPECTED: &str = "context.error.message, messageString, responseType or validationErrorString, \
     another context.name that gateways know, stageVariables.name, or method.request.{header|path|querystring}.name";

impl Word {
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(name) = text.strip_prefix("stageVariables.") {
            return (!name.is_empty()).then(|| Self::StageVariable(name.to_owned()));
        }
        let Some(name) = text.strip_prefix("context.") else {
            return Parameter::parse(text).map(Self::Request);
        };
        match name {
            "error.message" => Some(Self::Message),
            "error.messageString" => Some(Self::MessageString),
            "error.responseType" => Some(Self::ResponseType),
            "error.validationErrorString" => Some(Self::ValidationError),
            name => VARIABLES.contains(&name).then(|| Self::Context(name.to_owned())),
        }
    }

    /// `None` where the request or the stage has nothing of this name. `MessageString` comes without its
    /// quotes: where they belong, and what must be escaped, depends on the document.
    pub(super) fn value<'a>(&self, refused: &Refused<'a>) -> Option<Cow<'a, str>> {
        match self {
            Self::Message | Self::MessageString => Some(refused.refusal.message.as_ref().into()),
            Self::ResponseType => Some(refused.refusal.response_type.into()),
            Self::ValidationError => validation_error(refused),
            Self::Context(name) => refused.context.variable(name),
            Self::StageVariable(name) => {
                refused.context.stage_variables.get(name).map(|value| value.as_str().into())
            }
            Self::Request(parameter) => parameter.value(refused.context),
        }
    }

    /// Whether it stands in quotes of its own.
    pub(super) fn is_quoted(&self) -> bool {
        *self == Self::MessageString
    }

    /// Of what a client can write it is always text.
    pub(super) fn kind(&self) -> ValueKind {
        match self {
            Self::MessageString => ValueKind::Quoted,
            Self::StageVariable(_) => ValueKind::Json,
            Self::Context(name) if name == "requestTimeEpoch" => ValueKind::Json,
            Self::Message
            | Self::ResponseType
            | Self::ValidationError
            | Self::Context(_)
            | Self::Request(_) => ValueKind::Text,
        }
    }
}

fn validation_error<'a>(refused: &Refused<'a>) -> Option<Cow<'a, str>> {
    if let GatewayError::InvalidBody(detail) = refused.error {
        Some(detail.as_ref().into())
    } else if let GatewayError::MissingParameters(_) = refused.error {
        Some(refused.refusal.message.as_ref().into())
    } else {
        refused.error.detail().map(Cow::Owned)
    }
}
