//! `tollgate check --auth`: who may call each route, one row a route.

use std::io::{self, Write};

use serde_json::{Value, json};
use tollgate::{
    address_range::AddressRange,
    authorizers::ApiKeyUse,
    deployment::{AuthorizerOrigin, RouteAccess, RouteAuthorization},
    error::{ItemId, Problem},
    policies::addresses::AddressLists,
};

use crate::text_table::{self, Column};

const COLUMNS: [Column; 5] = [
    Column::left("ROUTE"),
    Column::left("CALLERS"),
    Column::left("SCOPES"),
    Column::left("ADDRESSES"),
    Column::left("POLICY"),
];

/// The warnings of routes by which anybody may change a table.
pub fn warnings(table: &str, stage: &str, routes: &[RouteAccess]) -> Vec<Problem> {
    let public_writes = routes.iter().filter(|route| route.writes_to_dynamodb && route.is_public());
    let warning = |route: &RouteAccess| {
        let key = format!("stage={stage} routeKey={}", route.route_key);
        let got = "a route by which anybody may change a table";
        let expected = "an authorizer, an API key, ipAllow or a policy, unless that is meant";
        Problem::new(ItemId { table, key: &key }, "integration.action", got, expected)
    };
    public_writes.map(warning).collect()
}

/// Writes the table of a stage.
///
/// # Errors
///
/// The reader is gone.
pub fn write(out: &mut impl Write, routes: &[RouteAccess]) -> io::Result<()> {
    let row = |route: &RouteAccess| {
        let policy = if route.has_policy { "asked" } else { "-" };
        vec![
            route.route_key.clone(),
            callers(route),
            scopes(route).map_or_else(|| "-".to_owned(), |scopes| scopes.join(" ")),
            addresses(route),
            policy.to_owned(),
        ]
    };
    text_table::write(out, &COLUMNS, &routes.iter().map(row).collect::<Vec<_>>())
}

pub fn to_json(routes: &[RouteAccess]) -> Value {
    let lists =
        |lists: &AddressLists| json!({ "ipAllow": lists.allow().map(texts), "ipDeny": texts(lists.deny()) });
    let route = |route: &RouteAccess| {
        let (authorizer, is_default) = match &route.authorizer {
            RouteAuthorization::None | RouteAuthorization::Opened => (None, false),
            RouteAuthorization::By(authorizer, origin) => {
                (Some(authorizer), *origin == AuthorizerOrigin::Api)
            }
        };
        let [of_api, of_route] = &route.addresses;
        json!({
            "routeKey": route.route_key,
            "isPublic": route.is_public(),
            "authorizerId": authorizer.map(|authorizer| &*authorizer.id),
            "authorizerType": authorizer.map(|authorizer| authorizer.type_name()),
            "isAuthorizerOfApi": is_default,
            "authorizationScopes": scopes(route),
            "apiKeyRequired": route.api_key != ApiKeyUse::NotRequired,
            "addressesOfApi": of_api.as_ref().map(lists),
            "addresses": of_route.as_ref().map(lists),
            "hasPolicy": route.has_policy,
        })
    };
    routes.iter().map(route).collect()
}

/// Who is let in: `users (JWT) of $api, API key`.
fn callers(route: &RouteAccess) -> String {
    let mut callers = Vec::new();
    if let RouteAuthorization::By(authorizer, origin) = &route.authorizer {
        let whose = match origin {
            AuthorizerOrigin::Api => " of $api",
            AuthorizerOrigin::Route => "",
        };
        callers.push(format!("{} ({}){whose}", authorizer.id, authorizer.type_name()));
    }
    if route.api_key != ApiKeyUse::NotRequired {
        callers.push("API key".to_owned());
    }
    if callers.is_empty() {
        callers.push(if route.is_public() { "public" } else { "anybody" }.to_owned());
    }
    let opened = if matches!(route.authorizer, RouteAuthorization::Opened) { " (NONE)" } else { "" };
    format!("{}{opened}", callers.join(", "))
}

/// `None`: the route asks for none.
fn scopes(route: &RouteAccess) -> Option<&[String]> {
    match &route.authorizer {
        RouteAuthorization::By(authorizer, _) if !authorizer.scopes().is_empty() => Some(authorizer.scopes()),
        RouteAuthorization::By(..) | RouteAuthorization::None | RouteAuthorization::Opened => None,
    }
}

fn addresses(route: &RouteAccess) -> String {
    let mut words = Vec::new();
    for (lists, whose) in route.addresses.iter().zip([" of $api", ""]) {
        let Some(lists) = lists else { continue };
        if let Some(allow) = lists.allow() {
            words.push(format!("only {}{whose}", texts(allow).join(" ")));
        }
        if !lists.deny().is_empty() {
            words.push(format!("not {}{whose}", texts(lists.deny()).join(" ")));
        }
    }
    if words.is_empty() { "-".to_owned() } else { words.join("; ") }
}

fn texts(ranges: &[AddressRange]) -> Vec<String> {
    ranges.iter().map(ToString::to_string).collect()
}
