//! The plain JSON of an answer while it is written.

use std::{borrow::Cow, ops::Range};

use base64::{Engine, prelude::BASE64_STANDARD};

use super::super::attribute_json::{close, write_text};

/// The plain JSON as far as it is written.
pub struct PlainWriter<'de> {
    pub json: Vec<u8>,
    /// The place of the first of several items.
    pub first_item: Option<Range<usize>>,
    /// Those of the maps that are not at their end; the innermost map's are last.
    members: Vec<Member<'de>>,
    /// Room for the members of a map while they are put in order.
    sorted: Vec<u8>,
    /// Room for the bytes of base64 while it is checked.
    bytes: Vec<u8>,
}

struct Member<'de> {
    name: Cow<'de, str>,
    /// `"name":"value",`
    place: Range<usize>,
}

/// A map that is not at its end.
pub struct OpenMap {
    start: usize,
    first_member: usize,
}

impl<'de> PlainWriter<'de> {
    /// Plain JSON is no longer than DynamoDB's.
    pub fn new(capacity: usize) -> Self {
        // More than most items have.
        const MEMBERS: usize = 32;
        Self {
            json: Vec::with_capacity(capacity),
            first_item: None,
            members: Vec::with_capacity(MEMBERS),
            sorted: Vec::new(),
            bytes: Vec::new(),
        }
    }

    /// Writes text that JSON has as it is: nothing of it is escaped.
    pub fn plain_text(&mut self, text: &str) {
        self.json.push(b'"');
        self.json.extend_from_slice(text.as_bytes());
        self.json.push(b'"');
    }

    /// Writes text of which something is escaped.
    pub fn escaped_text(&mut self, text: &str) {
        write_text(text, &mut self.json);
    }

    /// Writes base64 as text; `None` if it is none.
    pub fn binary(&mut self, text: &str) -> Option<()> {
        self.bytes.clear();
        BASE64_STANDARD.decode_vec(text, &mut self.bytes).ok()?;
        self.plain_text(text);
        Some(())
    }

    /// Writes the digits of a number; `None` if it is none as JSON writes them. An exponent gets its sign.
    pub fn number(&mut self, text: &str) -> Option<()> {
        let unsigned = text.strip_prefix('-').unwrap_or(text).as_bytes();
        let (whole, rest) = digits(unsigned);
        if whole.is_empty() || (whole.len() > 1 && whole[0] == b'0') {
            return None;
        }
        let rest = match rest.split_first() {
            Some((b'.', rest)) => {
                let (fraction, rest) = digits(rest);
                (!fraction.is_empty()).then_some(rest)?
            }
            _ => rest,
        };
        let before = &text.as_bytes()[..text.len() - rest.len()];
        let Some((b'e' | b'E', exponent)) = rest.split_first() else {
            self.json.extend_from_slice(before);
            return rest.is_empty().then_some(());
        };
        let (sign, exponent) = match exponent.split_first() {
            Some((sign @ (b'+' | b'-'), exponent)) => (*sign, exponent),
            _ => (b'+', exponent),
        };
        let (exponent, rest) = digits(exponent);
        if exponent.is_empty() || !rest.is_empty() {
            return None;
        }
        self.json.extend_from_slice(before);
        self.json.extend_from_slice(&[b'e', sign]);
        self.json.extend_from_slice(exponent);
        Some(())
    }

    /// Ends a list, each of whose elements has a comma behind it.
    pub fn end_list(&mut self) {
        close(b']', &mut self.json);
    }

    pub fn begin_map(&mut self) -> OpenMap {
        self.json.push(b'{');
        OpenMap { start: self.json.len(), first_member: self.members.len() }
    }

    /// Writes `"name":`. A name that is borrowed stands in JSON as it is.
    pub fn begin_member(&mut self, name: Cow<'de, str>) {
        let start = self.json.len();
        match &name {
            Cow::Borrowed(name) => self.plain_text(name),
            Cow::Owned(name) => self.escaped_text(name),
        }
        self.json.push(b':');
        self.members.push(Member { name, place: start..start });
    }

    /// Ends the member that was begun last, whose value is written.
    pub fn end_member(&mut self) {
        self.json.push(b',');
        if let Some(member) = self.members.last_mut() {
            member.place.end = self.json.len();
        }
    }

    /// Ends a map: its names are put in order, and of two members with one name the last one counts.
    pub fn end_map(&mut self, map: &OpenMap) {
        let members = &mut self.members[map.first_member..];
        if !members.is_sorted_by(|a, b| a.name < b.name) {
            members.sort_by(|a, b| a.name.cmp(&b.name));
            self.sorted.clear();
            for (index, member) in members.iter().enumerate() {
                if members.get(index + 1).is_none_or(|next| next.name != member.name) {
                    self.sorted.extend_from_slice(&self.json[member.place.clone()]);
                }
            }
            self.json.truncate(map.start);
            self.json.extend_from_slice(&self.sorted);
        }
        self.members.truncate(map.first_member);
        close(b'}', &mut self.json);
    }
}

/// The digits at the beginning, and the rest.
fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len()))
}
