//! The key that a request's answer is kept under.

use anyhow::Result;
use tollgate::{
    authorizers::{ApiKeyUse, ApiKeys},
    deployment::inspect,
    error::{GatewayError, StoreError, chain},
    gateway::{
        AskedVersion, CallerKey, ExplainedApiKey, ExplainedOutcome, ExplainedRoute, RefusingStep, explain,
    },
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

/// The result of following a request to the cache.
pub enum RequestOutcome {
    /// The stage that serves it, and its route.
    Served(String, Box<ExplainedRoute>),
    /// The gateway would refuse it before; the operator was told.
    Refused(ExitStatus),
}

impl RequestDetails {
    /// Follows a request to the cache, reading what is served; says on stderr what hinders it.
    ///
    /// # Errors
    ///
    /// The tables cannot be read, or have nothing that could be served.
    pub async fn find(
        &self,
        store: &Store,
        line: &RequestLine,
        local_host: Option<&str>,
    ) -> Result<RequestOutcome> {
        let refused = |words: &str, ending| {
            note(format_args!("tollgate: {words}"));
            Ok(RequestOutcome::Refused(ending))
        };
        let what = line.without_query();
        let host = self.parts.host().or(line.host()).or(local_host);
        let Some(host) = host else {
            let words = "the host is part of the key: say it with a whole URL or with -H 'Host: …'";
            return refused(words, ExitStatus::Invalid);
        };
        let request = match self.parts.request(line, host) {
            Ok(request) => request,
            Err(error) => return refused(&format!("{what} would be refused: {error}"), ExitStatus::Invalid),
        };
        let served = inspect(store, host, &request.path).await?;
        let key = CallerKey::Assumed(self.api_key_id.clone());
        // No key is looked up.
        let keys = ApiKeys::new(store.clone(), std::time::Duration::ZERO);
        let explained = explain(&served, &request, AskedVersion::ByRequest, &key, &keys).await;
        let error = match explained.outcome {
            // What is asked of the integration makes no difference to the key.
            ExplainedOutcome::Refused(refusal) if refusal.step != RefusingStep::Integration => refusal.error,
            ExplainedOutcome::Refused(_)
            | ExplainedOutcome::Passes { .. }
            | ExplainedOutcome::Preflight(_) => {
                let (Some(stage), Some(route)) = (explained.stage, explained.route) else {
                    let words = format!("{what} is a preflight, whose answer is not kept");
                    return refused(&words, ExitStatus::Invalid);
                };
                self.explain_api_key(&route);
                return Ok(RequestOutcome::Served(stage.name, Box::new(route)));
            }
        };
        if matches!(error, GatewayError::StageUnavailable { .. }) {
            return Err(StoreError::new("finding the deployment", error).into());
        }
        let ending = ExitStatus::of_refusal(&error);
        refused(&format!("{what} would be refused: {}{}", chain(&error), hint(&error)), ending)
    }

    fn explain_api_key(&self, route: &ExplainedRoute) {
        let parts = route.lookup.iter().flatten().flat_map(|lookup| &lookup.parts);
        let tells_callers_apart = parts.clone().any(|part| part.name == "apiKeyId");
        match (&route.api_key, &self.api_key_id) {
            (ExplainedApiKey::NotKnown(ApiKeyUse::Required(_)), None) if tells_callers_apart => {
                note(format_args!(
                    "tollgate: {} asks for an API key, whose id is part of the key: say it with --api-key-id",
                    route.key
                ))
            }
            (ExplainedApiKey::NotRequired, Some(_)) => note_key_counts_for_nothing(&route.key),
            (
                ExplainedApiKey::NotRequired | ExplainedApiKey::NotKnown(_) | ExplainedApiKey::Known { .. },
                _,
            ) => {}
        }
    }
}

/// Prints that the route asks for no key.
pub fn note_key_counts_for_nothing(route_key: &str) {
    note(format_args!("tollgate: {route_key} asks for no API key, so --api-key-id counts for nothing"));
}

/// The way to learn more of a refusal.
pub fn hint(error: &GatewayError) -> &'static str {
    if matches!(error, GatewayError::StageNotFound { .. }) {
        "; `tollgate check` tells of stages that cannot be served yet"
    } else {
        ""
    }
}
