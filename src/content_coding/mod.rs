//! The content codings (RFC 9110 §8.4.1): their names, and bytes on their way into each and out of it.
//!
//! Knows no request and no answer. Whatever comes out is bounded before it is made.

mod decoder;
mod encoder;
mod packed_body;
#[cfg(test)]
mod tests;

pub use self::{
    decoder::{Fault, unpacked},
    encoder::Encoder,
    packed_body::{PackedBody, PackedForm},
};

/// A coding that requests are read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentCoding {
    /// RFC 8878, with the window of RFC 9659.
    Zstd,
    /// RFC 7932.
    Brotli,
    Gzip,
    /// With zlib's frame (RFC 9110 §8.4.1.2).
    Deflate,
}

impl ContentCoding {
    pub const ALL: [Self; 4] = [Self::Zstd, Self::Brotli, Self::Gzip, Self::Deflate];

    /// The codings of answers, the best first: a JSON of 10 KB gets a fifth smaller in zstd than in gzip, in the same
    /// time. Brotli is as small as zstd, and slower; the encoder of it is 1 MB of the binary, so that it is in a build
    /// with the feature `brotli` only.
    pub const OF_ANSWERS: &[Self] = &[
        Self::Zstd,
        #[cfg(feature = "brotli")]
        Self::Brotli,
        Self::Gzip,
        Self::Deflate,
    ];

    /// The word of `Content-Encoding`.
    pub const fn name(self) -> &'static str {
        self.names()[0]
    }

    /// All words for it: `x-gzip` is `gzip` (RFC 9110 §8.4.1.3).
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Zstd => &["zstd"],
            Self::Brotli => &["br"],
            Self::Gzip => &["gzip", "x-gzip"],
            Self::Deflate => &["deflate"],
        }
    }

    /// The coding with this word, in any case.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|coding| coding.names().iter().any(|name| name.eq_ignore_ascii_case(word)))
    }
}
