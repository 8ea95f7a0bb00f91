//! What an edited export may not do: open a route.

use serde_json::{Value, json};
use tollgate::{
    api_file::check_text,
    api_import::{ImportOptions, Input, import},
};

/// The route of an imported document in which `own` is the operation's `x-tollgate-route`.
fn route(own: &Value, api: Option<Value>) -> Value {
    let authorizer =
        json!({ "type": "jwt", "jwtConfiguration": { "issuer": "https://a.example/", "audience": ["a"] } });
    let mut document = json!({ "openapi": "3.0.3", "x-tollgate-stage": { "stage": "v1" },
        "paths": { "/a": { "get": { "security": [{ "users": [], "key": [] }], "x-tollgate-route": own,
            "x-amazon-apigateway-integration": { "type": "mock", "requestTemplates": { "application/json": "{\"statusCode\": 200}" } } } } },
        "components": { "securitySchemes": { "key": { "type": "apiKey", "name": "x-api-key", "in": "header" },
            "users": { "type": "oauth2", "x-amazon-apigateway-authorizer": authorizer } } },
        "x-tollgate-kind": "http" });
    if let Some(api) = api {
        document["x-tollgate-api"] = api;
    }
    let input = Input::Text { name: "openapi.json".to_owned(), text: document.to_string() };
    let imported = import(&[input], None, &ImportOptions::default()).unwrap();
    let text = imported.text.unwrap_or_else(|| panic!("{}", imported.report));
    let checked = check_text("tollgate.yaml", &text);
    let item = &checked.api.stages[0].to_items().routes[1];
    json!([item.get("apiKeyRequired"), item.get("authorizerId"), item.get("authorizationType")])
}

#[test]
fn null_takes_no_guard_out_unless_the_api_has_one_in_its_place() {
    let nulls = json!({ "authorizerId": null, "authorizationType": null, "apiKeyRequired": null });
    let table = [
        (json!({}), None, json!([true, "users", null])),
        (nulls.clone(), None, json!([true, "users", null])),
        (nulls, Some(json!({ "authorizerId": "users" })), json!([true, null, null])),
        (json!({ "authorizationType": "NONE" }), None, json!([true, null, "NONE"])),
        (json!({ "apiKeyRequired": false }), None, json!([false, "users", null])),
    ];
    for (own, api, expected) in table {
        assert_eq!(route(&own, api), expected, "{own}");
    }
}
