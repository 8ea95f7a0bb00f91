//! placeholder
pub mod clock;
pub mod context;
pub mod error;
pub mod http_client;
pub mod item;
pub mod message;
pub mod path;
pub mod policies;
pub mod router;
