//! When to do something again, a few seconds from now at most.

/// Longer than any pause; that one seems longer shows that the clock was set back.
const TOO_LONG_MS: u64 = 20_000;

/// Whether a pause lasts that ends at `until_ms`.
pub(super) fn lasts(until_ms: u64, now_ms: u64) -> bool {
    (1..TOO_LONG_MS).contains(&until_ms.saturating_sub(now_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_pause_is_longer_than_it_was_meant_to_be() {
        let seen = [0, 40_000, 40_001, 59_999, 60_000, 60_001].map(|now_ms| lasts(60_000, now_ms));
        assert_eq!(seen, [false, false, true, true, false, false]);
    }
}
