//! The methods of values: those of Java that templates call.

mod list;
mod made;
mod map;
mod number;
mod pattern;
mod text;

use super::{MethodError, Value, Variables, bounds::Meter, render_error::Fault};

pub(super) use pattern::Patterns;

/// The bytes of an item of a list, and of a member of a map, about.
const ITEM_BYTES: usize = 24;
const MEMBER_BYTES: usize = 64;

/// Calls methods for a rendering.
pub(super) struct Methods<'m, 'b> {
    pub meter: &'m mut Meter<'b>,
    pub patterns: &'m mut Patterns,
    pub variables: &'m mut Variables,
}

impl Methods<'_, '_> {
    /// Calls a method. One that is not known, or takes no such arguments, is null.
    ///
    /// # Errors
    ///
    /// The method fails, as its exception does in Velocity, or a bound was passed.
    pub(super) fn call(&mut self, value: &Value, method: &str, arguments: &[Value]) -> Result<Value, Fault> {
        let result = match value {
            Value::Null => None,
            Value::Boolean(boolean) => boolean_method(*boolean, method, arguments),
            Value::Number(number) => self.number(number, method, arguments)?,
            Value::Text(text) => self.text(text, method, arguments)?,
            Value::List(list) => self.list(list, value, method, arguments)?,
            Value::Map(map) => self.map(map, value, method, arguments)?,
            Value::Host(host) => {
                self.meter.walk(text_bytes(arguments))?;
                match host.call(method, arguments) {
                    Ok(value) => {
                        self.remember_made(&value)?;
                        Some(value)
                    }
                    Err(MethodError::Unknown) => None,
                    Err(MethodError::Failed(reason)) => return Err(Fault::method(method, reason)),
                }
            }
        };
        Ok(result.unwrap_or(Value::Null))
    }

    /// A text that a method has made.
    fn made(&mut self, text: &str) -> Result<Value, Fault> {
        self.meter.make(text.len())?;
        Ok(Value::text(text))
    }
}

/// A member as `$value.name` reads it: of a map, the value of this key.
pub(super) fn property(value: &Value, name: &str) -> Value {
    match (value, name) {
        (Value::Map(map), name) => map.borrow().get(name).cloned().unwrap_or(Value::Null),
        (Value::Host(host), name) => host.property(name).unwrap_or(Value::Null),
        (Value::Text(text), "empty") => Value::Boolean(text.is_empty()),
        (Value::List(list), "empty") => Value::Boolean(list.borrow().is_empty()),
        (Value::Null | Value::Boolean(_) | Value::Number(_) | Value::Text(_) | Value::List(_), _) => {
            Value::Null
        }
    }
}

fn boolean_method(boolean: bool, method: &str, arguments: &[Value]) -> Option<Value> {
    match (method, arguments) {
        ("toString", []) => Some(Value::text(if boolean { "true" } else { "false" })),
        ("booleanValue", []) => Some(Value::Boolean(boolean)),
        ("equals", [Value::Boolean(other)]) => Some(Value::Boolean(boolean == *other)),
        ("equals", [_]) => Some(Value::Boolean(false)),
        _ => None,
    }
}

/// The bytes of the texts among arguments.
fn text_bytes(arguments: &[Value]) -> usize {
    let bytes = arguments.iter().map(|argument| match argument {
        Value::Text(text) => text.len(),
        Value::Null
        | Value::Boolean(_)
        | Value::Number(_)
        | Value::List(_)
        | Value::Map(_)
        | Value::Host(_) => 0,
    });
    bytes.sum()
}

/// A number of things.
fn count(count: usize) -> Value {
    Value::integer(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A position, or -1 for none, as Java has it.
fn position(found: Option<usize>) -> Value {
    found.map_or_else(|| Value::integer(-1), count)
}
