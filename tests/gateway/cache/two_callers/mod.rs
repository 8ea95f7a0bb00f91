//! Two callers, a gateway with a cache and one without: the cache gives no caller an answer that the other gateway
//! would not give him.
//!
//! `SEED=…` runs the requests of one seed again.

mod keyed_requests;
mod keyed_routes;
mod uncached_oracle;

use serde_json::{Value, json};

use self::{keyed_requests::any_request, keyed_routes::ROUTES, uncached_oracle::UncachedOracle};
use super::{
    callers::put_api_keys,
    random::{Random, share_of},
};
use crate::harness::{Target, TestGateway};

const REQUESTS: usize = 100_000;

/// A gateway that serves these routes.
async fn world(routes: impl Iterator<Item = Value>) -> TestGateway {
    let world = TestGateway::new();
    world.put_route(&json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"],
        "binaryMediaTypes": ["image/*"] }));
    world.create_table("orders", "id", None);
    for id in ["1", "2"] {
        world.put("orders", &json!({ "id": id }));
    }
    routes.for_each(|route| world.put_route(&route));
    put_api_keys(&world);
    world.go_live().await;
    world
}

#[tokio::test]
async fn the_cache_gives_a_caller_nothing_that_an_uncached_gateway_would_not() {
    let (mut random, seed) = Random::of_environment();
    let target = Target::start([]).await;
    let first = world(ROUTES.iter().map(|route| route.cached_item(target.port))).await;
    // It finds what the first one kept in the table.
    let second = first.another_instance().await;
    let mut oracle =
        UncachedOracle::new(world(ROUTES.iter().map(|route| route.uncached_item(target.port))).await);
    let (mut hits, mut others) = (0, 0);
    let count = share_of(REQUESTS);
    for number in 0..count {
        let request = any_request(&mut random);
        let instance = if random.one_in(16) { &second } else { &first };
        let answer = instance.send_event(&request.event()).await;
        let is_hit = answer.contains("\ncache-status: tollgate; hit");
        *(if is_hit { &mut hits } else { &mut others }) += 1;
        if let Err(wrong) = oracle.check(&request, &answer).await {
            panic!("SEED={seed}, request {number}: {request:#?}\n{wrong}");
        }
    }
    println!("{hits} hits, {others} others");
    // Whoever never answers from the cache gives nothing away.
    assert!(hits > count / 3, "{hits} hits, {others} others");
}
