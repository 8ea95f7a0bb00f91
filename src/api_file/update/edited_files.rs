//! The files of an API while they are edited.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    str::FromStr,
};

use yaml_edit::{Document, Mapping};

/// The files that an edit may change, by their paths without links.
#[derive(Debug, Default)]
pub struct EditedFiles(BTreeMap<PathBuf, EditedFile>);

/// The new text of a file.
#[derive(Debug)]
pub struct FileEdit {
    /// Without links.
    pub path: PathBuf,
    /// As it was read.
    pub before: String,
    pub text: String,
}

#[derive(Debug)]
struct EditedFile {
    before: String,
    /// Each map of it is a view: what is set there is set here. `None`: the library does not read this text.
    document: Option<Document>,
}

impl EditedFiles {
    /// The map that a file holds; `None`: another value, or none.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn map_of(&mut self, path: &Path) -> io::Result<Option<Mapping>> {
        if !self.0.contains_key(path) {
            let before = fs::read_to_string(path)?;
            let document = Document::from_str(&before).ok().filter(|document| document.to_string() == before);
            self.0.insert(path.to_owned(), EditedFile { before, document });
        }
        let document = self.0.get(path).and_then(|file| file.document.as_ref());
        Ok(document.and_then(Document::as_mapping))
    }

    /// The texts as they are now.
    pub fn texts(&self) -> BTreeMap<PathBuf, String> {
        self.0.iter().map(|(path, file)| (path.clone(), file.text())).collect()
    }

    /// The files that are no longer as they were.
    pub fn changed(self) -> Vec<FileEdit> {
        let edits =
            self.0.into_iter().map(|(path, file)| FileEdit { path, text: file.text(), before: file.before });
        edits.filter(|edit| edit.text != edit.before).collect()
    }
}

impl EditedFile {
    fn text(&self) -> String {
        self.document.as_ref().map_or_else(|| self.before.clone(), Document::to_string)
    }
}
