//! Access of a request by its client's address and by the API's policy.
//!
//! What a policy denies holds for every path and method that a target may take the request's for: the policy says
//! nothing of how a path is spelt.

use std::borrow::Cow;

use http::Method;

use super::locate::Location;
use crate::{
    authorizers::{FunctionOrigin, FunctionWord},
    deployment::{Api, Matched, ServedStage},
    error::{AuthorizerForm, GatewayError},
    item::WITHHELD,
    message::Request,
    policies::cors::Cors,
    policy_document::{
        ConditionContext, Decision, PolicyDocument, combine, combine_across_accounts, requested,
    },
    router::{METHODS, Reading},
};

/// Refuses a client whom the whole API keeps out, before anything is looked for.
pub(super) fn check_api(api: &Api, request: &Request) -> Result<(), GatewayError> {
    match &api.addresses {
        Some(addresses) => addresses.check(&request.origin.source_ip),
        None => Ok(()),
    }
}

/// The policy's word on a request that it does not deny.
#[must_use = "what no statement allows is refused"]
pub(super) enum PolicyWord {
    /// The API has no policy.
    NoPolicy,
    Allows,
    SaysNothing,
}

impl PolicyWord {
    /// Refuses what no statement allows.
    pub(super) fn require_allow(self) -> Result<(), GatewayError> {
        match self {
            Self::NoPolicy | Self::Allows => Ok(()),
            Self::SaysNothing => {
                Err(GatewayError::AccessDenied("no statement of the policy allows it".into()))
            }
        }
    }

    fn decision(&self) -> Option<Decision<'static>> {
        match self {
            Self::NoPolicy => None,
            Self::Allows => Some(Decision::Allow),
            Self::SaysNothing => Some(Decision::ImplicitDeny),
        }
    }
}

/// Decides once the authorizer has said who calls. With a function's word it is enough that either allows, and
/// where the function is another account's both have to, as on API Gateway; without one the policy has to.
pub(super) fn decide(
    policy: PolicyWord,
    word: Option<FunctionWord>,
    location: &Location<'_>,
) -> Result<(), GatewayError> {
    let Some(FunctionWord { answer, form, origin, .. }) = word else { return policy.require_allow() };
    let context = ConditionContext::of(location.request);
    if context.source_ip.is_none() && answer.asks_for_address() {
        return Err(address_unknown());
    }
    let resources = location.matched.as_ref().map(|matched| resources_of(location, matched));
    let decision = answer.decide(resources.unwrap_or_default(), &context);
    let combined = match origin {
        FunctionOrigin::SameAccount => combine(policy.decision(), decision),
        FunctionOrigin::OtherAccount => combine_across_accounts(policy.decision(), decision),
    };
    match (combined, form) {
        (Decision::Allow, _) => Ok(()),
        (Decision::ExplicitDeny(statement), AuthorizerForm::Rest) => {
            Err(GatewayError::ExplicitlyDenied(shown(statement).to_owned()))
        }
        (Decision::ImplicitDeny, AuthorizerForm::Rest) => Err(GatewayError::ImplicitlyDenied),
        (Decision::ExplicitDeny(_) | Decision::ImplicitDeny, AuthorizerForm::Http) => {
            Err(GatewayError::AccessDenied("the authorizer's function does not authorize it".into()))
        }
    }
}

/// The name of a function's statement for the log: a name as IAM has them (`Statement[0]` without one), else nothing of it.
fn shown(statement: &str) -> &str {
    const MOST: usize = 64;
    let is_name = statement.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"[]".contains(&byte));
    if is_name && statement.len() <= MOST { statement } else { WITHHELD }
}

fn address_unknown() -> GatewayError {
    GatewayError::AccessDenied("the client's address is not known".into())
}

/// Refuses a client whom the route keeps out, or whom a statement of the policy denies.
pub(super) fn check_route(location: &Location<'_>) -> Result<PolicyWord, GatewayError> {
    let Some(matched) = &location.matched else { return Ok(PolicyWord::NoPolicy) };
    if let Some(addresses) = &matched.route.addresses {
        addresses.check(&location.request.origin.source_ip)?;
    }
    match &location.stage.deployment.api.policy {
        Some(policy) => check_policy(policy, location.request, resources_of(location, matched)),
        None => Ok(PolicyWord::NoPolicy),
    }
}

/// The rules of access that a request falls under.
pub(super) struct AccessRules {
    /// They may say another thing of another address.
    pub ask_for_address: bool,
    /// They may say another thing of another signer.
    pub ask_for_signer: bool,
}

/// The rules that there are; `None`: everybody is let in.
pub(super) fn rules_of(location: &Location<'_>) -> Option<AccessRules> {
    let api = &location.stage.deployment.api;
    let has_lists = api.addresses.is_some()
        || location.matched.as_ref().is_some_and(|matched| matched.route.addresses.is_some());
    let policy = api.policy.as_ref();
    let ask_for_address = has_lists || policy.is_some_and(PolicyDocument::asks_for_address);
    let ask_for_signer = policy.is_some_and(PolicyDocument::asks_for_signer);
    (has_lists || policy.is_some()).then_some(AccessRules { ask_for_address, ask_for_signer })
}

/// Refuses a preflight that the policy does not allow: on a REST API it is a call of the method `OPTIONS`.
pub(super) fn check_preflight(stage: ServedStage<'_>, request: &Request) -> Result<(), GatewayError> {
    let Some(policy) = &stage.deployment.api.policy else { return Ok(()) };
    let called =
        Cors::preflight_method(request).and_then(|method| stage.deployment.find(&method, stage.path).ok());
    let routed = called.as_ref().map_or(stage.path, |matched| matched.path);
    let resource = |path| requested(&stage.settings.name, Method::OPTIONS.as_str(), path);
    let resources = paths_of(routed, stage.path).iter().map(|path| resource(path)).collect();
    check_policy(policy, request, resources)?.require_allow()
}

fn check_policy(
    policy: &PolicyDocument,
    request: &Request,
    resources: Vec<String>,
) -> Result<PolicyWord, GatewayError> {
    let context = ConditionContext::of(request);
    if context.source_ip.is_none() && policy.asks_for_address() {
        return Err(address_unknown());
    }
    if context.signer.is_none() && request.origin.iam.is_some() && policy.asks_for_signer() {
        return Err(GatewayError::AccessDenied("the signer's ARN is none of IAM's".into()));
    }
    match policy.evaluate_all(resources, &context) {
        Decision::Allow => Ok(PolicyWord::Allows),
        Decision::ExplicitDeny(statement) => {
            Err(GatewayError::AccessDenied(format!("{statement} of the policy denies it").into()))
        }
        Decision::ImplicitDeny => Ok(PolicyWord::SaysNothing),
    }
}

/// The resource that must be allowed, and those that a target may take the request's for.
fn resources_of(location: &Location<'_>, matched: &Matched<'_>) -> Vec<String> {
    let stage = &location.stage.settings.name;
    let (methods, paths) =
        (methods_of(matched, location.request), paths_of(matched.path, location.stage.path));
    let of_method = |method| paths.iter().map(move |path| requested(stage, method, path));
    methods.into_iter().flat_map(of_method).collect()
}

/// The method that must be allowed, and those that a target may take it for. The first is the route's, so that a `HEAD`
/// which a `GET` route serves is a `GET`. A method that is none of [`METHODS`] may be any of them: `get`.
fn methods_of<'a>(matched: &'a Matched<'_>, request: &'a Request) -> Vec<&'a str> {
    let sent = &request.method;
    let of_route = matched.route.key.split_once(' ').map(|(method, _)| method);
    let own = of_route.filter(|method| *method != "ANY").unwrap_or(sent.as_str());
    let mut methods = vec![own];
    let mut add = |method: &'a str| {
        if !methods.contains(&method) {
            methods.push(method);
        }
    };
    add(sent.as_str());
    if *sent == Method::HEAD {
        add("GET");
    }
    if !METHODS.contains(sent) {
        METHODS.iter().for_each(|method| add(method.as_str()));
    }
    methods
}

/// The path that must be allowed, which was routed, and those that a target may take it for.
fn paths_of<'a>(routed: &'a str, sent: &'a str) -> Vec<Cow<'a, str>> {
    let mut paths = vec![Cow::Borrowed(routed)];
    if sent != routed {
        paths.push(Cow::Borrowed(sent));
    }
    paths.extend(Reading::ALL.iter().filter_map(|reading| reading.of(sent)).map(Cow::Owned));
    paths
}
