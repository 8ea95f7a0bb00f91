//! One request's call of DynamoDB: its mapped values evaluated to attributes, and refusals in the client's terms.

use aws_sdk_dynamodb::{Client, primitives::Blob, types::AttributeValue};
use http::StatusCode;
use serde_json::{Map, Value};

use super::{
    CURSOR,
    operation_fields::{Limit, limit_from},
};
use crate::{
    context::Context,
    decimal::canonical,
    error::{BadValue, GatewayError},
    store::sdk_values::{Attributes, NumberOutOfRange, to_attribute, to_json_map},
    template::mapped_value::{Inputs, MappedValue, TypedValue, bad_value, query_value},
};

/// A request that an operation answers.
#[derive(Debug)]
pub struct OperationCall<'a> {
    pub inputs: Inputs<'a>,
    pub context: &'a Context<'a>,
    pub client: &'a Client,
    /// The response's status where a condition fails, if the item says one.
    pub condition_failed_status: Option<StatusCode>,
}

impl<'a> OperationCall<'a> {
    pub fn new(
        context: &'a Context<'a>,
        client: &'a Client,
        condition_failed_status: Option<StatusCode>,
    ) -> Self {
        Self { inputs: Inputs::new(context), context, client, condition_failed_status }
    }

    /// The refusal of a request that lacks what the mapped value needs.
    pub fn absent(&self, mapped: &MappedValue) -> GatewayError {
        match mapped.absent_word(&self.inputs) {
            Ok(Some(word)) => bad_value(&[word], "is absent", None),
            // A set of nothing.
            Ok(None) => mapped.refused("is empty"),
            Err(error) => error,
        }
    }

    /// The mapped value as an attribute; `None` if it is absent. A body may be large: no copy of it is made in between.
    pub fn attribute(&self, mapped: &MappedValue) -> Result<Option<AttributeValue>, GatewayError> {
        let cannot_hold = |error: NumberOutOfRange| {
            bad_value(&mapped.words(), "has a number that DynamoDB cannot hold", Some(error.into()))
        };
        Ok(match mapped {
            MappedValue::Fixed(_) | MappedValue::Word(_) | MappedValue::Text(_) => {
                let value = mapped.value(&self.inputs)?;
                value.as_deref().map(to_attribute).transpose().map_err(cannot_hold)?
            }
            MappedValue::Typed(typed) => {
                typed.value(&self.inputs)?.map(attribute_of).transpose().map_err(cannot_hold)?
            }
            MappedValue::List(mapped_values) => {
                let mut list = Vec::with_capacity(mapped_values.len());
                for mapped in mapped_values {
                    list.extend(self.attribute(mapped)?);
                }
                Some(AttributeValue::L(list))
            }
            MappedValue::Map(mapped_values) => {
                let mut map = Attributes::with_capacity(mapped_values.len());
                for (name, mapped) in mapped_values {
                    map.extend(self.attribute(mapped)?.map(|attribute| (name.clone(), attribute)));
                }
                Some(AttributeValue::M(map))
            }
        })
    }

    /// A whole item.
    pub fn item(&self, mapped: &MappedValue) -> Result<Attributes, GatewayError> {
        match self.attribute(mapped)? {
            Some(AttributeValue::M(item)) => Ok(item),
            _ => Err(mapped.refused("is no object")),
        }
    }

    /// A whole item, which [`OperationCall::item`] has been made of, in JSON.
    pub fn item_in_json(&self, mapped: &MappedValue) -> Result<Map<String, Value>, GatewayError> {
        match mapped.value(&self.inputs)?.map(|value| value.into_owned()) {
            Some(Value::Object(map)) => Ok(map),
            _ => Err(mapped.refused("is no object")),
        }
    }

    /// A key: none of its attributes may be absent.
    pub fn key(&self, mapped: &MappedValue) -> Result<Attributes, GatewayError> {
        let MappedValue::Map(parts) = mapped else {
            let key = self.attribute(mapped)?.ok_or_else(|| self.absent(mapped))?;
            return whole_key(key).map_err(|fault| mapped.refused(fault));
        };
        let mut key = Attributes::with_capacity(parts.len());
        for (name, part) in parts {
            let attribute = self.attribute(part)?.ok_or_else(|| self.absent(part))?;
            if !may_be_of_key(&attribute) {
                return Err(part.refused(NO_KEY));
            }
            key.insert(name.clone(), attribute);
        }
        Ok(key)
    }

    /// A list of keys.
    pub fn keys(&self, mapped: &MappedValue) -> Result<Vec<Attributes>, GatewayError> {
        if let MappedValue::List(mapped_values) = mapped {
            return mapped_values.iter().map(|mapped| self.key(mapped)).collect();
        }
        match self.attribute(mapped)? {
            Some(AttributeValue::L(keys)) => {
                let keys = keys.into_iter().map(whole_key).collect::<Result<_, _>>();
                keys.map_err(|fault| mapped.refused(fault))
            }
            Some(_) => Err(mapped.refused("is no list of keys")),
            None => Err(self.absent(mapped)),
        }
    }

    /// The most items that the page may have; `None`: as many as DynamoDB gives.
    pub fn limit(&self, limit: &Limit) -> Result<Option<i32>, GatewayError> {
        let mapped = match limit {
            Limit::DynamoDbs => return Ok(None),
            Limit::Fixed(limit) => return Ok(Some(*limit)),
            Limit::Mapped(mapped) => mapped,
        };
        let Some(text) = mapped.text(&self.inputs)? else { return Ok(None) };
        limit_from(&text).map(Some).ok_or_else(|| mapped.refused("is no whole number from 1 to 1000"))
    }

    /// The cursor that the client sent.
    pub fn cursor(&self) -> Option<String> {
        query_value(&self.context.request.query, CURSOR)
    }
}

/// A cursor that does not belong here. Its name is ours, not the route's.
pub fn bad_cursor() -> GatewayError {
    let fault = "is damaged or another request's";
    GatewayError::BadParameterValue(Box::new(BadValue { words: CURSOR.to_owned(), fault, cause: None }))
}

const NO_KEY: &str = "is no key, or none of its parts: text that is not empty, a number or binary";

fn whole_key(key: AttributeValue) -> Result<Attributes, &'static str> {
    match key {
        AttributeValue::M(key) if !key.is_empty() && key.values().all(may_be_of_key) => Ok(key),
        _ => Err(NO_KEY),
    }
}

fn may_be_of_key(attribute: &AttributeValue) -> bool {
    match attribute {
        AttributeValue::S(text) => !text.is_empty(),
        AttributeValue::B(bytes) => !bytes.as_ref().is_empty(),
        AttributeValue::N(_) => true,
        _ => false,
    }
}

fn attribute_of(value: TypedValue) -> Result<AttributeValue, NumberOutOfRange> {
    Ok(match value {
        TypedValue::Json(value) => to_attribute(&value)?,
        TypedValue::Binary(bytes) => AttributeValue::B(Blob::new(bytes)),
        TypedValue::Strings(texts) => AttributeValue::Ss(texts),
        TypedValue::Numbers(numbers) => {
            let texts = numbers.iter().map(|number| canonical(number.as_str()).ok_or(NumberOutOfRange));
            AttributeValue::Ns(texts.collect::<Result<_, _>>()?)
        }
    })
}

/// An item for the client.
pub fn json_of(attributes: Attributes) -> Result<Map<String, Value>, GatewayError> {
    to_json_map(attributes).map_err(|error| GatewayError::BrokenAnswer(error.to_string().into()))
}
