//! The request's way through the gateway, start to end.
//!
//! `handle` answers every request. `serve` is the pipeline: `access` (addresses and the policy), `admission` (who calls,
//! and the limits), `cache` and `invoke` (the response), `invalidate` (what it changes). A `RequestState` holds what is known of the request so far.

mod access;
mod admission;
mod canary;
mod caught;
mod ending;
mod explain;
mod invalidate;
mod invoke;
mod locate;
mod refill;
mod request_state;
mod shadow;

use std::{
    sync::{Arc, Mutex},
    time::SystemTime,
};

pub use self::explain::{
    AddedHeader, AskedVersion, CallerKey, CheckedAuthorizer, Explained, ExplainedAccess, ExplainedApiKey,
    ExplainedCall, ExplainedCaller, ExplainedCanary, ExplainedIntegration, ExplainedLimit, ExplainedLookup,
    ExplainedOutcome, ExplainedRefusal, ExplainedResponse, ExplainedRoute, ExplainedShadow, ExplainedStage,
    ExplainedValidation, FoundCaller, NoLookup, RefusingStep, TestInvocation, explain, explain_caller,
    test_invoke, with_token,
};
use self::{
    caught::caught,
    ending::{add_request_id, finish, refusal, refuse},
    locate::Located,
    refill::PendingRefill,
    request_state::RequestState,
    shadow::PendingShadows,
};
use crate::{
    access_log::{AccessLog, Sink},
    authorizers::{ApiKeys, AuthorizerResources, FunctionCalls, MethodArns},
    cache::{CacheOutcome, CacheStatus, Lookup, Responses},
    canary::CanaryWatch,
    clock::Clock,
    deployment::{ActiveDeployments, CurrentStages, Freshness, ServedStage},
    environment::Environment,
    error::GatewayError,
    integrations::Clients,
    limits::{counters::Counters, throttle::Addresses, usage::Usage},
    message::{RefusedRequest, Request, Response},
    policies::{compression, cors::Cors},
    random::RandomNumbers,
    store::Store,
    xray::Xray,
};

/// The gateway of one process: the stages that it serves, and the connections to whoever answers.
#[derive(Debug)]
pub struct Gateway {
    pub deployments: Arc<ActiveDeployments>,
    pub keys: Arc<ApiKeys<Store>>,
    pub authorizers: AuthorizerResources,
    pub counters: Arc<Counters<Store>>,
    pub usage: Arc<Usage<Store>>,
    pub addresses: Addresses,
    pub responses: Arc<Responses<Store>>,
    refills: Mutex<Vec<PendingRefill>>,
    shadows: Arc<PendingShadows>,
    canaries: CanaryWatch<Store>,
    draws: RandomNumbers,
    xray: Option<Xray>,
    pub clients: Clients,
    pub clock: Clock,
    pub sink: Sink,
}

/// The surroundings of one instance of the gateway.
#[derive(Debug)]
pub struct Instance {
    pub clock: Clock,
    pub sink: Sink,
    /// Tells instances apart; asked when a counter or a canary is first used, which is after a snapshot was restored.
    pub seed: fn() -> u64,
}

impl Gateway {
    /// A gateway that has served nothing yet.
    pub fn new(store: &Store, environment: &Environment, clients: Clients, instance: Instance) -> Self {
        let Instance { clock, sink, seed } = instance;
        let functions = FunctionCalls::new(clients.lambda.clone(), clock.clone());
        Self {
            deployments: Arc::new(ActiveDeployments::new(store.clone(), environment.refresh)),
            keys: Arc::new(ApiKeys::new(store.clone(), environment.key_cache)),
            authorizers: AuthorizerResources {
                arns: MethodArns::new(&environment.aws.region),
                functions: Some(functions),
                ..AuthorizerResources::default()
            },
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
            shadows: Arc::default(),
            canaries: CanaryWatch::new(store.clone()),
            draws: RandomNumbers::new(seed),
            xray: environment.xray_daemon.map(Xray::new),
            clients,
            clock,
            sink,
        }
    }

    /// The process ends: returns what it holds of quotas, and writes what it has counted.
    pub async fn shut_down(&self) {
        tokio::join!(
            self.counters.return_unused(),
            self.usage.shut_down(),
            self.responses.drain(),
            self.canaries.shut_down(self.clock.now()),
        );
    }

    /// Answers every request: with the integration's response, or with a gateway response.
    ///
    /// Here stands all that happens whatever the outcome: CORS headers, request id, access log.
    pub async fn handle(&self, request: &Request) -> Response {
        let mut log = AccessLog::begin(request, self.sink.clone(), self.clock.clone());
        let served = match self.deployments.served(request.received_at).await {
            Ok(CurrentStages { served, freshness }) => {
                if freshness == Freshness::Stale {
                    log.degraded("configuration");
                }
                served
            }
            Err(error) => {
                log.degraded("configuration");
                return refuse(request, &error.into(), log);
            }
        };
        let located = caught(async { self.locate(&served, request) }).await;
        let located = match located {
            Ok(located) => located,
            Err(error) => return refuse(request, &error, log),
        };
        let mut state = RequestState::new(&served, located.stage, request, log);
        let outcome = caught(self.serve(&mut state, located)).await;
        self.count_canary(&state, &outcome);
        let mut response = outcome.unwrap_or_else(|error| state.refuse(&error));
        state.add_headers(&mut response);
        let compression = state.location.stage.deployment.api.compression;
        if let Err(error) = compression::apply(compression, request, &mut response) {
            response = state.refuse(&error);
            state.add_headers(&mut response);
        }
        state.log_wishes(&response, || self.draws.draw());
        let shadow = state.shadow.take();
        let response = finish(request, response, state.log);
        match shadow {
            Some(copy) => self.shadow_later(copy, response),
            None => response,
        }
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
        let mut response = refusal(error, &mut log);
        add_request_id(&mut response, request_id);
        log.finish(response)
    }

    /// The pipeline: each paragraph is a step, each step a module. `?` leaves it; `handle` answers.
    async fn serve<'a>(
        &self,
        state: &mut RequestState<'a>,
        located: Located<'a>,
    ) -> Result<Response, GatewayError> {
        let (request, stage) = (state.location.request, located.stage);
        access::check_api(&stage.deployment.api, request)?;
        if let Some(throttle) = &stage.deployment.api.throttles.per_ip {
            let source_ip = &request.origin.source_ip;
            self.addresses.admit(throttle, source_ip, &stage.settings.name, request.received_at)?;
        }

        if let Some(cors) = preflight_policy(request, stage)? {
            access::check_preflight(stage, request)?;
            return Ok(cors.preflight(request));
        }

        let matched = located.route();
        state.cors = match &matched {
            Ok(matched) => stage.deployment.cors_of(matched.route),
            Err(_) => stage.deployment.cors_of_path(&request.method, stage.path).unwrap_or_default(),
        };
        let matched = matched?;
        if state.served.leads_past_another_stage(request, stage) {
            return Err(stage.deployment.not_found());
        }
        let route = state.follow(matched);

        let policy = access::check_route(&state.location)?;
        let word = self.authorize(state, route).await?;
        access::decide(policy, word, &state.location)?;
        self.authenticate(state, route).await?;
        let permit = self.admit(state, route).await?;

        state.location.unpack()?;
        let context = state.location.context();
        if let Some(validation) = &route.validation {
            validation.check(&context)?;
        }
        state.shadow = self.shadow_copy(route, &state.location);

        let lookup = match state.location.cache_request() {
            Some(cache_request) => self.responses.lookup(cache_request).await,
            None => Lookup::Bypass(CacheStatus::Unused),
        };
        let outcome = match lookup {
            Lookup::Hit(hit) => hit,
            Lookup::Stale { stale, refill } => {
                self.refill_later(state, permit, refill);
                stale
            }
            Lookup::Refused(refused) => refused,
            Lookup::Fill(fill) => {
                let response = self.invoke(route, &permit, &fill.context(), &mut state.log).await;
                fill.store(response)
            }
            Lookup::Bypass(status) => {
                CacheOutcome::new(self.invoke(route, &permit, &context, &mut state.log).await, status)
            }
        };
        log_cache(&outcome, &mut state.log);

        let response = self.for_client(&state.location, route, outcome)?;
        self.forget_changed(state, &response);
        Ok(response)
    }
}

/// The policy that answers a preflight: that of the route that will be called.
fn preflight_policy<'a>(request: &Request, stage: ServedStage<'a>) -> Result<Option<&'a Cors>, GatewayError> {
    match Cors::preflight_method(request) {
        Some(method) if stage.deployment.has_path(stage.path) => {
            stage.deployment.cors_of_path(&method, stage.path)
        }
        Some(_) | None => Ok(None),
    }
}

/// Notes the cache's part in the log.
fn log_cache(outcome: &CacheOutcome, log: &mut AccessLog) {
    if let Some(name) = outcome.status.name() {
        log.cache(name);
    }
    if outcome.is_degraded {
        log.degraded("cache");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each is copied to its place.
    #[test]
    fn a_request_in_progress_takes_less_than_6_kb() {
        fn bytes<F>(_call: impl Fn(&'static Gateway, &'static Request) -> F) -> usize {
            size_of::<F>()
        }
        let bytes = bytes(|gateway, request| gateway.handle(request));
        assert!(bytes < 6_144, "{bytes}");
    }
}
