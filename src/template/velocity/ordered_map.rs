//! A map from texts to values that keeps the order in which its keys came first.

use std::{collections::HashMap, rc::Rc};

use super::Value;

/// Maps of fewer members are searched from the front.
const LEAST_INDEXED: usize = 16;

/// A map in the order of its members. A member that is set again keeps its place.
#[derive(Clone, Debug, Default)]
pub struct OrderedMap {
    members: Vec<(Rc<str>, Value)>,
    /// Where each key's member is; empty while the map is small.
    index: HashMap<Rc<str>, usize>,
}

impl OrderedMap {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.position(key).map(|at| &self.members[at].1)
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// Sets a member and returns the value that it had.
    pub fn insert(&mut self, key: Rc<str>, value: Value) -> Option<Value> {
        if let Some(at) = self.position(&key) {
            return Some(std::mem::replace(&mut self.members[at].1, value));
        }
        if !self.index.is_empty() {
            self.index.insert(Rc::clone(&key), self.members.len());
        }
        self.members.push((key, value));
        if self.members.len() == LEAST_INDEXED {
            self.index_again();
        }
        None
    }

    /// Takes a member out; the ones behind it move up.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.position(key)?;
        let (_, value) = self.members.remove(at);
        self.index_again();
        Some(value)
    }

    pub fn clear(&mut self) {
        self.members.clear();
        self.index.clear();
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Rc<str>, &Value)> {
        self.members.iter().map(|(key, value)| (key, value))
    }

    pub fn keys(&self) -> impl Iterator<Item = &Rc<str>> {
        self.members.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.members.iter().map(|(_, value)| value)
    }

    fn position(&self, key: &str) -> Option<usize> {
        if self.index.is_empty() {
            return self.members.iter().position(|(existing, _)| &**existing == key);
        }
        self.index.get(key).copied()
    }

    fn index_again(&mut self) {
        self.index.clear();
        if self.members.len() >= LEAST_INDEXED {
            let keys = self.members.iter().enumerate();
            self.index.extend(keys.map(|(at, (key, _))| (Rc::clone(key), at)));
        }
    }
}

impl<Key: Into<Rc<str>>> FromIterator<(Key, Value)> for OrderedMap {
    fn from_iter<Members: IntoIterator<Item = (Key, Value)>>(members: Members) -> Self {
        let mut map = Self::new();
        for (key, value) in members {
            map.insert(key.into(), value);
        }
        map
    }
}
