//! Applies and readers, publishers and other applies at the same time.

use std::cell::Cell;

use serde_json::json;
use tollgate::{
    api_file::apply::{Removal, StageResult, Stop},
    deployment::unfinished_applies,
};

use super::{Project, stamped, version};

/// Few, unless somebody asks for many: the number is 1,000.
fn applies() -> usize {
    std::env::var("APPLIES").map_or(12, |count| count.parse().unwrap())
}

#[tokio::test]
async fn readers_see_one_version_in_every_answer_during_many_applies() {
    let project = Project::with(&stamped(1, 5));
    let world = &project.world;
    project.apply_file(Removal::Prune).await;
    let is_done = Cell::new(false);
    let applying = async {
        for version in 2..2 + applies() {
            project.write(&stamped(version, 5));
            let applied = project.apply(&project.plan(Removal::Prune).await).await;
            assert!(matches!(applied.stages[..], [StageResult::Served { .. }]), "{applied:?}");
            assert!(project.plan(Removal::Prune).await.is_empty(), "{version}");
        }
        is_done.set(true);
    };
    let reading = async {
        let mut last = 0;
        while !is_done.get() {
            world.refresh().await;
            let seen = version(world).await.unwrap();
            assert!(seen >= last, "{seen} after {last}");
            last = seen;
            // As the stream of the routes table starts it.
            world.publish("v1").await;
        }
    };
    tokio::join!(applying, reading);
    world.refresh().await;
    assert_eq!(version(world).await, Some(1 + applies()));
}

/// Hundreds, unless somebody asks for the 10,000: `ROUTES=10000 … -- --nocapture` prints how long each step takes.
#[tokio::test]
async fn many_routes_are_applied_in_few_transactions() {
    let routes = std::env::var("ROUTES").map_or(300, |count| count.parse::<usize>().unwrap());
    let project = Project::with(&stamped(2, routes));
    let world = &project.world;
    let began = std::time::Instant::now();
    let plan = project.plan(Removal::Leave).await;
    eprintln!("planned after {:?}", began.elapsed());
    world.gate.calls();
    let applied = project.apply(&plan).await;
    eprintln!("applied after {:?}", began.elapsed());
    assert!(applied.stopped.is_none(), "{applied:?}");
    let calls = world.gate.calls();
    let transactions = calls.iter().filter(|call| call.starts_with("TransactWriteItems")).count();
    assert!(transactions <= (routes + 2).div_ceil(99) + 1, "{calls:?}");
    world.refresh().await;
    assert_eq!(version(world).await, Some(2));
    let began = std::time::Instant::now();
    assert!(project.plan(Removal::Prune).await.is_empty());
    eprintln!("compared after {:?}", began.elapsed());
}

#[tokio::test]
async fn an_edit_while_the_items_are_written_is_told_and_the_stage_keeps_what_it_served() {
    let project = Project::with(&stamped(1, 0));
    let world = &project.world;
    project.apply_file(Removal::Prune).await;
    project.write(&stamped(2, 0));
    let plan = project.plan(Removal::Prune).await;
    // The deployment of version 2 is never stored: the items are read before.
    let edit = async {
        world.put_route(&json!({ "routeKey": "GET /z", "integration": { "type": "MOCK" } }));
    };
    let (applied, ()) = tokio::join!(project.apply(&plan), world.gate.hold("GET /b", edit));
    let Some(Stop::ItemsChanged { stage, staleness }) = applied.stopped else { panic!("{applied:?}") };
    let names: Vec<_> = staleness.difference.items.iter().map(|item| item.name.to_string()).collect();
    assert_eq!((stage.as_str(), names), ("v1", vec!["stage v1, GET /z".to_owned()]));
    world.publish("v1").await;
    world.refresh().await;
    assert_eq!(version(world).await, Some(1));
    // The next one ends it.
    project.apply_file(Removal::Prune).await;
    world.refresh().await;
    assert_eq!(version(world).await, Some(2));
    assert_eq!(unfinished_applies(&world.store).await.unwrap(), []);
}

#[tokio::test]
async fn an_edit_before_the_first_write_is_told_and_goes_live_by_itself() {
    let project = Project::with(&stamped(1, 0));
    let world = &project.world;
    project.apply_file(Removal::Prune).await;
    project.write(&stamped(2, 0));
    let plan = project.plan(Removal::Prune).await;
    let edit = async {
        world.put_route(&json!({ "routeKey": "GET /z", "integration": { "type": "MOCK" } }));
    };
    let (applied, ()) = tokio::join!(project.apply(&plan), world.gate.hold("SET applying", edit));
    assert!(matches!(applied.stopped, Some(Stop::Stale { .. })), "{applied:?}");
    assert_eq!(unfinished_applies(&world.store).await.unwrap(), []);
    world.refresh().await;
    assert_eq!(version(world).await, Some(1));
    assert!(world.send("GET /v1/z").await.starts_with("200"));
}

#[tokio::test]
async fn an_apply_that_another_one_took_over_writes_nothing_more() {
    let project = Project::with(&stamped(1, 0));
    let world = &project.world;
    project.apply_file(Removal::Prune).await;
    project.write(&stamped(2, 0));
    let slow = project.plan(Removal::Prune).await;
    let quick = async {
        project.write(&stamped(4, 0));
        let applied = project.apply(&project.plan(Removal::Prune).await).await;
        assert!(applied.stopped.is_none(), "{applied:?}");
    };
    let (applied, ()) = tokio::join!(project.apply(&slow), world.gate.hold("GET /b", quick));
    assert_eq!(applied.stopped, Some(Stop::TakenOver { stage: "v1".to_owned(), by: None }));
    world.publish("v1").await;
    world.refresh().await;
    assert_eq!(version(world).await, Some(4));
    assert!(project.plan(Removal::Prune).await.is_empty());
}

#[tokio::test]
async fn a_pointer_that_was_moved_meanwhile_is_not_moved_back() {
    let project = Project::with(&stamped(1, 0));
    let world = &project.world;
    project.apply_file(Removal::Prune).await;
    let first = world.store.stage("v1").await.unwrap().unwrap().deployment_id.unwrap();
    project.write(&stamped(3, 0));
    project.apply_file(Removal::Prune).await;
    project.write(&stamped(2, 0));
    let plan = project.plan(Removal::Prune).await;
    let rollback = async {
        let mut item = world.store.stage("v1").await.unwrap().unwrap().item;
        item.insert("deploymentId".to_owned(), first.clone().into());
        world.put_stage(&item.into());
    };
    let (applied, ()) = tokio::join!(project.apply(&plan), world.gate.hold("GET /b", rollback));
    assert!(matches!(applied.stopped, Some(Stop::TakenOver { .. })), "{applied:?}");
    let served = world.store.stage("v1").await.unwrap().unwrap().deployment_id;
    assert_eq!(served, Some(first));
}

#[tokio::test]
async fn a_write_that_is_throttled_is_made_again() {
    let project = Project::with(&stamped(2, 0));
    let world = &project.world;
    let plan = project.plan(Removal::Leave).await;
    world.gate.throttle(Some("GET /b"));
    let relent = async {
        let mut refused = 0;
        while refused < 4 {
            refused +=
                world.gate.calls().iter().filter(|call| call.starts_with("TransactWriteItems")).count();
            tokio::task::yield_now().await;
        }
        world.gate.throttle(None);
    };
    let (applied, ()) = tokio::join!(project.apply(&plan), relent);
    assert!(applied.stopped.is_none(), "{applied:?}");
    world.refresh().await;
    assert_eq!(version(world).await, Some(2));
}
