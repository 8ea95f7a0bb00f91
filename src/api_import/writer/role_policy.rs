//! The statements that the gateway's role needs for the targets of an API: functions, services, roles.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::api_import::definition::Definition;

/// A policy document; what it needs that only an operator knows (the resource of a service's action) is `*`.
pub fn role_policy(definition: &Definition) -> Option<Value> {
    let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut need = |action: &str, resource: &str| {
        needs.entry(action.to_owned()).or_default().insert(resource.to_owned());
    };
    for authorizer in definition.authorizers.values() {
        if let Some(function) = text(&authorizer.fields, "authorizerUri") {
            need("lambda:InvokeFunction", &function_arn(function));
        }
    }
    for route in &definition.routes {
        let integration = &route.integration;
        let uri = text(integration, "uri").unwrap_or_default();
        let role = text(integration, "credentials");
        if !matches!(text(integration, "type"), Some("AWS_PROXY" | "AWS")) {
            continue;
        }
        match role {
            // The role may do it, and is taken.
            Some(role) => need("sts:AssumeRole", role),
            None => match service_action(integration, uri) {
                Some(action) => need(&action, "*"),
                None => need("lambda:InvokeFunction", &function_arn(uri)),
            },
        }
    }
    let statements = needs.into_iter().map(|(action, resources)| {
        let resources: Vec<String> = resources.into_iter().collect();
        let resource = match &resources[..] {
            [only] => Value::from(only.as_str()),
            _ => Value::from(resources),
        };
        json!({ "Effect": "Allow", "Action": action, "Resource": resource })
    });
    let statements: Vec<Value> = statements.collect();
    (!statements.is_empty()).then(|| json!({ "Version": "2012-10-17", "Statement": statements }))
}

fn text<'m>(map: &'m Map<String, Value>, name: &str) -> Option<&'m str> {
    map.get(name).and_then(Value::as_str)
}

/// The ARN of a function, with any value for what its name does not say.
fn function_arn(function: &str) -> String {
    let name = match function.starts_with("arn:") {
        true => function.to_owned(),
        false => format!("arn:aws:lambda:*:*:function:{function}"),
    };
    // A stage variable may be anything.
    let mut parts = name.split("${");
    let mut arn = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        arn.push('*');
        arn.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    arn
}

/// `dynamodb:PutItem` of `arn:aws:apigateway:REGION:dynamodb:action/PutItem`, `sqs:SendMessage` of a subtype.
fn service_action(integration: &Map<String, Value>, uri: &str) -> Option<String> {
    if let Some(subtype) = text(integration, "integrationSubtype") {
        let (service, action) = subtype.split_once('-')?;
        let service = match service {
            "EventBridge" => "events",
            "StepFunctions" => "states",
            _ => return Some(format!("{}:{action}", service.to_ascii_lowercase())),
        };
        return Some(format!("{service}:{action}"));
    }
    let parts: Vec<&str> = uri.strip_prefix("arn:")?.splitn(5, ':').collect();
    let [_, "apigateway", _, service, target] = parts[..] else { return None };
    // A service may stand behind a host: `queue.sqs`, `data-ats.iot`.
    let service = service.rsplit('.').next().unwrap_or(service);
    match target.strip_prefix("action/") {
        Some(action) => Some(format!("{service}:{action}")),
        None => Some(format!("{service}:*")),
    }
}
