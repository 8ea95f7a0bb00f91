//! An instance of the gateway, and its calls to the store.

use super::super::{CounterWrite, LeasedCounter, WriteOutcome};
use crate::limits::rule::Limits;

#[derive(Debug)]
pub struct SimulatedInstance {
    pub counter: LeasedCounter,
    /// Its clock, less the true time.
    pub skew_ms: i64,
    pub frozen_until_ms: u64,
    /// Requests that wait for a response of the store.
    pub asking: u32,
    /// The number of its life on this machine: answers to an earlier one are lost.
    pub life: u32,
    pub limits: Limits,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SimulationEvent {
    Arrive,
    Handle { instance: usize },
    Execute { call: usize },
    Answer { call: usize },
    HearOfEdit { instance: usize },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallPurpose {
    Ask,
    Renew,
    Return,
}

#[derive(Debug)]
pub struct StoreCall {
    pub instance: usize,
    pub life: u32,
    pub write: CounterWrite,
    pub purpose: CallPurpose,
    /// The plan that it was made for.
    pub limits: Limits,
    /// The outcome that the instance will hear of.
    pub outcome: WriteOutcome,
    /// True if the instance will hear the store's next response.
    pub is_heard: bool,
}
