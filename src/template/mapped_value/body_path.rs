//! The way to a value in a JSON document: `.lines[0].sku`, `['a b'].c`.

use std::fmt;

use serde_json::Value;

/// The steps from a document down to one value; none of them is the whole document.
#[derive(Clone, Debug, Default)]
pub struct BodyPath(Vec<Step>);

#[derive(Clone, Debug)]
enum Step {
    Field(String),
    Index(usize),
}

impl BodyPath {
    /// Reads `.a.b[0]['c d']`; empty is the whole document.
    pub fn parse(mut text: &str) -> Option<Self> {
        let mut steps = Vec::new();
        while !text.is_empty() {
            if let Some(rest) = text.strip_prefix('.') {
                let (name, after) = rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()));
                steps.push(is_plain(name).then(|| Step::Field(name.to_owned()))?);
                text = after;
            } else if let Some((name, after)) = bracketed(text) {
                steps.push(Step::Field(name));
                text = after;
            } else {
                let (index, after) = text.strip_prefix('[')?.split_once(']')?;
                steps.push(Step::Index(index.parse().ok()?));
                text = after;
            }
        }
        Some(Self(steps))
    }

    /// True if it leads nowhere: the whole document is meant.
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// The value there, if the document has one.
    pub fn find<'v>(&self, document: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(document, |value, step| match step {
            Step::Field(name) => value.as_object()?.get(name),
            Step::Index(index) => value.as_array()?.get(*index),
        })
    }
}

/// As it is read.
impl fmt::Display for BodyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|step| match step {
            Step::Field(name) if is_plain(name) && !name.contains('.') => write!(f, ".{name}"),
            Step::Field(name) => f.write_str(&in_brackets(name)),
            Step::Index(index) => write!(f, "[{index}]"),
        })
    }
}

pub(super) fn in_brackets(name: &str) -> String {
    format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Reads `['name']` at the beginning of `text`; `\'` and `\\` are `'` and `\`.
pub(super) fn bracketed(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix("['")?;
    let mut name = String::new();
    let mut characters = inner.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\'' => {
                return Some((name, inner[at + 1..].strip_prefix(']')?)).filter(|(name, _)| !name.is_empty());
            }
            '\\' => name.push(characters.next()?.1),
            c => name.push(c),
        }
    }
    None
}

/// A name that cannot be mistaken for another word or a piece of path.
pub(super) fn is_plain(name: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "[]{}$?\"'".contains(c);
    !name.is_empty() && !name.contains(odd)
}
