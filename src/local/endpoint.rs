//! `AWS_ENDPOINT_URL_…`: the address of another service, or of the one that this world serves itself.

use std::time::Duration;

use http::{Uri, uri::Scheme};
use thiserror::Error;
use tokio::{net::TcpStream, time::timeout};

use crate::userinfo::withheld;

/// Longer than a connection takes, and shorter than anybody waits for a start.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// A service that the gateway calls, and the variable that names another one to use.
#[derive(Clone, Copy, Debug)]
pub(super) struct AwsService {
    pub name: &'static str,
    pub variable: &'static str,
}

/// Nobody listens at the address that a variable names.
#[derive(Debug, Error)]
#[error("nobody answers at {endpoint}, which {variable} names: unset it for an own {name}")]
pub struct ServiceUnreachable {
    name: &'static str,
    variable: &'static str,
    endpoint: String,
}

pub(super) const DYNAMODB: AwsService =
    AwsService { name: "DynamoDB", variable: "AWS_ENDPOINT_URL_DYNAMODB" };
pub(super) const LAMBDA: AwsService = AwsService { name: "Lambda", variable: "AWS_ENDPOINT_URL_LAMBDA" };

impl AwsService {
    /// Returns true if `endpoint` is this world's own, on `port`: people export that for the AWS CLI.
    pub fn is_own(endpoint: &str, port: u16) -> bool {
        let Ok(uri) = endpoint.parse::<Uri>() else { return false };
        let is_loopback = matches!(uri.host(), Some("127.0.0.1" | "localhost"));
        is_loopback && uri.scheme() == Some(&Scheme::HTTP) && uri.port_u16() == Some(port)
    }

    /// Connects once, to be sure that somebody listens there.
    ///
    /// # Errors
    /// Nobody does.
    pub async fn reach(self, endpoint: &str) -> Result<(), ServiceUnreachable> {
        let Self { name, variable } = self;
        let unreachable = || ServiceUnreachable { name, variable, endpoint: withheld(endpoint).into_owned() };
        let uri: Uri = endpoint.parse().map_err(|_| unreachable())?;
        let host = uri.host().ok_or_else(unreachable)?.trim_matches(['[', ']']);
        let port = uri.port_u16().unwrap_or(if uri.scheme() == Some(&Scheme::HTTP) { 80 } else { 443 });
        match timeout(CONNECT_TIMEOUT, TcpStream::connect((host, port))).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(unreachable()),
        }
    }
}
