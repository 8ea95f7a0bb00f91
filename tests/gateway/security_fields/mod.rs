//! Fields that keep requests out (keys, throttles, addresses): misspelt, null or in the wrong place, they are a
//! problem, and nothing is served more open than the right field would leave it.

mod plan_route_keys;

use serde_json::{Map, Value, json};
use tollgate::{
    authorizers::ApiKey,
    deployment::{DeploymentSource, parse},
    item::StageVariables,
    limits::usage_plan::UsagePlan,
    stages::StageSettings,
};

use crate::authorizers::issuer::Issuer;

/// The kind of item that a field stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Stage,
    Api,
    Route,
    Plan,
    Key,
}
use Kind::{Api, Key, Plan, Route, Stage};

/// The security fields, each where it belongs and with a value that will do. A field that this version does not enforce
/// is a problem even so.
#[rustfmt::skip]
fn words() -> Vec<(Kind, &'static str, &'static str, Value)> {
    let throttle = || json!({ "rateLimit": 1, "burstLimit": 1 });
    let network = || json!(["192.0.2.0/24"]);
    vec![
        (Stage, "",             "throttle",            throttle()),
        (Stage, "/throttle",    "rateLimit",           json!(1)),
        (Stage, "/throttle",    "burstLimit",          json!(1)),
        (Stage, "",             "hosts",               json!(["a.example"])),
        (Api,   "",             "throttle",            json!({ "perIp": throttle() })),
        (Api,   "/throttle",    "perIp",               throttle()),
        (Api,   "/throttle",    "perCaller",           throttle()),
        (Api,   "/throttle/perCaller", "rateLimit",    json!(1)),
        (Api,   "/throttle/perCaller", "burstLimit",   json!(1)),
        (Api,   "/throttle/perIp", "rateLimit",        json!(1)),
        (Api,   "/throttle/perIp", "burstLimit",       json!(1)),
        (Api,   "",             "apiKeySource",        json!("AUTHORIZER")),
        (Api,   "",             "authorizers",         authorizers()),
        (Api,   "",             "authorizationType",   json!("JWT")),
        (Api,   "",             "authorizerId",        json!("users")),
        (Api,   "",             "authorizationScopes", json!(["a"])),
        (Api,   "",             "ipAllow",             network()),
        (Api,   "",             "ipDeny",              network()),
        (Api,   "",             "policy",              json!({ "Statement": { "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" } })),
        (Api,   "",             "corsConfiguration",   json!({ "allowOrigins": ["https://a.example"] })),
        (Api,   "/corsConfiguration", "allowOrigins",  json!(["https://a.example"])),
        (Route, "",             "apiKeyRequired",      json!(true)),
        (Route, "",             "authorizerId",        json!("users")),
        (Route, "",             "authorizationScopes", json!(["a"])),
        (Route, "",             "authorizationType",   json!("JWT")),
        (Route, "",             "ipAllow",             network()),
        (Route, "",             "ipDeny",              network()),
        (Route, "",             "requestModels",       json!({ "application/json": "Empty" })),
        (Route, "",             "requestValidator",    json!({ "validateRequestBody": true })),
        (Route, "",             "requestParameters",   json!({ "method.request.header.x-tenant": true })),
        (Route, "",             "enabled",             json!(false)),
        (Route, "",             "corsConfiguration",   json!({ "allowOrigins": ["https://a.example"] })),
        (Route, "/corsConfiguration", "allowOrigins",  json!(["https://a.example"])),
        (Route, "",             "throttle",            throttle()),
        (Route, "/throttle",    "rateLimit",           json!(1)),
        (Route, "/throttle",    "burstLimit",          json!(1)),
        (Route, "/throttle",    "perCaller",           throttle()),
        (Route, "/throttle/perCaller", "rateLimit",    json!(1)),
        (Route, "/throttle/perCaller", "burstLimit",   json!(1)),
        (Route, "",             "cacheKeyParameters",  json!(["method.request.querystring.page"])),
        (Route, "",             "cacheMode",           json!("HTTP")),
        (Route, "/integration", "conditionExpression", json!("attribute_not_exists(id)")),
        (Route, "/integration", "projectionExpression", json!("id")),
        (Route, "/integration", "filterExpression",    json!("attribute_exists(id)")),
        (Route, "/integration", "return",              json!("none")),
        (Plan,  "",             "throttle",            throttle()),
        (Plan,  "/throttle",    "rateLimit",           json!(1)),
        (Plan,  "/throttle",    "burstLimit",          json!(1)),
        (Plan,  "",             "quota",               json!({ "limit": 1, "period": "DAY" })),
        (Plan,  "/quota",       "limit",               json!(1)),
        (Plan,  "/quota",       "period",              json!("DAY")),
        (Plan,  "/quota",       "offset",              json!(1)),
        (Plan,  "",             "apiStages",           json!(["v2"])),
        (Key,   "",             "enabled",             json!(false)),
        (Key,   "",             "expiresAt",           json!(1)),
        (Key,   "",             "stages",              json!(["v2"])),
    ]
}

fn authorizers() -> Value {
    json!({ "users": Issuer::ours().authorizer(&json!({})) })
}

/// An item with every map in it that a field of [`words`] may stand in.
fn item(kind: Kind, word: &str) -> Value {
    let throttle = json!({ "rateLimit": 1, "burstLimit": 1 });
    let of_route = json!({ "rateLimit": 1, "burstLimit": 1, "perCaller": throttle });
    let cors = json!({ "allowOrigins": ["https://a.example"] });
    // Another action has each of these words.
    let integration = match word {
        "filterExpression" | "projectionExpression" => {
            json!({ "type": "DYNAMODB", "action": "Scan", "tableName": "t" })
        }
        "conditionExpression" => {
            json!({ "type": "DYNAMODB", "action": "PutItem", "tableName": "t", "item": { "id": "$request.body.id" } })
        }
        _ => json!({ "type": "DYNAMODB", "action": "GetItem", "tableName": "t", "key": { "id": "1" } }),
    };
    let mut item = match kind {
        Stage => json!({ "stage": "v1", "throttle": throttle }),
        Api => {
            json!({ "stage": "v1", "routeKey": "$api", "throttle": { "perIp": throttle, "perCaller": throttle }, "corsConfiguration": cors,
            "authorizers": authorizers(), "authorizerId": "users" })
        }
        Route => {
            json!({ "stage": "v1", "routeKey": "GET /a", "throttle": of_route, "corsConfiguration": cors,
            "authorizerId": "users",
            "cachingEnabled": true, "integration": integration })
        }
        Plan => json!({ "usagePlanId": "p", "throttle": throttle, "quota": { "limit": 1, "period": "DAY" } }),
        Key => json!({ "keyHash": "00", "id": "k" }),
    };
    if !word.starts_with("cache") {
        // Of a Scan it would need a key for each page.
        item.as_object_mut().unwrap().remove("cachingEnabled");
    }
    item
}

fn with(kind: Kind, parent: &str, word: &str, name: &str, value: Value) -> Value {
    let mut item = item(kind, word);
    let map = map_at(&mut item, parent);
    map.remove(word);
    map.insert(name.to_owned(), value);
    item
}

fn map_at<'a>(item: &'a mut Value, pointer: &str) -> &'a mut Map<String, Value> {
    item.pointer_mut(pointer).unwrap().as_object_mut().unwrap()
}

/// Everything that is wrong with an item of this kind; empty if it is served.
fn problems(kind: Kind, item: &Value) -> String {
    let map = item.as_object().unwrap();
    let route = json!({ "stage": "v1", "routeKey": "GET /other", "integration": { "type": "MOCK" } });
    let api = json!({ "stage": "v1", "routeKey": "$api", "authorizers": authorizers() });
    let mut routes = vec![map.clone(), route.as_object().unwrap().clone()];
    if kind == Route {
        routes.push(api.as_object().unwrap().clone());
    }
    let invalid = match kind {
        Stage => StageSettings::parse("stages", map).value.err(),
        Api | Route => {
            let variables = StageVariables::new();
            let source = DeploymentSource {
                table: "routes",
                stage: "v1",
                stage_variables: &variables,
                function_url_auth_type: None,
            };
            parse(source, &routes).value.err()
        }
        Plan => UsagePlan::parse("plans", map).value.err(),
        Key => ApiKey::parse("keys", map).value.err(),
    };
    invalid.map(|invalid| invalid.to_string()).unwrap_or_default()
}

/// The names that are one slip of the hand away.
fn misspelt(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let text = |letters: &[char]| letters.iter().collect::<String>();
    let mut slips = vec![word.to_uppercase(), format!(" {word}"), format!("{word} "), format!("{word}s")];
    slips.push(format!("{}{}", letters[0].to_uppercase(), text(&letters[1..])));
    for at in 0..letters.len() {
        let (before, rest) = letters.split_at(at);
        slips.push([before, &rest[1..]].concat().iter().collect());
        for odd in ['x', '_', letters[at]] {
            slips.push([before, &[odd], rest].concat().iter().collect());
            slips.push([before, &[odd], &rest[1..]].concat().iter().collect());
        }
        if rest.len() > 1 {
            slips.push([before, &[rest[1], rest[0]], &rest[2..]].concat().iter().collect());
        }
    }
    slips.retain(|slip| slip != word);
    slips
}

#[test]
fn a_misspelt_security_field_is_a_problem_that_names_the_right_one() {
    for (kind, parent, word, value) in words() {
        for slip in misspelt(word) {
            let item = with(kind, parent, word, &slip, value.clone());
            let told = problems(kind, &item);
            // One more slip, and authorizers and authorizerId are one.
            let meant = if word.starts_with("authorizer") { "authorizer" } else { word };
            assert!(told.contains(&format!("did you mean {meant}")), "{kind:?} {parent} {slip:?}: {told}");
        }
    }
}

#[test]
fn a_security_field_that_is_null_is_a_problem_that_says_what_to_write() {
    for (kind, parent, word, _) in words() {
        let told = problems(kind, &with(kind, parent, word, word, Value::Null));
        let line = told.lines().find(|line| line.contains(&format!("{word}: got null, expected ")));
        assert!(line.is_some(), "{kind:?} {parent} {word}: {told}");
    }
}

#[test]
fn a_security_field_one_level_too_high_or_too_low_is_a_problem() {
    for (kind, parent, word, value) in words() {
        let siblings = item(kind, word);
        let siblings = siblings.pointer(parent).unwrap().as_object().unwrap().clone();
        // Names in an item or a key of the operator's own table are his.
        let is_free = |name: &str| ["item", "key"].contains(&name);
        let lower =
            siblings.iter().filter(|(name, value)| value.is_object() && *name != word && !is_free(name));
        let mut places: Vec<String> = lower.map(|(name, _)| format!("{parent}/{name}")).collect();
        places.extend(parent.rsplit_once('/').map(|(higher, _)| higher.to_owned()));
        for place in places {
            let mut wrong = item(kind, word);
            map_at(&mut wrong, parent).remove(word);
            map_at(&mut wrong, &place).insert(word.to_owned(), value.clone());
            // The same word may be at home in both places.
            let is_at_home =
                words().iter().any(|(other, at, name, _)| (*other, *at, *name) == (kind, &*place, word));
            assert!(is_at_home || !problems(kind, &wrong).is_empty(), "{kind:?} {place} {word}: {wrong}");
        }
    }
}

#[test]
fn a_security_field_in_an_item_of_another_kind_is_a_problem() {
    for (home, _, word, value) in words() {
        for kind in [Stage, Api, Route, Plan, Key] {
            let is_at_home =
                words().iter().any(|(other, at, name, _)| (*other, *at, *name) == (kind, "", word));
            if is_at_home {
                continue;
            }
            let told = problems(kind, &with(kind, "", word, word, value.clone()));
            assert!(!told.is_empty(), "{word} of {home:?} in {kind:?}");
        }
    }
}

#[test]
fn a_security_field_by_another_name_is_a_problem_that_names_the_right_one() {
    let cases = [
        (Api, "", "apiKeyRequird", "nothing of this name; apiKeyRequired would guard nothing here"),
        (Api, "", "api_key_required", "nothing of this name; apiKeyRequired would guard nothing here"),
        (
            Route,
            "",
            "requireApiKey",
            "nothing of this name: a route asks for a key with apiKeyRequired: true",
        ),
        (Route, "", "throttling", "nothing of this name: a limit is throttle: {rateLimit, burstLimit}"),
        (Key, "", "disabled", "nothing of this name: enabled: false switches it off"),
        (Key, "", "revoked", "nothing of this name: enabled: false switches it off"),
        (Key, "", "expiry", "nothing of this name: a key ends at its expiresAt, in seconds since 1970"),
    ];
    for (kind, parent, name, expected) in cases {
        let told = problems(kind, &with(kind, parent, name, name, json!(true)));
        assert!(told.contains(&format!(" {name}: got ")) && told.ends_with(expected), "{name}: {told}");
    }
}

#[test]
fn a_correct_security_field_is_no_problem_unless_this_version_does_not_enforce_it() {
    for (kind, parent, word, value) in words() {
        let told = problems(kind, &with(kind, parent, word, word, value));
        let is_not_enforced = |line: &str| line.ends_with("nothing: this version does not enforce it");
        assert!(told.lines().all(is_not_enforced), "{kind:?} {parent} {word}: {told}");
    }
}
