//! The house keeps its shape: imports point down, and no two modules import each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The modules of the library, from the top floor down. A module imports from lower floors only.
const FLOORS: [&[&str]; 15] = [
    &["api_comparison"],
    &["api_test", "api_export"],
    &["main", "function_url", "dev", "api_import"],
    &["gateway", "api_file", "doctor", "resource_check"],
    &["deployment"],
    &["shadow"],
    &["integrations", "local"],
    &["store", "stages"],
    &["authorizers", "policies", "cache", "canary", "access_log"],
    &["limits", "template", "access_lines"],
    &["router", "functions"],
    &["context", "compression", "media_type", "aws", "policy_document", "xray"],
    &["item", "environment", "http_client", "json_schema", "caller", "header_rules", "trace_context"],
    &[
        "error",
        "notation",
        "decimal",
        "deflate",
        "content_coding",
        "digest",
        "json",
        "path",
        "header_list",
        "ttl_cache",
    ],
    &[
        "address_range",
        "message",
        "background",
        "calendar",
        "circuit_breaker",
        "clock",
        "random",
        "secret_names",
        "userinfo",
        "wait",
    ],
];

/// The steps of the pipeline. A step does not import another step.
const STEPS: [&str; 8] =
    ["stages", "canary", "router", "authorizers", "policies", "limits", "cache", "integrations"];

/// Steps that know another one's types, and why.
const STEPS_BY_TYPE: [(&str, &str, &str); 6] = [
    ("authorizers", "limits", "an API key is read together with its usage plan"),
    ("integrations", "limits", "an integration is invoked with a Permit"),
    ("limits", "router", "a plan's throttle is for a route key"),
    ("stages", "canary", "a stage item has the settings of its canary"),
    ("stages", "cache", "a stage item has the cache's settings"),
    ("stages", "limits", "a stage item has a throttle"),
];

/// `from` imports `to`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Import {
    from: String,
    to: String,
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The first words after each `crate::`, groups in braces included; unit tests and comments left out.
fn imported(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let code: String = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect();
    let mut found = BTreeSet::new();
    for (at, prefix) in code.match_indices("crate::") {
        let rest = &code[at + prefix.len()..];
        let heads = rest.strip_prefix('{').map_or_else(|| vec![rest], heads_of_a_group);
        for head in heads {
            let head = head.trim_start();
            let end = head.find(|char: char| !(char.is_alphanumeric() || char == '_')).unwrap_or(head.len());
            found.insert(head[..end].to_owned());
        }
    }
    found
}

/// The parts of `{a::b, c::{d, e}}`, without its first brace.
fn heads_of_a_group(group: &str) -> Vec<&str> {
    let (mut heads, mut depth, mut begin) = (Vec::new(), 0, 0);
    for (at, char) in group.char_indices() {
        match char {
            '{' => depth += 1,
            '}' if depth == 0 => {
                heads.push(&group[begin..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                heads.push(&group[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    heads.into_iter().filter(|head| !head.trim().is_empty()).collect()
}

/// Every import between the modules in `folder`, by their names; a folder is a module.
fn imports(folder: &str) -> BTreeSet<Import> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut imports = BTreeSet::new();
    for file in rust_files(&root) {
        let inside = file.strip_prefix(&root).unwrap();
        let is_test =
            inside.iter().any(|part| matches!(part.to_str(), Some("tests" | "tests.rs" | "testing.rs")));
        let from = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if is_test || from == "bin" || from == "lib" {
            continue;
        }
        for to in imported(&fs::read_to_string(&file).unwrap()) {
            if to != from {
                imports.insert(Import { from: from.clone(), to });
            }
        }
    }
    imports
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

#[test]
fn a_module_imports_from_lower_floors_only() {
    let imports = imports("src");
    assert!(imports.len() > 60, "{imports:?}");
    let modules: BTreeSet<&str> =
        imports.iter().flat_map(|import| [import.from.as_str(), import.to.as_str()]).collect();
    let unknown: Vec<_> = modules.iter().filter(|module| floor_of(module).is_none()).collect();
    assert!(unknown.is_empty(), "a module needs its floor in FLOORS: {unknown:?}");
    let upward: Vec<_> = imports.iter().filter(|it| floor_of(&it.from) >= floor_of(&it.to)).collect();
    assert!(upward.is_empty(), "{upward:#?}");
}

#[test]
fn a_step_knows_another_step_by_its_types_at_most_and_for_a_reason() {
    let between: BTreeSet<Import> = imports("src")
        .into_iter()
        .filter(|import| STEPS.contains(&import.from.as_str()) && STEPS.contains(&import.to.as_str()))
        .collect();
    let allowed = STEPS_BY_TYPE.map(|(from, to, _)| Import { from: from.to_owned(), to: to.to_owned() });
    assert_eq!(between, BTreeSet::from(allowed));
}

#[test]
fn the_files_of_the_bench_import_one_another_without_a_circle() {
    let mut left: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for Import { from, to } in imports("bench") {
        left.entry(from).or_default().insert(to);
    }
    assert!(left.len() > 5, "{left:?}");
    // Files that import nothing which is left are taken away, until none is left or all lead in a circle.
    loop {
        let known: BTreeSet<String> = left.keys().cloned().collect();
        let before = left.len();
        left.retain(|_, imported| imported.iter().any(|file| known.contains(file)));
        if left.len() == before {
            break;
        }
    }
    assert!(left.is_empty(), "{left:#?}");
}
