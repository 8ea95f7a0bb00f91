//! The line of the access log about every refusal.

use expect_test::expect;
use serde_json::{Value, json};

use super::{ROWS, api, send};

#[tokio::test]
async fn the_access_log_tells_the_response_type_and_the_cause_of_every_refusal() {
    let gateway = api(&json!({})).await;
    let mut response_types = String::new();
    for row in &ROWS {
        send(&gateway, row.1).await;
        let line: Value = serde_json::from_str(gateway.log_lines().last().unwrap()).unwrap();
        assert_eq!(line["status"], row.3, "{line}");
        let refused = line["errorResponseType"].as_str().unwrap();
        response_types += &format!("{} {refused}\n", row.0);
        let integration =
            matches!(refused, "INTEGRATION_FAILURE" | "INTEGRATION_TIMEOUT" | "API_CONFIGURATION_ERROR");
        let (told, other) = if integration {
            ("integrationErrorMessage", "errorMessage")
        } else {
            ("errorMessage", "integrationErrorMessage")
        };
        assert!(line[told].is_string() && line[other].is_null(), "{line}");
    }
    expect![[r#"
        BadRequest DEFAULT_4XX
        BadParameterValue DEFAULT_4XX
        MissingParameters BAD_REQUEST_PARAMETERS
        InvalidBody BAD_REQUEST_BODY
        BadBodyValue BAD_REQUEST_BODY
        BadBodyValue BAD_REQUEST_BODY
        ParameterViolations BAD_REQUEST_PARAMETERS
        BodyViolations BAD_REQUEST_BODY
        UntrustedOrigin ACCESS_DENIED
        AccessDenied ACCESS_DENIED
        NoToken UNAUTHORIZED
        InvalidToken UNAUTHORIZED
        InsufficientScope ACCESS_DENIED
        KeysUnavailable AUTHORIZER_FAILURE
        Unauthorized UNAUTHORIZED
        Unauthorized UNAUTHORIZED
        ExplicitlyDenied ACCESS_DENIED
        ImplicitlyDenied ACCESS_DENIED
        AccessDenied ACCESS_DENIED
        UriTooLong DEFAULT_4XX
        AuthorizerFailure AUTHORIZER_FAILURE
        AuthorizerFailure AUTHORIZER_FAILURE
        AuthorizerMisconfigured AUTHORIZER_CONFIGURATION_ERROR
        AuthorizerMisconfigured AUTHORIZER_CONFIGURATION_ERROR
        InvalidApiKey INVALID_API_KEY
        InvalidApiKey INVALID_API_KEY
        InvalidationForbidden ACCESS_DENIED
        NotCached DEFAULT_5XX
        BrokenKeyItem DEFAULT_5XX
        Throttled THROTTLED
        QuotaExceeded QUOTA_EXCEEDED
        CountersUnavailable DEFAULT_5XX
        StageNotFound RESOURCE_NOT_FOUND
        RouteNotFound RESOURCE_NOT_FOUND
        MethodNotAllowed DEFAULT_4XX
        ItemNotFound RESOURCE_NOT_FOUND
        ConditionFailed DEFAULT_4XX
        PreconditionFailed DEFAULT_4XX
        ConditionFailedAs DEFAULT_4XX
        NotSigned MISSING_AUTHENTICATION_TOKEN
        CallerNotAllowed ACCESS_DENIED
        RequestTooLarge REQUEST_TOO_LARGE
        UnsupportedContentCoding UNSUPPORTED_MEDIA_TYPE
        BrokenContentCoding BAD_REQUEST_BODY
        UnpackedTooLarge REQUEST_TOO_LARGE
        BrokenAnswer INTEGRATION_FAILURE
        IntegrationFailure INTEGRATION_FAILURE
        IntegrationFailure INTEGRATION_FAILURE
        IntegrationFailure INTEGRATION_FAILURE
        IntegrationForbidden API_CONFIGURATION_ERROR
        IntegrationForbidden API_CONFIGURATION_ERROR
        IntegrationThrottled THROTTLED
        UnsupportedMediaType UNSUPPORTED_MEDIA_TYPE
        MappingFailed API_CONFIGURATION_ERROR
        NoFittingResponse API_CONFIGURATION_ERROR
        IntegrationUnreachable INTEGRATION_FAILURE
        IntegrationTimeout INTEGRATION_TIMEOUT
        StoreUnavailable DEFAULT_5XX
        StageUnavailable DEFAULT_5XX
        Panicked DEFAULT_5XX
    "#]]
    .assert_eq(&response_types);
}

/// Metrics and queries find a refused request by the fields of its line.
#[tokio::test]
async fn the_access_log_holds_what_was_known_of_a_refused_request() {
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
        let sent = path.replace("LONG", &"x".repeat(1_600));
        // Cut, since clients choose it.
        let canonical = &sent[..sent.find('?').unwrap_or(sent.len()).min(1_024)];
        let canonical = (row.1 != "GET /v1/%zz").then_some(canonical);
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
        ParameterViolations: v1, ANY /typed
        BodyViolations: v1, ANY /typed
        UntrustedOrigin: none
        AccessDenied: v1, GET /elsewhere
        NoToken: v1, GET /named
        InvalidToken: v1, GET /named
        InsufficientScope: v1, GET /named
        KeysUnavailable: v1, GET /issued, issuerKeys
        Unauthorized: v1, GET /asked
        Unauthorized: v1, GET /asked
        ExplicitlyDenied: v1, GET /asked
        ImplicitlyDenied: v1, GET /asked
        AccessDenied: v1, GET /simply-asked
        UriTooLong: v1, GET /asked/{id}
        AuthorizerFailure: v1, GET /asked
        AuthorizerFailure: v1, GET /simply-asked
        AuthorizerMisconfigured: v1, GET /asked
        AuthorizerMisconfigured: v1, GET /simply-asked
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
        NotSigned: v1, GET /signed
        CallerNotAllowed: v1, GET /staff
        RequestTooLarge: v1, POST /event, integrationLatency
        UnsupportedContentCoding: v1, POST /event
        BrokenContentCoding: v1, POST /event
        UnpackedTooLarge: v1, POST /event
        BrokenAnswer: v1, ANY /reflect, integrationLatency
        IntegrationFailure: v1, GET /call/gone, integrationLatency
        IntegrationFailure: v1, GET /call/busy, integrationLatency
        IntegrationFailure: v1, ANY /reflect, integrationLatency
        IntegrationForbidden: v1, GET /call/forbidden, integrationLatency
        IntegrationForbidden: v1, GET /table, integrationLatency
        IntegrationThrottled: v1, POST /busy, integrationLatency
        UnsupportedMediaType: v1, POST /mapped/csv, integrationLatency
        MappingFailed: v1, POST /mapped/twice, integrationLatency
        NoFittingResponse: v1, POST /mapped/unfitting, integrationLatency
        IntegrationUnreachable: v1, GET /local, integrationLatency
        IntegrationTimeout: v1, GET /call/never, integrationLatency
        StoreUnavailable: v1, GET /keyed, apiKey
        StageUnavailable: v2, configuration
        Panicked: v1, GET /call/panics
    "#]]
    .assert_eq(&told);
}
