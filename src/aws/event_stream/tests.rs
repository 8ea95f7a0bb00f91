//! The decoder against AWS's own encoder and decoder.

use aws_smithy_eventstream::frame::{read_message_from, write_message_to};
use aws_smithy_types::{
    DateTime,
    event_stream::{Header as SdkHeader, HeaderValue, Message as SdkMessage},
};
use proptest::prelude::*;

use super::*;

fn encoded(message: &SdkMessage) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_message_to(message, &mut bytes).unwrap();
    bytes
}

fn message(headers: &[(&'static str, &'static str)], payload: &'static [u8]) -> SdkMessage {
    let text = |(name, value): &(&'static str, &'static str)| {
        SdkHeader::new(*name, HeaderValue::String((*value).into()))
    };
    SdkMessage::new_from_parts(headers.iter().map(text).collect(), payload)
}

/// All messages of bytes that come in these pieces, and the bytes of the last one that did not come whole.
fn decoded<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<(Vec<Message>, usize), EventStreamError> {
    let (mut decoder, mut messages) = (Decoder::default(), Vec::new());
    for piece in pieces {
        let mut bytes = Bytes::copy_from_slice(piece);
        while let Some(message) = decoder.decode(&mut bytes)? {
            messages.push(message);
        }
        assert!(bytes.is_empty(), "more is asked for only when all is read");
    }
    Ok((messages, decoder.begun.len()))
}

/// A message as the SDK's encoder got it: the texts of its headers, the last of each name, and the payload.
fn assert_same(got: &Message, sent: &SdkMessage) {
    assert_eq!(got.payload, sent.payload());
    for header in sent.headers() {
        let last = sent.headers().iter().rev().find(|other| other.name() == header.name()).unwrap();
        let text = last.value().as_string().ok().map(|text| text.as_str());
        assert_eq!(got.text(header.name().as_str()), text);
    }
    assert_eq!(got.headers().count(), sent.headers().len());
}

fn any_value() -> impl Strategy<Value = HeaderValue> {
    prop_oneof![
        any::<bool>().prop_map(HeaderValue::Bool),
        any::<i8>().prop_map(HeaderValue::Byte),
        any::<i16>().prop_map(HeaderValue::Int16),
        any::<i32>().prop_map(HeaderValue::Int32),
        any::<i64>().prop_map(HeaderValue::Int64),
        proptest::collection::vec(any::<u8>(), 0..300).prop_map(|bytes| HeaderValue::ByteArray(bytes.into())),
        ".{0,80}".prop_map(|text| HeaderValue::String(text.into())),
        any::<i32>().prop_map(|seconds| HeaderValue::Timestamp(DateTime::from_secs(seconds.into()))),
        any::<u128>().prop_map(HeaderValue::Uuid),
    ]
}

fn any_message() -> impl Strategy<Value = SdkMessage> {
    let header = ("[:a-c]{0,3}", any_value()).prop_map(|(name, value)| SdkHeader::new(name, value));
    let headers = proptest::collection::vec(header, 0..6);
    (headers, proptest::collection::vec(any::<u8>(), 0..2_000))
        .prop_map(|(headers, payload)| SdkMessage::new_from_parts(headers, payload))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn reads_what_the_sdk_writes_however_it_is_cut(
        sent in proptest::collection::vec(any_message(), 1..5),
        mut cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..12),
        lost in any::<proptest::sample::Index>(),
    ) {
        let bytes: Vec<u8> = sent.iter().flat_map(encoded).collect();
        let mut at: Vec<usize> = cuts.drain(..).map(|cut| cut.index(bytes.len() + 1)).collect();
        at.extend([0, bytes.len()]);
        at.sort_unstable();
        let (got, rest) = decoded(at.windows(2).map(|cut| &bytes[cut[0]..cut[1]])).unwrap();
        prop_assert_eq!((got.len(), rest), (sent.len(), 0));
        got.iter().zip(&sent).for_each(|(got, sent)| assert_same(got, sent));

        // One that breaks off is no message.
        let (got, rest) = decoded([&bytes[..lost.index(bytes.len())]]).unwrap();
        let whole: usize = sent[..got.len()].iter().map(|sent| encoded(sent).len()).sum();
        prop_assert_eq!(whole + rest, lost.index(bytes.len()));
        prop_assert!(got.len() < sent.len());
    }

    #[test]
    fn a_flipped_bit_is_an_error(sent in any_message(), flipped in any::<proptest::sample::Index>()) {
        let mut bytes = encoded(&sent);
        let flipped = flipped.index(bytes.len() * 8);
        bytes[flipped / 8] ^= 1 << (flipped % 8);
        prop_assert_eq!(decoded([&*bytes]).unwrap_err(), EventStreamError::Checksum);
    }

    /// Lengths and headers are arbitrary, their checksums are right.
    #[test]
    fn takes_what_the_sdks_decoder_takes(
        lengths in proptest::option::of((0_u32..90, 0_u32..90)),
        content in proptest::collection::vec(prop_oneof![0_u8..12, any::<u8>()], 0..64),
    ) {
        let header_bytes = u32::try_from(content.len()).unwrap();
        let (message_bytes, header_bytes) = lengths.unwrap_or((header_bytes + 16, header_bytes));
        let bytes = checksummed(message_bytes, header_bytes, &content);
        let ours = match decoded([&*bytes]) {
            Ok((messages, 0)) => messages.into_iter().next(),
            Ok(_) | Err(_) => None,
        };
        match (ours, read_message_from(&*bytes)) {
            (Some(ours), Ok(theirs)) => assert_same(&ours, &theirs),
            (None, Err(_)) => {}
            (ours, theirs) => prop_assert!(false, "{ours:?} {theirs:?} {bytes:?}"),
        }
    }
}

fn checksummed(message_bytes: u32, header_bytes: u32, content: &[u8]) -> Vec<u8> {
    let mut bytes = [message_bytes.to_be_bytes(), header_bytes.to_be_bytes()].concat();
    bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
    bytes.extend(content);
    bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
    bytes
}

#[test]
fn a_message_of_impossible_length_is_refused_as_soon_as_its_length_is_there() {
    let table = [
        (15, 0, EventStreamError::Lengths),
        (0, 0, EventStreamError::Lengths),
        (100, 85, EventStreamError::Lengths),
        (100, u32::MAX, EventStreamError::Lengths),
        (u32::MAX, 0, EventStreamError::TooLong { bytes: u32::MAX as usize }),
        (MAX_MESSAGE_BYTES as u32 + 1, 0, EventStreamError::TooLong { bytes: MAX_MESSAGE_BYTES + 1 }),
    ];
    for (message_bytes, header_bytes, expected) in table {
        let bytes = &checksummed(message_bytes, header_bytes, &[])[..PRELUDE_BYTES];
        assert_eq!(decoded([bytes]).unwrap_err(), expected, "{message_bytes} {header_bytes}");
        assert_eq!(decoded(bytes.chunks(5)).unwrap_err(), expected, "{message_bytes} {header_bytes}");
    }
    assert_eq!(decoded([&b"{\"statusCode\":200}"[..]]).unwrap_err(), EventStreamError::Checksum);
}

#[test]
fn a_payload_in_one_piece_is_not_copied() {
    let mut bytes = Bytes::from([encoded(&message(&[], b"one")), encoded(&message(&[], b"two"))].concat());
    let place = bytes.as_ptr_range();
    let mut decoder = Decoder::default();
    for expected in ["one", "two"] {
        let payload = decoder.decode(&mut bytes).unwrap().unwrap().payload;
        assert_eq!(payload, expected);
        assert!(place.contains(&payload.as_ptr()));
    }
}

#[test]
fn a_message_says_its_event_or_its_failure() {
    type Case<'a> = (&'a [(&'static str, &'static str)], &'static [u8], Result<&'a str, &'a str>);
    let table: [Case<'_>; 8] = [
        (&[(":message-type", "event"), (":event-type", "PayloadChunk")], b"", Ok("PayloadChunk")),
        (
            &[(":message-type", "exception"), (":exception-type", "Throttled")],
            br#"{"Message":"too much"}"#,
            Err("Throttled: too much"),
        ),
        (&[(":message-type", "exception"), (":exception-type", "Throttled")], b"no JSON", Err("Throttled: ")),
        (
            &[(":message-type", "error"), (":error-code", "Internal"), (":error-message", "it broke")],
            b"",
            Err("Internal: it broke"),
        ),
        (&[(":message-type", "error")], b"", Err("an error without a code: ")),
        (
            &[(":message-type", "event")],
            b"",
            Err("an event stream with a message that is neither event nor exception"),
        ),
        (
            &[(":message-type", "other"), (":event-type", "PayloadChunk")],
            b"",
            Err("an event stream with a message that is neither event nor exception"),
        ),
        (&[], b"", Err("an event stream with a message that is neither event nor exception")),
    ];
    for (headers, payload, expected) in table {
        let bytes = encoded(&message(headers, payload));
        let (messages, _) = decoded([&*bytes]).unwrap();
        let got = messages[0].event_type().map_err(|error| error.to_string());
        assert_eq!(got, expected.map_err(str::to_owned), "{headers:?}");
    }
}
