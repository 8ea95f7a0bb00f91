//! The explained call against what a target really gets: of `--invoke`, and of the gateway.

use serde_json::{Map, Value, json};

use super::{HOST, mock, told};
use crate::{
    api_file::Folder,
    harness::{Target, TestGateway, tool::tollgate_in},
};

const API: &str = r#"
tollgate: 1
stages:
  v1:
    stageVariables: { table: orders }
    api: { allowPrivateIntegrations: [127.0.0.0/8] }
    routes:
      ANY /v2/{id}: { integration: { type: AWS_PROXY, uri: "orders:live" } }
      ANY /v1/{id}: { integration: { type: AWS_PROXY, uri: orders, payloadFormatVersion: "1.0" } }
      POST /later: { integration: { type: AWS_PROXY, uri: orders, invocationType: Event } }
      ANY /http/{id}:
        integration:
          type: HTTP_PROXY
          uri: http://127.0.0.1:PORT/orders/{id}?a=1
          requestParameters: { append:header.x-caller: $context.requestId, overwrite:header.accept: text/plain }
      GET /cached/{id}:
        cachingEnabled: true
        cacheKeyParameters: [method.request.path.id]
        integration: { type: HTTP_PROXY, uri: "http://127.0.0.1:PORT/cached/{id}" }
      GET /item/{id}:
        integration: { type: DYNAMODB, action: GetItem, tableName: "${stageVariables.table}", key: { id: $request.path.id } }
      GET /query/{id}:
        integration:
          type: DYNAMODB
          action: Query
          tableName: orders
          keyConditionExpression: id = :id
          expressionAttributeValues: { ":id": $request.path.id }
          limit: $request.querystring.limit
      GET /scan: { integration: { type: DYNAMODB, action: Scan, tableName: orders } }
      POST /batch: { integration: { type: DYNAMODB, action: BatchGetItem, tableName: orders, keys: $request.body.keys } }
      PUT /item/{id}:
        integration: { type: DYNAMODB, action: PutItem, tableName: orders, item: { id: $request.path.id, n: $request.body.n } }
      PATCH /item/{id}:
        integration:
          type: DYNAMODB
          action: UpdateItem
          tableName: orders
          key: { id: $request.path.id }
          updateExpression: SET n = :n
          expressionAttributeValues: { ":n": $request.body.n }
          returnValues: ALL_NEW
      DELETE /item/{id}:
        integration: { type: DYNAMODB, action: DeleteItem, tableName: orders, key: { id: $request.path.id }, return: item }
      POST /transact:
        integration:
          type: DYNAMODB
          action: TransactWriteItems
          transactItems: [{ put: { tableName: orders, item: { id: $request.body.id } } }]
      POST /queue:
        integration:
          type: SQS
          action: SendMessage
          queueUrl: https://sqs.eu-west-1.amazonaws.com/111122223333/orders
          messageBody: $request.body
      GET /files/{id}: { integration: { type: S3, action: GetObject, bucket: shop-files, key: "${request.path.id}" } }
      GET /links/{id}:
        integration: { type: S3, action: GetObject, bucket: shop-files, key: "${request.path.id}", redirectTtlInSeconds: 60 }
      GET /mock: { integration: { type: MOCK, statusCode: 418, headers: { x-a: b }, body: { tea: "${context.stage}" } } }
"#;

/// Says what a function, a table or a server would.
async fn target() -> Target {
    Target::of(|request| {
        let body = if request.contains("x-amz-target") {
            r#"{"Item":{"id":{"S":"7"}},"Items":[],"Responses":{},"Attributes":{"id":{"S":"7"}}}"#
        } else if request.contains("/functions/") {
            r#"{"statusCode":200,"body":"hello"}"#
        } else {
            "hello"
        };
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    })
    .await
}

/// A request that a target got, taken apart.
struct Received {
    line: String,
    headers: Map<String, Value>,
    body: String,
}

impl Received {
    fn of(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap();
        let (line, headers) = head.split_once('\n').unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_owned(), Value::from(value))
        };
        Self { line: line.to_owned(), headers: headers.lines().map(header).collect(), body: body.to_owned() }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_call_that_is_explained_is_the_one_that_a_target_gets() {
    let target = target().await;
    let folder = Folder::new(&[("api.yaml", API.replace("PORT", &target.port.to_string()).as_bytes())]);
    let endpoint = format!("http://127.0.0.1:{}", target.port);
    let variables = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &endpoint),
        ("AWS_ENDPOINT_URL_LAMBDA", &endpoint),
        ("AWS_ENDPOINT_URL_SQS", &endpoint),
        ("AWS_ENDPOINT_URL_S3", &endpoint),
    ];
    let requests: [(&str, &str, &str); 16] = [
        ("GET /v1/v2/7?x=1&x=2", "", "function"),
        ("POST /v1/v1/a%2Fb?x=1", r#"{"n":1}"#, "function"),
        ("POST /v1/later", "bytes", "function"),
        ("POST /v1/http/7?q=2", "body", "http"),
        ("GET /v1/cached/7?q=2", "", "http"),
        ("GET /v1/item/7", "", "dynamodb"),
        ("GET /v1/query/7?limit=5", "", "dynamodb"),
        ("GET /v1/scan", "", "dynamodb"),
        ("POST /v1/batch", r#"{"keys":[{"id":"7"}]}"#, "dynamodb"),
        ("PUT /v1/item/7", r#"{"n":7.50}"#, "dynamodb"),
        ("PATCH /v1/item/7", r#"{"n":7}"#, "dynamodb"),
        ("DELETE /v1/item/7", "", "dynamodb"),
        ("POST /v1/transact", r#"{"id":"7"}"#, "dynamodb"),
        ("POST /v1/queue", r#"{"n":7}"#, "service"),
        ("GET /v1/files/a%20b", "", "service"),
        ("GET /v1/mock", "", "mock"),
    ];
    for (request, body, kind) in requests {
        let arguments = [
            "explain",
            request,
            "--file",
            "api.yaml",
            "--invoke",
            "-o",
            "json",
            "-d",
            body,
            "-H",
            "Accept: application/json",
            "-H",
            "X-Other: other",
            "-H",
            "Content-Type: application/json",
            "-H",
            HOST,
        ];
        let ran = tollgate_in(&folder.path(""), &variables, &arguments);
        assert_eq!(ran.code, Some(0), "{request}: {ran:?}");
        let told = told(&ran);
        let call = &told["integration"]["call"];
        let received: Vec<Received> = target.received().iter().map(|text| Received::of(text)).collect();
        if kind == "mock" {
            assert!(received.is_empty(), "{request}");
            let response = &told["answer"]["response"];
            for member in ["status", "headers", "body"] {
                assert_eq!(response[member], call[member], "{request}");
            }
            continue;
        }
        let [received] = &received[..] else { panic!("{request}: {} calls", received.len()) };
        let is_accepted = ["/later", "/queue"].iter().any(|path| request.ends_with(path));
        let expected = if is_accepted { 202 } else { 200 };
        assert_eq!(told["answer"]["response"]["status"], expected, "{request}: {told}");
        match kind {
            "function" => {
                assert_eq!(received.line, format!("POST {}", call["path"].as_str().unwrap()), "{request}");
                assert_eq!(received.json(), call["event"], "{request}");
                let is_event = received.headers.get("x-amz-invocation-type") == Some(&json!("Event"));
                assert_eq!(is_event, call["invocationType"] == "Event", "{request}");
            }
            "dynamodb" => {
                let operation = format!("DynamoDB_20120810.{}", call["operation"].as_str().unwrap());
                assert_eq!(received.headers["x-amz-target"], operation, "{request}");
                let without_token = |mut body: Value| {
                    // Random in each call.
                    body.as_object_mut().unwrap().remove("ClientRequestToken");
                    body
                };
                assert_eq!(without_token(received.json()), without_token(call["body"].clone()), "{request}");
            }
            "service" => {
                let line = format!("{} {}", call["method"].as_str().unwrap(), call["path"].as_str().unwrap());
                assert_eq!(received.line, line, "{request}");
                let body = serde_json::from_str(&received.body).unwrap_or(Value::Null);
                assert_eq!(body, call["body"], "{request}");
            }
            _ => {
                let port = target.port.to_string();
                let line = format!(
                    "{} {}",
                    call["method"].as_str().unwrap(),
                    path_of(call["uri"].as_str().unwrap())
                );
                assert_eq!(received.line, line.replace(&port, "PORT"), "{request}");
                let mut headers = received.headers.clone();
                headers.remove("host");
                let mut explained = call["headers"].as_object().unwrap().clone();
                // The HTTP client adds it.
                headers.remove("content-length");
                explained.remove("content-length");
                assert_eq!(headers, explained, "{request}");
                assert_eq!(received.body, call["body"].as_str().unwrap_or_default(), "{request}");
            }
        }
    }
}

fn path_of(uri: &str) -> String {
    let (_, rest) = uri.split_once("://").unwrap();
    rest[rest.find('/').unwrap()..].to_owned()
}

/// What the gateway sends differs by who calls it, and when, only.
#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_sends_what_is_explained() {
    let world = TestGateway::serving(&[mock(
        "GET /orders/{id}",
        &json!({ "integration": { "type": "AWS_PROXY", "uri": "echo" } }),
    )])
    .await;
    world.send("GET /v1/orders/7?x=1\naccept: text/html").await;
    let sent = world.called_with().unwrap();
    let ran = world.tollgate(&[
        "explain",
        "/v1/orders/7?x=1",
        "-H",
        HOST,
        "-H",
        "Accept: text/html",
        "--source-ip",
        "192.0.2.1",
        "-o",
        "json",
    ]);
    let explained = told(&ran)["integration"]["call"]["event"].clone();
    let alike = |mut event: Value| {
        let context = event["requestContext"].as_object_mut().unwrap();
        for of_the_call in ["requestId", "time", "timeEpoch", "accountId", "apiId"] {
            context.remove(of_the_call);
        }
        // The function URL's own.
        let headers = event["headers"].as_object_mut().unwrap();
        headers.retain(|name, _| name == "accept");
        event["requestContext"]["http"].as_object_mut().unwrap().remove("userAgent");
        event
    };
    assert_eq!(alike(sent), alike(explained));
    assert_eq!(world.calls(), ["echo"]);
}

#[test]
fn a_redirect_to_an_object_is_explained_as_one() {
    let folder = Folder::new(&[("api.yaml", API.replace("PORT", "9000").as_bytes())]);
    let explain = |path: &str, form: &str| {
        folder.tollgate(&["explain", path, "--file", "api.yaml", "-H", HOST, "-o", form])
    };
    let text = explain("/v1/links/a%2Fb", "text");
    let words = "S3, which answers by itself: 307 to the call's signed URL, good for 60 s\n";
    assert!(text.stdout.contains(words), "{text:?}");
    assert!(text.stdout.contains("s3 GetObject: GET /shop-files/a/b\n"), "{text:?}");
    for (path, redirect) in
        [("/v1/links/a", json!({ "status": 307, "ttlInSeconds": 60 })), ("/v1/files/a", Value::Null)]
    {
        let told = told(&explain(path, "json"));
        assert_eq!(told["integration"]["call"]["redirect"], redirect, "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_invoke_no_target_is_asked_and_a_refused_request_asks_none_with_it() {
    let target = target().await;
    let folder = Folder::new(&[("api.yaml", API.replace("PORT", &target.port.to_string()).as_bytes())]);
    let explain = |arguments: &[&str]| {
        let variables =
            [("AWS_REGION", "eu-west-1"), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];
        tollgate_in(&folder.path(""), &variables, &[&["explain", "--file", "api.yaml"], arguments].concat())
    };
    assert_eq!(explain(&["/v1/http/7"]).code, Some(0));
    assert_eq!(explain(&["/v1/nothing", "--invoke"]).code, Some(4));
    assert_eq!(target.received(), Vec::<String>::new());
    let ran = tollgate_in(&folder.path(""), &[], &["explain", "/v1/mock", "--file", "api.yaml", "--invoke"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.starts_with("tollgate: no region: "), "{ran:?}");
}
