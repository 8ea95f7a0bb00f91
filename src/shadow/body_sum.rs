//! The digest of a body's content, taken piece by piece: two bodies with one content have one, however they are encoded.

use std::io::{self, Write};

use flate2::write::{MultiGzDecoder, ZlibDecoder};
use http::{HeaderMap, HeaderValue, header::CONTENT_ENCODING};

use crate::digest::{LENGTH, Sha256};

/// The most bytes of a content.
const MOST_BYTES: usize = 10 << 20;

/// The digest of a whole body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodySum {
    /// Of the content.
    Content([u8; LENGTH]),
    /// Of the bytes as they were sent, in an encoding that is not read here.
    Encoded(HeaderValue, [u8; LENGTH]),
    Unreadable(Unreadable),
}

/// The reason why a body has no digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("a body of more than 10 MB")]
    TooLong,
    #[error("a body that is not in the encoding that it says")]
    BrokenEncoding,
    #[error("a body that broke off")]
    NotWhole,
}

/// A digest that is still to be finished.
pub struct SumOfPieces {
    decoder: Decoder,
    is_empty: bool,
    broken: Option<Unreadable>,
}

enum Decoder {
    Plain(Content),
    Gzip(MultiGzDecoder<Content>),
    Deflate(ZlibDecoder<Content>),
    Unknown(HeaderValue, Content),
}

/// The bytes of a content so far.
#[derive(Default)]
struct Content {
    digest: Sha256,
    length: usize,
}

impl Write for Content {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.length += bytes.len();
        if self.length > MOST_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.digest.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl SumOfPieces {
    /// Of a body behind these headers.
    pub fn new(headers: &HeaderMap) -> Self {
        let content = Content::default();
        let encoding = headers.get(CONTENT_ENCODING);
        let name = encoding.map(|encoding| encoding.as_bytes().to_ascii_lowercase());
        let decoder = match (name.as_deref(), encoding) {
            (None | Some(b"" | b"identity"), _) | (_, None) => Decoder::Plain(content),
            (Some(b"gzip" | b"x-gzip"), _) => Decoder::Gzip(MultiGzDecoder::new(content)),
            (Some(b"deflate"), _) => Decoder::Deflate(ZlibDecoder::new(content)),
            (Some(_), Some(encoding)) => Decoder::Unknown(encoding.clone(), content),
        };
        Self { decoder, is_empty: true, broken: None }
    }

    pub fn add(&mut self, bytes: &[u8]) {
        self.is_empty &= bytes.is_empty();
        if self.broken.is_none() {
            let added = match &mut self.decoder {
                Decoder::Plain(content) | Decoder::Unknown(_, content) => content.write_all(bytes),
                Decoder::Gzip(decoder) => decoder.write_all(bytes),
                Decoder::Deflate(decoder) => decoder.write_all(bytes),
            };
            self.broken = added.err().map(|error| reason(&error));
        }
    }

    /// The digest, once all pieces were added.
    pub fn finish(self) -> BodySum {
        if let Some(broken) = self.broken {
            return BodySum::Unreadable(broken);
        }
        // A response without a body may still say how it would be encoded.
        if self.is_empty {
            return BodySum::Content(Sha256::default().finish());
        }
        let content = match self.decoder {
            Decoder::Plain(content) => Ok(content),
            Decoder::Unknown(encoding, content) => {
                return BodySum::Encoded(encoding, content.digest.finish());
            }
            Decoder::Gzip(decoder) => decoder.finish(),
            Decoder::Deflate(decoder) => decoder.finish(),
        };
        match content {
            Ok(content) => BodySum::Content(content.digest.finish()),
            Err(error) => BodySum::Unreadable(reason(&error)),
        }
    }
}

fn reason(error: &io::Error) -> Unreadable {
    match error.kind() {
        io::ErrorKind::FileTooLarge => Unreadable::TooLong,
        _ => Unreadable::BrokenEncoding,
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn sum(encoding: &'static str, bytes: &[u8]) -> BodySum {
        let mut headers = HeaderMap::new();
        if !encoding.is_empty() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        let mut sum = SumOfPieces::new(&headers);
        bytes.chunks(7).for_each(|piece| sum.add(piece));
        sum.finish()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn one_content_has_one_digest_however_it_is_encoded() {
        let compressed = gzip(b"{\"id\": 7}");
        let content = sum("", b"{\"id\": 7}");
        assert_eq!(content, BodySum::Content(Sha256::of("{\"id\": 7}")));
        assert_eq!(sum("GZIP", &compressed), content);
        assert_eq!(sum("identity", b"{\"id\": 7}"), content);
        assert_ne!(sum("", b"{\"id\": 8}"), content);
        assert_eq!(sum("gzip", b""), BodySum::Content(Sha256::of("")));
        assert_eq!(sum("br", b"x"), BodySum::Encoded(HeaderValue::from_static("br"), Sha256::of("x")));
    }

    #[test]
    fn a_body_that_is_broken_or_too_long_has_none() {
        let compressed = gzip(b"{\"id\": 7}");
        let bomb = gzip(&vec![0; MOST_BYTES + 1]);
        let cases = [
            ("gzip", &compressed[..15], Unreadable::BrokenEncoding),
            ("gzip", b"no", Unreadable::BrokenEncoding),
            ("deflate", b"x", Unreadable::BrokenEncoding),
            ("gzip", b"plain text", Unreadable::BrokenEncoding),
            ("deflate", b"plain text", Unreadable::BrokenEncoding),
            ("gzip", &bomb[..], Unreadable::TooLong),
        ];
        for (encoding, bytes, expected) in cases {
            assert_eq!(sum(encoding, bytes), BodySum::Unreadable(expected), "{encoding} {}", bytes.len());
        }
    }
}
