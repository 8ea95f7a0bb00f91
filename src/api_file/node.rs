//! A value of an API file with its place. What an alias stands for is shared, not copied.

use std::sync::Arc;

use serde_json::{Map, Number, Value};

use super::source::Span;

/// A value, and where it is written.
#[derive(Debug)]
pub struct Node {
    pub span: Span,
    pub content: Content,
    /// The number of values in it, aliases written out.
    pub size: usize,
    /// The number of levels in it; of a scalar 1.
    pub depth: usize,
}

#[derive(Debug)]
pub enum Content {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Arc<Node>>),
    Map(Vec<Entry>),
}

/// A member of a map.
#[derive(Clone, Debug)]
pub struct Entry {
    pub key: String,
    pub key_span: Span,
    pub node: Arc<Node>,
}

impl Node {
    pub fn new(span: Span, content: Content) -> Self {
        let inner: Box<dyn Iterator<Item = &Arc<Node>>> = match &content {
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) => {
                Box::new(std::iter::empty())
            }
            Content::List(nodes) => Box::new(nodes.iter()),
            Content::Map(entries) => Box::new(entries.iter().map(|entry| &entry.node)),
        };
        let (mut size, mut depth) = (1_usize, 0);
        for node in inner {
            size = size.saturating_add(node.size);
            depth = depth.max(node.depth);
        }
        Self { span, content, size, depth: depth + 1 }
    }

    pub fn is_null(&self) -> bool {
        matches!(self.content, Content::Null)
    }

    /// Its kind, for messages that do not show it.
    pub fn noun(&self) -> &'static str {
        match &self.content {
            Content::Null => "nothing",
            Content::Bool(_) => "true or false",
            Content::Number(_) => "a number",
            Content::Text(_) => "a text",
            Content::List(_) => "a list",
            Content::Map(_) => "a map",
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::List(_) | Content::Map(_) => {
                None
            }
        }
    }

    pub fn as_map(&self) -> Option<&[Entry]> {
        match &self.content {
            Content::Map(entries) => Some(entries),
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) | Content::List(_) => {
                None
            }
        }
    }

    pub fn to_json(&self) -> Value {
        match &self.content {
            Content::Null => Value::Null,
            Content::Bool(value) => Value::Bool(*value),
            Content::Number(number) => Value::Number(number.clone()),
            Content::Text(text) => Value::String(text.clone()),
            Content::List(nodes) => nodes.iter().map(|node| node.to_json()).collect(),
            Content::Map(entries) => Value::Object(to_object(entries)),
        }
    }
}

/// Entries as a JSON object.
pub fn to_object(entries: &[Entry]) -> Map<String, Value> {
    entries.iter().map(|entry| (entry.key.clone(), entry.node.to_json())).collect()
}

/// The place that a problem's field leads to.
#[derive(Clone, Copy, Debug)]
pub struct FoundField<'a> {
    /// The name that it stands behind, or else its place in a list.
    pub name: Span,
    pub node: &'a Node,
    pub is_whole: bool,
}

/// Finds `integration.transactItems[0].put` as far as it is there; `None`: nothing of it is. Names may have dots in
/// them, so the longest that fits is taken.
pub fn find<'a>(entries: &'a [Entry], field: &str) -> Option<FoundField<'a>> {
    let fits = |entry: &&Entry| {
        let rest = field.strip_prefix(entry.key.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let entry = entries.iter().filter(fits).max_by_key(|entry| entry.key.len())?;
    let rest = &field[entry.key.len()..];
    Some(find_within(entry.key_span, &entry.node, rest))
}

fn find_within<'a>(name: Span, node: &'a Node, rest: &str) -> FoundField<'a> {
    let here = FoundField { name, node, is_whole: rest.is_empty() };
    let deeper = match &node.content {
        Content::Map(entries) => rest.strip_prefix('.').and_then(|rest| find(entries, rest)),
        Content::List(nodes) => rest.strip_prefix('[').and_then(|rest| {
            let (index, rest) = rest.split_once(']')?;
            let node = nodes.get(index.parse::<usize>().ok()?)?;
            Some(find_within(node.span, node, rest))
        }),
        Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) => None,
    };
    deeper.unwrap_or(here)
}
