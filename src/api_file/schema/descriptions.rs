//! What the pages say of a field: the rows of their tables of fields.

use super::probe::ItemKind;

/// A section of a page whose tables tell fields; those of the map `within` an item.
struct FieldSection {
    kind: ItemKind,
    page: &'static str,
    heading: &'static str,
    within: &'static str,
}

const API_FILE: &str = include_str!("../../../docs/api-file.md");
const ITEMS: &str = include_str!("../../../docs/items.md");
const CACHING: &str = include_str!("../../../docs/caching.md");
const INTEGRATIONS: &str = include_str!("../../../docs/integrations.md");
const LIMITS: &str = include_str!("../../../docs/keys-plans-limits.md");
const CORS: &str = include_str!("../../../docs/cors-and-gateway-responses.md");
const COMPARE: &str = include_str!("../../../docs/compare.md");
const VALIDATION: &str = include_str!("../../../docs/request-validation.md");

#[rustfmt::skip]
const SECTIONS: [FieldSection; 17] = [
    FieldSection { kind: ItemKind::Stage,     page: ITEMS,        heading: "## Stage",                 within: "" },
    FieldSection { kind: ItemKind::Stage,     page: CACHING,      heading: "## Fields of a stage",     within: "" },
    FieldSection { kind: ItemKind::Api,       page: ITEMS,        heading: "## `$api`",                within: "" },
    FieldSection { kind: ItemKind::Api,       page: CORS,         heading: "## CORS",                  within: "corsConfiguration" },
    FieldSection { kind: ItemKind::Route,     page: ITEMS,        heading: "## Route",                 within: "" },
    FieldSection { kind: ItemKind::Route,     page: CACHING,      heading: "## Fields of a route",     within: "" },
    FieldSection { kind: ItemKind::Route,     page: VALIDATION,   heading: "",                         within: "" },
    FieldSection { kind: ItemKind::Route,     page: CORS,         heading: "## CORS",                  within: "corsConfiguration" },
    FieldSection { kind: ItemKind::Route,     page: INTEGRATIONS, heading: "## Fields that all have",  within: "integration" },
    FieldSection { kind: ItemKind::Route,     page: INTEGRATIONS, heading: "",                         within: "integration" },
    FieldSection { kind: ItemKind::Route,     page: COMPARE,      heading: "## A shadow",              within: "shadow" },
    FieldSection { kind: ItemKind::ApiKey,    page: LIMITS,       heading: "## An API key",            within: "" },
    FieldSection { kind: ItemKind::UsagePlan, page: LIMITS,       heading: "## A usage plan",          within: "" },
    FieldSection { kind: ItemKind::Function,  page: API_FILE,     heading: "### Functions",            within: "" },
    FieldSection { kind: ItemKind::Table,     page: API_FILE,     heading: "### Tables",               within: "" },
    FieldSection { kind: ItemKind::Table,     page: API_FILE,     heading: "### Tables",               within: "indexes.*" },
    FieldSection { kind: ItemKind::FirstRequest, page: API_FILE,  heading: "### First requests",       within: "" },
];

/// Returns what the pages say of the field at a path of an item.
pub fn of_field(kind: ItemKind, path: &str) -> Option<String> {
    let (within, name) = path.rsplit_once('.').unwrap_or(("", path));
    let sections = SECTIONS.iter().filter(|section| section.kind == kind && section.within == within);
    sections.filter_map(|section| row(section_text(section.page, section.heading)?, name)).next()
}

/// A section with the sections below it; without a heading, the whole page.
fn section_text<'a>(page: &'a str, heading: &str) -> Option<&'a str> {
    if heading.is_empty() {
        return Some(page);
    }
    let start = page.find(&format!("\n{heading}\n"))? + 1;
    let level = heading.split(' ').next().unwrap_or_default();
    let rest = &page[start + heading.len()..];
    let ends = (2..=level.len()).filter_map(|level| rest.find(&format!("\n{} ", "#".repeat(level))));
    Some(&rest[..ends.min().unwrap_or(rest.len())])
}

/// The meaning, and the default, in the row of a table of fields.
fn row(section: &str, name: &str) -> Option<String> {
    let mut columns: Vec<&str> = Vec::new();
    for line in section.lines() {
        let Some(line) = line.strip_prefix('|').filter(|line| !line.starts_with("---")) else {
            if !line.starts_with('|') {
                columns.clear();
            }
            continue;
        };
        let cells: Vec<&str> = line.trim_end_matches('|').split(" |").map(str::trim).collect();
        if columns.is_empty() {
            columns = cells;
        } else if columns[0].starts_with("field")
            && cells[0].split('`').skip(1).step_by(2).any(|span| span == name)
        {
            let meaning = plain(cells.last()?);
            let default = columns.iter().position(|column| *column == "default").and_then(|at| cells.get(at));
            let default = default.map(|default| plain(default)).filter(|default| !default.is_empty());
            return Some(match default {
                Some(default) => format!("{meaning}. Default: {default}"),
                None => meaning,
            });
        }
    }
    None
}

/// Text without links and code marks.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let mut rest = markdown;
    while let Some((before, after)) = rest.split_once('[') {
        text.push_str(before);
        match after.split_once("](").and_then(|(words, after)| Some((words, after.split_once(')')?.1))) {
            Some((words, after)) => {
                text.push_str(words);
                rest = after;
            }
            None => {
                text.push('[');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text.replace('`', "").replace("\\|", "|").trim().to_owned()
}
