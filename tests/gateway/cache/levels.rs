//! The two levels: what an instance remembers, what the table has, and what becomes of damage.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    sync::Arc,
    time::Duration,
};

use aws_sdk_dynamodb::{
    primitives::Blob,
    types::AttributeValue::{B, N, S},
};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use serde_json::json;
use tokio::sync::Notify;
use tollgate::store::values::Attributes;

use super::{Cached, answer};
use crate::harness::{Script, TestGateway, Way};

async fn cold(world: &Cached) -> TestGateway {
    let cold = world.gateway.another_instance().await;
    world.gateway.gate.calls();
    cold
}

#[tokio::test]
async fn a_memory_hit_asks_nobody_and_a_table_hit_reads_once() {
    let world = Cached::serving("GET /x", &json!({})).await;
    world.gateway.gate.calls();
    world.statuses(&["GET /v1/x"]).await;
    assert_eq!(world.gateway.gate.calls(), ["Query cache", "PutItem cache", "PutItem cache"]);
    assert_eq!(world.statuses(&["GET /v1/x", "GET /v1/x"]).await, "HIT HIT");
    assert_eq!(world.gateway.gate.calls(), Vec::<String>::new());
    let other = cold(&world).await;
    other.send("GET /v1/x").await;
    other.send("GET /v1/x").await;
    assert_eq!(world.gateway.gate.calls(), ["Query cache"]);
    assert_eq!(world.asked(), 1);
}

#[tokio::test]
async fn another_instances_refresh_is_seen_within_refresh_seconds() {
    let world = Cached::serving("GET /x", &json!({ "requireAuthorizationForCacheControl": false })).await;
    let other = cold(&world).await;
    other.send("GET /v1/x").await;
    world.gateway.advance(Duration::from_secs(60));
    other.advance(Duration::from_secs(60));
    world.statuses(&["GET /v1/x\ncache-control: max-age=0"]).await;
    let answer = other.send("GET /v1/x").await;
    assert!(answer.contains("\nage: 0\ncache-status: tollgate; hit; ttl=300\n"), "{answer}");
    world.gateway.gate.calls();
    other.send("GET /v1/x").await;
    assert_eq!(world.gateway.gate.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn an_entry_without_memory_lives_in_the_table() {
    let environment = [("CACHE_MEMORY_BYTES", "0")];
    let world = Cached::serving("GET /x", &json!({})).await;
    let dynamodb = format!("http://{}", world.gateway.gate.address);
    let without = TestGateway::with_environment(&[environment[0], ("AWS_ENDPOINT_URL_DYNAMODB", &dynamodb)]);
    without.refresh().await;
    without.send("GET /v1/x").await;
    world.gateway.gate.calls();
    without.send("GET /v1/x").await;
    without.send("GET /v1/x").await;
    assert_eq!(without.last_line()["cacheStatus"], "HIT");
    assert_eq!(world.gateway.gate.calls(), ["Query cache", "Query cache"]);
}

type Parts = BTreeMap<usize, Attributes>;
/// What happens to the parts of one entry, with those of another at hand.
type Damage = fn(&mut Parts, &Parts);

/// What the table has of `GET {path}`.
async fn parts(world: &TestGateway, path: &str) -> Parts {
    let scan = world.client().scan().table_name("tollgate-cache").into_paginator().items().send();
    let items = scan.collect::<Result<Vec<_>, _>>().await.unwrap();
    let is_of_path =
        |item: &&Attributes| item.get("routeKey").is_some_and(|key| *key == S(format!("GET {path}")));
    let number = |item: &Attributes| item["part"].as_n().unwrap().parse().unwrap();
    items.iter().filter(is_of_path).map(|item| (number(item), item.clone())).collect()
}

/// Text that hardly compresses.
pub fn noise(seed: u64, length: usize) -> String {
    let mut state = seed;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b' ' + u8::try_from((state >> 33) % 95).unwrap())
    };
    (0..length).map(next).collect()
}

#[tokio::test]
async fn a_torn_or_foreign_entry_is_a_miss() {
    let scripts = [1, 2].map(|seed| answer("200 OK", &[], &noise(seed, 700_000)));
    let damages: [(&str, Damage, &str); 8] = [
        ("nothing", |_, _| {}, "HIT"),
        ("a part is gone", |parts, _| drop(parts.remove(&1)), "MISS"),
        ("the first part is gone", |parts, _| drop(parts.remove(&0)), "MISS"),
        ("a part is another's", |parts, other| exchange(parts, other, 1, &["bytes", "checksum"]), "MISS"),
        ("its bytes are another's", |parts, other| exchange(parts, other, 1, &["bytes"]), "MISS"),
        (
            "all is another's",
            |parts, other| (0..2).for_each(|part| exchange(parts, other, part, &["bytes", "checksum"])),
            "MISS",
        ),
        ("there is no checksum", |parts, _| drop(parts.get_mut(&0).unwrap().remove("checksum")), "MISS"),
        (
            "there is a part too many",
            |parts, _| {
                let mut more = parts[&1].clone();
                more.insert("part".to_owned(), N("2".to_owned()));
                parts.insert(2, more);
            },
            "HIT",
        ),
    ];
    for (damage, apply, expected) in damages {
        let world = Cached::start(&[("/x", &scripts[0]), ("/y", &scripts[1])]).await;
        world.put("GET /x", &json!({}));
        world.put("GET /y", &json!({}));
        world.gateway.go_live().await;
        world.statuses(&["GET /v1/x", "GET /v1/y"]).await;
        let (before, other) = (parts(&world.gateway, "/x").await, parts(&world.gateway, "/y").await);
        assert_eq!(before.len(), 2);
        let mut after = before.clone();
        apply(&mut after, &other);
        for item in before.into_values() {
            let delete = world.gateway.client().delete_item().table_name("tollgate-cache");
            let delete = delete.key("cacheKey", item["cacheKey"].clone()).key("part", item["part"].clone());
            delete.send().await.unwrap();
        }
        for item in after.into_values() {
            let put = world.gateway.client().put_item().table_name("tollgate-cache");
            put.set_item(Some(item)).send().await.unwrap();
        }
        let instance = cold(&world).await;
        // The lock of who filled it is over.
        instance.advance(Duration::from_secs(11));
        let answer = instance.send("GET /v1/x").await;
        assert_eq!(instance.last_line()["cacheStatus"], expected, "{damage}");
        assert!(answer.ends_with(&noise(1, 700_000)), "{damage}");
    }
}

/// Whose key it has, and which inflates: only its checksum is another's.
#[tokio::test]
async fn an_entry_in_which_a_word_was_changed_is_a_miss() {
    for (word, expected) in [("hello", "HIT"), ("hallo", "MISS")] {
        let world = Cached::start(&[("/x", &answer("200 OK", &[], "hello"))]).await;
        world.put("GET /x", &json!({}));
        world.gateway.go_live().await;
        world.statuses(&["GET /v1/x"]).await;
        let mut item = parts(&world.gateway, "/x").await.remove(&0).unwrap();
        let bytes = item["bytes"].as_b().unwrap().clone().into_inner();
        item.insert("bytes".to_owned(), B(Blob::new(with_another_end(&bytes, word))));
        let put = world.gateway.client().put_item().table_name("tollgate-cache");
        put.set_item(Some(item)).send().await.unwrap();
        let instance = cold(&world).await;
        instance.advance(Duration::from_secs(11));
        assert!(instance.send("GET /v1/x").await.ends_with("\n\nhello"));
        assert_eq!(instance.last_line()["cacheStatus"], expected);
    }
}

/// An entry's bytes, compressed again with `end` in the place of its last bytes.
fn with_another_end(bytes: &[u8], end: &str) -> Vec<u8> {
    let (format, compressed) = bytes.split_first().unwrap();
    let mut plain = Vec::new();
    DeflateDecoder::new(compressed).read_to_end(&mut plain).unwrap();
    plain.truncate(plain.len() - end.len());
    let mut encoder = DeflateEncoder::new(vec![*format], Compression::fast());
    encoder.write_all(&[&plain, end.as_bytes()].concat()).unwrap();
    encoder.finish().unwrap()
}

/// Written by somebody else: what compares with no number would keep out every entry after it, and hold its key.
#[tokio::test]
async fn items_of_odd_types_are_replaced() {
    for odd in [json!("soon"), json!(null), json!({ "at": 1 })] {
        let world = Cached::serving("GET /x", &json!({ "cacheTtlInSeconds": 10 })).await;
        world.statuses(&["GET /v1/x"]).await;
        for mut item in world.gateway.items("tollgate-cache").await {
            let name = if item["part"] == 0 { "storedAt" } else { "lockedUntil" };
            item[name] = odd.clone();
            item.as_object_mut().unwrap().remove("bytes");
            world.gateway.put("tollgate-cache", &item);
        }
        world.gateway.advance(Duration::from_secs(11));
        world.gateway.gate.calls();
        assert_eq!(world.statuses(&["GET /v1/x"]).await, "MISS", "{odd}");
        assert_eq!(world.gateway.gate.calls(), ["Query cache", "PutItem cache", "PutItem cache"], "{odd}");
        let other = cold(&world).await;
        other.advance(Duration::from_secs(11));
        other.send("GET /v1/x").await;
        assert_eq!(other.last_line()["cacheStatus"], "HIT", "{odd}");
    }
}

fn exchange(parts: &mut Parts, other: &Parts, part: usize, attributes: &[&str]) {
    for name in attributes {
        parts.get_mut(&part).unwrap().insert((*name).to_owned(), other[&part][*name].clone());
    }
}

#[tokio::test]
async fn without_its_table_the_cache_is_a_miss_and_memory_goes_on() {
    for way in [Way::Shut, Way::Stalled, Way::Nonsense, Way::Throttling] {
        let world = Cached::serving("GET /x", &json!({ "cacheTtlInSeconds": 60 })).await;
        world.gateway.gate.set(way);
        let answer = world.gateway.send("GET /v1/x").await;
        assert!(answer.starts_with("200\n"), "{way:?}: {answer}");
        let line = world.gateway.last_line();
        assert_eq!([&line["cacheStatus"], &line["degraded"]], ["MISS", "cache"], "{way:?}");
        assert_eq!(world.statuses(&["GET /v1/x", "GET /v1/x"]).await, "HIT HIT", "{way:?}");
        world.gateway.advance(Duration::from_secs(30));
        assert_eq!(world.statuses(&["GET /v1/x"]).await, "HIT", "{way:?}: what is remembered is still fresh");
        world.gateway.advance(Duration::from_secs(30));
        assert_eq!(world.statuses(&["GET /v1/x"]).await, "MISS", "{way:?}");
        world.gateway.gate.set(Way::Open);
        world.gateway.advance(Duration::from_secs(61));
        assert_eq!(world.statuses(&["GET /v1/x", "GET /v1/x"]).await, "MISS HIT", "{way:?}");
        assert_eq!(world.gateway.last_line()["degraded"], serde_json::Value::Null);
    }
}

const VARIED: [&[&str]; 2] = [&["Cache-Control: max-age=60"], &["Cache-Control: max-age=60", "Vary: Accept"]];

#[tokio::test]
async fn without_its_table_memory_goes_on_in_http_mode_too() {
    for headers in VARIED {
        let world = Cached::start(&[("/x", &answer("200 OK", headers, ""))]).await;
        world.put("GET /x", &json!({ "cacheMode": "HTTP" }));
        world.gateway.go_live().await;
        world.gateway.gate.set(Way::Shut);
        assert_eq!(world.statuses(&["GET /v1/x", "GET /v1/x"]).await, "MISS HIT", "{headers:?}");
    }
}

/// Asked for before a change, answered after it, and asked for again: what the cache did with the latter.
async fn around_a_change(headers: &[&str], way: Way, is_changed_by_another: bool) -> String {
    let (asked, go) = <(Arc<Notify>, Arc<Notify>)>::default();
    let says = answer("200 OK", headers, "old");
    let waits = Script::Waits { asked: Arc::clone(&asked), go: Arc::clone(&go), says };
    let world = Cached::start_with([("/x", waits)]).await;
    world.put("GET /x", &json!({ "cacheMode": "HTTP" }));
    world.put("POST /x", &json!({ "integration": { "type": "MOCK" } }));
    world.gateway.go_live().await;
    let another = world.gateway.another_instance().await;
    world.gateway.gate.set(way);
    let change = async {
        asked.notified().await;
        let changing = if is_changed_by_another { &another } else { &world.gateway };
        changing.advance(Duration::from_secs(1));
        assert!(changing.send("POST /v1/x").await.starts_with("200\n"));
        // Longer than memory is trusted.
        world.gateway.advance(Duration::from_secs(6));
        go.notify_one();
    };
    tokio::join!(world.gateway.send("GET /v1/x"), change);
    go.notify_one();
    world.statuses(&["GET /v1/x"]).await
}

#[tokio::test]
async fn an_answer_from_before_a_change_is_not_remembered_after_it() {
    for headers in VARIED {
        let by_another = around_a_change(headers, Way::Open, true).await;
        let by_itself = around_a_change(headers, Way::Open, false).await;
        let without_the_table = around_a_change(headers, Way::Shut, false).await;
        assert_eq!([by_another, by_itself, without_the_table], ["MISS"; 3], "{headers:?}");
    }
}
