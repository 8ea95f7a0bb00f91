//! `responses`: what a client gets of an answer, by a pattern that the answer fits.

use super::{
    integration_answer::{IntegrationAnswer, Selector},
    integration_response::IntegrationResponse,
    selection_pattern::SelectionPattern,
};
use crate::{
    error::GatewayError,
    item::{Fields, brief},
};

/// The responses of an integration.
#[derive(Debug, Default)]
pub struct Responses {
    /// In the order in which they are tried.
    by_pattern: Vec<(SelectionPattern, IntegrationResponse)>,
    default: Option<IntegrationResponse>,
}

const FIELD: &str = "responses";
const PATTERN: &str = "selectionPattern";
/// The key of the response for an answer that fits no pattern.
const DEFAULT: &str = "default";
const NO_DEFAULT: &str = "an entry default, such as {\"default\": {\"statusCode\": \"200\"}}: an answer that fits no pattern is 500";

impl Responses {
    /// Reads the field: a map by pattern, or a list of maps with a `selectionPattern`. What is wrong is reported, and
    /// `None`.
    pub fn read(fields: &Fields<'_>) -> Option<Self> {
        let Some(value) = fields.value(FIELD) else {
            // Nothing is there; but a schema is told what could be.
            fields.named_objects(FIELD);
            fields.objects(FIELD);
            fields.warn(FIELD, "nothing", NO_DEFAULT);
            return Some(Self::default());
        };
        let entries: Vec<ResponseEntry<'_>> = if value.is_array() {
            let objects = fields.objects(FIELD)?;
            objects.into_iter().map(|entry| ResponseEntry { fields: entry, key: None }).collect()
        } else if let Some(map) = value.as_object() {
            let named = fields.named_objects(FIELD);
            // An entry that is no map is reported.
            if named.len() < map.len() {
                return None;
            }
            named.into_iter().map(|(key, entry)| ResponseEntry { fields: entry, key: Some(key) }).collect()
        } else {
            fields.problem(FIELD, &brief(value), "a map of responses by pattern, or a list of them");
            return None;
        };
        // Collected first: every problem is wanted, not only the first.
        let read: Vec<_> = entries.into_iter().map(|entry| entry.read(fields)).collect();
        let mut responses = Self::default();
        for entry in read {
            let PatternResponse { pattern, response } = entry?;
            match pattern {
                Some(pattern) => responses.by_pattern.push((pattern, response)),
                None if responses.default.is_none() => responses.default = Some(response),
                None => {
                    fields.problem(FIELD, "two entries without a pattern", "one, which is the default");
                    return None;
                }
            }
        }
        if responses.default.is_none() {
            fields.warn(FIELD, "no default", NO_DEFAULT);
        }
        Some(responses)
    }

    /// Warns of a service's errors that a client would take for a success, as on API Gateway.
    pub fn warn_of_hidden_errors(&self, fields: &Fields<'_>) {
        // Of `AccessDenied`, by the protocol of the service.
        let is_selected = |status: &str| self.by_pattern.iter().any(|(pattern, _)| pattern.matches(status));
        let Some(status) = self.default.as_ref().map(IntegrationResponse::status) else { return };
        if status.as_u16() < 400 && !is_selected("400") && !is_selected("403") {
            let expected = format!(
                "an entry for errors, such as 4\\d{{2}} and 5\\d{{2}}: as on API Gateway, an AccessDenied of the service is answered {} without one",
                status.as_u16()
            );
            fields.warn(FIELD, "no entry for a status of 400 or 403", &expected);
        }
    }

    /// The response for an answer.
    ///
    /// # Errors
    /// [`GatewayError::NoFittingResponse`]
    pub fn of(&self, answer: &IntegrationAnswer) -> Result<&IntegrationResponse, GatewayError> {
        self.selected(&answer.selector)
    }

    /// The response that this chooses.
    ///
    /// # Errors
    /// [`GatewayError::NoFittingResponse`]
    pub fn selected(&self, selector: &Selector) -> Result<&IntegrationResponse, GatewayError> {
        let fits = |text: &str| {
            let found = self.by_pattern.iter().find(|(pattern, _)| pattern.matches(text));
            found.map(|(_, response)| response)
        };
        let fitting = match selector {
            Selector::Text(text) => fits(text),
            Selector::Default => None,
        };
        fitting.or(self.default.as_ref()).ok_or_else(|| GatewayError::NoFittingResponse(selector.shown()))
    }

    pub fn all(&self) -> impl Iterator<Item = &IntegrationResponse> {
        self.by_pattern.iter().map(|(_, response)| response).chain(&self.default)
    }
}

/// One entry, and the pattern that it is for.
struct ResponseEntry<'a> {
    fields: Fields<'a>,
    /// Of a map: its key; of a list nothing, it is a field there.
    key: Option<&'a str>,
}

/// An entry, read.
struct PatternResponse {
    /// `None`: it is the default.
    pattern: Option<SelectionPattern>,
    response: IntegrationResponse,
}

impl ResponseEntry<'_> {
    /// `parent` has the field of all entries. `None`: it is wrong, which is reported.
    fn read(self, parent: &Fields<'_>) -> Option<PatternResponse> {
        let pattern = match self.key {
            Some(key) => {
                // Exports of REST APIs say it again.
                self.fields.skip(PATTERN);
                let problem = |expected: &str| parent.problem(&format!("{FIELD}.{key}"), key, expected);
                pattern(if key == DEFAULT { "" } else { key }, problem)
            }
            None => {
                let text = self.fields.string(PATTERN).unwrap_or_default();
                pattern(&text, |expected| self.fields.problem(PATTERN, &text, expected))
            }
        };
        let response = IntegrationResponse::read(self.fields);
        Some(PatternResponse { pattern: pattern?, response: response? })
    }
}

/// The pattern of a text, an empty one has none. One that is wrong is told to `problem`, and `None`.
fn pattern(text: &str, problem: impl FnOnce(&str)) -> Option<Option<SelectionPattern>> {
    if text.is_empty() {
        return Some(None);
    }
    SelectionPattern::parse(text).map(Some).map_err(|expected| problem(&expected)).ok()
}
