//! Every service by a server that plays it (moto): `make service-tests`. Without `SERVICES_ENDPOINT` nothing is tried.

use std::env;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header::CONTENT_TYPE};
use tollgate::{
    aws::{
        clients::{CallCredentials, ServiceClients},
        request_id::EndpointRequestId,
    },
    clock::Clock,
    environment::Environment,
    integrations::service_call::{BodyOrigin, ServiceCaller, ServiceRequest, ServiceUri},
};

use super::*;

const REGION: &str = "eu-west-1";

/// A caller of the services as `AWS` integrations call them.
struct Operator(ServiceClients);

impl Operator {
    fn at(url: &str) -> Self {
        let variable = |name: &str| match name {
            "AWS_REGION" => Some(REGION.to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
            "AWS_ENDPOINT_URL" => Some(url.to_owned()),
            _ => None,
        };
        let environment = Environment::read(variable).unwrap();
        Self(ServiceClients::new(&environment.aws, Clock::System))
    }

    /// Does what a URI says; gives the text of the answer, which says success.
    async fn ask(&self, method: Method, uri: &str, content_type: &'static str, body: String) -> String {
        let uri = ServiceUri::parse(&format!("arn:aws:apigateway:{REGION}:{uri}")).unwrap();
        let request = ServiceRequest {
            method,
            path: None,
            query: String::new(),
            headers: HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]),
            body: Bytes::from(body),
            body_origin: BodyOrigin::Template,
            trace_id: String::new(),
        };
        let call = uri.operation.call(uri.address.service, request).unwrap();
        let caller = ServiceCaller { address: uri.address, credentials: CallCredentials::Own };
        let answer = caller.exchange(&self.0, &call, &mut EndpointRequestId::default()).await.unwrap();
        let text = String::from_utf8(answer.body().to_vec()).unwrap();
        assert!(answer.status().is_success(), "{} {text}", answer.status());
        text
    }

    async fn json(&self, action: &str, body: Value) -> Value {
        let answer = self.ask(Method::POST, action, "application/x-amz-json-1.1", body.to_string()).await;
        serde_json::from_str(&answer).unwrap_or_default()
    }
}

/// The answer's status, and its body as JSON.
async fn told(gateway: &TestGateway, method: &str, path: &str, body: &str) -> (String, Value) {
    let answer = gateway.send(&format!("{method} /v1{path}\ncontent-type: application/json\n\n{body}")).await;
    let (head, body) = answer.split_once("\n\n").unwrap_or((&answer, ""));
    (head.lines().next().unwrap().to_owned(), serde_json::from_str(body).unwrap_or_default())
}

#[tokio::test]
async fn every_service_takes_what_routes_send() {
    let Ok(url) = env::var("SERVICES_ENDPOINT") else { return };
    let operator = Operator::at(&url);
    let queue = operator
        .ask(
            Method::POST,
            "sqs:action/CreateQueue",
            "application/x-amz-json-1.0",
            json!({ "QueueName": "orders" }).to_string(),
        )
        .await;
    let queue = serde_json::from_str::<Value>(&queue).unwrap()["QueueUrl"].clone();
    let form = "application/x-www-form-urlencoded";
    let topic = operator.ask(Method::POST, "sns:action/CreateTopic&Name=orders", form, String::new()).await;
    assert!(topic.contains(TOPIC.rsplit(':').next().unwrap()), "{topic}");
    let account = "123456789012";
    operator.json("kinesis:action/CreateStream", json!({ "StreamName": "clicks", "ShardCount": 1 })).await;
    let machine = operator
        .json(
            "states:action/CreateStateMachine",
            json!({ "name": "orders", "roleArn": format!("arn:aws:iam::{account}:role/machine"),
                "definition": json!({ "StartAt": "A", "States": { "A": { "Type": "Pass", "End": true } } }).to_string() }),
        )
        .await;
    operator
        .ask(
            Method::PUT,
            "s3:path/shop-files",
            "application/xml",
            format!("<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"),
        )
        .await;

    let gateway = TestGateway::with_environment(&[("AWS_ENDPOINT_URL", &url)]);
    let route = |route_key: &str, integration: Value| {
        gateway.put_route(&json!({ "routeKey": route_key, "integration": integration }));
    };
    let topic = format!("arn:aws:sns:{REGION}:{account}:orders");
    let role = format!("arn:aws:iam::{account}:role/sender");
    let sqs = |action: &str, more: Value| {
        let mut fields = json!({ "type": "SQS", "action": action, "queueUrl": queue });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    };
    route(
        "POST /queue",
        sqs(
            "SendMessage",
            json!({ "messageBody": "$request.body", "credentials": role,
        "messageAttributes": { "kind": "order" } }),
        ),
    );
    route(
        "POST /batch",
        sqs("SendMessageBatch", json!({ "entries": [{ "messageBody": "a" }, { "messageBody": "b" }] })),
    );
    route(
        "GET /queue",
        sqs("ReceiveMessage", json!({ "maxNumberOfMessages": 10, "messageAttributeNames": ["All"] })),
    );
    route("DELETE /queue", sqs("PurgeQueue", json!({})));
    route(
        "POST /subtype",
        json!({ "type": "AWS_PROXY", "integrationSubtype": "SQS-SendMessage",
        "requestParameters": { "QueueUrl": queue, "MessageBody": "$request.body" } }),
    );
    route(
        "POST /topic",
        json!({ "type": "SNS", "action": "Publish", "topicArn": topic, "message": "$request.body" }),
    );
    route(
        "POST /event",
        json!({ "type": "EVENTBRIDGE", "action": "PutEvents", "source": "shop",
        "detailType": "Order", "detail": "$request.body" }),
    );
    route(
        "POST /record",
        json!({ "type": "KINESIS", "action": "PutRecord", "streamName": "clicks",
        "data": "$request.body", "partitionKey": "$context.requestId" }),
    );
    route(
        "POST /execution",
        json!({ "type": "STEP_FUNCTIONS", "action": "StartExecution", "name": "e-1",
        "stateMachineArn": machine["stateMachineArn"], "input": "$request.body" }),
    );
    let execution = format!("arn:aws:states:{REGION}:{account}:execution:orders:${{request.path.id}}");
    route(
        "GET /execution/{id}",
        json!({ "type": "STEP_FUNCTIONS", "action": "DescribeExecution", "executionArn": execution }),
    );
    for (method, action) in [("GET", "GetObject"), ("PUT", "PutObject"), ("DELETE", "DeleteObject")] {
        route(
            &format!("{method} /files/{{key+}}"),
            json!({ "type": "S3", "action": action, "bucket": "shop-files",
            "key": "files/${request.path.key}" }),
        );
    }
    gateway.go_live().await;

    let sends = [
        ("POST", "/queue", "202", "/messageId"),
        ("POST", "/batch", "202", "/messageIds/1"),
        ("POST", "/subtype", "200", "/MessageId"),
        ("POST", "/topic", "202", "/messageId"),
        ("POST", "/event", "202", "/eventIds/0"),
        ("POST", "/record", "202", "/sequenceNumber"),
        ("POST", "/execution", "202", "/name"),
        ("GET", "/execution/e-1", "200", "/status"),
        ("PUT", "/files/a%20b/%C3%BC", "200", "/eTag"),
        ("GET", "/files/a%20b/%C3%BC", "200", "/id"),
    ];
    for (method, path, expected, id) in sends {
        let (status, body) = told(&gateway, method, path, r#"{"id":"1003"}"#).await;
        assert_eq!(status, expected, "{method} {path} {body} {}", gateway.last_line());
        assert!(body.pointer(id).is_some_and(Value::is_string), "{method} {path} {body}");
    }
    let (status, body) = told(&gateway, "GET", "/queue", "").await;
    let bodies: Vec<&str> = body["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["body"].as_str().unwrap())
        .collect();
    assert_eq!((status.as_str(), bodies.contains(&r#"{"id":"1003"}"#)), ("200", true), "{body}");
    for (method, path, expected) in [
        ("DELETE", "/queue", "204"),
        ("DELETE", "/files/a%20b/%C3%BC", "204"),
        ("GET", "/files/a%20b/%C3%BC", "404"),
        ("GET", "/execution/none", "404"),
    ] {
        let (status, body) = told(&gateway, method, path, "").await;
        assert_eq!(status, expected, "{method} {path} {body} {}", gateway.last_line());
    }
}
