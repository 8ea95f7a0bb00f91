//! The one who calls, as far as a request says it before any authorizer was asked: so that a caller stays with one
//! version.
//!
//! Nothing is proved here, and nothing but the choice of the version goes by it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderName, header::AUTHORIZATION};
use serde_json::Value;

use crate::{digest::Sha256, json, message::Request};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// A longer token is told by its text.
const MOST_TOKEN_BYTES: usize = 16_384;

/// Adds what tells the caller of a request from others: the signer whom AWS names, the API key, the subject of a token, the
/// `Authorization` header, or else the address.
pub fn add_caller(digest: &mut Sha256, request: &Request) {
    if let Some(iam) = &request.origin.iam {
        digest.add_framed("iam");
        digest.add_framed(&iam.user_arn);
        return;
    }
    if let Some(key) = request.headers.get(API_KEY) {
        digest.add_framed("key");
        digest.add_framed(key);
        return;
    }
    match request.headers.get(AUTHORIZATION) {
        Some(value) => match value.to_str().ok().and_then(subject) {
            // The next token of the same subject is another text.
            Some(Subject { issuer, subject }) => {
                digest.add_framed("token");
                digest.add_framed(issuer);
                digest.add_framed(subject);
            }
            None => {
                digest.add_framed("authorization");
                digest.add_framed(value);
            }
        },
        None => add_address(digest, request),
    }
}

/// Adds the client's address.
pub fn add_address(digest: &mut Sha256, request: &Request) {
    digest.add_framed("address");
    digest.add_framed(&request.origin.source_ip);
}

struct Subject {
    issuer: String,
    subject: String,
}

/// Reads `iss` and `sub` of a token that nobody has verified.
fn subject(authorization: &str) -> Option<Subject> {
    let token = authorization.rsplit(' ').next().filter(|token| token.len() <= MOST_TOKEN_BYTES)?;
    let payload = token.split('.').nth(1)?;
    let claims = json::read_unambiguous(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Subject { issuer: text("iss")?, subject: text("sub")? })
}
