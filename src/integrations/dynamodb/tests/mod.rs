//! Every action, against a real DynamoDB-compatible server over HTTP.

mod operation_failures;
mod operation_problems;
mod read_operations;
mod sent_requests;
mod write_operations;

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Config, Credentials, Region},
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
        ProjectionType, ScalarAttributeType,
    },
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;
use crate::{
    aws::{
        ServiceClient,
        dynamodb::{self, operations},
        service::Service,
    },
    caller::Caller,
    context::{PathParameter, StageVersion},
    environment::{Aws, Endpoints, Secret},
    error::Problem,
    http_client::GuardedClient,
    integrations::dynamodb_client,
    item::{Findings, Item, Report, StageVariables},
    message::{Body, Origin, Request},
    store::values::PlainItem,
};

/// A DynamoDB with the tables `orders-v1` (pk, number `n`; index `by-status` on `status`, `n`) and `stock` (pk).
struct TestTables {
    /// The operator's own.
    sdk: Client,
    client: dynamodb::DynamoDb,
}

/// A client's request for `/v1/orders/{id}`: the fields that matter here.
#[derive(Clone, Default)]
struct Sent<'a> {
    id: &'a str,
    query: &'a str,
    headers: &'a [(&'static str, &'static str)],
    body: Vec<u8>,
    route: Option<&'a str>,
}

fn get(id: &str) -> Sent<'_> {
    Sent { id, ..Sent::default() }
}

fn query(query: &str) -> Sent<'_> {
    Sent { id: "o1", query, ..Sent::default() }
}

fn post(body: impl Into<Vec<u8>>) -> Sent<'static> {
    Sent { id: "o1", body: body.into(), ..Sent::default() }
}

/// `integration` with further fields.
fn with(integration: &Value, more: Value) -> Value {
    let mut integration = integration.clone();
    integration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    integration
}

fn client(address: SocketAddr) -> dynamodb::DynamoDb {
    let aws = Aws {
        region: "eu-west-1".to_owned(),
        access_key_id: "id".to_owned(),
        secret_access_key: Secret("secret".to_owned()),
        session_token: None,
        endpoints: Endpoints::all_at(&format!("http://{address}")),
    };
    dynamodb_client(ServiceClient::new(Service::DynamoDb, &aws))
}

fn sdk_client(address: SocketAddr) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .http_client(crate::sdk_http_client::sdk_http_client())
        .endpoint_url(format!("http://{address}"));
    Client::from_conf(config.build())
}

impl TestTables {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let database = dynoxide::Database::memory().unwrap();
        tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, std::future::pending()));
        let tables = Self { sdk: sdk_client(address), client: client(address) };
        tables.create_tables().await;
        tables
    }

    async fn create_tables(&self) {
        let attribute = |name: &str, of| {
            AttributeDefinition::builder().attribute_name(name).attribute_type(of).build().unwrap()
        };
        let key =
            |name: &str, of| KeySchemaElement::builder().attribute_name(name).key_type(of).build().unwrap();
        let all = Projection::builder().projection_type(ProjectionType::All).build();
        let by_status = GlobalSecondaryIndex::builder()
            .index_name("by-status")
            .key_schema(key("status", KeyType::Hash))
            .key_schema(key("n", KeyType::Range))
            .projection(all);
        let orders = self.sdk.create_table().table_name("orders-v1").billing_mode(BillingMode::PayPerRequest);
        orders
            .attribute_definitions(attribute("pk", ScalarAttributeType::S))
            .attribute_definitions(attribute("n", ScalarAttributeType::N))
            .attribute_definitions(attribute("status", ScalarAttributeType::S))
            .key_schema(key("pk", KeyType::Hash))
            .key_schema(key("n", KeyType::Range))
            .global_secondary_indexes(by_status.build().unwrap())
            .send()
            .await
            .unwrap();
        let stock = self.sdk.create_table().table_name("stock").billing_mode(BillingMode::PayPerRequest);
        stock
            .attribute_definitions(attribute("pk", ScalarAttributeType::S))
            .key_schema(key("pk", KeyType::Hash))
            .send()
            .await
            .unwrap();
    }

    async fn put(&self, table: &str, item: Value) {
        let item = crate::store::values::to_attributes(item.as_object().unwrap()).unwrap();
        let put = operations::PutItem { table_name: table, item, ..Default::default() };
        self.client.call(&put).await.unwrap();
    }

    async fn items(&self, table: &str) -> Vec<Value> {
        let scan = operations::Scan { table_name: table.into(), ..Default::default() };
        let items: Vec<PlainItem> = self.client.all(scan).await.unwrap();
        items.into_iter().map(|item| Value::Object(item.0)).collect()
    }

    async fn send(&self, integration: &Value, sent: Sent<'_>) -> String {
        send(&self.client, integration, sent).await
    }
}

fn parse(integration: &Value, route: &str) -> Result<DynamoDb, Vec<(String, String, String)>> {
    let stage_variables = StageVariables::from([("table".to_owned(), "orders-v1".to_owned())]);
    let report = Report::default();
    let item = Item { table: "routes", key: "k", stage_variables: &stage_variables, report: &report };
    let parse_context = ParseContext {
        path_parameters: &["id".to_owned()],
        stage_and_route: route,
        binary_media_types: &Arc::from([]),
        http_client: &GuardedClient::new(&[]).unwrap(),
    };
    let fields = Fields::of(item, integration.as_object().unwrap());
    let parsed = DynamoDb::parse(&fields, &parse_context);
    fields.finish();
    let Findings { problems, warnings } = report.into_findings();
    let parts = |Problem { field, got, expected, .. }| (field, got, expected);
    let found: Vec<_> = problems.into_iter().chain(warnings).map(parts).collect();
    match parsed {
        Some(parsed) if found.is_empty() => Ok(parsed),
        _ => Err(found),
    }
}

/// The whole response as text: status, headers, body.
async fn send(client: &dynamodb::DynamoDb, integration: &Value, sent: Sent<'_>) -> String {
    let route = sent.route.unwrap_or("v1 GET /orders/{id}");
    let operation = parse(integration, route).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let header =
        |(name, value): &(&'static str, &str)| (HeaderName::from_static(name), value.parse().unwrap());
    let request = Request {
        id: "req-1".to_owned(),
        received_at: SystemTime::UNIX_EPOCH,
        deadline: SystemTime::UNIX_EPOCH,
        method: Method::GET,
        path: format!("/v1/orders/{}", sent.id),
        query: sent.query.to_owned(),
        headers: sent.headers.iter().map(header).collect::<HeaderMap>(),
        cookies: Vec::new(),
        body: Bytes::from(sent.body),
        origin: Origin::default(),
    };
    let context = Context {
        request: &request,
        stage: "v1",
        base_path: "/v1",
        path: &request.path[3..],
        stage_variables: &StageVariables::new(),
        deployment_id: "d1",
        version: StageVersion::Own,
        route_key: "GET /orders/{id}",
        path_parameters: &[PathParameter { name: "id", value: sent.id }],
        caller: Caller::default(),
        waited: Duration::ZERO,
    };
    let response = match operation.invoke(&context, client, &mut EndpointRequestId::default()).await {
        Ok(response) => operation.finish(&context, response),
        Err(error) => error.refusal().to_response(),
    };
    let mut text = response.status().as_str().to_owned();
    for (name, value) in response.headers().iter().filter(|(name, _)| *name != "content-type") {
        text += &format!(" {name}: {}", value.to_str().unwrap());
    }
    let json = response.headers().get("content-type").is_some_and(|kind| kind == "application/json");
    let Body::Whole(body) = response.into_body() else { panic!("a stream") };
    assert_eq!(json, !body.is_empty(), "JSON if and only if there is a body");
    text + " " + std::str::from_utf8(&body).unwrap()
}

const BAD_REQUEST: &str = r#"400 x-amzn-errortype: BadRequestException {"message":"Bad Request"}"#;
const INVALID_BODY: &str = r#"400 x-amzn-errortype: BadRequestException {"message": "Invalid request body"}"#;
const NOT_FOUND: &str = r#"404 x-amzn-errortype: NotFoundException {"message":"Not Found"}"#;
const CONFLICT: &str = r#"409 x-amzn-errortype: ConflictException {"message":"Conflict"}"#;
const PRECONDITION: &str =
    r#"412 x-amzn-errortype: PreconditionFailedException {"message":"Precondition Failed"}"#;
const FAILURE: &str =
    r#"502 x-amzn-errortype: InternalServerErrorException {"message": "Internal server error"}"#;
const FORBIDDEN: &str =
    r#"500 x-amzn-errortype: InternalServerErrorException {"message": "Internal server error"}"#;
const UNREACHABLE: &str = r#"504 x-amzn-errortype: InternalServerErrorException {"message": "Network error communicating with endpoint"}"#;
const BUSY: &str = r#"503 x-amzn-errortype: ServiceUnavailableException {"message":"Service Unavailable"}"#;
