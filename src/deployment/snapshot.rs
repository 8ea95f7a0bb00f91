//! A deployment as it is stored: the items that it was made of, under an id that says what is in it.
//!
//! The bytes are made for reading. An index has the keys of all routes and what must be known of each before it is
//! asked for ([`Index`](super::index::Index)); the items stand in blocks, of which only those are read that are asked for.
//!
//! ```text
//! "format" | 2 | SHA-256 of the id and the rest | bytes of the index, deflated and not | the index | blocks
//! ```
//!
//! The former format was one deflated JSON list of all items.

use std::fmt;

use super::encoding::{Reader, put_number};
use crate::digest::{self, Sha256, hex};

/// The items of one stage, in the order of their route keys.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The first half of the SHA-256 of the items as a JSON list, in lower-case hex.
    pub id: String,
    pub bytes: Vec<u8>,
    /// The marks of the validations that the items have passed.
    pub validated_with: Vec<String>,
}

/// The parts of a snapshot's bytes.
#[derive(Clone, Debug)]
pub enum Layout<'a> {
    Indexed {
        index: &'a [u8],
        index_length: usize,
        blocks: &'a [u8],
    },
    /// All of it is a deflated JSON list.
    Former,
}

/// The reason why a snapshot is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// A part is missing, or is another's.
    NotWhole,
    /// Another version of the gateway has stored it.
    UnknownFormat(u8),
}

/// The first bytes, which begin no deflated list: a block of the type that `f` says is none.
const MAGIC: &[u8] = b"format";
const FORMAT: u8 = 2;
const DIGEST_BYTES: usize = 32;

/// The most that the items of a deployment may have as JSON, in bytes: more than any table's worth of routes, and less
/// than an instance's memory.
pub const MOST_BYTES: usize = 64 << 20;

/// The bytes of a snapshot.
pub fn to_bytes(id: &str, index: &[u8], index_length: usize, blocks: &[u8]) -> Vec<u8> {
    let mut rest = Vec::with_capacity(index.len() + blocks.len() + 64);
    put_number(&mut rest, index.len() as u64);
    put_number(&mut rest, index_length as u64);
    rest.extend(index);
    rest.extend(blocks);
    [MAGIC, &[FORMAT], &digest(id, &rest), &rest].concat()
}

impl Snapshot {
    /// Finds the parts.
    ///
    /// # Errors
    ///
    /// The bytes are not those that were stored under this id, or this version does not know their format. What is of the
    /// former format is not checked here.
    pub fn layout(&self) -> Result<Layout<'_>, Unreadable> {
        let Some(bytes) = self.bytes.strip_prefix(MAGIC) else { return Ok(Layout::Former) };
        let mut reader = Reader(bytes);
        match reader.byte().ok_or(Unreadable::NotWhole)? {
            FORMAT => self.indexed(reader).ok_or(Unreadable::NotWhole),
            other => Err(Unreadable::UnknownFormat(other)),
        }
    }

    fn indexed<'a>(&self, mut reader: Reader<'a>) -> Option<Layout<'a>> {
        let expected = reader.take(DIGEST_BYTES)?;
        if digest(&self.id, reader.0) != expected {
            return None;
        }
        let (deflated, index_length) = (reader.count()?, reader.count()?);
        let index = reader.take(deflated)?;
        // It has less of each item than its JSON.
        (index_length <= MOST_BYTES).then_some(Layout::Indexed { index, index_length, blocks: reader.0 })
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "deployment {}, {} bytes", self.id, self.bytes.len())
    }
}

fn digest(id: &str, rest: &[u8]) -> [u8; digest::LENGTH] {
    Sha256::default().with(id).with([0]).with(rest).finish()
}

/// The id of the items whose JSON list has this digest.
pub fn id_of(digest: Sha256) -> String {
    hex(&digest.finish()[..16])
}
