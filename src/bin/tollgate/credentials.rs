//! The usual chain of credentials of AWS's tools: a profile of ~/.aws with SSO, a role or a process in it, a web
//! identity, a container, an instance.

use std::time::Duration;

use aws_config::{
    default_provider::credentials::DefaultCredentialsChain,
    meta::region::ProvideRegion,
    profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider},
    provider_config::ProviderConfig,
};
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError},
};
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
        http_client_fn,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use hyper_util::client::legacy::connect::HttpConnector as Tcp;
use tokio::time::timeout;
use tollgate::{
    error::chain,
    http_client::{PoolingClient, pooling_client},
};

/// An instance's metadata service that is not there, and an issuer that hangs, take no longer.
const LONGEST_SEARCH: Duration = Duration::from_secs(20);

/// Finds credentials: those of `profile`, or else by the chain.
///
/// # Errors
///
/// One line: why there are none.
pub async fn find(profile: Option<&str>, region: Option<&str>) -> Result<Credentials, String> {
    let region = region.map(|region| aws_config::Region::new(region.to_owned()));
    let settings =
        ProviderConfig::without_region().with_region(region.clone()).with_http_client(http_client());
    let search = async {
        match profile {
            // As with `aws --profile`: what the environment has counts less than what was asked for.
            Some(profile) => {
                let provider =
                    ProfileFileCredentialsProvider::builder().configure(&settings).profile_name(profile);
                provider.build().provide_credentials().await
            }
            None => {
                let chain =
                    DefaultCredentialsChain::builder().configure(settings).region(region).build().await;
                chain.provide_credentials().await
            }
        }
    };
    match timeout(LONGEST_SEARCH, search).await {
        Ok(Ok(credentials)) => Ok(credentials),
        Ok(Err(CredentialsError::CredentialsNotLoaded(_))) => Err(nowhere(profile)),
        Ok(Err(error)) => Err(chain(&error).split_whitespace().collect::<Vec<_>>().join(" ")),
        Err(_) => Err(format!("they were not found within {LONGEST_SEARCH:?}")),
    }
}

/// Where there are none.
fn nowhere(profile: Option<&str>) -> String {
    let of_environment = std::env::var("AWS_PROFILE").ok().filter(|name| !name.is_empty());
    match profile.map(str::to_owned).or(of_environment) {
        Some(profile) => format!("~/.aws has no profile {profile}, or none with credentials"),
        None => "there are none in the environment, in ~/.aws, and of a container or an instance".to_owned(),
    }
}

/// The region of a profile, or of the default one.
pub async fn region(profile: Option<&str>) -> Option<String> {
    let mut provider = ProfileFileRegionProvider::builder().configure(&ProviderConfig::without_region());
    if let Some(profile) = profile {
        provider = provider.profile_name(profile);
    }
    provider.build().region().await.map(|region| region.to_string())
}

/// Our own client, so that there is one TLS.
fn http_client() -> impl HttpClient + 'static {
    let client: PoolingClient<_, SdkBody> = pooling_client(Tcp::new());
    http_client_fn(move |settings, _| {
        SharedHttpConnector::new(Connector { client: client.clone(), settings: settings.clone() })
    })
}

#[derive(Clone, Debug)]
struct Connector {
    client: PoolingClient<hyper_util::client::legacy::connect::dns::GaiResolver, SdkBody>,
    settings: HttpConnectorSettings,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self { client, settings } = self.clone();
        let limits = [settings.connect_timeout(), settings.read_timeout()];
        let limit = limits.into_iter().flatten().reduce(|sum, limit| sum + limit).unwrap_or(LONGEST_SEARCH);
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let response = timeout(limit, client.request(request)).await;
            let response = response.map_err(|late| ConnectorError::timeout(late.into()))?;
            let response = response.map_err(|error| ConnectorError::io(error.into()))?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}
