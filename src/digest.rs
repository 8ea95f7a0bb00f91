//! SHA-256, and bytes as hexadecimal digits.

use std::fmt;

use ring::digest::{Context, SHA256};

/// The bytes of a digest.
pub const LENGTH: usize = 32;

/// A digest of what is still to come.
#[derive(Clone)]
pub struct Sha256(Context);

impl Default for Sha256 {
    /// Of nothing so far.
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sha256")
    }
}

impl Sha256 {
    /// The digest of `bytes`.
    pub fn of(bytes: impl AsRef<[u8]>) -> [u8; LENGTH] {
        Self::default().with(bytes).finish()
    }

    pub fn add(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.update(bytes.as_ref());
    }

    /// Adds the length before the bytes: no two lists of texts have one digest.
    pub fn add_framed(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.add((bytes.len() as u64).to_le_bytes());
        self.add(bytes);
    }

    #[must_use]
    pub fn with(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.add(bytes);
        self
    }

    pub fn finish(self) -> [u8; LENGTH] {
        self.0.finish().as_ref().try_into().expect("it has 32 bytes")
    }
}

/// Writes bytes as lower-case hexadecimal digits, two for each.
pub fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for bytes in bytes.chunks(LENGTH) {
        let mut digits = [[0; 2]; LENGTH];
        for (digits, byte) in digits.iter_mut().zip(bytes) {
            *digits = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
        }
        let digits = &digits.as_flattened()[..2 * bytes.len()];
        text.push_str(std::str::from_utf8(digits).expect("digits are ASCII"));
    }
}

/// Bytes as lower-case hexadecimal digits, two for each.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    push_hex(&mut text, bytes);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4, examples of SHA-256.
    #[test]
    fn a_digest_is_that_of_all_that_was_added() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex(&Sha256::of("abc")), expected);
        assert_eq!(hex(&Sha256::default().with("a").with(b"").with("bc").finish()), expected);
        let of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hex(&Sha256::default().finish()), of_nothing);
    }

    #[test]
    fn every_byte_is_two_digits() {
        assert_eq!(hex(&[0, 9, 10, 0xab, 0xff]), "00090aabff");
        assert_eq!(hex(&[]), "");
        assert_eq!(hex(&[0x5a; 100]), "5a".repeat(100));
    }
}
