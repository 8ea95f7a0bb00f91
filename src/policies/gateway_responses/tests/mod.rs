//! Gateway responses as an operator writes them, and the responses that come of them.

mod every_refusal;

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::{
    error::StoreError,
    testing::{TestRequest, read, show},
};

fn responses(api: &Value) -> GatewayResponses {
    let (responses, problems) = read(api, |fields| GatewayResponses::parse(&fields));
    assert_eq!(problems, Vec::<String>::new());
    responses
}

fn rendered(api: &Value, error: &GatewayError, world: &TestRequest) -> String {
    show(responses(api).render(error, &world.context()))
}

fn world() -> TestRequest {
    TestRequest::new("q=x%22y&html=<b>")
        .header("x-tenant", "ac\"me")
        .header("user-agent", "curl\",\"admin\":\"true")
        .path_parameters(&[("id", "7%0D%0Ax-evil:1")])
}

#[test]
fn problem_details_stand_where_no_template_was_written() {
    let api = json!({ "problemDetails": "true", "gatewayResponses": {
        "INTEGRATION_TIMEOUT": { "statusCode": 599 },
        "RESOURCE_NOT_FOUND": { "responseTemplates": { "application/json": "{}" } },
    } });
    let tail = r#""instance":"urn:uuid:0c6d2f0e-5b1c-4f6a-9d3e-2f1f7a3b4c5d","requestId":"0c6d2f0e-5b1c-4f6a-9d3e-2f1f7a3b4c5d"}"#;
    let cases = [
        (
            GatewayError::MissingParameters(vec!["a\"b".to_owned()]),
            "400 | content-type=application/problem+json | x-amzn-errortype=BadRequestException",
            r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"Missing required request parameters: [a\"b]","#,
        ),
        (
            GatewayError::MethodNotAllowed { allow: "GET".to_owned() },
            "405 | allow=GET | content-type=application/problem+json | x-amzn-errortype=MethodNotAllowedException",
            r#"{"type":"about:blank","title":"Method Not Allowed","status":405,"detail":"Method Not Allowed","#,
        ),
        (
            GatewayError::IntegrationTimeout { limit: Duration::from_secs(1) },
            "599 | content-type=application/problem+json | x-amzn-errortype=InternalServerErrorException",
            r#"{"type":"about:blank","status":599,"detail":"Endpoint request timed out","#,
        ),
    ];
    for (error, head, body) in cases {
        assert_eq!(rendered(&api, &error, &world()), format!("{head} | {body}{tail}"));
    }
    let explicit = "404 | content-type=application/json | x-amzn-errortype=NotFoundException | {}";
    assert_eq!(rendered(&api, &GatewayError::RouteNotFound, &world()), explicit);
}

#[test]
fn defaults_stand_for_every_type_that_is_not_set() {
    let api = json!({ "gatewayResponses": {
        "default_5xx": {
            "statusCode": "599",
            "responseParameters": { "gatewayresponse.header.X-All": "'all'" },
            "responseTemplates": { "application/json": "{\"type\":\"$context.error.responseType\"}" },
        },
        "DEFAULT_4XX": { "responseParameters": { "gatewayresponse.header.X-All": "'client'" } },
        // Recorded by localstack against API Gateway: test_gateway_response_put.
        "INTEGRATION_TIMEOUT": { "responseParameters": { "gatewayresponse.header.X-One": "'one'" } },
        "REQUEST_TOO_LARGE": { "statusCode": 400 },
        "BAD_REQUEST_BODY": { "responseTemplates": { "application/json": "{\"why\": \"$context.error.validationErrorString\"}" } },
    } });
    let cases = [
        (
            GatewayError::BrokenAnswer("x".into()),
            r#"599 | content-type=application/json | x-all=all | x-amzn-errortype=InternalServerErrorException | {"type":"INTEGRATION_FAILURE"}"#,
        ),
        (
            GatewayError::StoreUnavailable(StoreError::new("x", "y")),
            r#"599 | content-type=application/json | retry-after=1 | x-all=all | x-amzn-errortype=ServiceUnavailableException | {"type":"DEFAULT_5XX"}"#,
        ),
        (
            GatewayError::IntegrationTimeout { limit: Duration::from_secs(1) },
            r#"504 | content-type=application/json | x-amzn-errortype=InternalServerErrorException | x-one=one | {"message": "Endpoint request timed out"}"#,
        ),
        (
            GatewayError::MethodNotAllowed { allow: "GET".to_owned() },
            r#"405 | allow=GET | content-type=application/json | x-all=client | x-amzn-errortype=MethodNotAllowedException | {"message":"Method Not Allowed"}"#,
        ),
        (
            GatewayError::RequestTooLarge { bytes: 1 },
            r#"400 | content-type=application/json | x-amzn-errortype=RequestTooLargeException | {"message":"Request Too Long"}"#,
        ),
        (
            GatewayError::InvalidBody("[missing (\"name\")]".into()),
            r#"400 | content-type=application/json | x-amzn-errortype=BadRequestException | {"why": "[missing (\"name\")]"}"#,
        ),
    ];
    for (error, expected) in cases {
        assert_eq!(rendered(&api, &error, &world()), expected);
    }
}

/// Renders one template for a 404, body only.
fn body(content_type: &str, template: &str) -> String {
    let api = json!({ "gatewayResponses": { "RESOURCE_NOT_FOUND": { "responseTemplates": { content_type: template } } } });
    let response = responses(&api).render(&GatewayError::RouteNotFound, &world().context());
    assert_eq!(response.headers()[CONTENT_TYPE], content_type);
    show(response).rsplit(" | ").next().unwrap_or_default().to_owned()
}

#[test]
fn a_value_fits_the_place_that_it_is_put_in() {
    let json = "application/json; charset=utf-8";
    let cases = [
        // Amazon's own default.
        (json, "{\"message\":$context.error.messageString}", r#"{"message":"Not Found"}"#),
        (json, "{\"message\": \"$context.error.message.\"}", r#"{"message": "Not Found."}"#),
        (json, "{\"m\": \"<$context.error.messageString>\"}", r#"{"m": "<Not Found>"}"#),
        (
            json,
            "{\"t\": $context.requestTimeEpoch, \"s\": $context.stage}",
            r#"{"t": 1700000000000, "s": "v1"}"#,
        ),
        (
            json,
            r#"{"e": "\"", "s": $context.stage, "q": "\"$context.stage"}"#,
            r#"{"e": "\"", "s": "v1", "q": "\"v1"}"#,
        ),
        (json, "{\"n\": $stageVariables.limit, \"e\": $stageVariables.env}", r#"{"n": 10, "e": "dev"}"#),
        (json, "{\"t\": \"${method.request.header.X-Tenant}s\"}", r#"{"t": "ac\"mes"}"#),
        (json, "{\"q\": $method.request.querystring.q}", r#"{"q": "x\"y"}"#),
        (
            json,
            "{\"ua\": \"\\\"$method.request.header.user-agent\"}",
            r#"{"ua": "\"curl\",\"admin\":\"true"}"#,
        ),
        (json, "{\"p\": $method.request.path.id}", r#"{"p": "7\r\nx-evil:1"}"#),
        (
            json,
            "{\"a\": $method.request.header.absent, \"b\": \"$method.request.path.absent\"}",
            r#"{"a": null, "b": ""}"#,
        ),
        ("application/vnd.api+json", "[$method.request.querystring.q]", r#"["x\"y"]"#),
        ("text/html", "<p>$method.request.querystring.html</p>", "<p>&lt;b&gt;</p>"),
        ("application/xml", "<a b='$context.error.messageString'/>", "<a b='&quot;Not Found&quot;'/>"),
        (
            "text/plain",
            "$context.error.messageString: $5 $foo $ $$context.stage$",
            "\"Not Found\": $5 $foo $ $v1$",
        ),
        ("text/plain", "$method.request.querystring.q, $context", "x\"y, $context"),
    ];
    for (content_type, template, expected) in cases {
        assert_eq!(body(content_type, template), expected, "{template}");
        if content_type.contains("json") {
            serde_json::from_str::<Value>(expected).expect(template);
        }
    }
}

/// RFC 9110 §12.5.1, issue 10.
#[test]
fn the_client_chooses_among_templates() {
    let all = json!({ "text/html": "html", "application/json": "json", "application/xml": "xml" });
    let texts = json!({ "text/b": "b", "text/a": "a" });
    let levels = json!({ "text/html;level=1": "one", "text/html": "html" });
    let cases = [
        (&all, None, "json"),
        (&all, Some("*/*"), "json"),
        (&all, Some("text/html,application/xml;q=0.9,*/*;q=0.8"), "html"),
        (&all, Some("image/png, Application/XML;q=0.9"), "xml"),
        // The highest weight, and of equal ones the first that the client names.
        (&all, Some("text/html;q=0.1, application/xml;q=0.2"), "xml"),
        (&all, Some("application/xml, text/html"), "xml"),
        (&all, Some("text/html;q=0.5, application/xml;q=0.50"), "html"),
        (&all, Some("*/*, text/html"), "html"),
        // 0 is no.
        (&all, Some("application/json;q=0, */*"), "xml"),
        (&all, Some("text/html;q=0, application/json;q=0, application/xml;q=0.001"), "xml"),
        // The range that says most of a type counts for it.
        (&all, Some("text/*, application/json;q=0.9"), "html"),
        (&all, Some("application/*"), "json"),
        (&all, Some("application/*, application/json;q=0.1"), "xml"),
        (&all, Some("application/*;q=0.1, application/xml"), "xml"),
        (&levels, Some("text/html;level=1;q=0.3, text/html;q=0.7"), "html"),
        (&levels, Some("text/html;level=1, text/html;q=0.7"), "one"),
        // Clients write a character set, templates need not.
        (&all, Some("text/html; charset=utf-8"), "html"),
        (&all, Some("text/html;p=\"a,b\";q=1, application/xml;q=0.5"), "xml"),
        // Odd ones: a weight that is none says nothing.
        (&all, Some("text/html;q=high, application/xml;Q=0.5"), "xml"),
        (&all, Some(", ,text/html;q=1.000,,"), "html"),
        (&all, Some("text/html ; q = 0.8 , application/xml;q=0.80001"), "html"),
        // Nothing that there is: as API Gateway.
        (&all, Some("image/png"), "json"),
        (&all, Some("*/*;q=0"), "json"),
        (&all, Some(""), "json"),
        (&texts, Some("image/png"), "a"),
        (&texts, Some("text/*, text/a;q=0.5"), "b"),
    ];
    for (templates, accept, body) in cases {
        let api = json!({ "gatewayResponses": { "DEFAULT_4XX": { "responseTemplates": templates } } });
        let world = accept.map_or_else(world, |accept| world().header("accept", accept));
        let content_type = templates.as_object().unwrap().iter().find(|(_, text)| *text == body).unwrap().0;
        let expected =
            format!("404 | content-type={content_type} | x-amzn-errortype=NotFoundException | {body}");
        assert_eq!(rendered(&api, &GatewayError::RouteNotFound, &world), expected, "{accept:?}");
    }
}

#[test]
fn headers_take_words_and_drop_what_no_header_can_hold() {
    let api = json!({ "gatewayResponses": { "DEFAULT_4XX": { "responseParameters": {
        "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
        "gatewayresponse.header.content-type": "'text/x-own'",
        "gatewayresponse.header.x-absent": "method.request.header.absent",
        "gatewayresponse.header.x-bad": "stageVariables.bad",
        "gatewayresponse.header.x-env": "stageVariables.env",
        "gatewayresponse.header.x-injected": "method.request.path.id",
        "gatewayresponse.header.x-message": "context.error.messageString",
        "gatewayresponse.header.x-tenant": "method.request.header.X-Tenant",
        "gatewayresponse.header.x-type": "context.error.responseType",
        "gatewayresponse.header.allow": "'nothing'",
    } } } });
    let error = GatewayError::MethodNotAllowed { allow: "GET".to_owned() };
    assert_eq!(
        rendered(&api, &error, &world()),
        "405 | access-control-allow-origin=* | allow=GET | content-type=text/x-own \
         | x-amzn-errortype=MethodNotAllowedException | x-env=dev | x-message=\"Method Not Allowed\" \
         | x-tenant=ac\"me | x-type=DEFAULT_4XX | {\"message\":\"Method Not Allowed\"}"
    );
}

#[test]
fn a_gateway_response_that_cannot_be_is_a_problem() {
    let api = json!({ "problemDetails": 7, "gatewayResponses": {
        "TEAPOT": {}, "THROTTLED": "no",
        "DEFAULT_4XX": {
            "statusCode": 199, "colour": 1,
            "responseParameters": {
                "header.x": "'a'", "gatewayresponse.header.a b": "'a'", "gatewayresponse.header.Content-Length": "'1'",
                "gatewayresponse.header.x1": "a", "gatewayresponse.header.x2": "'a\nb'",
                "gatewayresponse.header.x3": "context.nope", "gatewayresponse.header.x4": "stageVariables.nope",
            },
            "responseTemplates": {
                "json": "", "text/plain": "$context.authorization.x", "text/html": "${stageVariables.nope}",
            },
        },
    } });
    let (types, words) =
        (ResponseType::ALL.map(ResponseType::as_str).join(" or "), refusal_variable::EXPECTED);
    let base = "gatewayResponses.DEFAULT_4XX";
    let header = "gatewayresponse.header.name, of a header that is not the connection's";
    let variable = "got ${stageVariables.nope}, expected one of the stage's variables (bad, env, limit)";
    let expected = [
        "gatewayResponses.THROTTLED: got \"no\", expected a map".to_owned(),
        format!("{base}.statusCode: got 199, expected a whole number from 200 to 599"),
        format!(
            "{base}.responseParameters.gatewayresponse.header.Content-Length: got gatewayresponse.header.Content-Length, expected {header}"
        ),
        format!(
            "{base}.responseParameters.gatewayresponse.header.a b: got gatewayresponse.header.a b, expected {header}"
        ),
        format!("{base}.responseParameters.gatewayresponse.header.x1: got \"a\", expected 'text' or {words}"),
        format!(
            "{base}.responseParameters.gatewayresponse.header.x2: got \"'a\\nb'\", expected 'text' or {words}"
        ),
        format!(
            "{base}.responseParameters.gatewayresponse.header.x3: got \"context.nope\", expected 'text' or {words}"
        ),
        format!("{base}.responseParameters.gatewayresponse.header.x4: {variable}"),
        format!("{base}.responseParameters.header.x: got header.x, expected {header}"),
        format!("{base}.responseTemplates.json: got json, expected a content type, such as application/json"),
        format!("{base}.responseTemplates.text/html: {variable}"),
        format!("{base}.responseTemplates.text/plain: got $context.authorization.x, expected {words}"),
        format!("gatewayResponses.TEAPOT: got TEAPOT, expected {types}"),
        "problemDetails: got 7, expected true or false".to_owned(),
        format!("{base}.colour: got 1, expected nothing of this name"),
    ];
    let (_, problems) = read(&api, |fields| GatewayResponses::parse(&fields));
    assert_eq!(problems, expected);
}
