//! The bytes of entries and of lists of variants in the table.

use std::io::{Read, Write};

use bytes::Bytes;
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::VARY};
use proptest::prelude::*;

use super::key;
use crate::cache::{
    Entry, Stored, StoredBody, Variants,
    stored::{FORMAT, LAST_MS, PACKED_FORMAT},
};
use crate::content_coding::PackedBody;

fn any_entry() -> impl Strategy<Value = Entry> {
    let header = ("[a-z][a-z0-9-]{0,9}", "[ -~\u{80}-\u{ff}]{0,20}");
    let noise = prop::collection::vec(any::<u8>(), 0..2000);
    let words = (0..500_usize).prop_map(|times| b"words ".repeat(times));
    let body = prop_oneof![noise, words];
    let times = (0..=LAST_MS, 0..=LAST_MS, 0..=LAST_MS);
    let status = (200..600u16).prop_filter("never stored", |status| ![206, 304].contains(status));
    (times, status, prop::collection::vec(header, 0..8), body, any::<bool>()).prop_map(
        |((stored_at_ms, one_ms, other_ms), status, lines, body, is_from_base64)| {
            let mut headers = HeaderMap::new();
            for (name, value) in lines {
                let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
                headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
            }
            let (fresh_until_ms, keep_until_ms) = (one_ms.min(other_ms), one_ms.max(other_ms));
            let status = StatusCode::from_u16(status).unwrap();
            let body = Bytes::from(body);
            let packed = PackedBody::pack(&body).filter(|_| !is_from_base64);
            let body = packed.map_or_else(|| StoredBody::from(body), StoredBody::Packed);
            Entry { stored_at_ms, fresh_until_ms, keep_until_ms, status, headers, body, is_from_base64 }
        },
    )
}

proptest! {
    #[test]
    fn an_entry_is_read_by_its_own_key_only(entry in any_entry()) {
        let stored = Stored::from(entry);
        let bytes = stored.encode(&key(1));
        prop_assert_eq!(Stored::decode(&key(1), &bytes), Some(stored));
        prop_assert_eq!(Stored::decode(&key(2), &bytes), None);
    }

    #[test]
    fn any_bytes_can_be_decoded_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        drop(Stored::decode(&key(1), &bytes));
    }

    #[test]
    fn a_part_of_the_bytes_is_no_entry(entry in any_entry(), part in 0.0..1.0) {
        let bytes = Stored::from(entry).encode(&key(1));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below the length")]
        let length = (bytes.len() as f64 * part) as usize;
        prop_assert_eq!(Stored::decode(&key(1), &bytes[..length]), None);
    }
}

fn packed_entry() -> Stored {
    let body = Bytes::from(b"many words ".repeat(100));
    let mut headers = HeaderMap::new();
    headers.insert("etag", HeaderValue::from_static("\"v1\""));
    let body = StoredBody::Packed(PackedBody::pack(&body).unwrap());
    let (stored_at_ms, fresh_until_ms, keep_until_ms, status) = (1, 2, 3, StatusCode::OK);
    Entry { stored_at_ms, fresh_until_ms, keep_until_ms, status, headers, body, is_from_base64: false }.into()
}

#[test]
fn a_packed_entry_of_what_cannot_be_packed_is_none() {
    let bytes = packed_entry().encode(&key(1));
    assert_eq!(bytes[0], PACKED_FORMAT);
    let with = |change: fn(&mut [u8])| {
        let mut bytes = bytes.clone();
        change(&mut bytes);
        Stored::decode(&key(1), &bytes)
    };
    assert_eq!(with(|_| ()), Some(packed_entry()));
    // The format, the lengths of the body, the key's digest, three times, the status, base64.
    assert_eq!(with(|bytes| bytes[1 + 3] = 1), None, "16 MB");
    assert_eq!(with(|bytes| bytes[1 + 4] += 1), None, "a byte more");
    assert_eq!(with(|bytes| bytes[1 + 8 + 32 + 24..][..2].copy_from_slice(&[100, 0])), None, "a list");
    assert_eq!(with(|bytes| bytes[1 + 8 + 32 + 26] = 1), None, "base64");
}

#[test]
fn a_list_of_variants_is_read_as_it_was_written() {
    let mut vary = HeaderMap::new();
    vary.append(VARY, HeaderValue::from_static("Foo, Bar"));
    for list in [Variants::since(5, 9), Variants::read(&vary, 5, 9)] {
        let stored = Stored::from(list);
        assert_eq!(Stored::decode(&key(1), &stored.encode(&key(1))), Some(stored.clone()));
    }
}

/// Gateways of both versions run at the same time, and read the same table.
#[test]
fn a_list_of_variants_has_the_bytes_that_older_gateways_write_and_read() {
    let mut vary = HeaderMap::new();
    vary.append(VARY, HeaderValue::from_static("foo"));
    let mut plain = key(1).digest().to_vec();
    [5_u64, 9, 9].iter().for_each(|time| plain.extend(time.to_le_bytes()));
    plain.extend(100_u16.to_le_bytes());
    plain.push(0);
    plain.extend(1_u32.to_le_bytes());
    for text in ["vary", "foo"] {
        plain.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
        plain.extend(text.as_bytes());
    }
    let mut encoder = DeflateEncoder::new(vec![FORMAT], Compression::fast());
    encoder.write_all(&plain).unwrap();
    let bytes = encoder.finish().unwrap();
    let list = Stored::from(Variants::read(&vary, 5, 9));
    assert_eq!(Stored::decode(&key(1), &bytes), Some(list.clone()));
    let mut inflated = Vec::new();
    DeflateDecoder::new(&list.encode(&key(1))[1..]).read_to_end(&mut inflated).unwrap();
    assert_eq!(inflated, plain);
}

#[test]
fn bytes_that_grow_without_end_are_no_entry() {
    let mut encoder = DeflateEncoder::new(vec![FORMAT], Compression::best());
    encoder.write_all(key(1).digest()).unwrap();
    encoder.write_all(&vec![0; 100 << 20]).unwrap();
    assert_eq!(Stored::decode(&key(1), &encoder.finish().unwrap()), None);
}
