//! One request's call of DynamoDB: its templates evaluated to attributes, and refusals in the client's terms.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde_json::{Map, Value};

use super::{
    CURSOR,
    fields::{Limit, is_key_value, limit_from},
};
use crate::{
    context::Context,
    error::GatewayError,
    integrations::mapping::{Inputs, Template, query_value},
    store::values::{Attributes, to_attribute, to_attributes, to_json_map},
};

/// A request that an operation answers.
#[derive(Debug)]
pub struct Call<'a> {
    pub inputs: Inputs<'a>,
    pub context: &'a Context<'a>,
    pub client: &'a Client,
}

impl<'a> Call<'a> {
    pub fn new(context: &'a Context<'a>, client: &'a Client) -> Self {
        Self { inputs: Inputs::new(context), context, client }
    }

    /// The client's values will not do: its body's, if that was asked for, else its URL's or headers'.
    pub fn refused(&self, why: impl Into<String>) -> GatewayError {
        let why = why.into().into();
        if self.inputs.body_was_read() {
            GatewayError::InvalidBody(why)
        } else {
            GatewayError::BadRequest(why)
        }
    }

    /// What a template stands for; `None` if it is absent. A body may be large: no copy of it is made in between.
    pub fn attribute(&self, template: &Template) -> Result<Option<AttributeValue>, GatewayError> {
        Ok(match template {
            Template::Fixed(_) | Template::Word(_) | Template::Text(_) => {
                let value = template.value(&self.inputs)?;
                let attribute = value.as_deref().map(to_attribute).transpose();
                attribute.map_err(|error| self.refused(error.to_string()))?
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
            _ => Err(self.refused("the item is no object")),
        }
    }

    /// A whole item, which [`Call::item`] has been made of, in JSON.
    pub fn item_in_json(&self, template: &Template) -> Result<Map<String, Value>, GatewayError> {
        match template.value(&self.inputs)?.map(|value| value.into_owned()) {
            Some(Value::Object(map)) => Ok(map),
            _ => Err(self.refused("the item is no object")),
        }
    }

    fn attributes(&self, map: &Map<String, Value>) -> Result<Attributes, GatewayError> {
        to_attributes(map).map_err(|error| self.refused(error.to_string()))
    }

    /// A key: none of its attributes may be absent.
    pub fn key(&self, template: &Template) -> Result<Attributes, GatewayError> {
        let value = template.value(&self.inputs)?;
        let map = value.as_deref().and_then(Value::as_object);
        let map = map.filter(|map| template_len(template).is_none_or(|len| len == map.len()));
        self.key_of(map.ok_or_else(|| self.refused("a part of the key is absent"))?)
    }

    /// A list of keys.
    pub fn keys(&self, template: &Template) -> Result<Vec<Attributes>, GatewayError> {
        if let Template::List(templates) = template {
            return templates.iter().map(|template| self.key(template)).collect();
        }
        let value = template.value(&self.inputs)?;
        let Some(values) = value.as_deref().and_then(Value::as_array) else {
            return Err(self.refused("the keys are no list"));
        };
        let key =
            |value: &Value| self.key_of(value.as_object().ok_or_else(|| self.refused("a key is no object"))?);
        values.iter().map(key).collect()
    }

    fn key_of(&self, map: &Map<String, Value>) -> Result<Attributes, GatewayError> {
        if map.is_empty() || !map.values().all(is_key_value) {
            return Err(self.refused("a key's attribute is neither text nor a number"));
        }
        self.attributes(map)
    }

    /// How many items the page may have; `None`: as many as DynamoDB gives.
    pub fn limit(&self, limit: &Limit) -> Result<Option<i32>, GatewayError> {
        let template = match limit {
            Limit::DynamoDbs => return Ok(None),
            Limit::Fixed(limit) => return Ok(Some(*limit)),
            Limit::Mapped(template) => template,
        };
        let Some(text) = template.text(&self.inputs)? else { return Ok(None) };
        limit_from(&text).map(Some).ok_or_else(|| self.refused("the limit is not from 1 to 1000"))
    }

    /// The cursor that the client sent.
    pub fn cursor(&self) -> Option<String> {
        query_value(&self.context.request.query, CURSOR)
    }
}

/// How many attributes a template makes if none is absent.
fn template_len(template: &Template) -> Option<usize> {
    match template {
        Template::Map(attributes) => Some(attributes.len()),
        Template::Fixed(_) | Template::Word(_) | Template::Text(_) | Template::List(_) => None,
    }
}

/// An item for the client.
pub fn json_of(attributes: Attributes) -> Result<Map<String, Value>, GatewayError> {
    to_json_map(attributes).map_err(|error| GatewayError::BrokenAnswer(error.to_string().into()))
}
