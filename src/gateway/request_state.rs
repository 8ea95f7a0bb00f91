//! The state of a request on its way through the pipeline: what is known of it, and what its response must still get.

use std::sync::Arc;

use super::locate::Location;
use crate::{
    access_log::AccessLog,
    caller::TokenPlace,
    context::StageVersion,
    deployment::{Configuration, Matched, Route, Served, ServedStage},
    error::GatewayError,
    limits::counters::RateLimitStatus,
    message::{Request, Response},
    policies::cors::Cors,
    shadow::ShadowCopy,
};

/// One request from the moment when its stage is known until its response goes out.
#[derive(Debug)]
pub(super) struct RequestState<'a> {
    pub served: &'a Arc<Served>,
    /// Hands out the [`Context`](crate::context::Context).
    pub location: Location<'a>,
    /// Says who may read the response from another origin. A preflight's response says so by itself.
    pub cors: Option<&'a Cors>,
    /// The requests that the plan of the caller's key leaves it.
    pub rate_limit_status: Option<RateLimitStatus>,
    /// The copy that goes to the route's shadow when the response has gone out.
    pub shadow: Option<Box<ShadowCopy>>,
    pub log: AccessLog,
}

impl<'a> RequestState<'a> {
    pub fn new(
        served: &'a Arc<Served>,
        stage: ServedStage<'a>,
        request: &'a Request,
        mut log: AccessLog,
    ) -> Self {
        log.stage(&stage.settings.name);
        match stage.configuration {
            Configuration::AsWritten => {}
            Configuration::LastGood => log.degraded("configuration"),
            Configuration::WithoutCanary => log.degraded("canary"),
        }
        match stage.version {
            StageVersion::Own => {}
            StageVersion::Canary(_) => log.canary(stage.deployment_id),
        }
        let location = Location::at(request, stage);
        Self { served, location, cors: None, rate_limit_status: None, shadow: None, log }
    }

    /// Takes the route that the rest of the pipeline goes by.
    pub fn follow(&mut self, matched: Matched<'a>) -> &'a Route {
        let route = matched.route;
        self.log.route(&route.key);
        if route.detailed_metrics {
            self.log.detailed_metrics();
        }
        self.location.matched = Some(matched);
        route
    }

    /// The gateway response of a refusal, as the stage words it.
    pub fn refuse(&mut self, error: &GatewayError) -> Response {
        self.log.refused(error);
        self.location.stage.deployment.api.gateway_responses.render(error, &self.location.context())
    }

    /// Tells the log what the stage wants in its line.
    pub fn log_wishes(&mut self, response: &Response, draw: impl FnOnce() -> u64) {
        let Some(settings) = &self.location.stage.settings.access_log else { return };
        // Of all routes: a client may send what one asks for to another one, or to none.
        let credentials: Vec<TokenPlace> =
            self.location.stage.deployment.api.authorizers.token_places().collect();
        self.log.apply_settings(settings, &self.location.context(), response, &credentials, draw);
    }

    /// Adds what every response of this request has, whatever it is.
    pub fn add_headers(&self, response: &mut Response) {
        add_headers(&self.location, self.cors, self.rate_limit_status.as_ref(), response);
    }
}

/// Adds what every response to a request has, by what is known of the request.
pub(super) fn add_headers(
    location: &Location<'_>,
    cors: Option<&Cors>,
    rate_limit_status: Option<&RateLimitStatus>,
    response: &mut Response,
) {
    if let Some(status) = rate_limit_status {
        location.stage.deployment.api.rate_limit_headers.apply(status, response);
    }
    if let Some(deprecation) = &location.stage.settings.deprecation {
        deprecation.apply(response.headers_mut());
    }
    if let Some(cors) = cors {
        cors.apply(location.request, response);
    }
}
