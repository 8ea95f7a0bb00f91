//! Where a `$ref` leads: into the same model, or to another model of the API. Nothing is ever fetched.

use std::{iter, sync::Arc};

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The models of an API by name, in an order.
#[derive(Clone, Copy, Debug)]
pub struct Documents<'a>(pub &'a [(String, Value)]);

/// A place in a model.
#[derive(Clone, Debug)]
pub struct Address {
    /// The place of the model among all.
    pub model: usize,
    /// `None`: the model itself.
    steps: Option<Arc<Steps>>,
}

/// The steps to a place, as they are in the JSON. Places share the steps that they have in common: a schema may have
/// thousands of places behind a long way.
#[derive(Debug)]
struct Steps {
    before: Option<Arc<Steps>>,
    last: Box<str>,
}

/// API Gateway's address of its models; the API's id is any.
const API_GATEWAY: &str = "https://apigateway.amazonaws.com/restapis/";

impl<'a> Documents<'a> {
    pub fn named(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|(known, _)| known == name)
    }

    /// Finds what a `$ref` in a model refers to: a pointer into the same model, or a model by the last part of the
    /// pointer or of API Gateway's own address.
    pub fn resolve(&self, model: usize, reference: &str) -> Option<(Address, &'a Value)> {
        let (address, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let tokens = tokens(fragment)?;
        if !address.is_empty() {
            let (_, name) = address.strip_prefix(API_GATEWAY)?.split_once("/models/")?;
            return self.at(self.named(name)?, &tokens);
        }
        self.at(model, &tokens).or_else(|| self.at(self.named(tokens.last()?)?, &[]))
    }

    fn at(&self, model: usize, tokens: &[String]) -> Option<(Address, &'a Value)> {
        let value = tokens.iter().try_fold(&self.0.get(model)?.1, |value, token| match value {
            Value::Object(map) => map.get(token),
            Value::Array(items) => {
                let is_index = token == "0" || !token.starts_with(['0', '+', '-']);
                items.get(token.parse::<usize>().ok().filter(|_| is_index)?)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        })?;
        let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
        Some((Address::root(model).inner(&tokens), value))
    }

    pub fn name(&self, model: usize) -> &'a str {
        self.0.get(model).map_or("", |(name, _)| name)
    }
}

impl Address {
    pub fn root(model: usize) -> Self {
        Self { model, steps: None }
    }

    pub fn is_root(&self) -> bool {
        self.steps.is_none()
    }

    /// The place of a part of what stands here.
    pub fn inner(&self, tokens: &[&str]) -> Self {
        let step = |before, token: &&str| Some(Arc::new(Steps { before, last: (*token).into() }));
        Self { model: self.model, steps: tokens.iter().fold(self.steps.clone(), step) }
    }

    /// `Order.properties.id`, in the model `Order`.
    pub fn path(&self, model: &str) -> String {
        let steps = iter::successors(self.steps.as_deref(), |steps| steps.before.as_deref());
        let mut path: Vec<&str> = steps.map(|steps| &*steps.last).chain([model]).collect();
        path.reverse();
        path.join(".")
    }
}

/// The steps of a JSON pointer (RFC 6901) in a fragment; `None`: it is none.
fn tokens(fragment: &str) -> Option<Vec<String>> {
    let pointer = percent_decode_str(fragment).decode_utf8().ok()?;
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    let tokens = pointer.strip_prefix('/')?.split('/');
    Some(tokens.map(|token| token.replace("~1", "/").replace("~0", "~")).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reference_leads_into_the_api_or_nowhere() {
        let documents = [
            ("Order".to_owned(), json!({ "definitions": { "a/b": [1, 2], "t~e%": 3, "Line": 4 }, "": 5 })),
            ("Line".to_owned(), json!({ "type": "object" })),
        ];
        let documents = Documents(&documents);
        let cases = [
            ("#", Some("Order")),
            ("", Some("Order")),
            ("#/", Some("Order.")),
            ("#/definitions/a~1b/1", Some("Order.definitions.a/b.1")),
            ("#/definitions/a~1b/01", None),
            ("#/definitions/a~1b/+1", None),
            ("#/definitions/t~0e%25", Some("Order.definitions.t~e%")),
            ("#/definitions/Line", Some("Order.definitions.Line")),
            ("#/models/Line", Some("Line")),
            ("#/components/schemas/Line", Some("Line")),
            ("#/definitions/Nothing", None),
            ("#Line", None),
            ("Line", None),
            ("https://apigateway.amazonaws.com/restapis/abc123/models/Line", Some("Line")),
            (
                "https://apigateway.amazonaws.com/restapis/x/models/Order#/definitions/Line",
                Some("Order.definitions.Line"),
            ),
            ("https://apigateway.amazonaws.com/restapis/x/models/None", None),
            ("https://example.com/restapis/x/models/Line", None),
            ("http://json-schema.org/draft-04/schema#", None),
        ];
        for (reference, expected) in cases {
            let found = documents
                .resolve(0, reference)
                .map(|(address, _)| address.path(documents.name(address.model)));
            assert_eq!(found.as_deref(), expected, "{reference}");
        }
    }
}
