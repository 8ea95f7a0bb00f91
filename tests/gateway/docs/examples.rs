//! The examples of all pages: their items are valid, and their answers are the gateway's.
//!
//! Fences: `json stages`, `json routes`, `json usage-plans` and `json api-keys` hold items; `json refused` an item whose
//! problems stand in the next fence, `text problems`; in `http` the lines with `>` are requests, each followed by its
//! whole answer: status and headers in one line, then the body. All pages are one world, asked in the order of their
//! names.

use std::collections::BTreeSet;

use axum::{Json, Router, extract::Request, http::header::DATE, response::IntoResponse};
use serde_json::{Deserializer, Value, json};
use tollgate::{
    deployment::PublishOutcome,
    local::{
        server::Server,
        tables::{self, NewTable, SortKey},
    },
};

use super::pages;
use crate::harness::{TestGateway, free_port};

/// The pages' HTTP target, and the network that it is in.
const TARGET: &str = "https://legacy.example.com";
const TARGET_NETWORK: &str = "10.20.0.0/16";
/// The network that the test's own target is in.
const OWN_NETWORK: &str = "127.0.0.0/8";

#[tokio::test]
async fn items_are_valid_and_give_the_answers_that_are_shown() {
    let target = target();
    let stands_for = format!("http://{}", target.address);
    let world = TestGateway::new();
    let database = &world.dynamodb().database;
    world.put_example();
    tables::create(
        database,
        NewTable { sort_key: Some(SortKey { name: "at", kind: "N" }), ..NewTable::new("journal", "order") },
    )
    .unwrap();

    for item in items("json stages", &stands_for) {
        world.put_stage(&item);
    }
    let routes = items("json routes", &stands_for);
    routes.iter().for_each(|item| world.put_route(item));
    for stage in routes.iter().map(|item| item["stage"].as_str().unwrap()).collect::<BTreeSet<_>>() {
        let outcome = world.publish(stage).await;
        let clean = matches!(&outcome, PublishOutcome::Published { warnings, .. } if warnings.is_empty());
        assert!(clean, "{stage}: {outcome:#?}");
    }
    for item in items("json usage-plans", &stands_for) {
        world.put_plan(&item);
    }
    for item in items("json api-keys", &stands_for) {
        world.put("tollgate-api-keys", &item);
    }
    for item in items("json refused", &stands_for) {
        world.put_stage(&json!({ "stage": item["stage"] }));
        world.put_route(&item);
    }
    world.refresh().await;

    for page in pages() {
        page.assert_says(&answered(&world, &page.text).await);
    }
}

/// Answers with the request that it got.
fn target() -> Server {
    let answer = async |request: Request| {
        let tenant = request.headers().get("x-tenant").map(|value| value.to_str().unwrap().to_owned());
        let seen = json!({ "method": request.method().as_str(), "uri": request.uri().to_string(), "tenant": tenant });
        ([(DATE, "Mon, 14 Apr 2025 22:12:48 GMT")], Json(seen)).into_response()
    };
    let listener = free_port();
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    Server::start(listener, Router::new().fallback(answer)).unwrap()
}

/// The items of every fence with this info string, at work against the test's own target.
fn items(info: &str, target: &str) -> Vec<Value> {
    let mut items: Vec<Value> = Vec::new();
    for page in pages() {
        let at_home = page.text.replace(TARGET, target).replace(TARGET_NETWORK, OWN_NETWORK);
        let fences = at_home.split("\n```").skip(1).step_by(2).filter_map(|fence| fence.split_once('\n'));
        let texts = fences.filter(|(its, _)| *its == info).map(|(_, text)| text);
        items.extend(texts.flat_map(|text| Deserializer::from_str(text).into_iter().map(Result::unwrap)));
    }
    assert!(!items.is_empty(), "no page has a fence {info}");
    items
}

/// A page with the gateway's answers in its `http` fences, and the problems that a refused item has.
async fn answered(world: &TestGateway, page: &str) -> String {
    let mut fences = page.split("\n```").map(str::to_owned).collect::<Vec<_>>();
    let mut refused = String::new();
    for index in (1..fences.len()).step_by(2) {
        let (info, text) = fences[index].split_once('\n').unwrap_or((&fences[index], ""));
        let answers = match info {
            "http" => exchanges(world, text).await,
            "json refused" => {
                refused = stage_of(text);
                continue;
            }
            "text problems" => {
                world.publish(&refused).await;
                world.stage_status(&refused).await
            }
            _ => continue,
        };
        fences[index] = format!("{info}\n{answers}");
    }
    fences.join("\n```")
}

fn stage_of(item: &str) -> String {
    let item: Value = serde_json::from_str(item).unwrap();
    item["stage"].as_str().unwrap().to_owned()
}

/// Each request of a fence, and its answer: a line with status and headers, then the body.
async fn exchanges(world: &TestGateway, text: &str) -> String {
    let mut requests: Vec<String> = Vec::new();
    let mut is_within = false;
    for line in text.lines() {
        match line.strip_prefix("> ") {
            Some(line) if is_within => *requests.last_mut().unwrap() += &format!("\n{line}"),
            Some(line) => requests.push(line.to_owned()),
            None => {}
        }
        is_within = line.starts_with("> ");
    }
    let mut exchanges = Vec::new();
    for request in requests {
        let answer = world.send(&request.replace("\n{", "\n\n{")).await;
        let (head, body) = answer.split_once("\n\n").unwrap();
        let lines = [&*request.replace('\n', "\n> "), &*head.replace('\n', " | "), body].join("\n");
        exchanges.push(format!("> {}", lines.trim_end()));
    }
    exchanges.join("\n")
}
