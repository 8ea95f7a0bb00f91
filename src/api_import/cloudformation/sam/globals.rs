//! `Globals` of a SAM template: what a resource does not say itself. Maps are merged, lists are joined.

use super::TemplateReader;
use crate::api_import::{
    definition::ApiKind,
    report::Remark,
    source::{Located, NodeContent, NodeId},
};

/// The sections that say something of APIs.
const OF_APIS: [&str; 3] = ["Api", "HttpApi", "Function"];

impl TemplateReader<'_> {
    /// The properties of an API with those of `Globals`.
    pub(super) fn with_globals(&mut self, root: NodeId, kind: ApiKind, properties: NodeId) -> NodeId {
        match self.globals_of(root, kind) {
            Some(globals) => self.merged(globals, properties),
            None => properties,
        }
    }

    pub(super) fn globals_of(&mut self, root: NodeId, kind: ApiKind) -> Option<NodeId> {
        let section = match kind {
            ApiKind::Rest => "Api",
            ApiKind::Http => "HttpApi",
        };
        let globals = self.tree.at(root).get("Globals")?.get(section)?.id;
        self.evaluated(globals)
    }

    /// Says what becomes of the sections; what is in those of APIs is claimed with the APIs.
    pub fn claim_globals(&mut self, globals: NodeId) {
        let globals = self.tree.at(globals);
        self.ledger.taken(globals);
        for section in globals.members().into_iter().flatten() {
            if section.key == "Function" {
                for member in section.value.members().into_iter().flatten() {
                    match member.key {
                        "AutoPublishAlias" => self.ledger.taken_whole(member.value),
                        _ => self.ledger.remark_whole(member.value, Remark::left_out("it is of functions")),
                    }
                }
            }
            match OF_APIS.contains(&section.key) {
                true => self.ledger.taken(section.value),
                false => self.ledger.remark_whole(section.value, Remark::left_out("it is no part of an API")),
            }
        }
    }

    /// The alias that functions are published under, of a function or of all.
    pub(super) fn alias(&mut self, root: NodeId, function: NodeId) -> Option<String> {
        let own = self.tree.at(function).get("AutoPublishAlias");
        let of_all = || self.tree.at(root).get("Globals")?.get("Function")?.get("AutoPublishAlias");
        let alias = own.or_else(of_all)?.id;
        self.text_of(alias)
    }

    fn merged(&mut self, below: NodeId, above: NodeId) -> NodeId {
        match (self.tree.node(below).content.clone(), self.tree.node(above).content.clone()) {
            (NodeContent::Map(mut members), NodeContent::Map(own)) => {
                self.ledger.taken(self.tree.at(below));
                for member in own {
                    match members.iter().position(|other| other.key == member.key) {
                        Some(at) => members[at].node = self.merged(members[at].node, member.node),
                        None => members.push(member),
                    }
                }
                self.tree.derive(above, NodeContent::Map(members))
            }
            (NodeContent::List(mut nodes), NodeContent::List(own)) => {
                self.ledger.taken_whole(self.tree.at(below));
                nodes.extend(own);
                self.tree.derive(above, NodeContent::List(nodes))
            }
            _ => {
                let words = "the resource says it itself";
                self.ledger.remark_whole(self.tree.at(below), Remark::left_out(words));
                above
            }
        }
    }
}

/// The text of a scalar member, whose node is claimed.
pub(super) fn text_in(reader: &mut TemplateReader<'_>, map: NodeId, key: &str) -> Option<String> {
    let node = reader.tree.at(map).get(key).map(|node: Located<'_>| node.id)?;
    reader.text_of(node)
}
