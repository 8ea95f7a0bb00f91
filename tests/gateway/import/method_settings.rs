//! Settings of methods mean the same in a template and in what `get-stages` prints.

use serde_json::{Value, json};
use tollgate::{
    api_file::check_text,
    api_import::{ImportOptions, Imported, Input, definition::ApiKind, import},
};

/// A method's settings: path, method, and the rest as `get-stages` prints it.
type Settings = [(&'static str, &'static str, Value)];

fn capital(name: &str) -> String {
    name[..1].to_uppercase() + &name[1..]
}

fn integration() -> Value {
    json!({ "type": "mock", "requestTemplates": { "application/json": "{\"statusCode\": 200}" } })
}

/// The file and the report of a document beside `get-stages`.
fn of_the_cli(cluster: bool, settings: &Settings) -> Imported {
    let settings: serde_json::Map<String, Value> = settings
        .iter()
        .map(|(path, method, fields)| (format!("{}/{method}", path.replace('/', "~1")), fields.clone()))
        .collect();
    let operation = json!({ "x-amazon-apigateway-integration": integration() });
    let document = json!({ "openapi": "3.0.1", "paths": { "/a": { "get": operation, "post": operation } } });
    let stages = json!({ "item": [{ "stageName": "v1", "cacheClusterEnabled": cluster, "methodSettings": settings }] });
    imported([("document", document), ("get-stages", stages)])
}

fn of_a_template(cluster: bool, settings: &Settings) -> Imported {
    let settings = settings.iter().map(|(path, method, fields)| {
        let fields = fields.as_object().unwrap().iter();
        let mut setting: serde_json::Map<String, Value> =
            fields.map(|(name, value)| (capital(name), value.clone())).collect();
        setting.insert("ResourcePath".to_owned(), path.replace('/', "~1").into());
        setting.insert("HttpMethod".to_owned(), (*method).into());
        Value::Object(setting)
    });
    let settings: Vec<Value> = settings.collect();
    let method = |name: &str| {
        json!({ "Type": "AWS::ApiGateway::Method", "Properties": {
            "RestApiId": { "Ref": "Api" }, "ResourceId": { "Ref": "A" }, "HttpMethod": name, "AuthorizationType": "NONE",
            "Integration": { "Type": "MOCK", "RequestTemplates": { "application/json": "{\"statusCode\": 200}" } } } })
    };
    let parent = json!({ "Fn::GetAtt": ["Api", "RootResourceId"] });
    let template = json!({ "Resources": {
        "Api": { "Type": "AWS::ApiGateway::RestApi", "Properties": { "Name": "a" } },
        "A": { "Type": "AWS::ApiGateway::Resource", "Properties": {
            "RestApiId": { "Ref": "Api" }, "ParentId": parent, "PathPart": "a" } },
        "Get": method("GET"),
        "Post": method("POST"),
        "Stage": { "Type": "AWS::ApiGateway::Stage", "Properties": { "RestApiId": { "Ref": "Api" }, "StageName": "v1",
            "CacheClusterEnabled": cluster, "MethodSettings": settings } },
    } });
    imported([("template", template), ("", Value::Null)])
}

fn imported(inputs: [(&str, Value); 2]) -> Imported {
    let inputs: Vec<Input> = inputs
        .into_iter()
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, json)| Input::Text { name: name.to_owned(), text: json.to_string() })
        .collect();
    let options = ImportOptions { kind: Some(ApiKind::Rest), ..ImportOptions::default() };
    import(&inputs, None, &options).unwrap()
}

/// The settings of both routes, without what they have of the document.
fn routes(imported: &Imported) -> Value {
    let text = imported.text.as_ref().unwrap_or_else(|| panic!("{}", imported.report));
    let items = check_text("tollgate.yaml", text).api.stages[0].to_items().routes;
    let mut routes = serde_json::Map::new();
    for item in items {
        let mut item: serde_json::Map<String, Value> = item.into_iter().collect();
        let key = item.remove("routeKey").unwrap();
        ["integration", "stage"].iter().for_each(|name| drop(item.remove(*name)));
        if key != "$api" {
            routes.insert(key.as_str().unwrap().to_owned(), Value::Object(item));
        }
    }
    Value::Object(routes)
}

#[test]
fn a_template_and_get_stages_mean_the_same_routes() {
    let all = json!({ "throttlingRateLimit": 100.0, "throttlingBurstLimit": 200, "cachingEnabled": true, "cacheTtlInSeconds": 60 });
    let throttle = json!({ "rateLimit": 100, "burstLimit": 200 });
    let cached = json!({ "throttle": throttle, "cachingEnabled": true, "cacheTtlInSeconds": 60 });
    let without = json!({ "throttlingRateLimit": -1, "throttlingBurstLimit": -1, "cachingEnabled": false });
    let table = [
        // For all methods it caches those that read.
        (
            true,
            vec![("*", "*", all.clone())],
            json!({ "GET /a": cached, "POST /a": { "throttle": throttle } }),
        ),
        // Without a cluster nothing is cached.
        (
            false,
            vec![("*", "*", all.clone())],
            json!({ "GET /a": { "throttle": throttle }, "POST /a": { "throttle": throttle } }),
        ),
        // -1 is no limit, whatever all have.
        (
            true,
            vec![("/a", "GET", without), ("*", "*", all)],
            json!({ "GET /a": {}, "POST /a": { "throttle": throttle } }),
        ),
        // Of one limit the other is the account's.
        (
            true,
            vec![("/a", "POST", json!({ "throttlingRateLimit": 5 }))],
            json!({ "GET /a": {}, "POST /a": { "throttle": { "rateLimit": 5, "burstLimit": 5000 } } }),
        ),
        // Or that of all methods, whatever is said of one.
        (
            false,
            vec![
                ("*", "*", json!({ "throttlingRateLimit": 5, "throttlingBurstLimit": 5 })),
                ("/a", "POST", json!({ "throttlingBurstLimit": 9 })),
                ("/a", "GET", json!({ "throttlingRateLimit": -1 })),
            ],
            json!({
                "GET /a": { "throttle": { "rateLimit": 10_000, "burstLimit": 5 } },
                "POST /a": { "throttle": { "rateLimit": 5, "burstLimit": 9 } },
            }),
        ),
    ];
    for (cluster, settings, expected) in table {
        assert_eq!(routes(&of_the_cli(cluster, &settings)), expected, "{settings:?}");
        assert_eq!(routes(&of_a_template(cluster, &settings)), expected, "{settings:?}");
    }
}

#[test]
fn settings_of_a_route_that_is_not_there_are_left_out_with_words() {
    let settings = [("/gone", "GET", json!({ "throttlingRateLimit": 1, "throttlingBurstLimit": 1 }))];
    for imported in [of_the_cli(false, &settings), of_a_template(false, &settings)] {
        let report = imported.report.to_string();
        assert!(report.contains("the API has no route GET /gone"), "{report}");
    }
}
