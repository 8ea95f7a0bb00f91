//! Cursors: where the next page begins, for a client that only hands it back.
//!
//! A cursor is base64url text of a checksum and its content, which is the key of the last item that was read:
//! anyone can decode it. The checksum takes in the stage, the route, the table and the index, so a cursor that
//! was damaged or belongs to another route is refused. It has no key: whoever knows these names can make a
//! cursor, and begin a page anywhere in what the route reads.
//!
//! So a cursor may show what the response does not: with a `filterExpression` the key of an item that the client
//! does not get, with an index or a `projectionExpression` attributes that it does not see.

use std::{borrow::Cow, collections::BTreeMap};

use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::{
    aws::dynamodb::{AttributeValue, Attributes, Binary},
    digest::Sha256,
};

const CHECKSUM_BYTES: usize = 12;

/// The route and the call that a cursor is bound to: a chain of checksums over their parts.
#[derive(Clone, Copy, Debug)]
pub struct Binding([u8; 32]);

impl Binding {
    /// Binds to all of `parts`: stage and route, table, index.
    pub fn new(parts: &[&str]) -> Self {
        parts.iter().fold(Self([0; 32]), |binding, part| binding.with(part.as_bytes()))
    }

    /// Binds to one more part.
    pub fn with(self, part: &[u8]) -> Self {
        Self(Sha256::default().with(self.0).with(part).finish())
    }

    /// A cursor that holds `content`.
    pub fn seal(self, content: &[u8]) -> String {
        let sealed = [&self.with(content).0[..CHECKSUM_BYTES], content].concat();
        BASE64_URL_SAFE_NO_PAD.encode(sealed)
    }

    /// The content of a cursor; `None` if it was changed or is bound to something else.
    pub fn open(self, cursor: &str) -> Option<Vec<u8>> {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (checksum, content) = sealed.split_at_checked(CHECKSUM_BYTES)?;
        (self.with(content).0[..CHECKSUM_BYTES] == *checksum).then(|| content.to_vec())
    }
}

/// The key of an item as a cursor's content; `None` if that is no key (text, numbers, binary).
pub fn encode_key(key: &Attributes) -> Option<Vec<u8>> {
    let key = key.iter().map(|(name, value)| Some((name, kind_and_text(value)?)));
    let key: BTreeMap<&String, (&str, Cow<'_, str>)> = key.collect::<Option<_>>()?;
    Some(serde_json::to_vec(&key).expect("a map with text keys is JSON"))
}

fn kind_and_text(value: &AttributeValue) -> Option<(&'static str, Cow<'_, str>)> {
    match value {
        AttributeValue::S(text) => Some(("S", text.into())),
        AttributeValue::N(text) => Some(("N", text.into())),
        AttributeValue::B(Binary(bytes)) => Some(("B", BASE64_STANDARD.encode(bytes).into())),
        AttributeValue::Bool(_)
        | AttributeValue::Null(_)
        | AttributeValue::Ss(_)
        | AttributeValue::Ns(_)
        | AttributeValue::Bs(_)
        | AttributeValue::L(_)
        | AttributeValue::M(_) => None,
    }
}

/// Reads a key that [`encode_key`] has written.
pub fn decode_key(content: &[u8]) -> Option<Attributes> {
    let map: BTreeMap<String, (String, String)> = serde_json::from_slice(content).ok()?;
    let attribute = |(name, (kind, text)): (String, (String, String))| {
        let value = match kind.as_str() {
            "S" => AttributeValue::S(text),
            "N" => AttributeValue::N(text),
            "B" => AttributeValue::B(Binary(BASE64_STANDARD.decode(text).ok()?.into())),
            _ => return None,
        };
        Some((name, value))
    };
    map.into_iter().map(attribute).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn binding() -> Binding {
        Binding::new(&["v1 GET /orders", "orders", ""])
    }

    #[test]
    fn a_cursor_of_another_route_table_or_index_is_refused() {
        let cursor = binding().seal(b"content");
        assert_eq!(binding().open(&cursor).as_deref(), Some(&b"content"[..]));
        let others: [&[&str]; 5] = [
            &["v2 GET /orders", "orders", ""],
            &["v1 GET /orders", "stock", ""],
            &["v1 GET /orders", "orders", "by-date"],
            &["v1 GET /orders", "orders"],
            &["v1 GET /orders", "order", "s"],
        ];
        for other in others {
            assert_eq!(Binding::new(other).open(&cursor), None, "{other:?}");
        }
    }

    #[test]
    fn a_text_that_is_no_cursor_is_refused() {
        for cursor in ["", "AAAA", "%", "====", "ü", "bm90IGEgY3Vyc29yIG9mIG91cnM", &"A".repeat(100_000)] {
            assert_eq!(binding().open(cursor), None, "{cursor}");
        }
    }

    fn any_key() -> impl Strategy<Value = Attributes> {
        let value = prop_oneof![
            ".*".prop_map(AttributeValue::S),
            "[0-9]{1,38}".prop_map(AttributeValue::N),
            any::<Vec<u8>>().prop_map(|bytes| AttributeValue::B(Binary(bytes.into()))),
        ];
        prop::collection::btree_map(".+", value, 1..=4)
    }

    #[test]
    fn a_key_is_in_cursors_as_it_has_always_been() {
        let key = Attributes::from([
            ("pk".to_owned(), AttributeValue::S("a\"\u{1}é/".to_owned())),
            ("n".to_owned(), AttributeValue::N("7.50".to_owned())),
            ("b".to_owned(), AttributeValue::B(Binary(b"\x00\xff".to_vec().into()))),
        ]);
        let content = r#"{"b":["B","AP8="],"n":["N","7.50"],"pk":["S","a\"\u0001é/"]}"#;
        assert_eq!(encode_key(&key).unwrap(), content.as_bytes());
        assert_eq!(encode_key(&Attributes::from([("pk".to_owned(), AttributeValue::Bool(true))])), None);
    }

    proptest! {
        #[test]
        fn a_key_comes_back_from_its_cursor(key in any_key()) {
            let cursor = binding().seal(&encode_key(&key).unwrap());
            prop_assert_eq!(decode_key(&binding().open(&cursor).unwrap()), Some(key));
        }

        #[test]
        fn any_changed_character_is_refused(content: Vec<u8>, at: prop::sample::Index, to in "[A-Za-z0-9_-]") {
            let cursor = binding().seal(&content);
            let at = at.index(cursor.len());
            let changed = [&cursor[..at], &to, &cursor[at + 1..]].concat();
            prop_assert_eq!(binding().open(&changed).is_some(), changed == cursor);
        }
    }
}
