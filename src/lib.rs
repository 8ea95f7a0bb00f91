//! placeholder
pub mod clock;
pub mod context;
pub mod error;
pub mod http_client;
pub mod item;
#[cfg(feature = "local")]
pub mod local;
pub mod message;
pub mod path;
pub mod policies;
pub mod router;
