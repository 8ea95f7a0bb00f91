//! Two callers, a gateway with a cache and one without: the cache gives nobody what he would not have got himself.
//!
//! `SEED=…` runs the requests of one seed again.

mod judge;
mod requests;
mod routes;

use serde_json::json;

use self::{judge::Judge, requests::any_request, routes::ROUTES};
use super::{callers::let_in, random::Random};
use crate::harness::{Target, TestGateway};

const REQUESTS: usize = 100_000;

async fn world(target: &Target, is_cached: bool) -> TestGateway {
    let world = TestGateway::new();
    world.put_route(&json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"],
        "binaryMediaTypes": ["image/*"] }));
    world.create_table("orders", "id", None);
    for id in ["1", "2"] {
        world.put("orders", &json!({ "id": id }));
    }
    for route in &ROUTES {
        world.put_route(&route.item(target.port, is_cached));
    }
    let_in(&world);
    world.go_live().await;
    world
}

#[tokio::test]
async fn the_cache_gives_nobody_what_he_would_not_have_got_himself() {
    let (mut random, seed) = Random::of_environment();
    let target = Target::start([]).await;
    let first = world(&target, true).await;
    // It finds what the first one kept in the table.
    let second = first.another_instance().await;
    let mut judge = Judge::new(world(&target, false).await);
    let (mut hits, mut others) = (0, 0);
    for number in 0..REQUESTS {
        let request = any_request(&mut random);
        let instance = if random.one_in(16) { &second } else { &first };
        let answer = instance.send_event(&request.event(request.sends_api_key)).await;
        let is_hit = answer.contains("\ncache-status: tollgate; hit");
        *(if is_hit { &mut hits } else { &mut others }) += 1;
        if let Err(wrong) = judge.check(&request, &answer).await {
            panic!("SEED={seed}, request {number}: {request:#?}\n{wrong}");
        }
    }
    println!("{hits} hits, {others} others");
    // Whoever never answers from the cache gives nothing away.
    assert!(hits > REQUESTS / 3, "{hits} hits, {others} others");
}
