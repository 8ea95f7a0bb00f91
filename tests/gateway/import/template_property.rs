//! A property: no route of a template is more open than its method, its event or its route was.
//!
//! The oracle reads what the template asks for by itself, from the JSON that the template was made of.

use proptest::{prelude::*, sample::select};
use serde_json::{Map, Value, json};
use tollgate::{
    api_file::check_text,
    api_import::{ImportOptions, Imported, Input, import},
};

/// What a request to a route has to bring.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Guards {
    key: bool,
    /// The type of the authorizer.
    authorizer: Option<&'static str>,
    scopes: Vec<String>,
    parameter: bool,
}

/// A template, and what its author asked for by routes.
#[derive(Clone, Debug)]
struct Guarded {
    template: Value,
    routes: Vec<(String, Guards)>,
    /// A signature is a question.
    asks: bool,
}

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:partners";
const POOL: &str = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_x";

fn invocations() -> String {
    format!("arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations")
}

/// A few paths below the root, each with its parts.
const PATHS: [(&str, &[&str]); 4] =
    [("/a", &["a"]), ("/a/{id}", &["a", "{id}"]), ("/b", &["b"]), ("/b/{proxy+}", &["b", "{proxy+}"])];

/// A method as it is drawn: path, method, authorization, key, validator, scopes.
type Drawn = (usize, &'static str, &'static str, bool, Option<bool>, Vec<String>);

fn drawn(kinds: &'static [&'static str]) -> impl Strategy<Value = Vec<Drawn>> {
    let method = (
        0..PATHS.len(),
        select(&["GET", "POST", "ANY"][..]),
        select(kinds),
        any::<bool>(),
        prop::option::of(any::<bool>()),
        prop::collection::vec("[a-c]", 0..2),
    );
    prop::collection::vec(method, 1..5).prop_map(|mut methods| {
        methods.sort();
        methods.dedup_by_key(|(path, method, ..)| (*path, *method));
        methods
    })
}

/// A REST API of `AWS::ApiGateway::…`.
fn rest() -> impl Strategy<Value = Guarded> {
    drawn(&["NONE", "CUSTOM", "COGNITO_USER_POOLS", "AWS_IAM"]).prop_map(|methods| {
        let mut resources = json!({
            "Api": { "Type": "AWS::ApiGateway::RestApi", "Properties": { "Name": "api" } },
            "Custom": { "Type": "AWS::ApiGateway::Authorizer", "Properties": { "RestApiId": { "Ref": "Api" }, "Name": "custom",
                "Type": "TOKEN", "IdentitySource": "method.request.header.Authorization", "AuthorizerUri": invocations() } },
            "Pool": { "Type": "AWS::ApiGateway::Authorizer", "Properties": { "RestApiId": { "Ref": "Api" }, "Name": "pool",
                "Type": "COGNITO_USER_POOLS", "IdentitySource": "method.request.header.Authorization", "ProviderARNs": [POOL] } },
            "All": { "Type": "AWS::ApiGateway::RequestValidator", "Properties": { "RestApiId": { "Ref": "Api" },
                "ValidateRequestParameters": true, "ValidateRequestBody": true } },
            "Body": { "Type": "AWS::ApiGateway::RequestValidator", "Properties": { "RestApiId": { "Ref": "Api" },
                "ValidateRequestParameters": false, "ValidateRequestBody": true } },
        });
        let mut routes = Vec::new();
        let mut asks = false;
        for (number, (path, method, kind, key, validator, scopes)) in methods.into_iter().enumerate() {
            let (path, parts) = PATHS[path];
            let mut parent = json!({ "Fn::GetAtt": ["Api", "RootResourceId"] });
            for (depth, part) in parts.iter().enumerate() {
                let name: String = parts[..=depth].concat().chars().filter(char::is_ascii_alphanumeric).collect();
                resources[format!("R{name}")] = json!({ "Type": "AWS::ApiGateway::Resource",
                    "Properties": { "RestApiId": { "Ref": "Api" }, "ParentId": parent, "PathPart": part } });
                parent = json!({ "Ref": format!("R{name}") });
            }
            let mut properties = json!({
                "RestApiId": { "Ref": "Api" }, "ResourceId": parent, "HttpMethod": method, "AuthorizationType": kind,
                "ApiKeyRequired": key, "RequestParameters": { "method.request.querystring.q": true },
                "Integration": { "Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": invocations() } });
            let authorizer = match kind {
                "CUSTOM" => Some(("Custom", "TOKEN")),
                "COGNITO_USER_POOLS" => Some(("Pool", "COGNITO_USER_POOLS")),
                _ => None,
            };
            if let Some((name, _)) = authorizer {
                properties["AuthorizerId"] = json!({ "Ref": name });
            }
            let scopes = if kind == "COGNITO_USER_POOLS" { scopes } else { Vec::new() };
            if !scopes.is_empty() {
                properties["AuthorizationScopes"] = scopes.clone().into();
            }
            if let Some(checks_all) = validator {
                properties["RequestValidatorId"] = json!({ "Ref": if checks_all { "All" } else { "Body" } });
            }
            asks |= kind == "AWS_IAM";
            resources[format!("M{number}")] = json!({ "Type": "AWS::ApiGateway::Method", "Properties": properties });
            let guards =
                Guards { key, authorizer: authorizer.map(|(_, kind)| kind), scopes, parameter: validator == Some(true) };
            routes.push((format!("{method} {path}"), guards));
        }
        Guarded { template: json!({ "Resources": resources }), routes, asks }
    })
}

/// An HTTP API of `AWS::ApiGatewayV2::…`.
fn http() -> impl Strategy<Value = Guarded> {
    drawn(&["NONE", "CUSTOM", "JWT", "AWS_IAM"]).prop_map(|methods| {
        let mut resources = json!({
            "Api": { "Type": "AWS::ApiGatewayV2::Api", "Properties": { "Name": "api", "ProtocolType": "HTTP" } },
            "Custom": { "Type": "AWS::ApiGatewayV2::Authorizer", "Properties": { "ApiId": { "Ref": "Api" }, "Name": "custom",
                "AuthorizerType": "REQUEST", "AuthorizerPayloadFormatVersion": "2.0", "IdentitySource": ["$request.header.X-Who"],
                "AuthorizerUri": invocations() } },
            "Tokens": { "Type": "AWS::ApiGatewayV2::Authorizer", "Properties": { "ApiId": { "Ref": "Api" }, "Name": "tokens",
                "AuthorizerType": "JWT", "IdentitySource": ["$request.header.Authorization"],
                "JwtConfiguration": { "Issuer": "https://issuer.example/", "Audience": ["a"] } } },
            "Target": { "Type": "AWS::ApiGatewayV2::Integration", "Properties": { "ApiId": { "Ref": "Api" },
                "IntegrationType": "AWS_PROXY", "IntegrationUri": FUNCTION, "PayloadFormatVersion": "2.0" } },
        });
        let mut routes = Vec::new();
        let mut asks = false;
        for (number, (path, method, kind, _, _, scopes)) in methods.into_iter().enumerate() {
            let key = format!("{method} {}", PATHS[path].0);
            let mut properties = json!({ "ApiId": { "Ref": "Api" }, "RouteKey": key, "AuthorizationType": kind,
                "Target": { "Fn::Sub": "integrations/${Target}" } });
            let authorizer = match kind {
                "CUSTOM" => Some(("Custom", "REQUEST")),
                "JWT" => Some(("Tokens", "JWT")),
                _ => None,
            };
            if let Some((name, _)) = authorizer {
                properties["AuthorizerId"] = json!({ "Ref": name });
            }
            let scopes = if kind == "JWT" { scopes } else { Vec::new() };
            if !scopes.is_empty() {
                properties["AuthorizationScopes"] = scopes.clone().into();
            }
            asks |= kind == "AWS_IAM";
            resources[format!("R{number}")] = json!({ "Type": "AWS::ApiGatewayV2::Route", "Properties": properties });
            let guards = Guards { key: false, authorizer: authorizer.map(|(_, kind)| kind), scopes, parameter: false };
            routes.push((key, guards));
        }
        Guarded { template: json!({ "Resources": resources }), routes, asks }
    })
}

/// A REST API of SAM: a default authorizer, a default key, and events that say otherwise.
fn sam() -> impl Strategy<Value = Guarded> {
    let defaults = (select(&["", "Custom", "Pool"][..]), any::<bool>());
    (defaults, drawn(&["", "NONE", "Custom", "Pool"])).prop_map(|((default, default_key), methods)| {
        let mut auth = json!({ "Authorizers": {
            "Custom": { "FunctionArn": FUNCTION },
            "Pool": { "UserPoolArn": POOL } }, "ApiKeyRequired": default_key });
        if !default.is_empty() {
            auth["DefaultAuthorizer"] = default.into();
        }
        let mut events = Map::new();
        let mut routes = Vec::new();
        for (number, (path, method, kind, key, _, scopes)) in methods.into_iter().enumerate() {
            let path = PATHS[path].0;
            let mut own = json!({ "ApiKeyRequired": key });
            if !kind.is_empty() {
                own["Authorizer"] = kind.into();
            }
            let name = if kind.is_empty() { default } else { kind };
            let scopes = if kind == "Pool" { scopes } else { Vec::new() };
            if !scopes.is_empty() {
                own["AuthorizationScopes"] = scopes.clone().into();
            }
            events.insert(
                format!("E{number}"),
                json!({ "Type": "Api", "Properties": { "Path": path, "Method": method, "RestApiId": { "Ref": "Api" }, "Auth": own } }),
            );
            let authorizer = match name {
                "Custom" => Some("TOKEN"),
                "Pool" => Some("COGNITO_USER_POOLS"),
                _ => None,
            };
            routes.push((format!("{method} {path}"), Guards { key, authorizer, scopes, parameter: false }));
        }
        let template = json!({ "Transform": "AWS::Serverless-2016-10-31", "Resources": {
            "Api": { "Type": "AWS::Serverless::Api", "Properties": { "StageName": "v1", "Auth": auth } },
            "F": { "Type": "AWS::Serverless::Function", "Properties": { "FunctionName": "f", "Events": events } } } });
        Guarded { template, routes, asks: false }
    })
}

/// What a route item asks for.
fn guards_of(item: &Map<String, Value>, api: &Value) -> Guards {
    const TYPES: [&str; 5] = ["TOKEN", "REQUEST", "JWT", "COGNITO_USER_POOLS", "AWS_IAM"];
    let authorizer = item.get("authorizerId").and_then(Value::as_str).map(|name| {
        let kind = api["authorizers"][name]["type"].as_str().unwrap();
        *TYPES.iter().find(|known| **known == kind).unwrap()
    });
    let scopes = item.get("authorizationScopes").and_then(Value::as_array).into_iter().flatten();
    Guards {
        key: item.get("apiKeyRequired") == Some(&true.into()),
        authorizer,
        scopes: scopes.map(|scope| scope.as_str().unwrap().to_owned()).collect(),
        parameter: item.get("requestParameters").is_some_and(|it| it["method.request.querystring.q"] == true),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_route_of_a_template_is_more_open_than_it_was(guarded in prop_oneof![rest(), http(), sam()]) {
        let text = guarded.template.to_string();
        let input = Input::Text { name: "template".to_owned(), text };
        let Imported { text, report, .. } = import(&[input], None, &ImportOptions::default()).unwrap();
        prop_assert_eq!(text.is_none(), guarded.asks, "{}\n{:#}", report, guarded.template);
        let Some(text) = text else { return Ok(()) };
        let checked = check_text("tollgate.yaml", &text);
        let items = checked.api.stages[0].to_items().routes;
        let api = items.iter().find(|item| item["routeKey"] == "$api").cloned().unwrap_or_default();
        for (key, guards) in guarded.routes {
            let item = items.iter().find(|item| item["routeKey"] == key.as_str());
            let Some(item) = item else { return Err(TestCaseError::fail(format!("{key} of {text}"))) };
            prop_assert_eq!(guards_of(item, &Value::Object(api.clone())), guards, "{} of {}", key, text);
        }
    }
}
