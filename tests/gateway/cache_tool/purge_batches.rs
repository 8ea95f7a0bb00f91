//! `tollgate cache purge` where DynamoDB does less than it was asked: a server that plays it.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::{Value, json};
use tollgate::local::server::Server;

use crate::harness::{
    free_port,
    tool::{Ran, tollgate},
};

/// Purges a route with three entries at a DynamoDB that answers batches with these, one after another, and refuses
/// more; what the tool did, and how many deletes each batch had.
async fn purge(answers: Vec<Value>) -> (Ran, Vec<usize>) {
    let script = Arc::new(Mutex::new((answers.into_iter(), Vec::new())));
    let asked = Arc::clone(&script);
    let answer = async move |headers: HeaderMap, body: String| {
        if headers["x-amz-target"].to_str().unwrap().ends_with(".Scan") {
            let item = |entry: &str| json!({ "cacheKey": { "S": entry }, "part": { "N": "0" } });
            return (StatusCode::OK, Json(json!({ "Items": [item("v1#a"), item("v1#b"), item("v1#c")] })));
        }
        let batch: Value = serde_json::from_str(&body).unwrap();
        let mut script = script.lock().unwrap();
        script.1.push(batch["RequestItems"]["tollgate-cache"].as_array().unwrap().len());
        match script.0.next() {
            Some(answer) => (StatusCode::OK, Json(answer)),
            None => (StatusCode::BAD_REQUEST, Json(json!({ "__type": "AccessDeniedException" }))),
        }
    };
    let listener = free_port();
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let server = Server::start(listener, Router::new().route("/", post(answer))).unwrap();
    let endpoint = format!("http://{}", server.address);
    let run = move || {
        let variables = [("AWS_ENDPOINT_URL_DYNAMODB", endpoint.as_str())];
        tollgate(&variables, &["cache", "purge", "v1", "--route", "GET /x", "--local"])
    };
    let ran = tokio::task::spawn_blocking(run).await.unwrap();
    let asked = asked.lock().unwrap().1.clone();
    (ran, asked)
}

fn left_out(entries: &[&str]) -> Value {
    let delete = |entry: &&str| json!({ "DeleteRequest": { "Key": { "cacheKey": { "S": entry }, "part": { "N": "0" } } } });
    json!({ "UnprocessedItems": { "tollgate-cache": entries.iter().map(delete).collect::<Vec<_>>() } })
}

#[tokio::test]
async fn deletes_that_dynamodb_leaves_out_are_sent_again() {
    let (ran, asked) = purge(vec![left_out(&["v1#b", "v1#c"]), left_out(&["v1#c"]), json!({})]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "v1: deleted 3 entries of GET /x\n"), "{ran:?}");
    assert_eq!(asked, [3, 2, 1]);
}

#[tokio::test]
async fn a_purge_that_fails_half_way_says_that_not_all_is_deleted() {
    let (ran, asked) = purge(vec![left_out(&["v1#b"])]).await;
    // The server denies what it has no answer for.
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(6), ""), "{ran:?}");
    assert!(
        ran.stderr.contains("not all is deleted; do it again for the rest: emptying the cache failed"),
        "{ran:?}"
    );
    assert_eq!(asked, [3, 1]);
}
