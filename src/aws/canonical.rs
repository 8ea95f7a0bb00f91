//! The canonical request: one text for all spellings of a request, which is what is signed.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request>

use std::borrow::Cow;

use http::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{service::SigningForm, signature::Signed};
use crate::digest::{Sha256, push_hex};

/// All but the unreserved characters of RFC 3986.
pub(super) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The bytes of most canonical requests; a session token has some 900 of them.
const CAPACITY: usize = 1_536;

/// A canonical request.
pub struct Canonical {
    pub text: String,
    /// Where the names of the signed headers are in `text`.
    names: std::ops::Range<usize>,
}

impl Canonical {
    /// `host;x-amz-date`.
    pub fn signed_headers(&self) -> &str {
        &self.text[self.names.clone()]
    }
}

/// The last line of a canonical request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Payload {
    /// The hash of the body.
    Hashed,
    /// That whoever sends it may send any body.
    Unsigned,
}

/// The canonical form of a request whose headers are all signed.
pub fn request(signed: Signed<'_>, headers: &HeaderMap, form: SigningForm) -> Canonical {
    canonical(signed, headers, form, Payload::Hashed)
}

/// The same of a URL that is given away: of its body nothing is signed.
pub fn presigned_request(signed: Signed<'_>, headers: &HeaderMap, form: SigningForm) -> Canonical {
    canonical(signed, headers, form, Payload::Unsigned)
}

fn canonical(signed: Signed<'_>, headers: &HeaderMap, form: SigningForm, payload: Payload) -> Canonical {
    let mut text = String::with_capacity(CAPACITY);
    text.push_str(signed.method.as_str());
    text.push('\n');
    match form {
        SigningForm::General => push_path(&mut text, signed.path),
        SigningForm::S3 => text.push_str(signed.path),
    }
    text.push('\n');
    push_query(&mut text, signed.query);
    text.push('\n');
    // The values of a name stay in their order.
    let mut lines: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value)).collect();
    lines.sort_by_key(|(name, _)| *name);
    for lines in lines.chunk_by(|(one, _), (next, _)| one == next) {
        text.push_str(lines[0].0);
        for (index, (_, value)) in lines.iter().enumerate() {
            text.push(if index == 0 { ':' } else { ',' });
            push_value(&mut text, value.as_bytes());
        }
        text.push('\n');
    }
    text.push('\n');
    let begin = text.len();
    for (index, lines) in lines.chunk_by(|(one, _), (next, _)| one == next).enumerate() {
        if index > 0 {
            text.push(';');
        }
        text.push_str(lines[0].0);
    }
    let names = begin..text.len();
    text.push('\n');
    match payload {
        Payload::Hashed => push_hex(&mut text, &Sha256::of(signed.body)),
        Payload::Unsigned => text.push_str("UNSIGNED-PAYLOAD"),
    }
    Canonical { text, names }
}

/// The path without dot segments and empty ones, encoded once more: every service but S3 has it twice.
fn push_path(text: &mut String, path: &str) {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            other => segments.push(other),
        }
    }
    for segment in &segments {
        text.push('/');
        text.extend(utf8_percent_encode(segment, RESERVED));
    }
    let is_a_folder = segments.is_empty() || ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    if is_a_folder {
        text.push('/');
    }
}

/// Pairs in the order of their encoded names and values.
fn push_query(text: &mut String, query: &str) {
    if query.is_empty() {
        return;
    }
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<_> = pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (encoded_again(name), encoded_again(value))
        })
        .collect();
    pairs.sort_unstable();
    for (index, (name, value)) in pairs.iter().enumerate() {
        if index > 0 {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
}

/// In the one spelling that is signed, however it was encoded. A plus is a space and broken UTF-8 becomes U+FFFD, as in
/// AWS's own signer.
fn encoded_again(part: &str) -> String {
    let part = part.replace('+', " ");
    let decoded = percent_decode_str(&part).decode_utf8_lossy();
    utf8_percent_encode(&decoded, RESERVED).to_string()
}

/// A header's value with single spaces, and none at its ends. Bytes that are no UTF-8 become U+FFFD.
fn push_value(text: &mut String, value: &[u8]) {
    // Most values are text with single spaces, and are not looked at byte by byte: a session token is long.
    let value = std::str::from_utf8(value).map_or_else(|_| String::from_utf8_lossy(value), Cow::Borrowed);
    let is_trimmed = !value.starts_with(' ') && !value.ends_with(' ') && !value.contains("  ");
    if is_trimmed {
        text.push_str(&value);
        return;
    }
    for (index, word) in value.split(' ').filter(|word| !word.is_empty()).enumerate() {
        if index > 0 {
            text.push(' ');
        }
        text.push_str(word);
    }
}
