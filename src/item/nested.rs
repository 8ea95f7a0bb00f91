//! Maps in an item: each has fields of its own, and problems say the whole way to them.

use serde_json::{Map, Value};

#[cfg(feature = "cli")]
use super::FieldKind;
use super::{Fields, brief};

impl<'a> Fields<'a> {
    /// A map with fields of its own.
    pub fn object(&self, name: &'a str) -> Option<Fields<'a>> {
        #[cfg(feature = "cli")]
        self.record(name, || FieldKind::Map);
        let map = self.parsed(name, "a map", Value::as_object)?;
        Some(self.inner(name, map))
    }

    /// A list of maps, each with fields of its own.
    pub fn objects(&self, name: &'a str) -> Option<Vec<Fields<'a>>> {
        #[cfg(feature = "cli")]
        self.record(name, || FieldKind::Maps);
        let maps = self.parsed(name, "a list of maps", |value| {
            value.as_array()?.iter().map(Value::as_object).collect::<Option<Vec<_>>>()
        })?;
        let inner = |(index, map)| self.inner(&format!("{name}[{index}]"), map);
        Some(maps.into_iter().enumerate().map(inner).collect())
    }

    /// The fields of a map of maps, by name.
    pub fn named_objects(&self, name: &'a str) -> Vec<(&'a str, Fields<'a>)> {
        #[cfg(feature = "cli")]
        self.record(name, || FieldKind::NamedMaps);
        let map = self.parsed(name, "a map of maps", Value::as_object);
        map.map_or_else(Vec::new, |map| self.inner(name, map).all_objects())
    }

    /// The same of a map whose every name is somebody else's word.
    pub fn all_objects(self) -> Vec<(&'a str, Fields<'a>)> {
        // The path ends with a dot, and this is about what stands before it.
        #[cfg(feature = "cli")]
        self.record("", || FieldKind::NamedMaps);
        let mut named = Vec::new();
        for (key, value) in self.map {
            match value.as_object() {
                Some(inner) => named.push((key.as_str(), self.inner(key, inner))),
                None => self.problem(key, &brief(value), "a map"),
            }
        }
        named
    }

    fn inner(&self, name: &str, map: &'a Map<String, Value>) -> Fields<'a> {
        Fields {
            path: format!("{}{name}.", self.path),
            is_secret: self.is_secret.clone(),
            ..Self::of(self.item, map)
        }
    }
}
