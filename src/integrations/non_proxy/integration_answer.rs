//! What a target gave, before it is made a response.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::userinfo::withheld;

/// The answer of a target.
#[derive(Debug)]
pub struct IntegrationAnswer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// The type of the body, where a client may be told; AWS's own types it is not.
    pub content_type: Option<HeaderValue>,
    pub body: Bytes,
    pub selector: Selector,
}

/// What chooses among the entries of `responses`.
#[derive(Debug)]
pub enum Selector {
    /// The text that a pattern has to match: a status, or the message of a function's error.
    Text(String),
    /// Only the default fits.
    Default,
}

/// The length to which the log cuts what a function's error says.
const MOST_SHOWN_CHARS: usize = 80;
/// Longer than a URL with a password in it.
const MOST_READ_CHARS: usize = 4_096;

impl Selector {
    /// The text for the log, cut short and without passwords.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => {
                // All of a password is seen before it is cut.
                let begun: String = text.chars().take(MOST_READ_CHARS).collect();
                let shown = withheld(&begun).escape_debug().to_string();
                match shown.char_indices().nth(MOST_SHOWN_CHARS) {
                    Some((end, _)) => format!("\"{}…\"", &shown[..end]),
                    None if text.len() > begun.len() => format!("\"{shown}…\""),
                    None => format!("\"{shown}\""),
                }
            }
            Self::Default => "a result, which is no error".to_owned(),
        }
    }

    pub fn of_status(status: StatusCode) -> Self {
        Self::Text(status.as_str().to_owned())
    }
}
