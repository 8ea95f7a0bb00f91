//! Fetches the keys of an issuer: one call or, by discovery, two.
//!
//! Each is bounded in time and bytes. A redirect is no answer, and `Content-Type` is not looked at.

use std::time::Duration;

use bytes::Bytes;
use http::{
    HeaderValue, Request, StatusCode, Uri,
    header::{ACCEPT, USER_AGENT},
};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use serde_json::Value;

use super::jwks_source::{JwksLocation, JwksSource, SchemeClients};
use crate::{
    authorizers::jwt::{KeySet, KeySetError, MOST_KEY_SET_BYTES},
    http_client::GuardedSendError,
    json,
    message::BoxError,
    wait::within,
};

/// A URL that gave no keys.
#[derive(Debug, thiserror::Error)]
#[error("no keys from {url}")]
pub(super) struct FetchError {
    /// Without its query, which may hold a secret.
    url: String,
    #[source]
    fault: FetchFault,
}

#[derive(Debug, thiserror::Error)]
enum FetchFault {
    #[error("it cannot be called")]
    NotSent(#[from] GuardedSendError),
    #[error("it may not be called")]
    NotAllowed,
    #[error("its status is {0}")]
    Status(StatusCode),
    #[error("its answer was not there within {0:?}")]
    Late(Duration),
    #[error("its answer is longer than {MOST_KEY_SET_BYTES} bytes")]
    TooLong,
    #[error("its answer broke off")]
    BrokeOff(#[source] BoxError),
    #[error("it is no discovery document")]
    NoDiscovery,
    #[error("it is the discovery document of another issuer")]
    OtherIssuer,
    #[error("its jwks_uri may not be called")]
    JwksUri,
    #[error("it is no key set that can be used")]
    KeySet(#[from] KeySetError),
}

/// Fetches the keys; each call may take `limit`.
pub(super) async fn fetch(source: &JwksSource, limit: Duration) -> Result<KeySet, FetchError> {
    let clients = source.clients();
    match &source.key().location {
        JwksLocation::Jwks(url) => fetch_keys(clients, url, limit).await,
        JwksLocation::Discovery { issuer, document } => {
            let jwks_url = discover(clients, document, issuer, limit).await.map_err(at(document))?;
            fetch_keys(clients, &jwks_url, limit).await
        }
    }
}

async fn fetch_keys(clients: &SchemeClients, url: &Uri, limit: Duration) -> Result<KeySet, FetchError> {
    let read = get(clients, url, limit).await.and_then(|json| Ok(KeySet::parse(&json)?));
    read.map_err(at(url))
}

/// The `jwks_uri` of the document, which has to be this issuer's to the letter: else one issuer could speak for another.
async fn discover(
    clients: &SchemeClients,
    document: &Uri,
    issuer: &str,
    limit: Duration,
) -> Result<Uri, FetchFault> {
    let json = get(clients, document, limit).await?;
    let members = json::read_unambiguous(&json).map_err(|_| FetchFault::NoDiscovery)?;
    if members.get("issuer").ok_or(FetchFault::NoDiscovery)? != issuer {
        return Err(FetchFault::OtherIssuer);
    }
    let jwks_uri = members.get("jwks_uri").and_then(Value::as_str).ok_or(FetchFault::NoDiscovery)?;
    clients.url(jwks_uri).ok_or(FetchFault::JwksUri)
}

/// The whole body of a 200.
async fn get(clients: &SchemeClients, url: &Uri, limit: Duration) -> Result<Bytes, FetchFault> {
    within(limit, get_unbounded(clients, url)).await.unwrap_or(Err(FetchFault::Late(limit)))
}

async fn get_unbounded(clients: &SchemeClients, url: &Uri) -> Result<Bytes, FetchFault> {
    let client = clients.of(url).ok_or(FetchFault::NotAllowed)?;
    let mut request = Request::new(Full::default());
    *request.uri_mut() = url.clone();
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    request.headers_mut().insert(USER_AGENT, HeaderValue::from_static("tollgate"));
    let response = client.send(request).await?;
    if response.status() != StatusCode::OK {
        return Err(FetchFault::Status(response.status()));
    }
    let body = Limited::new(response.into_body(), MOST_KEY_SET_BYTES).collect().await;
    match body {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(FetchFault::TooLong),
        Err(error) => Err(FetchFault::BrokeOff(error)),
    }
}

fn at(url: &Uri) -> impl FnOnce(FetchFault) -> FetchError {
    let text = url.to_string();
    let url = text.split('?').next().unwrap_or_default().to_owned();
    move |fault| FetchError { url, fault }
}
