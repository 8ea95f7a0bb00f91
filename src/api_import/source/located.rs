//! A node as readers walk it: its kind, its members, its text.

use serde_json::{Map, Number, Value};

use super::{
    scalar_value::ScalarValue,
    tree::{Member, NodeContent, NodeId, Tree, TreeNode},
};
use crate::api_file::Span;

/// A value of the tree.
#[derive(Clone, Copy, Debug)]
pub struct Located<'t> {
    pub tree: &'t Tree,
    pub id: NodeId,
}

/// A member of a map, with its value.
#[derive(Clone, Copy, Debug)]
pub struct MemberOf<'t> {
    pub key: &'t str,
    pub key_span: Span,
    pub value: Located<'t>,
}

impl<'t> Located<'t> {
    fn node(self) -> &'t TreeNode {
        self.tree.node(self.id)
    }

    pub fn span(self) -> Span {
        self.node().span
    }

    pub fn tag(self) -> Option<&'t str> {
        self.node().tag.as_deref()
    }

    pub fn content(self) -> &'t NodeContent {
        &self.node().content
    }

    /// The members, if it is a map without a tag.
    pub fn members(self) -> Option<impl Iterator<Item = MemberOf<'t>>> {
        let NodeContent::Map(members) = self.content() else { return None };
        let member = move |Member { key, key_span, node }: &'t Member| MemberOf {
            key,
            key_span: *key_span,
            value: self.tree.at(*node),
        };
        Some(members.iter().map(member))
    }

    /// A member with its name.
    pub fn named(self, key: &str) -> Option<MemberOf<'t>> {
        self.members()?.find(|member| member.key == key)
    }

    pub fn is_map(self) -> bool {
        matches!(self.content(), NodeContent::Map(_))
    }

    pub fn get(self, key: &str) -> Option<Located<'t>> {
        self.members()?.find(|member| member.key == key).map(|member| member.value)
    }

    /// The elements, if it is a list.
    pub fn elements(self) -> Option<impl Iterator<Item = Located<'t>>> {
        let NodeContent::List(nodes) = self.content() else { return None };
        Some(nodes.iter().map(move |id| self.tree.at(*id)))
    }

    /// The text of a scalar that is not null, as it is written: `200`, `012345678901`.
    pub fn text(self) -> Option<&'t str> {
        match self.content() {
            NodeContent::Scalar { value: ScalarValue::Null, .. } => None,
            NodeContent::Scalar { text, .. } => Some(text),
            NodeContent::List(_) | NodeContent::Map(_) => None,
        }
    }

    pub fn is_null(self) -> bool {
        matches!(self.content(), NodeContent::Scalar { value: ScalarValue::Null, .. })
    }

    /// True or false, also as a text: AWS takes both.
    pub fn as_bool(self) -> Option<bool> {
        match self.content() {
            NodeContent::Scalar { value: ScalarValue::Bool(value), .. } => Some(*value),
            NodeContent::Scalar { text, .. } => match text.as_str() {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            NodeContent::List(_) | NodeContent::Map(_) => None,
        }
    }

    /// A number without quotes, in the forms of YAML too: `1_000`, `0x1F`.
    pub fn as_number(self) -> Option<&'t Number> {
        match self.content() {
            NodeContent::Scalar { value: ScalarValue::Number(number), .. } => Some(number),
            NodeContent::Scalar { .. } | NodeContent::List(_) | NodeContent::Map(_) => None,
        }
    }

    /// The words for its kind, for messages.
    pub fn noun(self) -> &'static str {
        match self.content() {
            NodeContent::Scalar { value: ScalarValue::Null, .. } => "nothing",
            NodeContent::Scalar { value: ScalarValue::Bool(_), .. } => "true or false",
            NodeContent::Scalar { value: ScalarValue::Number(_), .. } => "a number",
            NodeContent::Scalar { value: ScalarValue::Text, .. } => "a text",
            NodeContent::List(_) => "a list",
            NodeContent::Map(_) => "a map",
        }
    }

    pub fn to_json(self) -> Value {
        match self.content() {
            NodeContent::Scalar { text, value } => value.to_json(text),
            NodeContent::List(nodes) => nodes.iter().map(|id| self.tree.at(*id).to_json()).collect(),
            NodeContent::Map(members) => {
                let member = |member: &Member| (member.key.clone(), self.tree.at(member.node).to_json());
                Value::Object(members.iter().map(member).collect::<Map<_, _>>())
            }
        }
    }
}
