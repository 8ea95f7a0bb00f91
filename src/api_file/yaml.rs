//! YAML 1.2 → nodes. One document; the names in a map are texts, each once; tags of the core schema only.
//!
//! Whatever the text is, it ends soon: levels and values are bounded, aliases counted as if they were written out.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::{
    file_problem::FileProblem,
    node::{Content, Entry, Node},
    scalar::{PlainScalar, plain},
    source::{CharOffsets, Span},
    syntax_error::syntax_error,
};

/// An item of DynamoDB has at most 32 levels.
const MOST_LEVELS: usize = 64;
/// 10,000 routes of a hundred values.
pub const MOST_VALUES: usize = 1_000_000;

/// Reads a text. `None`: there is no value in it, or what is wrong hides the rest.
pub fn read(text: &str, file: usize, problems: &mut Vec<FileProblem>) -> Option<Arc<Node>> {
    let offsets = CharOffsets::of(text);
    let mut reader = Reader { open: Vec::new(), anchors: HashMap::new(), root: None, documents: 0, problems };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let event = match event {
            Ok((event, marks)) => {
                let (start, end) = (offsets.byte(marks.start.index()), offsets.byte(marks.end.index()));
                reader.take(event, Span { file, start, end: end.max(start) })
            }
            Err(error) => Err(syntax_error(&error, text, &offsets, file)),
        };
        if let Err(problem) = event {
            reader.problems.push(*problem);
            return None;
        }
    }
    reader.root
}

/// Puts values together as they come.
struct Reader<'p> {
    open: Vec<Open>,
    /// Whole values by the numbers of their anchors.
    anchors: HashMap<usize, Arc<Node>>,
    root: Option<Arc<Node>>,
    documents: usize,
    problems: &'p mut Vec<FileProblem>,
}

/// A map or a list whose end has not come.
struct Open {
    span: Span,
    anchor: usize,
    children: Children,
}

enum Children {
    List(Vec<Arc<Node>>),
    Map { entries: Vec<Entry>, places: HashMap<String, Span>, key: Option<Key> },
}

/// The name of the member whose value comes next.
struct Key {
    text: String,
    span: Span,
    /// Says if the value is to be left out: the name is no good.
    is_refused: bool,
}

impl Reader<'_> {
    /// # Errors
    ///
    /// The rest cannot be understood.
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Box<FileProblem>> {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    let message = "a second document begins here, and an API is in one";
                    let problem = FileProblem::syntax(span, message);
                    let hint = "put it into a file of its own, and take that in by $include";
                    return Err(problem.with_hint(hint).into());
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(Scalar { text, style, anchor, tag, span })?
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(span, anchor, tag.as_deref(), ("seq", Children::List(Vec::new())))?;
            }
            Event::MappingStart(anchor, tag) => {
                let children = Children::Map { entries: Vec::new(), places: HashMap::new(), key: None };
                self.begin(span, anchor, tag.as_deref(), ("map", children))?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span)?,
            Event::Alias(anchor) => {
                if self.awaits_key() {
                    return Err(key_is_no_text(span));
                }
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    let message = "got an alias inside of what it stands for";
                    return Err(FileProblem::syntax(span, message).into());
                };
                self.put(node)?;
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn awaits_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { children: Children::Map { key: None, .. }, .. }))
    }

    fn begin(
        &mut self,
        span: Span,
        anchor: usize,
        tag: Option<&Tag>,
        (own_tag, children): (&str, Children),
    ) -> Result<(), Box<FileProblem>> {
        if self.awaits_key() {
            return Err(key_is_no_text(span));
        }
        if self.open.len() >= MOST_LEVELS {
            return Err(too_deep(span));
        }
        if let Some(tag) = tag.map(full_name).filter(|tag| core_tag(tag) != Some(own_tag)) {
            self.problems.push(unknown_tag(span, &tag));
        }
        self.open.push(Open { span, anchor, children });
        Ok(())
    }

    fn end(&mut self, span: Span) -> Result<(), Box<FileProblem>> {
        let Some(Open { span: begin, anchor, children }) = self.open.pop() else { return Ok(()) };
        let content = match children {
            Children::List(nodes) => Content::List(nodes),
            Children::Map { entries, .. } => Content::Map(entries),
        };
        // A block ends where the next thing begins; its last value says where it stands.
        let end = match &content {
            _ if span.end > span.start => span.end,
            Content::List(nodes) => nodes.last().map_or(begin.end, |node| node.span.end),
            Content::Map(entries) => entries.last().map_or(begin.end, |entry| entry.node.span.end),
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) => begin.end,
        };
        let node = Arc::new(Node::new(Span { end: end.max(begin.start), ..begin }, content));
        self.keep(anchor, &node);
        self.put(node)
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> Result<(), Box<FileProblem>> {
        if self.awaits_key() {
            self.key(&scalar);
            return Ok(());
        }
        let content = scalar.content(self.problems);
        let node = Arc::new(Node::new(scalar.span, content));
        self.keep(scalar.anchor, &node);
        self.put(node)
    }

    fn key(&mut self, scalar: &Scalar<'_>) {
        let Scalar { text, span, .. } = scalar;
        let is_plain = scalar.style == ScalarStyle::Plain && scalar.tag.is_none();
        let Some(Open { children: Children::Map { places, key, .. }, .. }) = self.open.last_mut() else {
            return;
        };
        let refused = if is_plain && plain(text) == Ok(PlainScalar::Null) {
            Some(FileProblem::syntax(*span, "got nothing for a name").with_hint("put the name in quotes"))
        } else if is_plain && text == "<<" {
            Some(FileProblem::syntax(*span, "got <<, a merge key, which YAML 1.2 does not have").with_hint(
                "write the fields out, or let the stage extend another one (extends); an alias stands for a whole value",
            ))
        } else if let Some(first) = places.get(text.as_ref()) {
            Some(FileProblem::syntax(*span, format!("got {text:?} twice in one map")).with_first(*first))
        } else {
            places.insert(text.to_string(), *span);
            None
        };
        let is_refused = refused.is_some();
        self.problems.extend(refused);
        *key = Some(Key { text: text.to_string(), span: *span, is_refused });
    }

    fn keep(&mut self, anchor: usize, node: &Arc<Node>) {
        // 0: it has none.
        if anchor > 0 {
            self.anchors.insert(anchor, Arc::clone(node));
        }
    }

    /// Puts a value where it belongs.
    fn put(&mut self, node: Arc<Node>) -> Result<(), Box<FileProblem>> {
        if node.size > MOST_VALUES {
            let message = format!("got more than {MOST_VALUES} values, aliases written out");
            return Err(FileProblem::syntax(node.span, message).into());
        }
        if self.open.len() + node.depth > MOST_LEVELS {
            return Err(too_deep(node.span));
        }
        match self.open.last_mut().map(|open| &mut open.children) {
            None => self.root = Some(node),
            Some(Children::List(nodes)) => nodes.push(node),
            Some(Children::Map { entries, key, .. }) => {
                let Some(Key { text, span, is_refused }) = key.take() else { return Ok(()) };
                if !is_refused {
                    entries.push(Entry { key: text, key_span: span, node });
                }
            }
        }
        Ok(())
    }
}

/// A scalar as it is written.
struct Scalar<'a> {
    text: Cow<'a, str>,
    style: ScalarStyle,
    anchor: usize,
    tag: Option<Cow<'a, Tag>>,
    span: Span,
}

impl Scalar<'_> {
    /// The value. One that is no good is text.
    fn content(&self, problems: &mut Vec<FileProblem>) -> Content {
        let Self { text, style, tag, span, .. } = self;
        let as_text = || Content::Text(text.to_string());
        let tag = tag.as_deref().map(full_name);
        let wanted = match tag.as_deref() {
            None if *style != ScalarStyle::Plain => return as_text(),
            Some("!") => return as_text(),
            None => None,
            Some(tag) => match core_tag(tag) {
                Some("str") => return as_text(),
                Some(wanted) => Some(wanted),
                None => {
                    problems.push(unknown_tag(*span, tag));
                    return as_text();
                }
            },
        };
        match (plain(text), wanted) {
            (Err(ambiguous), _) => {
                problems.push(FileProblem::syntax(*span, ambiguous.message).with_hint(ambiguous.hint));
                as_text()
            }
            (Ok(PlainScalar::Null), None | Some("null")) => Content::Null,
            (Ok(PlainScalar::Bool(value)), None | Some("bool")) => Content::Bool(value),
            (Ok(PlainScalar::Number(number)), None | Some("int" | "float")) => Content::Number(number),
            (Ok(PlainScalar::Text), None) => as_text(),
            (Ok(_), Some(wanted)) => {
                problems.push(FileProblem::syntax(*span, format!("got {text:?}, which is no !!{wanted}")));
                as_text()
            }
        }
    }
}

/// A tag in one text, `tag:yaml.org,2002:str`.
fn full_name(tag: &Tag) -> String {
    format!("{}{}", tag.handle, tag.suffix)
}

/// `str` of `tag:yaml.org,2002:str`.
fn core_tag(tag: &str) -> Option<&str> {
    const KNOWN: [&str; 7] = ["str", "null", "bool", "int", "float", "seq", "map"];
    tag.strip_prefix("tag:yaml.org,2002:").filter(|name| KNOWN.contains(name))
}

fn unknown_tag(span: Span, tag: &str) -> FileProblem {
    let shown =
        tag.strip_prefix("tag:yaml.org,2002:").map_or_else(|| tag.to_owned(), |name| format!("!!{name}"));
    FileProblem::syntax(span, format!("got the tag {shown}, which says nothing here"))
        .with_hint("leave it out")
}

fn key_is_no_text(span: Span) -> Box<FileProblem> {
    let problem = FileProblem::syntax(span, "got a map, a list or an alias for a name, expected a text");
    Box::new(problem.with_hint("a value that begins with {, [ or * needs quotes if it is text"))
}

fn too_deep(span: Span) -> Box<FileProblem> {
    Box::new(FileProblem::syntax(span, format!("got more than {MOST_LEVELS} levels of maps and lists")))
}
