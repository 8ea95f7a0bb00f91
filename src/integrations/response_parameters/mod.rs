//! `responseParameters` of a proxy integration: what the operator changes in an answer, by its status.
//!
//! Keys and values are those of HTTP APIs' parameter mapping: `append:header.x`, `overwrite:header.x`,
//! `remove:header.x`, `overwrite:statuscode`.

mod change_parser;
mod peeked_body;
mod response_value;

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use self::{
    change_parser::ChangeParser,
    peeked_body::PeekedBody,
    response_value::{ResponseInputs, ResponseValue},
};
use crate::{
    context::Context,
    error::GatewayError,
    item::{Fields, brief},
    message::{IntegrationStatus, Response},
    template::{ContextVariable, Escape},
};

/// The changes of answers, by their status.
#[derive(Debug)]
pub struct ResponseParameters {
    by_status: BTreeMap<StatusCode, ResponseChanges>,
    /// Of every other status.
    others: Option<ResponseChanges>,
}

/// The changes of one answer.
#[derive(Debug, Default)]
struct ResponseChanges {
    status: Option<ResponseValue>,
    /// In the order in which they are made: removals, overwritings, additions.
    headers: Vec<HeaderChange>,
}

#[derive(Debug)]
enum HeaderChange {
    Remove(HeaderName),
    Overwrite(HeaderName, ResponseValue),
    Append(HeaderName, ResponseValue),
}

/// What one entry of a status's map says.
enum Change {
    Status(ResponseValue),
    Header(HeaderChange),
}

const FIELD: &str = "responseParameters";
const STATUSES: &str = "a status from 200 to 599, or default";
/// The key for every status that has none of its own.
const DEFAULT: &str = "default";

/// The outcome of reading the field.
pub enum Read {
    Absent,
    Parameters(Box<ResponseParameters>),
    /// What is wrong is reported.
    Wrong,
}

impl ResponseParameters {
    /// Reads the field `responseParameters`: a map of maps of strings.
    pub fn read(fields: &Fields<'_>) -> Read {
        if fields.value(FIELD).is_none() {
            return Read::Absent;
        }
        let Some(map) = fields.parsed(FIELD, "a map of maps, by status", |value| value.as_object()) else {
            return Read::Wrong;
        };
        let mut parameters = Self { by_status: BTreeMap::new(), others: None };
        let mut is_good = true;
        for (key, value) in map {
            let field = format!("{FIELD}.{key}");
            let status = key.trim().parse().ok().filter(|status| (200..=599).contains(status));
            let status = status.and_then(|status: u16| StatusCode::from_u16(status).ok());
            if status.is_none() && !key.trim().eq_ignore_ascii_case(DEFAULT) {
                fields.problem(&field, key, STATUSES);
                is_good = false;
                continue;
            }
            let Some(entries) = value.as_object() else {
                fields.problem(&field, &brief(value), "a map of strings");
                is_good = false;
                continue;
            };
            // Collected first: every problem is wanted, not only the first.
            let parse = |(key, value): (&String, &Value)| {
                ChangeParser { fields, field: format!("{field}.{key}"), key, value }.change()
            };
            let changes: Vec<_> = entries.iter().map(parse).collect();
            let Some(changes) = changes.into_iter().collect::<Option<Vec<_>>>() else {
                is_good = false;
                continue;
            };
            let changes = ResponseChanges::of(changes);
            match status {
                Some(status) => drop(parameters.by_status.insert(status, changes)),
                None => parameters.others = Some(changes),
            }
        }
        if is_good { Read::Parameters(Box::new(parameters)) } else { Read::Wrong }
    }

    /// True if a change is made from what the body says.
    pub fn reads_body(&self) -> bool {
        self.all().any(ResponseChanges::reads_body)
    }

    /// The variables of `context` in the changes.
    pub fn variables(&self) -> impl Iterator<Item = ContextVariable> {
        self.all().flat_map(ResponseChanges::values).flat_map(ResponseValue::variables)
    }

    fn all(&self) -> impl Iterator<Item = &ResponseChanges> {
        self.by_status.values().chain(&self.others)
    }

    /// Changes an answer of the integration. Its body is read for this only where a value comes from it.
    ///
    /// # Errors
    /// [`GatewayError::BrokenAnswer`]: a value can be no header, or no status.
    pub async fn apply(&self, context: &Context<'_>, response: Response) -> Result<Response, GatewayError> {
        let Some(changes) = self.by_status.get(&response.status()).or(self.others.as_ref()) else {
            return Ok(response);
        };
        if !changes.reads_body() {
            return changes.apply(context, response, None);
        }
        let (head, body) = response.into_parts();
        let PeekedBody { body, whole } = PeekedBody::of(body).await;
        changes.apply(context, Response::from_parts(head, body), whole.as_deref())
    }
}

impl ResponseChanges {
    fn of(changes: Vec<Change>) -> Self {
        let mut all = Self::default();
        for change in changes {
            match change {
                Change::Status(value) => all.status = Some(value),
                Change::Header(change) => all.headers.push(change),
            }
        }
        all.headers.sort_by_key(HeaderChange::turn);
        all
    }

    fn values(&self) -> impl Iterator<Item = &ResponseValue> {
        self.status.iter().chain(self.headers.iter().filter_map(HeaderChange::value))
    }

    fn reads_body(&self) -> bool {
        self.values().any(ResponseValue::reads_body)
    }

    fn apply(
        &self,
        context: &Context<'_>,
        mut response: Response,
        body: Option<&[u8]>,
    ) -> Result<Response, GatewayError> {
        // All values are those of the answer as the integration gave it.
        let inputs = ResponseInputs::new(context, response.headers().clone(), body);
        let own = response.status();
        for change in &self.headers {
            change.apply(&inputs, response.headers_mut())?;
        }
        if let Some(status) = self.status.as_ref().and_then(|value| value.text(&inputs, Escape::Plain)) {
            let number = status.trim().parse().ok().filter(|number| (200..=599).contains(number));
            let broken = || {
                let words =
                    format!("responseParameters make its status {:?}", status.escape_debug().to_string());
                GatewayError::BrokenAnswer(words.into())
            };
            let status =
                number.and_then(|number: u16| StatusCode::from_u16(number).ok()).ok_or_else(broken)?;
            *response.status_mut() = status;
            response.extensions_mut().insert(IntegrationStatus(own));
        }
        Ok(response)
    }
}

impl HeaderChange {
    const fn turn(&self) -> u8 {
        match self {
            Self::Remove(_) => 0,
            Self::Overwrite(..) => 1,
            Self::Append(..) => 2,
        }
    }

    fn value(&self) -> Option<&ResponseValue> {
        match self {
            Self::Remove(_) => None,
            Self::Overwrite(_, value) | Self::Append(_, value) => Some(value),
        }
    }

    fn apply(&self, inputs: &ResponseInputs<'_>, headers: &mut HeaderMap) -> Result<(), GatewayError> {
        match self {
            Self::Remove(name) => {
                headers.remove(name);
            }
            Self::Overwrite(name, value) => {
                headers.remove(name);
                append(name, value, inputs, headers)?;
            }
            Self::Append(name, value) => append(name, value, inputs, headers)?,
        }
        Ok(())
    }
}

fn append(
    name: &HeaderName,
    value: &ResponseValue,
    inputs: &ResponseInputs<'_>,
    headers: &mut HeaderMap,
) -> Result<(), GatewayError> {
    if let Some(text) = value.text(inputs, Escape::in_header(name)) {
        let bad = |_| {
            let words = format!("responseParameters make header {name} a value with control characters");
            GatewayError::BrokenAnswer(words.into())
        };
        headers.append(name, HeaderValue::try_from(text).map_err(bad)?);
    }
    Ok(())
}
