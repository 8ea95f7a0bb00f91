//! `responseParameters` of proxy integrations: headers and status of an answer, changed by its status.

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::deployment::PublishOutcome;

use crate::harness::{Script, Target, TestGateway};

fn function(parameters: &Value) -> Value {
    let integration = json!({ "type": "AWS_PROXY", "uri": "reflect", "responseParameters": parameters });
    json!({ "routeKey": "ANY /f", "integration": integration })
}

fn url(target: &Target, parameters: &Value) -> [Value; 2] {
    let uri = format!("http://127.0.0.1:{}/{{proxy}}", target.port);
    let integration = json!({ "type": "HTTP_PROXY", "uri": uri, "responseParameters": parameters });
    [
        json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.1"] }),
        json!({ "routeKey": "ANY /{proxy+}", "integration": integration }),
    ]
}

#[tokio::test]
async fn headers_and_status_of_an_answer_change_by_its_status() {
    let parameters = json!({
        "200": {
            "append:header.x-tag": "$context.stage",
            "overwrite:header.x-kind": "${response.body.kind}/${response.header.x-old}",
            "remove:header.x-old": "''",
            "overwrite:header.x-absent": "$response.body.nothing",
            "overwrite:header.x-list": "$response.body.list",
            "overwrite:header.location": "https://a.example/${response.body.place}",
            "overwrite:header.price": "$$ ${response.body.list[1]['a b']}",
            "overwrite:header.x-variable": "$stageVariables.table",
            "overwrite:statuscode": 201,
        },
        "404": { "overwrite:statuscode": "$response.body.code", "append:header.x-whole": "$response.body" },
        "204": {},
        "default": { "append:header.x-other": "yes" },
    });
    let gateway = TestGateway::new();
    gateway.put_stage(&json!({ "stage": "v1", "stageVariables": { "table": "orders" } }));
    gateway.put_route(&function(&parameters));
    gateway.go_live().await;
    let ok = r#"{"statusCode": 200, "headers": {"x-old": "o", "x-tag": "own", "x-absent": "client's"},
        "body": "{\"kind\": \"k\", \"list\": [1, {\"a b\": 2.50}], \"place\": \"a b/?\"}"}"#;
    let story = gateway
        .story(&[
            &format!("POST /v1/f\n\n{ok}"),
            r#"POST /v1/f

{"statusCode": 404, "body": "{\"code\": 410}"}"#,
            "POST /v1/f\n\n{\"statusCode\": 204}",
            "POST /v1/f\n\n{\"statusCode\": 500, \"body\": \"no\"}",
            // The gateway's own answers are not the integration's.
            "POST /v1/f",
        ])
        .await;
    let answers: Vec<&str> = story.split("\n\n> ").map(|part| part.trim_start_matches("> ")).collect();
    expect![[r#"
        POST /v1/f
        > 
        > {"statusCode": 200, "headers": {"x-old": "o", "x-tag": "own", "x-absent": "client's"},
        >         "body": "{\"kind\": \"k\", \"list\": [1, {\"a b\": 2.50}], \"place\": \"a b/?\"}"}
        201
        content-type: text/plain; charset=utf-8
        location: https://a.example/a%20b/?
        price: $ 2.50
        x-kind: k/o
        x-list: [1,{"a b":2.50}]
        x-tag: own, v1
        x-variable: orders

        {"kind": "k", "list": [1, {"a b": 2.50}], "place": "a b/?"}
        =====
        POST /v1/f
        > 
        > {"statusCode": 404, "body": "{\"code\": 410}"}
        410
        content-type: text/plain; charset=utf-8
        x-whole: {"code": 410}

        {"code": 410}
        =====
        POST /v1/f
        > 
        > {"statusCode": 204}
        204


        =====
        POST /v1/f
        > 
        > {"statusCode": 500, "body": "no"}
        500
        content-type: text/plain; charset=utf-8
        x-other: yes

        no
        =====
        POST /v1/f
        502
        content-type: application/json
        x-amzn-errortype: InternalServerErrorException

        {"message": "Internal server error"}

    "#]]
    .assert_eq(&answers.join("\n=====\n"));
    let lines: Vec<Value> =
        gateway.log_lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let statuses: Vec<_> = lines.iter().map(|line| (&line["status"], &line["integrationStatus"])).collect();
    assert_eq!(statuses[0], (&json!(201), &json!(200)));
    assert_eq!(statuses[1], (&json!(410), &json!(404)));
    assert_eq!(statuses[2], (&json!(204), &Value::Null));
}

#[tokio::test]
async fn a_value_that_is_no_status_or_no_headers_value_is_502() {
    let parameters = json!({ "default": {
        "overwrite:statuscode": "$response.body.code", "overwrite:header.x": "$response.body.text" } });
    let gateway = TestGateway::serving(&[function(&parameters)]).await;
    let cases = [
        (json!({ "code": 404 }), "404"),
        (json!({ "code": "404 " }), "404"),
        (json!({}), "200"),
        (json!({ "code": 99 }), "502"),
        (json!({ "code": 600 }), "502"),
        (json!({ "code": "ok" }), "502"),
        (json!({ "code": [200] }), "502"),
        (json!({ "text": "a\r\nset-cookie: evil=1" }), "502"),
        (json!({ "text": "a\u{0}b" }), "502"),
        (json!({ "text": "caf\u{e9}" }), "200"),
    ];
    for (body, expected) in cases {
        let answer = gateway
            .send(&format!("POST /v1/f\n\n{}", json!({ "statusCode": 200, "body": body.to_string() })))
            .await;
        assert_eq!(answer.lines().next(), Some(expected), "{body}: {answer}");
        assert!(!answer.contains("evil"), "{answer}");
    }
    let line = gateway.log_lines().into_iter().find(|line| line.contains("control characters"));
    let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
    assert_eq!(
        line["integrationErrorMessage"],
        "integration gave a broken answer: responseParameters make header x a value with control characters"
    );
}

#[tokio::test]
async fn a_urls_body_is_read_for_a_value_and_passed_on_all_the_same() {
    let long = "x".repeat(7 << 20);
    let whole = |body: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let scripts = [
        ("/json", whole(r#"{"id": 7}"#)),
        ("/html", whole("<html>")),
        ("/empty", whole("")),
        ("/long", whole(&long)),
        ("/part", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"id\": 8}".to_owned()),
        ("/teapot", "HTTP/1.1 418 I'm a teapot\r\nContent-Length: 0\r\n\r\n".to_owned()),
    ];
    let target = Target::start(scripts.map(|(path, says)| (path, Script::Says(says)))).await;
    let parameters = json!({ "200": { "overwrite:header.x-id": "$response.body.id" } });
    let gateway = TestGateway::serving(&url(&target, &parameters)).await;
    let length = |bytes: usize| format!("x-amzn-remapped-content-length: {bytes}");
    let cases = [
        ("GET /v1/json", format!("200\n{}\nx-id: 7\n\n{{\"id\": 7}}", length(9))),
        ("HEAD /v1/json", format!("200\n{}\n\n", length(9))),
        ("GET /v1/html", format!("200\n{}\n\n<html>", length(6))),
        ("GET /v1/empty", format!("200\n{}\n\n", length(0))),
        ("GET /v1/teapot", format!("418\n{}\n\n", length(0))),
        (
            "GET /v1/part",
            format!("200\n{}\n\n{{\"id\": 8}}<broke off: error reading a body from connection>", length(20)),
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(gateway.send(request).await, expected, "{request}");
    }
    let answer = gateway.send("GET /v1/long").await;
    assert!(answer.ends_with(&format!("\n\n{long}")), "{} bytes", answer.len());
    assert!(!answer.contains("x-id"));
}

#[tokio::test]
async fn every_problem_of_response_parameters_is_told() {
    const STATUSES: &str = "a status from 200 to 599, or default";
    const KEYS: &str = "append:header.x, overwrite:header.x, remove:header.x or overwrite:statuscode";
    const WORDS: &str = "$response.header.x, $response.body.x, $context.x or $stageVariables.x; inside text \
                         ${response.header.x}; $$ for a plain $";
    const RESERVED: &str = "a header that is not reserved for the gateway or the connection";
    let at = "responseParameters";
    #[rustfmt::skip]
    let cases = [
        (json!("x"), at.to_owned(), r#""x""#, "a map of maps, by status"),
        (json!({ "2xx": {} }), format!("{at}.2xx"), "2xx", STATUSES),
        (json!({ "600": {} }), format!("{at}.600"), "600", STATUSES),
        (json!({ "200": [] }), format!("{at}.200"), "[]", "a map of strings"),
        (json!({ "200": { "header.x": "a" } }), format!("{at}.200.header.x"), "header.x", KEYS),
        (json!({ "200": { "overwrite:path": "a" } }), format!("{at}.200.overwrite:path"), "overwrite:path", KEYS),
        (json!({ "200": { "remove:statuscode": "" } }), format!("{at}.200.remove:statuscode"), "remove:statuscode", KEYS),
        (json!({ "200": { "append:header.a b": "x" } }), format!("{at}.200.append:header.a b"), "a b", "the name of a header"),
        (json!({ "200": { "append:header.Content-Length": "1" } }), format!("{at}.200.append:header.Content-Length"), "content-length", RESERVED),
        (json!({ "200": { "remove:header.access-control-allow-origin": "" } }), format!("{at}.200.remove:header.access-control-allow-origin"), "access-control-allow-origin", RESERVED),
        (json!({ "default": { "overwrite:header.x": null } }), format!("{at}.default.overwrite:header.x"), "null", "a string"),
        (json!({ "default": { "overwrite:header.x": "$request.header.y" } }), format!("{at}.default.overwrite:header.x"), r#""$request.header.y""#, WORDS),
        (json!({ "default": { "overwrite:header.x": "a $b" } }), format!("{at}.default.overwrite:header.x"), r#""a $b""#, WORDS),
        (json!({ "default": { "overwrite:header.x": "$response.body..a" } }), format!("{at}.default.overwrite:header.x"), r#""$response.body..a""#, "fields and indices after $response.body, such as .lines[0].sku or ['a b']"),
        (json!({ "default": { "overwrite:header.x": "$response.header." } }), format!("{at}.default.overwrite:header.x"), r#""$response.header.""#, "the name of a header after $response.header."),
        (json!({ "default": { "overwrite:header.x": "$stageVariables.y" } }), format!("{at}.default.overwrite:header.x"), "${stageVariables.y}", "one of the stage's variables ()"),
        (json!({ "default": { "overwrite:statuscode": "99" } }), format!("{at}.default.overwrite:statuscode"), r#""99""#, "a status from 200 to 599"),
        (json!({ "default": { "overwrite:statuscode": "ok" } }), format!("{at}.default.overwrite:statuscode"), r#""ok""#, "a status from 200 to 599"),
    ];
    let gateway = TestGateway::new();
    for (parameters, field, got, expected) in cases {
        gateway.put_route(&function(&parameters));
        let PublishOutcome::Invalid { problems, .. } = gateway.publish("v1").await else {
            panic!("{parameters}")
        };
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        let item = "tollgate-routes [stage=v1 routeKey=ANY /f]";
        assert_eq!(
            problems,
            [format!("{item} integration.{field}: got {got}, expected {expected}")],
            "{parameters}"
        );
    }
    let mut streamed = function(&json!({ "200": { "overwrite:header.x": "$response.body.x" } }));
    streamed["integration"]["responseTransferMode"] = json!("STREAM");
    gateway.put_route(&streamed);
    let PublishOutcome::Invalid { problems, .. } = gateway.publish("v1").await else { panic!() };
    assert_eq!(
        problems[0].to_string(),
        "tollgate-routes [stage=v1 routeKey=ANY /f] integration.responseParameters: got a word of the body, \
         expected nothing of $response.body, which is passed on as the function writes it"
    );
}

#[tokio::test]
async fn an_answer_is_changed_before_it_is_kept_and_not_kept_with_one_requests_own_in_it() {
    let route = |value: &str| {
        let parameters = json!({ "200": { "overwrite:header.x": value } });
        let integration = json!({ "type": "AWS_PROXY", "uri": "echo", "responseParameters": parameters });
        json!({ "routeKey": "GET /f", "cachingEnabled": true, "integration": integration })
    };
    let gateway = TestGateway::serving(&[route("$context.stage")]).await;
    for _ in 0..2 {
        let answer = gateway.send("GET /v1/f").await;
        assert!(answer.contains("\nx: v1\n"), "{answer}");
    }
    assert_eq!(gateway.calls(), ["echo"]);
    gateway.put_route(&route("$context.requestId"));
    let PublishOutcome::Published { warnings, .. } = gateway.publish("v1").await else { panic!() };
    assert_eq!(
        warnings[0].to_string(),
        "tollgate-routes [stage=v1 routeKey=GET /f] cachingEnabled: got true, expected no $context.requestId in what is \
         asked for or answered: it is another one in each request, and the answers are not kept"
    );
}
