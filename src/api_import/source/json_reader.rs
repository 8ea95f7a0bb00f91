//! JSON (RFC 8259) → tree, with the place of each value: escapes and tabs as JSON has them, which YAML does not.

use super::{
    scalar_value::ScalarValue,
    source_problem::SourceProblem,
    tree::{Member, NodeContent, NodeId, ShadowedMember, Tree, TreeNode},
    yaml_reader::{MOST_LEVELS, MOST_VALUES, SplitMembers, split_shadowed},
};
use crate::api_file::Span;

/// Reads a text into the tree.
///
/// # Errors
///
/// It is no JSON, or passes a bound.
pub fn read(tree: &mut Tree, text: &str, file: usize) -> Result<NodeId, SourceProblem> {
    let mut reader = JsonReader { tree, text, file, at: 0, levels: 0 };
    let root = reader.value()?;
    reader.skip_space();
    if reader.at < text.len() { Err(reader.problem("text behind the end of the value")) } else { Ok(root) }
}

struct JsonReader<'a> {
    tree: &'a mut Tree,
    text: &'a str,
    file: usize,
    at: usize,
    levels: usize,
}

impl JsonReader<'_> {
    fn problem(&self, words: &str) -> SourceProblem {
        let span = Span { file: self.file, start: self.at, end: self.at };
        SourceProblem::new(span, format!("no JSON: {words}"))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| b" \t\r\n".contains(&byte)) {
            self.at += 1;
        }
    }

    /// Takes a mark, if it comes next.
    fn takes(&mut self, mark: u8) -> bool {
        self.skip_space();
        let is_it = self.peek() == Some(mark);
        self.at += usize::from(is_it);
        is_it
    }

    fn value(&mut self) -> Result<NodeId, SourceProblem> {
        self.skip_space();
        if self.tree.node_count() >= MOST_VALUES || self.levels >= MOST_LEVELS {
            let words = format!("more than {MOST_LEVELS} levels, or {MOST_VALUES} values");
            return Err(self.problem(&words));
        }
        let start = self.at;
        let content = match self.peek() {
            Some(b'{') => return self.map(start),
            Some(b'[') => self.list()?,
            Some(b'"') => NodeContent::Scalar { text: self.string()?, value: ScalarValue::Text },
            Some(_) => self.word()?,
            None => return Err(self.problem("the text ends where a value is expected")),
        };
        Ok(self.tree.push(TreeNode::new(self.span(start), None, content)))
    }

    fn span(&self, start: usize) -> Span {
        Span { file: self.file, start, end: self.at }
    }

    fn map(&mut self, start: usize) -> Result<NodeId, SourceProblem> {
        self.at += 1;
        self.levels += 1;
        let mut members = Vec::new();
        if !self.takes(b'}') {
            loop {
                self.skip_space();
                let key_start = self.at;
                if self.peek() != Some(b'"') {
                    return Err(self.problem("expected a name in quotes"));
                }
                let key = self.string()?;
                let key_span = self.span(key_start);
                if !self.takes(b':') {
                    return Err(self.problem("expected a colon behind the name"));
                }
                members.push(Member { key, key_span, node: self.value()? });
                if self.takes(b'}') {
                    break;
                }
                if !self.takes(b',') {
                    return Err(self.problem("expected a comma or a closing brace"));
                }
            }
        }
        self.levels -= 1;
        let SplitMembers { members, shadowed } = split_shadowed(members);
        let id = self.tree.push(TreeNode::new(self.span(start), None, NodeContent::Map(members)));
        let shadowed = shadowed.into_iter();
        self.tree.shadowed.extend(shadowed.map(|(member, counts)| ShadowedMember {
            member,
            map: id,
            counts,
        }));
        Ok(id)
    }

    fn list(&mut self) -> Result<NodeContent, SourceProblem> {
        self.at += 1;
        self.levels += 1;
        let mut nodes = Vec::new();
        if !self.takes(b']') {
            loop {
                nodes.push(self.value()?);
                if self.takes(b']') {
                    break;
                }
                if !self.takes(b',') {
                    return Err(self.problem("expected a comma or a closing bracket"));
                }
            }
        }
        self.levels -= 1;
        Ok(NodeContent::List(nodes))
    }

    /// A text in quotes, whose end is looked for here and whose escapes are serde_json's.
    fn string(&mut self) -> Result<String, SourceProblem> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
                None => return Err(self.problem("a quote is not closed")),
            }
        }
        let written = &self.text[start..=end];
        match serde_json::from_str(written) {
            Ok(text) => {
                self.at = end + 1;
                Ok(text)
            }
            // Line breaks within quotes are written by hand, and AWS's own reader takes them.
            Err(_) => match serde_json::from_str(&written.replace('\n', "\\n").replace('\t', "\\t")) {
                Ok(text) => {
                    self.at = end + 1;
                    Ok(text)
                }
                Err(_) => Err(self.problem("an escape, or a character, that no text may have")),
            },
        }
    }

    fn word(&mut self) -> Result<NodeContent, SourceProblem> {
        let rest = &self.text[self.at..];
        let end = rest.find([',', ']', '}', ' ', '\t', '\r', '\n', ':', '"', '[', '{']).unwrap_or(rest.len());
        let word = &rest[..end];
        let value = match word {
            "true" => ScalarValue::Bool(true),
            "false" => ScalarValue::Bool(false),
            "null" => ScalarValue::Null,
            _ => match word.parse() {
                Ok(number) => ScalarValue::Number(number),
                Err(_) => return Err(self.problem("expected a value")),
            },
        };
        self.at += end;
        Ok(NodeContent::Scalar { text: word.to_owned(), value })
    }
}
