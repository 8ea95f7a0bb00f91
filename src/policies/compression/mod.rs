//! Compression: of answers, for clients whose `Accept-Encoding` takes it (`minimumCompressionSize`); and bodies of requests
//! are unpacked (`request_body`).
//!
//! As on API Gateway an answer that is encoded already stays as it is. Beyond it: types that do not get smaller stay too,
//! and a stream is compressed piece by piece. What the cache has packed goes out as it is to who takes that coding.

mod accept;
mod compressed_stream;
mod request_body;

use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_LENGTH, ETAG, VARY},
};

pub use self::request_body::unpacked_request;
use self::{accept::AcceptedCodings, compressed_stream::CompressedStream};
use crate::{
    compression::{Compression, packed_body, unpack},
    content_coding::{ContentCoding, Encoder, PackedBody, PackedForm},
    error::{GatewayError, StoreError},
    header_list::tokens,
    message::{Body, Request, Response, is_bodyless},
};

/// Makes a response the client's own: compressed if the API says so and the client takes it, with the word that it
/// depends on that; else plain.
///
/// # Errors
///
/// `StoreUnavailable`: the cache has a body that cannot be unpacked.
pub fn apply(
    compression: Option<Compression>,
    request: &Request,
    response: &mut Response,
) -> Result<(), GatewayError> {
    let packed = packed_body(response);
    let length = packed.as_ref().map(PackedBody::plain_length).or(response.body().len());
    let is_bodyless = is_bodyless(&request.method, response.status());
    if !compression.is_some_and(|it| it.concerns(response.status(), response.headers(), length)) {
        if compression.is_some() && response.status() == StatusCode::NOT_MODIFIED {
            confirm(request, response.headers_mut());
        }
        return if is_bodyless { Ok(()) } else { unpack_stored(response) };
    }
    add_vary(response.headers_mut());
    if is_bodyless {
        return Ok(());
    }
    let accepted = AcceptedCodings(&request.headers);
    if let Some(packed) = &packed
        && accepted.are_best(packed.coding())
    {
        response.extensions_mut().remove::<PackedForm>();
        tell(packed.coding(), response.headers_mut());
        return Ok(());
    }
    unpack_stored(response)?;
    if let Some(coding) = accepted.best() {
        compress(coding, response);
    }
    Ok(())
}

fn unpack_stored(response: &mut Response) -> Result<(), GatewayError> {
    unpack(response).map_err(|fault| StoreError::new("unpacking a stored answer", fault).into())
}

fn compress(coding: ContentCoding, response: &mut Response) {
    let body = match std::mem::replace(response.body_mut(), Body::empty()) {
        // It may not get smaller.
        Body::Whole(bytes) => match coding.packed(&bytes) {
            Some(packed) => Ok(Body::Whole(packed)),
            None => Err(Body::Whole(bytes)),
        },
        // There may be no memory for it.
        Body::Stream(stream) => match Encoder::new(coding) {
            Ok(encoder) => Ok(Body::Stream(Box::pin(CompressedStream::new(stream, encoder)))),
            Err(_) => Err(Body::Stream(stream)),
        },
    };
    let is_compressed = body.is_ok();
    *response.body_mut() = body.unwrap_or_else(|plain| plain);
    if is_compressed {
        tell(coding, response.headers_mut());
    }
}

/// Of a 304 nobody knows any more what it confirms: a client that takes a coding may have the answer compressed, and its
/// cache must not put parts of the plain one into it.
fn confirm(request: &Request, headers: &mut HeaderMap) {
    add_vary(headers);
    if AcceptedCodings(&request.headers).best().is_some() {
        weaken(headers);
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
    weaken(headers);
}

/// A strong entity tag is of other bytes (RFC 9110 §8.8.1).
fn weaken(headers: &mut HeaderMap) {
    let tag = headers.get(ETAG).map(HeaderValue::as_bytes).filter(|tag| tag.starts_with(b"\""));
    if let Some(weak) = tag.and_then(|tag| HeaderValue::from_bytes(&[b"W/", tag].concat()).ok()) {
        headers.insert(ETAG, weak);
    }
}
