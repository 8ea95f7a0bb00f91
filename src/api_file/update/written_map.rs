//! A map as the files have it: its own members, and those of the files that it includes.

use std::{
    io,
    path::{Path, PathBuf},
    str::FromStr,
};

use serde_json::{Map, Value};
use yaml_edit::{Document, Mapping, YamlNode};

use super::{edited_files::EditedFiles, quotes::Quotes};
use crate::api_file::{loader::INCLUDE, yaml_text::write_member};

/// A member as it is written, and as it is to be; `None` is no member.
pub struct MemberEdit {
    pub name: String,
    pub own: Option<Value>,
    pub wanted: Option<Value>,
}

/// The maps that make one, each with the file that it is in.
pub struct WrittenMap(Vec<(Mapping, PathBuf)>);

impl WrittenMap {
    /// # Errors
    ///
    /// A file that it includes cannot be read.
    pub fn of(files: &mut EditedFiles, map: Mapping, file: &Path) -> io::Result<Self> {
        let mut layers = vec![(map, file.to_owned())];
        let mut next = 0;
        // The files were loaded: none includes itself.
        while let Some((map, file)) = layers.get(next).cloned() {
            for included in included_files(&map, &file) {
                let included = included.canonicalize()?;
                layers.extend(files.map_of(&included)?.map(|map| (map, included)));
            }
            next += 1;
        }
        Ok(Self(layers))
    }

    /// The map behind a name; `None`: there is none.
    ///
    /// # Errors
    ///
    /// A file that it includes cannot be read.
    pub fn inner(&self, files: &mut EditedFiles, name: &str) -> io::Result<Option<Self>> {
        let Some((layer, file)) = self.layer_with(name) else { return Ok(None) };
        match layer.get_mapping(name) {
            Some(map) => Self::of(files, map, file).map(Some),
            None => Ok(None),
        }
    }

    /// Edits members of the map behind a name, which is made if there is none.
    ///
    /// # Errors
    ///
    /// A file that is included cannot be read.
    pub fn write_within(
        &self,
        files: &mut EditedFiles,
        name: &str,
        edits: Vec<MemberEdit>,
    ) -> io::Result<()> {
        // What is set in braces stays in braces.
        if let Some(inner) = self.inner(files, name)?.filter(|inner| !inner.is_empty()) {
            return inner.write_all(files, edits);
        }
        let new = edits.into_iter().filter_map(|edit| Some((edit.name, edit.wanted?)));
        let new: Map<String, Value> = new.collect();
        if !new.is_empty() {
            self.set(name, &Value::Object(new));
        }
        Ok(())
    }

    /// Edits members.
    ///
    /// # Errors
    ///
    /// A file that is included cannot be read.
    pub fn write_all(&self, files: &mut EditedFiles, edits: Vec<MemberEdit>) -> io::Result<()> {
        edits.into_iter().try_for_each(|MemberEdit { name, own, wanted }| {
            self.write(files, &name, own.as_ref(), wanted.as_ref())
        })
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|(map, _)| map.is_empty())
    }

    /// Makes `wanted` of the member `own`, in whose maps only what differs is changed. `None` is no member.
    ///
    /// # Errors
    ///
    /// A file that is included cannot be read.
    pub fn write(
        &self,
        files: &mut EditedFiles,
        name: &str,
        own: Option<&Value>,
        wanted: Option<&Value>,
    ) -> io::Result<()> {
        match (own, wanted) {
            (own, wanted) if own == wanted => {}
            (_, None) => self.remove(name),
            (Some(Value::Object(own)), Some(Value::Object(wanted))) if !wanted.is_empty() => {
                match self.inner(files, name)? {
                    Some(inner) => inner.write_members(files, own, wanted)?,
                    None => self.set(name, &Value::Object(wanted.clone())),
                }
            }
            (_, Some(wanted)) => self.set(name, wanted),
        }
        Ok(())
    }

    fn write_members(
        &self,
        files: &mut EditedFiles,
        own: &Map<String, Value>,
        wanted: &Map<String, Value>,
    ) -> io::Result<()> {
        let new = wanted.keys().filter(|name| !own.contains_key(*name));
        for name in own.keys().chain(new) {
            self.write(files, name, own.get(name), wanted.get(name))?;
        }
        Ok(())
    }

    /// Removes a member that is `null`.
    pub fn remove_null(&self, name: &str) {
        let value = self.layer_with(name).and_then(|(map, _)| map.get(name));
        if value.is_some_and(|value| value.as_scalar().is_some_and(|scalar| scalar.is_null())) {
            self.remove(name);
        }
    }

    fn set(&self, name: &str, value: &Value) {
        let place = self.layer_with(name).or_else(|| self.place_of_new());
        let Some((map, _)) = place else { return };
        let quotes = map.get(name).and_then(|former| Quotes::of(&former));
        let in_quotes = quotes
            .and_then(|quotes| quotes.write(value))
            .and_then(|text| parsed(&format!("value: {text}\n")));
        if let Some(value) = in_quotes.or_else(|| yaml(value)) {
            map.set(name, &value);
        }
    }

    fn remove(&self, name: &str) {
        if let Some((map, _)) = self.layer_with(name) {
            map.remove(name);
        }
    }

    fn layer_with(&self, name: &str) -> Option<&(Mapping, PathBuf)> {
        self.0.iter().find(|(map, _)| map.contains_key(name))
    }

    /// The first map that has more than what it includes.
    fn place_of_new(&self) -> Option<&(Mapping, PathBuf)> {
        let includes_only = |map: &Mapping| map.len() == 1 && map.contains_key(INCLUDE);
        self.0.iter().find(|(map, _)| !includes_only(map)).or(self.0.first())
    }
}

/// The paths behind `$include`, a text or a list of texts.
fn included_files(map: &Mapping, file: &Path) -> Vec<PathBuf> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let text = |node: &YamlNode| node.as_scalar().map(|scalar| folder.join(scalar.as_string()));
    match map.get(INCLUDE) {
        Some(node) => match node.as_sequence() {
            Some(list) => list.values().filter_map(|node| text(&node)).collect(),
            None => text(&node).into_iter().collect(),
        },
        None => Vec::new(),
    }
}

/// A value as an export writes it.
fn yaml(value: &Value) -> Option<YamlNode> {
    let mut text = String::new();
    write_member(&mut text, 0, "value", value);
    parsed(&text)
}

/// The value of `value: …`.
fn parsed(text: &str) -> Option<YamlNode> {
    Document::from_str(text).ok()?.as_mapping()?.get("value")
}
