//! Mapped values as attribute values: what the operator wrote is DynamoDB's JSON already, a request adds its values.

use super::attribute_json::{
    NumberOutOfRange, RequestValue, close, may_be_of_key, separated, write_map, write_text, write_value,
};
use crate::{
    error::GatewayError,
    template::mapped_value::{Inputs, MappedValue, bad_value},
};
use serde_json::Value;

/// A mapped value, parsed for DynamoDB.
#[derive(Debug)]
pub struct MappedAttribute {
    mapped: MappedValue,
    form: Form,
}

/// A mapped value as it is written.
#[derive(Debug)]
enum Form {
    /// Nothing of a request is in it: `{"S":"x"}`.
    Fixed(String),
    /// A word, or text with words in it.
    OfRequest(MappedValue),
    List(Vec<Form>),
    Map(Vec<Member>),
}

#[derive(Debug)]
struct Member {
    /// `"name":`
    name: String,
    form: Form,
}

/// Says if there was a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    Value,
    /// It is absent: nothing was written.
    Nothing,
}

const NO_KEY: &str = "is no key, or none of its parts: text that is not empty, a number or binary";
const NO_OBJECT: &str = "is no object";

impl MappedAttribute {
    /// # Errors
    /// The operator wrote a number that DynamoDB cannot hold.
    pub fn of(mapped: MappedValue) -> Result<Self, NumberOutOfRange> {
        Ok(Self { form: Form::of(&mapped)?, mapped })
    }

    pub fn mapped(&self) -> &MappedValue {
        &self.mapped
    }

    /// Writes the attribute value.
    pub fn write(&self, inputs: &Inputs<'_>, out: &mut Vec<u8>) -> Result<Written, GatewayError> {
        self.form.write(inputs, out)
    }

    /// Writes the attributes of a whole item.
    pub fn write_item(&self, inputs: &Inputs<'_>, out: &mut Vec<u8>) -> Result<(), GatewayError> {
        let mapped = match &self.form {
            Form::Map(members) => return write_members(members, inputs, out),
            Form::OfRequest(mapped) => mapped,
            Form::Fixed(_) | Form::List(_) => return Err(self.mapped.refused(NO_OBJECT)),
        };
        let Some(value) = RequestValue::of(mapped, inputs)? else { return Err(mapped.refused(NO_OBJECT)) };
        if let RequestValue::Json(json) = &value
            && let Value::Object(map) = &**json
        {
            return write_map(map, out).map_err(|error| cannot_hold(mapped, error));
        }
        write_request_value(&value, mapped, out)?;
        Err(mapped.refused(NO_OBJECT))
    }

    /// Writes the attributes of a key: none of them may be absent.
    pub fn write_key(&self, inputs: &Inputs<'_>, out: &mut Vec<u8>) -> Result<(), GatewayError> {
        self.form.write_key(&self.mapped, inputs, out)
    }

    /// Writes a list of keys, and gives their number.
    pub fn write_keys(&self, inputs: &Inputs<'_>, out: &mut Vec<u8>) -> Result<usize, GatewayError> {
        let mapped = match &self.form {
            Form::List(keys) => {
                separated(b"[]", keys, out, |key, out| key.write_key(&self.mapped, inputs, out))?;
                return Ok(keys.len());
            }
            Form::OfRequest(mapped) => mapped,
            Form::Fixed(_) | Form::Map(_) => return Err(self.mapped.refused(NO_KEY)),
        };
        let value = RequestValue::required(mapped, inputs)?;
        let RequestValue::Json(json) = &value else { return Err(mapped.refused("is no list of keys")) };
        let Value::Array(keys) = &**json else {
            write_request_value(&value, mapped, out)?;
            return Err(mapped.refused("is no list of keys"));
        };
        // A number that DynamoDB cannot hold is said before a key that is none.
        let mut all_keys = true;
        let written = separated(b"[]", keys, out, |key, out| {
            all_keys &= is_whole_key(key);
            match key {
                Value::Object(map) => write_map(map, out),
                other => write_value(other, out),
            }
        });
        written.map_err(|error| cannot_hold(mapped, error))?;
        if all_keys { Ok(keys.len()) } else { Err(mapped.refused(NO_KEY)) }
    }

    /// Writes the whole item, which [`MappedAttribute::write_item`] has been asked for, in plain JSON.
    pub fn write_plain(&self, inputs: &Inputs<'_>, out: &mut Vec<u8>) -> Result<Written, GatewayError> {
        write_plain(&self.mapped, inputs, out)
    }
}

impl Form {
    fn of(mapped: &MappedValue) -> Result<Self, NumberOutOfRange> {
        Ok(match mapped {
            MappedValue::Fixed(value) => {
                let mut json = Vec::new();
                write_value(value, &mut json)?;
                Self::Fixed(text(json))
            }
            MappedValue::Word(_) | MappedValue::Typed(_) | MappedValue::Text(_) => {
                Self::OfRequest(mapped.clone())
            }
            MappedValue::List(values) => Self::List(values.iter().map(Self::of).collect::<Result<_, _>>()?),
            MappedValue::Map(values) => {
                let member = |(name, value): &(String, MappedValue)| {
                    let mut json = Vec::new();
                    write_text(name, &mut json);
                    json.push(b':');
                    Ok(Member { name: text(json), form: Self::of(value)? })
                };
                Self::Map(values.iter().map(member).collect::<Result<_, _>>()?)
            }
        })
    }

    fn write(&self, inputs: &Inputs<'_>, out: &mut Vec<u8>) -> Result<Written, GatewayError> {
        match self {
            Self::Fixed(json) => out.extend_from_slice(json.as_bytes()),
            Self::OfRequest(mapped) => {
                let Some(value) = RequestValue::of(mapped, inputs)? else { return Ok(Written::Nothing) };
                write_request_value(&value, mapped, out)?;
            }
            Self::List(forms) => {
                out.extend_from_slice(br#"{"L":["#);
                for form in forms {
                    if form.write(inputs, out)? == Written::Value {
                        out.push(b',');
                    }
                }
                close(b']', out);
                out.push(b'}');
            }
            Self::Map(members) => {
                out.extend_from_slice(br#"{"M":"#);
                write_members(members, inputs, out)?;
                out.push(b'}');
            }
        }
        Ok(Written::Value)
    }

    /// `whole` is for the words of a refusal.
    fn write_key(
        &self,
        whole: &MappedValue,
        inputs: &Inputs<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), GatewayError> {
        let mapped = match self {
            Self::Map(parts) => {
                return separated(b"{}", parts, out, |part, out| {
                    out.extend_from_slice(part.name.as_bytes());
                    part.form.write_key_part(whole, inputs, out)
                });
            }
            Self::OfRequest(mapped) => mapped,
            Self::Fixed(_) | Self::List(_) => return Err(whole.refused(NO_KEY)),
        };
        let value = RequestValue::required(mapped, inputs)?;
        if let RequestValue::Json(json) = &value
            && let Value::Object(map) = &**json
        {
            write_map(map, out).map_err(|error| cannot_hold(mapped, error))?;
            return if is_whole_key(json) { Ok(()) } else { Err(mapped.refused(NO_KEY)) };
        }
        write_request_value(&value, mapped, out)?;
        Err(mapped.refused(NO_KEY))
    }

    fn write_key_part(
        &self,
        whole: &MappedValue,
        inputs: &Inputs<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), GatewayError> {
        let mapped = match self {
            Self::Fixed(json) => {
                out.extend_from_slice(json.as_bytes());
                return Ok(());
            }
            Self::OfRequest(mapped) => mapped,
            Self::List(_) | Self::Map(_) => return Err(whole.refused(NO_KEY)),
        };
        let value = RequestValue::required(mapped, inputs)?;
        write_request_value(&value, mapped, out)?;
        if value.may_be_of_key() { Ok(()) } else { Err(mapped.refused(NO_KEY)) }
    }
}

fn write_request_value(
    value: &RequestValue<'_>,
    mapped: &MappedValue,
    out: &mut Vec<u8>,
) -> Result<(), GatewayError> {
    value.write(out).map_err(|error| cannot_hold(mapped, error))
}

fn cannot_hold(mapped: &MappedValue, error: NumberOutOfRange) -> GatewayError {
    bad_value(&mapped.words(), "has a number that DynamoDB cannot hold", Some(error.into()))
}

/// Writes a map without the members that are absent.
fn write_members(members: &[Member], inputs: &Inputs<'_>, out: &mut Vec<u8>) -> Result<(), GatewayError> {
    out.push(b'{');
    for Member { name, form } in members {
        let start = out.len();
        out.extend_from_slice(name.as_bytes());
        match form.write(inputs, out)? {
            Written::Value => out.push(b','),
            Written::Nothing => out.truncate(start),
        }
    }
    close(b'}', out);
    Ok(())
}

fn write_plain(
    mapped: &MappedValue,
    inputs: &Inputs<'_>,
    out: &mut Vec<u8>,
) -> Result<Written, GatewayError> {
    match mapped {
        MappedValue::Fixed(_) | MappedValue::Word(_) | MappedValue::Typed(_) | MappedValue::Text(_) => {
            let Some(value) = mapped.value(inputs)? else { return Ok(Written::Nothing) };
            serde_json::to_writer(out, &*value).expect("a value is JSON");
        }
        MappedValue::List(values) => {
            out.push(b'[');
            for value in values {
                if write_plain(value, inputs, out)? == Written::Value {
                    out.push(b',');
                }
            }
            close(b']', out);
        }
        // Its names are sorted.
        MappedValue::Map(members) => {
            out.push(b'{');
            for (name, value) in members {
                let start = out.len();
                write_text(name, out);
                out.push(b':');
                match write_plain(value, inputs, out)? {
                    Written::Value => out.push(b','),
                    Written::Nothing => out.truncate(start),
                }
            }
            close(b'}', out);
        }
    }
    Ok(Written::Value)
}

fn is_whole_key(value: &Value) -> bool {
    value.as_object().is_some_and(|key| !key.is_empty() && key.values().all(may_be_of_key))
}

fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).expect("JSON is UTF-8")
}
