//! The local world's issuer of tokens (OpenID Connect Discovery 1.0, RFC 6749 §5): whoever asks gets one, for whomever
//! they like. Its key is made when it starts, and ends with it.

use std::{io, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{server::Server, token_key::TokenKey};
use crate::{clock::Clock, path::query_pairs};

/// `aud` of its tokens.
pub const AUDIENCE: &str = "orders";
/// `sub` of a token that is for nobody else.
const SUBJECT: &str = "ada";
/// The time that a token is good for, unless it is asked for another.
pub const TTL: Duration = Duration::from_secs(12 * 3_600);
/// About a year.
const LONGEST_TTL_SECONDS: u64 = 366 * 86_400;

const JWKS_PATH: &str = "/jwks.json";
const TOKEN_PATH: &str = "/token";

/// A running issuer.
pub struct Issuer {
    signer: Arc<Signer>,
    server: Server,
}

struct Signer {
    /// `iss` of its tokens.
    url: String,
    key: TokenKey,
}

/// The claims of a token that somebody asks for.
struct TokenRequest {
    subject: String,
    scope: Option<String>,
    ttl_seconds: u64,
}

impl Issuer {
    /// Makes a key, and serves its public half at the listener's address.
    ///
    /// # Errors
    ///
    /// The listener has no address any more, or the machine gives no random bytes.
    pub fn start(listener: TcpListener) -> io::Result<Self> {
        let signer = Arc::new(Signer::new(format!("http://{}", listener.local_addr()?))?);
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route(JWKS_PATH, get(jwks))
            .route(TOKEN_PATH, post(token))
            .with_state(Arc::clone(&signer));
        Ok(Self { signer, server: Server::start(listener, router)? })
    }

    /// `iss` of its tokens: `http://127.0.0.1:9003`.
    pub fn url(&self) -> &str {
        &self.signer.url
    }

    /// The URL that gives out tokens.
    pub fn token_url(&self) -> String {
        format!("{}{TOKEN_PATH}", self.signer.url)
    }

    /// A token of `ada` that is good for [`TTL`].
    pub fn token(&self) -> String {
        self.signer.token(&TokenRequest::default())
    }

    pub fn into_server(self) -> Server {
        self.server
    }
}

impl Signer {
    fn new(url: String) -> io::Result<Self> {
        Ok(Self { url, key: TokenKey::generate()? })
    }

    fn token(&self, asked: &TokenRequest) -> String {
        let now = Clock::System.now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs();
        let TokenRequest { subject, scope, ttl_seconds } = asked;
        let mut claims =
            json!({ "iss": self.url, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + ttl_seconds });
        if let Some(scope) = scope {
            claims["scope"] = scope.as_str().into();
        }
        self.key.token(&claims)
    }
}

impl Default for TokenRequest {
    fn default() -> Self {
        Self { subject: SUBJECT.to_owned(), scope: None, ttl_seconds: TTL.as_secs() }
    }
}

impl TokenRequest {
    /// Reads `sub=ada&scope=orders:read&ttl=3600`; each may be left out.
    ///
    /// # Errors
    ///
    /// What is wrong, with what was expected.
    fn parse(form: &str) -> Result<Self, String> {
        let mut asked = Self::default();
        for (name, value) in query_pairs(form) {
            match &*name {
                "sub" => asked.subject = value.into_owned(),
                "scope" => asked.scope = Some(value.into_owned()),
                "ttl" => {
                    let seconds =
                        value.parse().ok().filter(|seconds| (1..=LONGEST_TTL_SECONDS).contains(seconds));
                    asked.ttl_seconds = seconds.ok_or_else(|| {
                        format!("ttl: got {value:?}, expected 1 to {LONGEST_TTL_SECONDS} seconds")
                    })?;
                }
                // Of a client that speaks OAuth.
                "grant_type" | "client_id" | "client_secret" | "audience" => {}
                _ => return Err(format!("got {name:?}, expected sub, scope or ttl")),
            }
        }
        Ok(asked)
    }
}

async fn discovery(State(signer): State<Arc<Signer>>) -> Json<Value> {
    let url = &signer.url;
    Json(json!({
        "issuer": url,
        "jwks_uri": format!("{url}{JWKS_PATH}"),
        "token_endpoint": format!("{url}{TOKEN_PATH}"),
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    }))
}

async fn jwks(State(signer): State<Arc<Signer>>) -> Json<Value> {
    Json(signer.key.jwks())
}

async fn token(State(signer): State<Arc<Signer>>, form: String) -> Response {
    match TokenRequest::parse(&form) {
        Ok(asked) => {
            let token = signer.token(&asked);
            let body =
                json!({ "access_token": token, "token_type": "Bearer", "expires_in": asked.ttl_seconds });
            ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
        }
        Err(words) => {
            let body = json!({ "error": "invalid_request", "error_description": words });
            (StatusCode::BAD_REQUEST, Json(body)).into_response()
        }
    }
}
