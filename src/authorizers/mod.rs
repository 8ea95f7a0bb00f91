//! Authorizers: they find the caller of a request. One file for each kind.

mod api_key;
mod api_key_item;
mod issuer_keys;
pub mod jwt;
mod key_value;
mod read_through;

pub use self::{
    api_key::{ApiKeyUse, ApiKeys, BadKey, Caller, KeySource, Unauthenticated},
    api_key_item::ApiKey,
    issuer_keys::{IssuerKeys, JwksSource, KeysUnavailable},
    key_value::{KeyHash, KeyValue, NotAKey},
    read_through::{ItemRead, ItemStore, SharedItem, StoredItem},
};
