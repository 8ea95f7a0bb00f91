//! The only file that asks what time it is; and a time as the number that is stored and compared.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

/// A source of wall-clock time, which tests hold in their hands.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's.
    System,
    /// A test's: milliseconds since 1970.
    Manual(Arc<AtomicU64>),
}

impl Clock {
    pub fn now(&self) -> SystemTime {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place")]
            Self::System => SystemTime::now(),
            Self::Manual(ms) => SystemTime::UNIX_EPOCH + Duration::from_millis(ms.load(Ordering::Relaxed)),
        }
    }
}

/// A time in milliseconds since 1970; before that, 0.
pub fn milliseconds(time: SystemTime) -> u64 {
    ms(time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
}

/// A duration in whole milliseconds.
pub fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Longer than any pause; that one seems longer shows that the clock was set back.
const TOO_LONG_MS: u64 = 20_000;

/// True while a pause of a few seconds lasts that ends at `until_ms`.
pub fn pause_lasts(until_ms: u64, now_ms: u64) -> bool {
    (1..TOO_LONG_MS).contains(&until_ms.saturating_sub(now_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_over_once_the_clock_was_set_back() {
        let lasts = [0, 40_000, 40_001, 59_999, 60_000, 60_001].map(|now_ms| pause_lasts(60_000, now_ms));
        assert_eq!(lasts, [false, false, true, true, false, false]);
    }
}
