//! The body of a request as its sender had it before `Content-Encoding`: what is validated, mapped and sent on.
//!
//! Within bounds: whoever sends little gets little done.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};

use crate::{
    compression::DIGESTS,
    content_coding::{ContentCoding, Fault, unpacked},
    error::GatewayError,
    header_list::tokens,
    message::Request,
};

/// API Gateway's most of a body.
const MOST_BYTES: usize = 10 << 20;
/// A body that is smaller than it was by more than that is no body that somebody wants read.
const MOST_RATIO: usize = 200;
/// So many bytes may come out of any body: they cost little.
const ALWAYS_TAKEN: usize = 1 << 20;
/// More codings in a row than anybody needs.
const MOST_CODINGS: usize = 4;

/// Returns the request with its body unpacked; `None`: it is as it should be.
///
/// # Errors
///
/// `UnsupportedContentCoding`, `BrokenContentCoding`, `UnpackedTooLarge`.
pub fn unpacked_request(request: &Request) -> Result<Option<Request>, GatewayError> {
    if request.body.is_empty() || !request.headers.contains_key(CONTENT_ENCODING) {
        return Ok(None);
    }
    let codings = codings(&request.headers)?;
    let most = most_bytes(request.body.len());
    let mut body = request.body.clone();
    // The last one was put on top of the others.
    for coding in codings.into_iter().rev() {
        body = taken_off(coding, &body, most, request.body.len())?;
    }
    Ok(Some(plain(request, body)))
}

/// The bound of all that may come out of so many bytes.
fn most_bytes(sent: usize) -> usize {
    sent.saturating_mul(MOST_RATIO).clamp(ALWAYS_TAKEN, MOST_BYTES)
}

fn taken_off(coding: ContentCoding, body: &[u8], most: usize, bytes: usize) -> Result<Bytes, GatewayError> {
    unpacked(coding, body, most).map(Bytes::from).map_err(|fault| match fault {
        Fault::TooLong { .. } => GatewayError::UnpackedTooLarge { bytes, source: fault.into() },
        Fault::Broken(_) | Fault::TooShort | Fault::TrailingBytes | Fault::TooManyMembers => {
            GatewayError::BrokenContentCoding { coding: coding.name(), source: fault.into() }
        }
    })
}

/// The codings in the order in which they were applied, without `identity`, which is none.
fn codings(headers: &HeaderMap) -> Result<Vec<ContentCoding>, GatewayError> {
    let unsupported = |line: &HeaderValue| {
        let text = String::from_utf8_lossy(line.as_bytes());
        GatewayError::UnsupportedContentCoding(text.chars().take(MOST_SHOWN).collect())
    };
    let mut codings = Vec::new();
    for line in headers.get_all(CONTENT_ENCODING) {
        let text = line.to_str().map_err(|_| unsupported(line))?;
        for word in tokens(text).filter(|word| !word.eq_ignore_ascii_case("identity")) {
            codings.push(ContentCoding::named(word).ok_or_else(|| unsupported(line))?);
            if codings.len() > MOST_CODINGS {
                return Err(unsupported(line));
            }
        }
    }
    Ok(codings)
}

/// A log line has no room for more of what a client sends.
const MOST_SHOWN: usize = 60;

/// The same request as if it had been sent with this body.
fn plain(request: &Request, body: Bytes) -> Request {
    let mut headers = request.headers.clone();
    headers.remove(CONTENT_ENCODING);
    // They are of the bytes that were sent.
    for name in DIGESTS {
        headers.remove(name);
    }
    if headers.contains_key(CONTENT_LENGTH) {
        headers.insert(CONTENT_LENGTH, body.len().into());
    }
    Request { headers, body, ..request.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sends_little_gets_little_out_of_it() {
        let most = [0, 1, 5_242, 5_243, 6_000, 52_428, 52_429, usize::MAX].map(most_bytes);
        let mb = 1_048_576;
        assert_eq!(most, [mb, mb, mb, 1_048_600, 1_200_000, 10_485_600, 10 * mb, 10 * mb]);
    }
}
