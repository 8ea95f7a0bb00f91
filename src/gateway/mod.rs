//! The request's way through the gateway, start to end.

mod admission;
mod cached;
mod explain;
mod invalidate;

use std::{
    any::Any,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
    time::SystemTime,
};

use bytes::Bytes;
use futures_util::FutureExt;
use http::HeaderValue;

use self::cached::{CachedRoute, PendingRefill};
pub use self::explain::{Explained, Lookup, NoLookup, explain};
use crate::{
    access_log::{AccessLog, Sink},
    authorizers::{ApiKey, ApiKeys},
    cache::Responses,
    clock::Clock,
    context::{Context, PathParameter},
    deployment::{
        ActiveDeployments, Configuration, CurrentStages, Freshness, Matched, Route, Served, ServedStage,
    },
    environment::Environment,
    error::GatewayError,
    integrations::Clients,
    limits::{
        counters::{Counters, RateLimitStatus},
        throttle::Addresses,
        usage::Usage,
    },
    message::{Body, RefusedRequest, Request, Response, is_bodyless},
    policies::cors::Cors,
    store::Store,
};

/// What is served, and the connections to whoever answers.
#[derive(Debug)]
pub struct Gateway {
    pub deployments: Arc<ActiveDeployments>,
    pub keys: Arc<ApiKeys<Store>>,
    pub counters: Arc<Counters<Store>>,
    pub usage: Arc<Usage<Store>>,
    pub addresses: Addresses,
    pub responses: Arc<Responses<Store>>,
    refills: Mutex<Vec<PendingRefill>>,
    pub clients: Clients,
    pub clock: Clock,
    pub sink: Sink,
}

/// The surroundings of one instance of the gateway.
#[derive(Debug)]
pub struct Instance {
    pub clock: Clock,
    pub sink: Sink,
    /// Tells instances apart.
    pub seed: u64,
}

/// What is known of a request so far: the context of its answer, refusals included.
#[derive(Default)]
struct Way<'a> {
    stage: Option<ServedStage<'a>>,
    route_key: &'a str,
    /// What was routed; `None` until the route is known.
    path: Option<&'a str>,
    path_parameters: Vec<PathParameter<'a>>,
    /// The routes that the target may take the path for.
    lookalikes: Vec<&'a Route>,
    key: Option<Arc<ApiKey>>,
    /// Who may read the answer from another origin. A preflight's answer says so by itself.
    cors: Option<&'a Cors>,
    /// Where the caller's key stands with its plan.
    standing: Option<RateLimitStatus>,
}

impl Gateway {
    /// A gateway that has served nothing yet.
    pub fn new(store: &Store, environment: &Environment, clients: Clients, instance: Instance) -> Self {
        let Instance { clock, sink, seed } = instance;
        Self {
            deployments: Arc::new(ActiveDeployments::new(store.clone(), environment.refresh)),
            keys: Arc::new(ApiKeys::new(store.clone(), environment.key_cache)),
            counters: Arc::new(Counters::new(store.clone(), clock.clone(), seed)),
            usage: Arc::new(Usage::new(store.clone())),
            addresses: Addresses::default(),
            responses: Arc::new(Responses::new(
                store.clone(),
                clock.clone(),
                environment.cache_memory,
                environment.refresh.every,
            )),
            refills: Mutex::default(),
            clients,
            clock,
            sink,
        }
    }

    /// The process ends: returns what it holds of quotas, and writes what it has counted.
    pub async fn shut_down(&self) {
        tokio::join!(self.counters.return_unused(), self.usage.shut_down(), self.responses.drain());
    }

    /// Answers every request: with the integration's response, or with a gateway response.
    ///
    /// What must happen whatever the outcome happens here: CORS headers, request id, access log.
    pub async fn handle(&self, request: &Request) -> Response {
        let mut log = AccessLog::begin(request, self.sink.clone(), self.clock.clone());
        let mut response = match self.deployments.served(request.received_at).await {
            Ok(CurrentStages { served, freshness }) => {
                if freshness == Freshness::Stale {
                    log.degraded("configuration");
                }
                self.answer(request, &served, &mut log).await
            }
            Err(error) => {
                log.degraded("configuration");
                refuse(&error.into(), &mut log)
            }
        };
        if is_bodyless(&request.method, response.status()) {
            *response.body_mut() = Body::empty();
        }
        add_request_id(&mut response, &request.id);
        log.finish(response)
    }

    /// Answers an event that is no request of ours.
    pub fn refuse(
        &self,
        request_id: &str,
        received_at: SystemTime,
        error: &GatewayError,
        request: &RefusedRequest,
    ) -> Response {
        let (sink, clock) = (self.sink.clone(), self.clock.clone());
        let mut log = AccessLog::of_refused(request_id, received_at, request, sink, clock);
        let mut response = refuse(error, &mut log);
        add_request_id(&mut response, request_id);
        log.finish(response)
    }

    async fn answer(&self, request: &Request, served: &Arc<Served>, log: &mut AccessLog) -> Response {
        let mut way = Way::default();
        let outcome = caught(self.serve(request, served, &mut way, log)).await;
        let mut response = match (outcome, way.stage) {
            (Ok(response), _) => response,
            (Err(error), None) => refuse(&error, log),
            (Err(error), Some(stage)) => {
                log.refused(&error);
                stage.deployment.gateway_responses.render(&error, &way.context(request, stage))
            }
        };
        if let (Some(stage), Some(standing)) = (way.stage, way.standing) {
            stage.deployment.rate_limit_headers.apply(&standing, &mut response);
        }
        if let Some(cors) = way.cors {
            cors.apply(request, &mut response);
        }
        response
    }

    /// The pipeline: each paragraph is a step, each step a module. `?` leaves it; `answer` answers.
    async fn serve<'a>(
        &self,
        request: &'a Request,
        served: &'a Arc<Served>,
        way: &mut Way<'a>,
        log: &mut AccessLog,
    ) -> Result<Response, GatewayError> {
        let stage = served.find(&request.origin.domain_name, &request.path)?;
        way.stage = Some(stage);
        log.stage(&stage.settings.name);
        if stage.configuration == Configuration::LastGood {
            log.degraded("configuration");
        }

        if let Some(throttle) = &stage.deployment.per_ip {
            let source_ip = &request.origin.source_ip;
            self.addresses.admit(throttle, source_ip, &stage.settings.name, request.received_at)?;
        }

        if let Some(cors) = preflight_policy(request, stage) {
            return Ok(cors.preflight(request));
        }

        let found = stage.deployment.find(&request.method, stage.path);
        way.cors = match &found {
            Ok(matched) => stage.deployment.cors_of(matched.route),
            Err(_) => stage.deployment.cors_of_path(&request.method, stage.path),
        };
        let matched = found?;
        if served.leads_past_another_stage(request, stage) {
            return Err(stage.deployment.not_found());
        }
        let route = matched.route;
        way.follow(matched);
        log.route(way.route_key);

        let caller = self.caller(request, stage, route, log).await?;
        way.key = caller.as_ref().map(|caller| Arc::clone(&caller.key));
        let permit = self.admit(request, stage, route, caller.as_ref(), way, log).await?;

        let context = way.context(request, stage);
        route.required_parameters.check(&context)?;

        let answer = if let Some(cached) = CachedRoute::of(stage, route) {
            self.cached((request, served), cached, way, permit, log).await?
        } else {
            let called_at = self.clock.now();
            let integration = &route.integration;
            let answer = integration.invoke(&permit, &context, &self.clients).await;
            let answer = answer.and_then(|answer| integration.finish(&context, answer));
            log.integration(called_at, &answer);
            answer?
        };

        self.forget_changed(request, served, &answer);
        Ok(answer)
    }
}

impl<'a> Way<'a> {
    /// The way of a request to its route, of which nothing else is known.
    fn to(matched: Matched<'a>) -> Self {
        let mut way = Self::default();
        way.follow(matched);
        way
    }

    fn follow(&mut self, Matched { route, path, path_parameters, lookalikes }: Matched<'a>) {
        self.route_key = &route.key;
        self.path = Some(path);
        self.path_parameters = path_parameters;
        self.lookalikes = lookalikes;
    }

    fn context<'b>(&'b self, request: &'b Request, stage: ServedStage<'b>) -> Context<'b> {
        Context {
            request,
            stage: &stage.settings.name,
            base_path: &stage.settings.base_path,
            path: self.path.unwrap_or(stage.path),
            stage_variables: stage.stage_variables,
            deployment_id: stage.deployment_id,
            route_key: self.route_key,
            path_parameters: &self.path_parameters,
            api_key_id: self.key.as_ref().map(|key| key.id.as_str()),
        }
    }
}

/// The policy that answers a preflight: that of the route that will be called.
fn preflight_policy<'a>(request: &Request, stage: ServedStage<'a>) -> Option<&'a Cors> {
    let method = Cors::preflight_method(request)?;
    let policy = stage.deployment.cors_of_path(&method, stage.path);
    policy.filter(|_| stage.deployment.has_path(stage.path))
}

fn refuse(error: &GatewayError, log: &mut AccessLog) -> Response {
    log.refused(error);
    let mut response = error.refusal().to_response();
    error.own_headers(&mut response);
    response
}

fn add_request_id(response: &mut Response, id: &str) {
    if let Ok(id) = HeaderValue::from_maybe_shared(Bytes::from(id.to_owned())) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
}

/// What `step` comes to; a panic in it is one more way to fail.
async fn caught<T>(step: impl Future<Output = Result<T, GatewayError>>) -> Result<T, GatewayError> {
    let outcome = AssertUnwindSafe(step).catch_unwind().await;
    outcome.unwrap_or_else(|panic| Err(GatewayError::Panicked(words_of(panic.as_ref()))))
}

/// A panic's message, for the log.
fn words_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_in_a_step_is_a_refusal_that_tells_the_client_nothing() {
        let error = caught::<()>(async { panic!("index {} out of range", 7) }).await.unwrap_err();
        assert_eq!(error.to_string(), "panicked: index 7 out of range");
        let refusal = error.refusal();
        assert_eq!(
            (refusal.status.as_u16(), refusal.body().as_str()),
            (500, r#"{"message": "Internal server error"}"#)
        );
    }
}
