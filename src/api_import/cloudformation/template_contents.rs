//! What a template has of an API, by the kinds of its resources and by the API that each names.

use std::collections::BTreeSet;

use super::{named_resources::names_within, names_of_kinds::READ, nested_stack::location_of};
use crate::api_import::source::Located;

/// The names that SAM gives the APIs of events that name none.
const IMPLICIT: [&str; 2] = ["ServerlessRestApi", "ServerlessHttpApi"];

/// The kinds of resources that are APIs.
const APIS: [&str; 4] = [
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGatewayV2::Api",
    "AWS::Serverless::Api",
    "AWS::Serverless::HttpApi",
];

/// The properties of a part that say whose it is.
const OWNERS: [&str; 3] = ["RestApiId", "ApiId", "ApiStages"];

/// What a template has of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holds {
    Nothing,
    /// Resources of an API that is in another template.
    Parts,
    /// Stacks, which may have one.
    Stacks,
    Api,
}

/// The most that a template has of an API.
pub(super) fn holds(template: Located<'_>) -> Holds {
    let own = own_of_apis(template);
    resources(template).map(|(_, resource)| holds_resource(resource, &own)).max().unwrap_or(Holds::Nothing)
}

/// The words for parts of an API that a template has, and not the API.
pub(super) fn parts_of_another(template: Located<'_>) -> Option<&'static str> {
    let own = own_of_apis(template);
    resources(template).find_map(|(name, resource)| match holds_resource(resource, &own) {
        Holds::Parts => {
            Some("the template has parts of an API that is not in it: export the API (get-export), and import that")
        }
        Holds::Nothing if name.starts_with("Fn::") => {
            Some("the Resources of the template have a call, which may make parts of an API: export the API (get-export), and import that")
        }
        Holds::Nothing | Holds::Stacks | Holds::Api => None,
    })
}

/// Says if stacks are in a template.
pub(super) fn has_stacks(template: Located<'_>) -> bool {
    resources(template).any(|(_, resource)| location_of(kind_of(resource)).is_some())
}

/// The names of the APIs in a template, WebSocket APIs too, and of their parts, such as stages.
pub(super) fn own_of_apis(template: Located<'_>) -> BTreeSet<String> {
    let of_apis = resources(template).filter(|(_, resource)| is_of_api(kind_of(*resource)));
    of_apis.map(|(name, _)| name).chain(IMPLICIT).map(str::to_owned).collect()
}

/// Says if a resource of this kind is an API or a part of one.
pub(super) fn is_of_api(kind: &str) -> bool {
    READ.contains(&kind) || APIS.contains(&kind)
}

/// True of the API that SAM makes of events, and of what it makes beside it.
pub(super) fn is_implicit(name: &str) -> bool {
    IMPLICIT.iter().any(|implicit| name.starts_with(implicit))
}

/// What a part says of its API: a part that names none has none of these.
pub(super) fn owners(resource: Located<'_>) -> Vec<Located<'_>> {
    let properties = resource.get("Properties");
    OWNERS.iter().filter_map(|key| properties?.get(key)).collect()
}

pub(super) fn kind_of(resource: Located<'_>) -> &str {
    resource.get("Type").and_then(Located::text).unwrap_or_default()
}

fn resources(template: Located<'_>) -> impl Iterator<Item = (&str, Located<'_>)> {
    let resources = template.get("Resources").and_then(Located::members);
    resources.into_iter().flatten().map(|member| (member.key, member.value))
}

fn holds_resource(resource: Located<'_>, own: &BTreeSet<String>) -> Holds {
    let kind = kind_of(resource);
    let properties = resource.get("Properties");
    let protocol = properties.and_then(|properties| properties.get("ProtocolType")).and_then(Located::text);
    match kind {
        "AWS::ApiGatewayV2::Api" if protocol == Some("WEBSOCKET") => Holds::Nothing,
        kind if APIS.contains(&kind) => Holds::Api,
        "AWS::Serverless::Function" | "AWS::Serverless::StateMachine" => {
            let events = properties.and_then(|properties| properties.get("Events"));
            let mut events = events.and_then(Located::members).into_iter().flatten();
            let is_request = |event: Located<'_>| {
                matches!(event.get("Type").and_then(Located::text), Some("Api" | "HttpApi"))
            };
            if events.any(|event| is_request(event.value)) { Holds::Api } else { Holds::Nothing }
        }
        kind if location_of(kind).is_some() => Holds::Stacks,
        kind if READ.contains(&kind) && !is_of_own(resource, own) => Holds::Parts,
        _ => Holds::Nothing,
    }
}

/// True of a part that names nothing but what is in its template.
fn is_of_own(resource: Located<'_>, own: &BTreeSet<String>) -> bool {
    let owners = owners(resource);
    let names: Vec<BTreeSet<String>> = owners.into_iter().map(names_within).collect();
    match names.is_empty() {
        // A plan without stages covers no API.
        true => kind_of(resource) == "AWS::ApiGateway::UsagePlan",
        false => names.iter().all(|names| !names.is_empty() && names.is_subset(own)),
    }
}
