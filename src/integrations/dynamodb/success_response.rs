//! The response to an operation that succeeded: its status, headers and JSON.

use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Action, next_page};
use crate::{
    error::GatewayError,
    item::Fields,
    message::{Body, Note, Response, has_no_content},
};

/// The outcome of an operation that succeeded.
#[derive(Debug)]
pub enum OperationOutcome {
    Item(Map<String, Value>),
    Page(Page),
    /// The items of these keys, but for those that were left for later.
    Batch(Page),
    /// With the attributes that were asked for, if there are any.
    Written(Option<Map<String, Value>>),
}

/// Some of the items, and where the others begin.
#[derive(Debug, Serialize)]
pub struct Page {
    pub items: Vec<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// The part of the outcome that the client gets: `return`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One item: of a page the first, or 404; of a write the item as it is afterwards, or was before.
    Item,
    /// `{"items": […], "cursor": "…"}`.
    Items,
    /// Nothing: 204.
    Nothing,
    /// `{}`, or the attributes that `returnValues` asks for.
    Attributes,
}

const OF_ONE: [(&str, Shape); 2] = [("item", Shape::Item), ("none", Shape::Nothing)];
const OF_MANY: [(&str, Shape); 3] =
    [("items", Shape::Items), ("item", Shape::Item), ("none", Shape::Nothing)];
const OF_NONE: [(&str, Shape); 1] = [("none", Shape::Nothing)];

/// The form of the response to a success.
#[derive(Debug)]
pub struct SuccessResponse {
    pub shape: Shape,
    status: StatusCode,
}

impl SuccessResponse {
    /// Reads `return` and `statusCode`.
    pub fn parse(fields: &Fields<'_>, action: Action) -> Self {
        let (words, default): (&[_], _) = match action {
            Action::GetItem => (&OF_ONE, Shape::Item),
            Action::Query | Action::Scan | Action::BatchGetItem => (&OF_MANY, Shape::Items),
            Action::PutItem | Action::UpdateItem | Action::DeleteItem => (&OF_ONE, Shape::Attributes),
            Action::TransactWriteItems => (&OF_NONE, Shape::Attributes),
        };
        let shape = fields.choice("return", words).unwrap_or(default);
        let usual = if shape == Shape::Nothing { StatusCode::NO_CONTENT } else { StatusCode::OK };
        let given = fields.integer("statusCode", 200..=299);
        let status = given.and_then(|code| StatusCode::from_u16(u16::try_from(code).ok()?).ok());
        Self { shape, status: status.unwrap_or(usual) }
    }

    /// The response of a success, to be finished for its client.
    ///
    /// # Errors
    /// `ItemNotFound` if an item was wanted and there is none.
    pub fn render(&self, outcome: OperationOutcome) -> Result<Response, GatewayError> {
        let is_unfinished = matches!(&outcome, OperationOutcome::Batch(Page { cursor: Some(_), .. }));
        let (json, cursor) = match outcome {
            OperationOutcome::Item(item) => (Value::Object(item).to_string(), None),
            OperationOutcome::Written(attributes) => {
                (Value::Object(attributes.unwrap_or_default()).to_string(), None)
            }
            OperationOutcome::Page(page) | OperationOutcome::Batch(page) if self.shape == Shape::Item => {
                let first = page.items.into_iter().next().ok_or(GatewayError::ItemNotFound)?;
                (Value::Object(first).to_string(), None)
            }
            OperationOutcome::Page(page) | OperationOutcome::Batch(page) => {
                (serde_json::to_string(&page).expect("maps with text keys are JSON"), page.cursor)
            }
        };
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        if self.shape != Shape::Nothing && !has_no_content(self.status) {
            *response.body_mut() = json.into();
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(cursor) = cursor {
            next_page::add(&mut response, &cursor);
        }
        if is_unfinished {
            response.extensions_mut().insert(Note::Unfinished);
        }
        Ok(response)
    }
}
