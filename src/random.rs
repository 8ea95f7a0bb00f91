//! Random bytes.

use ring::rand::{SecureRandom, SystemRandom};

/// Bytes that the kernel gives anew for each call: no other process has them, nor one that was restored from the same
/// snapshot (SnapStart).
pub fn random_bytes<const COUNT: usize>() -> [u8; COUNT] {
    let mut bytes = [0; COUNT];
    SystemRandom::new().fill(&mut bytes).expect("the kernel has random bytes");
    bytes
}
