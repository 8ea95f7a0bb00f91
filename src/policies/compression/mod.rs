//! Compression of answers (`minimumCompressionSize`), for clients whose `Accept-Encoding` takes it.
//!
//! As on API Gateway an answer that is encoded already stays as it is. Beyond it: types that do not get smaller stay too,
//! and a stream is compressed piece by piece.

mod coding;
mod compressed_stream;

use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{
        ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE,
        CONTENT_TYPE, ETAG, VARY,
    },
};

use self::{coding::ContentCoding, compressed_stream::CompressedStream};
use crate::{
    header_list::{elements, tokens},
    item::Fields,
    message::{Body, Request, Response, is_bodyless},
};

/// `minimumCompressionSize`: answers of fewer bytes are sent as they are. The length of a stream is not known, so it is
/// compressed whatever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compression {
    minimum_size: usize,
}

/// API Gateway's bound for `minimumCompressionSize`, in bytes.
const LARGEST_MINIMUM: u64 = 10_485_760;

/// Digests of the bytes that are sent, or of the representation: compressed they would be others.
const DIGESTS: [&str; 4] = ["content-md5", "digest", "content-digest", "repr-digest"];

impl Compression {
    /// Reads `minimumCompressionSize`; without it, or null, nothing is compressed.
    pub fn parse(fields: &Fields<'_>) -> Option<Self> {
        let minimum_size = fields.integer("minimumCompressionSize", 0..=LARGEST_MINIMUM)?;
        Some(Self { minimum_size: usize::try_from(minimum_size).ok()? })
    }

    /// Compresses a response if its client takes it, and says that it depends on that.
    pub fn apply(self, request: &Request, response: &mut Response) {
        if !self.concerns(response) {
            return;
        }
        add_vary(response.headers_mut());
        let Some(coding) = ContentCoding::of(&request.headers, &ACCEPT_ENCODING) else { return };
        if is_bodyless(&request.method, response.status()) {
            return;
        }
        let body = match std::mem::replace(response.body_mut(), Body::empty()) {
            Body::Whole(bytes) => match coding.compressed(&bytes) {
                Some(compressed) => Body::Whole(compressed),
                // It did not get smaller.
                None => {
                    *response.body_mut() = Body::Whole(bytes);
                    return;
                }
            },
            Body::Stream(stream) => Body::Stream(Box::pin(CompressedStream::new(stream, coding))),
        };
        *response.body_mut() = body;
        tell(coding, response.headers_mut());
    }

    /// Says if the response may be compressed, and is large enough.
    fn concerns(self, response: &Response) -> bool {
        let headers = response.headers();
        let is_long_enough = response.body().len().is_none_or(|length| length >= self.minimum_size);
        is_long_enough
            && !response.body().is_empty()
            && response.status() != StatusCode::PARTIAL_CONTENT
            && !headers.contains_key(CONTENT_ENCODING)
            && !headers.contains_key(CONTENT_RANGE)
            && !DIGESTS.iter().any(|name| headers.contains_key(*name))
            && !is_not_to_be_transformed(headers)
            && headers.get(CONTENT_TYPE).is_some_and(|value| value.to_str().is_ok_and(gets_smaller))
    }
}

/// `Cache-Control: no-transform` (RFC 9111 §5.2.2.6).
fn is_not_to_be_transformed(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(CACHE_CONTROL).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(elements).any(|directive| directive.eq_ignore_ascii_case("no-transform"))
}

/// Says if content of this type is text, or has the form of one.
fn gets_smaller(content_type: &str) -> bool {
    const APPLICATIONS: [&str; 12] = [
        "json",
        "xml",
        "javascript",
        "x-javascript",
        "ecmascript",
        "yaml",
        "x-yaml",
        "x-ndjson",
        "graphql",
        "wasm",
        "x-www-form-urlencoded",
        "toml",
    ];
    const IMAGES: [&str; 3] = ["svg+xml", "bmp", "x-icon"];
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    match kind {
        "text" => true,
        "application" => {
            APPLICATIONS.contains(&subtype) || subtype.ends_with("+json") || subtype.ends_with("+xml")
        }
        "image" => IMAGES.contains(&subtype),
        "font" => ["ttf", "otf"].contains(&subtype),
        _ => false,
    }
}

/// Says that the answer depends on what the client accepts; a shared cache must know.
fn add_vary(headers: &mut HeaderMap) {
    let lines = headers.get_all(VARY).iter().filter_map(|line| line.to_str().ok());
    let says_so =
        lines.flat_map(tokens).any(|name| name == "*" || name.eq_ignore_ascii_case("accept-encoding"));
    if !says_so {
        headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    }
}

/// Writes what is true of the compressed answer into its head.
fn tell(coding: ContentCoding, headers: &mut HeaderMap) {
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    const OF_THE_PLAIN: [HeaderName; 2] = [CONTENT_LENGTH, ACCEPT_RANGES];
    for name in OF_THE_PLAIN {
        headers.remove(name);
    }
    // A strong entity tag is of other bytes (RFC 9110 §8.8.1).
    let tag = headers.get(ETAG).map(HeaderValue::as_bytes).filter(|tag| tag.starts_with(b"\""));
    if let Some(weak) = tag.and_then(|tag| HeaderValue::from_bytes(&[b"W/", tag].concat()).ok()) {
        headers.insert(ETAG, weak);
    }
}
