//! The content codings, and the one that a client likes best (RFC 9110 §8.4.1, §12.5.3).

use std::io::{self, Write};

use bytes::Bytes;
use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};
use http::{HeaderMap, HeaderName};

use crate::{header_list::elements, media_type::weight};

/// In the order of preference among those that a client likes equally.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentCoding {
    Gzip,
    /// With zlib's frame (RFC 9110 §8.4.1.2).
    Deflate,
}

/// The weight of a coding that is not in the list, in thousandths.
const REFUSED: u16 = 0;

impl ContentCoding {
    const ALL: [Self; 2] = [Self::Gzip, Self::Deflate];

    /// The best coding for `Accept-Encoding`; `None`: the answer is to stay as it is, also where there is no such header.
    pub fn of(headers: &HeaderMap, field: &HeaderName) -> Option<Self> {
        let lines = || headers.get_all(field).iter().filter_map(|line| line.to_str().ok());
        let weight_of = |names: &[&str]| {
            let elements = lines().flat_map(elements).map(weighted);
            elements
                .filter(|(name, _)| names.iter().any(|own| own.eq_ignore_ascii_case(name)))
                .map(|it| it.1)
                .max()
        };
        let of_others = weight_of(&["*"]);
        let of_identity = weight_of(&["identity"]).or(of_others);
        let weighted =
            Self::ALL.map(|coding| (coding, weight_of(coding.names()).or(of_others).unwrap_or(REFUSED)));
        let best = weighted.iter().map(|(_, weight)| *weight).max().filter(|weight| *weight > REFUSED)?;
        // Who names identity likes it so much; who does not takes it, as a last resort.
        if of_identity.is_some_and(|identity| identity > best) {
            return None;
        }
        weighted.into_iter().find(|(_, weight)| *weight == best).map(|(coding, _)| coding)
    }

    /// The word of `Content-Encoding`.
    pub const fn name(self) -> &'static str {
        self.names()[0]
    }

    /// The words of `Accept-Encoding`: `x-gzip` is `gzip` (RFC 9110 §8.4.1.3).
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Gzip => &["gzip", "x-gzip"],
            Self::Deflate => &["deflate"],
        }
    }

    /// The bytes in this coding; `None`: they would not be fewer.
    pub fn compressed(self, bytes: &Bytes) -> Option<Bytes> {
        let mut encoder = Encoder::new(self, bytes.len() / 4);
        let written = encoder.write(bytes).and_then(|()| encoder.finish());
        let compressed = written.expect("memory can be written to");
        (compressed.len() < bytes.len()).then(|| compressed.into())
    }
}

/// `gzip;q=0.5` → `("gzip", 500)`. A weight that is none refuses.
fn weighted(element: &str) -> (&str, u16) {
    let (name, parameters) = element.split_once(';').unwrap_or((element, ""));
    let given = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| weight(value.trim()).unwrap_or(REFUSED))
    });
    (name.trim(), given.unwrap_or(1_000))
}

/// The fastest level: an answer waits for each microsecond of it, and nobody pays for its bytes.
const LEVEL: Compression = Compression::fast();

/// Bytes on their way into a coding.
pub enum Encoder {
    Gzip(GzEncoder<Vec<u8>>),
    Deflate(ZlibEncoder<Vec<u8>>),
}

impl Encoder {
    /// `expected` is the number of bytes that may come of it.
    pub fn new(coding: ContentCoding, expected: usize) -> Self {
        let out = Vec::with_capacity(expected);
        match coding {
            ContentCoding::Gzip => Self::Gzip(GzEncoder::new(out, LEVEL)),
            ContentCoding::Deflate => Self::Deflate(ZlibEncoder::new(out, LEVEL)),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Gzip(encoder) => encoder.write_all(bytes),
            Self::Deflate(encoder) => encoder.write_all(bytes),
        }
    }

    /// The bytes in this coding, such that a reader has all of them without what follows.
    pub fn piece(&mut self, bytes: &[u8]) -> io::Result<Bytes> {
        self.write(bytes)?;
        let out = match self {
            Self::Gzip(encoder) => {
                encoder.flush()?;
                encoder.get_mut()
            }
            Self::Deflate(encoder) => {
                encoder.flush()?;
                encoder.get_mut()
            }
        };
        Ok(std::mem::take(out).into())
    }

    /// The end.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Gzip(encoder) => encoder.finish(),
            Self::Deflate(encoder) => encoder.finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header::ACCEPT_ENCODING};

    use super::*;

    #[test]
    fn a_client_gets_the_coding_that_it_likes_best() {
        for (line, expected) in [
            ("gzip", Some("gzip")),
            ("deflate", Some("deflate")),
            ("deflate, gzip", Some("gzip")),
            ("br, zstd, gzip;q=0.1", Some("gzip")),
            ("gzip;q=0.5, deflate;q=0.6", Some("deflate")),
            ("X-GZIP", Some("gzip")),
            ("*", Some("gzip")),
            ("*, gzip;q=0", Some("deflate")),
            ("*;q=0, deflate", Some("deflate")),
            ("identity", None),
            ("identity;q=0.5, gzip", Some("gzip")),
            ("identity, gzip;q=0.5", None),
            ("identity;q=0.5, *;q=0.5", Some("gzip")),
            ("gzip;q=0", None),
            ("gzip;q=1.5", None),
            ("gzip;q=", None),
            ("gzip ; Q=0.001", Some("gzip")),
            ("br", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(line))]);
            let coding = ContentCoding::of(&headers, &ACCEPT_ENCODING);
            assert_eq!(coding.map(ContentCoding::name), expected, "{line}");
        }
        assert_eq!(ContentCoding::of(&HeaderMap::new(), &ACCEPT_ENCODING), None);
    }
}
