//! The response to an operation that succeeded: its status, headers and JSON.

use std::ops::Range;

use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};

use super::{Action, next_page};
use crate::{
    error::GatewayError,
    item::Fields,
    message::{Body, Note, Response, has_no_content},
};

/// The outcome of an operation that succeeded; items are the JSON that the client gets.
#[derive(Debug)]
pub enum OperationOutcome {
    Item(Vec<u8>),
    Page(Page),
    /// The items of these keys, but for those that were left for later.
    Batch(Page),
    /// With the attributes that were asked for, if there are any.
    Written(Option<Vec<u8>>),
}

/// Some of the items, and where the others begin.
#[derive(Debug)]
pub struct Page {
    /// `{"items":[{"pk":"a"}]`, to be gone on with.
    pub json: Vec<u8>,
    /// The place of the first item.
    pub first: Option<Range<usize>>,
    pub cursor: Option<String>,
}

impl Page {
    /// `{"items": […], "cursor": "…"}`
    fn whole(mut self) -> (Vec<u8>, Option<String>) {
        if let Some(cursor) = &self.cursor {
            // Base64url: nothing of it is escaped.
            self.json.extend_from_slice(format!(",\"cursor\":\"{cursor}\"").as_bytes());
        }
        self.json.push(b'}');
        (self.json, self.cursor)
    }

    fn first_item(mut self) -> Result<Vec<u8>, GatewayError> {
        let first = self.first.ok_or(GatewayError::ItemNotFound)?;
        self.json.truncate(first.end);
        self.json.drain(..first.start);
        Ok(self.json)
    }
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
            OperationOutcome::Item(item) => (item, None),
            OperationOutcome::Written(attributes) => (attributes.unwrap_or_else(|| b"{}".to_vec()), None),
            OperationOutcome::Page(page) | OperationOutcome::Batch(page) if self.shape == Shape::Item => {
                (page.first_item()?, None)
            }
            OperationOutcome::Page(page) | OperationOutcome::Batch(page) => page.whole(),
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
