//! The value of a cache key in both levels, and its bytes in the table.
//!
//! The table may give bytes of any kind. Only an answer that can be given out, and a list of what tells answers apart,
//! are read; anything else is nothing.

use std::{
    io::{self, Read, Write},
    sync::Arc,
};

use bytes::Bytes;
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_LENGTH, VARY},
};

use super::{
    entry::{Entry, MOST_BODY_BYTES, StoredBody, is_short_head, is_storable_status},
    key::CacheKey,
    rfc9111::Variants,
};
use crate::{
    content_coding::PackedBody,
    deflate::{plain_head, plain_stream},
};

/// The value of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    Answer(Arc<Entry>),
    /// The answers have keys of their own.
    Variants(Arc<Variants>),
}

/// The first byte of an entry that is compressed as a whole, as gateways have written each before.
pub(super) const FORMAT: u8 = 2;
/// The first byte of an entry whose body is packed. To a gateway that does not know it, it is no entry.
pub(super) const PACKED_FORMAT: u8 = 3;
/// The status of no answer, in the bytes of a list of variants.
const VARIANTS_STATUS: StatusCode = StatusCode::CONTINUE;
/// The end of the year 9999: what comes later is no time of any clock.
pub(super) const LAST_MS: u64 = 253_402_300_799_999;
/// More than any entry has, head and lengths included.
const MOST_BYTES: u64 = MOST_BODY_BYTES as u64 + 256 * 1_024;

/// An item with so few bytes is one write unit, however well they compress; and a compressor that begins costs more
/// than all else of an entry.
const NEVER_COMPRESSED: usize = 600;

/// The fields before the headers.
struct StoredHead {
    stored_at_ms: u64,
    fresh_until_ms: u64,
    keep_until_ms: u64,
    status: StatusCode,
    is_from_base64: bool,
}

impl From<Entry> for Stored {
    fn from(entry: Entry) -> Self {
        Self::Answer(Arc::new(entry))
    }
}

impl From<Variants> for Stored {
    fn from(variants: Variants) -> Self {
        Self::Variants(Arc::new(variants))
    }
}

impl Stored {
    /// The answer, if it is one.
    pub(super) fn answer(self) -> Option<Arc<Entry>> {
        match self {
            Self::Answer(entry) => Some(entry),
            Self::Variants(_) => None,
        }
    }

    /// The time of storing, in milliseconds since 1970.
    pub(super) fn stored_at_ms(&self) -> u64 {
        match self {
            Self::Answer(entry) => entry.stored_at_ms,
            Self::Variants(variants) => variants.since_ms,
        }
    }

    /// The end of its use, in milliseconds since 1970.
    pub(super) fn keep_until_ms(&self) -> u64 {
        match self {
            Self::Answer(entry) => entry.keep_until_ms,
            Self::Variants(variants) => variants.keep_until_ms,
        }
    }

    /// The bytes that it takes in memory, about.
    pub(super) fn weight(&self) -> u64 {
        match self {
            Self::Answer(entry) => entry.weight(),
            Self::Variants(variants) => variants.weight(),
        }
    }

    /// Writes its bytes, bound to `key` and compressed where that can save a write unit.
    pub(super) fn encode(&self, key: &CacheKey) -> Vec<u8> {
        let written = match self {
            Self::Answer(entry) => match &entry.body {
                StoredBody::Plain(_) => compressed(|plain| write_entry(key, entry, plain)),
                StoredBody::Packed(body) => packed(key, entry, body),
            },
            Self::Variants(variants) => compressed(|plain| write_variants(key, variants, plain)),
        };
        written.expect("a Vec takes all")
    }

    /// Reads what `encode` wrote for this very key; `None` for anything else, and for what could not be given out.
    pub(super) fn decode(key: &CacheKey, bytes: &[u8]) -> Option<Self> {
        let (format, rest) = bytes.split_first()?;
        match (format, rest) {
            (&FORMAT, compressed) => Self::read(key, &decompress(compressed)?, StoredBody::Plain),
            (&PACKED_FORMAT, mut rest) => {
                let plain_length = read_length(&mut rest).filter(|length| *length <= MOST_BODY_BYTES)?;
                let packed_length = read_length(&mut rest)?;
                let body = |bytes| StoredBody::Packed(PackedBody::stored(bytes, plain_length));
                let stored = Self::read(key, &Bytes::copy_from_slice(rest), body)?;
                match &stored {
                    // A body in base64 is another one for each client.
                    Self::Answer(entry) if !entry.is_from_base64 => {
                        (entry.body.bytes().len() == packed_length).then_some(stored)
                    }
                    Self::Answer(_) | Self::Variants(_) => None,
                }
            }
            _ => None,
        }
    }

    /// Reads what `write_entry` or `write_variants` wrote for this very key.
    fn read(key: &CacheKey, fields: &Bytes, stored_body: impl Fn(Bytes) -> StoredBody) -> Option<Self> {
        let mut rest = fields.as_ref();
        if take::<32>(&mut rest)? != *key.digest() {
            return None;
        }
        let head = StoredHead::read(&mut rest)?;
        let headers = read_headers(&mut rest)?;
        (rest.len() <= MOST_BODY_BYTES).then_some(())?;
        let StoredHead { stored_at_ms, fresh_until_ms, keep_until_ms, status, is_from_base64 } = head;
        if status == VARIANTS_STATUS {
            return Some(Variants::read(&headers, stored_at_ms, keep_until_ms).into());
        }
        let body = stored_body(fields.slice_ref(rest));
        let entry =
            Entry { stored_at_ms, fresh_until_ms, keep_until_ms, status, headers, body, is_from_base64 };
        is_storable_status(status).then(|| entry.into())
    }
}

impl StoredHead {
    fn read(rest: &mut &[u8]) -> Option<Self> {
        let mut time = || take(rest).map(u64::from_le_bytes);
        let (stored_at_ms, fresh_until_ms, keep_until_ms) = (time()?, time()?, time()?);
        let status = StatusCode::from_u16(u16::from_le_bytes(take(rest)?)).ok()?;
        let is_from_base64 = match take(rest)? {
            [0] => false,
            [1] => true,
            [_] => return None,
        };
        let are_times = stored_at_ms.max(keep_until_ms) <= LAST_MS && fresh_until_ms <= keep_until_ms;
        are_times.then_some(Self { stored_at_ms, fresh_until_ms, keep_until_ms, status, is_from_base64 })
    }

    fn write(&self, to: &mut impl Write) -> io::Result<()> {
        for number in [self.stored_at_ms, self.fresh_until_ms, self.keep_until_ms] {
            to.write_all(&number.to_le_bytes())?;
        }
        to.write_all(&self.status.as_u16().to_le_bytes())?;
        to.write_all(&[self.is_from_base64.into()])
    }
}

/// The byte of its format, the lengths of the body, and the rest as it is: the table's checksum says that it is whole.
fn packed(key: &CacheKey, entry: &Entry, body: &PackedBody) -> io::Result<Vec<u8>> {
    let mut bytes = vec![PACKED_FORMAT];
    write_length(body.plain_length(), &mut bytes)?;
    write_length(body.bytes().len(), &mut bytes)?;
    write_entry(key, entry, &mut bytes)?;
    Ok(bytes)
}

/// A deflate stream of what is written, after the byte of its format.
fn compressed(write: impl Fn(&mut Vec<u8>) -> io::Result<()>) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    write(&mut plain)?;
    if plain.len() <= NEVER_COMPRESSED {
        let head = plain_head(plain.len().try_into().expect("it is short"));
        return Ok([&[FORMAT][..], &head, &plain].concat());
    }
    let mut encoder = DeflateEncoder::new(vec![FORMAT], Compression::fast());
    encoder.write_all(&plain)?;
    encoder.finish()
}

fn decompress(compressed: &[u8]) -> Option<Bytes> {
    if let Some(plain) = plain_stream(compressed) {
        return Some(Bytes::copy_from_slice(plain));
    }
    let mut plain = Vec::new();
    DeflateDecoder::new(compressed).take(MOST_BYTES + 1).read_to_end(&mut plain).ok()?;
    (plain.len() as u64 <= MOST_BYTES).then(|| plain.into())
}

fn write_entry(key: &CacheKey, entry: &Entry, to: &mut impl Write) -> io::Result<()> {
    let &Entry { stored_at_ms, fresh_until_ms, keep_until_ms, status, is_from_base64, .. } = entry;
    to.write_all(key.digest())?;
    StoredHead { stored_at_ms, fresh_until_ms, keep_until_ms, status, is_from_base64 }.write(to)?;
    let headers = || entry.headers.iter().filter(|(name, _)| *name != CONTENT_LENGTH);
    write_length(headers().count(), to)?;
    for (name, value) in headers() {
        write_text(name.as_str().as_bytes(), to)?;
        write_text(value.as_bytes(), to)?;
    }
    to.write_all(entry.body.bytes())
}

/// Writes an answer with a status that none has, whose `Vary` is the list: gateways of all versions read it.
fn write_variants(key: &CacheKey, variants: &Variants, to: &mut impl Write) -> io::Result<()> {
    to.write_all(key.digest())?;
    let head = StoredHead {
        stored_at_ms: variants.since_ms,
        fresh_until_ms: variants.keep_until_ms,
        keep_until_ms: variants.keep_until_ms,
        status: VARIANTS_STATUS,
        is_from_base64: false,
    };
    head.write(to)?;
    write_length(variants.names().len(), to)?;
    for name in variants.names() {
        write_text(VARY.as_str().as_bytes(), to)?;
        write_text(name.as_str().as_bytes(), to)?;
    }
    Ok(())
}

/// Reads at most as many as a stored answer has: a map of more could not be given another one.
fn read_headers(rest: &mut &[u8]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for _ in 0..read_length(rest)? {
        let name = HeaderName::from_bytes(read_text(rest)?).ok()?;
        headers.try_append(name, HeaderValue::from_bytes(read_text(rest)?).ok()?).ok()?;
    }
    is_short_head(&headers).then_some(headers)
}

fn write_length(length: usize, to: &mut impl Write) -> io::Result<()> {
    to.write_all(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes())
}

fn write_text(text: &[u8], to: &mut impl Write) -> io::Result<()> {
    write_length(text.len(), to)?;
    to.write_all(text)
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
