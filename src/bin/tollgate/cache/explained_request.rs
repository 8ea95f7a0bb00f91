//! What the gateway makes of a request, up to the cache.

use anyhow::Result;
use tollgate::{
    authorizers::ApiKeyUse,
    deployment::inspect,
    error::{GatewayError, StoreError, chain},
    gateway::{Explained, explain},
    message::Request,
    store::Store,
};

use crate::{
    exit_status::ExitStatus,
    notes::note,
    request_arg::{RequestLine, RequestParts},
};

/// The parts of a request beside its first line.
#[derive(clap::Args)]
#[group(skip)]
pub struct RequestDetails {
    #[command(flatten)]
    parts: RequestParts,
    /// The id of the caller's API key.
    #[arg(long, value_name = "ID", requires = "request")]
    api_key_id: Option<String>,
}

/// A request with what the gateway makes of it.
pub struct ExplainedRequest {
    pub explained: Explained,
    pub request: Request,
}

/// The result of following a request to the cache.
pub enum RequestOutcome {
    Explained(Box<ExplainedRequest>),
    /// The gateway would refuse it before; the operator was told.
    Refused(ExitStatus),
}

impl RequestDetails {
    /// Follows a request to the cache, reading what is served; says on stderr what hinders it.
    ///
    /// # Errors
    ///
    /// The tables cannot be read, or have nothing that could be served.
    pub async fn explain(
        &self,
        store: &Store,
        line: &RequestLine,
        local_host: Option<&str>,
    ) -> Result<RequestOutcome> {
        let refused = |words: &str, ending| {
            note(format_args!("tollgate: {words}"));
            Ok(RequestOutcome::Refused(ending))
        };
        let host = self.parts.host().or(line.host()).or(local_host);
        let Some(host) = host else {
            let words = "the host is part of the key: say it with a whole URL or with -H 'Host: …'";
            return refused(words, ExitStatus::Invalid);
        };
        let request = match self.parts.request(line, host) {
            Ok(request) => request,
            Err(error) => return refused(&format!("{line} would be refused: {error}"), ExitStatus::Invalid),
        };
        let served = inspect(store, host, &request.path).await?;
        let error = match explain(&served, &request, self.api_key_id.as_deref()).await {
            Ok(explained) => {
                self.explain_api_key(&explained);
                return Ok(RequestOutcome::Explained(Box::new(ExplainedRequest { explained, request })));
            }
            Err(error @ GatewayError::StageUnavailable { .. }) => {
                return Err(StoreError::new("finding the deployment", error).into());
            }
            Err(error) => error,
        };
        let ending = ExitStatus::of_refusal(&error);
        let is_stage_unknown = matches!(error, GatewayError::StageNotFound { .. });
        let hint = if is_stage_unknown {
            "; `tollgate check` tells of stages that cannot be served yet"
        } else {
            ""
        };
        refused(&format!("{line} would be refused: {}{hint}", chain(&error)), ending)
    }

    fn explain_api_key(&self, explained: &Explained) {
        let parts = explained.lookup.iter().flat_map(|lookup| &lookup.parts);
        let tells_callers_apart = parts.clone().any(|part| part.name == "apiKeyId");
        match (&explained.api_key, &self.api_key_id) {
            (ApiKeyUse::Required(_), None) if tells_callers_apart => note(format_args!(
                "tollgate: {} asks for an API key, whose id is part of the key: say it with --api-key-id",
                explained.route_key
            )),
            (ApiKeyUse::NotRequired, Some(_)) => note(format_args!(
                "tollgate: {} asks for no API key, so --api-key-id counts for nothing",
                explained.route_key
            )),
            (ApiKeyUse::Required(_) | ApiKeyUse::NotRequired, _) => {}
        }
    }
}
