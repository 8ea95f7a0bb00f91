//! Who calls: one file per kind of authorizer, and what each knows of a caller.

mod api_key;
mod api_key_item;
mod key_value;

pub use self::{
    api_key::{ApiKeyUse, ApiKeys, BadKey, Caller, KeySource, KeyStore, Known, Read, Unauthenticated},
    api_key_item::ApiKey,
    key_value::{KeyHash, KeyValue, NotAKey},
};
