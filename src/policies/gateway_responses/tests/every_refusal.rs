//! Every refusal to the byte, and what none of them may tell.

use std::{sync::Arc, time::Duration};

use http::StatusCode;
use serde_json::json;

use super::{rendered, world};
use crate::error::{AuthorizerForm, BadValue, GatewayError, InvalidConfiguration, StoreError, Violation};

/// A text that must never reach a client.
const CANARY: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/secret-table";

fn bad_value() -> Box<BadValue> {
    Box::new(BadValue { words: "$request.x".to_owned(), fault: "is absent", cause: Some(CANARY.into()) })
}

fn violation() -> Violation {
    let rule = format!("{CANARY}.type");
    Violation { pointer: "page".to_owned(), detail: "is no number".to_owned(), rule }
}

/// Every variant, and the whole response by default.
#[rustfmt::skip]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_refusal() -> Vec<(GatewayError, &'static str)> {
    let source = || CANARY.into();
    vec![
        (GatewayError::BadRequest(CANARY.into()),
            r#"400 | content-type=application/json | x-amzn-errortype=BadRequestException | {"message":"Bad Request"}"#),
        (GatewayError::MissingParameters(vec!["X-One".to_owned(), "id".to_owned()]),
            r#"400 | content-type=application/json | x-amzn-errortype=BadRequestException | {"message": "Missing required request parameters: [X-One, id]"}"#),
        (GatewayError::InvalidBody(CANARY.into()),
            r#"400 | content-type=application/json | x-amzn-errortype=BadRequestException | {"message": "Invalid request body"}"#),
        (GatewayError::BadBodyValue(bad_value()),
            r#"400 | content-type=application/json | x-amzn-errortype=BadRequestException | {"message": "Invalid request body"}"#),
        (GatewayError::UntrustedOrigin,
            r#"403 | content-type=application/json | x-amzn-errortype=ForbiddenException | {"message":"Forbidden"}"#),
        (GatewayError::StageNotFound { host: CANARY.to_owned(), path: CANARY.to_owned() },
            r#"404 | content-type=application/json | x-amzn-errortype=NotFoundException | {"message":"Not Found"}"#),
        (GatewayError::RouteNotFound,
            r#"404 | content-type=application/json | x-amzn-errortype=NotFoundException | {"message":"Not Found"}"#),
        (GatewayError::MethodNotAllowed { allow: "GET, HEAD".to_owned() },
            r#"405 | allow=GET, HEAD | content-type=application/json | x-amzn-errortype=MethodNotAllowedException | {"message":"Method Not Allowed"}"#),
        (GatewayError::MissingAuthenticationToken,
            r#"403 | content-type=application/json | x-amzn-errortype=MissingAuthenticationTokenException | {"message":"Missing Authentication Token"}"#),
        (GatewayError::ItemNotFound,
            r#"404 | content-type=application/json | x-amzn-errortype=NotFoundException | {"message":"Not Found"}"#),
        (GatewayError::ConditionFailed,
            r#"409 | content-type=application/json | x-amzn-errortype=ConflictException | {"message":"Conflict"}"#),
        (GatewayError::PreconditionFailed,
            r#"412 | content-type=application/json | x-amzn-errortype=PreconditionFailedException | {"message":"Precondition Failed"}"#),
        (GatewayError::RequestTooLarge { bytes: 7_000_000 },
            r#"413 | content-type=application/json | x-amzn-errortype=RequestTooLargeException | {"message":"Request Too Long"}"#),
        (GatewayError::BrokenAnswer(CANARY.into()),
            r#"502 | content-type=application/json | x-amzn-errortype=InternalServerErrorException | {"message": "Internal server error"}"#),
        (GatewayError::IntegrationFailure(source()),
            r#"502 | content-type=application/json | x-amzn-errortype=InternalServerErrorException | {"message": "Internal server error"}"#),
        (GatewayError::IntegrationForbidden(source()),
            r#"500 | content-type=application/json | x-amzn-errortype=InternalServerErrorException | {"message": "Internal server error"}"#),
        (GatewayError::IntegrationUnreachable(source()),
            r#"504 | content-type=application/json | x-amzn-errortype=InternalServerErrorException | {"message": "Network error communicating with endpoint"}"#),
        (GatewayError::IntegrationTimeout { limit: Duration::from_secs(29) },
            r#"504 | content-type=application/json | x-amzn-errortype=InternalServerErrorException | {"message": "Endpoint request timed out"}"#),
        (GatewayError::StoreUnavailable(StoreError::new("get the stage", CANARY)),
            r#"503 | content-type=application/json | retry-after=1 | x-amzn-errortype=ServiceUnavailableException | {"message":"Service Unavailable"}"#),
        (GatewayError::Panicked(CANARY.to_owned()),
            r#"500 | content-type=application/json | x-amzn-errortype=InternalServerErrorException | {"message": "Internal server error"}"#),
        (GatewayError::InvalidApiKey(CANARY.to_owned()),
            r#"403 | content-type=application/json | x-amzn-errortype=ForbiddenException | {"message":"Forbidden"}"#),
        (GatewayError::BrokenKeyItem(Arc::new(InvalidConfiguration(Vec::new()))),
            r#"503 | content-type=application/json | retry-after=1 | x-amzn-errortype=ServiceUnavailableException | {"message":"Service Unavailable"}"#),
        (GatewayError::Throttled { retry_after: Duration::from_millis(1_001) },
            r#"429 | content-type=application/json | retry-after=2 | x-amzn-errortype=TooManyRequestsException | {"message":"Too Many Requests"}"#),
        (GatewayError::QuotaExceeded { retry_after: Duration::from_secs(7) },
            r#"429 | content-type=application/json | retry-after=7 | x-amzn-errortype=LimitExceededException | {"message":"Limit Exceeded"}"#),
        (GatewayError::CountersUnavailable { retry_after: Duration::ZERO },
            r#"503 | content-type=application/json | retry-after=1 | x-amzn-errortype=ServiceUnavailableException | {"message":"Service Unavailable"}"#),
        (GatewayError::InvalidationForbidden,
            r#"403 | content-type=application/json | x-amzn-errortype=AccessDeniedException | {"message":"Forbidden"}"#),
        (GatewayError::NotCached,
            r#"504 | content-type=application/json | x-amzn-errortype=InternalServerErrorException | {"message":"Gateway Timeout"}"#),
        (GatewayError::BadParameterValue(bad_value()), r#"400 | content-type=application/json | x-amzn-errortype=BadRequestException | {"message":"Bad Request"}"#),
        (GatewayError::ConditionFailedAs(StatusCode::GONE), r#"410 | content-type=application/json | x-amzn-errortype=BadRequestException | {"message":"Gone"}"#),
        (GatewayError::StageUnavailable { stage: CANARY.to_owned() },
            r#"503 | content-type=application/json | retry-after=1 | x-amzn-errortype=ServiceUnavailableException | {"message":"Service Unavailable"}"#),
        (GatewayError::RouteUnreadable(source()),
            r#"500 | content-type=application/json | x-amzn-errortype=InternalServerErrorException | {"message": "Internal server error"}"#),
        (GatewayError::NoToken,
            r#"401 | content-type=application/json | www-authenticate=Bearer | x-amzn-errortype=UnauthorizedException | {"message":"Unauthorized"}"#),
        (GatewayError::InvalidToken { reason: CANARY.to_owned(), description: "the token has expired", scopes: "a b".to_owned() },
            r#"401 | content-type=application/json | www-authenticate=Bearer scope="a b" error="invalid_token" error_description="the token has expired" | x-amzn-errortype=UnauthorizedException | {"message":"Unauthorized"}"#),
        (GatewayError::InsufficientScope { scopes: "a b".to_owned() },
            r#"403 | content-type=application/json | www-authenticate=Bearer scope="a b" error="insufficient_scope" | x-amzn-errortype=AccessDeniedException | {"message":"Forbidden"}"#),
        (GatewayError::AccessDenied(CANARY.into()),
            r#"403 | content-type=application/json | x-amzn-errortype=AccessDeniedException | {"message":"Forbidden"}"#),
        (GatewayError::BodyViolations(vec![violation()]),
            r#"400 | content-type=application/json | x-amzn-errortype=BadRequestException | {"message": "Invalid request body"}"#),
        (GatewayError::ParameterViolations(vec![violation(), violation()]),
            r#"400 | content-type=application/json | x-amzn-errortype=BadRequestException | {"message": "Invalid request parameters: [page (type), page (type)]"}"#),
        (GatewayError::KeysUnavailable { retry_after: Duration::from_millis(400), source: source() },
            r#"503 | content-type=application/json | retry-after=1 | x-amzn-errortype=ServiceUnavailableException | {"message":"Service Unavailable"}"#),
        (GatewayError::Unauthorized(CANARY.into()),
            r#"401 | content-type=application/json | x-amzn-errortype=UnauthorizedException | {"message":"Unauthorized"}"#),
        (GatewayError::ExplicitlyDenied(CANARY.to_owned()),
            r#"403 | content-type=application/json | x-amzn-errortype=AccessDeniedException | {"Message":"User is not authorized to access this resource with an explicit deny"}"#),
        (GatewayError::ImplicitlyDenied,
            r#"403 | content-type=application/json | x-amzn-errortype=AccessDeniedException | {"Message":"User is not authorized to access this resource"}"#),
        (GatewayError::UriTooLong { bytes: 7_000_000 },
            r#"414 | content-type=application/json | x-amzn-errortype=BadRequestException | {"message":"Request URI too long"}"#),
        (GatewayError::AuthorizerFailure { form: AuthorizerForm::Rest, source: source() },
            r#"500 | content-type=application/json | x-amzn-errortype=AuthorizerFailureException | {"message":null}"#),
        (GatewayError::AuthorizerFailure { form: AuthorizerForm::Http, source: source() },
            r#"500 | content-type=application/json | x-amzn-errortype=InternalServerErrorException | {"message":"Internal Server Error"}"#),
        (GatewayError::AuthorizerMisconfigured { form: AuthorizerForm::Rest, source: source() },
            r#"500 | content-type=application/json | x-amzn-errortype=AuthorizerConfigurationException | {"message":null}"#),
        (GatewayError::AuthorizerMisconfigured { form: AuthorizerForm::Http, source: source() },
            r#"500 | content-type=application/json | x-amzn-errortype=InternalServerErrorException | {"message":"Internal Server Error"}"#),
        (GatewayError::NotSigned,
            r#"403 | content-type=application/json | x-amzn-errortype=MissingAuthenticationTokenException | {"message":"Missing Authentication Token"}"#),
        (GatewayError::CallerNotAllowed { user: "arn:aws:iam::111122223333:user/ada".to_owned(), resource: "arn:aws:execute-api:eu-west-1:********3333:abc/v1/GET/".to_owned() },
            r#"403 | content-type=application/json | x-amzn-errortype=AccessDeniedException | {"Message":"User: arn:aws:iam::111122223333:user/ada is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:********3333:abc/v1/GET/"}"#),
        (GatewayError::IntegrationThrottled(source()),
            r#"429 | content-type=application/json | retry-after=1 | x-amzn-errortype=TooManyRequestsException | {"message":"Too Many Requests"}"#),
        (GatewayError::UnsupportedMediaType { content_type: "text/csv".to_owned() },
            r#"415 | content-type=application/json | x-amzn-errortype=BadRequestException | {"message": "Unsupported Media Type"}"#),
        (GatewayError::MappingFailed(source()),
            r#"500 | content-type=application/json | x-amzn-errortype=InternalServerErrorException | {"message": "Internal server error"}"#),
        (GatewayError::NoFittingResponse(String::new()),
            r#"500 | content-type=application/json | x-amzn-errortype=InternalServerErrorException | {"message": "Internal server error"}"#),
        (GatewayError::UnsupportedContentCoding("compress".to_owned()),
            r#"415 | accept-encoding=zstd, br, gzip, deflate | content-type=application/json | x-amzn-errortype=BadRequestException | {"message": "Unsupported Content-Encoding"}"#),
        (GatewayError::BrokenContentCoding { coding: "gzip", source: source() },
            r#"400 | content-type=application/json | x-amzn-errortype=BadRequestException | {"message": "Body does not match Content-Encoding"}"#),
        (GatewayError::UnpackedTooLarge { bytes: 7_000_000, source: source() },
            r#"413 | content-type=application/json | x-amzn-errortype=RequestTooLargeException | {"message":"Unpacked Body Too Long"}"#),
    ]
}

/// The index of a variant in [`every_refusal`]; a new one stops the build here.
fn position(error: &GatewayError) -> usize {
    match error {
        GatewayError::BadRequest(_) => 0,
        GatewayError::MissingParameters(_) => 1,
        GatewayError::InvalidBody(_) => 2,
        GatewayError::BadBodyValue(_) => 3,
        GatewayError::UntrustedOrigin => 4,
        GatewayError::StageNotFound { .. } => 5,
        GatewayError::RouteNotFound => 6,
        GatewayError::MethodNotAllowed { .. } => 7,
        GatewayError::MissingAuthenticationToken => 8,
        GatewayError::ItemNotFound => 9,
        GatewayError::ConditionFailed => 10,
        GatewayError::PreconditionFailed => 11,
        GatewayError::RequestTooLarge { .. } => 12,
        GatewayError::BrokenAnswer(_) => 13,
        GatewayError::IntegrationFailure(_) => 14,
        GatewayError::IntegrationForbidden(_) => 15,
        GatewayError::IntegrationUnreachable(_) => 16,
        GatewayError::IntegrationTimeout { .. } => 17,
        GatewayError::StoreUnavailable(_) => 18,
        GatewayError::Panicked(_) => 19,
        GatewayError::InvalidApiKey(_) => 20,
        GatewayError::BrokenKeyItem(_) => 21,
        GatewayError::Throttled { .. } => 22,
        GatewayError::QuotaExceeded { .. } => 23,
        GatewayError::CountersUnavailable { .. } => 24,
        GatewayError::InvalidationForbidden => 25,
        GatewayError::NotCached => 26,
        GatewayError::BadParameterValue(_) => 27,
        GatewayError::ConditionFailedAs(_) => 28,
        GatewayError::StageUnavailable { .. } => 29,
        GatewayError::RouteUnreadable(_) => 30,
        GatewayError::NoToken => 31,
        GatewayError::InvalidToken { .. } => 32,
        GatewayError::InsufficientScope { .. } => 33,
        GatewayError::AccessDenied(_) => 34,
        GatewayError::BodyViolations(_) => 35,
        GatewayError::ParameterViolations(_) => 36,
        GatewayError::KeysUnavailable { .. } => 37,
        GatewayError::Unauthorized(_) => 38,
        GatewayError::ExplicitlyDenied(_) => 39,
        GatewayError::ImplicitlyDenied => 40,
        GatewayError::UriTooLong { .. } => 41,
        GatewayError::AuthorizerFailure { form: AuthorizerForm::Rest, .. } => 42,
        GatewayError::AuthorizerFailure { form: AuthorizerForm::Http, .. } => 43,
        GatewayError::AuthorizerMisconfigured { form: AuthorizerForm::Rest, .. } => 44,
        GatewayError::AuthorizerMisconfigured { form: AuthorizerForm::Http, .. } => 45,
        GatewayError::NotSigned => 46,
        GatewayError::CallerNotAllowed { .. } => 47,
        GatewayError::IntegrationThrottled(_) => 48,
        GatewayError::UnsupportedMediaType { .. } => 49,
        GatewayError::MappingFailed(_) => 50,
        GatewayError::NoFittingResponse(_) => 51,
        GatewayError::UnsupportedContentCoding(_) => 52,
        GatewayError::BrokenContentCoding { .. } => 53,
        GatewayError::UnpackedTooLarge { .. } => 54,
    }
}

#[test]
fn every_refusal_by_default_to_the_byte() {
    for (index, (error, expected)) in every_refusal().iter().enumerate() {
        assert_eq!(position(error), index);
        assert_eq!(rendered(&json!({}), error, &world()), *expected);
    }
    assert_eq!(every_refusal().len(), 55);
}

#[test]
fn no_gateway_response_holds_a_cause_or_a_name_of_ours() {
    let words = "$context.error.message $context.error.messageString $context.error.responseType";
    let customised = json!({
        "gatewayResponses": {
            "DEFAULT_4XX": { "responseTemplates": { "text/plain": words }, "responseParameters": { "gatewayresponse.header.x": "context.error.message" } },
            "DEFAULT_5XX": { "responseTemplates": { "text/plain": words }, "responseParameters": { "gatewayresponse.header.x": "context.error.messageString" } },
        },
    });
    for api in [json!({}), json!({ "problemDetails": true }), customised] {
        for (error, _) in every_refusal() {
            let answer = rendered(&api, &error, &world());
            for secret in ["arn:", "secret-table", "123456789012", "get the stage", "29s", "7000000"] {
                // It is the caller's own, and the route's with the account made illegible.
                let is_known = secret == "arn:" && matches!(error, GatewayError::CallerNotAllowed { .. });
                assert!(is_known || !answer.contains(secret), "{error:?} tells {secret}: {answer}");
            }
        }
    }
}
