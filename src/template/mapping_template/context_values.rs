//! `$context`, with its members in the order in which API Gateway was recorded to list them.

use std::{collections::BTreeMap, rc::Rc};

use super::{
    TemplateInputs,
    named_values::{Kind, NamedValues},
    overrides::OverrideMaps,
};
use crate::{
    caller::{AuthorizerV1, Principal},
    context::Context,
    message::CognitoIdentity,
    template::velocity::{OrderedMap, Value},
};

/// `$context` of a rendering, and the overrides in it.
#[derive(Debug)]
pub(super) struct ContextValues {
    pub all: Rc<NamedValues>,
    pub overrides: OverrideMaps,
}

impl ContextValues {
    pub fn new(inputs: &TemplateInputs<'_>) -> Self {
        let overrides = OverrideMaps::new(inputs.overrides);
        Self { all: NamedValues::new(Kind::OfContext, members(inputs.context, &overrides)), overrides }
    }

    /// Lets go of all values, which may hold `$context` itself.
    pub fn clear(&self) {
        self.overrides.clear();
        for member in self.all.members().values() {
            NamedValues::of(member).inspect(|values| values.clear());
        }
        self.all.clear();
    }
}

fn members(context: &Context<'_>, overrides: &OverrideMaps) -> OrderedMap {
    let request = context.request;
    let origin = &request.origin;
    let time_epoch = i64::try_from(origin.time_epoch).unwrap_or(i64::MAX);
    let mut members: OrderedMap = [
        // A REST API has random ids here, an HTTP API the route key.
        ("resourceId", Value::text(context.route_key)),
        ("resourcePath", Value::text(context.resource_path())),
        ("httpMethod", Value::text(request.method.as_str())),
        ("extendedRequestId", Value::text(&request.id)),
        ("requestTime", Value::text(&origin.time)),
        ("path", Value::text(&context.full_path())),
        ("accountId", Value::text(&origin.account_id)),
        ("protocol", Value::text(&origin.protocol)),
        ("requestOverride", host(&overrides.request)),
        ("stage", Value::text(context.stage)),
        ("domainPrefix", Value::text(&origin.domain_prefix)),
        ("requestTimeEpoch", Value::integer(time_epoch)),
        ("requestId", Value::text(&request.id)),
        ("identity", quiet(identity(context))),
        ("domainName", Value::text(&origin.domain_name)),
        ("deploymentId", Value::text(context.deployment_id)),
        ("responseOverride", host(&overrides.response)),
        ("apiId", Value::text(&origin.api_id)),
    ]
    .into_iter()
    .collect();
    if let Some(authorizer) = context.caller.principal.and_then(authorizer) {
        members.insert("authorizer".into(), quiet(authorizer));
    }
    if context.is_canary_request() {
        members.insert("isCanaryRequest".into(), Value::Boolean(true));
    }
    members
}

fn host(values: &Rc<NamedValues>) -> Value {
    Value::Host(Rc::<NamedValues>::clone(values))
}

/// A map of `$context`.
fn quiet(members: OrderedMap) -> Value {
    Value::Host(NamedValues::new(Kind::OfContext, members))
}

/// The members of `identity`: twelve, and two where the route asks for an API key. What is not known is an empty text,
/// as in the events that Serverless's template makes of it.
fn identity(context: &Context<'_>) -> OrderedMap {
    let origin = &context.request.origin;
    let iam = context.caller.iam();
    let cognito = iam.and_then(|iam| iam.cognito_identity.as_ref());
    let mut members: OrderedMap = [
        ("cognitoIdentityPoolId", cognito.map(|cognito| cognito.identity_pool_id.as_str())),
        ("accountId", iam.map(|iam| iam.account_id.as_str())),
        ("cognitoIdentityId", cognito.map(|cognito| cognito.identity_id.as_str())),
        ("caller", iam.map(|iam| iam.caller_id.as_str())),
        ("sourceIp", Some(origin.source_ip.as_str())),
        ("principalOrgId", iam.and_then(|iam| iam.principal_org_id.as_deref())),
        ("accessKey", iam.map(|iam| iam.access_key.as_str())),
        ("cognitoAuthenticationType", cognito.and_then(CognitoIdentity::authentication_type)),
        ("cognitoAuthenticationProvider", cognito.and_then(CognitoIdentity::providers).as_deref()),
        ("userArn", iam.map(|iam| iam.user_arn.as_str())),
        ("userAgent", Some(origin.user_agent.as_str()).filter(|agent| !agent.is_empty())),
        ("user", iam.map(|iam| iam.user_id.as_str())),
    ]
    .map(|(name, text)| (name, Value::text(text.unwrap_or_default())))
    .into_iter()
    .collect();
    if let Some(id) = context.caller.api_key_id {
        members.insert("apiKey".into(), Value::text(context.api_key().unwrap_or_default()));
        members.insert("apiKeyId".into(), Value::text(id));
    }
    members
}

/// The members of `authorizer`, as REST APIs have them: all texts. An IAM caller has none.
fn authorizer(principal: &Principal) -> Option<OrderedMap> {
    let mut members: OrderedMap =
        principal.id().map(|id| ("principalId", Value::text(id))).into_iter().collect();
    match principal.authorizer_v1()? {
        AuthorizerV1::Token { claims } => {
            members.insert("claims".into(), quiet(texts(claims).collect()));
        }
        AuthorizerV1::Function(function) => {
            members.insert("integrationLatency".into(), Value::text(&function.latency_ms.to_string()));
            for (name, text) in texts(function.context.texts()) {
                if !members.contains_key(name) {
                    members.insert(name.into(), text);
                }
            }
        }
    }
    Some(members)
}

fn texts(texts: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, Value)> {
    texts.iter().map(|(name, text)| (name.as_str(), Value::text(text)))
}
