//! An entry in the table that is damaged, another's, or cannot be given out is a miss.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    time::Duration,
};

use aws_sdk_dynamodb::{
    primitives::Blob,
    types::AttributeValue::{B, N, S},
};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use serde_json::json;

use tollgate::digest::Sha256;

use super::{Cached, answer, cold};
use crate::harness::{TestGateway, table_client::Attributes};

type Parts = BTreeMap<usize, Attributes>;
/// A change of the parts of one entry, with those of another at hand.
type Damage = fn(&mut Parts, &Parts);

/// The parts of the entry of `GET {path}`.
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
async fn an_entry_with_missing_or_foreign_parts_is_a_miss() {
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
async fn an_entry_whose_bytes_do_not_match_its_checksum_is_a_miss() {
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
    changed(bytes, |plain| {
        plain.truncate(plain.len() - end.len());
        plain.extend(end.as_bytes());
    })
}

/// An entry's bytes, compressed again after a change of what they say.
fn changed(bytes: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let (format, compressed) = bytes.split_first().unwrap();
    let mut plain = Vec::new();
    DeflateDecoder::new(compressed).read_to_end(&mut plain).unwrap();
    change(&mut plain);
    // A small entry is one block that is not compressed, and stays one: the checksum is that of the stored bytes.
    let level = if compressed[0] == 1 { Compression::none() } else { Compression::fast() };
    let mut encoder = DeflateEncoder::new(vec![*format], level);
    encoder.write_all(&plain).unwrap();
    encoder.finish().unwrap()
}

/// After the key come three times of eight bytes each.
const STATUS: std::ops::Range<usize> = 56..58;
/// One byte later: how many headers there are, in four bytes, and then these.
const HEADERS: usize = 59;

/// A header as it is written: its name after the name's length, and no value.
fn header(name: &str) -> Vec<u8> {
    let length = u32::try_from(name.len()).unwrap().to_le_bytes();
    [&length[..], name.as_bytes(), &[0; 4]].concat()
}

fn with_headers(plain: &mut Vec<u8>, headers: u32) {
    plain.truncate(HEADERS);
    plain.extend(headers.to_le_bytes());
    plain.extend((0..headers).flat_map(|number| header(&format!("{number:x}"))));
}

/// Issue 10: whole, of its key and with the right checksum, as whoever can write to the table can make one.
#[tokio::test]
async fn an_entry_with_an_impossible_status_head_or_time_is_a_miss() {
    type Change = fn(&mut Vec<u8>);
    let changes: [(&str, Change, &str); 8] = [
        ("none", |_| (), "HIT"),
        ("30,000 headers", |plain| with_headers(plain, 30_000), "MISS"),
        ("as many headers as a map takes", |plain| with_headers(plain, 24_576), "MISS"),
        ("status 101", |plain| plain[STATUS].copy_from_slice(&101_u16.to_le_bytes()), "MISS"),
        ("status 100", |plain| plain[STATUS].copy_from_slice(&100_u16.to_le_bytes()), "MISS"),
        ("status 999", |plain| plain[STATUS].copy_from_slice(&999_u16.to_le_bytes()), "MISS"),
        ("kept for ever", |plain| plain[48..56].fill(255), "MISS"),
        ("fresh for ever", |plain| plain[40..56].fill(255), "MISS"),
    ];
    for mode in ["API_GATEWAY", "HTTP"] {
        for (change, apply, expected) in changes {
            let says = answer("200 OK", &["Cache-Control: max-age=60"], "hello");
            let world = Cached::start(&[("/x", &says)]).await;
            world
                .put("GET /x", &json!({ "cacheMode": mode, "staleWhileRevalidate": 10, "staleIfError": 10 }));
            world.gateway.go_live().await;
            world.statuses(&["GET /v1/x"]).await;
            let mut item = parts(&world.gateway, "/x").await.remove(&0).unwrap();
            let bytes = changed(&item["bytes"].as_b().unwrap().clone().into_inner(), apply);
            item.insert("checksum".to_owned(), B(Blob::new(Sha256::of(&bytes))));
            item.insert("bytes".to_owned(), B(Blob::new(bytes)));
            let put = world.gateway.client().put_item().table_name("tollgate-cache");
            put.set_item(Some(item)).send().await.unwrap();
            let instance = cold(&world).await;
            instance.advance(Duration::from_secs(11));
            for expected in [expected, "HIT"] {
                let answer = instance.send("GET /v1/x").await;
                assert!(answer.starts_with("200\n") && answer.ends_with("\n\nhello"), "{change}: {answer}");
                assert_eq!(instance.last_line()["cacheStatus"], expected, "{mode} {change}");
            }
        }
    }
}

/// Written by somebody else: what compares with no number would keep out every entry after it, and hold its key.
#[tokio::test]
async fn cache_items_with_attributes_of_odd_types_are_replaced() {
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
