//! Properties: no document is the end of the tool, and no imported route is more open than its operation.
//!
//! The oracle reads the security of an operation by itself, from the JSON that the document was made of.

use std::{fs, sync::LazyLock};

use proptest::{
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Map, Value, json};
use tollgate::{
    api_file::check_text,
    api_import::{ImportOptions, Imported, Input, definition::ApiKind, import},
};

use super::{cases, inputs};

fn imported(text: String) -> Imported {
    let options = ImportOptions { kind: Some(ApiKind::Rest), ..ImportOptions::default() };
    import(&[Input::Text { name: "api".to_owned(), text }], None, &options).unwrap()
}

/// The schemes of all documents, and what a route asks for by them.
const SCHEMES: [&str; 6] = ["key", "users", "partners", "sigv4", "oauth", "lost"];

fn components() -> Value {
    let function = "arn:aws:lambda:eu-west-1:111122223333:function:partners";
    json!({ "securitySchemes": {
        "key": { "type": "apiKey", "name": "x-api-key", "in": "header" },
        "users": { "type": "oauth2", "x-amazon-apigateway-authorizer":
            { "type": "jwt", "jwtConfiguration": { "issuer": "https://a.example/", "audience": ["a"] } } },
        "partners": { "type": "apiKey", "name": "X-Partner", "in": "header",
            "x-amazon-apigateway-authorizer": { "type": "token", "authorizerUri": function } },
        "sigv4": { "type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4" },
        "oauth": { "type": "oauth2" },
    } })
}

/// `[{ "key": [] }, { "users": ["a"] }]`
fn security() -> impl Strategy<Value = Value> {
    // What is understood is likelier: of the rest nothing is written.
    let scheme = prop_oneof![8 => select(&SCHEMES[..3]), 1 => select(&SCHEMES[3..])];
    let requirement = prop::collection::vec((scheme, prop::collection::vec("[a-c]", 0..2)), 0..3);
    let requirement = requirement.prop_map(|members| {
        Value::Object(members.into_iter().map(|(name, scopes)| (name.to_owned(), scopes.into())).collect())
    });
    prop::collection::vec(requirement, 0..3).prop_map(Value::Array)
}

fn operation() -> impl Strategy<Value = Value> {
    (prop::option::of(security()), any::<bool>(), prop::option::of(select(&["all", "none", "lost"][..]))).prop_map(
        |(security, is_required, validator)| {
            let mut operation = json!({
                "parameters": [{ "name": "q", "in": "query", "required": is_required, "schema": { "type": "string" } }],
                "x-amazon-apigateway-integration": { "type": "mock", "requestTemplates": { "application/json": "{\"statusCode\": 200}" },
                    "responses": { "default": { "statusCode": 200, "responseParameters": { "method.response.header.Access-Control-Allow-Origin": "'*'" } } } },
            });
            if let Some(security) = security {
                operation["security"] = security;
            }
            if let Some(validator) = validator {
                operation["x-amazon-apigateway-request-validator"] = validator.into();
            }
            operation
        },
    )
}

fn document() -> impl Strategy<Value = Value> {
    let methods = select(&["get", "post", "options", "x-amazon-apigateway-any-method"][..]);
    let path = select(&["/", "/a", "/a/{id}", "/a/{id}/b", "/{proxy+}"][..]);
    let operations = prop::collection::vec((path, methods, operation()), 1..6);
    (operations, prop::option::of(security())).prop_map(|(operations, root)| {
        let mut paths = Map::new();
        for (path, method, operation) in operations {
            let item = paths.entry(path).or_insert_with(|| json!({}));
            item[method] = operation;
        }
        let mut document = json!({ "openapi": "3.0.1", "paths": paths, "components": components(),
            "x-amazon-apigateway-request-validators": { "all": { "validateRequestParameters": true }, "none": {} } });
        if let Some(root) = root {
            document["security"] = root;
        }
        document
    })
}

/// The names that an operation asks for, by its own list or the document's.
fn asked(document: &Value, operation: &Value) -> Vec<String> {
    let list = operation.get("security").or_else(|| document.get("security"));
    let requirements = list.and_then(Value::as_array).into_iter().flatten();
    requirements.flat_map(|requirement| requirement.as_object().unwrap().keys().cloned()).collect()
}

#[derive(Debug, PartialEq, Eq)]
struct Guards {
    key: bool,
    authorizer: bool,
    parameter: bool,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_route_is_more_open_than_its_operation(document in document()) {
        let Imported { text, report, .. } = imported(document.to_string());
        let mut asks_in_vain = false;
        let mut expected = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let asked = asked(&document, operation);
                // Of several authorizers the first counts.
                let first = asked.iter().find(|name| *name != "key").map(String::as_str);
                let is_unknown = |name: &String| ["oauth", "lost"].contains(&name.as_str());
                asks_in_vain |= first == Some("sigv4") || asked.iter().any(is_unknown);
                let method = if method.starts_with("x-") { "ANY" } else { method }.to_uppercase();
                let is_required = operation["parameters"][0]["required"] == true;
                let validator = operation["x-amazon-apigateway-request-validator"].as_str();
                let guards = Guards {
                    key: asked.iter().any(|name| name == "key"),
                    authorizer: asked.iter().any(|name| name != "key"),
                    parameter: is_required && matches!(validator, Some("all" | "lost")),
                };
                let may_be_cors = method == "OPTIONS" && asked.is_empty() && item.as_object().unwrap().len() > 1;
                expected.push((format!("{method} {path}"), guards, may_be_cors));
            }
        }
        prop_assert_eq!(text.is_none(), asks_in_vain, "{}", report);
        let Some(text) = text else { return Ok(()) };
        let checked = check_text("tollgate.yaml", &text);
        let items = checked.api.stages[0].to_items().routes;
        for (key, guards, may_be_cors) in expected {
            let item = items.iter().find(|item| item["routeKey"] == key.as_str());
            // A mock of preflights is open, and answers nothing else.
            let Some(item) = item else { prop_assert!(may_be_cors, "{}", key); continue };
            let got = Guards {
                key: item.get("apiKeyRequired") == Some(&true.into()),
                authorizer: item.contains_key("authorizerId"),
                parameter: item["requestParameters"]["method.request.querystring.q"] == true,
            };
            prop_assert_eq!(got, guards, "{} of {}", key, text);
        }
    }

    #[test]
    fn a_document_that_is_cut_and_patched_is_imported_or_refused(
        case in any::<Index>(),
        edits in prop::collection::vec((any::<Index>(), 0..30_usize, select(PIECES)), 1..4),
    ) {
        static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
            cases().iter().map(|case| fs::read_to_string(case.join(&inputs(case)[0])).unwrap()).collect()
        });
        let mut text = case.get(&TEXTS[..]).clone();
        for (at, length, piece) in edits {
            let is_edge = |at: &usize| text.is_char_boundary(*at);
            let start = (0..=at.index(text.len())).rev().find(is_edge).unwrap();
            let end = ((start + length).min(text.len())..=text.len()).find(is_edge).unwrap();
            text.replace_range(start..end, piece);
        }
        let Imported { text, report, .. } = imported(text);
        prop_assert!(text.is_some() || report.has_errors() || !report.questions.is_empty(), "{}", report);
        prop_assert!(!report.to_string().is_empty());
    }
}

/// Pieces that mean something to YAML, to JSON or to a document.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "", "\n", "\t", "  ", ": ", "- ", "{", "}", "[", "]", ",", "&x ", "*x", "!Sub ", "!!str ", "|", "'", "\"", "\\", "<<: *x", "~", "null",
    "on", "0777", "1e999", "\0", "\u{e9}", "\u{1f600}", "$ref: '#/paths'", "$ref: '#/definitions/Pet'", "${A.Arn}", "${", "Fn::Sub: ", "type: ",
    "security: [{}]", "paths:", "/a/{x+}: ", "get: ", "'method.response.header.Access-Control-Allow-Origin'", "type: aws", "$default", "{proxy+}",
];
