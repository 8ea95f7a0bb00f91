//! XML as far as AWS's answers need it: elements with their text. Attributes, comments and instructions are passed over.

use xmlparser::{ElementEnd, Token, Tokenizer};

use super::xml_text::unescaped;
use crate::message::BoxError;

/// An element with all that is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Without its namespace.
    name: String,
    text: String,
    children: Vec<Element>,
}

/// Deeper than any answer is.
const MOST_LEVELS: usize = 64;

impl Element {
    /// Reads a document; gives its root.
    ///
    /// # Errors
    ///
    /// It is no XML, or it ends too soon.
    pub fn parse(bytes: &[u8]) -> Result<Self, BoxError> {
        let text = std::str::from_utf8(bytes)?;
        // The last one is open; what is closed moves into the one before it. The first stands for the document.
        let mut open = vec![Self::default()];
        for token in Tokenizer::from(text) {
            match token? {
                Token::ElementStart { local, .. } => {
                    if open.len() > MOST_LEVELS {
                        return Err("too many levels".into());
                    }
                    open.push(Self { name: local.as_str().to_owned(), ..Self::default() });
                }
                Token::ElementEnd { end: ElementEnd::Open, .. } => {}
                Token::ElementEnd { end: ElementEnd::Close(..) | ElementEnd::Empty, .. } => {
                    let closed = open.pop().filter(|_| !open.is_empty()).ok_or("an end without a begin")?;
                    open.last_mut().ok_or("an end without a begin")?.children.push(closed);
                }
                Token::Text { text } => append(&mut open, &unescaped(text.as_str())),
                Token::Cdata { text, .. } => append(&mut open, text.as_str()),
                Token::Attribute { .. }
                | Token::Comment { .. }
                | Token::Declaration { .. }
                | Token::ProcessingInstruction { .. }
                | Token::DtdStart { .. }
                | Token::EmptyDtd { .. }
                | Token::EntityDeclaration { .. }
                | Token::DtdEnd { .. } => {}
            }
        }
        let [document] = &mut *open else { return Err("it ends too soon".into()) };
        document.children.pop().ok_or_else(|| "there is no element in it".into())
    }

    /// The elements that a path of names leads to, each step the first of its name but for the last, which are all.
    pub fn all<'a>(&'a self, path: &'a [&'a str]) -> impl Iterator<Item = &'a Self> {
        let (last, way) = path.split_last().map_or(("", path), |(last, way)| (*last, way));
        let parent = way.iter().try_fold(self, |element, name| element.child(name));
        let children = parent.map_or(&[][..], |parent| &parent.children);
        children.iter().filter(move |child| child.name == last)
    }

    /// The text of the first element that a path of names leads to.
    pub fn text_of(&self, path: &[&str]) -> Option<&str> {
        path.iter().try_fold(self, |element, name| element.child(name)).map(|found| found.text.trim())
    }

    fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }
}

fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_and_their_text_are_found_by_their_names() {
        let text = r#"<?xml version="1.0"?><!-- c --><a:R xmlns:a="u"><L><m k="v">1 &lt; 2 &#x26; <![CDATA[<3>]]></m><e/>
            <m> two&nbsp; </m></L><L><m>other</m></L></a:R>"#;
        let root = Element::parse(text.as_bytes()).unwrap();
        let all: Vec<_> = root.all(&["L", "m"]).map(|element| element.text.as_str()).collect();
        assert_eq!(all, ["1 < 2 & <3>", " two&nbsp; "]);
        assert_eq!(root.text_of(&["L", "m"]), Some("1 < 2 & <3>"));
        assert_eq!(root.text_of(&["L", "e"]), Some(""));
        assert_eq!((root.text_of(&["L", "x"]), root.all(&["x", "m"]).count()), (None, 0));
    }

    #[test]
    fn what_is_no_whole_document_is_refused() {
        let deep = "<a>".repeat(1_000);
        for text in ["", "x", "<a>", "</a>", "<a></a></a>", "{}", "<a", "\u{0}", &deep] {
            assert!(Element::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Element::parse(b"<a>\xff</a>").is_err());
    }
}
