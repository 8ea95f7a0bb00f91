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
