//! What the parameters of a request must be like: `requestParameters` with a `schema`, which API Gateway does not have.

use std::{borrow::Cow, sync::Arc};

use http::header::COOKIE;
use serde_json::Value;

use super::required_parameters::request_parameter;
use crate::{
    context::Context,
    error::{GatewayError, Violation},
    item::Fields,
    json,
    json_schema::{MOST_VIOLATIONS, NodeId, Schemas},
    path,
    template::parameter::Parameter,
};

/// The schemas of a route's parameters.
#[derive(Debug)]
pub struct ParameterSchemas {
    schemas: Arc<Schemas>,
    parameters: Vec<CheckedParameter>,
}

#[derive(Debug)]
struct CheckedParameter {
    /// As written.
    name: String,
    parameter: Parameter,
    schema: NodeId,
    form: Form,
}

/// What a text is before it is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Form {
    /// All values together are one.
    is_list: bool,
    may_be_number: bool,
    may_be_boolean: bool,
}

const PREFIX: &str = "method.request.";

impl ParameterSchemas {
    /// Reads the schemas in `requestParameters` of a route item. `None`: it has none.
    pub fn parse(fields: &Fields<'_>) -> Option<Self> {
        let entries = fields.value("requestParameters").and_then(Value::as_object)?;
        let entries: Vec<(&str, &str, &Value)> = entries
            .iter()
            .filter_map(|(key, entry)| Some((key.as_str(), key.strip_prefix(PREFIX)?, entry.get("schema")?)))
            .collect();
        let written: Vec<_> =
            entries.iter().map(|(_, place, schema)| ((*place).to_owned(), (*schema).clone())).collect();
        if written.is_empty() {
            return None;
        }
        let compiled = Schemas::compile(&written);
        let field = |path: &str| format!("requestParameters.{PREFIX}{path}");
        for note in &compiled.warnings {
            fields.warn(&field(&note.path), &note.got, &note.expected);
        }
        for note in compiled.schemas.as_ref().err().into_iter().flatten() {
            fields.problem(&field(&note.path), &note.got, &note.expected);
        }
        let schemas = compiled.schemas.ok()?;
        let checked = |(key, place, schema): &(&str, &str, &Value)| {
            Some(CheckedParameter {
                name: place.split_once('.')?.1.to_owned(),
                parameter: request_parameter(key)?,
                schema: schemas.model(place)?,
                form: Form::of(schema),
            })
        };
        let parameters = entries.iter().filter_map(checked).collect();
        Some(Self { schemas, parameters })
    }

    /// Refuses a request that has a parameter which is not as its schema says. One that is absent is not checked.
    ///
    /// # Errors
    ///
    /// [`GatewayError::ParameterViolations`] with the first 20 of them.
    pub fn check(&self, context: &Context<'_>) -> Result<(), GatewayError> {
        let violations =
            self.parameters.iter().flat_map(|CheckedParameter { name, parameter, schema, form }| {
                let values = form.values(&texts(parameter, context)).into_iter();
                let broken =
                    values.flat_map(|value| self.schemas.check(*schema, &value).err().unwrap_or_default());
                broken.map(|broken| Violation { pointer: name.clone(), ..broken })
            });
        let violations: Vec<_> = violations.take(MOST_VIOLATIONS).collect();
        if violations.is_empty() { Ok(()) } else { Err(GatewayError::ParameterViolations(violations)) }
    }
}

impl Form {
    fn of(schema: &Value) -> Self {
        let is_list = is_type(schema, "array");
        let of_each = if is_list { schema.get("items").unwrap_or(&Value::Null) } else { schema };
        Self {
            is_list,
            may_be_number: is_type(of_each, "integer") || is_type(of_each, "number"),
            may_be_boolean: is_type(of_each, "boolean"),
        }
    }

    /// The values to check: each text, or all of them as one list.
    fn values(&self, texts: &[Cow<'_, str>]) -> Vec<Value> {
        let values: Vec<Value> = texts.iter().map(|text| self.value(text)).collect();
        if self.is_list && !values.is_empty() { vec![Value::Array(values)] } else { values }
    }

    fn value(&self, text: &str) -> Value {
        match text {
            "true" | "false" if self.may_be_boolean => Value::Bool(text == "true"),
            _ => {
                // A target gets the text as it is, with the blanks that JSON may have around a number.
                let may_be_number = self.may_be_number && text.trim() == text;
                let number = json::read(text.as_bytes()).ok().filter(|_| may_be_number);
                number.filter(Value::is_number).unwrap_or_else(|| Value::from(text))
            }
        }
    }
}

fn is_type(schema: &Value, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(kind)) => kind == name,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == name),
        _ => false,
    }
}

/// All that the request has of a parameter, decoded.
fn texts<'a>(parameter: &Parameter, context: &Context<'a>) -> Vec<Cow<'a, str>> {
    let request = context.request;
    match parameter {
        Parameter::Header(name) if name == COOKIE => parameter.value(context).into_iter().collect(),
        Parameter::Header(name) => {
            let lines = request.headers.get_all(name).iter();
            lines.map(|line| String::from_utf8_lossy(line.as_bytes())).collect()
        }
        Parameter::Path(_) => parameter.value(context).into_iter().collect(),
        Parameter::Querystring(name) => {
            let pairs = path::query_pairs(&request.query).filter(|(other, _)| other == name);
            pairs.map(|(_, value)| value).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{TestRequest, read};

    fn parameters(map: Value) -> (Option<ParameterSchemas>, Vec<String>) {
        read(&json!({ "requestParameters": map }), |fields| ParameterSchemas::parse(&fields))
    }

    #[test]
    fn a_parameter_is_held_against_its_schema_and_named_with_the_rule_that_it_breaks() {
        let (schemas, problems) = parameters(json!({
            "method.request.querystring.page": { "schema": { "type": "integer", "minimum": 1 } },
            "method.request.querystring.all": { "schema": { "type": "boolean" } },
            "method.request.multivaluequerystring.id": { "schema": { "type": "array", "items": { "type": "integer" }, "maxItems": 2 } },
            "method.request.header.X-Tenant": { "schema": { "pattern": "^[a-z]+$" } },
            "method.request.path.id": { "schema": { "type": "string", "maxLength": 3 } },
            "method.request.querystring.free": true,
        }));
        assert_eq!(problems, Vec::<String>::new());
        let schemas = schemas.expect("schemas");
        let cases = [
            ("", "-"),
            ("page=1&all=true&id=1&id=2", "-"),
            ("page=0", "[page (minimum)]"),
            ("page=x", "[page (type)]"),
            ("page=1.5", "[page (type)]"),
            ("page=1&page=x", "[page (type)]"),
            ("page=", "[page (type)]"),
            ("page=1%0A", "[page (type)]"),
            ("page=+1", "[page (type)]"),
            ("page=%7B%22$serde_json::private::Number%22:%221%22%7D", "[page (type)]"),
            ("page=true", "[page (type)]"),
            ("all=1", "[all (type)]"),
            ("id=1&id=2&id=3", "[id (maxItems)]"),
            ("id=1&id=x", "[id (type)]"),
            ("all=no&page=-1", "[all (type), page (minimum)]"),
        ];
        let asked = |request: &TestRequest| match schemas.check(&request.context()) {
            Ok(()) => "-".to_owned(),
            Err(error) => error.refusal().message.replace("Invalid request parameters: ", ""),
        };
        for (query, expected) in cases {
            assert_eq!(asked(&TestRequest::new(query)), expected, "{query}");
        }
        assert_eq!(asked(&TestRequest::new("").header("x-tenant", "A")), "[X-Tenant (pattern)]");
        let path = |id| TestRequest::new("").path_parameters(&[("id", id)]);
        assert_eq!(asked(&path("%31%32%33")), "-");
        assert_eq!(asked(&path("1234")), "[id (maxLength)]");
    }

    #[test]
    fn no_more_violations_are_told_than_twenty() {
        let (schemas, _) =
            parameters(json!({ "method.request.querystring.page": { "schema": { "type": "integer" } } }));
        let request = TestRequest::new(&"page=x&".repeat(1_000));
        let error = schemas.expect("schemas").check(&request.context()).unwrap_err();
        assert_eq!(error.parameter_violations().len(), 20);
    }

    #[test]
    fn a_schema_that_cannot_be_compiled_is_a_problem() {
        let (_, problems) = parameters(json!({
            "method.request.querystring.page": { "schema": { "type": "int" } },
            "method.request.querystring.q": { "schema": { "format": "date" } },
        }));
        assert_eq!(
            problems,
            [
                "requestParameters.method.request.querystring.page.type: got \"int\", expected array or boolean or \
                 integer or null or number or object or string",
                "requestParameters.method.request.querystring.q.format: got \"date\", expected nothing of this name: \
                 it checks nothing",
            ]
        );
        assert!(parameters(json!({ "method.request.querystring.page": true })).0.is_none());
    }
}
