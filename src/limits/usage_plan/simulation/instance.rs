//! An instance of the gateway, and its calls to the store.

use super::super::{Admission, Limits, Outcome, Write};

#[derive(Debug)]
pub struct Instance {
    pub admission: Admission,
    /// Its clock, less the true time.
    pub skew_ms: i64,
    pub frozen_until_ms: u64,
    /// Requests that wait for an answer of the store.
    pub asking: u32,
    /// Which of the lives on this machine: answers to an earlier one are lost.
    pub life: u32,
    pub limits: Limits,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    Arrive,
    Handle { instance: usize },
    Execute { call: usize },
    Answer { call: usize },
    Learn { instance: usize },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Ask,
    Renew,
    Return,
}

#[derive(Debug)]
pub struct Call {
    pub instance: usize,
    pub life: u32,
    pub write: Write,
    pub purpose: Purpose,
    /// The plan that it was made for.
    pub limits: Limits,
    /// What the instance will hear.
    pub outcome: Outcome,
    /// Whether what the store says next is what the instance will hear.
    pub is_heard: bool,
}
