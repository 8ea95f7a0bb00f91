//! The instances of one function and the events that none of them has yet: who gets which.
//!
//! Invariants: an invocation is in the queue, or with exactly one instance, or answered. A retired instance gets none.

use std::{cmp::Reverse, collections::VecDeque, sync::Arc};

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
    /// Polls for an event that have none yet.
    waiting: usize,
    /// Events that it works on.
    busy: usize,
    /// Events that it has answered since it last asked for one.
    returning: usize,
    /// It has asked for an event.
    has_started: bool,
    /// See [`InstanceState::Idle`].
    since: u64,
    is_frozen: bool,
    /// What it was started with is outdated: it ends after the event that it works on.
    is_retired: bool,
}

impl Slot {
    fn state(&self) -> InstanceState {
        match (self.has_started, self.busy, self.returning) {
            (false, _, _) => InstanceState::Starting,
            (true, 0, 0) => InstanceState::Idle { since: self.since },
            (true, 0, _) => InstanceState::Returning,
            (true, _, _) => InstanceState::Busy,
        }
    }

    fn is_idle(&self) -> bool {
        matches!(self.state(), InstanceState::Idle { .. })
    }
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
        self.slots.push(Slot {
            instance,
            waiting: 0,
            busy: 0,
            returning: 0,
            has_started: false,
            since: 0,
            is_frozen: false,
            is_retired: false,
        });
    }

    /// Removes an instance; invocations that it never began go back to the queue.
    pub fn remove(&mut self, number: u64) -> Service {
        let Some(position) = self.slots.iter().position(|slot| slot.instance.number == number) else {
            return Service::Active;
        };
        // Only this pool delivers: nothing comes after this look.
        let slot = self.slots.remove(position);
        self.queue.extend(std::iter::from_fn(|| slot.instance.undelivered()));
        if slot.is_retired { Service::Retired } else { Service::Active }
    }

    /// Retires all instances; those that wait for an event are to be ended.
    pub fn retire_all(&mut self) -> Vec<Arc<FunctionInstance>> {
        let mut idle = Vec::new();
        for slot in self.slots.iter_mut().filter(|slot| !slot.is_retired) {
            slot.is_retired = true;
            if slot.is_idle() {
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

    /// The number of events that instances which are just starting will take.
    pub fn starting(&self) -> usize {
        let starting = self.active().filter(|slot| !slot.has_started);
        starting.map(|slot| slot.instance.settings.events_at_a_time.get()).sum()
    }

    /// The number of events that instances which have just answered will ask for.
    pub fn returning(&self) -> usize {
        self.active().map(|slot| slot.returning).sum()
    }

    /// An instance asks for an event. With one at a time it works on nothing any more, answered or not.
    pub fn set_waiting(&mut self, number: u64) -> Readiness {
        let Some(slot) = self.slots.iter_mut().find(|slot| slot.instance.number == number) else {
            return Readiness::Waits;
        };
        slot.has_started = true;
        slot.since = self.taken;
        if slot.instance.takes_one_at_a_time() {
            (slot.waiting, slot.busy, slot.returning) = (1, 0, 0);
        } else {
            slot.waiting += 1;
            slot.returning = slot.returning.saturating_sub(1);
        }
        if slot.is_retired && slot.is_idle() {
            return Readiness::Retired(Arc::clone(&slot.instance));
        }
        Readiness::Waits
    }

    /// An instance has answered an event.
    pub fn set_returning(&mut self, number: u64) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.instance.number == number) {
            slot.busy = slot.busy.saturating_sub(1);
            slot.returning += 1;
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
            state: slot.state(),
            frozen: slot.is_frozen,
        };
        self.slots.iter().map(status).collect()
    }

    pub fn instances(&self) -> impl Iterator<Item = &Arc<FunctionInstance>> {
        self.slots.iter().map(|slot| &slot.instance)
    }

    /// Gives the queue to instances that wait for events. The one with the fewest goes first, and of those the one that
    /// was idle last, as a warm one does on Lambda.
    pub fn hand_out(&mut self) {
        while !self.queue.is_empty() {
            let waiting =
                self.slots.iter_mut().filter(|slot| !slot.is_frozen && !slot.is_retired && slot.waiting > 0);
            let Some(slot) = waiting.max_by_key(|slot| (Reverse(slot.busy), slot.since)) else { return };
            slot.waiting -= 1;
            slot.busy += 1;
            let instance = Arc::clone(&slot.instance);
            if let Some(invocation) = self.take() {
                instance.deliver(invocation);
            }
        }
    }
}
