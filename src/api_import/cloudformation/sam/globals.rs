//! `Globals` of a SAM template: what a resource does not say itself. Maps are merged, lists are joined.

use super::TemplateReader;
use crate::api_import::{
    cloudformation::resource::{ApiResource, PROCESSED},
    definition::ApiKind,
    report::Remark,
    source::{Located, NodeContent, NodeId},
};

/// The sections that say something of APIs.
const OF_APIS: [&str; 3] = ["Api", "HttpApi", "Function"];

impl TemplateReader<'_> {
    /// The properties of an API with those of `Globals`.
    pub(super) fn with_globals(
        &mut self,
        root: NodeId,
        kind: ApiKind,
        ApiResource { node, properties, .. }: &ApiResource,
    ) -> NodeId {
        let (ignored, properties) = (self.ignored_globals(*node), *properties);
        match self.globals_of(root, kind).and_then(|globals| self.without(globals, &ignored)) {
            Some(globals) => self.merged(globals, properties),
            None => properties,
        }
    }

    /// `IgnoreGlobals` of a resource: a list of properties, or `*`.
    fn ignored_globals(&mut self, resource: NodeId) -> Vec<String> {
        let Some(node) = self.tree.at(resource).get("IgnoreGlobals") else { return Vec::new() };
        self.ledger.taken_whole(node);
        let names = node.elements().map(|names| names.map(Located::text).collect::<Option<Vec<_>>>());
        match (node.text(), names) {
            (Some("*"), _) => vec!["*".to_owned()],
            (None, Some(Some(names))) => names.into_iter().map(str::to_owned).collect(),
            _ => {
                let words =
                    format!("got {} for IgnoreGlobals, expected * or a list of properties", node.noun());
                self.ledger.error(node, words);
                Vec::new()
            }
        }
    }

    /// The globals without those that a resource ignores; `None`: it ignores all.
    fn without(&mut self, globals: NodeId, ignored: &[String]) -> Option<NodeId> {
        if ignored.is_empty() {
            return Some(globals);
        }
        let ignores_all = ignored.iter().any(|name| name == "*");
        let members = self.written(globals);
        let (left, kept): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|member| ignores_all || ignored.contains(&member.key));
        for member in left {
            let words = "IgnoreGlobals of the resource names it";
            self.ledger.remark_whole(self.tree.at(member.node), Remark::left_out(words));
        }
        self.ledger.taken(self.tree.at(globals));
        (!ignores_all).then(|| self.tree.derive(globals, NodeContent::Map(kept)))
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
            if section.key.starts_with("Fn::") {
                let words = format!(
                    "{} among Globals is not read yet: import what it makes {PROCESSED}",
                    section.key
                );
                self.ledger.error(section.value, words);
                continue;
            }
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
    pub(super) fn alias(&mut self, root: NodeId, function: &ApiResource) -> Option<String> {
        let ignored = self.ignored_globals(function.node);
        let counts = !ignored.iter().any(|name| ["*", "AutoPublishAlias"].contains(&name.as_str()));
        let own = self.tree.at(function.properties).get("AutoPublishAlias");
        let of_all = || self.tree.at(root).get("Globals")?.get("Function")?.get("AutoPublishAlias");
        let alias = own.or_else(|| of_all().filter(|_| counts))?.id;
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

/// True or false of a member, with names in their places; anything else is an error.
pub(super) fn flag_in(reader: &mut TemplateReader<'_>, map: NodeId, key: &str) -> Option<bool> {
    let written = reader.tree.at(map).get(key)?.id;
    let resolved = reader.resolved(written);
    let flag = reader.tree.at(resolved);
    reader.ledger.taken_whole(flag);
    // A name without an answer is a question already.
    let has_name = |text: &str| ["${", "{{resolve:"].iter().any(|begin| text.contains(begin));
    let is_asked = resolved != written && flag.text().is_some_and(has_name);
    if flag.as_bool().is_none() && !flag.is_null() && !is_asked {
        let words = format!("got {} for {key}, expected true or false", flag.noun());
        reader.ledger.error(flag, words);
    }
    reader.tree.at(resolved).as_bool()
}
