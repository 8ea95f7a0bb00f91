//! The steps of a request, one after another, as `serve` has them.

use std::sync::Arc;

use super::{
    AskedVersion, Explained, ExplainedApiKey, ExplainedOutcome, ExplainedRefusal, ExplainedResponse,
    ExplainedRoute, ExplainedShadow, ExplainedValidation, NoLookup, RefusingStep, added,
    call::explain_integration,
    lookup::{ExplainedLookup, explain_lookup},
    secrets::Secrets,
    stage_part::{stage, version},
};
use crate::{
    authorizers::{ApiKey, ApiKeyUse, ApiKeys, ItemStore},
    caller::Caller,
    clock::milliseconds,
    context::Context,
    deployment::{Route, Served},
    error::GatewayError,
    gateway::{
        access::{check_api, check_preflight},
        ending::refusal_response,
        locate::{Location, locate},
        preflight_policy,
        request_state::add_headers,
    },
    limits::{counters::RateLimitStatus, rule::Limits, usage_plan::UsagePlan},
    message::{Body, Request, Response},
    policies::cors::Cors,
    shadow::CopyTarget,
};

/// The API key that a request counts for.
#[derive(Clone, Debug)]
pub enum CallerKey {
    /// The one whose value it has.
    InRequest,
    /// This one, whatever the request has.
    Item(Arc<ApiKey>),
    /// One with this id, if there is one: it is not looked up, and let in.
    Assumed(Option<String>),
}

/// A refusal, and who refuses.
pub(super) struct Refused {
    step: RefusingStep,
    error: GatewayError,
}

/// Names the step at which something is refused.
pub(super) trait At<T> {
    fn at(self, step: RefusingStep) -> Result<T, Refused>;
}

impl<T> At<T> for Result<T, GatewayError> {
    fn at(self, step: RefusingStep) -> Result<T, Refused> {
        self.map_err(|error| Refused { step, error })
    }
}

/// Follows a request to its integration. Nobody is asked but `keys`, and issuers for the keys that a token is verified
/// with; nothing is counted.
pub async fn explain<S: ItemStore<ApiKey> + ItemStore<UsagePlan> + Clone>(
    served: &Served,
    request: &Request,
    asked: AskedVersion,
    caller_key: &CallerKey,
    keys: &ApiKeys<S>,
) -> Explained {
    follow(served, request, asked, caller_key, keys).await.0
}

/// The same with all that is known then; `None`: no stage serves the request.
pub(super) async fn follow<'a, S: ItemStore<ApiKey> + ItemStore<UsagePlan> + Clone>(
    served: &'a Served,
    request: &'a Request,
    asked: AskedVersion,
    caller_key: &CallerKey,
    keys: &ApiKeys<S>,
) -> (Explained, Option<Way<'a>>) {
    let nothing = |outcome| Explained { stage: None, passed_over: Vec::new(), route: None, outcome };
    let located = match locate(served, &request.origin.domain_name, &request.method, &request.path) {
        Ok(located) => located.of_version(version(located.stage, asked, request)),
        Err(error) => {
            let response = ExplainedResponse::of(refusal_response(&error), &Secrets::default());
            let refusal = ExplainedRefusal { step: RefusingStep::Stage, error, response };
            return (nothing(ExplainedOutcome::Refused(Box::new(refusal))), None);
        }
    };
    let mut way = Way {
        served,
        location: Location::at(request, located.stage),
        cors: None,
        key_limits: None,
        route: None,
        secrets: Secrets::of(request, None, None),
    };
    let mut explained = nothing(ExplainedOutcome::Passes { added: Vec::new() });
    explained.stage = Some(stage(request, located.stage));
    explained.passed_over = located.stage.deployment.passed_over(&request.method, located.stage.path);
    let followed = way.follow(caller_key, keys).await;
    explained.outcome = way.outcome(followed);
    explained.route = way.route.take();
    (explained, Some(way))
}

/// A request on its way.
pub(super) struct Way<'a> {
    served: &'a Served,
    pub location: Location<'a>,
    cors: Option<&'a Cors>,
    /// Of the caller's key, from the moment when they are asked.
    pub key_limits: Option<Limits>,
    route: Option<ExplainedRoute>,
    pub secrets: Secrets,
}

/// The way has come to its end without a refusal.
enum Followed {
    ToIntegration,
    ToPreflight(Response),
}

impl<'a> Way<'a> {
    async fn follow<S: ItemStore<ApiKey> + ItemStore<UsagePlan> + Clone>(
        &mut self,
        caller_key: &CallerKey,
        keys: &ApiKeys<S>,
    ) -> Result<Followed, Refused> {
        let (request, stage) = (self.location.request, self.location.stage);
        let deployment = stage.deployment;
        // An address that is not known is let in so far.
        let is_address_known = !request.origin.source_ip.is_empty();
        if is_address_known {
            check_api(&deployment.api, request).at(RefusingStep::Access)?;
        }
        if let Some(cors) = preflight_policy(request, stage).at(RefusingStep::Route)? {
            if is_address_known {
                check_preflight(stage, request).at(RefusingStep::Access)?;
            }
            return Ok(Followed::ToPreflight(cors.preflight(request)));
        }
        let matched = deployment.find(&request.method, stage.path);
        self.cors = match &matched {
            Ok(matched) => deployment.cors_of(matched.route),
            Err(_) => deployment.cors_of_path(&request.method, stage.path).unwrap_or_default(),
        };
        let matched = matched.at(RefusingStep::Route)?;
        if self.served.leads_past_another_stage(request, stage) {
            return Err(deployment.not_found()).at(RefusingStep::Route);
        }
        let route = matched.route;
        self.location.matched = Some(matched);
        self.begin_route(route);

        let unknown = self.authorize(route).await?;
        self.authenticate(route, caller_key, keys, unknown).await?;
        self.limits(route)?;
        let id = match caller_key {
            CallerKey::Assumed(id) if route.api_key != ApiKeyUse::NotRequired => id.as_deref(),
            CallerKey::Assumed(_) | CallerKey::InRequest | CallerKey::Item(_) => None,
        };
        self.reach_integration(route, unknown, id)
    }

    fn begin_route(&mut self, route: &Route) {
        let matched = self.location.matched.iter().flat_map(|matched| &matched.path_parameters);
        let parameters = matched.map(|parameter| (parameter.name.to_owned(), parameter.value.to_owned()));
        self.route = Some(ExplainedRoute {
            key: route.key.to_string(),
            path_parameters: parameters.collect(),
            access: None,
            authorizer: self.location.stage.deployment.api.authorization_of(route),
            checked: None,
            api_key: match route.api_key {
                ApiKeyUse::NotRequired => ExplainedApiKey::NotRequired,
                asked @ ApiKeyUse::Required(_) => ExplainedApiKey::NotKnown(asked),
            },
            limits: Vec::new(),
            validation: None,
            lookup: None,
            integration: None,
            shadow: None,
        });
    }

    pub fn known(&mut self) -> &mut ExplainedRoute {
        self.route.as_mut().expect("it was begun when the route was found")
    }

    /// Checks the request, and finds what would be looked up and sent.
    fn reach_integration(
        &mut self,
        route: &Route,
        unknown: Option<NoLookup>,
        assumed_key_id: Option<&str>,
    ) -> Result<Followed, Refused> {
        self.location.unpack().at(RefusingStep::Validation)?;
        let context = self.location.context();
        let api_key_id = assumed_key_id.or(context.caller.api_key_id);
        let context = Context { caller: Caller { api_key_id, ..context.caller }, ..context };
        let validation = match &route.validation {
            None => ExplainedValidation::NothingToCheck,
            Some(validation) => {
                validation.check(&context).at(RefusingStep::Validation)?;
                ExplainedValidation::Passed
            }
        };
        let lookup = explain_lookup(route, self.location.stage, &context, unknown);
        let forwarded = self.forwarded_request(route, &lookup, &context);
        let integration = match (&forwarded, route.cache.as_deref()) {
            (Some(request), Some(policy)) => {
                explain_integration(route, &policy.forwarded_context(&context, request), &self.secrets)
            }
            (Some(_) | None, _) => explain_integration(route, &context, &self.secrets),
        };
        let copy = route.shadow.as_deref().and_then(|shadow| shadow.copied_to(&context));
        let shadow = copy.map(|CopyTarget { uri, percent }| ExplainedShadow {
            uri: self.secrets.masked(&uri.to_string()),
            percent,
        });
        let known = self.route.as_mut().expect("it was begun when the route was found");
        known.validation = Some(validation);
        known.lookup = Some(lookup);
        known.integration = Some(integration.at(RefusingStep::Integration)?);
        known.shadow = shadow;
        Ok(Followed::ToIntegration)
    }

    /// The request that the target gets where the cache has a part in it.
    pub fn forwarded_request(
        &self,
        route: &Route,
        lookup: &Result<ExplainedLookup, NoLookup>,
        context: &Context<'_>,
    ) -> Option<Request> {
        let is_forwarded = match lookup {
            Ok(lookup) => lookup.bypass.is_none(),
            // Who calls is not known, but the route's answers are kept.
            Err(NoLookup::AuthorizerFunction | NoLookup::Signature) => true,
            Err(NoLookup::Route | NoLookup::Stage) => false,
        };
        let policy = route.cache.as_deref().filter(|_| is_forwarded)?;
        Some(policy.forwarded_request(context))
    }

    fn outcome(&self, followed: Result<Followed, Refused>) -> ExplainedOutcome {
        match followed {
            Ok(Followed::ToIntegration) => {
                let mut response = Response::new(Body::empty());
                self.add_headers(&mut response);
                ExplainedOutcome::Passes { added: added(response.headers()) }
            }
            Ok(Followed::ToPreflight(response)) => {
                ExplainedOutcome::Preflight(ExplainedResponse::of(response, &self.secrets))
            }
            Err(Refused { step, error }) => {
                let response = ExplainedResponse::of(self.refuse(&error), &self.secrets);
                ExplainedOutcome::Refused(Box::new(ExplainedRefusal { step, error, response }))
            }
        }
    }

    /// The response of the integration, or what the gateway says in its place, as the client gets it.
    pub fn answer(&self, outcome: Result<Response, GatewayError>) -> Response {
        match outcome {
            Ok(mut response) => {
                self.add_headers(&mut response);
                response
            }
            Err(error) => self.refuse(&error),
        }
    }

    fn refuse(&self, error: &GatewayError) -> Response {
        let api = &self.location.stage.deployment.api;
        let mut response = api.gateway_responses.render(error, &self.location.context());
        self.add_headers(&mut response);
        response
    }

    fn add_headers(&self, response: &mut Response) {
        let now_ms = milliseconds(self.location.request.received_at);
        let status = self.key_limits.map(|limits| RateLimitStatus::unspent(limits, now_ms));
        add_headers(&self.location, self.cors, status.as_ref(), response);
    }
}
