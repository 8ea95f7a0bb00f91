//! Pages of `DYNAMODB` routes whose answers are kept: each client is told of the next one in its own words, and what
//! was left for later is nobody's last word (issue 10).

use serde_json::{Value, json};

use crate::harness::TestGateway;

const BY_CURSOR: &str = "method.request.querystring.cursor";

/// `GET /orders`: three items, one a page.
async fn orders(words: &Value) -> TestGateway {
    let world = TestGateway::new();
    world.create_table("orders", "id", None);
    for id in ["1", "2", "3"] {
        world.put("orders", &json!({ "id": id }));
    }
    let integration = json!({ "type": "DYNAMODB", "action": "Scan", "tableName": "orders", "limit": 1 });
    let mut route = json!({ "routeKey": "GET /orders", "integration": integration });
    route.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
    world.put_route(&route);
    world.go_live().await;
    world
}

fn link(answer: &str) -> Option<&str> {
    answer.lines().find_map(|line| line.strip_prefix("link: <")?.strip_suffix(">; rel=\"next\""))
}

#[tokio::test]
async fn each_client_finds_its_own_query_in_the_link_to_the_next_page() {
    let plain = orders(&json!({})).await;
    let kept = orders(&json!({ "cachingEnabled": true, "cacheKeyParameters": BY_CURSOR })).await;
    let cold = kept.another_instance().await;
    let mut hits = 0;
    for query in ["?token=ada", "?token=bob", "", "?a=%20+b&&c", "?token=ada"] {
        let mut target = Some(format!("/v1/orders{query}"));
        let mut pages = 0;
        while let Some(next) = target {
            let expected = plain.send(&format!("GET {next}")).await;
            for instance in [&kept, &cold] {
                let answer = instance.send(&format!("GET {next}")).await;
                hits += usize::from(answer.contains("tollgate; hit"));
                assert_eq!(link(&answer), link(&expected), "{next}");
                assert_eq!(answer.split_once("\n\n").unwrap().1, expected.split_once("\n\n").unwrap().1);
            }
            target = link(&expected).map(str::to_owned);
            pages += 1;
        }
        assert_eq!(pages, 4, "three with an item, and one that finds that there are no more");
    }
    assert_eq!(hits, 5 * 2 * 4 - 4, "each page was asked for once");
}

#[tokio::test]
async fn a_cursor_with_an_escaped_name_is_replaced_in_the_link_to_the_next_page() {
    let world = orders(&json!({})).await;
    let first = world.send("GET /v1/orders").await;
    let cursor = link(&first).unwrap().split_once("cursor=").unwrap().1;
    for name in ["cursor", "c%75rsor", "%63ursor"] {
        let second = world.send(&format!("GET /v1/orders?a=1&{name}={cursor}&cursors=2")).await;
        let next = link(&second).unwrap_or_else(|| panic!("{second}"));
        let others = next.rsplit_once('=').unwrap().0;
        assert_eq!(others, "/v1/orders?a=1&cursors=2&cursor", "{name}");
        let third = world.send(&format!("GET {next}")).await;
        assert!(third.starts_with("200\n"), "{name}: {third}");
    }
}

/// `POST /orders`, which gets the orders whose keys are in the body.
fn batch(words: &Value) -> Value {
    let integration = json!({ "type": "DYNAMODB", "action": "BatchGetItem", "tableName": "orders",
        "keys": "$request.body.keys", "projectionExpression": "id" });
    let mut route = json!({ "routeKey": "POST /orders", "integration": integration, "cachingEnabled": true });
    route.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
    route
}

#[tokio::test]
async fn a_cached_batch_without_the_cursor_in_its_key_is_a_problem() {
    let world = TestGateway::new();
    for (words, expected) in [
        (json!({}), "method.request.querystring.cursor too, by which clients turn pages"),
        (json!({ "cacheKeyParameters": BY_CURSOR }), "Published"),
    ] {
        world.put_route(&batch(&words));
        let outcome = format!("{:?}", world.publish("v1").await);
        assert!(outcome.contains(expected), "{outcome}");
    }
}

/// DynamoDB gives 16 MB at once; what it leaves out when it is asked too much looks the same.
#[tokio::test]
async fn a_batch_answer_with_unprocessed_keys_is_not_kept() {
    let world = TestGateway::new();
    world.create_table("orders", "id", None);
    let keys: Vec<_> = (0..45).map(|id| json!({ "id": id.to_string() })).collect();
    for key in &keys {
        world.put("orders", &json!({ "id": key["id"], "text": "x".repeat(390_000) }));
    }
    world.put_route(&batch(&json!({ "cacheKeyParameters": BY_CURSOR })));
    world.go_live().await;
    let body = json!({ "keys": keys });
    for expected in ["MISS", "MISS"] {
        let answer = world.send(&format!("POST /v1/orders\n\n{body}")).await;
        assert!(!answer.contains("stored"), "{answer}");
        assert_eq!(world.last_line()["cacheStatus"], expected);
        let next = link(&answer).unwrap_or_else(|| panic!("{answer}")).to_owned();
        let rest = world.send(&format!("POST {next}\n\n{body}")).await;
        assert_eq!(link(&rest), None, "{rest}");
        let items = |answer: &str| answer.matches("{\"id\":").count();
        assert_eq!(items(&answer) + items(&rest), 45);
    }
    assert_eq!(world.last_line()["cacheStatus"], "HIT", "the rest was all that was asked for");
}
