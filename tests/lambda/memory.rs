//! Neither clients nor edits may take the memory that a Lambda of 128 MB has.

use std::{collections::BTreeMap, fs};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use dynoxide::ImportOptions;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tollgate::{deployment::Packer, local::world::GATEWAY};

use crate::{harness::soon, release_gateway::RealGateway};

/// Beside the process there are the runtime's own parts.
const MOST_KIB: u64 = 100 * 1024;

/// Both tests keep a processor busy for seconds, and a request of the other one would be over its time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// The most memory that the process has had at once.
pub fn peak_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a running process");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    peak.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[tokio::test]
async fn a_body_of_many_values_does_not_take_the_lambdas_memory() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let put = json!({ "type": "DYNAMODB", "action": "PutItem", "tableName": "orders",
        "item": { "id": "many", "all": "$request.body" }, "return": "item" });
    let gateway = RealGateway::serving(&[json!({ "routeKey": "POST /many", "integration": put })]).await;
    gateway.until("200", "POST /v1/many\n\n[0]").await;
    let pids = gateway.pids();
    let bodies = [
        // Over the limit of values; just below it, in the two forms that take the most memory; and one value.
        ("413", format!("[{}0]", "0,".repeat(2_900_000))),
        ("200", format!("[{}0]", "0,".repeat(199_990))),
        ("200", format!("[{}0]", "{\"a\":0},".repeat(49_900))),
        ("413", format!("[\"{}\"]", "x".repeat(5_800_000))),
        ("200", format!("[{}0]", "0,".repeat(1_000))),
    ];
    for (status, body) in bodies {
        let request = format!("POST /v1/many\ncontent-type: application/json\n\n{body}");
        // A call of DynamoDB has two seconds, and the one of the tests needs more for such items on a busy machine.
        let answer = match status {
            "200" => gateway.until("200", &request).await,
            _ => gateway.send(&request).await,
        };
        let start = &body[..body.len().min(20)];
        assert!(answer.starts_with(status), "{start}: {}", &answer[..answer.len().min(300)]);
        let peak = peak_kib(pids[0]);
        assert!(peak < MOST_KIB, "{start}: {peak} KiB");
    }
    assert_eq!(gateway.pids(), pids);
    soon(gateway.world.stop()).await;
}

#[tokio::test]
async fn models_and_what_they_check_do_not_take_the_lambdas_memory() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let properties = |schema: &str, count: usize| {
        let properties: Vec<_> = (0..count).map(|nth| format!("\"p{nth}\":{schema}")).collect();
        format!("{{\"properties\":{{{}}}}}", properties.join(","))
    };
    let models = [
        ("Wide", properties(r#"{"type":"string","minLength":1}"#, 6_000)),
        ("Patterns", properties(r#"{"pattern":"^[a-z]{1,500}[0-9]{1,500}$"}"#, 100)),
        ("Unique", r#"{"type":"array","uniqueItems":true}"#.to_owned()),
        ("Numbers", r#"{"type":"array","items":{"type":"number","multipleOf":1}}"#.to_owned()),
    ];
    let mut items =
        vec![json!({ "routeKey": "$api", "models": models.iter().cloned().collect::<BTreeMap<_, _>>() })];
    items.extend(models.iter().map(|(name, _)| {
        json!({ "routeKey": format!("POST /{name}"), "requestModels": { "application/json": name },
            "integration": { "type": "MOCK" } })
    }));
    let gateway = RealGateway::serving(&items).await;
    gateway.until("200", "POST /v1/Unique\n\n[0]").await;
    let pids = gateway.pids();
    let words: Vec<_> = (0..5_000).map(|nth| format!("\"{nth:01000}\"")).collect();
    let object = |value: &str| {
        let members: Vec<_> = (0..6_000).map(|nth| format!("\"p{nth}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    };
    let text = format!("\"{}\"", "a".repeat(900));
    let bodies = [
        ("Unique", "200", format!("[{}]", words.join(","))),
        ("Wide", "200", object(&text)),
        ("Wide", "400", object(&format!("[{text}]"))),
        ("Patterns", "200", format!("{{\"p1\":\"{}7\"}}", "a".repeat(400))),
        ("Numbers", "200", format!("[{}0]", "0,".repeat(199_990))),
        ("Numbers", "413", format!("[{}0]", "0,".repeat(2_900_000))),
    ];
    for (model, status, body) in bodies {
        let answer =
            gateway.send(&format!("POST /v1/{model}\ncontent-type: application/json\n\n{body}")).await;
        let peak = peak_kib(pids[0]);
        println!("{model} {status}: {peak} KiB");
        assert!(answer.starts_with(status), "{model}: {}", &answer[..answer.len().min(300)]);
        assert!(peak < MOST_KIB, "{model}: {peak} KiB");
    }
    assert_eq!(gateway.pids(), pids);
    soon(gateway.world.stop()).await;
}

/// The half of them is good, each for another caller; the other half is forged.
#[tokio::test]
async fn ten_thousand_different_tokens_take_no_memory_and_no_service_of_others() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key");
    let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    // In 2100; the claims that a caller brings along are as long as tokens often are.
    let token = |caller: &str, signature: Option<&[u8]>| {
        let claims = json!({ "iss": "https://issuer.example/", "aud": "shop", "sub": caller, "exp": 4_102_444_800_u64,
            "groups": caller.repeat(20) });
        let signed = format!("{}.{}", encoded(&json!({ "alg": "EdDSA", "kid": "k" })), encoded(&claims));
        let own = key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.unwrap_or(own.as_ref())))
    };
    let jwk =
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": "k", "x": URL_SAFE_NO_PAD.encode(key.public_key()) });
    let users = json!({ "type": "JWT", "jwks": { "keys": [jwk] },
        "jwtConfiguration": { "issuer": "https://issuer.example/", "audience": ["shop"] } });
    let gateway = RealGateway::serving(&[
        json!({ "routeKey": "$api", "authorizers": { "users": users } }),
        json!({ "routeKey": "GET /mine", "authorizerId": "users", "integration": { "type": "MOCK" } }),
    ])
    .await;
    let send =
        async |token: String| gateway.send(&format!("GET /v1/mine\nauthorization: Bearer {token}")).await;
    gateway.until("401", "GET /v1/mine").await;
    let pids = gateway.pids();
    for nth in 0..5_000 {
        let caller = format!("caller-{nth}");
        let (good, forged) = (token(&caller, None), token(&caller, Some(&[1; 64])));
        for (token, status) in [(good, "200"), (forged, "401")] {
            let answer = send(token).await;
            assert!(answer.starts_with(status), "{nth}: {answer}");
        }
        if nth % 100 == 0 {
            let ada = send(token("ada", None)).await;
            assert!(ada.starts_with("200"), "{nth}: {ada}");
        }
    }
    let peak = peak_kib(pids[0]);
    println!("ten thousand tokens: {peak} KiB");
    assert!(peak < MOST_KIB, "{peak} KiB");
    assert_eq!(gateway.pids(), pids);
    soon(gateway.world.stop()).await;
}

/// Ten thousand routes as DynamoDB has them: `integration` makes the integration of each.
fn many_routes(integration: fn(usize) -> Value) -> Vec<Value> {
    let item = |nth: usize| json!({ "stage": "v1", "routeKey": format!("POST /resources-{nth}/{{id}}"), "integration": integration(nth) });
    (0..10_000).map(item).collect()
}

fn in_dynamodb(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let members = map.iter().map(|(name, value)| (name.clone(), in_dynamodb(value)));
            json!({ "M": members.collect::<serde_json::Map<_, _>>() })
        }
        other => json!({ "S": other }),
    }
}

/// The estimate that publishers go by, in KiB.
fn footprint_kib(routes: &[Value]) -> u64 {
    let mut packer = Packer::new("v1");
    routes.iter().for_each(|route| packer.add(route.as_object().expect("an item")));
    u64::try_from(packer.footprint().peak()).expect("a size") / 1024
}

async fn a_large_stage_is_edited(integration: fn(usize) -> Value) {
    let gateway = RealGateway::serving(&[]).await;
    gateway.until("200", "GET /v1/health").await;
    let pids = gateway.pids();
    let small = peak_kib(pids[0]);
    let routes = many_routes(integration);
    let dynamodb = gateway.world.dynamodb.as_ref().expect("an own DynamoDB");
    let items = routes.iter().map(|route| in_dynamodb(route)["M"].clone()).collect();
    let items = serde_json::from_value(items).expect("items");
    dynamodb.database.import_items("tollgate-routes", items, ImportOptions::default()).expect("an import");

    // The first edit publishes them all; each further one has a deployment of which all routes are in memory.
    for edit in 0..4 {
        let mock = json!({ "type": "MOCK" });
        gateway.put_route(&json!({ "routeKey": format!("GET /edit-{edit}"), "integration": mock }));
        gateway.until("200", &format!("GET /v1/edit-{edit}")).await;
        request_all(&gateway).await;
    }
    assert_eq!(gateway.pids(), pids);
    let edited = peak_kib(pids[0]);

    let host = &gateway.world.host;
    host.shut_down_instance(GATEWAY, pids[0]).await;
    soon(host.wait_for(GATEWAY, |instances| instances.iter().all(|instance| instance.pid != pids[0]))).await;
    gateway.until("200", "GET /v1/edit-3").await;
    let cold = peak_kib(gateway.pids()[0]);
    request_all(&gateway).await;
    let requested = peak_kib(gateway.pids()[0]);
    soon(gateway.world.stop()).await;

    let estimate = footprint_kib(&routes);
    println!("small {small}, estimate {estimate}, cold {cold}, requested {requested}, edited {edited} KiB");
    assert!(requested <= small + estimate, "requested: {requested} KiB");
    assert!(cold - small < 6 * 1024, "cold: {cold} KiB");
    assert!(edited < MOST_KIB, "edited: {edited} KiB");
    // A publisher reads all items beside the deployment that is served. A second deployment would be too much.
    assert!(
        edited - small < estimate * 4 / 3,
        "estimate {estimate}, requested {requested}, edited {edited} KiB"
    );
}

/// Requests every route once; what it answers is no matter.
async fn request_all(gateway: &RealGateway) {
    for nth in 0..10_000 {
        gateway.send(&format!("POST /v1/resources-{nth}/1\n\n{{}}")).await;
    }
}

#[tokio::test]
async fn an_edit_of_a_large_stage_takes_no_memory_for_two_deployments() {
    let _alone = ONE_AT_A_TIME.lock().await;
    a_large_stage_is_edited(|nth| json!({ "type": "AWS_PROXY", "uri": format!("function-{nth}") })).await;
    a_large_stage_is_edited(|_| {
        json!({ "type": "DYNAMODB", "action": "UpdateItem", "tableName": "orders", "key": { "id": "$request.path.id" },
            "updateExpression": "SET #a = :a, #b = :b", "expressionAttributeNames": { "#a": "alpha", "#b": "beta" },
            "expressionAttributeValues": { ":a": "$request.body.a", ":b": "x-${request.body.b}" } })
    })
    .await;
}
