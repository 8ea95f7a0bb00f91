//! placeholder
pub mod clock;
#[cfg(feature = "local")]
pub mod local;
