//! Properties of random events, paths and items: each is answered, served or refused.

mod mutated_items;
mod random_events;

use proptest::{
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use serde_json::Value;

/// Runs `test` over `cases` values, within one runtime, so that all of them meet the same world.
fn for_all<S: Strategy>(cases: u32, strategy: S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config =
        Config { cases, failure_persistence: None, max_global_rejects: 100_000, ..Config::default() };
    TestRunner::new(config).run(&strategy, test).unwrap_or_else(|error| panic!("{error}"));
}

/// Text that is likely to be read as more than itself.
#[rustfmt::skip]
const TRAPS: &[&str] = &[
    "/", "//", ".", "..", "%", "%2", "%2F", "%2f", "%2e", "%2E%2e", "%00", "%0d%0a", "%41", "%7E", "%ff",
    "%C3%A9", "%c3", "\\", "%5c", ";", "?", "#", "&", "=", "+", " ", "\"", "'", "<", "{", "}", "$", "${x}",
    "$request.body", "\r\n", "\0", "\t", "\u{7f}", "\u{80}", "\u{e9}", "\u{202e}", "\u{feff}", "\u{1f600}", "[",
    "]", ",", ":", "@", "v1", "a", "9", "-1", "1e400", "null", "true", "{\"a\":1}", "x-a", "gzip", "127.0.0.1",
    "=?",
];

/// Text in which every kind of trap is likely.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => select(TRAPS).prop_map(str::to_owned),
        2 => "[a-z0-9]{1,4}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Text that is refused seldom enough that the parts around it count.
fn mostly_legal_text() -> impl Strategy<Value = String> {
    prop_oneof![15 => "([ -$&-\\[\\]-~\u{e9}]|%2F|%C3%A9|%41){0,8}", 1 => text()]
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e30..1e30).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}
