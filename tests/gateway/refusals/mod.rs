//! Every row of the table of refusals, reached by a request: to the byte, in every form that an API can choose.

mod refusal_bodies;
mod refusal_log;

use std::{collections::BTreeSet, io::Write};

use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

use crate::{
    authorizers::{
        functions::Form,
        iam::{ADA, SIGNING, signed},
        issuer::Issuer,
    },
    harness::{TestGateway, Way, event},
};

const SECRET: &str = "hush-hush";

const TABLE: &str = "salaries-prod";

/// The settings that are known when a request is refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// No stage was found yet, so that no `$api` item says anything.
    Nothing,
    Stage,
}
use Known::{Nothing, Stage};

/// The variant of `GatewayError`, a request that leads there, the known settings; status, error type, body, further
/// headers.
type Row = (&'static str, &'static str, Known, u16, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const ROWS: [Row; 60] = [
    ("BadRequest",             "GET /v1/%zz",                         Nothing, 400, "BadRequestException",          r#"{"message":"Bad Request"}"#, ""),
    ("BadParameterValue",      "GET /v1/list?limit=x",                Stage,   400, "BadRequestException",          r#"{"message":"Bad Request"}"#, ""),
    ("MissingParameters",      "GET /v1/required",                    Stage,   400, "BadRequestException",          r#"{"message": "Missing required request parameters: [X-Tenant, page]"}"#, ""),
    ("InvalidBody",            "PUT /v1/items/1\n\n{",                Stage,   400, "BadRequestException",          r#"{"message": "Invalid request body"}"#, ""),
    ("BadBodyValue",           "POST /v1/items\n\n{\"id\":7}",       Stage,   400, "BadRequestException",          r#"{"message": "Invalid request body"}"#, ""),
    ("BadBodyValue",           "POST /v1/items\n\n{}",                Stage,   400, "BadRequestException",          r#"{"message": "Invalid request body"}"#, ""),
    ("ParameterViolations",    "GET /v1/typed?page=x",                Stage,   400, "BadRequestException",          r#"{"message": "Invalid request parameters: [page (type)]"}"#, ""),
    ("BodyViolations",         "PUT /v1/typed\n\n{}",                 Stage,   400, "BadRequestException",          r#"{"message": "Invalid request body"}"#, ""),
    ("UntrustedOrigin",        "GET /v1/untrusted",                   Nothing, 403, "ForbiddenException",           r#"{"message":"Forbidden"}"#, ""),
    ("AccessDenied",           "GET /v1/elsewhere",                   Stage,   403, "AccessDeniedException",        r#"{"message":"Forbidden"}"#, ""),
    ("NoToken",                "GET /v1/named",                       Stage,   401, "UnauthorizedException",        r#"{"message":"Unauthorized"}"#, "www-authenticate: Bearer\n"),
    ("InvalidToken",           "GET /v1/named\nauthorization: Bearer hush-hush", Stage, 401, "UnauthorizedException", r#"{"message":"Unauthorized"}"#, "www-authenticate: Bearer scope=\"read write\" error=\"invalid_token\" error_description=\"token contains an invalid number of segments\"\n"),
    ("InsufficientScope",      "GET /v1/named\nauthorization: Bearer TOKEN", Stage, 403, "AccessDeniedException",  r#"{"message":"Forbidden"}"#, "www-authenticate: Bearer scope=\"read write\" error=\"insufficient_scope\"\n"),
    ("KeysUnavailable",        "GET /v1/issued\nauthorization: Bearer TOKEN", Stage, 503, "ServiceUnavailableException", r#"{"message":"Service Unavailable"}"#, "retry-after: 1\n"),
    ("Unauthorized",            "GET /v1/asked", Stage, 401, "UnauthorizedException", r#"{"message":"Unauthorized"}"#, ""),
    ("Unauthorized",            "GET /v1/asked\nx-who: unauthorized", Stage, 401, "UnauthorizedException", r#"{"message":"Unauthorized"}"#, ""),
    ("ExplicitlyDenied",        "GET /v1/asked\nx-who: deny ada", Stage, 403, "AccessDeniedException", r#"{"Message":"User is not authorized to access this resource with an explicit deny"}"#, ""),
    ("ImplicitlyDenied",        "GET /v1/asked\nx-who: elsewhere ada", Stage, 403, "AccessDeniedException", r#"{"Message":"User is not authorized to access this resource"}"#, ""),
    ("AccessDenied",            "GET /v1/simply-asked\nx-who: deny ada", Stage, 403, "AccessDeniedException", r#"{"message":"Forbidden"}"#, ""),
    ("UriTooLong",              "GET /v1/asked/LONG\nx-who: allow ada", Stage, 414, "BadRequestException", r#"{"message":"Request URI too long"}"#, ""),
    ("AuthorizerFailure",       "GET /v1/asked\nx-who: throws", Stage, 500, "AuthorizerFailureException", r#"{"message":null}"#, ""),
    ("AuthorizerFailure",       "GET /v1/simply-asked\nx-who: throws", Stage, 500, "InternalServerErrorException", r#"{"message":"Internal Server Error"}"#, ""),
    ("AuthorizerMisconfigured", "GET /v1/asked\nx-who: malformed", Stage, 500, "AuthorizerConfigurationException", r#"{"message":null}"#, ""),
    ("AuthorizerMisconfigured", "GET /v1/simply-asked\nx-who: malformed", Stage, 500, "InternalServerErrorException", r#"{"message":"Internal Server Error"}"#, ""),
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
    ("NotSigned",              "GET /v1/signed",                      Stage,   403, "MissingAuthenticationTokenException", r#"{"message":"Missing Authentication Token"}"#, ""),
    ("CallerNotAllowed",       "GET /v1/staff\nSIGNED",               Stage,   403, "AccessDeniedException",        r#"{"Message":"User: arn:aws:iam::111122223333:user/ada is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:********9012:abc123/v1/GET/staff"}"#, ""),
    ("RequestTooLarge",        "POST /v1/event\n\nLARGE",             Stage,   413, "RequestTooLargeException",     r#"{"message":"Request Too Long"}"#, ""),
    ("UnsupportedContentCoding", "POST /v1/event\ncontent-encoding: compress\n\nx", Stage, 415, "BadRequestException", r#"{"message": "Unsupported Content-Encoding"}"#, "accept-encoding: zstd, br, gzip, deflate\n"),
    ("BrokenContentCoding",    "POST /v1/event\ncontent-encoding: gzip\n\nx", Stage, 400, "BadRequestException",     r#"{"message": "Body does not match Content-Encoding"}"#, ""),
    ("UnpackedTooLarge",       "POST /v1/event\ncontent-encoding: gzip\n\nBOMB", Stage, 413, "RequestTooLargeException", r#"{"message":"Unpacked Body Too Long"}"#, ""),
    ("BrokenAnswer",           "POST /v1/reflect\n\n{}",              Stage,   502, "InternalServerErrorException", r#"{"message": "Internal server error"}"#, ""),
    ("IntegrationFailure",     "GET /v1/call/gone",                   Stage,   502, "InternalServerErrorException", r#"{"message": "Internal server error"}"#, ""),
    ("IntegrationFailure",     "GET /v1/call/busy",                   Stage,   502, "InternalServerErrorException", r#"{"message": "Internal server error"}"#, ""),
    ("IntegrationFailure",     "GET /v1/reflect",                     Stage,   502, "InternalServerErrorException", r#"{"message": "Internal server error"}"#, ""),
    ("IntegrationForbidden",   "GET /v1/call/forbidden",              Stage,   500, "InternalServerErrorException", r#"{"message": "Internal server error"}"#, ""),
    ("IntegrationForbidden",   "GET /v1/table",                       Stage,   500, "InternalServerErrorException", r#"{"message": "Internal server error"}"#, ""),
    ("IntegrationThrottled",   "POST /v1/busy\n\n{}",               Stage,   429, "TooManyRequestsException",     r#"{"message":"Too Many Requests"}"#, "retry-after: 1\n"),
    ("UnsupportedMediaType",   "POST /v1/mapped/csv\ncontent-type: text/csv\n\na,b", Stage, 415, "BadRequestException",  r#"{"message": "Unsupported Media Type"}"#, ""),
    ("MappingFailed",          "POST /v1/mapped/twice\n\n{}",        Stage,   500, "InternalServerErrorException", r#"{"message": "Internal server error"}"#, ""),
    ("NoFittingResponse",      "POST /v1/mapped/unfitting\n\n{}",    Stage,   500, "InternalServerErrorException", r#"{"message": "Internal server error"}"#, ""),
    ("IntegrationUnreachable", "GET /v1/local",                       Stage,   504, "InternalServerErrorException", r#"{"message": "Network error communicating with endpoint"}"#, ""),
    ("IntegrationTimeout",     "GET /v1/call/never",                  Stage,   504, "InternalServerErrorException", r#"{"message": "Endpoint request timed out"}"#, ""),
    ("StoreUnavailable",       "GET /v1/keyed\nx-api-key: key-while-the-store-is-away", Stage, 503, "ServiceUnavailableException", r#"{"message":"Service Unavailable"}"#, "retry-after: 1\n"),
    ("StageUnavailable",       "GET /v2/x",                           Nothing, 503, "ServiceUnavailableException",  r#"{"message":"Service Unavailable"}"#, "retry-after: 1\n"),
    ("Panicked",               "GET /v1/call/panics",                 Stage,   500, "InternalServerErrorException", r#"{"message": "Internal server error"}"#, ""),
];

/// An API of which every refusal can be had, with these words in its `$api` item.
async fn api(words: &Value) -> TestGateway {
    let variables = [("TRUSTED_PROXY_SECRET", SECRET), ("REQUIRE_TRUSTED_PROXY", "true"), SIGNING];
    let gateway = TestGateway::with_environment(&variables);
    gateway.create_table(TABLE, "id", None);
    gateway.put(TABLE, &json!({ "id": "taken" }));
    gateway.put_stage(&json!({ "stage": "v2" }));
    let route = |route_key: &str, integration: Value| {
        gateway.put_route(&json!({ "routeKey": route_key, "integration": integration }));
    };
    let mut api = words.clone();
    api["routeKey"] = json!("$api");
    api["authorizers"] = json!({ "staff": { "type": "AWS_IAM", "allow": ["arn:aws:iam::*:role/staff"] },
        "users": Issuer::ours().authorizer(&json!({})),
        // Names of this machine are not called.
        "issued": Issuer::ours().fetching(&json!({ "jwksUri": "https://localhost:1/jwks" })),
        "asked": Form::Token.authorizer(&json!({})), "simply-asked": Form::Simple.authorizer(&json!({})) });
    for (route_key, id) in
        [("GET /asked", "asked"), ("GET /asked/{id}", "asked"), ("GET /simply-asked", "simply-asked")]
    {
        gateway.put_route(&json!({ "routeKey": route_key, "authorizerId": id,
            "integration": { "type": "MOCK" } }));
    }
    gateway.put_route(&json!({ "routeKey": "GET /issued", "authorizerId": "issued",
        "integration": { "type": "MOCK" } }));
    gateway.put_route(&json!({ "routeKey": "GET /named", "authorizerId": "users",
        "authorizationScopes": ["read", "write"], "integration": { "type": "MOCK" } }));
    for (path, words) in
        [("signed", json!({ "authorizationType": "AWS_IAM" })), ("staff", json!({ "authorizerId": "staff" }))]
    {
        let mut route = json!({ "routeKey": format!("GET /{path}"), "integration": { "type": "MOCK" } });
        route.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
        gateway.put_route(&route);
    }
    // Bodies are unpacked, and no refusal is long enough to be compressed.
    api["minimumCompressionSize"] = json!(10_485_760);
    // What a refusal itself says, without where the caller stands.
    api["rateLimitHeaders"] = json!("off");
    api["models"] = json!({ "Order": { "required": ["id"] } });
    gateway.put_route(&api);
    let typed = json!({ "method.request.querystring.page": { "schema": { "type": "integer" } } });
    gateway.put_route(&json!({ "routeKey": "ANY /typed", "requestParameters": typed,
        "requestModels": { "application/json": "Order" }, "integration": { "type": "MOCK" } }));
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
    route(
        "POST /busy",
        json!({ "type": "SQS", "action": "SendMessage", "messageBody": "$request.body",
        "queueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/busy" }),
    );
    let set = "#set($context.responseOverride.header.x = 1)";
    for (name, template, response) in [
        ("csv", "{\"statusCode\": 200}".to_owned(), "default"),
        ("twice", format!("{set}{set}{{\"statusCode\": 200}}"), "default"),
        ("unfitting", "{\"statusCode\": 201}".to_owned(), "200"),
    ] {
        let responses = json!({ response: { "statusCode": "200" } });
        route(
            &format!("POST /mapped/{name}"),
            json!({ "type": "MOCK", "passthroughBehavior": "NEVER", "responses": responses,
            "requestTemplates": { "application/json": template } }),
        );
    }
    route("GET /local", json!({ "type": "HTTP_PROXY", "uri": "http://localhost:1/" }));
    gateway.put_route(&json!({ "routeKey": "GET /throttled", "integration": { "type": "MOCK" },
        "throttle": { "rateLimit": 0.001, "burstLimit": 1 } }));
    gateway.put_route(&json!({ "routeKey": "GET /elsewhere", "integration": { "type": "MOCK" },
        "ipAllow": ["198.51.100.0/24"] }));
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

/// 20 MB of nothing, in base64.
fn bomb() -> String {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 20 << 20]).unwrap();
    BASE64.encode(encoder.finish().unwrap())
}

async fn send(gateway: &TestGateway, request: &str) -> String {
    let token = || Issuer::ours().token(&json!({}));
    let request = request.replace("LARGE", &"x".repeat(1_100_000)).replace("LONG", &"x".repeat(1_600));
    let with_token =
        if request.contains("TOKEN") { request.replace("TOKEN", &token()) } else { request.clone() };
    let mut event = match with_token.strip_suffix("\nSIGNED") {
        Some(unsigned) => signed(unsigned, ADA),
        None => event(&with_token),
    };
    if request.contains("BOMB") {
        event["body"] = json!(bomb());
        event["isBase64Encoded"] = json!(true);
    }
    if !request.contains("untrusted") {
        event["headers"]["x-tollgate-origin"] = json!(SECRET);
    }
    let way = if request.contains("store-is-away") { Way::Shut } else { Way::Open };
    gateway.gate.set(way);
    gateway.send_event(&event).await
}

/// The names of the variants, read from the table itself.
fn variants() -> BTreeSet<&'static str> {
    let rows = include_str!("../../../src/error/refusal.rs").lines().filter(|line| line.contains("=> row("));
    let name = |line: &'static str| {
        let line = line.trim().strip_prefix("Self::").unwrap();
        &line[..line.find(|c: char| !c.is_alphanumeric()).unwrap()]
    };
    rows.map(name).collect()
}

#[test]
fn every_variant_of_gateway_error_is_reached_by_a_request() {
    let mut reached: BTreeSet<&str> = ROWS.iter().map(|row| row.0).collect();
    reached.insert("MissingAuthenticationToken");
    reached.insert("RouteUnreadable");
    assert_eq!(reached, variants());
}
