//! An instance that was idle for long: it looks at the stages before it answers, as long as the store lets it.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    harness::{TestGateway, Way},
    text_route::{served, text_route},
};

const HOUR: Duration = Duration::from_secs(3600);
const AWAY: [Way; 4] = [Way::Shut, Way::Stalled, Way::Nonsense, Way::Throttling];

fn old_route() -> Value {
    let mut route = text_route("v1", "old");
    route["routeKey"] = json!("GET /old");
    route
}

/// `GET /v1` and `GET /v1/old` on an instance that looked at its stages now, and looks again after so many seconds.
async fn world(max_stale_seconds: &str) -> TestGateway {
    loaded(TestGateway::with_environment(&[("MAX_STALE_SECONDS", max_stale_seconds)])).await
}

/// The same two routes, published and served.
async fn loaded(world: TestGateway) -> TestGateway {
    world.put_route(&text_route("v1", "one"));
    world.put_route(&old_route());
    world.go_live().await;
    assert_eq!(world.send("GET /v1").await, served("one"));
    world.gate.calls();
    world
}

/// `GET /v1` says this from now on; the instance of the test does not know.
async fn edit(world: &TestGateway, body: &str) {
    world.put_route(&text_route("v1", body));
    world.publish("v1").await;
    world.gate.calls();
}

/// The answer to `GET /v1`, and `degraded` of its line.
async fn answer(world: &TestGateway) -> (String, Value) {
    (world.send("GET /v1").await, world.last_line()["degraded"].clone())
}

fn fresh(body: &str) -> (String, Value) {
    (served(body), Value::Null)
}

fn stale(body: &str) -> (String, Value) {
    (served(body), json!("configuration"))
}

fn looks(world: &TestGateway) -> usize {
    world.gate.calls().iter().filter(|call| *call == "Scan stages").count()
}

#[tokio::test]
async fn an_instance_that_was_idle_for_an_hour_does_not_answer_from_a_removed_route() {
    let world = world("30").await;
    let mut removed = old_route();
    removed["enabled"] = json!(false);
    world.put_route(&removed);
    world.publish("v1").await;
    world.advance(HOUR);
    assert_eq!(&world.send("GET /v1/old").await[..3], "404");
    assert_eq!(world.last_line()["degraded"], Value::Null);
    assert_eq!(answer(&world).await, fresh("one"));
}

#[tokio::test]
async fn an_instance_that_was_idle_for_an_hour_does_not_answer_from_a_revoked_stage() {
    let world = world("30").await;
    let stage = aws_sdk_dynamodb::types::AttributeValue::S("v1".to_owned());
    let delete = world.client().delete_item().table_name("tollgate-stages").key("stage", stage);
    delete.send().await.unwrap();
    world.advance(HOUR);
    assert_eq!(&world.send("GET /v1").await[..3], "404");
    assert_eq!(world.last_line()["degraded"], Value::Null);
}

#[tokio::test]
async fn a_request_within_the_bound_asks_the_store_nothing() {
    let world = world("30").await;
    edit(&world, "two").await;
    world.advance(Duration::from_secs(30));
    assert_eq!(answer(&world).await, fresh("one"));
    assert_eq!(world.gate.calls(), [] as [&str; 0]);
    world.advance(Duration::from_millis(1));
    assert_eq!(answer(&world).await, fresh("two"));
    assert_eq!(looks(&world), 1);
    assert_eq!(answer(&world).await, fresh("two"));
    assert_eq!(looks(&world), 0);
}

#[tokio::test]
async fn a_bound_of_0_is_none() {
    let world = world("0").await;
    edit(&world, "two").await;
    world.advance(HOUR);
    assert_eq!(answer(&world).await, fresh("one"));
    assert_eq!(world.gate.calls(), [] as [&str; 0]);
}

#[tokio::test]
async fn requests_that_come_together_share_one_look() {
    let world = world("30").await;
    edit(&world, "two").await;
    world.advance(HOUR);
    let answers = join_all((0..10).map(|_| world.send("GET /v1"))).await;
    assert_eq!(answers, vec![served("two"); 10]);
    assert_eq!(looks(&world), 1);
}

/// Of the real instance, which starts looks beside requests too.
#[tokio::test]
async fn requests_wait_for_a_look_that_began_beside_one_of_them() {
    let variables = [("MAX_STALE_SECONDS", "30"), ("REFRESH_SECONDS", "5")];
    let world = loaded(TestGateway::with_environment(&variables)).await;
    edit(&world, "two").await;
    world.advance(HOUR);
    assert_eq!(answer(&world).await, fresh("two"));
    assert_eq!(looks(&world), 1);
}

/// Lambda may freeze the process during a look: its result is as old as its beginning.
#[tokio::test]
async fn a_look_from_before_a_freeze_does_not_count_as_one_of_now() {
    let variables = [("MAX_STALE_SECONDS", "30"), ("REFRESH_SECONDS", "5")];
    let world = loaded(TestGateway::with_environment(&variables)).await;
    edit(&world, "two").await;
    world.advance(Duration::from_secs(6));
    // It knows of `two`, and waits for it.
    let freeze = async {
        edit(&world, "three").await;
        world.advance(HOUR);
    };
    let (before, ()) = tokio::join!(answer(&world), world.gate.hold("deploymentId = :id", freeze));
    assert_eq!(before, fresh("one"));
    assert_eq!(answer(&world).await, fresh("three"));
}

#[tokio::test]
async fn requests_that_come_together_wait_for_a_silent_store_for_200_ms_and_no_longer() {
    let world = loaded(TestGateway::with_real_patience(&[("MAX_STALE_SECONDS", "30")])).await;
    edit(&world, "two").await;
    world.advance(HOUR);
    world.gate.set(Way::Stalled);
    let started = Instant::now();
    let answers = join_all((0..10).map(|_| world.send("GET /v1"))).await;
    let waited = started.elapsed();
    assert_eq!(answers, vec![served("one"); 10]);
    assert!(waited >= Duration::from_millis(200) && waited < Duration::from_secs(1), "{waited:?}");
    assert_eq!(looks(&world), 1);
    let lines = world.log_lines();
    assert!(lines[1..].iter().all(|line| line.contains(r#""degraded":"configuration""#)), "{lines:#?}");
}

#[tokio::test]
async fn without_the_store_the_last_good_configuration_is_served_and_the_next_request_asks_again() {
    for way in AWAY {
        let world = world("30").await;
        edit(&world, "two").await;
        world.advance(HOUR);
        world.gate.set(way);
        assert_eq!(answer(&world).await, stale("one"), "{way:?}");
        assert_eq!(&world.send("GET /v2").await[..3], "404", "{way:?}");
        assert_eq!(world.last_line()["degraded"], "configuration", "{way:?}: a stage may be there by now");
        world.gate.set(Way::Open);
        assert_eq!(answer(&world).await, fresh("two"), "{way:?}");
    }
}

#[tokio::test]
async fn a_store_that_keeps_failing_delays_one_request_a_second() {
    for way in [Way::Shut, Way::Throttling] {
        let world = world("30").await;
        edit(&world, "two").await;
        world.advance(HOUR);
        world.gate.set(way);
        for _ in 0..3 {
            assert_eq!(answer(&world).await, stale("one"), "{way:?}");
        }
        world.gate.calls();
        for _ in 0..5 {
            assert_eq!(answer(&world).await, stale("one"), "{way:?}");
        }
        assert_eq!(world.gate.calls(), [] as [&str; 0], "{way:?}");
        world.advance(Duration::from_secs(1));
        assert_eq!(answer(&world).await, stale("one"), "{way:?}");
        assert!(looks(&world) >= 1, "{way:?}");
        world.gate.set(Way::Open);
        world.advance(Duration::from_secs(1));
        assert_eq!(answer(&world).await, fresh("two"), "{way:?}");
    }
}

#[tokio::test]
async fn a_store_that_stays_silent_delays_one_request_a_second() {
    let patience = Duration::from_secs(1);
    let world = world("30").await;
    edit(&world, "two").await;
    world.advance(HOUR);
    world.gate.set(Way::Stalled);
    for _ in 0..3 {
        assert_eq!(answer(&world).await, stale("one"));
    }
    world.gate.calls();
    for _ in 0..5 {
        assert_eq!(answer(&world).await, stale("one"));
    }
    assert_eq!(world.gate.calls(), Vec::<String>::new(), "nobody waits for it again");
    world.advance(Duration::from_secs(1));
    let started = Instant::now();
    assert_eq!(answer(&world).await, stale("one"));
    assert!(started.elapsed() >= patience, "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_look_that_takes_too_long_is_served_to_later_requests() {
    let world = world("30").await;
    edit(&world, "two").await;
    world.advance(HOUR);
    // It knows of the deployment, and waits for it.
    let meanwhile = async {
        let answered = async {
            while world.last_line()["degraded"] != "configuration" {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), answered).await.unwrap();
    };
    let (first, ()) = tokio::join!(world.send("GET /v1"), world.gate.hold("deploymentId = :id", meanwhile));
    assert_eq!(first, served("one"));
    let found = async {
        while format!("{:?}", world.live()).contains("pending: Mutex { data: None") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), found).await.unwrap();
    world.live().adopt_found();
    world.gate.calls();
    assert_eq!(answer(&world).await, fresh("two"));
    assert_eq!(looks(&world), 0);
}

#[tokio::test]
async fn a_deployment_that_could_not_be_read_is_asked_for_again_by_the_next_request() {
    let world = world("30").await;
    edit(&world, "two").await;
    world.advance(HOUR);
    let meanwhile = async { world.gate.set(Way::Shut) };
    let hold = world.gate.hold("deploymentId = :id", meanwhile);
    let (first, ()) = tokio::join!(world.send("GET /v1"), hold);
    assert_eq!((first, world.last_line()["degraded"].clone()), stale("one"));
    world.gate.set(Way::Open);
    assert_eq!(answer(&world).await, fresh("two"));
}
