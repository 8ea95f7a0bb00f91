//! Bodies by their content type: templates, `passthroughBehavior`, `contentHandling`.

use serde_json::{Value, json};

use super::{http, misconfigured, refused};
use crate::harness::{Target, TestGateway, event, render};

/// Says the body that it gets, as plain text.
async fn echo() -> Target {
    Target::of(|request| {
        let (_, body) = request.split_once("\n\n").unwrap();
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    })
    .await
}

#[tokio::test]
async fn a_body_without_a_template_passes_or_is_415_as_its_behavior_says() {
    let target = echo().await;
    const UNSUPPORTED: &str = "Unsupported Media Type";
    let templates = json!({ "application/json": "made of json", "text/xml": "" });
    // Content type of the request; its body with templates, and without any.
    #[rustfmt::skip]
    let cases = [
        // Behavior,                 type,                              with templates,       without
        (json!("WHEN_NO_MATCH"),     "application/json",                Some("made of json"), Some("sent")),
        (json!("WHEN_NO_MATCH"),     "application/json; charset=utf-8", Some("made of json"), Some("sent")),
        (json!("WHEN_NO_MATCH"),     "APPLICATION/JSON",                Some("made of json"), Some("sent")),
        (json!("WHEN_NO_MATCH"),     "",                                Some("made of json"), Some("sent")),
        (json!("WHEN_NO_MATCH"),     "text/xml",                        Some("sent"),         Some("sent")),
        (json!("WHEN_NO_MATCH"),     "text/csv",                        Some("sent"),         Some("sent")),
        (Value::Null,                "text/csv",                        Some("sent"),         Some("sent")),
        (json!("WHEN_NO_TEMPLATES"), "application/json",                Some("made of json"), Some("sent")),
        (json!("WHEN_NO_TEMPLATES"), "",                                Some("made of json"), Some("sent")),
        (json!("WHEN_NO_TEMPLATES"), "text/xml",                        Some("sent"),         Some("sent")),
        (json!("WHEN_NO_TEMPLATES"), "text/csv",                        None,                 Some("sent")),
        (json!("when_no_templates"), "application/jsonx",               None,                 Some("sent")),
        (json!("NEVER"),             "application/json",                Some("made of json"), None),
        (json!("NEVER"),             "",                                Some("made of json"), None),
        (json!("NEVER"),             "text/xml",                        Some("sent"),         None),
        (json!("NEVER"),             "text/csv",                        None,                 None),
    ];
    let mut worlds: Vec<(Value, TestGateway, TestGateway)> = Vec::new();
    for (behavior, content_type, with, without) in cases {
        if !worlds.iter().any(|(known, ..)| *known == behavior) {
            let fields =
                |templates: &Value| json!({ "passthroughBehavior": behavior, "requestTemplates": templates });
            let with = http(&target, "/x", fields(&templates)).await;
            let without = http(&target, "/x", fields(&Value::Null)).await;
            worlds.push((behavior.clone(), with, without));
        }
        let (_, with_templates, without_templates) =
            worlds.iter().find(|(known, ..)| *known == behavior).unwrap();
        let header =
            if content_type.is_empty() { String::new() } else { format!("content-type: {content_type}\n") };
        for (gateway, body) in [(with_templates, with), (without_templates, without)] {
            let expected = match body {
                Some(body) => format!("200\ncontent-type: text/plain\n\n{body}"),
                None => refused(415, UNSUPPORTED),
            };
            let answer = gateway.send(&format!("POST /v1/x\n{header}\nsent")).await;
            assert_eq!(answer, expected, "{behavior} {content_type}");
        }
    }
    let line = worlds.last().unwrap().2.last_line();
    assert_eq!(line["errorMessage"], "no request template for text/csv");
    assert_eq!(line["errorResponseType"], "UNSUPPORTED_MEDIA_TYPE");
}

#[tokio::test]
async fn the_clients_accept_chooses_the_responses_template() {
    let target = echo().await;
    let templates = json!({ "text/html": "<html>", "application/xml": "<xml/>", "application/json": "{}" });
    let without_json = json!({ "text/html": "<html>", "application/xml": "<xml/>" });
    let untouched = json!({ "application/xml": "" });
    let fields = |templates| json!({ "responses": { "default": { "statusCode": 200, "responseTemplates": templates } } });
    let with_json = http(&target, "/x", fields(templates)).await;
    let without_json = http(&target, "/x", fields(without_json)).await;
    let untouched = http(&target, "/x", fields(untouched)).await;
    let cases = [
        (&with_json, "application/json", "application/json", "{}"),
        (&with_json, "application/xml", "application/xml", "<xml/>"),
        (&with_json, "text/html,application/xml;q=0.9,*/*;q=0.8", "text/html", "<html>"),
        (&with_json, "*/*", "application/json", "{}"),
        (&with_json, "text/csv", "application/json", "{}"),
        (&with_json, "", "application/json", "{}"),
        (&without_json, "", "application/xml", "<xml/>"),
        (&without_json, "text/csv", "application/xml", "<xml/>"),
        (&without_json, "text/*", "text/html", "<html>"),
        (&untouched, "", "text/plain", "sent"),
    ];
    for (gateway, accept, content_type, body) in cases {
        let header = if accept.is_empty() { String::new() } else { format!("accept: {accept}\n") };
        let answer = gateway.send(&format!("POST /v1/x\n{header}\nsent")).await;
        assert_eq!(answer, format!("200\ncontent-type: {content_type}\n\n{body}"), "{accept}");
    }
}

/// Sends `body`, base64 as the platform writes bytes, and gives the answer's body with its bytes as `\xNN`.
async fn exchanged(gateway: &TestGateway, body: &str, headers: &[(&str, &str)]) -> String {
    let mut event = event("POST /v1/x");
    event["body"] = json!(body);
    event["isBase64Encoded"] = json!(true);
    for (name, value) in headers {
        event["headers"][*name] = json!(value);
    }
    render(gateway.answer(&event.to_string()).await).await
}

#[tokio::test]
async fn a_bodys_form_changes_as_content_handling_says() {
    // A function that says what it got, as text: base64 where bytes were converted.
    let target = echo().await;
    // `PNG` as base64, and a text that is base64 of `text`.
    let (png, base64_text) = ("UE5H", "ZEdWNGRBPT0=");
    let gateway_with = async |types: Value, request: Value, response: Value| {
        let fields = json!({ "contentHandling": request,
            "responses": { "default": { "statusCode": 200, "contentHandling": response } } });
        let uri = format!("http://127.0.0.1:{}/x", target.port);
        let api = json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.1"], "binaryMediaTypes": types });
        let mut item = super::route("POST /x", "HTTP", fields);
        item["integration"]["uri"] = json!(uri);
        TestGateway::serving(&[api, item]).await
    };
    let types = json!(["image/png"]);
    let (binary, text) = (json!("CONVERT_TO_BINARY"), json!("CONVERT_TO_TEXT"));
    #[rustfmt::skip]
    let cases = [
        // binaryMediaTypes, request,       response,      content type, accept,       sent,        expected
        (json!([]),          Value::Null,   Value::Null,   "image/png",  "*/*",        png,         "200 PNG"),
        (types.clone(),      Value::Null,   Value::Null,   "image/png",  "text/plain", png,         "200 PNG"),
        (types.clone(),      text.clone(),  Value::Null,   "image/png",  "text/plain", png,         "200 UE5H"),
        (types.clone(),      binary.clone(), Value::Null,  "text/plain", "text/plain", base64_text, "200 text"),
        (types.clone(),      binary.clone(), Value::Null,  "text/plain", "text/plain", "e30h",      "500"),
        (types.clone(),      Value::Null,   binary.clone(), "text/plain", "text/plain", base64_text, "200 text"),
        (types.clone(),      Value::Null,   Value::Null,   "text/plain", "image/png",  base64_text, "200 text"),
        (types.clone(),      Value::Null,   text.clone(),  "text/plain", "image/png",  base64_text, "200 dGV4dA=="),
        (types,              Value::Null,   Value::Null,   "text/plain", "image/png",  "e30h",      "500"),
    ];
    for (types, request, response, content_type, accept, sent, expected) in cases {
        let gateway = gateway_with(types.clone(), request.clone(), response.clone()).await;
        let answer = exchanged(&gateway, sent, &[("content-type", content_type), ("accept", accept)]).await;
        let expected = match expected.strip_prefix("200 ") {
            Some(body) => format!("200\ncontent-type: text/plain\n\n{body}"),
            None => misconfigured(),
        };
        assert_eq!(answer, expected, "{types} {request} {response} {content_type} {accept} {sent}");
    }
}
