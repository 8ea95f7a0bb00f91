//! Header fields of answers that a cache goes by.

use http::{
    HeaderMap, HeaderName,
    header::{ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED},
};

/// The name under which a target's `Date` passes through the gateway.
pub const REMAPPED_DATE: HeaderName = HeaderName::from_static("x-amzn-remapped-date");

/// What an entry can be asked after with, and what of the request asks so.
pub const VALIDATORS: [(HeaderName, HeaderName); 2] =
    [(ETAG, IF_NONE_MATCH), (LAST_MODIFIED, IF_MODIFIED_SINCE)];

pub fn has_validator(headers: &HeaderMap) -> bool {
    VALIDATORS.iter().any(|(validator, _)| headers.contains_key(validator))
}
