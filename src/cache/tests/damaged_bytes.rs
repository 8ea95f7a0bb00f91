//! Bytes that somebody else wrote into the table: they make an entry that can be given out, or none (issue 10).

use std::io::Write;

use flate2::{Compression, write::DeflateEncoder};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;

use super::{key, policies};
use crate::cache::{
    Stored,
    entry::{MOST_BODY_BYTES, is_storable_status},
    stored::{FORMAT, LAST_MS},
};

/// The fields of bytes that stand in the table in the place of an entry, compressed as one.
#[derive(Clone, Debug)]
struct RawEntry {
    times: [u64; 3],
    status: u16,
    is_from_base64: u8,
    lines: Vec<(Vec<u8>, Vec<u8>)>,
    /// More lines than there are, or fewer.
    more: u32,
    body: usize,
}

impl RawEntry {
    fn bytes(&self) -> Vec<u8> {
        let mut plain = key(1).digest().to_vec();
        self.times.iter().for_each(|time| plain.extend(time.to_le_bytes()));
        plain.extend(self.status.to_le_bytes());
        plain.push(self.is_from_base64);
        let lines = u32::try_from(self.lines.len()).unwrap();
        plain.extend(lines.wrapping_add(self.more).to_le_bytes());
        for text in self.lines.iter().flat_map(|(name, value)| [name, value]) {
            plain.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
            plain.extend(text);
        }
        plain.resize(plain.len() + self.body, b'x');
        let mut encoder = DeflateEncoder::new(vec![FORMAT], Compression::fast());
        encoder.write_all(&plain).unwrap();
        encoder.finish().unwrap()
    }
}

fn raw_entry() -> RawEntry {
    let lines = vec![(b"a".to_vec(), b"b".to_vec())];
    RawEntry { times: [1, 2, 3], status: 200, is_from_base64: 0, lines, more: 0, body: 5 }
}

fn numbered(lines: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
    (0..lines).map(|number| (format!("{number:x}").into_bytes(), Vec::new())).collect()
}

/// Mostly something that is wrong, and all else is right.
fn any_raw_entry() -> impl Strategy<Value = RawEntry> {
    let time = || prop_oneof![Just(5), Just(LAST_MS), Just(u64::MAX), any::<u64>()];
    let times = prop_oneof![Just([1, 2, 3]), [time(), time(), time()]];
    let status = prop_oneof![Just(200), Just(100), any::<u16>(), 0..1_000u16];
    let text = || prop_oneof![Just(b"x".to_vec()), prop::collection::vec(any::<u8>(), 0..20)];
    let age = (Just(b"age".to_vec()), text());
    let vary = (Just(b"vary".to_vec()), text());
    let line = prop_oneof![(text(), text()), age, vary];
    let lines = prop_oneof![
        prop::collection::vec(line, 0..5),
        prop_oneof![Just(100), Just(5_000), Just(24_576), Just(30_000)].prop_map(numbered),
    ];
    let more = prop_oneof![Just(0), Just(1), Just(u32::MAX), any::<u32>()];
    let body = prop_oneof![0..100usize, Just(MOST_BODY_BYTES), Just(MOST_BODY_BYTES + 1)];
    let is_from_base64 = prop_oneof![Just(0), any::<u8>()];
    (times, status, is_from_base64, lines, more, body).prop_map(
        |(times, status, is_from_base64, lines, more, body)| RawEntry {
            times,
            status,
            is_from_base64,
            lines,
            more,
            body,
        },
    )
}

proptest! {
    /// Issue 10: whoever gives it out, adds to it, or reckons with its times.
    #[test]
    fn any_bytes_for_the_key_are_an_entry_that_can_be_given_out_or_none(
        raw in any_raw_entry(),
        now_ms in prop_oneof![0..=LAST_MS, 0..10u64],
    ) {
        if let Some(stored) = Stored::decode(&key(1), &raw.bytes()) {
            prop_assert_eq!(Stored::decode(&key(1), &stored.encode(&key(1))), Some(stored.clone()));
            stored.weight();
            let Some(entry) = stored.answer() else { return Ok(()) };
            let mut response = entry.response(now_ms);
            prop_assert!(is_storable_status(response.status()), "{:?}", response.status());
            for number in 0..100 {
                let name = HeaderName::try_from(format!("x-more-{number}")).unwrap();
                response.headers_mut().insert(name, HeaderValue::from_static("of the gateway"));
            }
            for policy in policies() {
                policy.rules().evaluate(&HeaderMap::new(), &entry, now_ms);
                policy.rules().serves_if_error(&entry, now_ms);
                policy.rules().serves_while_revalidating(&HeaderMap::new(), &entry, now_ms);
            }
        }
    }
}

/// Makes an entry something else.
type Damage = fn(&mut RawEntry);

#[test]
fn bytes_that_cannot_be_given_out_are_no_entry() {
    let usable: [(&str, Damage); 7] = [
        ("as it is written", |_| ()),
        ("the longest body", |raw| raw.body = MOST_BODY_BYTES),
        ("many headers", |raw| raw.lines = numbered(4_000)),
        ("a failure, of HTTP mode", |raw| raw.status = 503),
        ("a status of tomorrow", |raw| raw.status = 299),
        ("a list", |raw| raw.status = 100),
        ("bytes that were base64", |raw| raw.is_from_base64 = 1),
    ];
    let unusable: [(&str, Damage); 17] = [
        ("more headers than a map takes", |raw| raw.lines = numbered(30_000)),
        ("as many as one takes", |raw| raw.lines = numbered(24_576)),
        ("a long head", |raw| raw.lines = vec![(b"a".to_vec(), vec![b'b'; 33_000])]),
        ("101", |raw| raw.status = 101),
        ("a part", |raw| raw.status = 206),
        ("not modified", |raw| raw.status = 304),
        ("600", |raw| raw.status = 600),
        ("999", |raw| raw.status = 999),
        ("0", |raw| raw.status = 0),
        ("no header's name", |raw| raw.lines[0].0 = b"a b".to_vec()),
        ("no header's value", |raw| raw.lines[0].1 = b"a\r\nb: c".to_vec()),
        ("a header too many", |raw| raw.more = 1_000),
        ("neither bytes nor text", |raw| raw.is_from_base64 = 2),
        ("a longer body", |raw| raw.body = MOST_BODY_BYTES + 1),
        ("fresh for longer than stored", |raw| raw.times = [1, 3, 2]),
        ("stored for ever", |raw| raw.times = [1, 2, u64::MAX]),
        ("stored at the end of time", |raw| raw.times = [u64::MAX, 2, 3]),
    ];
    for (cases, is_entry) in [(&usable[..], true), (&unusable[..], false)] {
        for (case, damage) in cases {
            let mut raw = raw_entry();
            damage(&mut raw);
            assert_eq!(Stored::decode(&key(1), &raw.bytes()).is_some(), is_entry, "{case}");
        }
    }
}
