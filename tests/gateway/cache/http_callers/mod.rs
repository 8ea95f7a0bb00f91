//! Two callers in HTTP mode, two instances with one table, and an origin that writes down what it says: whatever is
//! kept, everyone gets what the origin told him, or another one who asked for the same, within the time it allowed.
//!
//! `SEED=…` runs the requests of one seed again.

mod answer_kinds;
mod byte_ranges;
mod caching_rules;
mod expected_content;
mod http_mode_routes;
mod random_requests;
mod recording_origin;
mod rfc9111_oracle;

use std::{collections::BTreeMap, sync::Arc};

use serde_json::json;

use self::{
    caching_rules::source_ip,
    http_mode_routes::ROUTES,
    random_requests::{Requests, Resource, named_resource, origin_mode, pause},
    recording_origin::{AnswerScript, OriginMode, RecordingOrigin},
    rfc9111_oracle::{Moment, Rfc9111Oracle},
};
use super::{
    callers::{Request, put_api_keys},
    random::Random,
};
use crate::harness::{Target, TestGateway};

const REQUESTS: usize = 15_000;

struct World {
    origin: RecordingOrigin,
    instances: [TestGateway; 2],
    oracle: Rfc9111Oracle,
    /// The number of answers of each kind.
    given: BTreeMap<&'static str, usize>,
    _target: Target,
}

impl World {
    async fn start() -> Self {
        let origin = RecordingOrigin::default();
        let answers = origin.clone();
        let target = Target::of(move |seen| answers.answer(seen)).await;
        let first = TestGateway::new();
        first.put_route(&json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"] }));
        for route in &ROUTES {
            first.put_route(&route.item(target.port));
        }
        put_api_keys(&first);
        first.go_live().await;
        let second = first.another_instance().await;
        let oracle = Rfc9111Oracle::new(origin.clone());
        Self { origin, instances: [first, second], oracle, given: BTreeMap::new(), _target: target }
    }

    /// Sends a request to one instance; the answer, or what is wrong with it.
    async fn send(
        &mut self,
        request: Request,
        other: &Resource,
        random: &mut Random,
    ) -> Result<String, String> {
        let pause = pause(random);
        self.instances.iter().for_each(|instance| instance.advance(pause));
        let instance = usize::from(random.one_in(3));
        let named = named_resource(random, &request, other);
        let moment = Moment { now: self.instances[instance].now(), instance, first: self.origin.count() };
        let asked = Arc::new(request);
        let origin_mode = origin_mode(random);
        let named = Some(named).filter(|_| random.one_in(2));
        let names = named.as_ref().map(|named| (named.header, named.value.clone()));
        self.origin.turn(AnswerScript { now: moment.now, asked: Arc::clone(&asked), origin_mode, names });
        if random.one_in(40) {
            self.origin.change(&other.target());
        }
        let mut event = asked.event();
        event["requestContext"]["http"]["sourceIp"] = json!(source_ip(&asked));
        let answer = self.instances[instance].send_event(&event).await;
        *self.given.entry(kind(&answer)).or_default() += 1;
        self.oracle
            .check(&asked, &answer, &moment)
            .map_err(|why| format!("{why}\n{moment:?} {origin_mode:?}\n{asked:?}\n{answer}"))?;
        let is_change =
            !matches!(asked.method, "GET" | "HEAD" | "OPTIONS") && origin_mode == OriginMode::Fine;
        if is_change {
            self.oracle.changed(
                &moment,
                [Resource::of(&asked)].into_iter().chain(named.and_then(|named| named.resource)),
            );
        }
        Ok(answer)
    }
}

/// The kind of an answer, by its `cache-status`.
fn kind(answer: &str) -> &'static str {
    let status = answer.lines().find_map(|line| line.strip_prefix("cache-status: tollgate; "));
    match (&answer[..3], status.unwrap_or("none")) {
        ("504", "none") => "only if cached",
        ("502", _) => "hung up",
        (_, "none") => "not for the cache",
        (_, status) if status.starts_with("hit; ttl=-") => "stale",
        ("304", status) if status.starts_with("hit") => "hit 304",
        ("206", status) if status.starts_with("hit") => "hit 206",
        (_, status) if status.starts_with("hit") => "hit",
        (_, status) if status.contains("fwd-status=304") => "confirmed",
        (_, "fwd=bypass") => "bypass",
        (_, status) if status.starts_with("fwd=vary-miss") => "vary miss",
        (_, status) if status.starts_with("fwd=stale") => "replaced",
        (_, status) if status.starts_with("fwd=request") => "wanted anew",
        _ => "miss",
    }
}

#[tokio::test]
async fn a_caller_gets_only_what_the_origin_told_him_or_lets_a_cache_give_him() {
    let (mut random, seed) = Random::of_environment();
    let mut world = World::start().await;
    let mut requests = Requests::new(&mut random);
    for number in 0..REQUESTS {
        let request = requests.next(&mut random);
        let other = requests.resource(&mut random).clone();
        match world.send(request, &other, &mut random).await {
            Ok(answer) => requests.remember_validators(&answer),
            Err(wrong) => panic!("SEED={seed}, request {number}: {wrong}"),
        }
    }
    println!("{:?}", world.given);
    // Whoever never answers from the cache gives nothing away.
    assert!(world.given["hit"] > REQUESTS / 6, "{:?}", world.given);
    for kind in ["hit 304", "hit 206", "stale", "confirmed", "vary miss", "only if cached"] {
        assert!(world.given[kind] > REQUESTS / 1_000, "{kind}: {:?}", world.given);
    }
}
