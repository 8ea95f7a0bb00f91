//! What `AWS_ENDPOINT_URL_…` names: a service of somebody else, or the one that this world would serve itself.

use std::time::Duration;

use http::{Uri, uri::Scheme};
use tokio::{net::TcpStream, time::timeout};

use super::world::StartError;
use crate::userinfo::withheld;

/// Longer than a connection takes, and shorter than anybody waits for a start.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// A service that the gateway calls, and the variable that says where another one of it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Service {
    pub name: &'static str,
    pub variable: &'static str,
}

pub(super) const DYNAMODB: Service = Service { name: "DynamoDB", variable: "AWS_ENDPOINT_URL_DYNAMODB" };
pub(super) const LAMBDA: Service = Service { name: "Lambda", variable: "AWS_ENDPOINT_URL_LAMBDA" };

impl Service {
    /// Whether `endpoint` is where this world serves, on `port`: who has exported that for the AWS CLI means no other.
    pub fn is_own(endpoint: &str, port: u16) -> bool {
        let Ok(uri) = endpoint.parse::<Uri>() else { return false };
        let is_loopback = matches!(uri.host(), Some("127.0.0.1" | "localhost"));
        is_loopback && uri.scheme() == Some(&Scheme::HTTP) && uri.port_u16() == Some(port)
    }

    /// Finds out that somebody listens there.
    ///
    /// # Errors
    /// Nobody does.
    pub async fn reach(self, endpoint: &str) -> Result<(), StartError> {
        let Self { name, variable } = self;
        let away = || StartError::Away { name, variable, endpoint: withheld(endpoint).into_owned() };
        let uri: Uri = endpoint.parse().map_err(|_| away())?;
        let host = uri.host().ok_or_else(away)?.trim_matches(['[', ']']);
        let port = uri.port_u16().unwrap_or(if uri.scheme() == Some(&Scheme::HTTP) { 80 } else { 443 });
        match timeout(CONNECT_TIMEOUT, TcpStream::connect((host, port))).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(away()),
        }
    }
}
