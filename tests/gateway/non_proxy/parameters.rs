//! Parameters: every source in every place, on both sides.

use expect_test::expect;
use serde_json::{Map, Value, json};

use super::{http, misconfigured};
use crate::harness::{Script, Target, TestGateway};

const SOURCES: [(&str, &str); 14] = [
    ("path", "method.request.path.proxy"),
    ("query", "method.request.querystring.q"),
    ("every", "method.request.multivaluequerystring.q"),
    ("header", "method.request.header.X-One"),
    ("lines", "method.request.multivalueheader.x-one"),
    ("body", "method.request.body"),
    ("member", "method.request.body.user.name"),
    ("json-path", "method.request.body.$.list[1]"),
    ("map", "method.request.body.user"),
    ("context", "context.stage"),
    ("variable", "stageVariables.table"),
    ("fixed", "'it''s \"fixed\"'"),
    ("empty", "''"),
    ("absent", "method.request.querystring.nope"),
];

#[tokio::test]
async fn every_source_goes_to_every_place() {
    let target = Target::start([]).await;
    let mut parameters = Map::new();
    for (name, source) in SOURCES {
        parameters.insert(format!("integration.request.header.h-{name}"), json!(source));
        parameters.insert(format!("integration.request.querystring.q-{name}"), json!(source));
    }
    for (name, source) in [("one", SOURCES[0].1), ("two", SOURCES[1].1), ("three", SOURCES[11].1)] {
        parameters.insert(format!("integration.request.path.{name}"), json!(source));
    }
    let gateway = TestGateway::new();
    gateway.put_stage(&json!({ "stage": "v1", "stageVariables": { "table": "orders" } }));
    gateway.put_route(&json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.1"] }));
    let fields = json!({
        "uri": format!("http://127.0.0.1:{}/a/{{one}}/{{two}}/{{three}}?fixed={{two}}", target.port),
        "httpMethod": "PUT",
        "requestParameters": parameters,
        "responses": { "default": { "statusCode": "200" } },
    });
    gateway.put_route(&super::route("POST /{proxy+}", "HTTP", fields));
    gateway.go_live().await;
    let body = r#"{"user": {"name": "Ada", "n": 7.50}, "list": [1, 2]}"#;
    let request = format!(
        "POST /v1/x/a%2Fb?q=1%262&q=a/b&mine=1\nx-one: first,second\nx-other: 1\ncontent-type: application/json\n\n{body}"
    );
    expect![[r#"
        200
        content-type: application/json

        PUT /a/x/a%2Fb/a%2Fb/it%27%27s%20%22fixed%22?fixed=a%2Fb&q-body=%7B%22user%22%3A%20%7B%22name%22%3A%20%22Ada%22%2C%20%22n%22%3A%207.50%7D%2C%20%22list%22%3A%20%5B1%2C%202%5D%7D&q-context=v1&q-empty=&q-every=1%262&q-every=a%2Fb&q-fixed=it%27%27s%20%22fixed%22&q-header=first%2Csecond&q-json-path=2&q-lines=first%2Csecond&q-map=%7B%22name%22%3A%22Ada%22%2C%22n%22%3A7.50%7D&q-member=Ada&q-path=x%2Fa%2Fb&q-query=a%2Fb&q-variable=orders
        accept: application/json
        content-length: 52
        content-type: application/json
        h-body: {"user": {"name": "Ada", "n": 7.50}, "list": [1, 2]}
        h-context: v1
        h-empty: 
        h-every: 1&2,a/b
        h-fixed: it''s "fixed"
        h-header: first,second
        h-json-path: 2
        h-lines: first,second
        h-map: {"name":"Ada","n":7.50}
        h-member: Ada
        h-path: x/a/b
        h-query: a/b
        h-variable: orders
        host: 127.0.0.1:PORT
        user-agent: AmazonAPIGateway_abc123
        x-amzn-apigateway-api-id: abc123
        x-amzn-trace-id: Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1
        x-forwarded-for: 192.0.2.1
        x-forwarded-port: 443
        x-forwarded-proto: https

        {"user": {"name": "Ada", "n": 7.50}, "list": [1, 2]}"#]].assert_eq(&gateway.send(&request).await);
}

#[tokio::test]
async fn a_clients_value_stays_one_value_of_the_request() {
    let target = Target::start([]).await;
    let parameters = json!({
        "integration.request.path.id": "method.request.querystring.id",
        "integration.request.querystring.q": "method.request.querystring.id",
    });
    let gateway = http(&target, "/a/{id}/b", json!({ "requestParameters": parameters })).await;
    let cases = [
        ("7", Some("/a/7/b?q=7")),
        ("a%2Fb", Some("/a/a%2Fb/b?q=a%2Fb")),
        ("x%3Fy%23z%26w%3D1", Some("/a/x%3Fy%23z%26w%3D1/b?q=x%3Fy%23z%26w%3D1")),
        ("%25", Some("/a/%25/b?q=%25")),
        ("caf%C3%A9", Some("/a/caf%C3%A9/b?q=caf%C3%A9")),
        ("..", None),
        ("%2e%2e", None),
        ("..%2f..", None),
    ];
    for (id, expected) in cases {
        let answer = gateway.send(&format!("GET /v1/x?id={id}")).await;
        let received = target.received().concat();
        match expected {
            Some(uri) => {
                assert_eq!(received.lines().next(), Some(format!("GET {uri}").as_str()), "{id}: {answer}")
            }
            None => {
                assert_eq!(received, "", "{id}");
                assert!(answer.starts_with("400\n"), "{id}: {answer}");
            }
        }
    }
}

#[tokio::test]
async fn headers_of_the_response_come_from_the_answer_the_request_and_the_item() {
    let says = "HTTP/1.1 200 OK\r\nX-One: first\r\nX-One: second\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Type: text/csv\r\n\
                Connection: close\r\n\r\n{\"id\": 7.50, \"list\": [\"a\", {\"b\": null}], \"evil\": \"a\\r\\nb: c\"}";
    let target = Target::start([("/x", Script::Says(says.to_owned()))]).await;
    let parameters = json!({
        "method.response.header.X-Last": "integration.response.header.x-one",
        "method.response.header.x-every": "integration.response.multivalueheader.X-One",
        "method.response.header.Set-Cookie": "integration.response.multivalueheader.Set-Cookie",
        "method.response.header.x-id": "integration.response.body.id",
        "method.response.header.x-element": "integration.response.body.list[0]",
        "method.response.header.x-list": "integration.response.body.list",
        "method.response.header.x-null": "integration.response.body.list[1].b",
        "method.response.header.x-absent": "integration.response.header.x-nope",
        "method.response.header.x-stage": "context.stage",
        "method.response.header.x-fixed": "'fixed'",
    });
    let responses = |parameters: &Value| json!({ "responses": { "default": { "statusCode": 201, "responseParameters": parameters } } });
    let gateway = http(&target, "/x", responses(&parameters)).await;
    expect![[r#"
        201
        content-type: text/csv
        x-element: a
        x-every: first, second
        x-fixed: fixed
        x-id: 7.50
        x-last: second
        x-list: ["a",{"b":null}]
        x-stage: v1
        set-cookie: a=1
        set-cookie: b=2

        {"id": 7.50, "list": ["a", {"b": null}], "evil": "a\r\nb: c"}"#]]
    .assert_eq(&gateway.send("GET /v1/x").await);
    let evil = json!({ "method.response.header.x-evil": "integration.response.body.evil" });
    let gateway = http(&target, "/x", responses(&evil)).await;
    assert_eq!(gateway.send("GET /v1/x").await, misconfigured());
    assert_eq!(
        gateway.last_line()["integrationErrorMessage"],
        "the integration's mapping failed: the value of header x-evil has control characters"
    );
}
