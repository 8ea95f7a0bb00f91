//! What would happen to a request, found without calling or counting anybody: for the operator.
//!
//! `explain` goes the way of [`Gateway::handle`](super::Gateway::handle) by the same functions, and stops where that
//! would stop. `explain_caller` holds a request against the guards of its route only.

mod access;
mod call;
mod caller;
mod guards;
mod lookup;
mod response;
mod secrets;
mod stage_part;
mod steps;
mod test_invoke;

use std::sync::Arc;

use http::HeaderMap;

pub use self::{
    access::ExplainedAccess,
    call::{ExplainedCall, ExplainedIntegration},
    caller::{ExplainedCaller, explain_caller, with_token},
    lookup::{ExplainedLookup, NoLookup},
    response::ExplainedResponse,
    steps::{CallerKey, explain},
    test_invoke::{TestInvocation, test_invoke},
};
use crate::{
    authorizers::{ApiKeyUse, CheckedRule},
    caller::Principal,
    canary::Percent,
    context::StageVersion,
    deployment::{Configuration, PassedOverRoute, RouteAuthorization},
    error::GatewayError,
    limits::{rate_limit_headers::OF_WHAT_IS_LEFT, rule::Limits, usage_plan::LimitOwner},
};

/// Everything that is known of what a request would get. What comes behind a refusal is not known.
#[derive(Debug)]
pub struct Explained {
    /// `None`: no stage serves it.
    pub stage: Option<ExplainedStage>,
    /// Other routes whose paths match.
    pub passed_over: Vec<PassedOverRoute>,
    /// `None`: none serves it, or it is not looked for.
    pub route: Option<ExplainedRoute>,
    pub outcome: ExplainedOutcome,
}

/// The stage that serves a request.
#[derive(Debug)]
pub struct ExplainedStage {
    pub name: String,
    /// The host that was called.
    pub host: String,
    /// Those that the stage names.
    pub hosts: Vec<String>,
    /// Empty for a stage at the root.
    pub base_path: String,
    /// The path below the base path.
    pub path: String,
    pub deployment_id: String,
    pub configuration: Configuration,
    pub version: StageVersion,
    /// `None`: it has no canary that is on.
    pub canary: Option<ExplainedCanary>,
}

/// The canary of a stage.
#[derive(Debug)]
pub struct ExplainedCanary {
    pub deployment_id: String,
    /// The share of requests that it gets.
    pub percent: Percent,
}

/// The version of a stage that is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedVersion {
    /// The stage's own, unless the request's header asks for the canary.
    ByRequest,
    /// The canary, where there is one that is on.
    Canary,
}

/// The route that serves a request, and each step until its integration.
#[derive(Debug)]
pub struct ExplainedRoute {
    /// `GET /orders/{id}`, `$default`.
    pub key: String,
    /// In the order of the path, as routed.
    pub path_parameters: Vec<(String, String)>,
    /// `None`: every address is let in, and there is no policy.
    pub access: Option<ExplainedAccess>,
    pub authorizer: RouteAuthorization,
    /// `None`: the route asks none.
    pub checked: Option<CheckedAuthorizer>,
    pub api_key: ExplainedApiKey,
    /// Those that are asked, in their order.
    pub limits: Vec<ExplainedLimit>,
    /// `None`: it is refused before.
    pub validation: Option<ExplainedValidation>,
    /// `None`: it is refused before.
    pub lookup: Option<Result<ExplainedLookup, NoLookup>>,
    /// `None`: it is refused before.
    pub integration: Option<ExplainedIntegration>,
    /// `None`: the route has none, or the request is not copied.
    pub shadow: Option<ExplainedShadow>,
}

/// The copy of a request that may go to another API behind the answer.
#[derive(Debug)]
pub struct ExplainedShadow {
    /// Without secrets.
    pub uri: String,
    pub percent: Percent,
}

/// The rules of an authorizer as they were checked, and the caller that they lead to.
#[derive(Debug)]
pub struct CheckedAuthorizer {
    /// In the order in which they are checked.
    pub rules: Vec<CheckedRule>,
    /// The names of the claims that the credential makes, true or not.
    pub claim_names: Vec<String>,
    pub caller: FoundCaller,
}

/// The caller as an authorizer finds it.
#[derive(Debug)]
pub enum FoundCaller {
    Known(Arc<Principal>),
    /// Another party says who it is, which is not asked here: `the function partners`.
    AsSays(String),
    /// Nobody: the request is refused.
    Refused,
}

/// The caller's API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExplainedApiKey {
    NotRequired,
    /// The route asks for one, of which nothing is known: it is refused before, or was not looked up.
    NotKnown(ApiKeyUse),
    /// A key that may call, by the ids of it and of its plan.
    Known {
        id: String,
        usage_plan_id: String,
    },
}

/// A limit that is asked, and not counted against here.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainedLimit {
    /// `None`: each client address has one.
    pub owner: Option<LimitOwner>,
    pub limits: Limits,
}

/// The outcome of the checks of parameters and body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExplainedValidation {
    NothingToCheck,
    Passed,
}

/// The end of a request's way.
#[derive(Debug)]
pub enum ExplainedOutcome {
    /// The integration is asked, unless the cache or a limit has an answer. These headers are added to its own.
    Passes {
        added: Vec<AddedHeader>,
    },
    /// A preflight, which the gateway answers.
    Preflight(ExplainedResponse),
    Refused(Box<ExplainedRefusal>),
}

/// A header that the gateway adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedHeader {
    pub name: String,
    /// `None`: it depends on what was counted.
    pub value: Option<String>,
}

/// A refusal, as the client gets it.
#[derive(Debug)]
pub struct ExplainedRefusal {
    pub step: RefusingStep,
    pub error: GatewayError,
    pub response: ExplainedResponse,
}

/// The steps that refuse requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusingStep {
    Stage,
    Access,
    Route,
    Authorizer,
    ApiKey,
    Limits,
    Validation,
    Integration,
}

impl RefusingStep {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stage => "stage",
            Self::Access => "access",
            Self::Route => "route",
            Self::Authorizer => "authorizer",
            Self::ApiKey => "API key",
            Self::Limits => "limits",
            Self::Validation => "validation",
            Self::Integration => "integration",
        }
    }
}

impl Explained {
    /// The refusal that the request gets, whatever those say that are not asked here.
    pub fn refusal(&self) -> Option<&ExplainedRefusal> {
        match &self.outcome {
            ExplainedOutcome::Refused(refusal) => Some(refusal),
            ExplainedOutcome::Passes { .. } | ExplainedOutcome::Preflight(_) => None,
        }
    }

    /// The lookup that the cache would do; `None`: it does none, or it is not known.
    pub fn lookup(&self) -> Option<&ExplainedLookup> {
        self.route.as_ref()?.lookup.as_ref()?.as_ref().ok()
    }
}

/// The headers of a response that began empty.
fn added(headers: &HeaderMap) -> Vec<AddedHeader> {
    let mut added: Vec<_> = headers
        .iter()
        .map(|(name, value)| AddedHeader {
            name: name.as_str().to_owned(),
            value: (!OF_WHAT_IS_LEFT.contains(name))
                .then(|| String::from_utf8_lossy(value.as_bytes()).into_owned()),
        })
        .collect();
    added.sort_by(|a, b| a.name.cmp(&b.name));
    added
}
