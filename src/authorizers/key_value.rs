//! The value of an API key: a secret, which is hashed, never printed and never kept.
//!
//! A value of our own is `tg_`, 40 random characters, `_`, and a checksum of 6 characters: the CRC-32 (that of
//! zlib) of everything before the last underscore, in base 62, most significant digit first, padded with `0`.
//! Digits are `0-9A-Za-z`. The checksum proves nothing; it spares the read that a typo or a guess would cost.
//! Any other value of 20 to 128 visible ASCII characters may be a key too, as in API Gateway.

use std::{fmt, ops::RangeInclusive};

use crate::digest::{Sha256, hex};

const PREFIX: &[u8] = b"tg_";
const RANDOM_LENGTH: usize = 40;
const CHECKSUM_LENGTH: usize = 6;
const LENGTH: usize = PREFIX.len() + RANDOM_LENGTH + 1 + CHECKSUM_LENGTH;

/// API Gateway's (reference K-01).
const LENGTHS: RangeInclusive<usize> = 20..=128;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The value of a key. It has no `Debug` and no `Display`, so that no log or error can hold it.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyValue(String);

/// The SHA-256 of a value, displayed in lower-case hex: it stands for the value in the table and in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyHash([u8; 32]);

/// The fault of bytes that are no key, whatever the table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAKey {
    #[error("shorter than 20 characters")]
    TooShort,
    #[error("longer than 128 characters")]
    TooLong,
    #[error("not all visible ASCII characters")]
    NotVisibleAscii,
    #[error("the checksum is wrong")]
    WrongChecksum,
}

impl KeyValue {
    /// # Errors
    ///
    /// There can be no key with this value.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotAKey> {
        match bytes.len() {
            length if length < *LENGTHS.start() => return Err(NotAKey::TooShort),
            length if length > *LENGTHS.end() => return Err(NotAKey::TooLong),
            _ => {}
        }
        if !bytes.iter().all(u8::is_ascii_graphic) {
            return Err(NotAKey::NotVisibleAscii);
        }
        if parts_of_ours(bytes).is_some_and(|parts| checksum(parts.signed) != parts.checksum) {
            return Err(NotAKey::WrongChecksum);
        }
        Ok(Self(bytes.iter().copied().map(char::from).collect()))
    }

    /// A new value of our own. `None`: too few of the random bytes could be used; of 64 there are enough,
    /// except once in 10²⁰ times.
    pub fn generate(random: &[u8]) -> Option<Self> {
        // 248 = 4 × 62: above it a remainder would favour the first digits.
        let fair = random.iter().copied().filter(|byte| *byte < 248);
        let digits: Vec<u8> = fair.map(|byte| DIGITS[usize::from(byte % 62)]).take(RANDOM_LENGTH).collect();
        if digits.len() < RANDOM_LENGTH {
            return None;
        }
        let signed = [PREFIX, &digits].concat();
        let bytes = [&signed[..], b"_", &checksum(&signed)].concat();
        Some(Self(bytes.into_iter().map(char::from).collect()))
    }

    /// True if something of the shape of our own values is in a text, whatever its checksum says.
    pub fn stands_in(text: &str) -> bool {
        text.as_bytes().windows(LENGTH).any(|bytes| parts_of_ours(bytes).is_some())
    }

    pub fn hash(&self) -> KeyHash {
        KeyHash(Sha256::of(&self.0))
    }

    /// The value itself, for the one time that its owner is shown it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl KeyHash {
    /// True if a text is a hash as the table has it.
    pub fn is_one(text: &str) -> bool {
        text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }

    /// The hash that is displayed so.
    pub fn parse(text: &str) -> Option<Self> {
        let mut hash = [0; 32];
        for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Self::is_one(text).then_some(Self(hash))
    }
}

impl fmt::Display for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// A value of our own in its parts.
struct PartsOfOurs<'a> {
    signed: &'a [u8],
    checksum: &'a [u8],
}

/// The parts of a value that has the shape of one of ours.
fn parts_of_ours(bytes: &[u8]) -> Option<PartsOfOurs<'_>> {
    let (signed, rest) = (bytes.len() == LENGTH).then(|| bytes.split_at(PREFIX.len() + RANDOM_LENGTH))?;
    let random = signed.strip_prefix(PREFIX)?;
    let checksum = rest.strip_prefix(b"_")?;
    random.iter().chain(checksum).all(u8::is_ascii_alphanumeric).then_some(PartsOfOurs { signed, checksum })
}

fn checksum(signed: &[u8]) -> [u8; CHECKSUM_LENGTH] {
    let mut left = crc32fast::hash(signed);
    let mut digits = [0; CHECKSUM_LENGTH];
    // 62⁶ is more than 2³²: nothing is cut off.
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[usize::try_from(left % 62).expect("less than 62")];
        left /= 62;
    }
    digits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(value: &str) -> Result<(), NotAKey> {
        KeyValue::parse(value.as_bytes()).map(drop)
    }

    /// Computed with Python: zlib.crc32 and hashlib.sha256.
    const OURS: &str = "tg_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd_2hSk8Z";
    const HASH_OF_OURS: &str = "8843b60291c2deffe688622d5135c3de5f38ad2542a4193c82693ca8054b173b";

    #[test]
    fn a_generated_key_has_the_documented_format_checksum_and_hash() {
        let random: Vec<u8> = (0..40).flat_map(|digit| [255, digit + 62 * (digit % 4), 248]).collect();
        let value = KeyValue::generate(&random).expect("40 of the bytes are fair");
        assert_eq!(value.reveal(), OURS);
        assert_eq!(value.hash().to_string(), HASH_OF_OURS);
        assert!(KeyHash::is_one(HASH_OF_OURS));
        assert_eq!(KeyHash::parse(HASH_OF_OURS), Some(value.hash()));
        assert_eq!(KeyHash::parse(&HASH_OF_OURS.to_uppercase()), None);
        assert_eq!(KeyHash::parse(&HASH_OF_OURS[1..]), None);
        assert!(KeyValue::generate(&random[..119]).is_some());
        assert!(KeyValue::generate(&random[..118]).is_none(), "the last fair byte is missing");
    }

    #[test]
    fn finds_a_generated_key_within_a_text_whatever_its_checksum() {
        let cases = [
            (OURS.to_owned(), true),
            (format!("{}0", &OURS[..OURS.len() - 1]), true),
            (format!("ä[\"{OURS}\"]"), true),
            (OURS[1..].to_owned(), false),
            (OURS.replacen('_', "-", 1), false),
            ("tg_".to_owned(), false),
            (String::new(), false),
        ];
        for (text, expected) in cases {
            assert_eq!(KeyValue::stands_in(&text), expected, "{text}");
        }
    }

    #[test]
    fn refuses_a_key_of_wrong_length_characters_or_checksum() {
        let random = "a".repeat(RANDOM_LENGTH);
        let cases = [
            (String::new(), Err(NotAKey::TooShort)),
            ("x".repeat(19), Err(NotAKey::TooShort)),
            ("x".repeat(20), Ok(())),
            ("x".repeat(128), Ok(())),
            ("x".repeat(129), Err(NotAKey::TooLong)),
            ("abcdefghij0123456789-_.~!\"{}\\".to_owned(), Ok(())),
            ("abcdefghij 0123456789".to_owned(), Err(NotAKey::NotVisibleAscii)),
            ("abcdefghij\n0123456789".to_owned(), Err(NotAKey::NotVisibleAscii)),
            ("abcdefghij\u{7f}0123456789".to_owned(), Err(NotAKey::NotVisibleAscii)),
            ("schlüssel-0123456789".to_owned(), Err(NotAKey::NotVisibleAscii)),
            (OURS.to_owned(), Ok(())),
            (format!("tg_{random}_000000"), Err(NotAKey::WrongChecksum)),
            // Close to our format, but not in it: somebody else's key.
            (format!("tg_{random}_00000"), Ok(())),
            (format!("tg_{random}-000000"), Ok(())),
            (format!("tG_{random}_000000"), Ok(())),
            (format!("tg_{random}_00000-"), Ok(())),
        ];
        for (value, expected) in cases {
            assert_eq!(parse(&value), expected, "{value}");
        }
    }

    proptest! {
        #[test]
        fn a_generated_key_is_accepted_and_one_wrong_character_is_not(
            random in prop::collection::vec(any::<u8>(), 64),
            position in 0..RANDOM_LENGTH,
            other in 0..62usize,
        ) {
            let value = KeyValue::generate(&random).expect("enough fair bytes");
            prop_assert_eq!(parse(value.reveal()), Ok(()));
            let mut typo = value.reveal().as_bytes().to_vec();
            let place = &mut typo[PREFIX.len() + position];
            prop_assume!(*place != DIGITS[other]);
            *place = DIGITS[other];
            prop_assert_eq!(KeyValue::parse(&typo).err(), Some(NotAKey::WrongChecksum));
        }

        #[test]
        fn every_fair_random_byte_becomes_a_digit_with_the_same_chance(byte in 0..248u8) {
            let value = KeyValue::generate(&[byte; RANDOM_LENGTH]).expect("40 fair bytes");
            prop_assert_eq!(value.reveal().as_bytes()[3], DIGITS[usize::from(byte) % 62]);
        }
    }
}
