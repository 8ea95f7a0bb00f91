//! Lambda's events: decoded, worked on, answered. Only this module and `main.rs` know Lambda's types.
//!
//! Whatever a client can put into an event is decoded or refused; nothing panics.

mod decode;
mod encode;
mod event_handler;
mod event_loop;
mod extension;
#[cfg(feature = "cli")]
mod plain_request;
mod raw_authorizer;
mod runtime_api;
mod trusted_proxy;

#[cfg(feature = "cli")]
pub use self::plain_request::PlainRequest;
pub use self::{
    decode::{DecodedEvent, Invocation, RefusedEvent, decode},
    encode::{MetadataPrelude, StreamResponse, encode},
    event_handler::{EventHandler, EventOutcome},
    event_loop::EventLoop,
    runtime_api::RuntimeApi,
};
