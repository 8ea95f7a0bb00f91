//! The index of a snapshot: the keys of its items, what must be known of each route before it is read, and where it is.
//!
//! It is written in columns, which deflate well: ten thousand routes that are much alike take a few bytes each.

use std::collections::HashMap;

use super::{
    blocks,
    encoding::{Reader, put_number},
    items::API,
    route_facts::RouteFacts,
    snapshot::MOST_BYTES,
};

/// The index of one stage's items.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Index {
    pub stage: String,
    /// The route keys as written, in the order of the items.
    pub keys: Texts,
    pub kinds: ItemKinds,
    pub blocks: Vec<Block>,
    /// The bytes of all blocks as they are stored.
    pub blocks_length: usize,
}

/// The part that an item has in its deployment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ItemKind {
    Route(RouteFacts),
    /// The `$api` item.
    Api,
    Disabled,
}

/// The kinds of all items, each different one once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemKinds {
    different: Vec<RouteFacts>,
    /// Of each item: 0 if it is disabled, 1 if it is `$api`, and from 2 on the place of its facts.
    numbers: Vec<u32>,
}

/// A block of items, which stand in it as lines of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    pub first_item: usize,
    pub items: usize,
    /// Where it begins among the blocks.
    pub start: usize,
    /// The bytes that it has there, and inflated.
    pub deflated: usize,
    pub length: usize,
}

/// Texts, in one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl FromIterator<ItemKind> for ItemKinds {
    fn from_iter<I: IntoIterator<Item = ItemKind>>(kinds: I) -> Self {
        let (mut different, mut numbers) = (Vec::new(), Vec::new());
        let mut places = HashMap::new();
        for kind in kinds {
            let number = match kind {
                ItemKind::Disabled => 0,
                ItemKind::Api => 1,
                ItemKind::Route(facts) => {
                    2 + *places.entry(facts).or_insert_with(|| {
                        different.push(facts);
                        different.len() - 1
                    })
                }
            };
            numbers.push(u32::try_from(number).expect("the items have fewer bytes"));
        }
        Self { different, numbers }
    }
}

impl ItemKinds {
    pub fn get(&self, item: usize) -> ItemKind {
        match self.numbers[item] {
            0 => ItemKind::Disabled,
            1 => ItemKind::Api,
            number => ItemKind::Route(self.different[number as usize - 2]),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = ItemKind> {
        (0..self.numbers.len()).map(|item| self.get(item))
    }

    pub fn write(&self, bytes: &mut Vec<u8>) {
        put_number(bytes, self.different.len() as u64);
        self.different.iter().for_each(|facts| facts.write(bytes));
        self.numbers.iter().for_each(|number| put_number(bytes, u64::from(*number)));
    }

    fn read(reader: &mut Reader<'_>, count: usize) -> Option<Self> {
        let most = count.min(reader.0.len() / RouteFacts::LEAST_BYTES);
        let length = reader.count().filter(|different| *different <= most)?;
        let (mut different, mut numbers) = (Vec::with_capacity(length), Vec::with_capacity(count));
        for _ in 0..length {
            different.push(RouteFacts::read(reader)?);
        }
        for _ in 0..count {
            let number = reader.count().filter(|number| *number < length + 2)?;
            numbers.push(u32::try_from(number).ok()?);
        }
        Some(Self { different, numbers })
    }
}

impl Texts {
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).expect("the items have fewer bytes"));
    }

    pub fn get(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.text[start..self.ends[index] as usize]
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }
}

impl Index {
    /// The block that holds an item.
    pub fn block_of(&self, item: usize) -> Option<usize> {
        let after = self.blocks.partition_point(|block| block.first_item <= item);
        after.checked_sub(1)
    }

    /// The block that the others begin with, where there is one: the first that is of more than the `$api` item.
    pub fn dictionary(&self) -> Option<usize> {
        self.blocks.iter().position(|block| self.keys.get(block.first_item) != API)
    }

    /// The bytes, deflated, and how many they were.
    pub fn deflated(&self) -> (Vec<u8>, usize) {
        let bytes = self.to_bytes();
        (blocks::deflate(b"", &bytes), bytes.len())
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut put = |number: usize| put_number(&mut bytes, number as u64);
        put(self.stage.len());
        put(self.keys.len());
        put(self.blocks.len());
        bytes.extend(self.stage.bytes());
        self.write_keys(&mut bytes);
        self.kinds.write(&mut bytes);
        for column in
            [|block: &Block| block.items, |block: &Block| block.deflated, |block: &Block| block.length]
        {
            self.blocks.iter().for_each(|block| put_number(&mut bytes, column(block) as u64));
        }
        bytes
    }

    /// Of each key how much it shares with the one before, how much follows, and what.
    fn write_keys(&self, bytes: &mut Vec<u8>) {
        let keys = (0..self.keys.len()).map(|index| {
            let key = self.keys.get(index);
            let before = index.checked_sub(1).map_or("", |before| self.keys.get(before));
            let shared = key.char_indices().zip(before.chars()).find(|((_, a), b)| a != b);
            (key, shared.map_or(key.len().min(before.len()), |((at, _), _)| at))
        });
        let keys: Vec<_> = keys.collect();
        keys.iter().for_each(|(_, shared)| put_number(bytes, *shared as u64));
        keys.iter().for_each(|(key, shared)| put_number(bytes, (key.len() - shared) as u64));
        keys.iter().for_each(|(key, shared)| bytes.extend(key[*shared..].bytes()));
    }

    /// Reads an index; `None`: it is none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let (stage, items, blocks) = (reader.count()?, reader.count()?, reader.count()?);
        let stage = std::str::from_utf8(reader.take(stage)?).ok()?.to_owned();
        if least_bytes(items, blocks)? > reader.0.len() {
            return None;
        }
        let keys = read_keys(&mut reader, items)?;
        let kinds = ItemKinds::read(&mut reader, items)?;
        let columns = [
            read_column(&mut reader, blocks)?,
            read_column(&mut reader, blocks)?,
            read_column(&mut reader, blocks)?,
        ];
        let mut index = Self { stage, keys, kinds, blocks: Vec::with_capacity(blocks), blocks_length: 0 };
        index.add_blocks(&columns)?;
        reader.0.is_empty().then_some(index)
    }

    fn add_blocks(&mut self, [items, deflated, length]: &[Vec<usize>; 3]) -> Option<()> {
        let (mut first_item, mut start, mut all) = (0_usize, 0_usize, 0_usize);
        for ((items, deflated), length) in items.iter().zip(deflated).zip(length) {
            let (items, deflated, length) = (*items, *deflated, *length);
            self.blocks.push(Block { first_item, items, start, deflated, length });
            first_item = first_item.checked_add(items).filter(|end| items > 0 && *end <= self.keys.len())?;
            start = start.checked_add(deflated)?;
            all = all.checked_add(length)?;
        }
        self.blocks_length = start;
        (first_item == self.keys.len() && all <= MOST_BYTES).then_some(())
    }
}

/// The bytes that follow a stage at least: each item has three numbers, and so has each block.
fn least_bytes(items: usize, blocks: usize) -> Option<usize> {
    items.checked_add(blocks)?.checked_mul(3)
}

fn read_column(reader: &mut Reader<'_>, count: usize) -> Option<Vec<usize>> {
    let mut column = Vec::with_capacity(count);
    for _ in 0..count {
        column.push(reader.count()?);
    }
    Some(column)
}

fn read_keys(reader: &mut Reader<'_>, count: usize) -> Option<Texts> {
    let (shared, lengths) = (read_column(reader, count)?, read_column(reader, count)?);
    let mut keys = Texts { text: String::new(), ends: Vec::with_capacity(count) };
    let mut last = 0_usize;
    for (shared, length) in shared.into_iter().zip(lengths) {
        let rest = std::str::from_utf8(reader.take(length)?).ok()?;
        let start = keys.text.len();
        let end = last.checked_add(shared).filter(|end| *end <= start)?;
        keys.text.get(last..end).filter(|shared| start + shared.len() + length <= MOST_BYTES)?;
        keys.text.extend_from_within(last..end);
        keys.push(rest);
        last = start;
    }
    Some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(items: usize, blocks: usize) -> Index {
        let mut keys = Texts::default();
        // Each shares all of the one before.
        (0..items).for_each(|_| keys.push(""));
        let kinds = (0..items).map(|_| ItemKind::Disabled).collect();
        let each = items.checked_div(blocks).unwrap_or_default();
        let block = |nth| Block { first_item: nth * each, items: each, start: 0, deflated: 0, length: 0 };
        Index {
            stage: String::new(),
            keys,
            kinds,
            blocks: (0..blocks).map(block).collect(),
            blocks_length: 0,
        }
    }

    #[test]
    fn an_index_has_no_fewer_bytes_than_its_items_and_blocks_need() {
        for (items, blocks) in [(0, 0), (1, 1), (9, 3), (100, 100)] {
            let index = index(items, blocks);
            let bytes = index.to_bytes();
            // Besides the length of the stage, the counts of items and of blocks, and the count of different facts.
            assert_eq!(
                bytes.len(),
                4 + least_bytes(items, blocks).unwrap(),
                "{items} items, {blocks} blocks"
            );
            assert_eq!(Index::read(&bytes).as_ref(), Some(&index));
        }
    }

    #[test]
    fn an_index_that_says_more_than_its_bytes_can_hold_is_none() {
        let of = |items: u64, blocks: u64, rest: usize| {
            let mut bytes = vec![0];
            put_number(&mut bytes, items);
            put_number(&mut bytes, blocks);
            bytes.resize(bytes.len() + rest, 0);
            Index::read(&bytes)
        };
        for (items, blocks) in
            [(100, 0), (34, 0), (0, 100), (0, 34), (17, 17), (u64::MAX, 0), (u64::MAX / 3, 1)]
        {
            assert_eq!(of(items, blocks, 100), None, "{items} items, {blocks} blocks");
        }
        assert_eq!(least_bytes(usize::MAX, 1), None);
        assert_eq!(least_bytes(usize::MAX / 3, 1), None);
    }
}
