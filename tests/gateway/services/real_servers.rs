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
const ACCOUNT: &str = "123456789012";

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

/// What the operator has made there.
struct Resources {
    queue: Value,
    topic: String,
    machine: Value,
}

impl Operator {
    async fn make_resources(&self) -> Resources {
        let json10 = "application/x-amz-json-1.0";
        let create = json!({ "QueueName": "orders" }).to_string();
        let queue = self.ask(Method::POST, "sqs:action/CreateQueue", json10, create).await;
        let queue = serde_json::from_str::<Value>(&queue).unwrap()["QueueUrl"].clone();
        let form = "application/x-www-form-urlencoded";
        let topic = self.ask(Method::POST, "sns:action/CreateTopic&Name=orders", form, String::new()).await;
        let arn = format!("arn:aws:sns:{REGION}:{ACCOUNT}:orders");
        assert!(topic.contains(&arn), "{topic}");
        self.json("kinesis:action/CreateStream", json!({ "StreamName": "clicks", "ShardCount": 1 })).await;
        let definition = json!({ "StartAt": "A", "States": { "A": { "Type": "Pass", "End": true } } });
        let machine = json!({ "name": "orders", "roleArn": format!("arn:aws:iam::{ACCOUNT}:role/machine"),
            "definition": definition.to_string() });
        let machine = self.json("states:action/CreateStateMachine", machine).await["stateMachineArn"].clone();
        let place = format!("<LocationConstraint>{REGION}</LocationConstraint>");
        let bucket = format!("<CreateBucketConfiguration>{place}</CreateBucketConfiguration>");
        self.ask(Method::PUT, "s3:path/shop-files", "application/xml", bucket).await;
        Resources { queue, topic: arn, machine }
    }
}

/// A request, and what has to come: the status, and where in the body a text is.
#[derive(Clone)]
struct Exchange {
    request: &'static str,
    integration: Value,
    status: &'static str,
    text_at: &'static str,
}

impl Exchange {
    fn new(request: &'static str, integration: Value, status: &'static str, text_at: &'static str) -> Self {
        Self { request, integration, status, text_at }
    }

    /// Sends it to the route, and asserts that the answer is of this form.
    async fn check(&self, gateway: &TestGateway) {
        let (method, path) = self.request.split_once(' ').unwrap();
        let (status, body) = told(gateway, method, path, r#"{"id":"1003"}"#).await;
        let line = gateway.last_line();
        assert_eq!(status, self.status, "{} {body} {line}", self.request);
        let is_text = self.text_at.is_empty() || body.pointer(self.text_at).is_some_and(Value::is_string);
        assert!(is_text, "{} {body}", self.request);
    }
}

fn with(mut fields: Value, more: Value) -> Value {
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

/// The plain types. The role is one of the STS there.
#[rustfmt::skip]
fn plain_types(there: &Resources) -> Vec<Exchange> {
    let Resources { queue, topic, machine } = there;
    let role = format!("arn:aws:iam::{ACCOUNT}:role/sender");
    let sqs = |action: &str, more| with(json!({ "type": "SQS", "action": action, "queueUrl": queue }), more);
    let sns = |action: &str, more| with(json!({ "type": "SNS", "action": action, "topicArn": topic }), more);
    let kinesis = |action: &str, more| with(json!({ "type": "KINESIS", "action": action, "streamName": "clicks" }), more);
    let states = |action: &str, more| with(json!({ "type": "STEP_FUNCTIONS", "action": action }), more);
    let s3 = |action: &str, more| with(json!({ "type": "S3", "action": action, "bucket": "shop-files", "key": "files/a b/ü" }), more);
    let execution = format!("arn:aws:states:{REGION}:{ACCOUNT}:execution:orders:e-1");
    let entries = json!([{ "message": "a", "messageAttributes": { "kind": "order" } }, { "message": "b" }]);
    let record = json!({ "data": "$request.body", "partitionKey": "$context.requestId" });
    vec![
        Exchange::new("POST /send", sqs("SendMessage", json!({ "messageBody": "$request.body", "credentials": role, "messageAttributes": { "kind": "order" } })), "202", "/messageId"),
        Exchange::new("POST /send-batch", sqs("SendMessageBatch", json!({ "entries": [{ "messageBody": "a" }, { "messageBody": "b" }] })), "202", "/messageIds/1"),
        Exchange::new("POST /receive", sqs("ReceiveMessage", json!({ "messageAttributeNames": ["All"], "visibilityTimeout": 0 })), "200", "/messages/0/receiptHandle"),
        Exchange::new("POST /delete/none", sqs("DeleteMessage", json!({ "receiptHandle": "$request.body.id" })), "400", "/message"),
        Exchange::new("POST /publish", sns("Publish", json!({ "message": "$request.body" })), "202", "/messageId"),
        Exchange::new("POST /publish-batch", sns("PublishBatch", json!({ "entries": entries })), "202", "/messageIds/1"),
        Exchange::new("POST /event", json!({ "type": "EVENTBRIDGE", "action": "PutEvents", "source": "shop", "detailType": "Order", "detail": "$request.body" }), "202", "/eventIds/0"),
        Exchange::new("POST /record", kinesis("PutRecord", record.clone()), "202", "/sequenceNumber"),
        Exchange::new("POST /records", kinesis("PutRecords", json!({ "records": [record, { "data": "x", "partitionKey": "p" }] })), "202", "/sequenceNumbers/1"),
        Exchange::new("POST /execution", states("StartExecution", json!({ "name": "e-1", "stateMachineArn": machine, "input": "$request.body" })), "202", "/name"),
        Exchange::new("GET /execution", states("DescribeExecution", json!({ "executionArn": execution })), "200", "/status"),
        Exchange::new("GET /execution/none", states("DescribeExecution", json!({ "executionArn": format!("{execution}x") })), "404", "/message"),
        Exchange::new("PUT /file", s3("PutObject", json!({})), "200", "/eTag"),
        Exchange::new("GET /file", s3("GetObject", json!({})), "200", "/id"),
        Exchange::new("DELETE /file", s3("DeleteObject", json!({})), "204", ""),
        Exchange::new("GET /file/gone", s3("GetObject", json!({})), "404", "/message"),
    ]
}

/// The subtypes of HTTP APIs, whose answers are the services' own. Nobody plays AppConfig's `GetConfiguration` and Step
/// Functions' `StartSyncExecution`.
#[rustfmt::skip]
fn subtypes(there: &Resources) -> Vec<Exchange> {
    let Resources { queue, machine, .. } = there;
    let subtype = |name: &str, parameters| json!({ "type": "AWS_PROXY", "integrationSubtype": name, "requestParameters": parameters });
    let sqs = |name: &str, more| subtype(name, with(json!({ "QueueUrl": queue }), more));
    let execution = format!("arn:aws:states:{REGION}:{ACCOUNT}:execution:orders:e-2");
    vec![
        Exchange::new("POST /subtype/send", sqs("SQS-SendMessage", json!({ "MessageBody": "$request.body" })), "200", "/MessageId"),
        Exchange::new("POST /subtype/receive", sqs("SQS-ReceiveMessage", json!({ "MaxNumberOfMessages": "1" })), "200", "/Messages/0/Body"),
        Exchange::new("POST /subtype/delete", sqs("SQS-DeleteMessage", json!({ "ReceiptHandle": "none" })), "400", "/__type"),
        Exchange::new("POST /subtype/purge", sqs("SQS-PurgeQueue", json!({})), "200", ""),
        Exchange::new("POST /subtype/event", subtype("EventBridge-PutEvents", json!({ "Source": "shop", "DetailType": "Order", "Detail": "$request.body" })), "200", "/Entries/0/EventId"),
        Exchange::new("POST /subtype/record", subtype("Kinesis-PutRecord", json!({ "StreamName": "clicks", "Data": "$request.body", "PartitionKey": "p" })), "200", "/SequenceNumber"),
        Exchange::new("POST /subtype/execution", subtype("StepFunctions-StartExecution", json!({ "StateMachineArn": machine, "Name": "e-2", "Input": "$request.body" })), "200", "/executionArn"),
        Exchange::new("POST /subtype/stop", subtype("StepFunctions-StopExecution", json!({ "ExecutionArn": execution })), "200", ""),
    ]
}

#[tokio::test]
async fn every_service_takes_what_routes_send() {
    let Ok(url) = env::var("SERVICES_ENDPOINT") else { return };
    let there = Operator::at(&url).make_resources().await;
    let gateway = TestGateway::with_environment(&[("AWS_ENDPOINT_URL", &url)]);
    let exchanges = [plain_types(&there), subtypes(&there)].concat();
    for Exchange { request, integration, .. } in &exchanges {
        gateway.put_route(&json!({ "routeKey": request, "integration": integration }));
    }
    gateway.go_live().await;
    for exchange in &exchanges {
        exchange.check(&gateway).await;
    }
}

/// The answer's status, and its body as JSON.
async fn told(gateway: &TestGateway, method: &str, path: &str, body: &str) -> (String, Value) {
    let answer = gateway.send(&format!("{method} /v1{path}\ncontent-type: application/json\n\n{body}")).await;
    let (head, body) = answer.split_once("\n\n").unwrap_or((&answer, ""));
    (head.lines().next().unwrap().to_owned(), serde_json::from_str(body).unwrap_or_default())
}
