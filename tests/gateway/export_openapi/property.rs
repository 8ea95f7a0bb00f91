//! Property: a random stage is the same after the way there and back, and its guards stand in the document.

use proptest::{prelude::*, sample::select};
use serde_json::{Map, Value, json};
use tollgate::{
    api_export::{OpenApiVersion, document},
    api_file::{export::export, yaml_text::yaml},
};

use super::{all, exported, imported};

const KEYS: [&str; 7] =
    ["GET /", "OPTIONS /", "POST /a/{id}", "ANY /a/{id}", "ANY /f/{proxy+}", "$default", "HEAD /b"];

fn integration() -> impl Strategy<Value = Value> {
    let targets = [
        json!({ "type": "MOCK", "statusCode": 204 }),
        json!({ "type": "MOCK", "body": "$context #x", "headers": { "x-a": "b" } }),
        json!({ "type": "MOCK", "requestTemplates": { "application/json": "{\"statusCode\": 200}" },
            "responses": { "default": { "statusCode": 200, "responseParameters": { "method.response.header.Access-Control-Allow-Origin": "'*'" } } } }),
        json!({ "type": "MOCK", "responses": { "default": { "statusCode": 202 } } }),
        json!({ "type": "AWS_PROXY", "uri": "orders" }),
        json!({ "type": "AWS_PROXY", "uri": "orders:${stageVariables.alias}", "payloadFormatVersion": "1.0" }),
        json!({ "type": "AWS_PROXY", "uri": "orders", "responseTransferMode": "STREAM", "timeoutInMillis": 5000 }),
        json!({ "type": "HTTP_PROXY", "uri": "https://a.example/x" }),
        json!({ "type": "HTTP_PROXY", "uri": "https://a.example/x", "integrationMethod": "POST", "requestParameters": { "append:header.x-a": "$context.stage" } }),
        json!({ "type": "DYNAMODB", "action": "Scan", "tableName": "orders" }),
    ];
    select(targets.to_vec())
}

fn route() -> impl Strategy<Value = Value> {
    let access = select(vec![
        json!({}),
        json!({ "authorizationType": "NONE" }),
        json!({ "authorizationType": "AWS_IAM" }),
        json!({ "authorizerId": "users", "authorizationScopes": ["a"] }),
        json!({ "authorizerId": "partners" }),
    ]);
    let more = select(vec![
        json!({}),
        json!({ "enabled": false }),
        json!({ "throttle": { "rateLimit": 5, "burstLimit": 5 } }),
        json!({ "requestParameters": { "method.request.querystring.q": true } }),
        json!({ "requestModels": { "application/json": "Order" } }),
        json!({ "corsConfiguration": { "allowOrigins": ["*"] } }),
        json!({ "description": "a: b # c" }),
    ]);
    (access, prop::collection::vec(more, 0..3), any::<bool>(), integration()).prop_map(
        |(access, more, is_keyed, integration)| {
            let mut route = access;
            let fields = route.as_object_mut().unwrap();
            more.into_iter().for_each(|part| fields.extend(part.as_object().unwrap().clone()));
            if is_keyed {
                fields.insert("apiKeyRequired".to_owned(), true.into());
            }
            fields.insert("integration".to_owned(), integration);
            route
        },
    )
}

fn stage() -> impl Strategy<Value = Value> {
    let routes = prop::collection::btree_map(select(&KEYS[..]), route(), 1..6);
    let default = prop::option::of(select(&["users", "partners"][..]));
    let parts =
        (routes, default, any::<bool>(), prop::option::of(select(&["HTTP", "AWS_REST", "AWS_HTTP"][..])));
    parts.prop_map(|(routes, default, has_cors, unmatched)| {
        let mut api = json!({
            "authorizers": {
                "users": { "type": "JWT", "jwtConfiguration": { "issuer": "https://a.example/", "audience": ["a"] } },
                "partners": { "type": "REQUEST", "authorizerUri": "partners" } },
            "models": { "Order": { "type": "object", "minProperties": 1 } } });
        if let Some(default) = default {
            api["authorizerId"] = default.into();
        }
        if has_cors {
            api["corsConfiguration"] = json!({ "allowOrigins": ["*"] });
        }
        if let Some(unmatched) = unmatched {
            api["unmatchedRoutes"] = unmatched.into();
        }
        let mut routes: Map<String, Value> = routes.into_iter().map(|(key, route)| (key.to_owned(), route)).collect();
        // A stage has at least one route that is enabled.
        routes.insert("DELETE /c".to_owned(), json!({ "integration": { "type": "MOCK" } }));
        let stage = json!({ "stageVariables": { "alias": "live" }, "api": api, "routes": routes });
        json!({ "tollgate": 1, "stages": { "v1": stage } })
    })
}

/// The routes that ask for an authorizer or a signature, by the items alone.
fn is_guarded(file: &Value, route: &Value) -> bool {
    let is_open = route["authorizationType"] == "NONE";
    let own = route["authorizationType"] == "AWS_IAM" || route["authorizerId"].is_string();
    own || (!is_open && file["stages"]["v1"]["api"]["authorizerId"].is_string())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_random_stage_comes_back_as_it_was(file in stage(), is_new in any::<bool>()) {
        let text = yaml(&file);
        let exported = exported(&text);
        let version = if is_new { OpenApiVersion::V31 } else { OpenApiVersion::V30 };
        let document = document("v1", &exported.stages["v1"], all(version));
        let imported = imported(&document);
        prop_assert!(imported.text.is_some(), "{}\n{}", imported.report, document.yaml());
        let again = self::exported(&imported.text.unwrap());
        let (mut got, mut expected) = (again.to_stored(), exported.to_stored());
        for items in [&mut got, &mut expected] {
            items.routes.values_mut().for_each(|routes| routes.sort_by_key(|it| it["routeKey"].to_string()));
        }
        prop_assert_eq!(export(&got).text, export(&expected).text, "{}", document.yaml());
        for (key, route) in file["stages"]["v1"]["routes"].as_object().unwrap() {
            let (method, path) = key.split_once(' ').unwrap_or(("ANY", "/$default"));
            let method = if method == "ANY" { "x-amazon-apigateway-any-method".to_owned() } else { method.to_lowercase() };
            let operation = &document.json["paths"][path][method];
            if route["enabled"] == false {
                prop_assert!(operation.is_null());
                continue;
            }
            let names: Vec<&String> = operation["security"].as_array().unwrap().iter()
                .flat_map(|requirement| requirement.as_object().unwrap().keys()).collect();
            prop_assert_eq!(names.iter().any(|name| *name == "api_key"), route["apiKeyRequired"] == true);
            prop_assert_eq!(names.iter().any(|name| *name != "api_key"), is_guarded(&file, route), "{}", key);
        }
    }
}
