//! An authorizer by its name, in the words of `authorizers` of `$api`.

use serde_json::{Map, Value};

use crate::api_file::Span;

/// Who may call by an authorizer's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizerDefinition {
    pub fields: Map<String, Value>,
    pub origin: Span,
}

/// What a route asks of its callers, besides an API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authorizing {
    Nothing,
    /// An authorizer by its name, and scopes of a token.
    Authorizer {
        name: String,
        scopes: Vec<String>,
    },
    /// A signature (SigV4) of anybody whom AWS lets in.
    Signature,
}
