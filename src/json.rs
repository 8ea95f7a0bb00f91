//! JSON that others wrote → values.
//!
//! The one place that makes a [`Value`] of text. `serde_json`'s own reading of `Value` takes an object with the key
//! `$serde_json::private::RawValue` for JSON within JSON and reads it with a fresh limit of depth: a few hundred
//! kilobytes of it overflow the stack, and that ends the process. It takes one with the key
//! `$serde_json::private::Number` for a number, which would be valid where a target then reads an object. Here both are
//! objects like any other.

use std::fmt;

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

/// As many values as an item of 400 KB can hold at two bytes each. Each takes some hundred bytes of memory, so that a
/// client's 6 MB of `[0,0,…]` would be more than the Lambda has.
pub const MOST_VALUES: usize = 200_000;

/// The number of values that a text has, without parsing it: never too few if it is JSON. Names of fields are values
/// here,
/// and an object is two: it takes the memory of several.
pub fn count_values(text: &[u8]) -> usize {
    let mut bytes = text.iter();
    let mut values = 1;
    while let Some(byte) = bytes.next() {
        match byte {
            b',' | b':' | b'[' => values += 1,
            b'{' => values += 2,
            b'"' => skip_string(&mut bytes),
            _ => {}
        }
    }
    values
}

/// Goes on behind the quote that ends the string.
fn skip_string<'a>(bytes: &mut impl Iterator<Item = &'a u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
}

/// Reads a whole text; deeper than 128 levels is an error. Of two members with one name the last counts.
///
/// # Errors
///
/// The place where a text is no JSON.
pub fn read(text: &[u8]) -> serde_json::Result<Value> {
    parsed(text, Plain { same_names: SameNames::LastCounts })
}

/// Reads a whole text that two readers cannot understand differently: two members with one name are an error too.
///
/// # Errors
///
/// The place where a text is no such JSON.
pub fn read_unambiguous(text: &[u8]) -> serde_json::Result<Value> {
    parsed(text, Plain { same_names: SameNames::Refused })
}

/// Reads a list of objects, and hands each to `take` before the next one is read.
///
/// # Errors
///
/// The place where a text is no JSON or no such list. What came before it was taken already.
pub fn read_objects(text: &[u8], take: impl FnMut(Map<String, Value>)) -> serde_json::Result<()> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    deserializer.deserialize_seq(Objects { take })?;
    deserializer.end()
}

struct Objects<F> {
    take: F,
}

impl<'de, F: FnMut(Map<String, Value>)> Visitor<'de> for Objects<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element_seed(Plain { same_names: SameNames::LastCounts })? {
            match value {
                Value::Object(map) => (self.take)(map),
                _ => return Err(A::Error::custom("not an object")),
            }
        }
        Ok(())
    }
}

fn parsed(text: &[u8], plain: Plain) -> serde_json::Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = plain.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Two members of an object with the same name.
#[derive(Clone, Copy)]
enum SameNames {
    LastCounts,
    Refused,
}

/// Reads one value.
#[derive(Clone, Copy)]
struct Plain {
    same_names: SameNames,
}

impl<'de> DeserializeSeed<'de> for Plain {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Plain {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key_seed(NameSeed)? {
            let name = match name {
                Name::OfMember(name) => name,
                Name::OfNumber => {
                    let digits: String = members.next_value()?;
                    return digits.parse().map(Value::Number).map_err(A::Error::custom);
                }
            };
            let value = members.next_value_seed(self)?;
            match (map.insert(name, value), self.same_names) {
                (Some(_), SameNames::Refused) => return Err(A::Error::custom("two members with one name")),
                (Some(_), SameNames::LastCounts) | (None, _) => {}
            }
        }
        Ok(Value::Object(map))
    }
}

/// A name in a map that `serde_json` hands over.
enum Name {
    OfMember(String),
    /// A number is handed over as a map, so that none of its digits is lost.
    OfNumber,
}

/// Reads a name. Asked for an option, a name in the text says that it is there, and a number's gives itself at once.
struct NameSeed;

impl<'de> DeserializeSeed<'de> for NameSeed {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for NameSeed {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        String::deserialize(deserializer).map(Name::OfMember)
    }

    fn visit_str<E>(self, _: &str) -> Result<Name, E> {
        Ok(Name::OfNumber)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn any_json_is_read_as_it_is_written() {
        let texts = [
            "null",
            "true",
            r#""a\u0022\\""#,
            "7.50",
            "-0",
            "12345678901234567890123456789012345678",
            "1e-7",
            r#"[1,[],{"b":{},"a":[null]}]"#,
            r#"{"$serde_json::private::Number":"seven"}"#,
            r#"{"$serde_json::private::Number":"7","more":1}"#,
            r#"{"$serde_json::private::Number":7}"#,
            r#"{"$serde_json::private::Number":"7"}"#,
            r#"{"$serde_json::private::RawValue":"[1]"}"#,
        ];
        for text in texts {
            let value = read(text.as_bytes()).unwrap();
            let again = read(value.to_string().as_bytes()).unwrap();
            assert_eq!((&again, value.to_string().len()), (&value, shortest(text).len()), "{text}");
        }
        assert_eq!(read(br#"{"a":1,"a":2}"#).unwrap(), json!({"a": 2}));
        // A target would read an object.
        for name in ["$serde_json::private::Number", "\\u0024serde_json::private::Number"] {
            assert!(read(format!("{{\"{name}\":\"7\"}}").as_bytes()).unwrap().is_object(), "{name}");
        }
        assert_eq!(
            read(br#"{"\u0024serde_json::private::RawValue":"1"}"#).unwrap()["$serde_json::private::RawValue"],
            "1"
        );
    }

    #[test]
    fn two_members_with_one_name_are_refused_on_demand() {
        for text in [r#"{"a":1,"a":1}"#, r#"[{"b":{"a":1,"\u0061":2}}]"#] {
            assert!(read(text.as_bytes()).is_ok(), "{text}");
            assert!(read_unambiguous(text.as_bytes()).is_err(), "{text}");
        }
        for text in [r#"{"a":{"a":1},"A":[7.50]}"#, "7.50", "[]"] {
            assert_eq!(read_unambiguous(text.as_bytes()).unwrap(), read(text.as_bytes()).unwrap(), "{text}");
        }
        assert!(read_unambiguous(b"{} {}").is_err());
    }

    /// `text` as we write it ourselves.
    fn shortest(text: &str) -> String {
        text.replace("\\u0022", "\\\"")
    }

    #[test]
    fn counts_values_and_names_outside_of_strings() {
        let cases = [
            ("", 1),
            ("7", 1),
            ("[]", 2),
            ("[0,0,0]", 4),
            (r#"{"a":1,"b":[{}]}"#, 9),
            (r#""[,:{""#, 1),
            (r#"["\",","\\",","]"#, 4),
            (r#"["\\\"",0]"#, 3),
            (r#"["open,,,"#, 2),
            (r#""open\"#, 1),
        ];
        for (text, expected) in cases {
            assert_eq!(count_values(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_too_deep_or_no_json() {
        for text in ["", "{", "[1,]", "{} {}", "01", "\"\u{1}\"", &"[".repeat(1_000), &nested(129)] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        assert!(read(nested(120).as_bytes()).is_ok());
        assert!(read_objects(b"[{}, 1]", drop).is_err());
        assert!(read_objects(b"[{}] {}", drop).is_err());
    }

    fn nested(levels: usize) -> String {
        "[".repeat(levels) + &"]".repeat(levels)
    }

    #[test]
    fn json_within_json_does_not_begin_a_new_depth() {
        // Each level is a string in the one around it; escaped so, a level more is no longer than the last.
        let level = |inner: String, _| {
            let escaped = inner.replace('\\', "\\u005c").replace('"', "\\u0022");
            format!(
                "{}{{\"$serde_json::private::RawValue\":\"{escaped}\"}}{}",
                "[".repeat(100),
                "]".repeat(100)
            )
        };
        let text = (0..300).fold("0".to_owned(), level);
        let value = read(text.as_bytes()).unwrap();
        let depth = std::iter::successors(Some(&value), |value| value.get(0)).count();
        assert_eq!(depth, 101);
    }
}
