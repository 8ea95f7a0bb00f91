//! `identitySource` of an authorizer's function: what a request has to have before the function is asked, and what tells
//! callers apart.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    authorizers::{explained::CheckedRule, identity_source::IdentitySource},
    caller::TokenPlace,
    context::Context,
    digest::Sha256,
    template::ContextVariable,
};

/// The sources, in their order. None: every request is asked about, and nothing is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentitySources(Vec<FunctionIdentitySource>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct FunctionIdentitySource {
    /// As it was written.
    name: String,
    place: SourcePlace,
}

/// The place of one value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum SourcePlace {
    Sent(IdentitySource),
    StageVariable(String),
    Context(ContextVariable),
}

/// The values of a request's sources. It has no `Debug`, so that no log can hold them.
pub struct Identity<'a>(Vec<SourceValue<'a>>);

struct SourceValue<'a> {
    text: Cow<'a, str>,
    /// Each line or parameter by itself, to the byte.
    lines: Vec<Cow<'a, [u8]>>,
}

/// A source of which a request has nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the identity source {name} is missing or empty")]
pub struct MissingIdentitySource {
    name: String,
}

impl IdentitySources {
    /// The words of a problem with what is none.
    pub const EXPECTED: &str = "a list of $request.header.NAME, $request.querystring.NAME, $stageVariables.NAME or $context.NAME; \
     or the same with method.request. and commas";

    /// Reads a list, as HTTP APIs write it, or a text with commas, as REST APIs do. Each may be in either notation.
    pub fn parse(value: &Value) -> Option<Self> {
        let sources = match value {
            Value::String(text) => text.split(',').map(FunctionIdentitySource::parse).collect(),
            Value::Array(list) => {
                list.iter().map(|source| FunctionIdentitySource::parse(source.as_str()?)).collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
        };
        sources.map(Self)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True of one header and nothing else, which `TOKEN` asks for.
    pub fn is_one_header(&self) -> bool {
        match &self.0[..] {
            [FunctionIdentitySource { place: SourcePlace::Sent(source), .. }] => source.is_header(),
            _ => false,
        }
    }

    /// The places where clients send what tells who they are.
    pub fn token_places(&self) -> impl Iterator<Item = TokenPlace> {
        self.0.iter().filter_map(|source| match &source.place {
            SourcePlace::Sent(source) => Some(source.token_place()),
            SourcePlace::StageVariable(_) | SourcePlace::Context(_) => None,
        })
    }

    /// Says of each whether a request has it, without its value.
    pub fn explain(&self, context: &Context<'_>) -> impl Iterator<Item = CheckedRule> {
        self.0.iter().map(|source| {
            let value = source.value(context);
            let got = value.as_ref().ok().map(|_| "one".to_owned());
            CheckedRule::new(&source.name, got, "a value", value.map(drop))
        })
    }

    /// The values of a request.
    ///
    /// # Errors
    ///
    /// The first source of which it has nothing.
    pub fn identity<'a>(&self, context: &Context<'a>) -> Result<Identity<'a>, MissingIdentitySource> {
        self.0.iter().map(|source| source.value(context)).collect::<Result<_, _>>().map(Identity)
    }
}

impl FunctionIdentitySource {
    fn value<'a>(&self, context: &Context<'a>) -> Result<SourceValue<'a>, MissingIdentitySource> {
        let value = self.place.value(context).filter(|value| !value.text.is_empty());
        value.ok_or_else(|| MissingIdentitySource { name: self.name.clone() })
    }
}

impl<'a> Identity<'a> {
    /// The values as the function gets them, in the order of the sources: of a repeated parameter the last.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|value| &*value.text)
    }

    /// The digest of all of it, by which callers are told apart who have no name.
    pub fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::default();
        self.add_to(&mut digest);
        digest.finish()
    }

    /// Adds all that the request has for each of the sources: also what a function may look at besides its text.
    pub(super) fn add_to(&self, digest: &mut Sha256) {
        for SourceValue { lines, .. } in &self.0 {
            digest.add((lines.len() as u64).to_le_bytes());
            lines.iter().for_each(|line| digest.add_framed(line));
        }
    }
}

impl FunctionIdentitySource {
    fn parse(text: &str) -> Option<Self> {
        let name = text.trim();
        let rooted = name.strip_prefix('$').unwrap_or(name);
        let place = if let Some(variable) = rooted.strip_prefix("stageVariables.") {
            (!variable.is_empty()).then(|| SourcePlace::StageVariable(variable.to_owned()))
        } else if let Some(variable) = rooted.strip_prefix("context.") {
            is_known_before(variable)
                .then(|| ContextVariable::named(variable))
                .flatten()
                .map(SourcePlace::Context)
        } else {
            IdentitySource::parse(name).map(SourcePlace::Sent)
        };
        Some(Self { name: name.to_owned(), place: place? })
    }
}

/// False of what an authorizer or a key finds out.
fn is_known_before(variable: &str) -> bool {
    !variable.starts_with("authorizer.") && !variable.starts_with("identity.apiKey")
}

impl SourcePlace {
    fn value<'a>(&self, context: &Context<'a>) -> Option<SourceValue<'a>> {
        match self {
            Self::Sent(source) => {
                Some(SourceValue { text: source.text(context)?, lines: source.lines(context) })
            }
            Self::StageVariable(name) => {
                context.stage_variables.get(name).map(|text| SourceValue::of(text.into()))
            }
            Self::Context(variable) => Some(SourceValue::of(variable.text(context))),
        }
    }
}

impl<'a> SourceValue<'a> {
    fn of(text: Cow<'a, str>) -> Self {
        let bytes = match text.clone() {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        Self { text, lines: vec![bytes] }
    }
}
