//! What is looked up in a template's own values: `Fn::FindInMap`, `Fn::Select`, `Fn::Split`, `Fn::Length`.

use super::TemplateReader;
use crate::api_import::{
    names,
    source::{Located, NodeId},
};

/// What a value without a text counts for.
const BYTES_OF_NODE: usize = 64;

impl TemplateReader<'_> {
    /// `Fn::FindInMap: [map, key, second key]`, with `{DefaultValue}` behind them.
    pub(super) fn found_in_map(&mut self, id: NodeId, argument: NodeId) -> Option<NodeId> {
        let nodes: Vec<NodeId> =
            self.tree.at(argument).elements().into_iter().flatten().map(|node| node.id).collect();
        let (keys, default) = match nodes[..] {
            [map, first, second] => ([map, first, second], None),
            [map, first, second, options] => {
                let default = self.tree.at(options).get("DefaultValue").map(|default| default.id);
                ([map, first, second], default)
            }
            _ => {
                let words = "expected Fn::FindInMap: [map, key, second key]";
                self.ledger.error(self.tree.at(id), words);
                return Some(id);
            }
        };
        self.ledger.taken_whole(self.tree.at(argument));
        let texts: Vec<String> = keys.iter().filter_map(|key| self.text_of(*key)).collect();
        let [map, first, second] = texts.as_slice() else { return Some(id) };
        self.scope.used_mappings.insert(map.clone());
        let mappings = self.scope.mappings.map(|mappings| self.tree.at(mappings));
        let found = mappings.and_then(|mappings| mappings.get(map)?.get(first)?.get(second));
        if let Some(found) = found {
            let content = found.content().clone();
            let count =
                found.members().map_or(0, Iterator::count) + found.elements().map_or(0, Iterator::count);
            self.tree.count_made(count * BYTES_OF_NODE);
            return Some(self.tree.derive(id, content));
        }
        if let Some(default) = default {
            return self.evaluated(default);
        }
        // A name without an answer is a question already.
        if !texts.iter().any(|text| text.contains("${")) {
            let words = format!("Mappings have no {}", texts.join(" / "));
            self.ledger.error(self.tree.at(id), words);
        }
        Some(id)
    }

    /// `Fn::Select: [index, list]`.
    pub(super) fn selected(&mut self, id: NodeId, argument: NodeId) -> Option<NodeId> {
        let Some([index, list]) = self.arguments(id, argument, "Fn::Select: [index, list]") else {
            return Some(id);
        };
        let index = self.text_of(index).and_then(|index| index.parse::<usize>().ok());
        let nodes = self.list(list);
        let (Some(index), Some(nodes)) = (index, nodes) else {
            self.ledger.error(self.tree.at(id), "Fn::Select: expected an index from 0 and a list");
            return Some(id);
        };
        for node in nodes.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, node)| *node) {
            self.ledger.taken_whole(self.tree.at(node));
        }
        let has_name = |node: &&NodeId| self.tree.at(**node).text().is_some_and(|text| text.contains("${"));
        // A list that hangs on a question has no other value yet, and nothing is written before it is answered.
        match nodes.get(index).or_else(|| nodes.iter().find(has_name)) {
            Some(node) => Some(*node),
            None => {
                let words = format!("Fn::Select: got index {index}, the list has {} values", nodes.len());
                self.ledger.error(self.tree.at(id), words);
                Some(id)
            }
        }
    }

    /// `Fn::Split: [separator, text]`.
    pub(super) fn split(&mut self, id: NodeId, argument: NodeId) -> Option<NodeId> {
        let Some([separator, written]) = self.arguments(id, argument, "Fn::Split: [separator, text]") else {
            return Some(id);
        };
        let (Some(separator), Some(text)) = (self.text_of(separator), self.text_of(written)) else {
            return Some(id);
        };
        let is_arn = names::name_of(self.tree.at(written)).is_some_and(|name| name.ends_with(".Arn"));
        if is_arn && separator == ":" && !text.contains(':') {
            return Some(self.parts_of_function(id, &text));
        }
        if separator.is_empty() {
            self.ledger.error(self.tree.at(id), "Fn::Split: the separator is empty");
            return Some(id);
        }
        Some(self.list_of_parts(id, &text, &separator))
    }

    /// The parts of a text as a list.
    pub(super) fn list_of_parts(&mut self, id: NodeId, text: &str, separator: &str) -> NodeId {
        self.tree.count_made(text.matches(separator).count() * BYTES_OF_NODE);
        if names::refuse_too_much(self.tree, self.ledger, id) {
            return id;
        }
        let parts = text.split(separator).map(|part| self.tree.derive_text(id, part)).collect();
        self.list_node(id, parts)
    }

    /// The parts of the ARN that a function's name stands for. CDK takes the region of a URI out of it, which nobody needs.
    fn parts_of_function(&mut self, id: NodeId, name: &str) -> NodeId {
        let mut parts = Vec::new();
        for part in ["arn", "AWS::Partition", "lambda", "AWS::Region", "AWS::AccountId", "function", name] {
            let text = self.text_node(id, part);
            parts.push(match part.starts_with("AWS::") {
                true => {
                    let reference = self.member("Ref", text);
                    self.map_node(id, vec![reference])
                }
                false => text,
            });
        }
        self.list_node(id, parts)
    }

    /// `Fn::Length: list`.
    pub(super) fn length(&mut self, id: NodeId, argument: NodeId) -> Option<NodeId> {
        match self.list(argument) {
            Some(nodes) => Some(self.tree.derive_text(id, nodes.len().to_string())),
            None => {
                self.ledger.error(self.tree.at(id), "Fn::Length: expected a list");
                Some(id)
            }
        }
    }

    /// The elements of a list, after what chooses them.
    pub(super) fn list(&mut self, id: NodeId) -> Option<Vec<NodeId>> {
        let list = self.evaluated(id)?;
        self.ledger.taken(self.tree.at(list));
        let elements = self.tree.at(list).elements()?;
        Some(elements.map(|node: Located<'_>| node.id).collect())
    }
}
