//! A stage must fit into the function's memory.

use serde_json::json;
use tollgate::deployment::PublishOutcome;

use crate::harness::TestGateway;

#[tokio::test]
async fn a_stage_that_needs_more_memory_than_the_function_has_is_not_published() {
    // Beside the process and the cache, a function of 53 MB has 1 MB for deployments.
    let world = TestGateway::with_environment(&[("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "53")]);
    let route = |nth: usize| json!({ "routeKey": format!("GET /{nth}"), "integration": { "type": "MOCK", "body": nth.to_string() } });
    world.put_route(&route(0));
    world.go_live().await;

    for nth in 1..1_000 {
        world.put_route(&route(nth));
    }
    let PublishOutcome::Invalid { problems, .. } = world.publish("v1").await else { panic!("published") };
    assert_eq!(
        problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "tollgate-routes [stage=v1] *: got items that take 2 MB of an instance's memory, expected at most 1 MB, which a \
          function of 53 MB has for them; a function with more memory, or fewer routes"
        ]
    );
    world.refresh().await;
    assert!(world.send("GET /v1/0").await.starts_with("200\n"));
    assert!(world.send("GET /v1/1").await.starts_with("404\n"));
}
