//! A tool that dies at any of its writes: the old version is served, all of it, until the new one is.

use std::process::Stdio;

use nix::{
    sys::signal::{self, Signal},
    unistd::Pid,
};
use serde_json::json;
use tollgate::{api_file::apply::Removal, deployment::unfinished_applies};

use super::{Project, stamped, version};
use crate::harness::{Cut, CutAt};

/// More than a transaction takes, so that half of an apply is in the table.
const OTHERS: usize = 120;

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_dies_at_any_write_leaves_one_version_served_and_the_next_apply_ends_it() {
    for at in [CutAt::Request, CutAt::Answer] {
        let mut cuts = 0;
        loop {
            let project = Project::with(&stamped(1, OTHERS));
            let world = &project.world;
            project.apply_file(Removal::Leave).await;
            world.refresh().await;
            assert_eq!(version(world).await, Some(1));

            project.write(&stamped(2, OTHERS));
            world.gate.cut(Cut { after: cuts, at });
            let ran = project.tollgate_by_the_gate("apply tollgate.yaml --yes --prune");
            if !world.gate.mend() {
                assert_eq!(ran.code, Some(0), "{ran:?}");
                break;
            }
            assert_eq!(ran.code, Some(1), "{ran:?}");
            assert!(ran.stderr.contains("serve what they did; apply again to end it"), "{ran:?}");

            let context = format!("{at:?} {cuts}");
            let unfinished = unfinished_applies(&world.store).await.unwrap();
            // What the stream of the routes table starts changes nothing while the apply has not ended.
            world.publish("v1").await;
            world.refresh().await;
            let (warm, cold) = (version(world).await, version(&world.another_instance().await).await);
            assert_eq!(warm, cold, "{context}");
            assert_eq!(
                warm,
                Some(if unfinished.is_empty() && at == CutAt::Answer { 2 } else { 1 }),
                "{context}"
            );

            project.write(&stamped(3, OTHERS));
            project.apply_file(Removal::Prune).await;
            assert_eq!(unfinished_applies(&world.store).await.unwrap(), [], "{context}");
            world.refresh().await;
            assert_eq!(version(world).await, Some(3), "{context}");
            assert!(project.plan(Removal::Prune).await.is_empty(), "{context}");
            cuts += 1;
        }
        // The mark, two transactions of items, the deployment, and the end.
        assert!(cuts >= 5, "{cuts}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_dies_while_it_makes_a_stage_leaves_no_stage_there() {
    for cuts in 0.. {
        let project = Project::new();
        let world = &project.world;
        // A stage that serves what would be the new one's.
        world.put_stage(&json!({ "stage": "$default" }));
        world.put_route(&json!({ "stage": "$default", "routeKey": "GET /v1/a",
            "integration": { "type": "MOCK", "body": { "route": "v0", "stage": "v0" } } }));
        world.publish("$default").await;
        project.write(&stamped(2, OTHERS));
        world.gate.cut(Cut { after: cuts, at: CutAt::Request });
        let ran = project.tollgate_by_the_gate("apply tollgate.yaml --yes");
        if !world.gate.mend() {
            assert_eq!(ran.code, Some(0), "{ran:?}");
            assert!(cuts >= 5, "{cuts}");
            break;
        }
        world.publish("v1").await;
        let instance = world.another_instance().await;
        let answer = instance.send("GET /v1/a").await;
        assert!(answer.ends_with(r#"{"route":"v0","stage":"v0"}"#), "{cuts}: {answer}");
        project.apply_file(Removal::Leave).await;
        instance.refresh().await;
        assert_eq!(version(&instance).await, Some(2), "{cuts}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_dies_while_it_removes_a_stage_leaves_it_served() {
    for cuts in 0.. {
        let project = Project::with(&stamped(2, OTHERS));
        let world = &project.world;
        project.apply_file(Removal::Leave).await;
        world.refresh().await;
        project
            .write("tollgate: 1\nstages:\n  v2: { routes: { GET /x: { integration: { type: MOCK } } } }\n");
        project.apply_file(Removal::Leave).await;
        world.gate.cut(Cut { after: cuts, at: CutAt::Request });
        let ran = project.tollgate_by_the_gate("apply tollgate.yaml --yes --prune");
        if !world.gate.mend() {
            assert_eq!(ran.code, Some(0), "{ran:?}");
            world.refresh().await;
            assert!(world.send("GET /v1/a").await.starts_with("404"));
            assert!(cuts >= 4, "{cuts}");
            break;
        }
        world.publish("v1").await;
        world.refresh().await;
        assert_eq!(version(world).await, Some(2), "{cuts}");
        assert_eq!(version(&world.another_instance().await).await, Some(2), "{cuts}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_while_items_are_written_leaves_the_old_version_and_says_what_to_do() {
    let project = Project::with(&stamped(1, 0));
    let world = &project.world;
    project.apply_file(Removal::Leave).await;
    project.write(&stamped(2, 0));
    let mut command = project.command(&format!("http://{}", world.gate.address), "apply tollgate.yaml --yes");
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let interrupt = async {
        signal::kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGINT).unwrap();
        tokio::task::block_in_place(|| {
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(1));
            assert_eq!(
                String::from_utf8(output.stderr).unwrap(),
                "tollgate: stopped; stages that are not told above serve what they did; apply again to end it\n"
            );
        });
    };
    world.gate.hold("\"GET /b\"", interrupt).await;
    let unfinished = unfinished_applies(&world.store).await.unwrap();
    assert_eq!(unfinished.iter().map(|apply| &*apply.mark.by).collect::<Vec<_>>(), ["ada@laptop"]);
    world.publish("v1").await;
    world.refresh().await;
    assert_eq!(version(world).await, Some(1));
}
