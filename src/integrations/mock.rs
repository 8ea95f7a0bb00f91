//! The mock integration: the response stands in the item. For stubs, health checks and what is not built yet.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde_json::Value;

use crate::{
    context::Context,
    item::Fields,
    message::{Response, has_no_content},
    notation::{CONTEXT, Notation, Part, STAGE_VARIABLES},
    template::{ContextVariable, Escape, TextTemplate, ValueKind, WordValue},
};

/// A response with `statusCode` (default 200), `headers` and `body`.
///
/// `${stageVariables.x}` is replaced at deployment and `${context.x}` for each request, in the body and in header
/// values, each so that it stays one value where it stands; everything else is literal. Without a content type of its
/// own the response says `application/json`, as API Gateway's mocks do.
#[derive(Debug)]
pub struct Mock {
    status: StatusCode,
    headers: Vec<(HeaderName, MockTemplate)>,
    body: MockTemplate,
}

/// Text with `${context.x}` in it.
type MockTemplate = TextTemplate<ContextVariable>;

const JSON: &str = "application/json";

impl Mock {
    /// The variables of `context` in the response.
    pub fn variables(&self) -> impl Iterator<Item = ContextVariable> {
        let headers = self.headers.iter().flat_map(|(_, value)| value.words());
        headers.chain(self.body.words()).cloned()
    }

    /// Reads the fields of an integration of type `MOCK`. A `body` may also be written as a map or a list, which
    /// then is the JSON that it stands for.
    pub fn parse(fields: &Fields<'_>) -> Option<Self> {
        let status = match fields.value("statusCode") {
            Some(_) => fields.integer("statusCode", 200..=599),
            None => Some(200),
        };
        let headers = match fields.value("headers") {
            Some(_) => parse_headers(fields),
            None => Some(Vec::new()),
        };
        let body = match fields.value("body") {
            Some(Value::String(text)) => {
                let escape = escape_in(fields, headers.as_deref().unwrap_or_default(), text);
                escape.and_then(|escape| template(fields, "body", text, escape))
            }
            Some(json) => template(fields, "body", &json.to_string(), Escape::in_body(JSON)),
            None => Some(MockTemplate::new(Escape::Plain)),
        };
        let status = u16::try_from(status?).ok().and_then(|status| StatusCode::from_u16(status).ok())?;
        Some(Self { status, headers: headers?, body: body? })
    }

    /// Answers.
    pub fn invoke(&self, context: &Context<'_>) -> Response {
        let mut headers = HeaderMap::with_capacity(self.headers.len() + 1);
        for (name, template) in &self.headers {
            // Of what a variable can hold, only control characters are no header's value.
            let text = template.render(|variable| variable.value(context)).replace(char::is_control, " ");
            let value = HeaderValue::from_bytes(text.as_bytes()).ok();
            headers.extend(value.map(|value| (name.clone(), value)));
        }
        if !has_no_content(self.status) {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(JSON));
        }
        let mut response = Response::new(self.body.render(|variable| variable.value(context)).into());
        *response.status_mut() = self.status;
        *response.headers_mut() = headers;
        response
    }
}

fn parse_headers(fields: &Fields<'_>) -> Option<Vec<(HeaderName, MockTemplate)>> {
    let given = fields.string_map("headers")?;
    let parsed: Vec<_> = given
        .iter()
        .map(|(name, value)| {
            let field = format!("headers.{name}");
            let header = HeaderName::from_bytes(name.as_bytes()).ok().filter(is_free);
            if header.is_none() {
                fields.problem(&field, name, "a header's name, and none that the gateway sets itself");
            }
            let is_clean = !value.chars().any(char::is_control);
            if !is_clean {
                fields.problem(
                    &field,
                    &value.escape_debug().to_string(),
                    "a value without control characters",
                );
            }
            let escape = header.as_ref().map_or(Escape::Header, Escape::in_header);
            header.zip(template(fields, &field, value, escape).filter(|_| is_clean))
        })
        .collect();
    parsed.into_iter().collect()
}

/// The place at the beginning of a body of this text. A client that chose its type would choose how its own values are
/// read.
fn escape_in(fields: &Fields<'_>, headers: &[(HeaderName, MockTemplate)], text: &str) -> Option<Escape> {
    let Some((_, template)) = headers.iter().find(|(name, _)| name == CONTENT_TYPE) else {
        // JSON by default; but a sentence is none, whatever is put into it.
        return Some(if begins_as_json(text) { Escape::in_body(JSON) } else { Escape::Plain });
    };
    let Some(content_type) = template.fixed() else {
        let field = "headers.content-type";
        fields.problem(field, "a variable of context", "a type that no request can choose");
        return None;
    };
    Some(Escape::in_body(content_type))
}

/// True if a document that begins so can be JSON, with a value in the place of a word.
fn begins_as_json(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with(['{', '[', '"', '-', '$']) || text.starts_with(|c: char| c.is_ascii_digit())
}

/// True of a header that the operator may set. Those that say how a message is sent are the server's.
fn is_free(name: &HeaderName) -> bool {
    !matches!(
        name.as_str(),
        "connection"
            | "content-length"
            | "date"
            | "keep-alive"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
    )
}

/// Reads all of `text`, which begins with `escape`; every name in it that does not exist is a problem.
fn template(fields: &Fields<'_>, field: &str, text: &str, escape: Escape) -> Option<MockTemplate> {
    let mut template = MockTemplate::new(escape);
    let mut valid = true;
    for part in Notation::Rooted(&[CONTEXT, STAGE_VARIABLES]).parts(text) {
        let word = match part {
            Part::Text(text) | Part::Stray(text) => {
                template.push_text(text);
                continue;
            }
            Part::Word(word) => word,
        };
        let written = format!("${{{word}}}");
        let Some(name) = word.strip_prefix(CONTEXT.prefix) else {
            let text = fields.resolve(field, &written);
            valid &= text.is_some();
            template.push_value(WordValue { text: text.map(Cow::Owned), kind: ValueKind::Json });
            continue;
        };
        match ContextVariable::named(name) {
            Some(variable) => template.push_word(variable),
            None => {
                let expected = format!("a variable of context: {}", ContextVariable::names());
                fields.problem(field, &written, &expected);
                valid = false;
            }
        }
    }
    valid.then_some(template)
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;

    use super::*;
    use crate::{
        integrations::lambda::tests::{Scene, render},
        item::{Item, Report, StageVariables},
    };

    fn parse(item: &Value) -> Result<Mock, Vec<String>> {
        let report = Report::default();
        let stage_variables = StageVariables::from([("greeting".to_owned(), "${context.stage}".to_owned())]);
        let item_of =
            Item { table: "routes", key: "GET /", stage_variables: &stage_variables, report: &report };
        let mock = Mock::parse(&Fields::of(item_of, item.as_object().unwrap()));
        let problems = report.into_findings().problems;
        mock.ok_or_else(|| problems.iter().map(ToString::to_string).collect())
    }

    #[tokio::test]
    async fn a_mock_answers_with_status_headers_and_body_of_its_item() {
        let json_type = "content-type: application/json";
        let cases = [
            (json!({}), format!("200\n{json_type}\n")),
            (json!({"statusCode": "204", "headers": null}), "204\n".to_owned()),
            (
                json!({"statusCode": 418, "headers": {"Content-Type": "text/plain", "X-Id": "<${context.requestId}>"}, "body": "tea"}),
                "418\ncontent-type: text/plain\nx-id: <request-1>\ntea".to_owned(),
            ),
            (
                json!({"headers": {"x-n": 1, "x-p": "${context.path}"}}),
                format!("200\n{json_type}\nx-n: 1\nx-p: /stage/a%0A\n"),
            ),
            // A variable's value is not looked at again.
            (
                json!({"headers": {"content-type": "text/plain"}, "body": "${stageVariables.greeting} ${context.stage}"}),
                "200\ncontent-type: text/plain\n${context.stage} stage".to_owned(),
            ),
            (
                json!({"body": "[\"$context.stage ${other} ${ ${context.stage}\", ${context.requestTimeEpoch}, \"${context."}),
                format!(
                    "200\n{json_type}\n[\"$context.stage ${{other}} ${{ stage\", 1744668768000, \"${{context."
                ),
            ),
        ];
        for (item, expected) in cases {
            let mock = parse(&item).unwrap();
            let response =
                Scene::new(Method::GET, "/stage/a%0A", "GET /a").view(|context| mock.invoke(context));
            assert_eq!(render(Ok(response)).await, expected, "{item}");
        }
    }

    #[test]
    fn every_problem_of_a_mock_is_reported() {
        let cases = [
            (json!({"statusCode": 99}), vec!["statusCode: got 99"]),
            (json!({"statusCode": "ok", "headers": []}), vec!["statusCode: got \"ok\"", "headers: got []"]),
            (json!({"headers": {"bad name": "x"}}), vec!["headers.bad name: got bad name"]),
            (json!({"headers": {"Content-Length": "1"}}), vec!["headers.Content-Length: got Content-Length"]),
            (json!({"headers": {"x": "a\nb"}}), vec!["headers.x: got a\\nb"]),
            (json!({"headers": {"x": "${context.nope}"}}), vec!["headers.x: got ${context.nope}"]),
            (
                json!({"headers": {"Content-Type": "text/${context.stage}"}, "body": "x"}),
                vec!["headers.content-type: got a variable of context"],
            ),
            (
                json!({"body": "${context.nope} ${stageVariables.nope}"}),
                vec!["body: got ${context.nope}", "body: got ${stageVariables.nope}"],
            ),
        ];
        for (item, expected) in cases {
            let problems = parse(&item).unwrap_err();
            let places: Vec<_> =
                problems.iter().map(|problem| problem.trim_start_matches("routes [GET /] ")).collect();
            assert_eq!(places.len(), expected.len(), "{item}: {problems:?}");
            for (place, start) in places.iter().zip(expected) {
                assert!(place.starts_with(start), "{item}: {place}");
            }
        }
    }
}
