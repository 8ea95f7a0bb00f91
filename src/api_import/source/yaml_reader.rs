//! YAML → tree, as AWS reads it: the last of two members with one name counts, tags are kept, aliases are written out.
//!
//! Whatever the text is, it ends soon: levels and values are bounded, aliases counted as if they were written out.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::{
    scalar_value::ScalarValue,
    source_problem::SourceProblem,
    tree::{Member, NodeContent, NodeId, ShadowedMember, Tree, TreeNode},
};
use crate::api_file::{CharOffsets, Span};

pub(super) const MOST_LEVELS: usize = 200;
pub(super) const MOST_VALUES: usize = 1_000_000;

/// Reads a text into the tree. `None`: there is no value in it.
///
/// # Errors
///
/// It is no YAML, or passes a bound.
pub fn read(tree: &mut Tree, text: &str, file: usize) -> Result<Option<NodeId>, SourceProblem> {
    let offsets = CharOffsets::of(text);
    let mut reader = YamlReader { tree, open: Vec::new(), anchors: HashMap::new(), root: None, documents: 0 };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, marks)) => {
                let (start, end) = (offsets.byte(marks.start.index()), offsets.byte(marks.end.index()));
                reader.take(event, Span { file, start, end: end.max(start) })?;
            }
            Err(error) => {
                let start = offsets.byte(error.marker().index());
                let words = format!("no YAML: {}", error.info());
                return Err(SourceProblem::new(Span { file, start, end: start }, words));
            }
        }
    }
    Ok(reader.root)
}

struct YamlReader<'t> {
    tree: &'t mut Tree,
    open: Vec<OpenValue>,
    anchors: HashMap<usize, NodeId>,
    root: Option<NodeId>,
    documents: usize,
}

/// A map or a list whose end has not come.
struct OpenValue {
    span: Span,
    anchor: usize,
    tag: Option<Arc<str>>,
    parts: Parts,
}

enum Parts {
    List(Vec<NodeId>),
    Map { members: Vec<Member>, key: Option<(String, Span)> },
}

/// The name that takes in the members of another map, where they are not written.
const MERGE: &str = "<<";

impl YamlReader<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), SourceProblem> {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(SourceProblem::new(span, "a second document begins here, and AWS reads one"));
                }
            }
            Event::Scalar(text, style, anchor, tag) => return self.scalar(text, style, (anchor, tag), span),
            Event::SequenceStart(anchor, tag) => {
                return self.begin(span, anchor, tag, Parts::List(Vec::new()));
            }
            Event::MappingStart(anchor, tag) => {
                return self.begin(span, anchor, tag, Parts::Map { members: Vec::new(), key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => return self.end(span),
            Event::Alias(anchor) => {
                if self.awaits_key() {
                    return Err(key_is_no_text(span));
                }
                let Some(id) = self.anchors.get(&anchor).copied() else {
                    return Err(SourceProblem::new(span, "an alias inside of what it stands for"));
                };
                self.check_size(span, self.size_of(id))?;
                let copy = self.tree.copy(id);
                return self.put(copy);
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn awaits_key(&self) -> bool {
        matches!(self.open.last(), Some(OpenValue { parts: Parts::Map { key: None, .. }, .. }))
    }

    fn begin(
        &mut self,
        span: Span,
        anchor: usize,
        tag: Option<Cow<'_, Tag>>,
        parts: Parts,
    ) -> Result<(), SourceProblem> {
        if self.awaits_key() {
            return Err(key_is_no_text(span));
        }
        if self.open.len() >= MOST_LEVELS {
            let words = format!("more than {MOST_LEVELS} levels of maps and lists");
            return Err(SourceProblem::new(span, words));
        }
        self.check_size(span, 1)?;
        self.open.push(OpenValue { span, anchor, tag: own_tag(tag.as_deref()), parts });
        Ok(())
    }

    fn end(&mut self, span: Span) -> Result<(), SourceProblem> {
        let Some(OpenValue { span: begin, anchor, tag, parts }) = self.open.pop() else { return Ok(()) };
        let (content, shadowed) = match parts {
            Parts::List(nodes) => (NodeContent::List(nodes), Vec::new()),
            Parts::Map { members, .. } => {
                let merged = self.merged(members);
                let SplitMembers { members, shadowed } = split_shadowed(merged);
                (NodeContent::Map(members), shadowed)
            }
        };
        let span = Span { end: span.end.max(begin.end), ..begin };
        let id = self.tree.push(TreeNode::new(span, tag, content));
        let shadowed = shadowed.into_iter();
        self.tree.shadowed.extend(shadowed.map(|(member, counts)| ShadowedMember {
            member,
            map: id,
            counts,
        }));
        self.keep(anchor, id);
        self.put(id)
    }

    /// The members with those of the maps that `<<` names.
    fn merged(&self, members: Vec<Member>) -> Vec<Member> {
        if !members.iter().any(|member| member.key == MERGE) {
            return members;
        }
        let (mut all, mut taken_in) = (Vec::new(), Vec::new());
        for member in members {
            let node = self.tree.node(member.node);
            match &node.content {
                NodeContent::Map(inner) if member.key == MERGE => taken_in.extend(inner.clone()),
                NodeContent::List(nodes) if member.key == MERGE => {
                    for id in nodes {
                        if let NodeContent::Map(inner) = &self.tree.node(*id).content {
                            taken_in.extend(inner.clone());
                        }
                    }
                }
                NodeContent::Scalar { .. } | NodeContent::List(_) | NodeContent::Map(_) => all.push(member),
            }
        }
        let mut names: HashSet<String> = all.iter().map(|member| member.key.clone()).collect();
        all.extend(taken_in.into_iter().filter(|member| names.insert(member.key.clone())));
        all
    }

    fn scalar(
        &mut self,
        text: Cow<'_, str>,
        style: ScalarStyle,
        (anchor, tag): (usize, Option<Cow<'_, Tag>>),
        span: Span,
    ) -> Result<(), SourceProblem> {
        if let Some(OpenValue { parts: Parts::Map { key: key @ None, .. }, .. }) = self.open.last_mut() {
            *key = Some((text.into_owned(), span));
            return Ok(());
        }
        let is_plain = style == ScalarStyle::Plain && tag.as_deref().is_none_or(|tag| !is_text_tag(tag));
        let value = if is_plain { ScalarValue::of_plain(&text) } else { ScalarValue::Text };
        let content = NodeContent::Scalar { text: text.into_owned(), value };
        self.check_size(span, 1)?;
        let id = self.tree.push(TreeNode::new(span, own_tag(tag.as_deref()), content));
        self.keep(anchor, id);
        self.put(id)
    }

    fn keep(&mut self, anchor: usize, id: NodeId) {
        // 0: it has none.
        if anchor > 0 {
            self.anchors.insert(anchor, id);
        }
    }

    fn put(&mut self, id: NodeId) -> Result<(), SourceProblem> {
        match self.open.last_mut().map(|open| &mut open.parts) {
            None => self.root = Some(id),
            Some(Parts::List(nodes)) => nodes.push(id),
            Some(Parts::Map { members, key }) => {
                if let Some((key, key_span)) = key.take() {
                    members.push(Member { key, key_span, node: id });
                }
            }
        }
        Ok(())
    }

    /// The number of values in a value.
    fn size_of(&self, id: NodeId) -> usize {
        match &self.tree.node(id).content {
            NodeContent::Scalar { .. } => 1,
            NodeContent::List(nodes) => 1 + nodes.iter().map(|id| self.size_of(*id)).sum::<usize>(),
            NodeContent::Map(members) => {
                1 + members.iter().map(|member| self.size_of(member.node)).sum::<usize>()
            }
        }
    }

    fn check_size(&self, span: Span, more: usize) -> Result<(), SourceProblem> {
        if self.tree.node_count() + more > MOST_VALUES {
            let words = format!("more than {MOST_VALUES} values, aliases written out");
            return Err(SourceProblem::new(span, words));
        }
        Ok(())
    }
}

/// The members of a map that count, and those whose names stand again, each with the name that counts.
pub(super) struct SplitMembers {
    pub members: Vec<Member>,
    pub shadowed: Vec<(Member, Span)>,
}

pub(super) fn split_shadowed(members: Vec<Member>) -> SplitMembers {
    let mut last: HashMap<&str, usize> = HashMap::new();
    for (index, member) in members.iter().enumerate() {
        last.insert(&member.key, index);
    }
    if last.len() == members.len() {
        return SplitMembers { members, shadowed: Vec::new() };
    }
    let counts: Vec<usize> = members.iter().map(|member| last[member.key.as_str()]).collect();
    let places: Vec<Span> = counts.iter().map(|index| members[*index].key_span).collect();
    let (mut kept, mut shadowed) = (Vec::new(), Vec::new());
    for (index, member) in members.into_iter().enumerate() {
        if counts[index] == index { kept.push(member) } else { shadowed.push((member, places[index])) }
    }
    SplitMembers { members: kept, shadowed }
}

/// A tag that is not YAML's own.
fn own_tag(tag: Option<&Tag>) -> Option<Arc<str>> {
    let name = tag.map(|tag| format!("{}{}", tag.handle, tag.suffix))?;
    (name != "!" && !name.starts_with("tag:yaml.org,2002:")).then(|| name.into())
}

fn is_text_tag(tag: &Tag) -> bool {
    let name = format!("{}{}", tag.handle, tag.suffix);
    name == "!" || name == "tag:yaml.org,2002:str"
}

fn key_is_no_text(span: Span) -> SourceProblem {
    SourceProblem::new(span, "a map, a list or an alias for a name, expected a text")
}
