//! An answer that is kept, and its bytes in the table.
//!
//! What comes from the table may be of any kind. Only what can be given out, or says what tells answers apart, is an
//! entry; anything else is nothing.

use std::io::{Read, Write};

use bytes::Bytes;
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{AGE, CONTENT_LENGTH},
};

use super::{
    CacheKey,
    storable::{MOST_BODY_BYTES, has_room_for, may_stand_in_an_entry},
};
use crate::message::{Body, Note, Response};

/// An answer with its times, in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub stored_at_ms: u64,
    /// Until then it is as good as new.
    pub fresh_until_ms: u64,
    /// Until then it is better than nothing; at least `fresh_until_ms`.
    pub keep_until_ms: u64,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// A function wrote the body as base64: each client gets it in the form that it accepts.
    pub is_from_base64: bool,
}

/// The status of no answer: the entry is a list of what tells answers apart.
pub const LIST: StatusCode = StatusCode::CONTINUE;
/// By how much clocks of two instances may differ.
pub const MOST_SKEW_MS: u64 = 10_000;
/// The first byte of what this version writes.
const FORMAT: u8 = 2;
/// The end of the year 9999: what comes later is no time of any clock.
const LAST_MS: u64 = 253_402_300_799_999;
/// More than any entry has, head and lengths included.
const MOST_BYTES: u64 = MOST_BODY_BYTES as u64 + 256 * 1_024;

impl Entry {
    pub fn is_fresh(&self, now_ms: u64) -> bool {
        // From the future: a clock is wrong, and the entry may have been kept for longer than it should.
        self.stored_at_ms <= now_ms + MOST_SKEW_MS && now_ms < self.fresh_until_ms
    }

    /// The answer at `now_ms`, with `Age` (RFC 9111 §5.1).
    pub fn response(&self, now_ms: u64) -> Response {
        let mut response = Response::new(Body::Whole(self.body.clone()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.clone_from(&self.headers);
        headers.insert(AGE, self.age_seconds(now_ms).into());
        if self.is_from_base64 {
            response.extensions_mut().insert(Note::FromBase64);
        }
        response
    }

    /// The `Age` that the answer came with, and the time since.
    pub fn age_seconds(&self, now_ms: u64) -> u64 {
        self.age_ms(now_ms) / 1_000
    }

    /// The same in milliseconds.
    pub(super) fn age_ms(&self, now_ms: u64) -> u64 {
        let before = self.headers.get(AGE).and_then(|age| age.to_str().ok()?.parse::<u64>().ok());
        let before_ms = before.unwrap_or(0).saturating_mul(1_000);
        before_ms.saturating_add(now_ms.saturating_sub(self.stored_at_ms))
    }

    /// What it takes of the memory, about.
    pub fn weight(&self) -> u64 {
        let head: usize =
            self.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 64).sum();
        (head + self.body.len() + 256) as u64
    }

    /// Its bytes, bound to `key` and compressed.
    pub(super) fn encode(&self, key: &CacheKey) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(vec![FORMAT], Compression::fast());
        let written = self.write(key, &mut encoder).and_then(|()| encoder.finish());
        written.expect("a Vec takes all")
    }

    fn write(&self, key: &CacheKey, to: &mut impl Write) -> std::io::Result<()> {
        to.write_all(key.digest())?;
        for number in [self.stored_at_ms, self.fresh_until_ms, self.keep_until_ms] {
            to.write_all(&number.to_le_bytes())?;
        }
        to.write_all(&self.status.as_u16().to_le_bytes())?;
        to.write_all(&[self.is_from_base64.into()])?;
        let headers = || self.headers.iter().filter(|(name, _)| *name != CONTENT_LENGTH);
        write_length(headers().count(), to)?;
        for (name, value) in headers() {
            for text in [name.as_str().as_bytes(), value.as_bytes()] {
                write_length(text.len(), to)?;
                to.write_all(text)?;
            }
        }
        to.write_all(&self.body)
    }

    /// What `encode` wrote for this very key; `None` for anything else, and for what could not be given out.
    pub(super) fn decode(key: &CacheKey, bytes: &[u8]) -> Option<Self> {
        let (&FORMAT, compressed) = bytes.split_first()? else { return None };
        let mut plain = Vec::new();
        DeflateDecoder::new(compressed).take(MOST_BYTES + 1).read_to_end(&mut plain).ok()?;
        if plain.len() as u64 > MOST_BYTES {
            return None;
        }
        let plain = Bytes::from(plain);
        let mut rest = plain.as_ref();
        if take::<32>(&mut rest)? != *key.digest() {
            return None;
        }
        let mut time = || take(&mut rest).map(u64::from_le_bytes);
        let (stored_at_ms, fresh_until_ms, keep_until_ms) = (time()?, time()?, time()?);
        let status = StatusCode::from_u16(u16::from_le_bytes(take(&mut rest)?)).ok()?;
        let is_from_base64 = match take(&mut rest)? {
            [0] => false,
            [1] => true,
            _ => return None,
        };
        let headers = read_headers(&mut rest)?;
        let body = plain.slice_ref(rest);
        let entry =
            Self { stored_at_ms, fresh_until_ms, keep_until_ms, status, headers, body, is_from_base64 };
        entry.is_usable().then_some(entry)
    }

    fn is_usable(&self) -> bool {
        let are_times =
            self.stored_at_ms.max(self.keep_until_ms) <= LAST_MS && self.fresh_until_ms <= self.keep_until_ms;
        are_times
            && (self.status == LIST || may_stand_in_an_entry(self.status))
            && self.body.len() <= MOST_BODY_BYTES
    }
}

/// As many as an answer that is kept has at most: a map of more could not be given another one.
fn read_headers(rest: &mut &[u8]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for _ in 0..read_length(rest)? {
        let name = HeaderName::from_bytes(read_text(rest)?).ok()?;
        headers.try_append(name, HeaderValue::from_bytes(read_text(rest)?).ok()?).ok()?;
    }
    has_room_for(&headers).then_some(headers)
}

fn write_length(length: usize, to: &mut impl Write) -> std::io::Result<()> {
    to.write_all(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes())
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = rest.split_first_chunk::<N>()?;
    *rest = left;
    Some(*taken)
}

fn read_length(rest: &mut &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(take(rest)?)).ok()
}

fn read_text<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = read_length(rest)?;
    let (text, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cache::tests::key;

    fn any_entry() -> impl Strategy<Value = Entry> {
        let header = ("[a-z][a-z0-9-]{0,9}", "[ -~\u{80}-\u{ff}]{0,20}");
        let body = prop::collection::vec(any::<u8>(), 0..2000);
        let times = (0..=LAST_MS, 0..=LAST_MS, 0..=LAST_MS);
        let status = (200..600u16).prop_filter("never kept", |status| ![206, 304].contains(status));
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
                Entry { stored_at_ms, fresh_until_ms, keep_until_ms, status, headers, body, is_from_base64 }
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_by_its_own_key_only(entry in any_entry()) {
            let bytes = entry.encode(&key(1));
            prop_assert_eq!(Entry::decode(&key(1), &bytes), Some(entry));
            prop_assert_eq!(Entry::decode(&key(2), &bytes), None);
        }

        #[test]
        fn any_bytes_are_an_entry_or_none(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            drop(Entry::decode(&key(1), &bytes));
        }

        #[test]
        fn a_part_is_no_entry(entry in any_entry(), part in 0.0..1.0) {
            let bytes = entry.encode(&key(1));
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below the length")]
            let length = (bytes.len() as f64 * part) as usize;
            prop_assert_eq!(Entry::decode(&key(1), &bytes[..length]), None);
        }
    }

    #[test]
    fn bytes_that_grow_without_end_are_no_entry() {
        let mut encoder = DeflateEncoder::new(vec![FORMAT], Compression::best());
        encoder.write_all(key(1).digest()).unwrap();
        encoder.write_all(&vec![0; 100 << 20]).unwrap();
        assert_eq!(Entry::decode(&key(1), &encoder.finish().unwrap()), None);
    }
}
