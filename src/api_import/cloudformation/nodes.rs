//! Nodes that a template's become: they stand for the node that they are made of.

use super::{properties::TemplateReader, rest_api::BINARY_MEDIA_TYPES};
use crate::api_import::source::{Member, NodeContent, NodeId};

impl TemplateReader<'_> {
    pub fn text_node(&mut self, at: NodeId, text: impl Into<String>) -> NodeId {
        self.tree.derive_text(at, text)
    }

    pub fn list_node(&mut self, at: NodeId, nodes: Vec<NodeId>) -> NodeId {
        self.tree.derive(at, NodeContent::List(nodes))
    }

    pub fn map_node(&mut self, at: NodeId, members: Vec<Member>) -> NodeId {
        self.tree.derive(at, NodeContent::Map(members))
    }

    /// A member with this value, at its place.
    pub fn member(&self, key: impl Into<String>, node: NodeId) -> Member {
        Member { key: key.into(), key_span: self.tree.node(node).span, node }
    }

    /// A member that is a map.
    pub fn map_member(&mut self, at: NodeId, key: &str, members: Vec<Member>) -> Member {
        let node = self.map_node(at, members);
        self.member(key, node)
    }

    /// A member that is a text.
    pub fn text_member(&mut self, at: NodeId, key: &str, text: impl Into<String>) -> Member {
        let node = self.text_node(at, text);
        self.member(key, node)
    }

    /// The members of a document with those of its API's properties; what both say alike stands once.
    pub fn with_properties(&mut self, mut members: Vec<Member>, of_body: Vec<Member>) -> Vec<Member> {
        for member in of_body {
            let Some(other) = members.iter().position(|other| other.key == member.key) else {
                members.push(member);
                continue;
            };
            let of_properties = members[other].node;
            let (written, own) = (self.tree.at(member.node), self.tree.at(of_properties));
            if written.to_json() == own.to_json() {
                self.ledger.taken_whole(written);
                self.ledger.taken_whole(own);
            } else if member.key == BINARY_MEDIA_TYPES {
                members[other].node = self.all_texts(member.node, of_properties);
            } else {
                let words = format!("{} stands in the document and in the properties", member.key);
                self.ledger.error(written, words);
            }
        }
        members
    }

    /// The texts of two lists, each once.
    fn all_texts(&mut self, first: NodeId, second: NodeId) -> NodeId {
        let mut nodes: Vec<NodeId> = Vec::new();
        for list in [first, second] {
            let list = self.tree.at(list);
            self.ledger.taken_whole(list);
            for element in list.elements().into_iter().flatten() {
                if !nodes.iter().any(|node| self.tree.at(*node).text() == element.text()) {
                    nodes.push(element.id);
                }
            }
        }
        self.list_node(first, nodes)
    }
}
