//! Texts that intrinsics make: whole ones, and those whose names are left to be asked for.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::TemplateReader;
use crate::api_import::source::{Member, NodeContent, NodeId};

impl TemplateReader<'_> {
    /// The whole text of a value. Names that nothing tells are questions, and stand in it as `${name}`.
    pub fn text_of(&mut self, id: NodeId) -> Option<String> {
        let evaluated = self.evaluated(id)?;
        let resolved = self.resolved(evaluated);
        let node = self.tree.at(resolved);
        self.ledger.taken_whole(node);
        if node.text().is_none() && !self.ledger.is_left_out(node) {
            self.ledger.error(node, format!("got {}, expected a text", node.noun()));
        }
        self.tree.at(resolved).text().map(str::to_owned)
    }

    /// `Fn::Sub`, `Fn::Join` or `Fn::ImportValue` with evaluated arguments, as a map of one member.
    pub(super) fn text_call(&mut self, id: NodeId, name: &str, argument: NodeId) -> NodeId {
        let evaluated = match name {
            "Fn::ImportValue" => match self.text_of(argument) {
                Some(text) => self.tree.derive_text(argument, text),
                None => argument,
            },
            _ => self.evaluated(argument).unwrap_or(argument),
        };
        let key_span = self.tree.node(id).span;
        let call = Member { key: name.to_owned(), key_span, node: evaluated };
        self.tree.derive(id, NodeContent::Map(vec![call]))
    }

    /// `Fn::Base64: text`.
    pub(super) fn base64(&mut self, id: NodeId, argument: NodeId) -> Option<NodeId> {
        let text = self.text_of(argument)?;
        Some(self.tree.derive_text(id, STANDARD.encode(text)))
    }

    /// `Fn::ToJsonString: value`, with the names of the value in their places.
    pub(super) fn json_text(&mut self, id: NodeId, argument: NodeId) -> Option<NodeId> {
        let evaluated = self.evaluated(argument)?;
        let resolved = self.resolved(evaluated);
        self.ledger.taken_whole(self.tree.at(resolved));
        let json = self.tree.at(resolved).to_json().to_string();
        Some(self.tree.derive_text(id, json))
    }
}
