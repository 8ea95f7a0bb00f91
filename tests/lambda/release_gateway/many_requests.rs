//! Many requests at a time in one process get the answers that they get one at a time.

use std::num::NonZeroUsize;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::RealGateway;
use crate::harness::soon;

const AT_A_TIME: NonZeroUsize = NonZeroUsize::new(64).expect("not zero");

fn routes() -> Vec<Value> {
    let stream = json!({ "type": "AWS_PROXY", "uri": "reflect", "responseTransferMode": "STREAM" });
    let get = json!({ "type": "DYNAMODB", "action": "GetItem", "tableName": "orders", "key": { "id": "$request.path.id" } });
    vec![
        json!({ "routeKey": "POST /reflected", "integration": { "type": "AWS_PROXY", "uri": "reflect" } }),
        json!({ "routeKey": "POST /streamed", "integration": stream }),
        json!({ "routeKey": "GET /items/{id}", "integration": get }),
        json!({ "routeKey": "GET /kept/{id}", "integration": get, "cachingEnabled": true,
            "cacheKeyParameters": ["method.request.path.id"] }),
        json!({ "routeKey": "GET /secret", "apiKeyRequired": true, "integration": { "type": "MOCK" } }),
        json!({ "routeKey": "GET /validated", "requestParameters": { "method.request.querystring.page": true },
            "integration": { "type": "MOCK", "body": "valid" } }),
        // The last one: once it is there, all are.
        json!({ "routeKey": "GET /last", "integration": { "type": "MOCK", "body": "last" } }),
    ]
}

/// Requests of each kind, each with something of its own where its answer can show it.
fn requests() -> Vec<String> {
    let of_number = |number: usize| {
        let answer = json!({ "statusCode": 200, "body": format!("answer {number}") });
        let post =
            |path: &str, body: &Value| format!("POST /v1/{path}\ncontent-type: application/json\n\n{body}");
        [
            post("reflected", &answer),
            post("streamed", &answer),
            post("reflected", &json!(number)),
            format!("GET /v1/items/{}", 1001 + number % 3),
            format!("GET /v1/items/none-{number}"),
            format!("GET /v1/kept/{}", 1001 + number % 3),
            "GET /v1/secret".to_owned(),
            format!("GET /v1/secret\nx-api-key: an-unknown-key-of-31-characters-{number}"),
            format!("GET /v1/validated?page={number}"),
            "GET /v1/validated".to_owned(),
            format!("GET /v1/nowhere/{number}"),
            "DELETE /v1/last".to_owned(),
            format!("GET /v1/%2e%2e/{number}"),
            format!("GET /elsewhere/{number}"),
        ]
    };
    (0..24).flat_map(of_number).collect()
}

/// Without what tells the first answer of a cached route from those after it.
fn comparable(answer: &str) -> String {
    let is_of_cache = |line: &&str| !line.starts_with("cache-status: ") && !line.starts_with("age: ");
    answer.lines().filter(is_of_cache).collect::<Vec<_>>().join("\n")
}

async fn gateway(at_a_time: NonZeroUsize) -> RealGateway {
    let gateway = RealGateway::serving_at_a_time(at_a_time, &routes()).await;
    gateway.until("200", "GET /v1/last").await;
    gateway
}

#[tokio::test]
async fn sixty_four_at_a_time_get_the_answers_that_they_get_one_after_the_other() {
    let requests = requests();
    let one_at_a_time = gateway(NonZeroUsize::MIN).await;
    let mut expected = Vec::new();
    for request in &requests {
        expected.push(comparable(&one_at_a_time.send(request).await));
    }
    soon(one_at_a_time.world.stop()).await;

    let many = gateway(AT_A_TIME).await;
    let pids = many.pids();
    let answers = soon(join_all(requests.iter().map(|request| many.send(request)))).await;
    for ((request, answer), expected) in requests.iter().zip(&answers).zip(&expected) {
        assert_eq!(&comparable(answer), expected, "{request}");
    }
    assert_eq!((many.pids(), pids.len()), (pids, 1), "one process has answered all");
    soon(many.world.stop()).await;
}
