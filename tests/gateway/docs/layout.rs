//! The form of the pages: a first paragraph that says what a page is for, a list of contents, a short README.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Page, absolute, docs, markdown, pages};

const CONTENTS: &str = "On this page:\n\n";

#[test]
fn the_readme_has_at_most_200_lines() {
    let lines = Page::read("README.md").text.lines().count();
    assert!(lines <= 200, "{lines}");
}

#[test]
fn every_page_begins_with_its_title_and_a_paragraph_that_says_what_it_is_for() {
    for page in docs() {
        let mut lines = page.text.lines();
        assert!(lines.next().unwrap().starts_with("# "), "{}", page.path);
        assert_eq!(lines.next(), Some(""), "{}", page.path);
        let first = lines.next().unwrap();
        assert!(first.starts_with("This page ") && first.split(' ').count() >= 15, "{}: {first}", page.path);
        assert_eq!(lines.next(), Some(""), "{}: the first paragraph is one line", page.path);
    }
}

#[test]
fn every_list_of_contents_has_the_headings_of_its_page() {
    for page in docs() {
        let headings = markdown::headings(&page.text).into_iter().filter(|heading| heading.level > 1);
        let expected = headings.map(|heading| {
            let indent = "  ".repeat(heading.level - 2);
            format!("{indent}- [{}](#{})\n", heading.text, heading.anchor)
        });
        let expected: String = expected.collect();
        let (_, rest) = page.text.split_once(CONTENTS).unwrap_or_else(|| panic!("{}", page.path));
        let (list, _) = rest.split_once("\n\n").unwrap();
        assert_eq!(format!("{list}\n"), expected, "{}", page.path);
    }
}

#[test]
fn every_fence_is_closed() {
    for page in pages() {
        let marks = page.text.lines().filter(|line| line.starts_with("```")).count();
        assert_eq!(marks % 2, 0, "{}", page.path);
    }
}

#[test]
fn no_page_and_no_source_file_has_a_conflict_left_in_it() {
    let mut files: Vec<_> = ["README.md", "CHANGELOG.md"].map(absolute).map(Into::into).into();
    for folder in ["docs", "src", "tests", "examples", "bench", "infra"] {
        add_files(absolute(folder).as_ref(), &mut files);
    }
    for file in files {
        // Plots and archives are no text.
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let mark = text.lines().position(|line| line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>"));
        assert_eq!(mark, None, "{}", file.display());
    }
}

fn add_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.file_name().and_then(|name| name.to_str()) {
            // What npm has put there is others'.
            Some("node_modules") => {}
            _ if path.is_dir() => add_files(&path, files),
            _ => files.push(path),
        }
    }
}

#[test]
fn the_changelog_begins_with_what_is_unreleased_and_then_has_this_version() {
    let changelog = Page::read("CHANGELOG.md").text;
    let headings = markdown::headings(&changelog).into_iter().filter(|heading| heading.level == 2);
    let versions: Vec<_> = headings.map(|heading| heading.text).collect();
    let released = format!("[{}] - ", env!("CARGO_PKG_VERSION"));
    assert_eq!(versions[0], "[Unreleased]");
    assert!(versions[1].starts_with(&released), "{versions:?}");
}
