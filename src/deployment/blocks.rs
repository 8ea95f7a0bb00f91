//! Deflated blocks of a snapshot, each of which is read by itself.
//!
//! The items of a stage are much alike, but a block is too small to learn that from itself. So each begins where another
//! one ends: the dictionary, which a reader has already.

use flate2::{Compress, Compression, FlushCompress, Status};
use miniz_oxide::inflate::{
    TINFLStatus,
    core::{DecompressorOxide, decompress, inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF},
};

/// Deflate refers back no further.
const WINDOW: usize = 1 << 15;

/// Deflates `bytes` for a reader that has the `dictionary`.
pub fn deflate(dictionary: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut compress = Compress::new(Compression::best(), false);
    let mut deflated = Vec::new();
    if !dictionary.is_empty() {
        run(&mut compress, window(dictionary), FlushCompress::Sync, &mut deflated);
        // It ends with a whole byte, and what follows refers to what came before it.
        deflated.clear();
    }
    run(&mut compress, bytes, FlushCompress::Finish, &mut deflated);
    deflated
}

/// Inflates a block of `length` bytes; `None`: it is another.
pub fn inflate(dictionary: &[u8], deflated: &[u8], length: usize) -> Option<Vec<u8>> {
    let dictionary = window(dictionary);
    let mut inflated = vec![0; dictionary.len().checked_add(length)?];
    inflated[..dictionary.len()].copy_from_slice(dictionary);
    // Straight into its place: a start has no time for the window of a stream, 43 KB that are filled and copied.
    let mut decompressor = DecompressorOxide::new();
    let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, _, written) =
        decompress(&mut decompressor, deflated, &mut inflated, dictionary.len(), flags);
    inflated.drain(..dictionary.len());
    (status == TINFLStatus::Done && written == length).then_some(inflated)
}

/// The part of a dictionary that can be referred to.
fn window(dictionary: &[u8]) -> &[u8] {
    &dictionary[dictionary.len().saturating_sub(WINDOW)..]
}

fn run(compress: &mut Compress, mut input: &[u8], flush: FlushCompress, deflated: &mut Vec<u8>) {
    loop {
        deflated.reserve(input.len() / 4 + 1_024);
        let before = compress.total_in();
        let status = compress.compress_vec(input, deflated, flush).expect("deflating cannot fail");
        input = &input[usize::try_from(compress.total_in() - before).expect("no more than the input")..];
        let is_all = input.is_empty() && deflated.len() < deflated.capacity();
        if status == Status::StreamEnd || (is_all && flush == FlushCompress::Sync) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_comes_back_and_one_that_is_cut_or_longer_does_not() {
        let text = |count: usize| {
            (0..count).map(|nth| format!("{{\"route\":\"GET /a/{nth}\"}}\n")).collect::<String>()
        };
        for (dictionary, count) in [(0, 0), (0, 1), (0, 3_000), (1, 1), (100, 200), (3_000, 5), (3_000, 0)] {
            let (dictionary, bytes) = (text(dictionary), text(count));
            let deflated = deflate(dictionary.as_bytes(), bytes.as_bytes());
            let inflated = |deflated: &[u8], length| inflate(dictionary.as_bytes(), deflated, length);
            assert_eq!(inflated(&deflated, bytes.len()).as_deref(), Some(bytes.as_bytes()), "{count}");
            assert_eq!(inflated(&deflated, bytes.len() + 1), None);
            assert!(bytes.is_empty() || inflated(&deflated, bytes.len() - 1).is_none(), "{count}");
            for cut in 0..deflated.len().min(300) {
                assert_eq!(inflated(&deflated[..cut], bytes.len()), None, "{cut} bytes");
            }
        }
    }

    #[test]
    fn a_dictionary_of_much_the_same_makes_a_block_small() {
        let item = r#"{"integration":{"type":"AWS_PROXY","uri":"orders"},"description":"One of many"}"#;
        let block = [item; 50].join("\n");
        let (with, without) = (deflate(block.as_bytes(), item.as_bytes()), deflate(b"", item.as_bytes()));
        assert!(with.len() < 20 && without.len() > 50, "{} bytes, {} bytes", with.len(), without.len());
    }
}
