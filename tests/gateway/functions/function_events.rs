//! The event that a function gets of a request.

use expect_test::expect;
use lambda_http::{RequestExt, RequestPayloadExt};
use serde_json::{Value, json};

use super::route;
use crate::harness::{TestGateway, event};

#[tokio::test]
async fn an_event_in_format_2_0_has_every_field_of_an_http_apis_event() {
    let gateway = TestGateway::new();
    let variables = json!({ "env": "echo", "tier": "gold" });
    gateway.put_stage(&json!({ "stage": "v1", "stageVariables": variables }));
    gateway.put_route(&route("ANY /orders/{id}/{proxy+}", "${stageVariables.env}:live", &json!({})));
    gateway.go_live().await;
    let request = "PUT //v1//orders/a%2Fb%20c/%64//e?x=1&y=%26&x=2&z\nContent-Type: text/plain\nx-two: a\n\
                   connection: x-hop, close\nx-hop: 1\ncookie: a=1; b=2; c\n\nhello";
    let event = gateway.json(request).await;
    expect![[r#"
        {
          "body": "hello",
          "cookies": [
            "a=1",
            "b=2",
            "c"
          ],
          "headers": {
            "content-type": "text/plain",
            "host": "abc123.lambda-url.eu-west-1.on.aws",
            "x-two": "a"
          },
          "isBase64Encoded": false,
          "pathParameters": {
            "id": "a/b c",
            "proxy": "d//e"
          },
          "queryStringParameters": {
            "x": "1,2",
            "y": "&",
            "z": ""
          },
          "rawPath": "/v1/orders/a%2Fb%20c/d//e",
          "rawQueryString": "x=1&y=%26&x=2&z",
          "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "domainName": "abc123.lambda-url.eu-west-1.on.aws",
            "domainPrefix": "abc123",
            "http": {
              "method": "PUT",
              "path": "/v1/orders/a%2Fb%20c/d//e",
              "protocol": "HTTP/1.1",
              "sourceIp": "192.0.2.1",
              "userAgent": ""
            },
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "routeKey": "ANY /orders/{id}/{proxy+}",
            "stage": "v1",
            "time": "14/Apr/2025:22:12:48 +0000",
            "timeEpoch": 1744668768000
          },
          "routeKey": "ANY /orders/{id}/{proxy+}",
          "stageVariables": {
            "env": "echo",
            "tier": "gold"
          },
          "version": "2.0"
        }"#]]
    .assert_eq(&format!("{event:#}"));
    assert_eq!(gateway.calls(), ["echo:live"]);

    let least = gateway.json("GET /v1/orders/1/x").await;
    let absent = ["body", "cookies", "queryStringParameters"];
    assert!(absent.iter().all(|name| least.get(name).is_none()), "{least:#}");
    assert_eq!((&least["rawQueryString"], &least["isBase64Encoded"]), (&json!(""), &json!(false)));
}

#[tokio::test]
async fn a_function_on_lambda_http_reads_the_request_as_the_client_sent_it() {
    let gateway = TestGateway::serving(&[route("POST /orders/{id}", "echo", &json!({}))]).await;
    let request = "POST /v1/orders/caf%C3%A9%2F1?tag=a&tag=b%26&empty=\ncontent-type: application/json\n\
                   cookie: s=1; t=2\n\n{\"n\": 1}";
    let event = gateway.json(request).await;
    let got = lambda_http::request::from_str(&event.to_string()).unwrap();

    assert_eq!((got.method().as_str(), got.uri().path()), ("POST", "/v1/orders/caf%C3%A9%2F1"));
    assert_eq!(got.path_parameters().first("id"), Some("café/1"));
    let query = got.query_string_parameters();
    assert_eq!((query.all("tag"), query.first("empty")), (Some(vec!["a", "b&"]), Some("")));
    assert_eq!(got.headers()["cookie"], "s=1; t=2");
    assert_eq!(got.payload::<Value>().unwrap(), Some(json!({ "n": 1 })));
}

#[tokio::test]
async fn binary_bodies_pass_as_base64_to_the_function_and_back() {
    let gateway = TestGateway::serving(&[
        json!({ "routeKey": "$api", "binaryMediaTypes": ["image/*"] }),
        route("POST /1", "echo", &json!({ "payloadFormatVersion": "1.0" })),
        route("POST /2", "echo", &json!({})),
        route("POST /back/1", "reflect", &json!({ "payloadFormatVersion": "1.0" })),
    ])
    .await;
    for form in ["1", "2"] {
        let mut event = event(&format!("POST /v1/{form}\ncontent-type: image/png"));
        event["body"] = json!("iVBORw0KGgr/AA==");
        event["isBase64Encoded"] = json!(true);
        let answer = gateway.send_event(&event).await;
        let (_, echoed) = answer.split_once("\n\n").unwrap();
        let echoed: Value = serde_json::from_str(echoed).unwrap();
        let got = (&echoed["body"], &echoed["isBase64Encoded"]);
        assert_eq!(got, (&json!("iVBORw0KGgr/AA=="), &json!(true)), "payload format {form}");
    }
    let answer = r#"{"headers":{"content-type":"image/png"},"body":"aGk=","isBase64Encoded":true}"#;
    for (accept, body) in [("image/png", "hi"), ("text/html", "aGk=")] {
        assert_eq!(
            gateway.send(&format!("POST /v1/back/1\naccept: {accept}\n\n{answer}")).await,
            format!("200\ncontent-type: image/png\n\n{body}"),
            "{accept}"
        );
    }
}
