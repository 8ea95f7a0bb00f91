//! Where an answer is kept, and what is known of it.

use super::{
    CacheKey, Lock,
    levels::Known,
    rfc9111::{Reuse, Variants},
    status::Forward,
};

/// Where the answer to a request is kept, and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct CacheSlot {
    /// Of the answer itself.
    pub key: CacheKey,
    /// What tells the answers of the URI apart, where there may be several.
    pub variants: Option<Variants>,
    pub known: Known,
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
        Self { key, variants: None, known: Known::default() }
    }

    /// Why the target must be asked.
    pub fn why(&self, judged: Option<Reuse>) -> Forward {
        match judged {
            Some(Reuse::MustRevalidate) => Forward::Request,
            Some(_) => Forward::Stale,
            None if self.variants.as_ref().is_some_and(|variants| !variants.names().is_empty()) => {
                Forward::VaryMiss
            }
            None => Forward::UriMiss,
        }
    }
}
