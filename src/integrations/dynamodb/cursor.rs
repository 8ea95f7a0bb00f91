//! Cursors: where the next page begins, for a client that only hands it back.
//!
//! A cursor is base64url text of a checksum and its content, which is the key of the last item that was read:
//! anyone can decode it. The checksum takes in the stage, the route, the table and the index, so a cursor that
//! was damaged or belongs to another route is refused. It has no key: whoever knows these names can make a
//! cursor, and begin a page anywhere in what the route reads.
//!
//! So a cursor may show what the response does not: with a `filterExpression` the key of an item that the client
//! does not get, with an index or a `projectionExpression` attributes that it does not see.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::store::sdk_values::Attributes;

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
        Self(Sha256::new().chain_update(self.0).chain_update(part).finalize().into())
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
    let mut map = Map::new();
    for (name, value) in key {
        let typed = match value {
            AttributeValue::S(text) => json!(["S", text]),
            AttributeValue::N(text) => json!(["N", text]),
            AttributeValue::B(bytes) => json!(["B", BASE64_STANDARD.encode(bytes)]),
            _ => return None,
        };
        map.insert(name.clone(), typed);
    }
    Some(Value::Object(map).to_string().into_bytes())
}

/// Reads a key that [`encode_key`] has written.
pub fn decode_key(content: &[u8]) -> Option<Attributes> {
    let map: BTreeMap<String, (String, String)> = serde_json::from_slice(content).ok()?;
    let attribute = |(name, (kind, text)): (String, (String, String))| {
        let value = match kind.as_str() {
            "S" => AttributeValue::S(text),
            "N" => AttributeValue::N(text),
            "B" => AttributeValue::B(Blob::new(BASE64_STANDARD.decode(text).ok()?)),
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
            any::<Vec<u8>>().prop_map(|bytes| AttributeValue::B(Blob::new(bytes))),
        ];
        prop::collection::hash_map(".+", value, 1..=4)
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
