//! What the gateway's role must be allowed to do for the targets of an API: functions, roles, actions of services.

use serde_json::{Map, Value};

use super::table_names::table_names;
use crate::api_import::definition::Definition;

/// One permission; of an ARN, what the API does not say is `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetPermission {
    /// A function by its ARN, with the version or alias that it is called by.
    Invoke { function: String },
    /// A role that is allowed to do the rest.
    Assume { role: String },
    /// An action of a service: `sqs:SendMessage`, with the tables that it is about where the templates name them.
    Action { action: String, tables: Vec<String> },
}

/// The permissions for all authorizers and routes, in their order.
pub fn target_permissions(definition: &Definition) -> Vec<TargetPermission> {
    let of_authorizers = definition.authorizers.values().filter_map(|authorizer| {
        let function = function_arn(text(&authorizer.fields, "authorizerUri")?);
        Some(TargetPermission::Invoke { function })
    });
    let of_routes = definition.routes.iter().filter_map(|route| of_integration(&route.integration));
    of_authorizers.chain(of_routes).collect()
}

fn of_integration(integration: &Map<String, Value>) -> Option<TargetPermission> {
    if !matches!(text(integration, "type"), Some("AWS_PROXY" | "AWS")) {
        return None;
    }
    // The role may do it, and is taken.
    if let Some(role) = text(integration, "credentials") {
        return Some(TargetPermission::Assume { role: role.to_owned() });
    }
    let uri = text(integration, "uri").unwrap_or_default();
    Some(match service_action(integration, uri) {
        Some(action) if action.starts_with("dynamodb:") => {
            let tables = table_names(integration).unwrap_or_default();
            let tables = tables.iter().map(|name| format!("arn:aws:dynamodb:*:*:table/{name}")).collect();
            TargetPermission::Action { action, tables }
        }
        Some(action) => TargetPermission::Action { action, tables: Vec::new() },
        None => TargetPermission::Invoke { function: function_arn(uri) },
    })
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
