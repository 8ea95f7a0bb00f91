//! Every answer of a function, in every form: status, headers, body, and the number of calls.

use std::time::Duration;

use serde_json::{Value, json};

use super::{super::HELLO, Form, calls, refusal, route, who};

const UNAUTHORIZED: &str = r#"{"message":"Unauthorized"}"#;

/// The identity, what the client gets, the response type and the reason in the log, the calls.
struct Case {
    identity: Option<&'static str>,
    expected: String,
    response_type: Value,
    reason: &'static str,
    calls: usize,
}

fn denied(form: Form, how: &str) -> String {
    if form.is_rest() {
        let body = format!(r#"{{"Message":"User is not authorized to access this resource{how}"}}"#);
        refusal(403, "AccessDeniedException", &body)
    } else {
        refusal(403, "AccessDeniedException", r#"{"message":"Forbidden"}"#)
    }
}

fn failed(form: Form, error_type: &str) -> String {
    if form.is_rest() {
        refusal(500, error_type, r#"{"message":null}"#)
    } else {
        refusal(500, "InternalServerErrorException", r#"{"message":"Internal Server Error"}"#)
    }
}

fn cases(form: Form) -> Vec<Case> {
    let case = |identity, expected: &str, response_type: &str, reason, calls| Case {
        identity: Some(identity),
        expected: expected.to_owned(),
        response_type: if response_type.is_empty() { Value::Null } else { json!(response_type) },
        reason,
        calls,
    };
    let unauthorized = refusal(401, "UnauthorizedException", UNAUTHORIZED);
    let denial = if form.is_rest() { " with an explicit deny" } else { "" };
    let (misconfigured, failure) = ("AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE");
    let reason_of_denial = match form {
        Form::Simple => "access denied: the authorizer's function does not authorize it",
        Form::Token | Form::RequestV1 | Form::RequestV2 => {
            "the authorizer's function denies it: Statement[0]"
        }
    };
    let not_json = "the authorizer is misconfigured: a malformed answer: it is no JSON: line 1, column 2";
    let mut cases = vec![
        case(
            "",
            &unauthorized,
            "UNAUTHORIZED",
            "unauthorized: the identity source SOURCE is missing or empty",
            0,
        ),
        case("allow ada", HELLO, "", "", 1),
        case("deny ada", &denied(form, denial), "ACCESS_DENIED", reason_of_denial, 1),
        case(
            "unauthorized",
            &unauthorized,
            "UNAUTHORIZED",
            "unauthorized: the authorizer's function says so",
            1,
        ),
        case(
            "throws",
            &failed(form, "AuthorizerFailureException"),
            failure,
            "the authorizer failed: function error, Unhandled: Error",
            1,
        ),
        case("malformed", &failed(form, "AuthorizerConfigurationException"), misconfigured, not_json, 1),
    ];
    cases.push(Case { identity: None, ..case("", &unauthorized, "UNAUTHORIZED", cases[0].reason, 0) });
    if form.is_rest() {
        let nothing_said = "no statement of the authorizer's function allows it";
        cases.push(case("elsewhere ada", &denied(form, ""), "ACCESS_DENIED", nothing_said, 1));
    }
    cases
}

#[tokio::test]
async fn every_answer_of_a_function_in_every_form() {
    for form in Form::ALL {
        let world =
            form.world(&json!({ "authorizerResultTtlInSeconds": 0 }), &[route("GET /a", &json!({}))]).await;
        let source = match form {
            Form::Token | Form::RequestV1 => "method.request.header.x-who",
            Form::RequestV2 | Form::Simple => "$request.header.x-who",
        };
        for Case { identity, expected, response_type, reason, calls: expected_calls } in cases(form) {
            let request = identity.map_or("GET /v1/a".to_owned(), |identity| who("GET /v1/a", identity));
            assert_eq!(world.send(&request).await, expected, "{form:?} {identity:?}");
            assert_eq!(calls(&world), expected_calls, "{form:?} {identity:?}");
            let line = world.last_line();
            let message = line["errorMessage"].as_str().unwrap_or_default();
            assert_eq!(message, reason.replace("SOURCE", source), "{form:?} {identity:?}");
            assert_eq!((&line["errorResponseType"], &line["authorizerId"]), (&response_type, &json!("f")));
        }
    }
}

#[tokio::test]
async fn a_function_that_does_not_answer_is_a_failure_when_the_lambdas_time_is_over() {
    for form in Form::ALL {
        let mut world = form.world(&json!({}), &[route("GET /a", &json!({}))]).await;
        world.time_left = Duration::from_millis(300);
        let expected = failed(form, "AuthorizerFailureException");
        assert_eq!(world.send(&who("GET /v1/a", "never")).await, expected, "{form:?}");
        assert_eq!(world.last_line()["errorMessage"], "the authorizer failed: no answer within 100ms");
        assert_eq!(calls(&world), 1, "nothing is tried again");
        assert_eq!(world.send(&who("GET /v1/a", "allow")).await, HELLO, "the gateway lives on");
    }
}

#[tokio::test]
async fn the_time_that_a_function_takes_is_not_the_integrations_too() {
    let never = json!({ "integration": { "type": "AWS_PROXY", "uri": "never" } });
    for form in Form::ALL {
        let mut world = form.world(&json!({}), &[route("GET /a", &never)]).await;
        world.time_left = Duration::from_millis(9_300);
        let answer = world.send(&who("GET /v1/a", "allow-slowly ada")).await;
        let body = r#"{"message": "Endpoint request timed out"}"#;
        assert_eq!(answer, refusal(504, "InternalServerErrorException", body), "{form:?}");
        let line = world.last_line();
        assert_eq!(line["integrationErrorMessage"], "integration gave no answer within 100ms");
        assert_eq!(line["responseLatency"], 9_000);
    }
}

#[tokio::test]
async fn a_function_that_is_not_there_or_may_not_be_called_is_a_mistake_of_the_operators_and_others_fail() {
    let cases = [
        ("gone", "AuthorizerConfigurationException"),
        ("forbidden", "AuthorizerConfigurationException"),
        ("busy", "AuthorizerFailureException"),
        ("broken", "AuthorizerFailureException"),
    ];
    for form in Form::ALL {
        for (function, error_type) in cases {
            let world =
                form.world(&json!({ "authorizerUri": function }), &[route("GET /a", &json!({}))]).await;
            let expected = failed(form, error_type);
            assert_eq!(world.send(&who("GET /v1/a", "allow")).await, expected, "{form:?} {function}");
            assert_eq!(world.calls(), [function], "nothing is tried again");
        }
    }
}

#[tokio::test]
async fn a_token_that_does_not_fit_the_expression_is_refused_without_a_call() {
    let words = json!({ "identityValidationExpression": "allow [a-z]+" });
    let world = Form::Token.world(&words, &[route("GET /a", &json!({}))]).await;
    for token in ["allow 7", "an allow ada", "allow ada.", "ALLOW ada"] {
        let expected = refusal(401, "UnauthorizedException", UNAUTHORIZED);
        assert_eq!(world.send(&who("GET /v1/a", token)).await, expected, "{token}");
        let reason = "unauthorized: the token does not fit identityValidationExpression";
        assert_eq!(world.last_line()["errorMessage"], reason);
        assert_eq!(calls(&world), 0, "{token}");
    }
    assert_eq!(world.send(&who("GET /v1/a", "allow ada")).await, HELLO);
}

#[tokio::test]
async fn without_an_identity_source_every_request_is_asked_about() {
    for form in [Form::RequestV1, Form::RequestV2, Form::Simple] {
        let mut authorizer = form.authorizer(&json!({ "authorizerUri": "echo" }));
        authorizer.as_object_mut().unwrap().remove("identitySource");
        let words = json!({ "authorizers": { "f": authorizer } });
        let world = form.world_of(&json!({}), &words, &[route("GET /a", &json!({}))]).await;
        for _ in 0..2 {
            assert!(world.send("GET /v1/a").await.starts_with("500\n"), "an echo is no answer");
            assert_eq!(world.calls(), ["echo"], "{form:?}");
        }
    }
}

#[tokio::test]
async fn a_path_that_no_policy_could_name_is_414_without_a_call() {
    for form in Form::ALL {
        let world = form.world(&json!({}), &[route("GET /{id}", &json!({}))]).await;
        // arn:aws:execute-api:eu-west-1:123456789012:abc123/v1/GET/
        let longest = format!("GET /v1/{}", "x".repeat(1_600 - 57));
        assert_eq!(world.send(&who(&longest, "allow")).await, HELLO, "{form:?}");
        assert_eq!(calls(&world), 1);
        let expected = refusal(414, "BadRequestException", r#"{"message":"Request URI too long"}"#);
        assert_eq!(world.send(&who(&format!("{longest}x"), "allow")).await, expected, "{form:?}");
        assert_eq!(calls(&world), 0);
    }
}

#[tokio::test]
async fn gateway_responses_word_the_refusals_of_functions() {
    let text = |words: &str| json!({ "statusCode": 499, "responseTemplates": { "text/plain": words } });
    let responses = json!({ "gatewayResponses": { "ACCESS_DENIED": text("no: $context.error.message"),
        "UNAUTHORIZED": text("who?"), "AUTHORIZER_FAILURE": text("failed"),
        "AUTHORIZER_CONFIGURATION_ERROR": text("misconfigured") } });
    for form in Form::ALL {
        let world = form.world_of(&json!({}), &responses, &[route("GET /a", &json!({}))]).await;
        let denial = if form.is_rest() {
            "no: User is not authorized to access this resource with an explicit deny"
        } else {
            "no: Forbidden"
        };
        let words = [
            ("deny", denial),
            ("unauthorized", "who?"),
            ("throws", "failed"),
            ("malformed", "misconfigured"),
        ];
        for (word, expected) in words {
            let answer = world.send(&who("GET /v1/a", word)).await;
            assert!(answer.starts_with("499\n") && answer.ends_with(&format!("\n\n{expected}")), "{answer}");
        }
    }
}
