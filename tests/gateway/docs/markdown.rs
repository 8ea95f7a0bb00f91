//! As much of Markdown as the pages use: headings with GitHub's anchors, links, code, tables, outside of fences.

use std::collections::BTreeMap;

#[derive(Debug, PartialEq, Eq)]
pub struct Heading {
    /// The number of `#`.
    pub level: usize,
    /// As written, with its backticks.
    pub text: String,
    pub anchor: String,
}

/// The lines that are not in a fence.
pub fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_fenced = false;
    text.lines().filter(move |line| {
        let is_mark = line.starts_with("```");
        is_fenced ^= is_mark;
        !is_fenced && !is_mark
    })
}

pub fn headings(text: &str) -> Vec<Heading> {
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    let mut headings = Vec::new();
    for line in prose(text) {
        let level = line.len() - line.trim_start_matches('#').len();
        let Some(text) = line[level..].strip_prefix(' ').filter(|_| level > 0) else { continue };
        let slug = slug(text);
        let count = uses.entry(slug.clone()).or_default();
        let anchor = if *count == 0 { slug } else { format!("{slug}-{count}") };
        *count += 1;
        headings.push(Heading { level, text: text.to_owned(), anchor });
    }
    headings
}

/// GitHub's anchor of a heading: small letters, hyphens for spaces, no other punctuation.
fn slug(text: &str) -> String {
    let kept = text.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The targets of all links.
pub fn links(text: &str) -> Vec<String> {
    let lines = prose(text).map(without_code).collect::<Vec<_>>().join("\n");
    let targets = lines.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).collect()
}

/// The texts in backticks.
pub fn code_spans(text: &str) -> Vec<String> {
    let in_line = |line: &str| line.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    prose(text).flat_map(in_line).collect()
}

fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

/// The lines from a heading to the next of its level or above; the heading may have backticks.
pub fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let mark = |level| format!("\n{} ", "#".repeat(level));
    for level in 2..=3 {
        for form in [format!("{}{heading}\n", mark(level)), format!("{}`{heading}`\n", mark(level))] {
            let Some(start) = text.find(&form) else { continue };
            let rest = &text[start + form.len()..];
            let end = (2..=level).filter_map(|level| rest.find(&mark(level))).min();
            return &rest[..end.unwrap_or(rest.len())];
        }
    }
    panic!("no heading {heading}")
}

/// A table, as cells.
#[derive(Debug)]
pub struct Table<'a> {
    pub head: Vec<&'a str>,
    pub rows: Vec<Vec<&'a str>>,
}

pub fn tables(text: &str) -> Vec<Table<'_>> {
    let lines: Vec<&str> = prose(text).collect();
    let tables = lines.split(|line| !line.starts_with('|')).filter(|table| table.len() > 2);
    tables
        .map(|table| Table { head: cells(table[0]), rows: table[2..].iter().map(|row| cells(row)).collect() })
        .collect()
}

/// The cells of each row of all tables, their heads left out.
pub fn rows(text: &str) -> Vec<Vec<&str>> {
    tables(text).into_iter().flat_map(|table| table.rows).collect()
}

/// A `|` that is text is written `\|`.
fn cells(row: &str) -> Vec<&str> {
    let mut cells = Vec::new();
    let mut start = 0;
    for (bar, _) in row.match_indices('|').filter(|(bar, _)| !row[..*bar].ends_with('\\')) {
        cells.push(row[start..bar].trim());
        start = bar + 1;
    }
    // What stands before the first bar.
    cells.split_off(1)
}

#[test]
fn anchors_are_those_that_github_makes() {
    let text = "# A page\n## `$api`\n```\n# no heading\n```\n## What's an `AWS_PROXY`?\n### `$api`\n#none\n";
    let found: Vec<_> = headings(text).into_iter().map(|heading| heading.anchor).collect();
    assert_eq!(found, ["a-page", "api", "whats-an-aws_proxy", "api-1"]);
}

#[test]
fn links_are_found_outside_of_code_only() {
    let text = "[a](b.md#c), [`d`](e) and `[f](g)`\n```\n[h](i)\n```\n";
    assert_eq!(links(text), ["b.md#c", "e"]);
}

#[test]
fn a_cell_may_be_empty_or_have_a_bar_that_is_text() {
    let text = "| a | b |\n|---|---|\n| `x\\|y` | | \n| | z |\n";
    let table = &tables(text)[0];
    assert_eq!(table.head, ["a", "b"]);
    assert_eq!(table.rows, [["`x\\|y`", ""], ["", "z"]]);
}
