//! Packing: items become a snapshot, one by one, so that they need not all be in memory at once.

use std::mem;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{
    blocks,
    footprint::Footprint,
    index::{Block, Index, ItemKinds, Texts},
    items::{API, route_key},
    snapshot::{MOST_BYTES, Snapshot, id_of, to_bytes},
};
use crate::digest::Sha256;

/// Packs the items of a stage, which come in the order of their route keys.
#[derive(Default)]
pub struct Packer {
    stage: String,
    digest: Sha256,
    /// Of the items as a JSON list.
    json_bytes: usize,
    footprint: Footprint,
    keys: Texts,
    /// The lines of the block that is not deflated yet, and how many they are.
    lines: Vec<u8>,
    items: usize,
    /// The lines of the first block, with which the others begin.
    dictionary: Vec<u8>,
    blocks: Vec<Block>,
    deflated: Vec<u8>,
}

/// Enough for a block to begin with what its items are like, and little to inflate for one of them.
const BLOCK_BYTES: usize = 16 << 10;

/// The items are more than a deployment may have, in bytes of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    pub bytes: usize,
    pub most: usize,
}

impl Packer {
    pub fn new(stage: &str) -> Self {
        Self { stage: stage.to_owned(), ..Self::default() }
    }

    pub fn add(&mut self, item: &Map<String, Value>) {
        let json = serde_json::to_vec(item).expect("JSON values are JSON");
        self.footprint.add(&json);
        self.count(if self.json_bytes == 0 { b"[" } else { b"," });
        self.count(&json);
        // What is too large is only counted.
        if self.json_bytes > MOST_BYTES {
            return;
        }
        let key = route_key(item);
        // It is read at each start, and nothing else with it.
        if key == API || self.lines.len() >= BLOCK_BYTES {
            self.end_block();
        }
        self.keys.push(key);
        serde_json::to_writer(&mut self.lines, &Unindexed { item, stage: &self.stage })
            .expect("JSON values are JSON");
        self.lines.push(b'\n');
        self.items += 1;
        if key == API {
            self.end_block();
        }
    }

    /// The memory that an instance needs for the items so far.
    pub fn footprint(&self) -> Footprint {
        self.footprint
    }

    /// `kinds` are those of the items.
    ///
    /// # Errors
    ///
    /// No instance would load it.
    pub fn finish(mut self, kinds: ItemKinds, validated_with: String) -> Result<Snapshot, TooLarge> {
        self.count(if self.json_bytes == 0 { b"[]" } else { b"]" });
        if self.json_bytes > MOST_BYTES {
            return Err(TooLarge { bytes: self.json_bytes, most: MOST_BYTES });
        }
        self.end_block();
        let Self { stage, digest, keys, blocks, deflated, .. } = self;
        let id = id_of(digest);
        let (index, index_length) =
            Index { stage, keys, kinds, blocks, blocks_length: deflated.len() }.deflated();
        let bytes = to_bytes(&id, &index, index_length, &deflated);
        Ok(Snapshot { id, bytes, validated_with: vec![validated_with] })
    }

    fn count(&mut self, json: &[u8]) {
        self.json_bytes += json.len();
        if self.json_bytes <= MOST_BYTES {
            self.digest.add(json);
        }
    }

    fn end_block(&mut self) {
        let lines = mem::take(&mut self.lines);
        let items = mem::take(&mut self.items);
        if items == 0 {
            return;
        }
        let block = blocks::deflate(&self.dictionary, &lines);
        let (first_item, start) = (self.keys.len() - items, self.deflated.len());
        self.blocks.push(Block { first_item, items, start, deflated: block.len(), length: lines.len() });
        self.deflated.extend(block);
        if self.dictionary.is_empty() && self.keys.get(first_item) != API {
            self.dictionary = lines;
        }
    }
}

/// An item without the attributes that the index has.
struct Unindexed<'a> {
    item: &'a Map<String, Value>,
    stage: &'a str,
}

impl Serialize for Unindexed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_left = |(name, value): &(&String, &Value)| match name.as_str() {
            "routeKey" => !value.is_string(),
            "stage" => *value != self.stage,
            _ => true,
        };
        serializer.collect_map(self.item.iter().filter(is_left))
    }
}
