//! Bytes on their way into a coding.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};

use super::ContentCoding;

/// The fastest level: an answer waits for each microsecond of it, and nobody pays for its bytes.
const LEVEL: Compression = Compression::fast();
/// As fast as gzip's fastest.
const ZSTD_LEVEL: i32 = 1;
/// 128 KB, the most of a block: of a stream nobody knows the length, and it would set aside more.
const STREAM_WINDOW_LOG: u32 = 17;
/// As small as zstd.
#[cfg(feature = "brotli")]
const BROTLI_QUALITY: u32 = 2;
#[cfg(feature = "brotli")]
const BROTLI_WINDOW_LOG: u32 = 18;
#[cfg(feature = "brotli")]
const BROTLI_BUFFER: usize = 4_096;

/// A body that goes into a coding, piece by piece.
pub enum Encoder {
    Gzip(GzEncoder<Vec<u8>>),
    Deflate(ZlibEncoder<Vec<u8>>),
    Zstd(zstd::Encoder<'static, Vec<u8>>),
    #[cfg(feature = "brotli")]
    Brotli(Box<brotli::CompressorWriter<Vec<u8>>>),
}

impl Encoder {
    /// Starts a body of which the length is not known.
    ///
    /// # Errors
    ///
    /// This build has no encoder of the coding, or there is no memory for it.
    pub fn new(coding: ContentCoding) -> io::Result<Self> {
        let mut encoder = Self::with_room(coding, 0)?;
        if let Self::Zstd(encoder) = &mut encoder {
            encoder.window_log(STREAM_WINDOW_LOG)?;
        }
        Ok(encoder)
    }

    /// `room` is the number of bytes that may come of it.
    fn with_room(coding: ContentCoding, room: usize) -> io::Result<Self> {
        let out = Vec::with_capacity(room);
        Ok(match coding {
            ContentCoding::Gzip => Self::Gzip(GzEncoder::new(out, LEVEL)),
            ContentCoding::Deflate => Self::Deflate(ZlibEncoder::new(out, LEVEL)),
            ContentCoding::Zstd => Self::Zstd(zstd::Encoder::new(out, ZSTD_LEVEL)?),
            #[cfg(feature = "brotli")]
            ContentCoding::Brotli => Self::Brotli(Box::new(brotli::CompressorWriter::new(
                out,
                BROTLI_BUFFER,
                BROTLI_QUALITY,
                BROTLI_WINDOW_LOG,
            ))),
            #[cfg(not(feature = "brotli"))]
            ContentCoding::Brotli => return Err(io::ErrorKind::Unsupported.into()),
        })
    }

    fn out(&mut self) -> &mut Vec<u8> {
        match self {
            Self::Gzip(encoder) => encoder.get_mut(),
            Self::Deflate(encoder) => encoder.get_mut(),
            Self::Zstd(encoder) => encoder.get_mut(),
            #[cfg(feature = "brotli")]
            Self::Brotli(encoder) => encoder.get_mut(),
        }
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Gzip(encoder) => encoder,
            Self::Deflate(encoder) => encoder,
            Self::Zstd(encoder) => encoder,
            #[cfg(feature = "brotli")]
            Self::Brotli(encoder) => encoder,
        }
    }

    /// The bytes in this coding, such that a reader has all of them without what follows.
    ///
    /// # Errors
    ///
    /// There is no memory for it.
    pub fn piece(&mut self, bytes: &[u8]) -> io::Result<Bytes> {
        self.writer().write_all(bytes)?;
        self.writer().flush()?;
        Ok(std::mem::take(self.out()).into())
    }

    /// The end.
    ///
    /// # Errors
    ///
    /// There is no memory for it.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Gzip(encoder) => encoder.finish(),
            Self::Deflate(encoder) => encoder.finish(),
            Self::Zstd(encoder) => encoder.finish(),
            #[cfg(feature = "brotli")]
            Self::Brotli(encoder) => Ok(encoder.into_inner()),
        }
    }
}

impl ContentCoding {
    /// The bytes in this coding; `None`: they would not be fewer, or this build has no encoder of it.
    pub fn packed(self, bytes: &[u8]) -> Option<Bytes> {
        let packed = self.pack(bytes).ok()?;
        (packed.len() < bytes.len()).then(|| packed.into())
    }

    fn pack(self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut encoder = Encoder::with_room(self, bytes.len() / 4)?;
        if let Encoder::Zstd(encoder) = &mut encoder {
            // It sets aside no more than that needs.
            encoder.set_pledged_src_size(u64::try_from(bytes.len()).ok())?;
        }
        encoder.writer().write_all(bytes)?;
        encoder.finish()
    }
}
