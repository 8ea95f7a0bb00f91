//! Nothing of an input is forgotten: each of its nodes is in exactly one entry of the report.

use std::collections::BTreeSet;

use tollgate::api_import::{
    ImportOptions, Imported, Input, import,
    report::{Extent, ReportEntry},
    source::{NodeContent, NodeId, Tree},
};

use super::{cases, inputs};

#[test]
fn every_node_of_every_input_is_in_exactly_one_entry_of_its_report() {
    for case in cases() {
        let files: Vec<Input> = inputs(&case).iter().map(|input| Input::File(case.join(input))).collect();
        let map = case.join("answers.yaml");
        let map = map.exists().then_some(Input::File(map));
        let Imported { tree, report, .. } = import(&files, map.as_ref(), &ImportOptions::default()).unwrap();
        let mut nodes = Vec::new();
        for root in &tree.roots {
            let file = tree.sources.of(tree.node(*root).span).name.clone();
            walk(&tree, *root, file, &mut nodes);
        }
        // The name of a file stands before its pointers.
        let name = |entry: &ReportEntry| format!("{}{}", entry.file, entry.pointer);
        let mut seen = BTreeSet::new();
        for entry in &report.entries {
            let place = (name(entry), entry.position.line, entry.position.column);
            assert!(seen.insert(place), "{}: {} twice", case.display(), entry.pointer);
        }
        let own: BTreeSet<String> = report.entries.iter().map(name).collect();
        let whole = report.entries.iter().filter(|entry| entry.extent == Extent::Whole);
        let whole: BTreeSet<String> = whole.map(name).collect();
        for node in nodes {
            let is_within = || {
                let slashes = node.match_indices('/').map(|(at, _)| at);
                slashes.map(|at| &node[..at]).any(|above| whole.contains(above))
            };
            assert!(own.contains(node.as_str()) || is_within(), "{}: {node} is in no entry", case.display());
        }
    }
}

fn walk(tree: &Tree, id: NodeId, pointer: String, nodes: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match &tree.node(id).content {
        NodeContent::Scalar { .. } => {}
        NodeContent::List(list) => {
            for (index, node) in list.iter().enumerate() {
                walk(tree, *node, format!("{pointer}/{index}"), nodes);
            }
        }
        NodeContent::Map(members) => {
            for member in members {
                walk(tree, member.node, format!("{pointer}/{}", escaped(&member.key)), nodes);
            }
        }
    }
    nodes.push(pointer);
}
