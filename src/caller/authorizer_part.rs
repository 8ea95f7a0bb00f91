//! `requestContext.authorizer` of events, as the two payload formats have it.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value};

use super::{FunctionPrincipal, PRINCIPAL_ID};
use crate::message::IamIdentity;

/// Payload format 1.0, and events of REST APIs.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum AuthorizerV1<'a> {
    Token { claims: &'a BTreeMap<String, String> },
    Function(&'a FunctionPrincipal),
}

/// Payload format 2.0.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthorizerV2<'a> {
    Jwt {
        claims: &'a BTreeMap<String, String>,
        /// Null where the route asks for none.
        scopes: Option<&'a [String]>,
    },
    Lambda(&'a Map<String, Value>),
    Iam(&'a IamIdentity),
}

const INTEGRATION_LATENCY: &str = "integrationLatency";

/// As payload format 1.0 has it: the members of `context` stand beside the gateway's own two, which they do not
/// replace.
impl Serialize for FunctionPrincipal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let own = |name: &str| name == INTEGRATION_LATENCY || (name == PRINCIPAL_ID && self.id.is_some());
        let mut map = serializer.serialize_map(None)?;
        if let Some(id) = &self.id {
            map.serialize_entry(PRINCIPAL_ID, id)?;
        }
        map.serialize_entry(INTEGRATION_LATENCY, &self.latency_ms)?;
        for (name, text) in self.context.texts().iter().filter(|(name, _)| !own(name)) {
            map.serialize_entry(name, text)?;
        }
        map.end()
    }
}
