//! Mapping templates end to end: around functions, URLs and mocks, as frameworks and people write them.

use expect_test::expect;
use serde_json::{Value, json};

use super::{http, misconfigured, refused, route};
use crate::harness::{Script, Target, TestGateway};

fn template(text: &str) -> Value {
    json!({ "application/json": text })
}

#[tokio::test]
async fn a_mock_answers_a_preflight_of_several_origins() {
    // After what Serverless writes: the origin is looked for in a response's template.
    let serverless = "#set($origin = $input.params(\"Origin\"))\n#if($origin == \"\")\n  #set($origin = $input.params(\"origin\"))\n#end\n\
        #if($origin.matches(\"https://[^/]+[.]example[.]com\") || $origin.matches(\"http://localhost:3000\"))\n  \
        #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)\n#end";
    // After what the CDK writes: no body, and the header is looked for in the map of all.
    let cdk = "#set($origin = $input.params().header.get(\"Origin\"))\n#if($origin == \"\")\n  \
        #set($origin = $input.params().header.get(\"origin\"))\n#end\n#if($origin == \"https://a.example.com\")\n  \
        #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)\n#end";
    let mock = |key: &str, status: u16, text: &str, request: &str| {
        let parameters = json!({ "method.response.header.Access-Control-Allow-Origin": "'https://www.example.com'",
            "method.response.header.Vary": "'Origin'" });
        let responses = json!({ "default": { "statusCode": status, "responseParameters": parameters, "responseTemplates": template(text) } });
        route(key, "MOCK", json!({ "requestTemplates": template(request), "responses": responses }))
    };
    let gateway = TestGateway::serving(&[
        mock("OPTIONS /sls", 200, serverless, "{statusCode:200}"),
        mock("OPTIONS /cdk", 204, cdk, "{ statusCode: 200 }"),
    ])
    .await;
    let cases = [
        ("sls", "https://a.example.com", "https://a.example.com"),
        ("sls", "http://localhost:3000", "http://localhost:3000"),
        ("sls", "https://a.example.com.evil.example", "https://www.example.com"),
        ("sls", "https://evil.example/https://a.example.com", "https://www.example.com"),
        ("sls", "", "https://www.example.com"),
        ("cdk", "https://a.example.com", "https://a.example.com"),
        ("cdk", "https://b.example.com", "https://www.example.com"),
        ("cdk", "", "https://www.example.com"),
    ];
    for (path, origin, allowed) in cases {
        let header = if origin.is_empty() { String::new() } else { format!("\norigin: {origin}") };
        let answer = gateway.send(&format!("OPTIONS /v1/{path}{header}")).await;
        let lines: Vec<&str> = answer.lines().filter(|line| line.starts_with("access-control")).collect();
        assert_eq!(lines, [format!("access-control-allow-origin: {allowed}")], "{path} {origin}: {answer}");
        assert!(answer.starts_with(if path == "sls" { "200\n" } else { "204\n" }), "{answer}");
    }
}

#[tokio::test]
async fn a_template_makes_the_request_and_another_the_response() {
    let says = r#"{"items": [{"id": {"S": "a"}, "n": {"N": "1"}}, {"id": {"S": "b"}, "n": {"N": "2.50"}}], "count": 2}"#;
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{says}", says.len());
    let target = Target::start([("/list", Script::Says(head))]).await;
    let request = "#set($in = $input.path('$'))\n{\n  \"name\": \"$in.user.name\",\n  \"total\": $input.json('$.total'),\n  \
        \"id\": \"$input.params('id')\", \"page\": \"$input.params('page')\", \"agent\": \"$input.params('x-mine')\",\n  \
        \"escaped\": \"$util.escapeJavaScript($in.note)\", \"stage\": \"$context.stage\", \"table\": \"$stageVariables.table\",\n  \
        \"tags\": [#foreach($tag in $in.tags)\"$tag\"#if($foreach.hasNext), #end#end]\n}";
    let response = "#set($in = $input.path('$'))\n[#foreach($item in $in.items)\n  {\"id\": \"$item.id.S\", \"n\": $item.n.N}#if($foreach.hasNext),#end\n#end]";
    let gateway = TestGateway::new();
    gateway.put_stage(&json!({ "stage": "v1", "stageVariables": { "table": "orders" } }));
    gateway.put_route(&json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.1"] }));
    let uri = |path: &str| format!("http://127.0.0.1:{}{path}", target.port);
    let default = json!({ "default": { "statusCode": 200 } });
    gateway.put_route(&route(
        "POST /o/{id}",
        "HTTP",
        json!({ "uri": uri("/x"), "httpMethod": "POST",
        "requestTemplates": template(request), "responses": default }),
    ));
    gateway.put_route(&route(
        "GET /list",
        "HTTP",
        json!({ "uri": uri("/list"), "httpMethod": "GET",
        "responses": { "default": { "statusCode": 200, "responseTemplates": template(response) } } }),
    ));
    gateway.go_live().await;
    let body = r#"{"user": {"name": "Ada"}, "total": 12345678901234567890.50, "note": "it's \"so\"", "tags": ["a", "b"]}"#;
    let story = gateway
        .story(&[
            &format!("POST /v1/o/7?page=2\nx-mine: m\ncontent-type: application/json\n\n{body}"),
            "GET /v1/list",
        ])
        .await;
    expect![[r#"
        > POST /v1/o/7?page=2
        > x-mine: m
        > content-type: application/json
        > 
        > {"user": {"name": "Ada"}, "total": 12345678901234567890.50, "note": "it's \"so\"", "tags": ["a", "b"]}
        200
        content-type: application/json

        POST /x
        accept: application/json
        content-length: 180
        content-type: application/json
        host: 127.0.0.1:PORT
        user-agent: AmazonAPIGateway_abc123
        x-amzn-apigateway-api-id: abc123
        x-amzn-trace-id: Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1
        x-forwarded-for: 192.0.2.1
        x-forwarded-port: 443
        x-forwarded-proto: https

        {
          "name": "Ada",
          "total": 12345678901234567890.50,
          "id": "7", "page": "2", "agent": "m",
          "escaped": "it\'s \"so\"", "stage": "v1", "table": "orders",
          "tags": ["a", "b"]
        }

        > GET /v1/list
        200
        content-type: application/json

        [  {"id": "a", "n": 1},  {"id": "b", "n": 2.50}]

    "#]].assert_eq(&story);
}

#[tokio::test]
async fn overrides_change_the_request_and_cross_to_the_response() {
    let target = Target::start([]).await;
    let request = "#set($context.requestOverride.header.x-total = $input.path('$.total'))\
        #set($context.requestOverride.querystring.page = \"a&b\")\
        #set($context.requestOverride.path.id = \"x/y\")\
        #set($context.responseOverride.status = 418)\
        #set($context.responseOverride.header.x-made-by = \"request\"){}";
    let response = "$context.requestOverride.header.x-total $context.responseOverride.status";
    let parameters = json!({
        "integration.request.header.x-total": "'0'", "integration.request.querystring.page": "'1'",
        "integration.request.path.id": "'2'", "integration.request.querystring.kept": "'3'",
    });
    let gateway = http(
        &target,
        "/a/{id}",
        json!({ "requestParameters": parameters, "requestTemplates": template(request),
        "responses": { "default": { "statusCode": 200, "responseTemplates": { "text/plain": response } } } }),
    )
    .await;
    assert_eq!(
        gateway.send("POST /v1/x\n\n{\"total\": [1, 2]}").await,
        "418\ncontent-type: text/plain\nx-made-by: request\n\n[1,2] 418"
    );
    let received = target.received().concat();
    assert_eq!(received.lines().next(), Some("POST /a/x%2Fy?kept=3&page=a%26b"), "{received}");
    assert!(received.contains("\nx-total: 1,2\n") && received.ends_with("\n\n{}"), "{received}");
    // Without a response template they act all the same.
    let without = http(
        &target,
        "/a",
        json!({ "requestTemplates": template("#set($context.responseOverride.status = 202)x") }),
    )
    .await;
    assert!(without.send("POST /v1/x\n\n{}").await.starts_with("202\n"));
    assert_eq!(without.last_line()["integrationStatus"], 200);
    // What is no status is passed over; what no mapping may set is 500.
    let bad_status = http(
        &target,
        "/a",
        json!({ "requestTemplates": template("#set($context.responseOverride.status = 'ok')x") }),
    )
    .await;
    assert!(bad_status.send("POST /v1/x\n\n{}").await.starts_with("200\n"));
    for name in ["Content-Length", "a b", "x-evil"] {
        let text = format!("#set($context.requestOverride.header['{name}'] = \"a\r\nb\")x");
        let gateway = http(&target, "/a", json!({ "requestTemplates": template(&text) })).await;
        assert_eq!(gateway.send("POST /v1/x\n\n{}").await, misconfigured(), "{name}");
    }
}

#[tokio::test]
async fn a_function_gets_the_event_that_a_template_makes_and_its_error_is_mapped() {
    // After what Serverless writes for `integration: lambda`.
    let event = "#define($loop)\n{\n#foreach($key in $map.keySet())\n\"$util.escapeJavaScript($key)\": \"$util.escapeJavaScript($map.get($key))\"\
        #if($foreach.hasNext),#end\n#end\n}\n#end\n{\n\"body\": $input.json('$'),\n\"method\": \"$context.httpMethod\",\n\
        #set($map = $input.params().querystring)\n\"query\": $loop,\n#set($map = $input.params().path)\n\"path\": $loop,\n\
        #set($map = $stageVariables)\n\"stageVariables\": $loop\n}";
    let error = "{\"message\": $input.json('$.errorMessage')}";
    let responses = json!({
        "default": { "statusCode": 200, "responseTemplates": template("$input.path('$.body.n') of $input.json('$')") },
        ".*\\[404\\].*": { "statusCode": 404, "responseTemplates": template(error) },
    });
    let fields = |name: &str, event: &str| json!({ "uri": name, "requestTemplates": template(event), "responses": responses });
    let gateway = TestGateway::serving(&[
        route("POST /same/{id}", "AWS", fields("same", event)),
        route("POST /fails", "AWS", fields("fails", "{\"message\": \"[404] no $input.path('$.id')\"}")),
    ])
    .await;
    let answer = gateway.send("POST /v1/same/a%2Fb?q=1&r=%22\n\n{\"n\": 7.50}").await;
    let expected = r#"{"body": {"n": 7.50}, "method": "POST", "query": {"q": "1", "r": "\""}, "path": {"id": "a/b"}, "stageVariables": {}}"#;
    let expected: Value = serde_json::from_str(expected).unwrap();
    assert_eq!(gateway.called_with(), Some(expected), "{answer}");
    assert!(answer.starts_with("200\ncontent-type: application/json\n\n7.50 of {"), "{answer}");
    assert_eq!(
        gateway.send("POST /v1/fails\n\n{\"id\": 7}").await,
        "404\ncontent-type: application/json\n\n{\"message\": \"[404] no 7\"}"
    );
}

#[tokio::test]
async fn a_template_that_fails_is_a_bounded_4xx_or_5xx() {
    let answers = [
        ("/html", "<html>no</html>".to_owned()),
        ("/xml", "<Error><Code>x</Code></Error>".to_owned()),
        ("/nothing", String::new()),
        ("/broken", "{\"a\": ".to_owned()),
    ];
    let scripts = answers.map(|(path, body)| {
        (path, Script::Says(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())))
    });
    let target = Target::start(scripts).await;
    let by_response = json!({ "responses": { "default": { "statusCode": 200, "responseTemplates": template("<$input.path('$.a')>") } } });
    let gateway = http(&target, "/{proxy}", by_response).await;
    let ok = "200\ncontent-type: application/json\n\n<>";
    for (path, expected) in [
        ("/html", ok.to_owned()),
        ("/xml", ok.to_owned()),
        ("/nothing", ok.to_owned()),
        ("/broken", refused(502, "Internal server error")),
    ] {
        assert_eq!(gateway.send(&format!("GET /v1{path}")).await, expected, "{path}");
    }
    assert_eq!(target.received(), ["GET /html", "GET /xml", "GET /nothing", "GET /broken"].map(|line| {
        format!("{line}\naccept: application/json\nhost: 127.0.0.1:PORT\nuser-agent: AmazonAPIGateway_abc123\n\
                 x-amzn-apigateway-api-id: abc123\nx-amzn-trace-id: Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1\n\
                 x-forwarded-for: 192.0.2.1\nx-forwarded-port: 443\nx-forwarded-proto: https\n\n")
    }));
    let deep = "[".repeat(10_000);
    let long = format!("{{\"t\": \"{}!\"}}", "a".repeat(100_000));
    let endless = "#foreach($a in [1..1000])#foreach($b in [1..1000])#foreach($c in [1..1000])xx#end#end#end";
    let twice = "#set($context.requestOverride.header.a = 1)#set($context.requestOverride.header.a = 2)";
    let cases = [
        ("$input.path('$.a')", "{\"a\": ", 400),
        ("$input.json('$')", &deep, 400),
        (endless, "{}", 500),
        (twice, "{}", 500),
        ("#set($s = 'x')#foreach($a in [1..100])#set($s = $s + $s)#end", "{}", 500),
        // They explode on an engine that tries all ways.
        ("$input.path('$.t').replaceAll('^(a+)+$', 'x')", &long, 200),
        ("$input.path('$.t').replaceAll('(a{1,1000}){1,1000}', 'x')", &long, 500),
    ];
    for (text, body, status) in cases {
        let gateway = http(&target, "/x", json!({ "requestTemplates": template(text) })).await;
        let answer = gateway.send(&format!("POST /v1/x\n\n{body}")).await;
        assert!(answer.starts_with(&format!("{status}\n")), "{text}: {answer:.300}");
        if status == 500 {
            assert_eq!(answer, misconfigured(), "{text}");
            let line = gateway.last_line();
            let message = line["integrationErrorMessage"].as_str().unwrap().to_owned();
            assert!(message.starts_with("the integration's mapping failed: "), "{message}");
        }
    }
}

#[tokio::test]
async fn a_body_of_6_megabytes_goes_through_templates() {
    let target = Target::of(|request| {
        let (_, body) = request.split_once("\n\n").unwrap();
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    })
    .await;
    let gateway = http(&target, "/x", json!({ "requestTemplates": template("{\"a\": $input.json('$.list[1]')}"),
        "responses": { "default": { "statusCode": 200, "responseTemplates": template("$input.path('$.a').length()") } } }))
    .await;
    let text = "x".repeat(5_900_000);
    let answer = gateway.send(&format!("POST /v1/x\n\n{}", json!({ "list": ["y", text] }))).await;
    assert_eq!(answer, "200\ncontent-type: application/json\n\n5900000");
}

#[tokio::test]
async fn a_template_that_cannot_be_read_is_a_problem_at_its_place() {
    let fields = |text: &str| json!({ "requestTemplates": template(text), "responses": { "default": { "statusCode": 200 } } });
    let cases =
        ["{\n  #if($a)\n}", "$input.path('$.a[')", "x\n$util.toJson($a)", "#evaluate('x')", "#set($a = )"];
    let mut told = String::new();
    for text in cases {
        let gateway = TestGateway::new();
        gateway.put_route(&route("POST /x", "MOCK", fields(text)));
        let tollgate::deployment::PublishOutcome::Invalid { problems, .. } = gateway.publish("v1").await
        else {
            panic!("{text}")
        };
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        told +=
            &format!("{}: got {}, expected {}\n", problems[0].field, problems[0].got, problems[0].expected);
    }
    expect![[r#"
        integration.requestTemplates.application/json: got line 3, column 2: the template's end, expected #end of the `#if` at line 2, column 3
        integration.requestTemplates.application/json: got line 1, column 1: `$.a[`, expected a JSONPath (character 5: got the end, expected a name in quotes, a number, `*` or `?(`)
        integration.requestTemplates.application/json: got line 2, column 1: `$util.toJson`, which AppSync has, expected what API Gateway has: escapeJavaScript, parseJson, urlEncode, urlDecode, base64Encode, base64Decode
        integration.requestTemplates.application/json: got line 1, column 1: `#evaluate`, expected no #evaluate: a mapping template cannot run a text as a template
        integration.requestTemplates.application/json: got line 1, column 11: `)`, expected a value: a reference, a text in quotes, a number, `[`, `{`, true or false
    "#]].assert_eq(&told);
    // What AWS takes is taken: names that no loop gives.
    let gateway = TestGateway::new();
    gateway.put_route(&route(
        "POST /x",
        "MOCK",
        fields("{\"statusCode\": 200}$elem.data#if($foreach.hasNext),#end"),
    ));
    gateway.go_live().await;
}
