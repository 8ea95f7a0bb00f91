//! Functions that are broken or hostile, and callers by the thousand.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;

use super::{Form, calls, route, who};
use crate::harness::{event, render};

#[tokio::test]
async fn a_thousand_who_wait_for_a_function_that_hangs_are_one_call() {
    let mut world = Form::RequestV2.world(&json!({}), &[route("GET /a", &json!({}))]).await;
    // Long enough for all of them to come before the first one gives up, on a machine that is busy too.
    world.time_left = Duration::from_millis(9_200);
    let request = event(&who("GET /v1/a", "never")).to_string();
    let asked = (0..1_000).map(async |_| render(world.answer(&request).await).await);
    for answer in join_all(asked).await {
        assert!(answer.starts_with("500"), "{answer}");
    }
    assert_eq!(calls(&world), 1);
    assert_eq!(world.last_line()["errorMessage"], "the authorizer failed: no answer within 9s");
}

/// Each is asked about, and nothing of one reaches another.
#[tokio::test]
async fn a_hundred_callers_at_once_are_a_hundred_calls() {
    let echo = json!({ "integration": { "type": "AWS_PROXY", "uri": "echo" } });
    let world = Form::Simple.world(&json!({}), &[route("GET /a", &echo)]).await;
    for expected_calls in [100, 0] {
        let asked = (0..100).map(async |number| {
            let request = event(&who("GET /v1/a", &format!("allow caller-{number}"))).to_string();
            (number, render(world.answer(&request).await).await)
        });
        for (number, answer) in join_all(asked).await {
            assert!(answer.contains(&format!(r#""name":"caller-{number}""#)), "{number}: {answer}");
        }
        assert_eq!(calls(&world), expected_calls);
    }
}
