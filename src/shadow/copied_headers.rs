//! The headers and the query of a copy: without `passCredentials` nothing by which a caller is known.
//!
//! Headers are copied by a list of those that are no secrets: a custom header may hold any token.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::Credentials;
use crate::{
    caller::TokenPlace,
    context::Context,
    integrations::http::{add_origin, to_target},
    path::query_pairs_whole,
    secret_names::is_secret,
};

/// A copy has it. A request that has it is one, and is not copied: two gateways that shadow each other would never end.
const IS_A_COPY: HeaderName = HeaderName::from_static("x-tollgate-shadow");

const COPIED: [&str; 10] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "content-type",
    "origin",
    "prefer",
    "user-agent",
    "x-requested-with",
];

/// Of a presigned URL.
const OF_SIGNATURES: &str = "x-amz-";

/// True of a header that asks for a part, or for an answer only if it is another than one that this API gave.
pub fn depends_on_an_answer(name: &HeaderName) -> bool {
    name == "range" || name.as_str().starts_with("if-") || *name == IS_A_COPY
}

/// The headers of a copy.
pub fn headers(context: &Context<'_>, credentials: Credentials) -> HeaderMap {
    let request = context.request;
    let mut headers = match credentials {
        Credentials::Passed => to_target(request),
        Credentials::LeftOut => {
            let mut copied = HeaderMap::new();
            let is_copied = |name: &HeaderName| COPIED.contains(&name.as_str()) && !is_a_token(context, name);
            for (name, value) in request.headers.iter().filter(|(name, _)| is_copied(name)) {
                copied.append(name, value.clone());
            }
            add_origin(&mut copied, request);
            copied
        }
    };
    headers.insert(IS_A_COPY, HeaderValue::from_static("1"));
    headers
}

fn is_a_token(context: &Context<'_>, name: &HeaderName) -> bool {
    let places = context.caller.principal.map_or(&[][..], |principal| principal.token_places());
    places.iter().any(|place| matches!(place, TokenPlace::Header(header) if header == name))
}

/// The query of a request without the parameters by which its caller is known.
pub fn query_without_credentials(context: &Context<'_>) -> String {
    let places = context.caller.principal.map_or(&[][..], |principal| principal.token_places());
    let is_credential = |name: &str| {
        name.to_ascii_lowercase().starts_with(OF_SIGNATURES)
            || is_secret(name)
            || places
                .iter()
                .any(|place| matches!(place, TokenPlace::Querystring(parameter) if parameter == name))
    };
    let kept = query_pairs_whole(&context.request.query).filter(|(name, _)| !is_credential(name));
    kept.map(|(_, pair)| pair).collect::<Vec<_>>().join("&")
}
