//! The properties of a resource by what becomes of each: a property that is in no table is an error.

use std::collections::BTreeMap;

use super::{
    intrinsics::Scope,
    nested_stack::{NestedStack, UnreadStack},
};
use crate::api_import::{
    names,
    options::ImportOptions,
    report::{Ledger, Remark},
    source::{Located, Member, NodeId, Tree},
};

/// What becomes of a property.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    /// A member of the document, under this name.
    Becomes(&'static str),
    /// It names another resource.
    Read,
    /// It is read, and claimed, by a reader of its own.
    Apart,
    /// It keeps somebody out: this asks whether it may be left out.
    Guard(fn(&mut Ledger, Located<'_>)),
    LeftOut(&'static str),
}

pub(super) type FateTable = [(&'static str, Fate)];

/// A template that is being read.
pub(super) struct TemplateReader<'a> {
    pub tree: &'a mut Tree,
    /// The template itself.
    pub root: NodeId,
    /// The templates that lead to it by their stacks, and it.
    pub way: Vec<NodeId>,
    pub options: &'a ImportOptions,
    pub ledger: &'a mut Ledger,
    /// The values of parameters, and what resources are called: texts that may have names as `${name}`.
    pub known: BTreeMap<String, String>,
    pub scope: Scope,
    /// What models are called, by their resources.
    pub model_names: BTreeMap<String, String>,
    /// APIs that cannot be served, with the reason.
    pub refused: Vec<(NodeId, String)>,
    /// The stacks whose templates are there.
    pub nested: Vec<NestedStack>,
    /// Those whose templates are not.
    pub unread: Vec<UnreadStack>,
}

impl TemplateReader<'_> {
    /// The members of a document that the properties become, with names in their places.
    pub fn members(&mut self, map: NodeId, table: &FateTable, kind: &str) -> Vec<Member> {
        self.ledger.taken(self.tree.at(map));
        let mut members = Vec::new();
        for member in self.written(map) {
            let fate = table.iter().find(|(name, _)| *name == member.key).map(|(_, fate)| *fate);
            let node = self.tree.at(member.node);
            match fate {
                Some(Fate::Becomes(name)) => {
                    let node = self.resolved_as(name, member.node);
                    members.push(Member { key: name.to_owned(), key_span: member.key_span, node });
                }
                Some(Fate::Read) => self.ledger.taken_whole(node),
                Some(Fate::Apart) => {}
                Some(Fate::Guard(ask)) => {
                    let node = self.resolved(member.node);
                    ask(self.ledger, self.tree.at(node));
                }
                Some(Fate::LeftOut(words)) => self.ledger.remark_whole(node, Remark::left_out(words)),
                None => {
                    self.ledger.taken_whole(node);
                    self.ledger.error(node, format!("{} of {kind} is not read yet", member.key));
                }
            }
        }
        members
    }

    /// The members of a map as they are written; of something else none, which is an error.
    pub fn written(&mut self, map: NodeId) -> Vec<Member> {
        let node = self.tree.at(map);
        if !node.is_map() || node.tag().is_some() {
            self.ledger.error(node, format!("got {}, expected a map", node.noun()));
            return Vec::new();
        }
        let members = node.members().into_iter().flatten();
        let member = |member: crate::api_import::source::MemberOf<'_>| Member {
            key: member.key.to_owned(),
            key_span: member.key_span,
            node: member.value.id,
        };
        members.map(member).collect()
    }

    pub fn resolved(&mut self, node: NodeId) -> NodeId {
        self.resolved_as("", node)
    }

    /// The same of a value that becomes the member `key` of a document.
    fn resolved_as(&mut self, key: &str, node: NodeId) -> NodeId {
        names::resolved_in_template(self.tree, self.ledger, (key, node), &self.known)
    }

    /// The text of a member that is taken out of the list.
    pub fn take_text(&mut self, members: &mut Vec<Member>, key: &str) -> Option<String> {
        let node = take(members, key)?;
        let node = self.tree.at(node);
        self.ledger.taken(node);
        if node.text().is_none() {
            self.ledger.error(node, format!("got {} for {key}, expected a text", node.noun()));
        }
        node.text().map(str::to_owned)
    }

    /// What a property that names a resource names: `Api`, `Api.RootResourceId`.
    pub fn referred(&self, map: NodeId, key: &str) -> Option<String> {
        let name = names::name_of(self.tree.at(map).get(key)?)?;
        Some(without_id(&name).to_owned())
    }
}

/// Attributes that are the id of their resource, as `Ref` gives it.
#[rustfmt::skip]
const IDS: [&str; 7] = [".RestApiId", ".ApiId", ".ResourceId", ".AuthorizerId", ".RequestValidatorId", ".IntegrationId", ".DeploymentId"];

/// The resource whose id a name is: `Orders` of `Orders` and of `Orders.ResourceId`.
pub(super) fn without_id(name: &str) -> &str {
    IDS.iter().find_map(|id| name.strip_suffix(id)).unwrap_or(name)
}

/// Takes a member out of the list.
pub(super) fn take(members: &mut Vec<Member>, key: &str) -> Option<NodeId> {
    let at = members.iter().position(|member| member.key == key)?;
    Some(members.remove(at).node)
}
