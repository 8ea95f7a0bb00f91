//! One request's call of DynamoDB: its templates evaluated to attributes, and refusals in the client's terms.

use aws_sdk_dynamodb::{Client, primitives::Blob, types::AttributeValue};
use http::StatusCode;
use serde_json::{Map, Value};

use super::{
    CURSOR,
    fields::{Limit, limit_from},
};
use crate::{
    context::Context,
    error::{BadValue, GatewayError},
    integrations::mapping::{Inputs, Template, TypedValue, bad_value, query_value},
    store::values::{Attributes, NumberOutOfRange, canonical, to_attribute, to_json_map},
};

/// A request that an operation answers.
#[derive(Debug)]
pub struct Call<'a> {
    pub inputs: Inputs<'a>,
    pub context: &'a Context<'a>,
    pub client: &'a Client,
    /// The answer's status where a condition fails, if the item says one.
    pub condition_failed_status: Option<StatusCode>,
}

impl<'a> Call<'a> {
    pub fn new(
        context: &'a Context<'a>,
        client: &'a Client,
        condition_failed_status: Option<StatusCode>,
    ) -> Self {
        Self { inputs: Inputs::new(context), context, client, condition_failed_status }
    }

    /// What a template needs is not there.
    pub fn absent(&self, template: &Template) -> GatewayError {
        match template.absent_word(&self.inputs) {
            Ok(Some(word)) => bad_value(&[word], "is absent", None),
            // A set of nothing.
            Ok(None) => template.refused("is empty"),
            Err(error) => error,
        }
    }

    /// What a template stands for; `None` if it is absent. A body may be large: no copy of it is made in between.
    pub fn attribute(&self, template: &Template) -> Result<Option<AttributeValue>, GatewayError> {
        let cannot_hold = |error: NumberOutOfRange| {
            bad_value(&template.words(), "has a number that DynamoDB cannot hold", Some(error.into()))
        };
        Ok(match template {
            Template::Fixed(_) | Template::Word(_) | Template::Text(_) => {
                let value = template.value(&self.inputs)?;
                value.as_deref().map(to_attribute).transpose().map_err(cannot_hold)?
            }
            Template::Typed(typed) => {
                typed.value(&self.inputs)?.map(attribute_of).transpose().map_err(cannot_hold)?
            }
            Template::List(templates) => {
                let mut list = Vec::with_capacity(templates.len());
                for template in templates {
                    list.extend(self.attribute(template)?);
                }
                Some(AttributeValue::L(list))
            }
            Template::Map(templates) => {
                let mut map = Attributes::with_capacity(templates.len());
                for (name, template) in templates {
                    map.extend(self.attribute(template)?.map(|attribute| (name.clone(), attribute)));
                }
                Some(AttributeValue::M(map))
            }
        })
    }

    /// A whole item.
    pub fn item(&self, template: &Template) -> Result<Attributes, GatewayError> {
        match self.attribute(template)? {
            Some(AttributeValue::M(item)) => Ok(item),
            _ => Err(template.refused("is no object")),
        }
    }

    /// A whole item, which [`Call::item`] has been made of, in JSON.
    pub fn item_in_json(&self, template: &Template) -> Result<Map<String, Value>, GatewayError> {
        match template.value(&self.inputs)?.map(|value| value.into_owned()) {
            Some(Value::Object(map)) => Ok(map),
            _ => Err(template.refused("is no object")),
        }
    }

    /// A key: none of its attributes may be absent.
    pub fn key(&self, template: &Template) -> Result<Attributes, GatewayError> {
        let Template::Map(parts) = template else {
            let key = self.attribute(template)?.ok_or_else(|| self.absent(template))?;
            return whole_key(key).map_err(|fault| template.refused(fault));
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
    pub fn keys(&self, template: &Template) -> Result<Vec<Attributes>, GatewayError> {
        if let Template::List(templates) = template {
            return templates.iter().map(|template| self.key(template)).collect();
        }
        match self.attribute(template)? {
            Some(AttributeValue::L(keys)) => {
                let keys = keys.into_iter().map(whole_key).collect::<Result<_, _>>();
                keys.map_err(|fault| template.refused(fault))
            }
            Some(_) => Err(template.refused("is no list of keys")),
            None => Err(self.absent(template)),
        }
    }

    /// How many items the page may have; `None`: as many as DynamoDB gives.
    pub fn limit(&self, limit: &Limit) -> Result<Option<i32>, GatewayError> {
        let template = match limit {
            Limit::DynamoDbs => return Ok(None),
            Limit::Fixed(limit) => return Ok(Some(*limit)),
            Limit::Mapped(template) => template,
        };
        let Some(text) = template.text(&self.inputs)? else { return Ok(None) };
        limit_from(&text).map(Some).ok_or_else(|| template.refused("is no whole number from 1 to 1000"))
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
