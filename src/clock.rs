//! The only file that asks what time it is.

use std::time::SystemTime;

/// Where the time comes from.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    #[default]
    System,
}

impl Clock {
    pub fn now(&self) -> SystemTime {
        match self {
            Self::System => SystemTime::now(),
        }
    }
}
