//! The choice between a stage and its canary, and the count of what the canary answers.

use http::StatusCode;

use super::{
    Gateway,
    locate::{Located, Location, locate},
    request_state::RequestState,
};
use crate::{
    context::StageVersion,
    deployment::{Route, Served},
    error::GatewayError,
    message::{Request, Response},
};

impl Gateway {
    /// Finds the stage of a request, and where it has a canary the version that serves the request: before the route, so
    /// that all guards are those of one deployment.
    ///
    /// # Errors
    ///
    /// No stage serves this host and path, or the stage has never had a valid deployment.
    pub(super) fn locate<'a>(
        &self,
        served: &'a Served,
        request: &'a Request,
    ) -> Result<Located<'a>, GatewayError> {
        let located = locate(served, &request.origin.domain_name, &request.method, &request.path)?;
        let Some(canary) = located.stage.canary else { return Ok(located) };
        let version = canary.settings.choose(request, || self.draws.draw());
        let (stage, id) = (&located.stage.settings.name, &canary.settings.deployment_id);
        let is_off = version != StageVersion::Own && self.canaries.is_stopped(stage, id, request.received_at);
        Ok(if is_off { located } else { located.of_version(version) })
    }

    /// Counts the answer of a canary, if it says something of the canary: [`proof`]. What a header has forced does not
    /// count, or a client could have a canary switched off, or kept.
    pub(super) fn count_canary(&self, state: &RequestState<'_>, outcome: &Result<Response, GatewayError>) {
        let Location { stage, request, matched, .. } = &state.location;
        match (stage.version, stage.canary) {
            (StageVersion::Canary(_), Some(canary)) if canary.settings.forced(request).is_none() => {
                let route = matched.as_ref().map(|matched| matched.route);
                if let Some(status) = proof(route, outcome) {
                    let now = self.clock.now();
                    self.canaries.count(&stage.settings.name, canary.settings, status, now);
                }
            }
            (StageVersion::Own | StageVersion::Canary(_), _) => {}
        }
    }
}

/// The status that an answer counts with; `None`: it is a refusal of the gateway or a preflight's, and proves nothing.
/// What is a fault is one whatever status `gatewayResponses` gives it.
fn proof(route: Option<&Route>, outcome: &Result<Response, GatewayError>) -> Option<StatusCode> {
    match outcome {
        Ok(response) => route.map(|_| response.status()),
        Err(error) => {
            let status = error.refusal().status;
            (status.is_server_error() || error.is_answer_of_an_integration()).then_some(status)
        }
    }
}
