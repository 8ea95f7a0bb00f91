//! What becomes of headers that are mapped: some go no further, some fail the request, some reach the client renamed.
//!
//! The lists are API Gateway's, as localstack recorded them
//! (`test_apigateway_integrations::TestApiGatewayHeaderRemapping`).

use http::HeaderName;

use crate::header_rules::is_hop_by_hop;

/// The kinds of targets, which headers fare by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    Function,
    Service,
    Http,
    Mock,
}

/// What becomes of a header that a mapping sets in a request to an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestHeaderFate {
    Sent,
    /// It concerns the connection, or is somebody else's to say.
    Dropped,
    /// A request that has a value for it is answered 500.
    Fails,
}

impl RequestHeaderFate {
    /// The fate of a header of this name on its way to a target of this kind.
    pub fn of(name: &HeaderName, kind: TargetKind) -> Self {
        let is_of_aws = match kind {
            TargetKind::Function | TargetKind::Service => true,
            TargetKind::Http | TargetKind::Mock => false,
        };
        match name.as_str() {
            "content-length" | "transfer-encoding" | "x-amzn-trace-id" | "x-amzn-apigateway-api-id" => {
                Self::Fails
            }
            "authorization" | "connection" | "expect" | "proxy-authenticate" | "te" if is_of_aws => {
                Self::Fails
            }
            // The signature is for the service's own host.
            "host" | "referer" if is_of_aws => Self::Dropped,
            "expect" | "proxy-authenticate" | "proxy-authorization" | "via" => Self::Dropped,
            name if is_hop_by_hop(name) => Self::Dropped,
            _ => Self::Sent,
        }
    }
}

/// The name under which a header that a mapping sets reaches the client; `None`: it does not.
pub fn client_name(name: HeaderName) -> Option<HeaderName> {
    match name.as_str() {
        "transfer-encoding" | "keep-alive" | "proxy-connection" | "te" => None,
        "authorization" | "connection" | "content-length" | "content-md5" | "date" | "expect" | "host"
        | "max-forwards" | "proxy-authenticate" | "server" | "trailer" | "upgrade" | "user-agent"
        | "www-authenticate" => HeaderName::try_from(format!("x-amzn-remapped-{name}")).ok(),
        _ => Some(name),
    }
}
