//! `requestParameters` of a route: what a request must have before anything is called.
//!
//! What it must be like, where an entry says so, is in [`parameter_schemas`](super::parameter_schemas).

use std::collections::BTreeSet;

use http::{HeaderName, header::COOKIE};
use serde_json::Value;

use crate::{
    context::Context,
    error::GatewayError,
    item::{Fields, brief},
    path,
    template::parameter::{Parameter, expected_instead_of},
};

/// The parameters that a route requires, each kind in the order of its names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct RequiredParameters {
    /// As written, for the refusal, and as it is looked up.
    headers: Vec<(String, HeaderName)>,
    path: BTreeSet<String>,
    querystring: BTreeSet<String>,
}

impl RequiredParameters {
    /// Reads `requestParameters` of a route item: `{"method.request.header.name": true}`, or
    /// `{"required": true, "schema": …}` in the place of `true`. `false` names a parameter that a request may have, and
    /// requires nothing.
    ///
    /// `path_parameters` are the names in the route's path.
    pub fn parse(fields: &Fields<'_>, path_parameters: &[String]) -> Self {
        let mut required = Self::default();
        let given = fields.parsed("requestParameters", "a map of true and false", Value::as_object);
        for (key, value) in given.into_iter().flatten() {
            let field = format!("requestParameters.{key}");
            match (request_parameter(key), is_required(value)) {
                (None, _) => fields.problem(&field, key, &expected_instead_of(key)),
                (_, None) => fields.problem(&field, &brief(value), EXPECTED),
                (Some(Parameter::Path(name)), Some(true)) if !path_parameters.contains(&name) => {
                    let known = path_parameters.join(", ");
                    fields.problem(&field, &name, &format!("a parameter of the route's path ({known})"));
                }
                (Some(_), Some(false)) => {}
                (Some(Parameter::Header(name)), Some(true)) => {
                    let written = key.splitn(4, '.').last().unwrap_or(key);
                    required.headers.push((written.to_owned(), name));
                }
                (Some(Parameter::Path(name)), Some(true)) => drop(required.path.insert(name)),
                (Some(Parameter::Querystring(name)), Some(true)) => drop(required.querystring.insert(name)),
            }
        }
        required
    }

    /// True if nothing is required.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Refuses a request that lacks a required parameter, or has it blank.
    ///
    /// # Errors
    ///
    /// [`GatewayError::MissingParameters`] with all of them: headers, path, querystring, as API Gateway names
    /// them.
    pub fn check(&self, context: &Context<'_>) -> Result<(), GatewayError> {
        let headers =
            self.headers.iter().filter(|(_, name)| !has_header(context, name)).map(|(written, _)| written);
        let path = self.path.iter().filter(|name| !has_path_parameter(context, name));
        let querystring = self.querystring.iter().filter(|name| !has_query(context, name));
        let missing: Vec<String> = headers.chain(path).chain(querystring).cloned().collect();
        if missing.is_empty() { Ok(()) } else { Err(GatewayError::MissingParameters(missing)) }
    }
}

const EXPECTED: &str = "true (required), false (optional), or a map of required and schema";

/// The parameter of a key, whose kind may also be `multivalueheader` or `multivaluequerystring`: here each kind is all
/// that the request has of the name.
pub(super) fn request_parameter(key: &str) -> Option<Parameter> {
    let kinds = [("multivalueheader.", "header."), ("multivaluequerystring.", "querystring.")];
    let single = kinds.iter().find_map(|(multiple, single)| {
        let name = key.strip_prefix("method.request.")?.strip_prefix(multiple)?;
        Some(format!("method.request.{single}{name}"))
    });
    Parameter::parse(single.as_deref().unwrap_or(key))
}

fn is_required(value: &Value) -> Option<bool> {
    match value {
        Value::Object(map) => {
            let is_known = map.keys().all(|name| ["required", "schema"].contains(&name.as_str()));
            map.get("required").map_or(Some(false), boolean).filter(|_| is_known)
        }
        _ => boolean(value),
    }
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
        Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn has_header(context: &Context<'_>, name: &HeaderName) -> bool {
    if name == COOKIE {
        return !context.request.cookies.is_empty();
    }
    context.request.headers.get_all(name).iter().any(|value| !value.as_bytes().trim_ascii().is_empty())
}

fn has_path_parameter(context: &Context<'_>, name: &str) -> bool {
    context.path_parameter(name).is_some_and(|value| !path::decode(value).trim().is_empty())
}

fn has_query(context: &Context<'_>, name: &str) -> bool {
    path::query_pairs(&context.request.query).any(|(other, value)| other == name && !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{TestRequest, read};

    fn required(map: Value) -> (RequiredParameters, Vec<String>) {
        let item = json!({ "requestParameters": map });
        read(&item, |fields| RequiredParameters::parse(&fields, &["issuer".to_owned(), "proxy".to_owned()]))
    }

    fn missing(required: &RequiredParameters, world: &TestRequest) -> String {
        match required.check(&world.context()) {
            Ok(()) => "-".to_owned(),
            Err(error) => error.refusal().body(),
        }
    }

    #[test]
    fn names_what_is_missing_headers_then_path_then_querystring() {
        let (required, problems) = required(json!({
            "method.request.querystring.qs1": true,
            "method.request.querystring.qs2": "false",
            "method.request.path.issuer": "TRUE",
            "method.request.header.x-header-param": true,
            "method.request.header.X-Optional": false,
            "method.request.path.elsewhere": false,
        }));
        assert_eq!(problems, Vec::<String>::new());
        // Recorded by localstack against API Gateway: test_api_gateway_request_validator.
        let all = r#"{"message": "Missing required request parameters: [x-header-param, issuer, qs1]"}"#;
        let full =
            || TestRequest::new("qs1=1").header("x-header-param", "1").path_parameters(&[("issuer", "i")]);
        let cases = [
            (TestRequest::new(""), all),
            (
                TestRequest::new("qs1&qs1=&qs1=+%20")
                    .header("x-header-param", " ")
                    .path_parameters(&[("issuer", "%20")]),
                all,
            ),
            (full(), "-"),
            (
                TestRequest::new("%71s1=0").header("x-header-param", "1").path_parameters(&[("issuer", "i")]),
                "-",
            ),
            (
                TestRequest::new("qs1=&qs1=1")
                    .header("x-header-param", "1")
                    .path_parameters(&[("issuer", "i")]),
                "-",
            ),
            (
                TestRequest::new("QS1=1").header("x-header-param", "1").path_parameters(&[("issuer", "i")]),
                r#"{"message": "Missing required request parameters: [qs1]"}"#,
            ),
            (
                full().header("x-header-param", ""),
                r#"{"message": "Missing required request parameters: [x-header-param]"}"#,
            ),
        ];
        for (index, (world, expected)) in cases.iter().enumerate() {
            assert_eq!(missing(&required, world), *expected, "case {index}");
        }
    }

    #[test]
    fn a_header_is_found_in_any_case_and_named_as_written() {
        let (required, _) =
            required(json!({ "method.request.header.X-Tenant": true, "method.request.header.Cookie": true }));
        let cases = [
            (
                TestRequest::new(""),
                r#"{"message": "Missing required request parameters: [Cookie, X-Tenant]"}"#,
            ),
            (TestRequest::new("").header("x-tenant", "a").cookies(&["a=1"]), "-"),
        ];
        for (world, expected) in cases {
            assert_eq!(missing(&required, &world), expected);
        }
    }

    #[test]
    fn an_entry_may_be_a_map_and_of_several_values() {
        let (required, problems) = required(json!({
            "method.request.multivaluequerystring.q": { "required": true },
            "method.request.multivalueheader.X-Many": true,
            "method.request.querystring.optional": { "schema": { "type": "integer" } },
            "method.request.querystring.also": { "required": "true", "schema": {} },
        }));
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(
            missing(&required, &TestRequest::new("")),
            r#"{"message": "Missing required request parameters: [X-Many, also, q]"}"#
        );
        assert_eq!(missing(&required, &TestRequest::new("q=&q=1&also=1").header("x-many", "a")), "-");
    }

    #[test]
    fn a_route_without_parameters_requires_nothing() {
        let (required, problems) = read(&json!({}), |fields| RequiredParameters::parse(&fields, &[]));
        assert_eq!((&required, problems), (&RequiredParameters::default(), Vec::new()));
        assert_eq!(missing(&required, &TestRequest::new("")), "-");
    }

    #[test]
    fn a_required_parameter_that_is_none_is_a_problem() {
        let forms = expected_instead_of("");
        let cases = [
            (json!([]), "requestParameters: got [], expected a map of true and false".to_owned()),
            (
                json!({ "method.request.body": true }),
                format!("requestParameters.method.request.body: got method.request.body, expected {forms}"),
            ),
            (
                json!({ "method.request.header.a b": true }),
                format!("requestParameters.method.request.header.a b: got method.request.header.a b, expected {forms}"),
            ),
            (
                json!({ "method.request.path.id": true }),
                "requestParameters.method.request.path.id: got id, expected a parameter of the route's path \
                 (issuer, proxy)"
                    .to_owned(),
            ),
            (
                json!({ "method.request.querystring.q": { "requird": true } }),
                format!(
                    "requestParameters.method.request.querystring.q: got {{\"requird\":true}}, expected {EXPECTED}"
                ),
            ),
            (
                json!({ "method.request.path.proxy": 1 }),
                "requestParameters.method.request.path.proxy: got 1, expected true (required), false (optional), or a map \
                 of required and schema"
                    .to_owned(),
            ),
        ];
        for (map, expected) in cases {
            assert_eq!(required(map).1, [expected]);
        }
    }
}
