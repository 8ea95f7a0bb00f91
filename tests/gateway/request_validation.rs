//! Bodies and parameters that are not as the API says: refused before anything is called, in API Gateway's words.

use serde_json::{Value, json};
use tollgate::deployment::PublishOutcome;

use crate::harness::TestGateway;

const HEAD: &str = "400\ncontent-type: application/json\nx-amzn-errortype: BadRequestException\n\n";
const INVALID_BODY: &str = r#"{"message": "Invalid request body"}"#;

fn order() -> Value {
    json!({ "$schema": "http://json-schema.org/draft-04/schema#", "title": "An order", "type": "object",
        "required": ["sku", "count"], "additionalProperties": false,
        "properties": { "sku": { "type": "string", "pattern": "^[A-Z]{2}-\\d+$" },
            "count": { "type": "integer", "minimum": 1, "maximum": 100000000000000000000000000000_u128.to_string().parse::<serde_json::Number>().unwrap() },
            "address": { "$ref": "https://apigateway.amazonaws.com/restapis/abc123/models/Address" } } })
}

fn api() -> Value {
    // One as a map, one as its text.
    let address = json!({ "type": "object", "required": ["city"], "properties": { "city": { "type": "string", "minLength": 1 } } });
    json!({ "routeKey": "$api", "models": { "Order": order(), "Address": address.to_string() } })
}

fn route(route_key: &str, more: Value) -> Value {
    let integration =
        json!({ "type": "MOCK", "headers": { "content-type": "text/plain" }, "body": "called" });
    let mut route = json!({ "routeKey": route_key, "integration": integration });
    route.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    route
}

fn orders(more: Value) -> Value {
    let mut more = more;
    more["requestModels"] = json!({ "application/json": "Order" });
    route("POST /orders", more)
}

fn with(word: &str, value: Value) -> Value {
    let mut api = api();
    api[word] = value;
    api
}

/// The last part of an answer.
fn body(answer: &str) -> &str {
    answer.split_once("\n\n").unwrap().1
}

#[tokio::test]
async fn a_body_is_held_against_the_model_of_its_content_type() {
    let gateway = TestGateway::serving(&[api(), orders(json!({}))]).await;
    let cases = [
        ("", r#"{"sku":"AB-1","count":1}"#, true),
        ("", r#"{"sku":"AB-1","count":1,"address":{"city":"Rome"}}"#, true),
        ("", r#"{"sku":"AB-1","count":100000000000000000000000000000}"#, true),
        ("", r#"{"sku":"AB-1","count":100000000000000000000000000001}"#, false),
        ("", r#"{"sku":"AB-1"}"#, false),
        ("", r#"{"sku":"AB-1","count":"1"}"#, false),
        ("", r#"{"sku":"AB-1","count":{"$serde_json::private::Number":"1"}}"#, false),
        ("", r#"{"sku":"AB-1","count":0}"#, false),
        ("", r#"{"sku":"ab-1","count":1}"#, false),
        ("", r#"{"sku":"AB-1","count":1,"more":1}"#, false),
        ("", r#"{"sku":"AB-1","count":1,"address":{"city":""}}"#, false),
        ("", r#"{"sku":"AB-1","count":1,"address":{}}"#, false),
        ("", "[]", false),
        ("", "{", false),
        ("", " ", false),
        // Recorded: no body is {}.
        ("", "", false),
        ("content-type: application/json; charset=utf-8\n", "{}", false),
        ("content-type: Application/JSON\n", "{}", false),
        ("content-type: application/json\n", r#"{"sku":"AB-1","count":1}"#, true),
        // As on API Gateway, no model is for these.
        ("content-type: text/plain\n", "{}", true),
        ("content-type: application/vnd.order+json\n", "{", true),
    ];
    for (headers, body, is_valid) in cases {
        let answer = gateway.send(&format!("POST /v1/orders\n{headers}\n{body}")).await;
        let expected = match is_valid {
            true => "200\ncontent-type: text/plain\n\ncalled".to_owned(),
            false => format!("{HEAD}{INVALID_BODY}"),
        };
        assert_eq!(answer, expected, "{headers} {body}");
    }
}

#[tokio::test]
async fn the_default_model_is_for_every_other_type() {
    let models = json!({ "application/json": "Order", "$default": "Empty" });
    let gateway =
        TestGateway::serving(&[api(), route("POST /orders", json!({ "requestModels": models }))]).await;
    for (content_type, body, is_valid) in [
        ("application/json", "{}", false),
        ("text/plain", "{}", true),
        ("text/plain", "[]", false),
        ("application/x-www-form-urlencoded", "a=1", false),
    ] {
        let answer = gateway.send(&format!("POST /v1/orders\ncontent-type: {content_type}\n\n{body}")).await;
        assert_eq!(answer.starts_with("200\n"), is_valid, "{content_type} {body}: {answer}");
    }
}

#[tokio::test]
async fn a_gateway_response_may_tell_which_rules_are_broken() {
    let template = json!({ "application/json": r#"{"why":"$context.error.validationErrorString"}"# });
    let responses = json!({ "BAD_REQUEST_BODY": { "responseTemplates": template }, "BAD_REQUEST_PARAMETERS": { "responseTemplates": template } });
    let typed = json!({ "requestParameters": { "method.request.querystring.page": { "required": true, "schema": { "type": "integer" } } } });
    let gateway = TestGateway::serving(&[with("gatewayResponses", responses), orders(typed)]).await;
    let why = async |request: &str| {
        let answer = gateway.send(request).await;
        assert!(answer.starts_with(HEAD), "{answer}");
        serde_json::from_str::<Value>(body(&answer)).unwrap()["why"].as_str().unwrap().to_owned()
    };
    let post = "POST /v1/orders?page=1";
    assert_eq!(why(post).await, r#"[object has missing required properties (["count","sku"])]"#);
    assert_eq!(
        why(&format!("{post}\n\n{{\"sku\":\"AB-1\",\"count\":\"\\\",\\\"admin\\\":\\\"\"}}")).await,
        r#"[instance type (string) does not match any allowed primitive type (allowed: ["integer"])]"#
    );
    assert_eq!(
        why(&format!("{post}\n\n{{\"sku\":\"x\\\"y\",\"count\":0}}")).await,
        r#"[numeric instance is lower than the required minimum (minimum: 1, found: 0), ECMA 262 regex "^[A-Z]{2}-\d+$" does not match input string "x\"y"]"#
    );
    assert_eq!(why("POST /v1/orders").await, "Missing required request parameters: [page]");
    assert_eq!(why("POST /v1/orders?page=x").await, "Invalid request parameters: [page (type)]");
}

#[tokio::test]
async fn problem_details_list_the_broken_rules_with_json_pointers() {
    let typed = json!({ "requestParameters": { "method.request.querystring.page": { "schema": { "type": "integer" } } } });
    let gateway = TestGateway::serving(&[with("problemDetails", json!(true)), orders(typed)]).await;
    let details = async |request: &str| {
        let answer = gateway.send(request).await;
        let head = "400\ncontent-type: application/problem+json\nx-amzn-errortype: BadRequestException\n\n";
        assert!(answer.starts_with(head), "{answer}");
        let details: Value = serde_json::from_str(body(&answer)).unwrap();
        (details["detail"].as_str().unwrap().to_owned(), details["errors"].clone())
    };
    let (detail, errors) =
        details("POST /v1/orders\n\n{\"sku\":\"AB-1\",\"count\":true,\"address\":{\"city\":7}}").await;
    assert_eq!(detail, "Invalid request body");
    assert_eq!(
        errors,
        json!([
            { "pointer": "/address/city", "detail": "instance type (integer) does not match any allowed primitive type (allowed: [\"string\"])" },
            { "pointer": "/count", "detail": "instance type (boolean) does not match any allowed primitive type (allowed: [\"integer\"])" },
        ])
    );
    let (detail, errors) = details("POST /v1/orders?page=x\n\n{}").await;
    assert_eq!(detail, "Invalid request parameters: [page (type)]");
    let words = "instance type (string) does not match any allowed primitive type (allowed: [\"integer\"])";
    assert_eq!(errors, json!([{ "parameter": "page", "detail": words }]));
    let (detail, errors) = details("POST /v1/orders\n\n{").await;
    assert_eq!((&*detail, errors), ("Invalid request body", Value::Null));
}

#[tokio::test]
async fn the_log_has_the_broken_rules_and_nothing_of_the_body() {
    let gateway = TestGateway::serving(&[api(), orders(json!({}))]).await;
    gateway.send("POST /v1/orders\n\n{\"sku\":\"hush-hush\",\"count\":\"hush\",\"hush\":1}").await;
    let line = gateway.last_line();
    assert_eq!(line["errorResponseType"], "BAD_REQUEST_BODY");
    assert_eq!(
        line["errorMessage"],
        "invalid request body: Order.properties.count.type, Order.properties.sku.pattern, Order.additionalProperties"
    );
    assert!(!line.to_string().contains("hush"), "{line}");
}

#[tokio::test]
async fn a_kept_answer_is_not_given_to_a_request_that_is_refused() {
    let cached = json!({ "cachingEnabled": true, "requestModels": { "application/json": "Order" } });
    let gateway = TestGateway::serving(&[api(), route("GET /orders", cached)]).await;
    let good = "GET /v1/orders\n\n{\"sku\":\"AB-1\",\"count\":1}";
    for status in ["MISS", "HIT"] {
        assert!(gateway.send(good).await.starts_with("200\n"));
        assert_eq!(gateway.last_line()["cacheStatus"], status);
    }
    assert_eq!(gateway.send("GET /v1/orders\n\n{}").await, format!("{HEAD}{INVALID_BODY}"));
    assert_eq!(gateway.send("GET /v1/orders").await, format!("{HEAD}{INVALID_BODY}"));
}

#[tokio::test]
async fn a_validator_may_leave_parameters_or_bodies_unchecked() {
    let cases = [
        (json!({}), (false, false)),
        (json!({ "requestValidator": {} }), (false, false)),
        (json!({ "requestValidator": { "validateRequestBody": false } }), (true, false)),
        (json!({ "requestValidator": { "validateRequestParameters": "false" } }), (false, true)),
        (
            json!({ "requestValidator": { "validateRequestBody": false, "validateRequestParameters": false } }),
            (true, true),
        ),
    ];
    for (validator, (takes_body, takes_parameters)) in cases {
        let mut more = validator.clone();
        more["requestParameters"] = json!({ "method.request.multivaluequerystring.q": true });
        let gateway = TestGateway::serving(&[api(), orders(more)]).await;
        let bad_body = gateway.send("POST /v1/orders?q=1\n\n{}").await;
        let bad_query = gateway.send("POST /v1/orders\n\n{\"sku\":\"AB-1\",\"count\":1}").await;
        assert_eq!(bad_body.starts_with("200\n"), takes_body, "{validator}: {bad_body}");
        assert_eq!(bad_query.starts_with("200\n"), takes_parameters, "{validator}: {bad_query}");
        let both = gateway.send("POST /v1/orders\n\n{}").await;
        let expected = match (takes_body, takes_parameters) {
            (_, false) => format!("{HEAD}{{\"message\": \"Missing required request parameters: [q]\"}}"),
            (false, true) => format!("{HEAD}{INVALID_BODY}"),
            (true, true) => "200\ncontent-type: text/plain\n\ncalled".to_owned(),
        };
        assert_eq!(both, expected, "{validator}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_models_is_a_problem_and_what_is_served_stays() {
    let gateway = TestGateway::serving(&[api(), orders(json!({}))]).await;
    let cases = [
        (
            with("models", json!({ "Order": { "properties": { "sku": { "pattern": "(?=a)" } } } })),
            orders(json!({})),
            vec![
                "$api models.Order.properties.sku.pattern: got \"(?=a)\", expected a regular expression of ECMA 262 without look-around",
                "POST /orders requestModels.application/json: got Order, expected models of $api with which nothing is wrong",
            ],
        ),
        (
            with("models", json!({ "Order": "{" })),
            orders(json!({})),
            vec![
                "$api models.Order: got \"{\", expected a JSON schema: a map, or the text of one",
                "POST /orders requestModels.application/json: got Order, expected a model of $api ()",
            ],
        ),
        (
            with("models", json!([])),
            orders(json!({})),
            vec![
                "$api models: got [], expected a map of models",
                "POST /orders requestModels.application/json: got Order, expected a model of $api ()",
            ],
        ),
        (
            api(),
            route(
                "POST /orders",
                json!({ "requestModels": { "application/json": "Ordr", "json": "Order" }, "requestValidator": { "validateRequestBody": 1 } }),
            ),
            vec![
                "POST /orders requestModels.application/json: got Ordr, expected a model of $api (Address, Order)",
                "POST /orders requestModels.json: got json, expected a media type, such as application/json, or $default",
                "POST /orders requestValidator.validateRequestBody: got 1, expected true or false",
            ],
        ),
        // Also where it is not checked.
        (
            api(),
            route(
                "POST /orders",
                json!({ "requestModels": { "application/json": "Ordr" }, "requestValidator": { "validateRequestBody": false } }),
            ),
            vec![
                "POST /orders requestModels.application/json: got Ordr, expected a model of $api (Address, Order)",
            ],
        ),
    ];
    for (api, route, expected) in cases {
        gateway.put_route(&api);
        gateway.put_route(&route);
        let PublishOutcome::Invalid { problems, .. } = gateway.publish("v1").await else { panic!("{route}") };
        let told: Vec<String> = problems
            .iter()
            .map(|problem| problem.to_string().split_once("routeKey=").unwrap().1.replacen("] ", " ", 1))
            .collect();
        assert_eq!(told, expected);
        gateway.refresh().await;
        assert_eq!(gateway.send("POST /v1/orders\n\n{}").await, format!("{HEAD}{INVALID_BODY}"));
    }
}

#[tokio::test]
async fn an_instance_that_did_not_publish_the_models_checks_by_them() {
    let gateway = TestGateway::serving(&[api(), orders(json!({}))]).await;
    let another = gateway.another_instance().await;
    assert_eq!(another.send("POST /v1/orders\n\n{}").await, format!("{HEAD}{INVALID_BODY}"));
    assert!(another.send("POST /v1/orders\n\n{\"sku\":\"AB-1\",\"count\":1}").await.starts_with("200\n"));
    // A changed model goes live as any edit does.
    gateway.put_route(&with("models", json!({ "Order": { "type": "array" } })));
    gateway.go_live().await;
    another.refresh().await;
    assert!(another.send("POST /v1/orders\n\n[]").await.starts_with("200\n"));
}
