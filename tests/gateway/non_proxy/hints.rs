//! What is said of words that stand elsewhere, and of what a client would see only later.

use serde_json::{Value, json};

use super::{
    problems::{notes, notes_of},
    route,
};
use crate::harness::TestGateway;

const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders";

#[tokio::test]
async fn words_of_other_descriptions_are_told_with_those_that_stand_for_them() {
    const OF_SQS: &str = "SendMessage or SendMessageBatch or ReceiveMessage or DeleteMessage or PurgeQueue";
    const NO_LINKS: &str = "nothing of this name: there are no VPC links; allowPrivateIntegrations of the $api item lists the \
                            private addresses that a URL may have";
    let uri = "https://a.example/{id}";
    let parameter = |key: &str, value: &str| json!({ "uri": uri, "requestParameters": { key: value } });
    let (path, header) = ("integration.request.path.id", "integration.request.header.x");
    #[rustfmt::skip]
    let cases = [
        ("SQS", json!({ "queueUrl": QUEUE, "messageBody": "x", "delaySeconds": 5 }), vec![format!("! action: got nothing, expected {OF_SQS}")]),
        ("SQS", json!({ "action": "SendMesage", "queueUrl": QUEUE, "messageBody": "x" }), vec![format!("! action: got \"SendMesage\", expected {OF_SQS}")]),
        ("S3", json!({ "bucket": "files", "key": "a", "statusCode": 201 }), vec!["! action: got nothing, expected GetObject or HeadObject or PutObject or DeleteObject".to_owned()]),
        ("HTTP_PROXY", parameter(path, "method.request.path.id"), vec![]),
        ("HTTP_PROXY", parameter(header, "'a'"), vec![]),
        ("HTTP_PROXY", json!({ "uri": uri, "connectionType": "INTERNET" }), vec![]),
        ("HTTP_PROXY", json!({ "uri": uri, "connectionType": "VPC_LINK" }), vec![format!("? connectionType: got \"VPC_LINK\", expected {NO_LINKS}")]),
        ("HTTP_PROXY", json!({ "uri": uri, "connectionId": "x" }), vec![format!("? connectionId: got \"x\", expected {NO_LINKS}")]),
        ("MOCK", json!({ "integrationResponses": [] }), vec!["? integrationResponses: got [], expected nothing of this name: an integration's responses are responses, a map by selection pattern or a list".to_owned()]),
        ("MOCK", json!({ "integrationResponses": [{ "statusCode": "200" }] }), vec!["? integrationResponses: got a list, expected nothing of this name: an integration's responses are responses, a map by selection pattern or a list".to_owned()]),
        ("AWS", json!({ "uri": "f", "integrationHttpMethod": "POST", "responses": { "default": { "statusCode": 200 } } }),
            vec!["? integrationHttpMethod: got \"POST\", expected nothing of this name: the method of an integration's call is httpMethod".to_owned()]),
        ("AWS", json!({ "uri": "f", "requestTemplates": { "application/json": "{}\n$input.jsn('$')" }, "responses": { "default": { "statusCode": 200 } } }),
            vec!["? requestTemplates.application/json: got line 2, column 1: $input.jsn, which prints nothing, expected a member of $input; did you mean $input.json?".to_owned()]),
        ("AWS", json!({ "uri": "f", "responses": { "default": { "statusCode": [200] } } }), vec!["! responses.default.statusCode: got [200], expected a whole number from 200 to 599".to_owned()]),
    ];
    for (kind, fields, expected) in cases {
        assert_eq!(notes(kind, fields.clone()).await, expected, "{kind} {fields}");
    }
    let capitals = json!({ "routeKey": "POST /o/{id}", "integration": { "Type": "AWS", "Uri": "f" } });
    assert_eq!(
        notes_of(capitals).await,
        ["! Type: got \"AWS\", expected nothing of this name; did you mean type?"]
    );
}

#[tokio::test]
async fn a_service_whose_errors_would_pass_for_a_success_is_told_of() {
    const WARNING: &str = "? responses: got no entry for a status of 400 or 403, expected an entry for errors, such as 4\\d{2} and \
                           5\\d{2}: as on API Gateway, an AccessDenied of the service is answered 200 without one";
    let uri = "arn:aws:apigateway:eu-west-1:sqs:action/SendMessage";
    let ok = json!({ "statusCode": 200 });
    #[rustfmt::skip]
    let cases = [
        (uri, json!({ "default": ok }), vec![WARNING]),
        (uri, json!({ "default": ok, "5\\d{2}": { "statusCode": 502 } }), vec![WARNING]),
        (uri, json!({ "default": ok, "4\\d{2}": { "statusCode": 400 } }), vec![]),
        (uri, json!({ "default": ok, "[^2].*": { "statusCode": 400 } }), vec![]),
        (uri, json!({ "default": { "statusCode": 500 }, "200": ok }), vec![]),
        // A function's errors are told by their messages.
        ("orders", json!({ "default": ok }), vec![]),
    ];
    for (uri, responses, expected) in cases {
        let fields = json!({ "uri": uri, "httpMethod": "POST", "responses": responses });
        assert_eq!(notes("AWS", fields.clone()).await, expected, "{fields}");
    }
}

#[tokio::test]
async fn the_log_says_which_text_fits_no_entry() {
    let fields = |name: &str| json!({ "uri": name, "requestTemplates": { "application/json": "{\"message\": $input.json('$')}" }, "responses": { "404": { "statusCode": 404 } } });
    let gateway = TestGateway::serving(&[
        route("POST /fails", "AWS", fields("fails")),
        route("POST /same", "AWS", fields("same")),
    ])
    .await;
    let long = format!("https://u:hush@h.example/\\n{}", "x".repeat(100));
    let shown = format!("\"https://…@h.example/\\n{}…\"", "x".repeat(58));
    let cases = [
        ("fails", "[404] no".to_owned(), "\"[404] no\"".to_owned()),
        ("fails", long, shown),
        ("same", "x".to_owned(), "a result, which is no error".to_owned()),
    ];
    for (path, message, tried) in cases {
        let answer = gateway.send(&format!("POST /v1/{path}\n\n\"{message}\"")).await;
        assert_eq!(answer, super::misconfigured(), "{path} {message}");
        let line = gateway.last_line();
        let expected =
            format!("no entry of the integration's responses fits {tried}, and there is no default");
        assert_eq!(line["integrationErrorMessage"], Value::from(expected));
    }
}
