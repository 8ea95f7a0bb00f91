//! The whole local world, with `echo` in the gateway's place, and its parts that need DynamoDB.

use std::{fs, num::NonZeroUsize, path::Path, process::Command};

use dynoxide::{Database, actions::scan::ScanRequest};
use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tollgate::{
    api_file,
    dev::{DevApi, DevServer},
    local::{
        function_output::Captured,
        function_settings::FunctionSettings,
        stream_mapping::StreamMapping,
        tables::{NewTable, SortKey, TableNames, create, put},
        world::{GATEWAY, StartError, World, WorldSettings},
    },
};

use crate::harness::{actor, example, exists, host, send, soon};

pub fn settings() -> WorldSettings {
    WorldSettings {
        api_port: 0,
        dynamodb_port: 0,
        invoke_port: 0,
        issuer_port: 0,
        instances: NonZeroUsize::MIN,
        gateway_events_at_a_time: NonZeroUsize::MIN,
        region: "eu-test-1".to_owned(),
        data_directory: None,
        gateway: example("echo"),
        dynamodb_endpoint: None,
        lambda_endpoint: None,
        tables: TableNames::from_environment(|_| None),
        gateway_environment: Vec::new(),
        output: Captured::default().output(),
    }
}

/// The example API, served.
pub async fn example_api(settings: WorldSettings) -> DevServer {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let checked = api_file::check(&folder.join("tollgate.yaml")).expect("the example");
    let (server, report) =
        DevServer::start(settings, folder, DevApi::of(&checked.api)).await.expect("a world");
    assert!(report.notes.is_empty() && report.refused.is_empty(), "{report:?}");
    server
}

#[tokio::test]
async fn a_world_serves_and_ends_without_a_trace() {
    let world = World::start(settings()).await.expect("a world");
    let request = Request::get(format!("http://{}/v1/orders", world.api));
    let answer = send(request.body(Full::default()).expect("a request")).await;
    let event: Value = serde_json::from_slice(answer.body()).expect("the event");
    assert_eq!((answer.status().as_u16(), &event["rawPath"]), (200, &json!("/v1/orders")));
    let pid = world.host.instances(GATEWAY)[0].pid;
    let dynamodb = world.dynamodb.as_ref().expect("an own DynamoDB").address;
    let addresses = [world.api, world.invoke_api, dynamodb];
    soon(world.stop()).await;
    assert!(!exists(pid));
    for address in addresses {
        // Not at once: a process that another test is just starting holds our sockets until its program runs.
        soon(async { while TcpStream::connect(address).await.is_ok() {} }).await;
    }
}

#[tokio::test]
async fn a_start_that_fails_says_why_in_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let table = [
        (
            WorldSettings { api_port: port, ..settings() },
            format!("port {port} is taken: API_PORT chooses another one for the API"),
        ),
        (
            WorldSettings { dynamodb_port: port, ..settings() },
            format!("port {port} is taken: DYNAMODB_PORT chooses another one for DynamoDB"),
        ),
        (
            WorldSettings { gateway: "/not/there".into(), ..settings() },
            "/not/there is not there: build it first".to_owned(),
        ),
    ];
    for (settings, expected) in table {
        let error: StartError = World::start(settings).await.err().expect("an error");
        assert_eq!(error.to_string(), expected);
    }
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Whoever has exported `AWS_ENDPOINT_URL_DYNAMODB` for the AWS CLI, as the quick start says, starts a second world in
/// that shell.
#[tokio::test]
async fn an_endpoint_on_the_worlds_own_port_is_served_by_the_world_itself() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("own-endpoint");
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("an old run's folder");
    }
    for host in ["127.0.0.1", "localhost"] {
        let (dynamodb_port, invoke_port) = (free_port(), free_port());
        let world = World::start(WorldSettings {
            dynamodb_port,
            invoke_port,
            dynamodb_endpoint: Some(format!("http://{host}:{dynamodb_port}")),
            lambda_endpoint: Some(format!("http://{host}:{invoke_port}/")),
            data_directory: Some(folder.clone()),
            ..settings()
        });
        let world = world.await.expect("a world");
        let own = world.dynamodb.as_ref().expect("an own DynamoDB");
        assert_eq!((own.address.port(), folder.join("dynamodb.sqlite").exists()), (dynamodb_port, true));
        // The first one is still there: the second one uses it.
        let second = World::start(WorldSettings {
            dynamodb_port,
            dynamodb_endpoint: Some(format!("http://{host}:{dynamodb_port}")),
            ..settings()
        });
        let second = second.await.expect("a world");
        assert!(second.dynamodb.is_none());
        soon(second.stop()).await;
        soon(world.stop()).await;
    }
}

#[tokio::test]
async fn an_endpoint_where_nobody_answers_stops_the_start_with_one_line() {
    let port = free_port();
    let endpoint = Some(format!("http://127.0.0.1:{port}"));
    let table = [
        (WorldSettings { dynamodb_endpoint: endpoint.clone(), ..settings() }, "DYNAMODB", "DynamoDB"),
        (WorldSettings { lambda_endpoint: endpoint, ..settings() }, "LAMBDA", "Lambda"),
    ];
    for (settings, variable, name) in table {
        let error: StartError = World::start(settings).await.err().expect("an error");
        assert_eq!(
            error.to_string(),
            format!(
                "nobody answers at http://127.0.0.1:{port}, which AWS_ENDPOINT_URL_{variable} names: unset it for an own {name}"
            )
        );
    }
}

#[test]
fn the_command_says_which_port_is_taken_and_fails() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args([
            "dev",
            "examples/tollgate.yaml",
            "--api-port",
            "0",
            "--dynamodb-port",
            "0",
            "--invoke-port",
            &port,
            "--issuer-port",
            "0",
        ])
        .output()
        .expect("a result");
    let line =
        format!("tollgate: port {port} is taken: INVOKE_PORT chooses another one for the Invoke API\n");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr)), (Some(1), line.into()));
}

#[tokio::test]
async fn explain_finds_an_entry_of_the_local_world_on_any_port() {
    let gateway = env!("CARGO_BIN_EXE_gateway").into();
    let world = World::start(WorldSettings { gateway, ..settings() }).await.expect("a world");
    let dynamodb = world.dynamodb.as_ref().expect("an own DynamoDB");
    let route = json!({ "stage": "kept", "routeKey": "GET /x", "cachingEnabled": true, "integration": { "type": "MOCK" } });
    put(&dynamodb.database, "tollgate-routes", &route).expect("a write");
    let url = format!("http://{}/kept/x", world.api);
    let get = async || send(Request::get(&url).body(Full::default()).expect("a request")).await;
    soon(async { while get().await.status() != 200 {} }).await;
    let ports = [("API_PORT", world.api), ("DYNAMODB_PORT", dynamodb.address)];
    let entry = async || {
        let mut tool = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        tool.args(["explain", "/kept/x", "--local", "-o", "json"]).env_clear();
        tool.envs(ports.map(|(name, address)| (name, address.port().to_string())));
        let output = tokio::task::spawn_blocking(move || tool.output()).await.expect("no panic");
        let told: Value = serde_json::from_slice(&output.expect("a result").stdout).expect("JSON");
        told["cache"]["entry"]["status"].clone()
    };
    // It is written beside the answer.
    soon(async { while entry().await != 200 {} }).await;
    soon(world.stop()).await;
}

fn count(database: &Database, table: &str) -> usize {
    let request = json!({ "TableName": table });
    database.scan(serde_json::from_value::<ScanRequest>(request).expect("a request")).expect("items").count
}

#[tokio::test]
async fn data_in_a_folder_outlives_the_world_and_is_not_seeded_again() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outlive");
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("an old run's folder");
    }
    let settings = || WorldSettings { data_directory: Some(folder.clone()), ..settings() };
    for (before, routes) in [(2, 10), (3, 11), (4, 12)] {
        let server = example_api(settings()).await;
        let database = &server.world.dynamodb.as_ref().expect("an own DynamoDB").database;
        assert_eq!(count(database, "orders"), before);
        assert_eq!(count(database, "tollgate-routes"), routes);
        put(database, "orders", &json!({ "id": before.to_string() })).expect("a write");
        put(database, "tollgate-routes", &json!({ "stage": "v2", "routeKey": before.to_string() }))
            .expect("a write");
        soon(server.stop()).await;
    }
}

/// A table with a stream, mapped to the actor.
fn mapped(settings: FunctionSettings) -> (Database, Captured, StreamMapping) {
    let captured = Captured::default();
    let host = host([FunctionSettings { output: captured.output(), ..settings }]);
    let database = Database::memory().expect("a database");
    let sort_key = Some(SortKey { name: "routeKey", kind: "S" });
    let table = NewTable { sort_key, has_stream: true, ..NewTable::new("routes", "stage") };
    create(&database, table).expect("a table");
    let mapping = StreamMapping::start(&database, "routes", host, "actor").expect("a mapping");
    (database, captured, mapping)
}

async fn records(captured: &Captured, holding: &str) -> Value {
    let line = soon(captured.wait_for(|line| line.starts_with("event ") && line.contains(holding))).await;
    let event: Value = serde_json::from_str(line.text.trim_start_matches("event ")).expect("JSON");
    event["Records"].clone()
}

#[tokio::test]
async fn an_edit_of_a_table_becomes_an_event() {
    let (database, captured, _mapping) = mapped(actor(1));
    for (text, event_name) in [("a", "INSERT"), ("b", "MODIFY")] {
        let item = json!({ "stage": "v1", "routeKey": "GET /a", "text": text });
        put(&database, "routes", &item).expect("a write");
        let mut records = records(&captured, event_name).await;
        let record = &mut records[0];
        for varying in ["eventID", "eventSourceARN"] {
            assert!(record[varying].take().is_string(), "{varying}");
        }
        for varying in ["SequenceNumber", "ApproximateCreationDateTime", "SizeBytes"] {
            assert!(!record["dynamodb"][varying].take().is_null(), "{varying}");
        }
        let expected = json!([{
            "eventID": null,
            "eventName": event_name,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "eventSourceARN": null,
            "awsRegion": record["awsRegion"],
            "dynamodb": {
                "ApproximateCreationDateTime": null,
                "Keys": { "stage": { "S": "v1" }, "routeKey": { "S": "GET /a" } },
                "SequenceNumber": null,
                "SizeBytes": null,
                "StreamViewType": "KEYS_ONLY",
            },
        }]);
        assert_eq!(records, expected);
    }
}

#[tokio::test]
async fn an_event_that_always_fails_is_given_up_and_the_next_one_comes() {
    let settings = FunctionSettings { environment: vec![("DEAF".to_owned(), "1".to_owned())], ..actor(1) };
    let (database, captured, _mapping) = mapped(settings);
    put(&database, "routes", &json!({ "stage": "v1", "routeKey": "GET /first" })).expect("a write");
    records(&captured, "GET /first").await;
    put(&database, "routes", &json!({ "stage": "v1", "routeKey": "GET /second" })).expect("a write");
    records(&captured, "GET /second").await;
    let tries = captured.lines().iter().filter(|line| line.text.contains("GET /first")).count();
    assert_eq!(tries, 3);
}
