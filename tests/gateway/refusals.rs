//! Every row of the table of refusals, reached by a request: to the byte, in every form that an API can choose.

use std::collections::BTreeSet;

use expect_test::expect;
use http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{TestGateway, Way, event};

const SECRET: &str = "hush-hush";
const TABLE: &str = "salaries-prod";
const REQUEST_ID: &str = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";

/// Who knows of the refusal how the API wants it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// No stage was found yet, so that no `$api` item says anything.
    Nothing,
    Stage,
}
use Known::{Nothing, Stage};

/// The variant of `GatewayError`, a request that leads there, what is known then; status, error type, body, further
/// headers.
type Row = (&'static str, &'static str, Known, u16, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const ROWS: [Row; 34] = [
    ("BadRequest",             "GET /v1/%zz",                         Nothing, 400, "BadRequestException",          r#"{"message":"Bad Request"}"#, ""),
    ("BadParameterValue",      "GET /v1/list?limit=x",                Stage,   400, "BadRequestException",          r#"{"message":"Bad Request"}"#, ""),
    ("MissingParameters",      "GET /v1/required",                    Stage,   400, "BadRequestException",          r#"{"message": "Missing required request parameters: [X-Tenant, page]"}"#, ""),
    ("InvalidBody",            "PUT /v1/items/1\n\n{",                Stage,   400, "BadRequestException",          r#"{"message": "Invalid request body"}"#, ""),
    ("BadBodyValue",           "POST /v1/items\n\n{\"id\":7}",       Stage,   400, "BadRequestException",          r#"{"message": "Invalid request body"}"#, ""),
    ("BadBodyValue",           "POST /v1/items\n\n{}",                Stage,   400, "BadRequestException",          r#"{"message": "Invalid request body"}"#, ""),
    ("UntrustedOrigin",        "GET /v1/untrusted",                   Nothing, 403, "ForbiddenException",           r#"{"message":"Forbidden"}"#, ""),
    ("InvalidApiKey",          "GET /v1/keyed",                       Stage,   403, "ForbiddenException",           r#"{"message":"Forbidden"}"#, ""),
    ("InvalidApiKey",          "GET /v1/keyed\nx-api-key: key-that-is-disabled", Stage, 403, "ForbiddenException", r#"{"message":"Forbidden"}"#, ""),
    ("InvalidationForbidden",  "GET /v1/kept\ncache-control: max-age=0", Stage, 403, "AccessDeniedException",     r#"{"message":"Forbidden"}"#, ""),
    ("NotCached",              "GET /v1/by-http\ncache-control: only-if-cached", Stage, 504, "InternalServerErrorException", r#"{"message":"Gateway Timeout"}"#, ""),
    ("BrokenKeyItem",          "GET /v1/keyed\nx-api-key: key-of-a-broken-item", Stage, 503, "ServiceUnavailableException", r#"{"message":"Service Unavailable"}"#, "retry-after: 1\n"),
    ("Throttled",              "GET /v1/throttled",                   Stage,   429, "TooManyRequestsException",     r#"{"message":"Too Many Requests"}"#, "retry-after: 1000\n"),
    ("QuotaExceeded",          "GET /v1/keyed\nx-api-key: key-of-an-empty-plan", Stage, 429, "LimitExceededException",   r#"{"message":"Limit Exceeded"}"#, "retry-after: 6432\n"),
    ("CountersUnavailable",    "GET /v1/keyed\nx-api-key: key-that-nobody-counts", Stage, 503, "ServiceUnavailableException", r#"{"message":"Service Unavailable"}"#, "retry-after: 1\n"),
    ("StageNotFound",          "GET /nowhere",                        Nothing, 404, "NotFoundException",            r#"{"message":"Not Found"}"#, ""),
    ("RouteNotFound",          "GET /v1/nothing",                     Stage,   404, "NotFoundException",            r#"{"message":"Not Found"}"#, ""),
    ("MethodNotAllowed",       "DELETE /v1/items/1",                  Stage,   405, "MethodNotAllowedException",    r#"{"message":"Method Not Allowed"}"#, "allow: GET, HEAD, PUT\n"),
    ("ItemNotFound",           "GET /v1/items/none",                  Stage,   404, "NotFoundException",            r#"{"message":"Not Found"}"#, ""),
    ("ConditionFailed",        "PUT /v1/items/taken\n\n{}",           Stage,   409, "ConflictException",            r#"{"message":"Conflict"}"#, ""),
    ("PreconditionFailed",     "PUT /v1/items/taken\nif-match: x\n\n{}", Stage, 412, "PreconditionFailedException", r#"{"message":"Precondition Failed"}"#, ""),
    ("ConditionFailedAs",      "DELETE /v1/gone/7\nif-match: x",      Stage,   410, "BadRequestException",          r#"{"message":"Gone"}"#, ""),
    ("RequestTooLarge",        "POST /v1/event\n\nLARGE",             Stage,   413, "RequestTooLargeException",     r#"{"message":"Request Too Long"}"#, ""),
    ("BrokenAnswer",           "POST /v1/reflect\n\n{}",              Stage,   502, "InternalServerErrorException", r#"{"message": "Internal server error"}"#, ""),
    ("IntegrationFailure",     "GET /v1/call/gone",                   Stage,   502, "InternalServerErrorException", r#"{"message": "Internal server error"}"#, ""),
    ("IntegrationFailure",     "GET /v1/call/busy",                   Stage,   502, "InternalServerErrorException", r#"{"message": "Internal server error"}"#, ""),
    ("IntegrationFailure",     "GET /v1/reflect",                     Stage,   502, "InternalServerErrorException", r#"{"message": "Internal server error"}"#, ""),
    ("IntegrationForbidden",   "GET /v1/call/forbidden",              Stage,   500, "InternalServerErrorException", r#"{"message": "Internal server error"}"#, ""),
    ("IntegrationForbidden",   "GET /v1/table",                       Stage,   500, "InternalServerErrorException", r#"{"message": "Internal server error"}"#, ""),
    ("IntegrationUnreachable", "GET /v1/local",                       Stage,   504, "InternalServerErrorException", r#"{"message": "Network error communicating with endpoint"}"#, ""),
    ("IntegrationTimeout",     "GET /v1/call/never",                  Stage,   504, "InternalServerErrorException", r#"{"message": "Endpoint request timed out"}"#, ""),
    ("StoreUnavailable",       "GET /v1/keyed\nx-api-key: key-while-the-store-is-away", Stage, 503, "ServiceUnavailableException", r#"{"message":"Service Unavailable"}"#, "retry-after: 1\n"),
    ("StageUnavailable",       "GET /v2/x",                           Nothing, 503, "ServiceUnavailableException",  r#"{"message":"Service Unavailable"}"#, "retry-after: 1\n"),
    ("Panicked",               "GET /v1/call/panics",                 Stage,   500, "InternalServerErrorException", r#"{"message": "Internal server error"}"#, ""),
];

/// What `unmatchedRoutes: "AWS_REST"` makes of two of them.
const AWS_REST: (u16, &str, &str) =
    (403, "MissingAuthenticationTokenException", r#"{"message":"Missing Authentication Token"}"#);

/// An API of which every refusal can be had, with these words in its `$api` item.
async fn api(words: &Value) -> TestGateway {
    let variables = [("TRUSTED_PROXY_SECRET", SECRET), ("REQUIRE_TRUSTED_PROXY", "true")];
    let gateway = TestGateway::with_environment(&variables);
    gateway.create_table(TABLE, "id", None);
    gateway.put(TABLE, &json!({ "id": "taken" }));
    gateway.put_stage(&json!({ "stage": "v2" }));
    let route = |route_key: &str, integration: Value| {
        gateway.put_route(&json!({ "routeKey": route_key, "integration": integration }));
    };
    let mut api = words.clone();
    api["routeKey"] = json!("$api");
    // What a refusal itself says, without where the caller stands.
    api["rateLimitHeaders"] = json!("off");
    gateway.put_route(&api);
    let required = json!({ "method.request.header.X-Tenant": true, "method.request.querystring.page": true });
    gateway.put_route(&json!({ "routeKey": "GET /required", "requestParameters": required,
        "integration": { "type": "MOCK" } }));
    gateway.put_route(&json!({ "routeKey": "GET /kept", "cachingEnabled": true,
        "unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403", "integration": { "type": "MOCK" } }));
    gateway.put_route(&json!({ "routeKey": "GET /by-http", "cachingEnabled": true, "cacheMode": "HTTP",
        "integration": { "type": "MOCK" } }));
    let table = |action: &str, table: &str, more: Value| {
        let mut integration = json!({ "type": "DYNAMODB", "action": action, "tableName": table });
        integration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        integration
    };
    let key = json!({ "key": { "id": "$request.path.id" } });
    let item = json!({ "item": { "id": "$request.path.id", "note": "$request.body.note" },
        "conditionExpression": "attribute_not_exists(id)" });
    route("GET /items/{id}", table("GetItem", TABLE, key));
    route("PUT /items/{id}", table("PutItem", TABLE, item));
    route(
        "DELETE /gone/{id}",
        table(
            "DeleteItem",
            TABLE,
            json!({ "key": { "id": "$request.path.id" },
        "conditionExpression": "attribute_exists(id)", "conditionFailedStatus": 410 }),
        ),
    );
    route("POST /items", table("PutItem", TABLE, json!({ "item": { "id": "$request.body.id" } })));
    route("GET /list", table("Scan", TABLE, json!({ "limit": "$request.querystring.limit" })));
    route("GET /table", table("Scan", "salaries-gone", json!({})));
    route("ANY /reflect", json!({ "type": "AWS_PROXY", "uri": "reflect", "payloadFormatVersion": "1.0" }));
    route("POST /event", json!({ "type": "AWS_PROXY", "uri": "reflect", "invocationType": "Event" }));
    for function in ["gone", "busy", "forbidden", "never", "panics"] {
        let timeout = if function == "never" { 50 } else { 29_000 };
        let integration = json!({ "type": "AWS_PROXY", "uri": function, "timeoutInMillis": timeout });
        route(&format!("GET /call/{function}"), integration);
    }
    route("GET /local", json!({ "type": "HTTP_PROXY", "uri": "http://localhost:1/" }));
    gateway.put_route(&json!({ "routeKey": "GET /throttled", "integration": { "type": "MOCK" },
        "throttle": { "rateLimit": 0.001, "burstLimit": 1 } }));
    gateway.put_route(
        &json!({ "routeKey": "GET /keyed", "integration": { "type": "MOCK" }, "apiKeyRequired": true }),
    );
    put_keys(&gateway);
    gateway.go_live().await;
    send(&gateway, "GET /v1/throttled").await;
    gateway
}

fn put_keys(gateway: &TestGateway) {
    gateway.put_key("key-of-a-broken-item", &json!({ "id": "broken", "enabled": "perhaps" }));
    gateway
        .put_key("key-that-is-disabled", &json!({ "id": "off", "enabled": false, "usagePlanId": "daily" }));
    gateway.put_key("key-of-an-empty-plan", &json!({ "id": "empty", "usagePlanId": "empty" }));
    gateway.put_key("key-that-nobody-counts", &json!({ "id": "uncounted", "usagePlanId": "daily" }));
    for (plan, limit) in [("empty", 0), ("daily", 10)] {
        let quota = json!({ "limit": limit, "period": "DAY" });
        gateway.put_plan(&json!({ "usagePlanId": plan, "quota": quota }));
    }
    // DynamoDB cannot add 1 to it.
    gateway.put("tollgate-counters", &json!({ "counter": "key#uncounted#daily", "writes": "many" }));
}

async fn send(gateway: &TestGateway, request: &str) -> String {
    let mut event = event(&request.replace("LARGE", &"x".repeat(1_100_000)));
    if !request.contains("untrusted") {
        event["headers"]["x-tollgate-origin"] = json!(SECRET);
    }
    let way = if request.contains("store-is-away") { Way::Shut } else { Way::Open };
    gateway.gate.set(way);
    gateway.send_event(&event).await
}

/// The names of the variants, read from the table itself.
fn variants() -> BTreeSet<&'static str> {
    let rows = include_str!("../../src/error/refusal.rs").lines().filter(|line| line.contains("=> row("));
    let name = |line: &'static str| {
        let line = line.trim().strip_prefix("Self::").unwrap();
        &line[..line.find(|c: char| !c.is_alphanumeric()).unwrap()]
    };
    rows.map(name).collect()
}

#[test]
fn no_row_of_the_table_is_left_out() {
    let mut reached: BTreeSet<&str> = ROWS.iter().map(|row| row.0).collect();
    reached.insert("MissingAuthenticationToken");
    assert_eq!(reached, variants());
}

/// The answer in the form that the API has chosen.
fn expected(row: &Row, is_rest: bool, has_details: bool) -> String {
    let (variant, _, known, mut status, mut error_type, mut body, mut headers) = *row;
    if is_rest && matches!(variant, "RouteNotFound" | "MethodNotAllowed") {
        ((status, error_type, body), headers) = (AWS_REST, "");
    }
    let (allow, retry) = if headers.starts_with("allow") { (headers, "") } else { ("", headers) };
    if !has_details || known == Nothing {
        return format!(
            "{status}\n{allow}content-type: application/json\n{retry}x-amzn-errortype: {error_type}\n\n{body}"
        );
    }
    let message = match row.1 {
        "GET /v1/list?limit=x" => json!("$request.querystring.limit is no whole number from 1 to 1000"),
        "POST /v1/items\n\n{\"id\":7}" => json!("$request.body.id cannot be used"),
        "POST /v1/items\n\n{}" => json!("$request.body.id cannot be used"),
        _ => serde_json::from_str::<Value>(body).unwrap()["message"].clone(),
    };
    let title = StatusCode::from_u16(status).unwrap().canonical_reason().unwrap();
    format!(
        "{status}\n{allow}content-type: application/problem+json\n{retry}x-amzn-errortype: {error_type}\n\n\
         {{\"type\":\"about:blank\",\"title\":\"{title}\",\"status\":{status},\"detail\":{message},\
         \"instance\":\"urn:uuid:{REQUEST_ID}\",\"requestId\":\"{REQUEST_ID}\"}}"
    )
}

#[tokio::test]
async fn every_refusal_is_amazons_to_the_byte_or_what_the_api_chose() {
    for (is_rest, has_details) in [(false, false), (false, true), (true, false), (true, true)] {
        let routes = if is_rest { "AWS_REST" } else { "HTTP" };
        let gateway = api(&json!({ "unmatchedRoutes": routes, "problemDetails": has_details })).await;
        for row in &ROWS {
            let answer = send(&gateway, row.1).await;
            assert_eq!(answer, expected(row, is_rest, has_details), "{} by {:.60}", row.0, row.1);
        }
        assert!(send(&gateway, "GET /v1/items/taken").await.starts_with("200\n"), "the gateway lives on");
    }
}

#[tokio::test]
async fn the_log_says_which_refusal_it_was() {
    let gateway = api(&json!({})).await;
    for row in &ROWS {
        send(&gateway, row.1).await;
        let line: Value = serde_json::from_str(gateway.log_lines().last().unwrap()).unwrap();
        assert_eq!(line["status"], row.3, "{line}");
        let refused = line["errorResponseType"].as_str().unwrap();
        let integration =
            matches!(refused, "INTEGRATION_FAILURE" | "INTEGRATION_TIMEOUT" | "API_CONFIGURATION_ERROR");
        let (told, other) = if integration {
            ("integrationErrorMessage", "errorMessage")
        } else {
            ("errorMessage", "integrationErrorMessage")
        };
        assert!(line[told].is_string() && line[other].is_null(), "{line}");
    }
}

/// What is known of a request when it is refused is in its line, so that metrics and queries find it.
#[tokio::test]
async fn the_log_says_what_was_known_of_a_refused_request() {
    let gateway = api(&json!({})).await;
    let mut told = String::new();
    for row in &ROWS {
        send(&gateway, row.1).await;
        let line = gateway.last_line();
        let (method, path) = row.1.lines().next().unwrap().split_once(' ').unwrap();
        assert_eq!(
            (line["httpMethod"].as_str(), &line["sourceIp"]),
            (Some(method), &json!("192.0.2.1")),
            "{line}"
        );
        let canonical = (row.1 != "GET /v1/%zz").then(|| path.split('?').next().unwrap());
        assert_eq!(line["path"].as_str(), canonical, "{line}");
        let fields = ["stage", "routeKey", "apiKeyId", "cacheStatus", "degraded", "integrationLatency"];
        let known = fields.iter().filter_map(|name| match &line[*name] {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            _ => Some((*name).to_owned()),
        });
        told += &format!("{}: {}\n", row.0, known.collect::<Vec<_>>().join(", "));
    }
    expect![[r#"
        BadRequest: none
        BadParameterValue: v1, GET /list, integrationLatency
        MissingParameters: v1, GET /required
        InvalidBody: v1, PUT /items/{id}, integrationLatency
        BadBodyValue: v1, POST /items, integrationLatency
        BadBodyValue: v1, POST /items, integrationLatency
        UntrustedOrigin: none
        InvalidApiKey: v1, GET /keyed
        InvalidApiKey: v1, GET /keyed, off
        InvalidationForbidden: v1, GET /kept, BYPASS
        NotCached: v1, GET /by-http
        BrokenKeyItem: v1, GET /keyed
        Throttled: v1, GET /throttled
        QuotaExceeded: v1, GET /keyed, empty
        CountersUnavailable: v1, GET /keyed, uncounted, counters
        StageNotFound: none
        RouteNotFound: v1
        MethodNotAllowed: v1
        ItemNotFound: v1, GET /items/{id}, integrationLatency
        ConditionFailed: v1, PUT /items/{id}, integrationLatency
        PreconditionFailed: v1, PUT /items/{id}, integrationLatency
        ConditionFailedAs: v1, DELETE /gone/{id}, integrationLatency
        RequestTooLarge: v1, POST /event, integrationLatency
        BrokenAnswer: v1, ANY /reflect, integrationLatency
        IntegrationFailure: v1, GET /call/gone, integrationLatency
        IntegrationFailure: v1, GET /call/busy, integrationLatency
        IntegrationFailure: v1, ANY /reflect, integrationLatency
        IntegrationForbidden: v1, GET /call/forbidden, integrationLatency
        IntegrationForbidden: v1, GET /table, integrationLatency
        IntegrationUnreachable: v1, GET /local, integrationLatency
        IntegrationTimeout: v1, GET /call/never, integrationLatency
        StoreUnavailable: v1, GET /keyed, apiKey
        StageUnavailable: v2, configuration
        Panicked: v1, GET /call/panics
    "#]]
    .assert_eq(&told);
}

#[tokio::test]
async fn no_refusal_tells_a_table_an_arn_or_a_cause() {
    let words =
        "$context.error.message $context.error.messageString $context.error.responseType $context.requestId";
    let header = |word: &str| json!({ "gatewayresponse.header.x-why": word });
    let customised = json!({ "gatewayResponses": {
        "DEFAULT_4XX": { "responseTemplates": { "text/plain": words }, "responseParameters": header("context.error.message") },
        "DEFAULT_5XX": { "responseTemplates": { "text/plain": words }, "responseParameters": header("context.error.messageString") } } });
    for words in
        [json!({}), json!({ "problemDetails": true }), json!({ "unmatchedRoutes": "AWS_REST" }), customised]
    {
        let gateway = api(&words).await;
        for row in &ROWS {
            let answer = send(&gateway, row.1).await;
            let secrets = [
                "arn:",
                "123456789012",
                "salaries",
                "tollgate",
                "127.0.0.1",
                "localhost",
                SECRET,
                "gone",
                "panics",
            ];
            for secret in secrets {
                assert!(!answer.contains(secret), "{} tells {secret}: {answer}", row.0);
            }
            let line: Value = serde_json::from_str(gateway.log_lines().last().unwrap()).unwrap();
            let message =
                [&line["errorMessage"], &line["integrationErrorMessage"]].into_iter().find_map(Value::as_str);
            // What a client may know of its own values.
            let is_secret = |cause: &&str| {
                cause.len() > 8 && *cause != "X-Tenant, page" && !cause.starts_with("$request.")
            };
            for cause in message.unwrap().split(": ").filter(is_secret) {
                assert!(!answer.contains(cause), "{} tells its cause, {cause}: {answer}", row.0);
            }
        }
    }
}
