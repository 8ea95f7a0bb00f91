//! README.md, held to what it shows: its items are valid, its answers are the gateway's, its tables are the
//! code's.
//!
//! Fences: `json stages`, `json routes`, `json usage-plans` and `json api-keys` hold items; `json refused` an item whose problems stand in the next
//! fence, `text problems`; in `http` the lines with `>` are requests, each followed by its whole answer: status and
//! headers in one line, then the body.
//! `UPDATE_EXPECT=1` writes answers and problems into README.md.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use axum::{Json, Router, extract::Request, http::header::DATE, response::IntoResponse};
use expect_test::expect_file;
use http::StatusCode;
use serde_json::{Deserializer, Value, json};
use tollgate::{
    deployment::PublishOutcome,
    error::{BadValue, GatewayError, InvalidConfiguration, Problem, StoreError},
    local::{
        example_api,
        server::Server,
        tables::{self, NewTable, SortKey, TableNames},
    },
};

use crate::harness::{TestGateway, free_port};

const README: &str = include_str!("../../README.md");

/// The README's HTTP target and its network; and the network that the test's own target is in.
const TARGET: &str = "https://legacy.example.com";
const NETWORKS: (&str, &str) = ("10.20.0.0/16", "127.0.0.0/8");

#[tokio::test]
async fn shows_valid_items_and_the_answers_that_they_give() {
    let target = target();
    let stands_for = format!("http://{}", target.address);
    let world = TestGateway::new();
    let database = &world.dynamodb().database;
    example_api::seed(database, &TableNames::from_environment(|_| None)).unwrap();
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

    expect_file!["../../README.md"].assert_eq(&answered(&world).await);
}

#[test]
fn lists_every_refusal() {
    let rows = std::iter::successors(after(None), |error| after(Some(error))).map(|error| {
        let refusal = error.refusal();
        let (status, body) = (refusal.status.as_u16(), refusal.body());
        format!("| {status} | `{}` | `{}` | `{body}` |", refusal.response_type, refusal.error_type)
    });
    let expected: BTreeSet<String> = rows.collect();
    let is_row = |line: &&str| line.get(2..5).is_some_and(|status| status.parse::<u16>().is_ok());
    let without_cause = |row: &str| Some(format!("{} |", row.strip_suffix(" |")?.rsplit_once(" | ")?.0));
    let shown: BTreeSet<String> = README.lines().filter(is_row).filter_map(without_cause).collect();
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn lists_the_words_that_do_nothing_yet() {
    let rows = README.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [item @ ("stage" | "`$api`" | "route"), words, verdict @ ("refused" | "warning")] = cells[..]
        else {
            return None;
        };
        Some((item, words, verdict))
    });
    let mut seen = 0;
    for (item, words, verdict) in rows {
        for word in words.split(", ").map(|word| word.trim_matches('`')) {
            let (fields, odd) = notes_of(item, word).await;
            let (problems, warnings) = (fields.contains(&word.to_owned()), odd.contains(&word.to_owned()));
            assert_eq!((problems, warnings), (verdict == "refused", verdict == "warning"), "{item} {word}");
            seen += 1;
        }
    }
    assert_ne!(seen, 0, "the table is gone");
}

#[test]
fn names_every_parameter_of_the_template() {
    const TEMPLATE: &str = include_str!("../../template.yaml");
    let (_, parameters) = TEMPLATE.split_once("\nParameters:\n").unwrap();
    let (parameters, _) = parameters.split_once("\nRules:\n").unwrap();
    let names = parameters.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<_> = names.map(|line| format!("`{}`", line.trim().trim_end_matches(':'))).collect();
    let unnamed: Vec<_> = names.iter().filter(|name| !README.contains(*name)).collect();
    assert!(!names.is_empty() && unnamed.is_empty(), "{unnamed:?}");
}

/// The fields that this version refuses, and those that it passes over, in a stage that is good but for `word`.
async fn notes_of(item: &str, word: &str) -> (Vec<String>, Vec<String>) {
    let world = TestGateway::new();
    let mut stage = json!({ "stage": "v1" });
    let mut api = json!({ "routeKey": "$api" });
    let mut route = json!({ "routeKey": "GET /", "integration": { "type": "MOCK" } });
    let with_word = match item {
        "stage" => &mut stage,
        "route" => &mut route,
        _ => &mut api,
    };
    with_word[word] = json!(true);
    world.put_stage(&stage);
    world.put_route(&api);
    world.put_route(&route);
    let not_yet = |note: &Problem| note.expected.starts_with("nothing: this version");
    let fields =
        |notes: Vec<Problem>| notes.into_iter().filter(not_yet).map(|note| note.field).collect::<Vec<_>>();
    match world.publish("v1").await {
        PublishOutcome::Published { warnings, .. } => (Vec::new(), fields(warnings)),
        PublishOutcome::Invalid { problems, warnings } => (fields(problems), fields(warnings)),
        other => panic!("{other:?}"),
    }
}

/// Each kind of refusal names the next, so that a new one stops the build here.
fn after(error: Option<&GatewayError>) -> Option<GatewayError> {
    use GatewayError as E;
    let none = || "cause".into();
    let bad_value = || Box::new(BadValue { words: String::new(), fault: "", cause: None });
    Some(match error {
        None => E::BadRequest("".into()),
        Some(E::BadRequest(_)) => E::MissingParameters(vec!["page".to_owned(), "x-tenant".to_owned()]),
        Some(E::MissingParameters(_)) => E::InvalidBody("".into()),
        Some(E::InvalidBody(_)) => E::BadBodyValue(bad_value()),
        Some(E::BadBodyValue(_)) => E::BadParameterValue(bad_value()),
        Some(E::BadParameterValue(_)) => E::UntrustedOrigin,
        Some(E::UntrustedOrigin) => E::StageNotFound { host: String::new(), path: String::new() },
        Some(E::StageNotFound { .. }) => E::RouteNotFound,
        Some(E::RouteNotFound) => E::MethodNotAllowed { allow: String::new() },
        Some(E::MethodNotAllowed { .. }) => E::MissingAuthenticationToken,
        Some(E::MissingAuthenticationToken) => E::ItemNotFound,
        Some(E::ItemNotFound) => E::ConditionFailed,
        Some(E::ConditionFailed) => E::PreconditionFailed,
        Some(E::PreconditionFailed) => E::ConditionFailedAs(StatusCode::NOT_FOUND),
        Some(E::ConditionFailedAs(_)) => E::RequestTooLarge { bytes: 0 },
        Some(E::RequestTooLarge { .. }) => E::BrokenAnswer("".into()),
        Some(E::BrokenAnswer(_)) => E::IntegrationFailure(none()),
        Some(E::IntegrationFailure(_)) => E::IntegrationForbidden(none()),
        Some(E::IntegrationForbidden(_)) => E::IntegrationUnreachable(none()),
        Some(E::IntegrationUnreachable(_)) => E::IntegrationTimeout { limit: Duration::ZERO },
        Some(E::IntegrationTimeout { .. }) => E::StoreUnavailable(StoreError::new("reading", none())),
        Some(E::StoreUnavailable(_)) => E::Panicked(String::new()),
        Some(E::Panicked(_)) => E::InvalidApiKey(String::new()),
        Some(E::InvalidApiKey(_)) => E::BrokenKeyItem(Arc::new(InvalidConfiguration(Vec::new()))),
        Some(E::BrokenKeyItem(_)) => E::Throttled { retry_after: Duration::ZERO },
        Some(E::Throttled { .. }) => E::QuotaExceeded { retry_after: Duration::ZERO },
        Some(E::QuotaExceeded { .. }) => E::CountersUnavailable { retry_after: Duration::ZERO },
        Some(E::CountersUnavailable { .. }) => E::InvalidationForbidden,
        Some(E::InvalidationForbidden) => E::NotCached,
        Some(E::NotCached) => E::StageUnavailable { stage: String::new() },
        Some(E::StageUnavailable { .. }) => return None,
    })
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
    let at_home = README.replace(TARGET, target).replace(NETWORKS.0, NETWORKS.1);
    let mut fences = at_home.split("\n```").skip(1).step_by(2).filter_map(|fence| fence.split_once('\n'));
    let texts = fences.by_ref().filter(|(its, _)| *its == info).map(|(_, text)| text);
    let items: Vec<Value> =
        texts.flat_map(|text| Deserializer::from_str(text).into_iter().map(Result::unwrap)).collect();
    assert!(!items.is_empty(), "the README has no fence {info}");
    items
}

/// The README with the gateway's answers in its `http` fences, and the problems that a refused item has.
async fn answered(world: &TestGateway) -> String {
    let mut fences = README.split("\n```").map(str::to_owned).collect::<Vec<_>>();
    let mut refused = String::new();
    for index in (1..fences.len()).step_by(2) {
        let (info, text) = fences[index].split_once('\n').unwrap();
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
    let mut told = Vec::new();
    for request in requests {
        let answer = world.send(&request.replace("\n{", "\n\n{")).await;
        let (head, body) = answer.split_once("\n\n").unwrap();
        let lines = [&*request.replace('\n', "\n> "), &*head.replace('\n', " | "), body].join("\n");
        told.push(format!("> {}", lines.trim_end()));
    }
    told.join("\n")
}
