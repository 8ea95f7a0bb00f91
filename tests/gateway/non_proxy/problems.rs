//! Items that are not deployed, and those that are with a warning: word for word.

use serde_json::{Value, json};
use tollgate::deployment::PublishOutcome;

use super::route;
use crate::harness::TestGateway;

/// The problems and warnings of an integration, without what all have before them.
pub(super) async fn notes(kind: &str, more: Value) -> Vec<String> {
    notes_of(route("POST /o/{id}", kind, more)).await
}

/// The same of a whole route.
pub(super) async fn notes_of(route: Value) -> Vec<String> {
    let gateway = TestGateway::new();
    gateway.put_route(&route);
    let (problems, warnings) = match gateway.publish("v1").await {
        PublishOutcome::Invalid { problems, warnings } => (problems, warnings),
        PublishOutcome::Published { warnings, .. } => (Vec::new(), warnings),
        other => panic!("{other:?}"),
    };
    let item = "tollgate-routes [stage=v1 routeKey=POST /o/{id}] integration.";
    let line = |kind: &str, note: &dyn std::fmt::Display| {
        format!("{kind} {}", note.to_string().strip_prefix(item).unwrap_or(&note.to_string()))
    };
    let problems = problems.iter().map(|problem| line("!", problem));
    problems.chain(warnings.iter().map(|warning| line("?", warning))).collect()
}

#[tokio::test]
async fn every_problem_of_a_mapping_is_told() {
    const REQUEST: &str = "method.request.header.x, .querystring.x, .path.x, .multivalueheader.x, .multivaluequerystring.x, .body \
                           or .body.x; context.x; stageVariables.x; or 'text' in single quotes";
    const RESPONSE: &str = "integration.response.header.x, .multivalueheader.x, .body or .body.x; context.x; stageVariables.x; or \
                            'text' in single quotes";
    const PLACES: &str =
        "integration.request.header.x, integration.request.querystring.x or integration.request.path.x";
    let parameter = |key: &str, value: Value| json!({ "requestParameters": { key: value } });
    let header = "integration.request.header.x";
    let response = |entry: Value| json!({ "responses": { "default": entry } });
    let of_response = |key: &str, value: Value| {
        response(json!({ "statusCode": 200, "responseParameters": { key: value } }))
    };
    #[rustfmt::skip]
    let cases = [
        (json!({ "requestParameters": [] }), "requestParameters: got [], expected a map of strings".to_owned()),
        (parameter("header.x", json!("'a'")), format!("requestParameters.header.x: got header.x, expected {PLACES}")),
        (parameter("integration.request.header.a b", json!("'a'")), format!("requestParameters.integration.request.header.a b: got integration.request.header.a b, expected {PLACES}")),
        (parameter("integration.request.body.x", json!("'a'")), format!("requestParameters.integration.request.body.x: got integration.request.body.x, expected {PLACES}")),
        (parameter(header, json!("a")), format!("requestParameters.{header}: got \"a\", expected {REQUEST}")),
        (parameter(header, json!(7)), format!("requestParameters.{header}: got 7, expected a string")),
        (parameter(header, json!("method.request.cookie.a")), format!("requestParameters.{header}: got \"method.request.cookie.a\", expected {REQUEST}")),
        (parameter(header, json!("method.request.header.")), format!("requestParameters.{header}: got \"method.request.header.\", expected {REQUEST}")),
        (parameter(header, json!("method.request.path.nope")), format!("requestParameters.{header}: got \"method.request.path.nope\", expected one of the route's path parameters (id)")),
        (parameter(header, json!("stageVariables.nope")), format!("requestParameters.{header}: got ${{stageVariables.nope}}, expected one of the stage's variables ()")),
        (json!({ "requestTemplates": "x" }), "requestTemplates: got \"x\", expected a map of templates by content type".to_owned()),
        (json!({ "requestTemplates": { "json": "x" } }), "requestTemplates.json: got json, expected a content type, such as application/json".to_owned()),
        (json!({ "requestTemplates": { "a/b": 7 } }), "requestTemplates.a/b: got 7, expected a template, which is text".to_owned()),
        (json!({ "passthroughBehavior": "ALWAYS" }), "passthroughBehavior: got \"ALWAYS\", expected WHEN_NO_MATCH or WHEN_NO_TEMPLATES or NEVER".to_owned()),
        (json!({ "contentHandling": "TEXT" }), "contentHandling: got \"TEXT\", expected CONVERT_TO_BINARY or CONVERT_TO_TEXT".to_owned()),
        (json!({ "responses": "x" }), "responses: got \"x\", expected a map of responses by pattern, or a list of them".to_owned()),
        (json!({ "responses": { "default": "x" } }), "responses.default: got \"x\", expected a map".to_owned()),
        (json!({ "responses": ["x"] }), "responses: got [\"x\"], expected a list of maps".to_owned()),
        (json!({ "responses": [{ "statusCode": 200 }, { "statusCode": 200 }] }), "responses: got two entries without a pattern, expected one, which is the default".to_owned()),
        (response(json!({})), "responses.default.statusCode: got nothing, expected a whole number from 200 to 599".to_owned()),
        (response(json!({ "statusCode": 100 })), "responses.default.statusCode: got 100, expected a whole number from 200 to 599".to_owned()),
        (of_response("header.x", json!("'a'")), "responses.default.responseParameters.header.x: got header.x, expected method.response.header.x".to_owned()),
        (of_response("method.response.header.x", json!("method.request.header.x")), format!("responses.default.responseParameters.method.response.header.x: got \"method.request.header.x\", expected {RESPONSE}")),
        (response(json!({ "statusCode": 200, "responseParameters": "x" })), "responses.default.responseParameters: got \"x\", expected a map of strings".to_owned()),
        (response(json!({ "statusCode": 200, "responseTemplates": { "a/b": [] } })), "responses.default.responseTemplates.a/b: got [], expected a template, which is text".to_owned()),
    ];
    for (more, expected) in cases {
        let mut fields = json!({ "responses": { "default": { "statusCode": 200 } } });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(notes("MOCK", fields).await, [format!("! {expected}")], "{more}");
    }
}

#[tokio::test]
async fn every_problem_of_a_target_is_told() {
    let default = json!({ "default": { "statusCode": 200 } });
    let function = "a function: name, name:alias, account:function:name, or an ARN";
    let methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or ANY (the request's own)";
    let event = "integration.request.header.X-Amz-Invocation-Type";
    #[rustfmt::skip]
    let cases = [
        ("AWS", json!({}), format!("uri: got nothing, expected {function}")),
        ("AWS", json!({ "uri": "a b" }), format!("uri: got \"a b\", expected {function}")),
        ("AWS", json!({ "uri": "f", "httpMethod": "GET" }), "httpMethod: got \"GET\", expected POST".to_owned()),
        ("AWS", json!({ "uri": "f", "requestParameters": { event: "'Later'" } }), format!("requestParameters.{event}: got 'Later', expected 'RequestResponse' or 'Event' or 'DryRun'")),
        ("HTTP", json!({}), "uri: got nothing, expected a URL such as https://example.com/{id}".to_owned()),
        ("HTTP", json!({ "uri": "https://a.example/{nope}" }), "uri: got {nope}, expected one of the route's path parameters (id)".to_owned()),
        ("HTTP", json!({ "uri": "http://169.254.169.254/" }), "uri: got http://169.254.169.254/, expected a host's name, a public address, or one that allowPrivateIntegrations of $api lists".to_owned()),
        ("HTTP", json!({ "uri": "https://a.example/", "httpMethod": "SEND" }), format!("httpMethod: got \"SEND\", expected {methods}")),
        ("MOCK", json!({ "body": "x" }), "body: got \"x\", expected nothing beside responses: a MOCK is plain, or it has templates".to_owned()),
        ("MOCK", json!({ "statusCode": 200 }), "statusCode: got 200, expected nothing beside responses: a MOCK is plain, or it has templates".to_owned()),
        ("MOCK", json!({ "headers": {} }), "headers: got {}, expected nothing beside responses: a MOCK is plain, or it has templates".to_owned()),
    ];
    for (kind, mut fields, expected) in cases {
        fields["responses"] = default.clone();
        assert_eq!(notes(kind, fields.clone()).await, [format!("! {expected}")], "{kind} {fields}");
    }
}

#[tokio::test]
async fn a_pattern_that_is_none_is_a_problem() {
    let default = json!({ "statusCode": 200 });
    let map = json!({ "responses": { "(": default, "default": default } });
    let list = json!({ "responses": [{ "selectionPattern": "[a", "statusCode": 200 }, default] });
    let map = notes("MOCK", map).await;
    const NOT_WELL_FORMED: &str =
        "a regular expression of Java, well-formed and not larger than 256 KB when it is compiled";
    assert_eq!(map, [format!("! responses.(: got (, expected {NOT_WELL_FORMED}")]);
    let list = notes("MOCK", list).await;
    assert_eq!(
        list,
        [
            "! responses[0].selectionPattern: got [a, expected a regular expression of Java, well-formed: a class has no end"
        ]
    );
    let back = json!({ "responses": { "(a)\\1": default, "default": default } });
    let back = notes("MOCK", back).await;
    assert_eq!(back.len(), 1, "{back:?}");
    assert!(
        back[0].starts_with("! responses.(a)\\1: got (a)\\1, expected a regular expression of Java"),
        "{back:?}"
    );
}

#[tokio::test]
async fn what_works_otherwise_than_it_looks_is_a_warning() {
    const NO_DEFAULT: &str = "an entry default, such as {\"default\": {\"statusCode\": \"200\"}}: an answer that fits no pattern is 500";
    const FAILS: &str =
        "another header: as on API Gateway, a request that has a value for this one is answered 500";
    const DROPPED: &str = "another header: this one is not sent, it belongs to the connection";
    let default = json!({ "default": { "statusCode": 200 } });
    let request = |name: &str| json!({ "responses": default, "requestParameters": { format!("integration.request.header.{name}"): "'a'" } });
    let response = |name: &str| {
        let parameters = json!({ format!("method.response.header.{name}"): "'a'" });
        json!({ "responses": { "default": { "statusCode": 200, "responseParameters": parameters } } })
    };
    let of_response = "responses.default.responseParameters.method.response.header";
    #[rustfmt::skip]
    let cases = [
        (json!({ "passthroughBehavior": "NEVER" }), format!("responses: got nothing, expected {NO_DEFAULT}")),
        (json!({ "responses": { "404": { "statusCode": 404 } } }), format!("responses: got no default, expected {NO_DEFAULT}")),
        (request("Content-Length"), format!("requestParameters.integration.request.header.Content-Length: got content-length, expected {FAILS}")),
        (request("TE"), format!("requestParameters.integration.request.header.TE: got te, expected {DROPPED}")),
        (response("WWW-Authenticate"), format!("{of_response}.WWW-Authenticate: got www-authenticate, expected another header: as on API Gateway, this one reaches the client as x-amzn-remapped-www-authenticate")),
        (response("Transfer-Encoding"), format!("{of_response}.Transfer-Encoding: got transfer-encoding, expected {DROPPED}")),
        (json!({ "responses": default, "cacheNamespace": "x" }), "cacheNamespace: got \"x\", expected nothing of this name: every route's answers are kept apart; what else tells them apart is cacheKeyParameters of the route item".to_owned()),
        (json!({ "responses": { "default": { "statusCode": 200, "statuscode": 1 } } }), "responses.default.statuscode: got 1, expected nothing of this name; did you mean statusCode?".to_owned()),
    ];
    for (fields, expected) in cases {
        assert_eq!(notes("MOCK", fields.clone()).await, [format!("? {expected}")], "{fields}");
    }
}
