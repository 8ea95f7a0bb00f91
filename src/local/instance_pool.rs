//! The instances of one function and the events that none of them has yet: who gets which.
//!
//! Invariants: an invocation is in the queue, or with exactly one instance, or answered. A retired instance gets none.

use std::{collections::VecDeque, sync::Arc};

use super::{instance::FunctionInstance, invocation::QueuedInvocation, invoke_result::FunctionError};

/// More than this many waiting invocations are refused.
const QUEUE_LIMIT: usize = 10_000;

/// The present activity of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceState {
    Starting,
    /// It waits for an event since this many were taken from the queue.
    Idle {
        since: u64,
    },
    Busy,
    /// It has answered and not yet asked for the next event.
    Returning,
}

/// An instance as the host's controls show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceStatus {
    pub pid: u32,
    pub state: InstanceState,
    pub frozen: bool,
}

struct Slot {
    instance: Arc<FunctionInstance>,
    state: InstanceState,
    is_frozen: bool,
    /// What it was started with is outdated: it ends after the event that it works on.
    is_retired: bool,
}

#[derive(Default)]
pub(super) struct InstancePool {
    queue: VecDeque<QueuedInvocation>,
    slots: Vec<Slot>,
    /// The number of invocations that have left the queue.
    taken: u64,
}

/// What becomes of an instance that waits for an event.
pub(super) enum Readiness {
    Waits,
    /// It is retired, and to be ended.
    Retired(Arc<FunctionInstance>),
}

/// Says if an instance that has ended was retired before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Active,
    Retired,
}

/// The queue is full.
pub(super) struct QueueFull;

/// The end of the queue at some time: what comes later stands behind it.
#[derive(Clone, Copy)]
pub(super) struct QueueEnd(u64);

impl InstancePool {
    pub fn push(&mut self, invocation: QueuedInvocation) -> Result<(), QueueFull> {
        if self.queue.len() >= QUEUE_LIMIT {
            return Err(QueueFull);
        }
        self.queue.push_back(invocation);
        Ok(())
    }

    fn take(&mut self) -> Option<QueuedInvocation> {
        let invocation = self.queue.pop_front()?;
        self.taken += 1;
        Some(invocation)
    }

    /// Fails the first invocation that waits.
    pub fn fail_first(&mut self, error: impl FnOnce(&str) -> FunctionError) {
        if let Some(invocation) = self.take() {
            invocation.fail(error);
        }
    }

    /// The number of invocations that no instance has yet.
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    pub fn end_of_queue(&self) -> QueueEnd {
        QueueEnd(self.taken + self.queue.len() as u64)
    }

    /// The number of invocations from before `end` that no instance has yet.
    pub fn queued_before(&self, QueueEnd(end): QueueEnd) -> usize {
        usize::try_from(end.saturating_sub(self.taken)).unwrap_or(usize::MAX)
    }

    pub fn add(&mut self, instance: Arc<FunctionInstance>) {
        let state = InstanceState::Starting;
        self.slots.push(Slot { instance, state, is_frozen: false, is_retired: false });
    }

    /// Removes an instance; an invocation that it never began goes back to the queue.
    pub fn remove(&mut self, number: u64) -> Service {
        let Some(position) = self.slots.iter().position(|slot| slot.instance.number == number) else {
            return Service::Active;
        };
        // Only this pool delivers: nothing comes after this look.
        let slot = self.slots.remove(position);
        self.queue.extend(slot.instance.undelivered());
        if slot.is_retired { Service::Retired } else { Service::Active }
    }

    /// Retires all instances; those that wait for an event are to be ended.
    pub fn retire_all(&mut self) -> Vec<Arc<FunctionInstance>> {
        let mut idle = Vec::new();
        for slot in self.slots.iter_mut().filter(|slot| !slot.is_retired) {
            slot.is_retired = true;
            if matches!(slot.state, InstanceState::Idle { .. }) {
                idle.push(Arc::clone(&slot.instance));
            }
        }
        idle
    }

    fn active(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| !slot.is_retired)
    }

    /// The number of instances, without those that are retired.
    pub fn size(&self) -> usize {
        self.active().count()
    }

    pub fn count(&self, state: InstanceState) -> usize {
        self.active().filter(|slot| slot.state == state).count()
    }

    pub fn set_idle(&mut self, number: u64) -> Readiness {
        let state = InstanceState::Idle { since: self.taken };
        self.set_state(number, state);
        let retired = self.slots.iter().find(|slot| slot.instance.number == number && slot.is_retired);
        retired.map_or(Readiness::Waits, |slot| Readiness::Retired(Arc::clone(&slot.instance)))
    }

    pub fn set_returning(&mut self, number: u64) {
        self.set_state(number, InstanceState::Returning);
    }

    fn set_state(&mut self, number: u64, state: InstanceState) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.instance.number == number) {
            slot.state = state;
        }
    }

    pub fn freeze(&mut self, pid: u32) {
        if let Some(slot) = self.slot_of(pid) {
            slot.is_frozen = true;
        }
    }

    pub fn thaw(&mut self, pid: u32) {
        if let Some(slot) = self.slot_of(pid) {
            slot.is_frozen = false;
        }
    }

    fn slot_of(&mut self, pid: u32) -> Option<&mut Slot> {
        self.slots.iter_mut().find(|slot| slot.instance.pid == pid)
    }

    pub fn status(&self) -> Vec<InstanceStatus> {
        let status = |slot: &Slot| InstanceStatus {
            pid: slot.instance.pid,
            state: slot.state,
            frozen: slot.is_frozen,
        };
        self.slots.iter().map(status).collect()
    }

    pub fn instances(&self) -> impl Iterator<Item = &Arc<FunctionInstance>> {
        self.slots.iter().map(|slot| &slot.instance)
    }

    /// Gives the queue to idle instances. The one that was idle last goes first, as a warm one does on Lambda.
    pub fn hand_out(&mut self) {
        while !self.queue.is_empty() {
            let idle =
                self.slots.iter_mut().filter(|slot| !slot.is_frozen && !slot.is_retired).filter_map(|slot| {
                    match slot.state {
                        InstanceState::Idle { since } => Some((since, slot)),
                        InstanceState::Starting | InstanceState::Busy | InstanceState::Returning => None,
                    }
                });
            let Some((_, slot)) = idle.max_by_key(|(since, _)| *since) else { return };
            slot.state = InstanceState::Busy;
            let instance = Arc::clone(&slot.instance);
            if let Some(invocation) = self.take() {
                instance.deliver(invocation);
            }
        }
    }
}
