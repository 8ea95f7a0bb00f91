//! Refreshes of an instance that are slow, fail or find nothing new.

use serde_json::json;
use tollgate::deployment::Served;

use super::{answer, as_written, degraded, world};
use crate::{harness::Way, text_route::text_route};

#[tokio::test]
async fn a_cold_start_reads_no_more_than_the_stages_and_their_deployments() {
    let world = world().await;
    world.gate.calls();
    let cold = world.cold_instance();
    assert_eq!(answer(&cold).await, as_written("one"));
    assert_eq!(world.gate.calls(), ["Scan stages", "Query deployments"]);
}

#[tokio::test]
async fn a_slow_refresh_does_not_undo_what_a_later_one_found() {
    let world = world().await;
    world.put_route(&text_route("v1", "two"));
    world.publish("v1").await;
    let later = async {
        world.put_route(&text_route("v1", "three"));
        world.publish("v1").await;
        world.live().look().await;
    };
    // It knows of the second deployment, and waits for it.
    tokio::join!(world.live().look(), world.gate.hold("deploymentId = :id", later));
    world.live().adopt().await;
    assert_eq!(answer(&world).await, as_written("three"));
}

#[tokio::test]
async fn a_failed_refresh_does_not_bring_back_an_older_deployment() {
    let world = world().await;
    world.put_route(&text_route("v1", "two"));
    world.publish("v1").await;
    world.live().look().await;
    let later = async {
        world.live().adopt().await;
        world.gate.set(Way::Shut);
    };
    // It began before the second deployment was adopted, knows of it, and never gets it.
    tokio::join!(world.live().look(), world.gate.hold("deploymentId = :id", later));
    world.gate.set(Way::Open);
    world.live().adopt().await;
    assert_eq!(answer(&world).await, as_written("two"));
}

#[tokio::test]
async fn a_deployment_that_is_served_already_is_not_resolved_again() {
    let world = world().await;
    // Kept, so that no other deployment can have its address.
    let served = async || world.live().served(world.now()).await.unwrap();
    let address =
        |served: &Served| std::ptr::from_ref(served.find("localhost", "/v1").unwrap().deployment).addr();
    world.put_route(&text_route("v1", "two"));
    world.publish("v1").await;
    world.live().look().await;
    let mut adopted = None;
    // A look that began before what the last one found was adopted.
    let meanwhile = async {
        world.live().adopt().await;
        adopted = Some(served().await);
    };
    tokio::join!(world.live().look(), world.gate.hold("deploymentId = :id", meanwhile));
    world.live().adopt().await;
    let adopted = adopted.unwrap();
    assert_eq!(address(&*served().await), address(&adopted));
    world.refresh().await;
    assert_eq!(address(&*served().await), address(&adopted));

    world.live().look().await;
    world.live().put_away();
    assert_eq!(answer(&world).await, as_written("two"));
    world.live().put_away();
    world.live().adopt().await;
    assert_eq!(answer(&world).await, as_written("two"));
}

#[tokio::test]
async fn the_served_deployment_is_put_away_while_the_problems_of_a_stage_are_found() {
    let world = world().await;
    world.put_stage(&json!({ "stage": "v1", "deploymentId": "deadbeef" }));
    let is_put_away = || format!("{:?}", world.live()).contains("is_put_away: true");
    let telling = async { assert!(is_put_away()) };
    tokio::join!(world.refresh(), world.gate.hold("tollgate-routes", telling));
    assert!(!is_put_away());
    assert!(world.stage_status("v1").await.starts_with("INVALID 1 problem"));
    assert_eq!(answer(&world).await, degraded("one"));
}
