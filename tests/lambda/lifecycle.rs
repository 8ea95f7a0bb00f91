//! The host: processes that overlap, crash, hang, freeze and end.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;
use tollgate::local::{output::Captured, pool::InstanceState, settings::FunctionSettings};

use crate::harness::{Gate, act, actor, exists, failure, host, named, quiet, soon, text};

#[tokio::test]
async fn requests_one_after_another_stay_in_one_instance() {
    let host = host([actor(4)]);
    for number in 0..50 {
        let answer = act(&host, json!([{ "answer": number.to_string() }])).await;
        assert_eq!(text(answer).await, Ok(number.to_string()));
    }
    assert_eq!(host.instances("actor").len(), 1);
}

#[tokio::test]
async fn requests_that_overlap_get_instances_of_their_own_up_to_the_limit() {
    let host = host([actor(2)]);
    let gate = Gate::new().await;
    let call = || {
        let (host, steps) = (host.clone(), json!([gate.step, { "answer": "through" }]));
        tokio::spawn(async move { text(act(&host, steps).await).await })
    };
    let calls = [call(), call(), call()];
    let held = [gate.arrival().await, gate.arrival().await];
    let states: Vec<_> = host.instances("actor").iter().map(|instance| instance.state).collect();
    assert_eq!(states, [InstanceState::Busy, InstanceState::Busy]);
    drop(held);
    drop(gate.arrival().await);
    for call in calls {
        assert_eq!(call.await.expect("no panic"), Ok("through".to_owned()));
    }
    assert_eq!(host.instances("actor").len(), 2);
}

#[tokio::test]
async fn a_process_that_ends_is_an_error_and_the_next_request_gets_a_new_one() {
    let host = host([FunctionSettings { timeout: Duration::from_millis(300), ..actor(1) }]);
    let table = [
        (json!([{ "exit": 3 }]), "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        (
            json!([{ "exit": 0 }]),
            "Runtime.ExitError",
            "Runtime exited with error: without providing a reason",
        ),
        (json!(["hang"]), "Sandbox.Timedout", "Task timed out after 0.30 seconds"),
        (json!(["forget"]), "Runtime.NoResponse", "Runtime asked for the next event without a response"),
    ];
    for (steps, error_type, what) in table {
        assert_eq!(text(act(&host, steps).await).await, failure(error_type, what));
        assert_eq!(text(act(&host, json!([{ "answer": "back" }])).await).await, Ok("back".to_owned()));
    }
    let reported = act(&host, json!([{ "fail": "so" }])).await;
    let expected = json!({ "errorType": "Actor", "errorMessage": "so" }).to_string();
    assert_eq!(text(reported).await, Err(expected));
}

#[tokio::test]
async fn a_function_that_does_not_start_is_an_error_and_no_hang() {
    let host = host([quiet("false", "/bin/false"), quiet("missing", "/not/there")]);
    let table = [
        ("false", failure("Runtime.ExitError", "Runtime exited with error: exit status 1")),
        (
            "missing",
            failure("Runtime.InvalidEntrypoint", "/not/there: No such file or directory (os error 2)"),
        ),
    ];
    for (function, expected) in table {
        for _ in 0..2 {
            let answer = host.invoke(&named(function), "{}".into(), None).await.expect("a known function");
            assert_eq!(text(answer).await, expected, "{function}");
        }
    }
}

#[tokio::test]
async fn a_killed_instance_fails_its_request_only() {
    let host = host([actor(2)]);
    let gate = Gate::new().await;
    let call = {
        let (host, steps) = (host.clone(), json!([gate.step, { "answer": "through" }]));
        tokio::spawn(async move { text(act(&host, steps).await).await })
    };
    let held = gate.arrival().await;
    assert_eq!(text(act(&host, json!([{ "answer": "other" }])).await).await, Ok("other".to_owned()));
    host.kill("actor", host.instances("actor")[0].pid);
    let expected = failure("Runtime.ExitError", "Runtime exited with error: signal: 9 (SIGKILL)");
    assert_eq!(call.await.expect("no panic"), expected);
    drop(held);
    assert_eq!(host.instances("actor").len(), 1);
}

#[tokio::test]
async fn a_frozen_instance_gets_nothing_until_it_is_thawed() {
    let host = host([actor(2)]);
    host.start_instances("actor", 1);
    soon(host.wait_until_idle("actor", 1)).await;
    let first = host.instances("actor")[0].pid;
    host.freeze("actor", first);
    assert_eq!(text(act(&host, json!([{ "answer": "second" }])).await).await, Ok("second".to_owned()));
    let second = host.instances("actor")[1].pid;
    host.freeze("actor", second);
    let call = {
        let host = host.clone();
        tokio::spawn(async move { text(act(&host, json!([{ "answer": "thawed" }])).await).await })
    };
    assert!(timeout(Duration::from_millis(100), host.wait_for("actor", |all| all.len() != 2)).await.is_err());
    host.thaw("actor", first);
    assert_eq!(call.await.expect("no panic"), Ok("thawed".to_owned()));
    let frozen: Vec<_> = host.instances("actor").iter().map(|one| (one.pid, one.frozen)).collect();
    assert_eq!(frozen, [(first, false), (second, true)]);
}

#[tokio::test]
async fn an_extension_learns_of_invocations_and_of_the_shutdown_before_sigterm() {
    let captured = Captured::default();
    let settings =
        FunctionSettings { environment: vec![("EXTENSION".to_owned(), "1".to_owned())], ..actor(1) };
    let host = host([FunctionSettings { output: captured.output(), ..settings }]);
    assert_eq!(text(act(&host, json!([{ "answer": "" }])).await).await, Ok(String::new()));
    soon(captured.wait_for(|line| line == r#"extension "INVOKE""#)).await;
    let pid = host.instances("actor")[0].pid;
    soon(host.stop()).await;
    soon(captured.wait_for(|line| line == r#"extension "SHUTDOWN""#)).await;
    soon(captured.wait_for(|line| line == "SIGTERM")).await;
    assert!(!exists(pid));
}

#[tokio::test]
async fn a_stopped_host_leaves_no_process_and_no_caller_behind() {
    let captured = Captured::default();
    let host = host([FunctionSettings { output: captured.output(), ..actor(1) }]);
    let call = |steps: Value| {
        let host = host.clone();
        tokio::spawn(async move { text(act(&host, steps).await).await })
    };
    let working = call(json!(["hang"]));
    soon(captured.wait_for(|line| line.starts_with("event "))).await;
    let pid = host.instances("actor")[0].pid;
    let waiting = call(json!([{ "answer": "never" }]));
    soon(async {
        while host.queued("actor") == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    host.stop().await;
    let killed = failure("Runtime.ExitError", "Runtime exited with error: signal: 9 (SIGKILL)");
    assert_eq!(working.await.expect("no panic"), killed);
    let refused = failure("Runtime.HostStopped", "the local host was stopped");
    assert_eq!(waiting.await.expect("no panic"), refused);
    assert!(!exists(pid));
    assert_eq!(text(act(&host, json!([])).await).await, refused);
}
