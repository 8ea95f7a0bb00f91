//! The explanation for programs.

use serde_json::{Map, Value, json};
use tollgate::{
    authorizers::ApiKeyUse,
    context::StageVersion,
    deployment::{Configuration, PassedOverRoute, RouteAuthorization},
    error::chain,
    gateway::{
        AddedHeader, CheckedAuthorizer, ExplainedApiKey, ExplainedCanary, ExplainedLimit, ExplainedOutcome,
        ExplainedResponse, ExplainedRoute, ExplainedShadow, ExplainedStage, ExplainedValidation, FoundCaller,
    },
    limits::usage_plan::LimitOwner,
};

use super::{
    Explanation,
    integration_part::{self, named},
};
use crate::{
    checked_rules::rule_to_json,
    limit_words::{quota_to_json, throttle_to_json},
};

/// A form that adds fields keeps this number; one that takes some away has another.
const SCHEMA_VERSION: u32 = 1;

pub fn to_json(explanation: &Explanation) -> Value {
    let explained = &explanation.explained;
    let passed_over = |PassedOverRoute { key, reason }: &PassedOverRoute| json!({ "routeKey": key, "reason": reason.to_string() });
    let mut json = json!({
        "schemaVersion": SCHEMA_VERSION,
        "stage": explained.stage.as_ref().map(stage),
        "routeKey": explained.route.as_ref().map(|route| &route.key),
        "passedOver": explained.passed_over.iter().map(passed_over).collect::<Value>(),
    });
    let steps = explained.route.as_ref().map(|route| steps(explanation, route)).unwrap_or_default();
    if let Value::Object(members) = &mut json {
        members.extend(steps);
        members.insert("answer".to_owned(), answer(explanation));
    }
    json
}

fn stage(stage: &ExplainedStage) -> Value {
    let ExplainedStage { name, host, hosts, base_path, path, deployment_id, configuration, version, canary } =
        stage;
    let canary = canary.as_ref().map(|ExplainedCanary { deployment_id, percent }| {
        json!({ "deploymentId": deployment_id, "percentTraffic": percent.to_json() })
    });
    json!({
        "name": name,
        "host": host,
        "hosts": hosts,
        "basePath": base_path,
        "path": path,
        "deploymentId": deployment_id,
        "isLastGood": *configuration == Configuration::LastGood,
        "isCanaryRequest": *version != StageVersion::Own,
        "canary": canary,
    })
}

fn steps(explanation: &Explanation, route: &ExplainedRoute) -> Map<String, Value> {
    let parameters: Map<String, Value> =
        route.path_parameters.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    let (is_required, id, plan) = match &route.api_key {
        ExplainedApiKey::NotRequired => (false, None, None),
        ExplainedApiKey::NotKnown(asked) => (*asked != ApiKeyUse::NotRequired, None, None),
        ExplainedApiKey::Known { id, usage_plan_id } => (true, Some(id), Some(usage_plan_id)),
    };
    let validation = route.validation.map(|validation| match validation {
        ExplainedValidation::NothingToCheck => "NOTHING_TO_CHECK",
        ExplainedValidation::Passed => "PASSED",
    });
    let steps = json!({
        "pathParameters": parameters,
        "access": route.access.as_ref().map(ToString::to_string),
        "authorizer": authorizer(route),
        "apiKey": { "isRequired": is_required, "id": id, "usagePlanId": plan },
        "limits": route.limits.iter().map(limit).collect::<Value>(),
        "validation": validation,
        "cache": explanation.cache_part().map(|part| part.to_json()),
        "integration": route.integration.as_ref().map(integration_part::to_json),
        "shadow": route.shadow.as_ref().map(shadow),
    });
    match steps {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn authorizer(route: &ExplainedRoute) -> Option<Value> {
    let RouteAuthorization::By(asked, _) = &route.authorizer else { return None };
    let (rules, claims, caller) = match &route.checked {
        Some(CheckedAuthorizer { rules, claim_names, caller }) => {
            (&rules[..], &claim_names[..], Some(caller))
        }
        None => (&[][..], &[][..], None),
    };
    let (principal, asks) = match caller {
        Some(FoundCaller::Known(principal)) => (Some(principal), None),
        Some(FoundCaller::AsSays(whom)) => (None, Some(whom)),
        Some(FoundCaller::Refused) | None => (None, None),
    };
    Some(json!({
        "authorizerId": &*asked.id,
        "type": asked.type_name(),
        "authorizationScopes": asked.scopes(),
        "rules": rules.iter().map(rule_to_json).collect::<Value>(),
        "claims": claims,
        "principalId": principal.and_then(|principal| principal.id()),
        "identity": principal.map(|principal| principal.identity().as_str()),
        "notAsked": asks,
    }))
}

fn limit(ExplainedLimit { owner, limits }: &ExplainedLimit) -> Value {
    let owner = match owner {
        None => "ADDRESS",
        Some(LimitOwner::KeyOnRoute) => "KEY_ON_ROUTE",
        Some(LimitOwner::Key) => "KEY",
        Some(LimitOwner::CallerOnRoute) => "CALLER_ON_ROUTE",
        Some(LimitOwner::Caller) => "CALLER",
        Some(LimitOwner::Route) => "ROUTE",
        Some(LimitOwner::Stage) => "STAGE",
    };
    let (throttle, quota) = (limits.throttle.map(throttle_to_json), limits.quota.map(quota_to_json));
    json!({ "of": owner, "throttle": throttle, "quota": quota })
}

fn shadow(ExplainedShadow { uri, percent }: &ExplainedShadow) -> Value {
    json!({ "uri": uri, "percent": percent.to_json() })
}

fn answer(explanation: &Explanation) -> Value {
    let response = |response: &ExplainedResponse| json!({ "status": response.status, "headers": named(&response.headers), "body": response.body });
    match &explanation.explained.outcome {
        ExplainedOutcome::Passes { added } => {
            let header = |AddedHeader { name, value }: &AddedHeader| json!({ "name": name, "value": value });
            json!({
                "isRefused": false,
                "by": "INTEGRATION",
                "addedHeaders": added.iter().map(header).collect::<Value>(),
                "response": explanation.answer.as_ref().map(response),
            })
        }
        ExplainedOutcome::Preflight(preflight) => {
            json!({ "isRefused": false, "by": "CORS", "response": response(preflight) })
        }
        ExplainedOutcome::Refused(refusal) => json!({
            "isRefused": true,
            "by": refusal.step.name(),
            "reason": chain(&refusal.error),
            "response": response(&refusal.response),
        }),
    }
}
