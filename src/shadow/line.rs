//! The line of a copy: which request it was of, and whether both APIs agree. No header, no query, no body.
//!
//! It has none of the names that metrics are counted by: the request has a line of its own.

use http::StatusCode;
use serde::Serialize;

use super::{body_sum::BodySum, exchange::ShadowResponse};
use crate::context::Context;

/// The line of a copy, as far as it is known.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShadowLine {
    /// Of the client's request.
    request_id: String,
    stage: String,
    route_key: String,
    shadow: Agreement,
    answer_status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    shadow_status: Option<u16>,
    /// Milliseconds from the copy's first byte to the last one of its response.
    #[serde(skip_serializing_if = "Option::is_none")]
    shadow_latency: Option<u64>,
    /// The reason where there is nothing to compare.
    #[serde(skip_serializing_if = "Option::is_none")]
    shadow_error: Option<String>,
}

/// The most characters of an encoding's name that a line has: the other API may say anything.
const MOST_ENCODING_CHARS: usize = 64;

/// The outcome of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Agreement {
    Agrees,
    StatusDiffers,
    BodyDiffers,
    NoAnswer,
    NotCompared,
}

impl ShadowLine {
    pub(super) fn of(context: &Context<'_>) -> Self {
        Self {
            request_id: context.request.id.clone(),
            stage: context.stage.to_owned(),
            route_key: context.route_key.to_owned(),
            shadow: Agreement::NotCompared,
            answer_status: 0,
            shadow_status: None,
            shadow_latency: None,
            shadow_error: None,
        }
    }

    /// The client's answer has this status.
    pub fn answered(&mut self, status: StatusCode) {
        self.answer_status = status.as_u16();
    }

    /// Nothing was compared.
    #[must_use]
    pub fn not_compared(self, reason: &str) -> Self {
        Self { shadow: Agreement::NotCompared, shadow_error: Some(reason.to_owned()), ..self }
    }

    /// Compares the client's answer with that of the other API.
    #[must_use]
    pub fn compared(self, answer: &BodySum, response: Result<ShadowResponse, &str>, latency_ms: u64) -> Self {
        let compared = match response {
            Ok(response) => {
                let shadow_status = response.status.as_u16();
                let (shadow, error) = match answer {
                    _ if shadow_status != self.answer_status => (Agreement::StatusDiffers, None),
                    answer => agreement(answer, &response.sum),
                };
                Self { shadow, shadow_status: Some(shadow_status), shadow_error: error, ..self }
            }
            Err(reason) => {
                Self { shadow: Agreement::NoAnswer, shadow_error: Some(reason.to_owned()), ..self }
            }
        };
        Self { shadow_latency: Some(latency_ms), ..compared }
    }
}

/// Compares two bodies; where that cannot be, it says why.
fn agreement(answer: &BodySum, shadow: &BodySum) -> (Agreement, Option<String>) {
    match (answer, shadow) {
        (BodySum::Unreadable(reason), _) | (_, BodySum::Unreadable(reason)) => {
            (Agreement::NotCompared, Some(reason.to_string()))
        }
        (BodySum::Content(_), BodySum::Encoded(encoding, _))
        | (BodySum::Encoded(encoding, _), BodySum::Content(_)) => {
            let name = encoding.to_str().unwrap_or("of an unknown name");
            let words = match name.char_indices().nth(MOST_ENCODING_CHARS) {
                Some((end, _)) => format!("a body in the encoding {}…", &name[..end]),
                None => format!("a body in the encoding {name}"),
            };
            (Agreement::NotCompared, Some(words))
        }
        (answer, shadow) if answer == shadow => (Agreement::Agrees, None),
        _ => (Agreement::BodyDiffers, None),
    }
}
