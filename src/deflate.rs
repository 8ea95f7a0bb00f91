//! Blocks of a deflate stream that are not compressed (RFC 1951 §3.2.4): every reader of deflate reads them.

/// A block that is not compressed, and the last one.
const LAST: u8 = 1;

/// The head of the last block of a stream: `length` bytes follow it as they are.
pub fn plain_head(length: u16) -> [u8; 5] {
    let ([low, high], [not_low, not_high]) = (length.to_le_bytes(), (!length).to_le_bytes());
    [LAST, low, high, not_low, not_high]
}

/// The bytes of a stream that is one such block; `None` for any other stream, and for what is none.
pub fn plain_stream(stream: &[u8]) -> Option<&[u8]> {
    let (head, bytes) = stream.split_first_chunk::<5>()?;
    let length = u16::try_from(bytes.len()).ok()?;
    (*head == plain_head(length)).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::DeflateDecoder;

    use super::*;

    #[test]
    fn a_plain_stream_is_read_by_any_reader_and_here_without_one() {
        for length in [0, 1, 300, u16::MAX] {
            let bytes = vec![b'x'; length.into()];
            let stream = [&plain_head(length)[..], &bytes].concat();
            let mut inflated = Vec::new();
            DeflateDecoder::new(&*stream).read_to_end(&mut inflated).unwrap();
            assert_eq!(inflated, bytes);
            assert_eq!(plain_stream(&stream), Some(&*bytes));
        }
    }

    #[test]
    fn another_stream_is_no_plain_one() {
        let stream = [&plain_head(3)[..], b"abc"].concat();
        for other in [&stream[..7], &[&*stream, b"d"].concat(), &stream[1..], b"", b"\x01"] {
            assert_eq!(plain_stream(other), None, "{other:?}");
        }
        let mut more_comes = [&plain_head(3)[..], b"abc"].concat();
        more_comes[0] = 0;
        assert_eq!(plain_stream(&more_comes), None);
    }
}
