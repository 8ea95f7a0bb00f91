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
/// here, and an object is two: it takes the memory of several.
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
mod tests;
