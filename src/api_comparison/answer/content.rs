//! The content of a body: JSON, text or bytes, without its encoding.

use std::io::{self, Read};

use bytes::Bytes;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use http::{HeaderMap, header::CONTENT_ENCODING};
use serde_json::Value;

use super::MOST_BODY_BYTES;
use crate::json::{self, MOST_VALUES, count_values};

#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Json(Value),
    Text(String),
    Bytes(Bytes),
}

/// The reason why a body is not decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("a body that is not in the encoding that it says ({0})")]
    BrokenEncoding(String),
    #[error("a body of more than 10 MB when it is decoded")]
    TooLong,
}

impl Content {
    /// The content of a body behind these headers. One in an encoding that is not known is its bytes.
    ///
    /// # Errors
    ///
    /// The encoding is broken, or hides too much.
    pub fn of(headers: &HeaderMap, body: &Bytes) -> Result<Self, Unreadable> {
        let encodings = headers.get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let encoding = encodings.collect::<Vec<_>>().join(",").trim().to_ascii_lowercase();
        let decoded = match encoding.as_str() {
            _ if body.is_empty() => Ok(Bytes::new()),
            "" | "identity" => Ok(body.clone()),
            "gzip" | "x-gzip" => read(MultiGzDecoder::new(&body[..])),
            // Some servers send the bare stream.
            "deflate" => read(ZlibDecoder::new(&body[..])).or_else(|error| match error.kind() {
                io::ErrorKind::FileTooLarge => Err(error),
                _ => read(DeflateDecoder::new(&body[..])),
            }),
            _ => return Ok(Self::Bytes(body.clone())),
        };
        match decoded {
            Ok(decoded) => Ok(Self::of_decoded(decoded)),
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Err(Unreadable::TooLong),
            Err(_) => Err(Unreadable::BrokenEncoding(encoding)),
        }
    }

    /// JSON is known by its first byte and a parser, not by its content type.
    fn of_decoded(body: Bytes) -> Self {
        let begin = body.iter().find(|byte| !byte.is_ascii_whitespace());
        let may_be_json = matches!(begin, Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n'));
        if may_be_json
            && count_values(&body) <= MOST_VALUES
            && let Ok(value) = json::read(&body)
        {
            return Self::Json(value);
        }
        match std::str::from_utf8(&body) {
            Ok(text) if !text.contains('\0') => Self::Text(text.to_owned()),
            Ok(_) | Err(_) => Self::Bytes(body),
        }
    }
}

fn read(decoder: impl Read) -> io::Result<Bytes> {
    let mut decoded = Vec::new();
    let most = u64::try_from(MOST_BODY_BYTES + 1).unwrap_or(u64::MAX);
    decoder.take(most).read_to_end(&mut decoded)?;
    if decoded.len() > MOST_BODY_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(decoded.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use http::HeaderValue;
    use serde_json::json;

    use super::*;

    fn gzip(bytes: &[u8]) -> Bytes {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap().into()
    }

    #[test]
    fn a_body_is_decoded_and_told_by_what_it_is() {
        let many = format!("[{}0]", "0,".repeat(MOST_VALUES));
        let cases = [
            ("", Bytes::from_static(b" {\"a\": 1}"), Ok(Content::Json(json!({ "a": 1 })))),
            ("", Bytes::from_static(b"{\"a\": 1"), Ok(Content::Text("{\"a\": 1".to_owned()))),
            ("", Bytes::from_static(b"ol\xc3\xa1"), Ok(Content::Text("ol\u{e1}".to_owned()))),
            ("", Bytes::from_static(b"\xff\0"), Ok(Content::Bytes(Bytes::from_static(b"\xff\0")))),
            ("", Bytes::from(many.clone()), Ok(Content::Text(many))),
            ("gzip", gzip(b"[1]"), Ok(Content::Json(json!([1])))),
            ("gzip", Bytes::new(), Ok(Content::Text(String::new()))),
            ("br", Bytes::from_static(b"[1]"), Ok(Content::Bytes(Bytes::from_static(b"[1]")))),
            ("gzip", Bytes::from_static(b"[1]"), Err(Unreadable::BrokenEncoding("gzip".to_owned()))),
            ("gzip", gzip(b"[1]").slice(..15), Err(Unreadable::BrokenEncoding("gzip".to_owned()))),
            ("gzip", gzip(&vec![b'0'; MOST_BODY_BYTES + 1]), Err(Unreadable::TooLong)),
        ];
        for (encoding, body, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
            assert!(Content::of(&headers, &body) == expected, "{encoding}: {} bytes", body.len());
        }
    }
}
