//! README.md, CHANGELOG.md and `docs/`, held to what they show: items are valid, answers are the gateway's, tables are
//! the code's, links lead somewhere.
//!
//! `UPDATE_EXPECT=1` writes answers, problems and the tool's tables into the pages.

mod command_reference;
mod cost_examples;
mod defaults;
mod examples;
mod fields;
mod import_examples;
mod layout;
mod links;
mod markdown;
mod notes;
mod refusal_table;
mod settings;

use std::fs;

use expect_test::expect_file;

/// A page that people read.
pub struct Page {
    /// From the root of the repository: `docs/items.md`.
    pub path: String,
    pub text: String,
}

impl Page {
    pub fn read(path: &str) -> Self {
        let text = fs::read_to_string(absolute(path));
        Self { path: path.to_owned(), text: text.unwrap_or_else(|error| panic!("{path}: {error}")) }
    }

    /// Compares the page with what it should say, or, with `UPDATE_EXPECT=1`, makes it say that.
    pub fn assert_says(&self, expected: &str) {
        // Only what differs is written: another test may write into the same page.
        if self.text != expected {
            expect_file![absolute(&self.path)].assert_eq(expected);
        }
    }
}

/// The pages of `docs/`, in the order of their names.
pub fn docs() -> Vec<Page> {
    let names = fs::read_dir(absolute("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut paths: Vec<_> = names.map(|name| format!("docs/{}", name.to_str().unwrap())).collect();
    paths.sort();
    assert!(paths.iter().all(|path| path.ends_with(".md")), "{paths:?}");
    paths.iter().map(|path| Page::read(path)).collect()
}

/// All of them: README.md, CHANGELOG.md, `docs/`.
pub fn pages() -> Vec<Page> {
    let mut pages = vec![Page::read("README.md"), Page::read("CHANGELOG.md")];
    pages.extend(docs());
    pages
}

/// A path of the repository.
fn absolute(path: &str) -> String {
    format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))
}
