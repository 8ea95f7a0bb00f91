//! Bytes out of a coding: all of them, or the reason why there are none.
//!
//! Never more than a bound, whatever the bytes say of themselves.

use std::io::{self, Read};

use flate2::bufread::{GzDecoder, ZlibDecoder};

use super::ContentCoding;

/// The reason why bytes cannot be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("more than {most} bytes come out of it")]
    TooLong { most: usize },
    #[error("it is broken, or cut off")]
    Broken(#[source] io::Error),
    #[error("bytes follow its end")]
    TrailingBytes,
    #[error("fewer bytes come out of it than were packed")]
    TooShort,
    #[error("it has more than {MOST_MEMBERS} members")]
    TooManyMembers,
}

/// More members than a writer makes of 10 MB. Each costs a new window, whatever is in it.
const MOST_MEMBERS: usize = 1_000;
/// 8 MB, as RFC 9659 §3 has it for senders: who says more would have it set aside.
const ZSTD_WINDOW_LOG: u32 = 23;
const BROTLI_BUFFER: usize = 4_096;

/// Unpacks a whole body of this coding, to `most` bytes.
///
/// # Errors
///
/// There is more, or it is not whole and in this coding from the first byte to the last.
pub fn unpacked(coding: ContentCoding, packed: &[u8], most: usize) -> Result<Vec<u8>, Fault> {
    let mut out = Out { bytes: Vec::new(), most };
    match coding {
        ContentCoding::Gzip => unzip(packed, &mut out)?,
        ContentCoding::Deflate => {
            let mut decoder = ZlibDecoder::new(packed);
            out.read(&mut decoder)?;
            end(decoder.into_inner())?;
        }
        ContentCoding::Zstd => {
            let mut decoder = zstd::Decoder::with_buffer(packed).map_err(Fault::Broken)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(Fault::Broken)?;
            out.read(&mut decoder)?;
        }
        ContentCoding::Brotli => {
            let mut decoder = brotli_decompressor::Decompressor::new(packed, BROTLI_BUFFER);
            out.read(&mut decoder)?;
            // What it has taken and not used it tells only then.
            decoder.read(&mut [0]).map_err(|_| Fault::TrailingBytes)?;
            end(decoder.into_inner())?;
        }
    }
    Ok(out.bytes)
}

/// One member after another, as RFC 1952 §2.2 has them.
fn unzip(packed: &[u8], out: &mut Out) -> Result<(), Fault> {
    let mut rest = packed;
    for _ in 0..MOST_MEMBERS {
        let mut decoder = GzDecoder::new(rest);
        out.read(&mut decoder)?;
        rest = decoder.into_inner();
        if rest.is_empty() {
            return Ok(());
        }
        if !rest.starts_with(&GZIP_MAGIC) {
            return Err(Fault::TrailingBytes);
        }
    }
    Err(Fault::TooManyMembers)
}

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

fn end(rest: &[u8]) -> Result<(), Fault> {
    if rest.is_empty() { Ok(()) } else { Err(Fault::TrailingBytes) }
}

/// The bytes that have come out.
struct Out {
    bytes: Vec<u8>,
    most: usize,
}

impl Out {
    /// Reads all of `decoder`.
    fn read(&mut self, decoder: &mut impl Read) -> Result<(), Fault> {
        let room = self.most - self.bytes.len();
        let one_more = u64::try_from(room).unwrap_or(u64::MAX).saturating_add(1);
        decoder.take(one_more).read_to_end(&mut self.bytes).map_err(Fault::Broken)?;
        if self.bytes.len() > self.most { Err(Fault::TooLong { most: self.most }) } else { Ok(()) }
    }
}
