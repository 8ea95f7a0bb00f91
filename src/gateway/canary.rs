//! The choice between a stage and its canary, and the count of what the canary answers.

use super::{
    Gateway,
    locate::{Located, locate},
    request_state::RequestState,
};
use crate::{
    context::StageVersion,
    deployment::Served,
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

    /// Counts the answer of a canary.
    pub(super) fn count_canary(&self, state: &RequestState<'_>, response: &Response) {
        let stage = state.location.stage;
        match (stage.version, stage.canary) {
            (StageVersion::Canary(_), Some(canary)) => {
                let (status, now) = (response.status(), self.clock.now());
                self.canaries.count(&stage.settings.name, canary.settings, status, now);
            }
            (StageVersion::Own | StageVersion::Canary(_), _) => {}
        }
    }
}
