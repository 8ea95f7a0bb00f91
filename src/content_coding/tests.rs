//! What goes into a coding comes out of it; what is none comes out as a fault.

use std::io::{Read, Write};

use proptest::prelude::*;

use super::*;

const TEXT: &[u8] = b"many words, many words, many words, many words, many words, many words";

fn packed(coding: ContentCoding, bytes: &[u8]) -> Vec<u8> {
    if coding == ContentCoding::Brotli {
        return brotli(bytes);
    }
    let mut encoder = Encoder::new(coding).unwrap();
    let mut packed = encoder.piece(bytes).unwrap().to_vec();
    packed.extend(encoder.finish().unwrap());
    packed
}

/// By somebody else: not every build has the encoder.
fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4_096, 5, 18);
    encoder.write_all(bytes).unwrap();
    encoder.into_inner()
}

#[test]
fn a_word_names_its_coding_in_any_case() {
    for (word, coding) in [
        ("gzip", Some(ContentCoding::Gzip)),
        ("X-Gzip", Some(ContentCoding::Gzip)),
        ("BR", Some(ContentCoding::Brotli)),
        ("zstd", Some(ContentCoding::Zstd)),
        ("Deflate", Some(ContentCoding::Deflate)),
        ("identity", None),
        ("compress", None),
        ("", None),
    ] {
        assert_eq!(ContentCoding::named(word), coding, "{word}");
    }
}

#[test]
fn a_body_comes_out_as_it_went_in_up_to_the_bound() {
    for coding in ContentCoding::ALL {
        let packed = packed(coding, TEXT);
        assert_eq!(unpacked(coding, &packed, TEXT.len()).unwrap(), TEXT, "{coding:?}");
        let fault = unpacked(coding, &packed, TEXT.len() - 1).unwrap_err();
        assert!(matches!(fault, Fault::TooLong { most: 69 }), "{coding:?} {fault:?}");
    }
}

#[test]
fn a_body_that_is_cut_off_or_goes_on_is_broken() {
    for coding in ContentCoding::ALL {
        let packed = packed(coding, TEXT);
        for length in 0..packed.len() {
            let fault = unpacked(coding, &packed[..length], 1_000).map(|bytes| bytes.len());
            // An empty zstd stream has no frame, and no fault.
            let is_nothing = coding == ContentCoding::Zstd && length == 0;
            assert!(is_nothing || matches!(fault, Err(Fault::Broken(_))), "{coding:?} {length} {fault:?}");
        }
        for more in [&b"x"[..], &[0], &[b'x'; 10_000]] {
            let longer = [&packed, more].concat();
            assert!(unpacked(coding, &longer, 1_000).is_err(), "{coding:?} {}", more.len());
        }
    }
}

#[test]
fn members_and_frames_in_a_row_are_one_body() {
    for coding in [ContentCoding::Gzip, ContentCoding::Zstd] {
        let twice = [packed(coding, b"one, "), packed(coding, b"two")].concat();
        assert_eq!(unpacked(coding, &twice, 8).unwrap(), b"one, two", "{coding:?}");
        assert!(matches!(unpacked(coding, &twice, 7), Err(Fault::TooLong { .. })), "{coding:?}");
    }
    let many = packed(ContentCoding::Gzip, b"").repeat(1_001);
    assert!(matches!(unpacked(ContentCoding::Gzip, &many, 8), Err(Fault::TooManyMembers)));
}

#[test]
fn a_window_beyond_the_one_that_senders_may_use_is_broken() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(24).unwrap();
    encoder.write_all(TEXT).unwrap();
    let packed = encoder.finish().unwrap();
    assert!(matches!(unpacked(ContentCoding::Zstd, &packed, 1_000), Err(Fault::Broken(_))));
}

fn any_coding() -> impl Strategy<Value = ContentCoding> {
    prop::sample::select(ContentCoding::ALL.to_vec())
}

proptest! {
    #[test]
    fn pieces_can_be_read_as_they_come(
        coding in prop::sample::select(ContentCoding::OF_ANSWERS.to_vec()),
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..500), 1..6),
    ) {
        let mut encoder = Encoder::new(coding).unwrap();
        let (mut sent, mut plain) = (Vec::new(), Vec::<u8>::new());
        for piece in &pieces {
            sent.extend(encoder.piece(piece).unwrap());
            plain.extend(piece);
            let mut read = vec![0; plain.len()];
            read_exact(coding, &sent, &mut read);
            prop_assert_eq!(&read, &plain);
        }
        sent.extend(encoder.finish().unwrap());
        prop_assert_eq!(unpacked(coding, &sent, plain.len()).unwrap(), plain);
    }

    #[test]
    fn packed_bytes_are_fewer_and_come_out_as_they_were(
        coding in prop::sample::select(ContentCoding::OF_ANSWERS.to_vec()),
        word in prop::collection::vec(any::<u8>(), 0..40),
        times in 0..3_000_usize,
    ) {
        let plain = word.repeat(times);
        if let Some(packed) = coding.packed(&plain) {
            prop_assert!(packed.len() < plain.len());
            prop_assert_eq!(unpacked(coding, &packed, plain.len()).unwrap(), plain);
        }
    }

    #[test]
    fn any_bytes_are_a_body_within_the_bound_or_a_fault(
        coding in any_coding(),
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        most in 0..2_000_usize,
    ) {
        if let Ok(plain) = unpacked(coding, &bytes, most) {
            prop_assert!(plain.len() <= most);
        }
    }

    /// Bytes that begin as they should lead further into a decoder.
    #[test]
    fn a_damaged_body_is_a_body_within_the_bound_or_a_fault(
        coding in any_coding(),
        word in prop::collection::vec(any::<u8>(), 1..40),
        damages in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut packed = packed(coding, &word.repeat(50));
        for (place, byte) in damages {
            let place = place.index(packed.len());
            packed[place] = byte;
        }
        if let Ok(plain) = unpacked(coding, &packed, 4_000) {
            prop_assert!(plain.len() <= 4_000);
        }
    }
}

/// By decoders that are not asked for the end.
fn read_exact(coding: ContentCoding, sent: &[u8], plain: &mut [u8]) {
    match coding {
        ContentCoding::Gzip => flate2::read::GzDecoder::new(sent).read_exact(plain).unwrap(),
        ContentCoding::Deflate => flate2::read::ZlibDecoder::new(sent).read_exact(plain).unwrap(),
        ContentCoding::Zstd => zstd::Decoder::new(sent).unwrap().read_exact(plain).unwrap(),
        ContentCoding::Brotli => {
            brotli_decompressor::Decompressor::new(sent, 4_096).read_exact(plain).unwrap();
        }
    }
}
