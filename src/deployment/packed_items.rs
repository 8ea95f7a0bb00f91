//! The items of a snapshot, which are read from their blocks one by one or all together.

use std::{
    io::Read,
    sync::{Arc, OnceLock},
};

use flate2::read::DeflateDecoder;
use serde_json::{Map, Value};

use super::{
    blocks,
    index::{Index, ItemKind},
    snapshot::{Layout, MOST_BYTES, Snapshot, Unreadable, id_of},
};
use crate::{digest::Sha256, json};

/// A snapshot in memory. Its blocks stay deflated, but for the one that the others begin with.
#[derive(Debug)]
pub struct PackedItems {
    snapshot: Arc<Snapshot>,
    /// Where its blocks begin.
    blocks_start: usize,
    pub index: Index,
    dictionary: OnceLock<Vec<u8>>,
}

/// The items are not those that the index tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damaged {
    #[error("the block that it is in cannot be inflated")]
    Block,
    #[error("the block that it is in does not have it")]
    Line,
    #[error("it is no JSON object")]
    Json,
}

impl PackedItems {
    /// Reads the index of a snapshot; `None`: it is of the former format.
    ///
    /// # Errors
    ///
    /// The snapshot is not whole, or not to be read by this version.
    pub fn open(snapshot: &Arc<Snapshot>) -> Result<Option<Self>, Unreadable> {
        let (index, index_length, blocks) = match snapshot.layout()? {
            Layout::Former => return Ok(None),
            Layout::Indexed { index, index_length, blocks } => (index, index_length, blocks),
        };
        let inflated = blocks::inflate(b"", index, index_length).ok_or(Unreadable::NotWhole)?;
        let index = Index::read(&inflated).filter(|index| index.blocks_length == blocks.len());
        let blocks_start = snapshot.bytes.len() - blocks.len();
        let index = index.ok_or(Unreadable::NotWhole)?;
        Ok(Some(Self { snapshot: Arc::clone(snapshot), blocks_start, index, dictionary: OnceLock::new() }))
    }

    /// The item at an index, without its stage and route key.
    ///
    /// # Errors
    ///
    /// It is not there as the index says.
    pub fn item(&self, index: usize) -> Result<Map<String, Value>, Damaged> {
        let number = self.index.block_of(index).ok_or(Damaged::Line)?;
        let lines = self.block(number)?;
        let nth = index - self.index.blocks[number].first_item;
        let line = lines.split(|byte| *byte == b'\n').nth(nth).ok_or(Damaged::Line)?;
        object(line)
    }

    /// Hands each whole item to `take`, in their order.
    ///
    /// # Errors
    ///
    /// An item is not there as the index says. What came before it was taken already.
    pub fn each(&self, mut take: impl FnMut(Map<String, Value>)) -> Result<(), Damaged> {
        for (number, block) in self.index.blocks.iter().enumerate() {
            let lines = self.block(number)?;
            let mut lines = lines.split(|byte| *byte == b'\n');
            for item in block.first_item..block.first_item + block.items {
                let mut map = object(lines.next().ok_or(Damaged::Line)?)?;
                map.entry("routeKey").or_insert_with(|| self.index.keys.get(item).into());
                map.entry("stage").or_insert_with(|| self.index.stage.as_str().into());
                take(map);
            }
        }
        Ok(())
    }

    /// The `$api` item, if there is one.
    ///
    /// # Errors
    ///
    /// It is not there as the index says.
    pub fn api(&self) -> Result<Option<Map<String, Value>>, Damaged> {
        let index = self.index.kinds.iter().position(|kind| kind == ItemKind::Api);
        index.map(|index| self.item(index)).transpose()
    }

    fn block(&self, number: usize) -> Result<Vec<u8>, Damaged> {
        let dictionary = self.index.dictionary();
        match dictionary {
            Some(dictionary) if number > dictionary => {
                let lines = match self.dictionary.get() {
                    Some(lines) => lines,
                    None => {
                        let lines = self.inflated(dictionary, b"")?;
                        self.dictionary.get_or_init(|| lines)
                    }
                };
                self.inflated(number, lines)
            }
            Some(_) | None => self.inflated(number, b""),
        }
    }

    fn inflated(&self, number: usize, dictionary: &[u8]) -> Result<Vec<u8>, Damaged> {
        let block = self.index.blocks[number];
        let start = self.blocks_start + block.start;
        let deflated = self.snapshot.bytes.get(start..start + block.deflated).ok_or(Damaged::Block)?;
        blocks::inflate(dictionary, deflated, block.length).ok_or(Damaged::Block)
    }
}

/// The items of a snapshot of the former format: a JSON list.
pub struct FormerItems(Vec<u8>);

impl FormerItems {
    /// `None`: they are not whole.
    pub fn inflate(snapshot: &Snapshot) -> Option<Self> {
        let mut json = Vec::new();
        let inflated = DeflateDecoder::new(&*snapshot.bytes);
        inflated.take(MOST_BYTES as u64).read_to_end(&mut json).ok()?;
        (id_of(Sha256::default().with(&json)) == snapshot.id).then_some(Self(json))
    }

    /// Hands each item to `take`, in their order.
    ///
    /// # Errors
    ///
    /// It is no list of items.
    pub fn each(&self, take: impl FnMut(Map<String, Value>)) -> Result<(), Damaged> {
        json::read_objects(&self.0, take).map_err(|_| Damaged::Json)
    }

    /// The first stage of an item that is not `stage`.
    ///
    /// # Errors
    ///
    /// It is no list of items.
    pub fn other_stage(&self, stage: &str) -> Result<Option<String>, Damaged> {
        let mut other = None;
        self.each(|item| {
            let its = item.get("stage").and_then(Value::as_str);
            if let Some(its) = its.filter(|its| other.is_none() && *its != stage) {
                other = Some(its.to_owned());
            }
        })?;
        Ok(other)
    }
}

fn object(line: &[u8]) -> Result<Map<String, Value>, Damaged> {
    match json::read(line) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) | Err(_) => Err(Damaged::Json),
    }
}
