//! Snapshots: what is packed is read as it was, and nothing else is.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{
    Deployment, DeploymentSource, Snapshot,
    items::{Builder, Built},
    packed_items::PackedItems,
    route_item::{ItemReader, RouteItem},
    snapshot::{Layout, to_bytes},
};
use crate::{
    error::GatewayError,
    item::{Report, StageVariables},
};

fn source(stage_variables: &StageVariables) -> DeploymentSource<'_> {
    DeploymentSource { table: "routes", stage: "v1", stage_variables, function_url_auth_type: None }
}

fn build(items: &[Value]) -> Built {
    let variables = StageVariables::new();
    let mut builder = Builder::new(source(&variables));
    items.iter().for_each(|item| builder.add(item.as_object().unwrap()));
    builder.finish().value.unwrap()
}

fn open(snapshot: &Arc<Snapshot>) -> Option<Deployment> {
    let variables = StageVariables::new();
    Deployment::open(PackedItems::open(snapshot).ok()??, source(&variables)).ok()
}

fn items_of(snapshot: &Arc<Snapshot>) -> Vec<Value> {
    let mut items = Vec::new();
    let packed = PackedItems::open(snapshot).unwrap().unwrap();
    packed.each(|item| items.push(Value::Object(item))).unwrap();
    items
}

/// Items of all kinds: before `$api`, disabled, with and without what others must know of them.
fn items() -> Vec<Value> {
    let mock = |body: &str| json!({ "type": "MOCK", "body": body });
    vec![
        json!({ "stage": "v1", "routeKey": "#old", "enabled": false, "n": 12_345_678_901_234_567_890_u64 }),
        json!({ "stage": "v1", "routeKey": "$api", "corsConfiguration": { "allowOrigins": ["*"] } }),
        json!({ "stage": "v1", "routeKey": "$default", "integration": mock("default") }),
        json!({ "stage": "v1", "routeKey": "GET  /a/{id} ", "apiKeyRequired": true, "integration": mock("a") }),
        json!({ "stage": "v1", "routeKey": "GET /b", "throttle": { "rateLimit": 0.5, "burstLimit": 7 },
            "corsConfiguration": { "allowOrigins": ["https://b.example"] }, "integration": mock("b") }),
        json!({ "stage": "v1", "routeKey": "GET /b/é", "description": "{\"$serde_json::private::Number\":\"x\"}",
            "integration": { "type": "MOCK", "body": { "$serde_json::private::RawValue": "[" } } }),
    ]
}

/// Each route as it is read of its item right away, and its key.
fn eagerly(items: &[Value]) -> Vec<(String, String)> {
    let (variables, report) = (StageVariables::new(), Report::default());
    let reader = ItemReader { source: source(&variables), report: &report };
    let api = items.iter().find(|item| item["routeKey"] == "$api").and_then(Value::as_object);
    let api = reader.api(api.unwrap_or(&Map::new()));
    let routes = items.iter().filter(|item| item["routeKey"] != "$api").filter_map(|item| {
        let key = item["routeKey"].as_str().unwrap();
        match reader.route(key, item.as_object().unwrap(), &api) {
            RouteItem::Route(route) => Some((key.to_owned(), format!("{route:?}"))),
            RouteItem::Disabled => None,
            RouteItem::Wrong => panic!("{key} is invalid"),
        }
    });
    routes.collect()
}

/// The same, each when it is asked for; `None`: it cannot be read.
fn lazily(deployment: &Deployment) -> Vec<(String, Option<String>)> {
    let read = |index| {
        let route = deployment.try_route(index).ok().map(|route| format!("{route:?}"));
        (deployment.routes.key(index).to_owned(), route)
    };
    (0..deployment.routes.len()).map(read).collect()
}

fn all_read(routes: Vec<(String, String)>) -> Vec<(String, Option<String>)> {
    routes.into_iter().map(|(key, route)| (key, Some(route))).collect()
}

#[test]
fn a_deployment_has_the_id_of_its_items_whoever_packs_them() {
    let route = json!({ "stage": "v1", "routeKey": "GET /", "integration": { "type": "MOCK" } });
    let Built { snapshot, .. } = build(std::slice::from_ref(&route));
    // The first half of the SHA-256 of `[{"integration":{"type":"MOCK"},"routeKey":"GET /","stage":"v1"}]`.
    assert_eq!(snapshot.id, "93ac5cbd6f521196f716881de0819b4f");
    assert_eq!(build(&[route]).snapshot, snapshot);
}

#[test]
fn items_come_back_as_they_were() {
    let items = items();
    let Built { snapshot, deployment } = build(&items);
    assert_eq!(items_of(&snapshot), items);
    assert_eq!(lazily(&deployment), all_read(eagerly(&items)));
    assert_eq!(deployment.routes.len(), 4);
}

#[test]
fn a_snapshot_that_is_cut_or_of_which_a_byte_is_another_is_refused() {
    let Built { snapshot, .. } = build(&items());
    let Snapshot { id, bytes, .. } = &*snapshot;
    let read = |id: &str, bytes: &[u8]| {
        let snapshot = Snapshot { id: id.to_owned(), bytes: bytes.to_vec(), validated_with: Vec::new() };
        PackedItems::open(&Arc::new(snapshot)).ok().flatten().is_some()
    };
    assert!(read(id, bytes) && !read("ffff", bytes));
    for cut in 0..bytes.len() {
        assert!(!read(id, &bytes[..cut]), "{cut} bytes of {}", bytes.len());
    }
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut other = bytes.clone();
            other[at] ^= 1 << bit;
            assert!(!read(id, &other), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn a_byte_that_is_another_under_a_digest_that_fits_spoils_routes_and_nothing_else() {
    let items = items();
    let expected = eagerly(&items);
    let Built { snapshot, .. } = build(&items);
    let Layout::Indexed { index, index_length, blocks } = snapshot.layout().unwrap() else {
        panic!("the former format")
    };
    let with = |index: &[u8], blocks: &[u8]| {
        let bytes = to_bytes(&snapshot.id, index, index_length, blocks);
        open(&Arc::new(Snapshot { bytes, ..(*snapshot).clone() }))
    };
    let flipped = |bytes: &[u8], at: usize, bit: u8| {
        let mut other = bytes.to_vec();
        other[at] ^= 1 << bit;
        other
    };
    let mut spoilt = 0;
    for (at, bit) in (0..blocks.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
        let Some(deployment) = with(index, &flipped(blocks, at, bit)) else { continue };
        // Nothing but the texts of the items is left to tell: the keys and what routes ask for are the index's.
        let routes = lazily(&deployment);
        assert_eq!(
            routes.iter().map(|(key, _)| key).collect::<Vec<_>>(),
            expected.iter().map(|(key, _)| key).collect::<Vec<_>>()
        );
        spoilt += routes.iter().filter(|(_, route)| route.is_none()).count();
    }
    assert!(spoilt > 100, "{spoilt}");
    // Whatever an index says: no panic, and what can be read is a route.
    for (at, bit) in (0..index.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
        let Some(deployment) = with(&flipped(index, at, bit), blocks) else { continue };
        drop(lazily(&deployment));
        drop(deployment.find(&http::Method::GET, "/a/1"));
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_route_that_cannot_be_read_is_logged_once_and_refused_each_time() {
    let route = json!({ "stage": "v1", "routeKey": "GET /a", "integration": { "type": "MOCK" } });
    let Built { snapshot, .. } = build(&[route]);
    let Layout::Indexed { index, index_length, blocks } = snapshot.layout().unwrap() else {
        panic!("the former format")
    };
    let bytes = to_bytes(&snapshot.id, index, index_length, &vec![0xff; blocks.len()]);
    let deployment = open(&Arc::new(Snapshot { bytes, ..(*snapshot).clone() })).unwrap();

    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    tracing::subscriber::with_default(subscriber, || {
        for _ in 0..3 {
            let found = deployment.find(&http::Method::GET, "/a");
            assert!(matches!(found, Err(GatewayError::RouteUnreadable(_))), "{found:?}");
        }
    });
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.contains("ConfigurationInvalid") && log.contains("GET /a"), "{log}");
}

fn any_item() -> impl Strategy<Value = Value> {
    let integration = prop_oneof![
        "[a-z\"\\\\é\n ]{0,40}".prop_map(|body| json!({ "type": "MOCK", "body": body })),
        "[a-z]{1,9}"
            .prop_map(|uri| json!({ "type": "AWS_PROXY", "uri": uri, "payloadFormatVersion": "1.0" })),
        Just(
            json!({ "type": "DYNAMODB", "action": "GetItem", "tableName": "t", "key": { "id": "$request.path.id" } })
        ),
        "[a-z]{1,9}".prop_map(
            |host| json!({ "type": "HTTP_PROXY", "uri": format!("https://{host}.example/{{id}}") })
        ),
    ];
    let throttle = prop::option::of((0..50_u32, 0..9_u32));
    let flags = (any::<bool>(), any::<bool>(), prop::option::weighted(0.2, any::<bool>()));
    (integration, throttle, flags).prop_map(|(integration, throttle, (key, cors, enabled))| {
        let mut item = json!({ "stage": "v1", "integration": integration, "apiKeyRequired": key });
        if let Some((rate, burst)) = throttle {
            item["throttle"] = json!({ "rateLimit": rate, "burstLimit": burst });
        }
        if cors {
            item["corsConfiguration"] =
                json!({ "allowOrigins": ["https://a.example"], "allowMethods": ["GET"] });
        }
        if let Some(enabled) = enabled {
            item["enabled"] = json!(enabled);
        }
        item
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    /// Whatever the items are and however many: a route that is read later is the route that it was.
    #[test]
    fn a_route_is_the_same_whenever_it_is_read(
        routes in prop::collection::vec(any_item(), 1..150),
        order in any::<prop::sample::Index>(),
    ) {
        let key = |nth: usize| format!("GET /{}/{{id}}", ["a", "ab", "%7Ex", "b-c"][nth % 4].repeat(nth / 4 + 1));
        let mut items: Vec<_> = routes.into_iter().enumerate().map(|(nth, mut item)| {
            item["routeKey"] = json!(key(nth));
            item
        }).collect();
        items[0]["enabled"] = json!(true);
        items.sort_by_key(|item| item["routeKey"].as_str().unwrap().to_owned());
        let Built { snapshot, deployment } = build(&items);
        prop_assert_eq!(items_of(&snapshot), items.clone());
        // Some route first, and then all.
        let _ = deployment.try_route(order.index(deployment.routes.len()));
        prop_assert_eq!(lazily(&deployment), all_read(eagerly(&items)));
    }
}
