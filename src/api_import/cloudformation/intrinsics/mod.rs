//! Intrinsic functions of a template, evaluated as far as the template itself tells.
//!
//! Choices and lookups (`Fn::If`, `Fn::FindInMap`, `Fn::Select`, `Fn::Split`, …) are gone behind it. Names within texts stay
//! as `Ref`, `Fn::GetAtt`, `Fn::Sub` and `Fn::Join`: [`crate::api_import::names`] asks for those that nothing tells.

mod conditions;
mod lookups;
mod parameters;
#[cfg(test)]
mod tests;
mod texts;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub(super) use self::{conditions::Truth, parameters::Parameters};
use super::properties::TemplateReader;
use crate::api_import::{
    names,
    report::Remark,
    source::{Located, Member, NodeContent, NodeId},
};

/// What intrinsics look up, and what has been looked up.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub parameters: Parameters,
    /// By their names.
    pub conditions: BTreeMap<String, NodeId>,
    pub mappings: Option<NodeId>,
    truths: BTreeMap<String, Truth>,
    /// The conditions that are being evaluated, outermost first.
    way: Vec<String>,
    /// The mappings that were looked in.
    used_mappings: BTreeSet<String>,
    pub files: IncludedFiles,
    /// How many calls and values it is in.
    depth: usize,
}

/// The files that includes and definitions put in.
#[derive(Debug, Default)]
pub(super) struct IncludedFiles {
    /// Those that are being evaluated, outermost first.
    pub open: Vec<NodeId>,
    /// How often one was put in.
    pub count: usize,
}

/// Values, calls and conditions lead no deeper: a file has half of it at most.
const MOST_DEPTH: usize = 400;

/// An intrinsic function, by its full name: `Ref`, `Fn::If`, `Condition`.
struct Intrinsic {
    name: String,
    argument: NodeId,
}

/// True of a member that is a call of a function.
fn is_call(member: &Member) -> bool {
    member.key.starts_with("Fn::")
}

impl Scope {
    pub fn of(template: Located<'_>, parameters: Parameters) -> Self {
        let conditions = template.get("Conditions").and_then(Located::members).into_iter().flatten();
        Self {
            parameters,
            conditions: conditions.map(|member| (member.key.to_owned(), member.value.id)).collect(),
            mappings: template.get("Mappings").map(|mappings| mappings.id),
            ..Self::default()
        }
    }
}

impl TemplateReader<'_> {
    /// A value without the intrinsics that choose. `None`: it is `AWS::NoValue`, so the member is not there.
    pub fn evaluated(&mut self, id: NodeId) -> Option<NodeId> {
        if names::refuse_too_much(self.tree, self.ledger, id) || self.is_too_deep(id) {
            return Some(id);
        }
        self.scope.depth += 1;
        let evaluated = self.evaluated_within(id);
        self.scope.depth -= 1;
        evaluated
    }

    /// True where values lead deeper than the stack of a thread does, which is an error.
    fn is_too_deep(&mut self, id: NodeId) -> bool {
        let is_too_deep = self.scope.depth >= MOST_DEPTH;
        if is_too_deep {
            let words = format!("values and conditions lead more than {MOST_DEPTH} levels deep");
            self.ledger.error(self.tree.at(id), words);
        }
        is_too_deep
    }

    fn evaluated_within(&mut self, id: NodeId) -> Option<NodeId> {
        if let Some(intrinsic) = self.intrinsic(id) {
            return self.apply(id, &intrinsic);
        }
        match self.tree.node(id).content.clone() {
            NodeContent::Scalar { .. } => Some(id),
            NodeContent::List(nodes) => {
                let evaluated: Vec<NodeId> = nodes.iter().filter_map(|node| self.evaluated(*node)).collect();
                let is_same = evaluated == nodes;
                Some(if is_same { id } else { self.tree.derive(id, NodeContent::List(evaluated)) })
            }
            NodeContent::Map(members) => {
                let has_call = members.iter().any(is_call);
                let members = self.with_included(members);
                let mut evaluated = Vec::new();
                let mut is_same = !has_call;
                for member in members {
                    let node = self.evaluated(member.node);
                    is_same &= node == Some(member.node);
                    evaluated.extend(node.map(|node| Member { node, ..member }));
                }
                Some(if is_same { id } else { self.tree.derive(id, NodeContent::Map(evaluated)) })
            }
        }
    }

    /// Members with those of a file that `Fn::Transform` includes beside them. No other call stands beside members.
    fn with_included(&mut self, written: Vec<Member>) -> Vec<Member> {
        if !written.iter().any(is_call) {
            return written;
        }
        let (calls, mut members): (Vec<Member>, Vec<Member>) = written.into_iter().partition(is_call);
        for Member { key, node, .. } in calls {
            self.ledger.taken(self.tree.at(node));
            if key != "Fn::Transform" {
                let words = format!("{key} stands beside other members: it is the only one of its map");
                self.ledger.error(self.tree.at(node), words);
                continue;
            }
            let Some(file) = self.included(node, node).filter(|file| *file != node) else { continue };
            for member in self.written(file) {
                if members.iter().any(|other| other.key == member.key) {
                    let words = format!("{} stands in the included file and beside it", member.key);
                    self.ledger.error(self.tree.at(member.node), words);
                }
                members.push(member);
            }
            self.ledger.taken(self.tree.at(file));
        }
        members
    }

    /// What a node is a call of: by its tag, or as a map of one member.
    fn intrinsic(&mut self, id: NodeId) -> Option<Intrinsic> {
        let node = self.tree.at(id);
        if let Some(tag) = node.tag() {
            let name = tag.trim_start_matches('!');
            let name =
                if ["Ref", "Condition"].contains(&name) { name.to_owned() } else { format!("Fn::{name}") };
            // The argument is what stands behind the tag: the same node without it.
            let content = node.content().clone();
            return Some(Intrinsic { name, argument: self.tree.derive(id, content) });
        }
        let mut members = node.members()?;
        let (only, others) = (members.next()?, members.next());
        let is_intrinsic = others.is_none() && (only.key == "Ref" || only.key.starts_with("Fn::"));
        is_intrinsic.then(|| Intrinsic { name: only.key.to_owned(), argument: only.value.id })
    }

    fn apply(&mut self, id: NodeId, Intrinsic { name, argument }: &Intrinsic) -> Option<NodeId> {
        self.ledger.taken(self.tree.at(id));
        let argument = *argument;
        match name.as_str() {
            "Ref" => self.reference(id, argument),
            "Fn::GetAtt" => Some(id),
            "Fn::If" => self.choice(id, argument),
            "Fn::FindInMap" => self.found_in_map(id, argument),
            "Fn::Select" => self.selected(id, argument),
            "Fn::Split" => self.split(id, argument),
            "Fn::Length" => self.length(id, argument),
            "Fn::Base64" => self.base64(id, argument),
            "Fn::ToJsonString" => self.json_text(id, argument),
            "Fn::Transform" => self.included(id, argument),
            "Fn::Sub" | "Fn::Join" | "Fn::ImportValue" => Some(self.text_call(id, name, argument)),
            _ => {
                let words = format!("{name} is not read yet: write its value in its place");
                self.ledger.error(self.tree.at(id), words);
                Some(id)
            }
        }
    }

    /// `Fn::Transform` of `AWS::Include`: the value of a file beside the template.
    fn included(&mut self, id: NodeId, argument: NodeId) -> Option<NodeId> {
        self.ledger.taken_whole(self.tree.at(argument));
        let call = self.tree.at(argument);
        let location = call.get("Parameters").and_then(|parameters| parameters.get("Location"));
        let location = location.filter(|_| call.get("Name").and_then(Located::text) == Some("AWS::Include"));
        let Some(location) = location.map(|location| location.id) else {
            let words = "Fn::Transform: expected AWS::Include with the Location of a file";
            self.ledger.error(self.tree.at(id), words);
            return Some(id);
        };
        let location = self.location(location)?;
        self.file(id, &location)
    }

    /// `Ref` of nothing, or of a list; of anything else it is a name in a text.
    fn reference(&mut self, id: NodeId, argument: NodeId) -> Option<NodeId> {
        let Some(name) = self.tree.at(argument).text().map(str::to_owned) else {
            self.ledger.error(self.tree.at(id), "Ref: expected the name of a parameter or of a resource");
            return Some(id);
        };
        if name == "AWS::NoValue" {
            self.ledger.taken_whole(self.tree.at(id));
            return None;
        }
        if !self.scope.parameters.is_list(&name) {
            return Some(id);
        }
        if let Some(Value::Array(values)) = self.ledger.answer_to_name(&name) {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let nodes = values.iter().map(|value| self.tree.derive_text(id, text(value))).collect();
            return Some(self.list_node(id, nodes));
        }
        let resolved = self.resolved(id);
        let text = self.tree.at(resolved).text()?.to_owned();
        let texts: Vec<&str> = text.split(',').map(str::trim).collect();
        Some(self.list_of_parts(id, &texts.join(","), ","))
    }

    /// `Fn::If`: the branch that is not taken is left out.
    fn choice(&mut self, id: NodeId, argument: NodeId) -> Option<NodeId> {
        let [condition, then, otherwise] = self.arguments(id, argument, "Fn::If: [condition, then, else]")?;
        self.ledger.taken_whole(self.tree.at(condition));
        let Some(name) = self.tree.at(condition).text().map(str::to_owned) else {
            self.ledger.error(self.tree.at(condition), "Fn::If: expected the name of a condition");
            return Some(then);
        };
        let (chosen, left) = match self.condition(condition, &name) {
            Truth::True | Truth::Unknown => (then, otherwise),
            Truth::False => (otherwise, then),
        };
        let word = if chosen == then { "true" } else { "false" };
        let words = format!("the condition {name} is {word}");
        self.ledger.remark_whole(self.tree.at(left), Remark::left_out(words));
        self.evaluated(chosen)
    }

    /// The arguments of a call that has so many; else an error says what was expected.
    fn arguments<const N: usize>(
        &mut self,
        id: NodeId,
        argument: NodeId,
        expected: &str,
    ) -> Option<[NodeId; N]> {
        let node = self.tree.at(argument);
        let nodes: Vec<NodeId> = node.elements().into_iter().flatten().map(|node| node.id).collect();
        self.ledger.taken(node);
        let arguments = nodes.try_into().ok();
        if arguments.is_none() {
            self.ledger.error(self.tree.at(id), format!("expected {expected}"));
        }
        arguments
    }

    /// Says of each condition and mapping if the API needs it.
    pub fn claim_scope(&mut self, template: NodeId) {
        let template = self.tree.at(template);
        let is_condition = |name: &str| self.scope.truths.contains_key(name);
        let is_mapping = |name: &str| self.scope.used_mappings.contains(name);
        for (section, is_used) in
            [("Conditions", &is_condition as &dyn Fn(&str) -> bool), ("Mappings", &is_mapping)]
        {
            let Some(section) = template.get(section) else { continue };
            self.ledger.taken(section);
            for member in section.members().into_iter().flatten() {
                match is_used(member.key) {
                    true => self.ledger.taken_whole(member.value),
                    false => {
                        let words = "no part of the API asks for it";
                        self.ledger.remark_whole(member.value, Remark::left_out(words));
                    }
                }
            }
        }
    }
}
