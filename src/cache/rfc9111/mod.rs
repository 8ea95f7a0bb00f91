//! `cacheMode: "HTTP"`: a shared cache by RFC 9111. The answers say what is kept, for how long, and for whom.
//!
//! Rules only, all of them pure: what keeps and gives answers is the same as in API Gateway's mode.

mod directives;
mod fields;
mod freshness;
mod invalidation;
mod range;
mod reuse;
mod statuses;
mod storable;
mod validation;
mod variants;

pub(super) use self::{
    freshness::{entry, why_useless},
    range::part_of,
    reuse::{Reuse, Wishes, bypass, may_wait, needs_success, stale_if_error, stale_while_revalidate},
    storable::{is_like_others, may_store, why_for_itself},
    validation::{conditional, is_news, unconditional, updated},
    variants::varies_on,
};
pub use self::{
    invalidation::{Uri, changed_uris},
    variants::Variants,
};
