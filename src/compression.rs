//! The answers that get smaller, and may (`minimumCompressionSize`): by their heads and lengths, whoever gets them.

use bytes::Bytes;
use http::{
    HeaderMap, StatusCode,
    header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE},
};

use crate::{
    content_coding::{Fault, PackedBody, PackedForm},
    header_list::elements,
    item::Fields,
    message::{Body, Response},
};

/// `minimumCompressionSize`: bodies of requests are unpacked, and answers of fewer bytes are sent as they are. The length
/// of a stream is not known, so it is compressed whatever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compression {
    minimum_size: usize,
}

/// API Gateway's bound for `minimumCompressionSize`, in bytes.
const LARGEST_MINIMUM: u64 = 10_485_760;

/// Digests of the bytes that are sent, or of the representation: in another coding they would be others.
pub const DIGESTS: [&str; 4] = ["content-md5", "digest", "content-digest", "repr-digest"];

impl Compression {
    /// Reads `minimumCompressionSize`; without it, or null, nothing is compressed.
    pub fn parse(fields: &Fields<'_>) -> Option<Self> {
        let minimum_size = fields.integer("minimumCompressionSize", 0..=LARGEST_MINIMUM)?;
        Some(Self { minimum_size: usize::try_from(minimum_size).ok()? })
    }

    /// Says if an answer may be compressed, and is large enough. `length` is that of its plain body, where it is known.
    pub fn concerns(self, status: StatusCode, headers: &HeaderMap, length: Option<usize>) -> bool {
        length.is_none_or(|length| length >= self.minimum_size && length > 0)
            && status != StatusCode::PARTIAL_CONTENT
            && !headers.contains_key(CONTENT_ENCODING)
            && !headers.contains_key(CONTENT_RANGE)
            && !DIGESTS.iter().any(|name| headers.contains_key(*name))
            && !is_not_to_be_transformed(headers)
            && headers.get(CONTENT_TYPE).is_some_and(|value| value.to_str().is_ok_and(gets_smaller))
    }

    /// The body of an answer as it is stored for all who may get it; `None`: it is stored as it is.
    pub fn packed(self, status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Option<PackedBody> {
        self.concerns(status, headers, Some(body.len())).then(|| PackedBody::pack(body))?
    }
}

/// The body of a response of the cache, which has it packed.
pub fn packed_body(response: &Response) -> Option<PackedBody> {
    let form: PackedForm = *response.extensions().get()?;
    match response.body() {
        Body::Whole(bytes) => Some(PackedBody::of(form, bytes.clone())),
        Body::Stream(_) => None,
    }
}

/// Unpacks the body of a response of the cache, if it is packed.
///
/// # Errors
///
/// It cannot be unpacked, and stays as it is.
pub fn unpack(response: &mut Response) -> Result<(), Fault> {
    if let Some(packed) = packed_body(response) {
        *response.body_mut() = Body::Whole(packed.plain()?);
        response.extensions_mut().remove::<PackedForm>();
    }
    Ok(())
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
