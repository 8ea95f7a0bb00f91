//! The beginning of a content, to be shown.

use super::{Content, Unreadable};
use crate::{
    api_comparison::secrets::Secrets,
    digest::{Sha256, hex},
};

/// A text of at most 32 KB that shows a content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    pub text: String,
    /// Bytes of the whole text.
    pub length: usize,
}

const MOST_BYTES: usize = 32 << 10;

impl Excerpt {
    /// JSON stands on many lines; of bytes the length and the digest are shown. No secret is.
    pub fn of(content: &Result<Content, Unreadable>, secrets: &Secrets) -> Self {
        let text = match content {
            Ok(Content::Json(value)) => format!("{value:#}"),
            Ok(Content::Text(text)) => text.clone(),
            Ok(Content::Bytes(bytes)) => bytes_in_words(bytes),
            Err(unreadable) => unreadable.to_string(),
        };
        let masked = secrets.masked(&text);
        let end = (0..=MOST_BYTES.min(masked.len())).rev().find(|end| masked.is_char_boundary(*end));
        Self { text: masked[..end.unwrap_or(0)].to_owned(), length: masked.len() }
    }

    /// The number of bytes that are not shown.
    pub fn hidden(&self) -> usize {
        self.length - self.text.len()
    }
}

/// `3 bytes, SHA-256 ba7816bf…`
pub fn bytes_in_words(bytes: &[u8]) -> String {
    format!("{} bytes, SHA-256 {}", bytes.len(), hex(&Sha256::of(bytes)))
}
