//! All values of the input files in one arena.

use std::sync::Arc;

use serde_json::Value;

use super::{located::Located, scalar_value::ScalarValue};
use crate::api_file::{Sources, Span};

/// Calls that copy texts make no more than this of all files together.
pub const MOST_MADE_BYTES: usize = 64 << 20;

/// A value's number in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// The values of all files of an import.
#[derive(Debug, Default)]
pub struct Tree {
    pub sources: Sources,
    nodes: Vec<TreeNode>,
    /// The value of each file that has one, in the order of the files.
    pub roots: Vec<NodeId>,
    /// The bytes of derived texts, and what counts like them.
    made: usize,
    has_told: bool,
    /// Members that do not count, for their name stands again further down.
    pub shadowed: Vec<ShadowedMember>,
}

#[derive(Clone, Debug)]
pub struct TreeNode {
    pub span: Span,
    /// As it is written: `!Sub`. Tags of YAML itself (`!!str`) are none.
    pub tag: Option<Arc<str>>,
    pub content: NodeContent,
    /// The node that this one was derived of, and for which it is claimed.
    original: Option<NodeId>,
}

#[derive(Clone, Debug)]
pub enum NodeContent {
    Scalar { text: String, value: ScalarValue },
    List(Vec<NodeId>),
    Map(Vec<Member>),
}

/// A member of a map.
#[derive(Clone, Debug)]
pub struct Member {
    pub key: String,
    pub key_span: Span,
    pub node: NodeId,
}

/// A member whose name stands again in its map: the last one counts.
#[derive(Clone, Debug)]
pub struct ShadowedMember {
    pub member: Member,
    /// The map that it is written in.
    pub map: NodeId,
    /// The name of the one that counts.
    pub counts: Span,
}

impl TreeNode {
    pub(super) fn new(span: Span, tag: Option<Arc<str>>, content: NodeContent) -> Self {
        Self { span, tag, content, original: None }
    }
}

impl Tree {
    pub(super) fn push(&mut self, node: TreeNode) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
        id
    }

    pub fn node(&self, id: NodeId) -> &TreeNode {
        &self.nodes[id.0 as usize]
    }

    /// The node as readers walk it.
    pub fn at(&self, id: NodeId) -> Located<'_> {
        Located { tree: self, id }
    }

    /// Adds a value that stands for `original`: it has its place, and who claims it claims the original.
    pub fn derive(&mut self, original: NodeId, content: NodeContent) -> NodeId {
        let TreeNode { span, .. } = self.node(original);
        let span = *span;
        if let NodeContent::Scalar { text, .. } = &content {
            self.made += text.len();
        }
        let original = self.original(original);
        self.push(TreeNode { span, tag: None, content, original: Some(original) })
    }

    /// The same for a text.
    pub fn derive_text(&mut self, original: NodeId, text: impl Into<String>) -> NodeId {
        self.derive(original, NodeContent::Scalar { text: text.into(), value: ScalarValue::Text })
    }

    /// The same for JSON that stands in a text.
    pub fn derive_json(&mut self, original: NodeId, json: &Value) -> NodeId {
        let scalar = |value: ScalarValue, text: String| NodeContent::Scalar { text, value };
        let content = match json {
            Value::Null => scalar(ScalarValue::Null, "null".to_owned()),
            Value::Bool(value) => scalar(ScalarValue::Bool(*value), value.to_string()),
            Value::Number(number) => scalar(ScalarValue::Number(number.clone()), number.to_string()),
            Value::String(text) => scalar(ScalarValue::Text, text.clone()),
            Value::Array(values) => {
                NodeContent::List(values.iter().map(|value| self.derive_json(original, value)).collect())
            }
            Value::Object(members) => {
                let key_span = self.node(original).span;
                let member = |(key, value): (&String, &Value)| Member {
                    key: key.clone(),
                    key_span,
                    node: self.derive_json(original, value),
                };
                NodeContent::Map(members.iter().map(member).collect())
            }
        };
        self.derive(original, content)
    }

    /// Counts what is made besides derived texts.
    pub fn count_made(&mut self, bytes: usize) {
        self.made = self.made.saturating_add(bytes);
    }

    pub fn has_made_too_much(&self) -> bool {
        self.made > MOST_MADE_BYTES
    }

    /// True the first time: it is told once that too much has been made.
    pub fn is_news(&mut self) -> bool {
        !std::mem::replace(&mut self.has_told, true)
    }

    /// The written node that a node stands for: itself, if it is written.
    pub fn original(&self, id: NodeId) -> NodeId {
        self.node(id).original.unwrap_or(id)
    }

    /// The number of nodes, derived ones included.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Copies a value with all that is in it: what an alias stands for is written once and there twice.
    pub(super) fn copy(&mut self, id: NodeId) -> NodeId {
        let mut node = self.node(id).clone();
        match &mut node.content {
            NodeContent::Scalar { .. } => {}
            NodeContent::List(nodes) => {
                for node in nodes {
                    *node = self.copy(*node);
                }
            }
            NodeContent::Map(members) => {
                for member in members {
                    member.node = self.copy(member.node);
                }
            }
        }
        self.push(node)
    }
}
