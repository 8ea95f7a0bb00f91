//! The members and items of one value that some keyword has judged, for `unevaluatedProperties` and `unevaluatedItems`.

use std::collections::BTreeSet;

#[derive(Debug, Default)]
pub struct Evaluated<'v> {
    properties: BTreeSet<&'v str>,
    has_all_properties: bool,
    /// All items before this one.
    items_before: usize,
    items: BTreeSet<usize>,
}

impl<'v> Evaluated<'v> {
    pub fn add_property(&mut self, name: &'v str) {
        self.properties.insert(name);
    }

    pub fn add_all_properties(&mut self) {
        self.has_all_properties = true;
    }

    pub fn add_items_before(&mut self, end: usize) {
        self.items_before = self.items_before.max(end);
    }

    pub fn add_item(&mut self, index: usize) {
        self.items.insert(index);
    }

    pub fn has_property(&self, name: &str) -> bool {
        self.has_all_properties || self.properties.contains(name)
    }

    pub fn has_item(&self, index: usize) -> bool {
        index < self.items_before || self.items.contains(&index)
    }

    /// Adds what another schema has judged of the same value.
    pub fn extend(&mut self, other: Self) {
        self.properties.extend(other.properties);
        self.has_all_properties |= other.has_all_properties;
        self.items_before = self.items_before.max(other.items_before);
        self.items.extend(other.items);
    }
}
