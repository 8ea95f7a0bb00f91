//! One rule that limits requests: the limits themselves, and the counter that they are counted in.

use std::sync::Arc;

use super::{quota::Quota, throttle::Throttle};

/// The limits of one counter: of a key with its plan, of a route or of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub throttle: Option<Throttle>,
    pub quota: Option<Quota>,
    pub accuracy: Accuracy,
    pub on_store_error: OnStoreError,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accuracy {
    /// Many requests a write.
    #[default]
    Lease,
    /// One write a request.
    Exact,
}

/// The fate of a request whose quota cannot be counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnStoreError {
    #[default]
    Refuse,
    Allow,
}

/// Limits with the counter that they are counted in.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The key of the counter's item.
    pub counter: Arc<str>,
    pub limits: Limits,
}

impl Limits {
    /// A throttle and nothing else.
    pub fn throttle(throttle: Throttle) -> Self {
        Self {
            throttle: Some(throttle),
            quota: None,
            accuracy: Accuracy::Lease,
            on_store_error: OnStoreError::Refuse,
        }
    }

    /// True where nothing is limited.
    pub fn is_unlimited(&self) -> bool {
        self.throttle.is_none() && self.quota.is_none()
    }
}

impl Rule {
    /// A throttle that all callers share.
    pub fn throttle(counter: String, throttle: Throttle) -> Self {
        Self { counter: counter.into(), limits: Limits::throttle(throttle) }
    }

    /// True where the throttle lets nothing pass.
    pub fn lets_nothing_through(&self) -> bool {
        self.limits.throttle.is_some_and(|throttle| throttle.lets_nothing_through())
    }
}
