//! The location of an issuer's key set (JWKS): `jwksUri` of the authorizer, or `jwks_uri` of the discovery document.

use std::{fmt, sync::Arc};

use http::Uri;

use crate::http_client::{AddressGuard, GuardedClient};

/// The place of an issuer's keys, with the clients of its API to fetch them by.
#[derive(Clone)]
pub struct JwksSource {
    key: Arc<SourceKey>,
    clients: SchemeClients,
}

/// The client for each scheme: `http://` is for listed addresses only.
#[derive(Clone, Debug)]
pub(super) struct SchemeClients {
    https: GuardedClient,
    http: GuardedClient,
}

/// The identity of a source, the same in all deployments: sources that are equal share their fetched keys. The address
/// guard is part of it, so that an API never uses keys from an address that only another API allows.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct SourceKey {
    pub location: JwksLocation,
    guard: AddressGuard,
}

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum JwksLocation {
    /// OpenID Connect Discovery 1.0.
    Discovery {
        issuer: String,
        document: Uri,
    },
    Jwks(Uri),
}

/// The longest URL that is called.
const MOST_URL_BYTES: usize = 2_048;

const EXPECTED: &str = "an https:// URL of a public host, or of an address that allowPrivateIntegrations of $api lists; \
                        http:// only of a listed one";
const EXPECTED_ISSUER: &str = "an https:// URL without a query, where its discovery document is \
                               (http:// only of an address that allowPrivateIntegrations of $api lists); else jwksUri";

/// Shows the key only: clients say nothing.
impl fmt::Debug for JwksSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key.fmt(f)
    }
}

impl JwksSource {
    /// The keys are where `{issuer}/.well-known/openid-configuration` says.
    ///
    /// # Errors
    ///
    /// The text that was expected instead of this `issuer`.
    pub fn discovered(issuer: &str, client: &GuardedClient) -> Result<Self, &'static str> {
        let clients = SchemeClients::new(client);
        let document =
            format!("{}/.well-known/openid-configuration", issuer.strip_suffix('/').unwrap_or(issuer));
        let document = clients.url(&document).filter(|_| !issuer.contains('?')).ok_or(EXPECTED_ISSUER)?;
        let location = JwksLocation::Discovery { issuer: issuer.to_owned(), document };
        Ok(Self { key: Arc::new(SourceKey { location, guard: client.guard().clone() }), clients })
    }

    /// The keys are at `uri`.
    ///
    /// # Errors
    ///
    /// The text that was expected instead of this `uri`.
    pub fn at(uri: &str, client: &GuardedClient) -> Result<Self, &'static str> {
        let clients = SchemeClients::new(client);
        let location = JwksLocation::Jwks(clients.url(uri).ok_or(EXPECTED)?);
        Ok(Self { key: Arc::new(SourceKey { location, guard: client.guard().clone() }), clients })
    }

    pub(super) fn key(&self) -> &Arc<SourceKey> {
        &self.key
    }

    pub(super) fn clients(&self) -> &SchemeClients {
        &self.clients
    }
}

impl SchemeClients {
    fn new(client: &GuardedClient) -> Self {
        Self { https: client.clone(), http: client.of_listed_addresses() }
    }

    /// The URL that `text` is, if it may be called.
    pub fn url(&self, text: &str) -> Option<Uri> {
        if text.len() > MOST_URL_BYTES || text.contains(['#', '@']) {
            return None;
        }
        let url: Uri = text.parse().ok()?;
        let authority = url.authority()?;
        let has_port = authority.as_str() != authority.host();
        let is_port_good = !has_port || authority.port_u16().is_some_and(|port| port > 0);
        (is_port_good && self.of(&url)?.allows_host(authority.host())).then_some(url)
    }

    /// The client that may call `url`.
    pub fn of(&self, url: &Uri) -> Option<&GuardedClient> {
        match url.scheme_str()? {
            "https" => Some(&self.https),
            "http" => Some(&self.http),
            _ => None,
        }
    }
}
