//! Where an answer is kept, and what is known of it.

use std::sync::Arc;

use super::{CacheKey, Entry, Lock, Variants, mode_rules::Reuse, status::Forward};

/// Where the answer to a request is kept, and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct CacheSlot {
    /// Of the answer itself.
    pub key: CacheKey,
    /// What tells the answers of the URI apart, where there may be several.
    pub variants: Option<Arc<Variants>>,
    /// Fresh or not.
    pub entry: Option<Arc<Entry>>,
    pub lock: Option<Lock>,
    /// The table gave no answer.
    pub is_degraded: bool,
}

/// The right to fill an entry while others are answered from the stale one.
#[derive(Debug)]
pub struct Refill {
    pub(super) place: CacheSlot,
    pub(super) lock: Lock,
}

impl CacheSlot {
    /// Where nothing is known, and nobody has asked.
    pub fn unknown(key: CacheKey) -> Self {
        Self { key, variants: None, entry: None, lock: None, is_degraded: false }
    }

    /// Why the target must be asked.
    pub fn why(&self, reuse: Option<Reuse>) -> Forward {
        match reuse {
            Some(Reuse::MustRevalidate) => Forward::Request,
            Some(_) => Forward::Stale,
            None if self.variants.as_ref().is_some_and(|variants| !variants.names().is_empty()) => {
                Forward::VaryMiss
            }
            None => Forward::UriMiss,
        }
    }
}
