//! Calls of instances to the store: on their way, done or not, and answered or not.

use super::{
    super::{CounterWrite, LeasedCounter, RateForm, WriteForm, WriteOutcome},
    event_loop::{Simulation, clock},
    simulated_instance::{CallPurpose, SimulatedInstance, SimulationEvent, StoreCall},
};

/// An instance waits for a response for so long.
const TIMEOUT_MS: u64 = 200;

impl Simulation {
    pub fn send(&mut self, index: usize, write: CounterWrite, purpose: CallPurpose) {
        let faults = self.schedule.faults.clone();
        if matches!(
            write.form,
            WriteForm::Create { tat_ns: Some(_), .. } | WriteForm::Take { rate: Some(_), .. }
        ) {
            self.ledger.longest_lease_ms = self.ledger.longest_lease_ms.max(write.lease_ms);
        }
        let (least_ms, most_ms) = self.schedule.latency_ms;
        let slow_ms = if self.random.per_mille(faults.slow) { 2000 } else { 0 };
        let there_ms = self.now_ms + self.random.between(least_ms, most_ms + slow_ms);
        let back_ms = there_ms + self.random.between(least_ms, most_ms + slow_ms);
        let timeout_ms = self.now_ms + TIMEOUT_MS;
        let call = self.calls.len();
        let is_lost = self.random.per_mille(faults.lost_answer) || back_ms > timeout_ms;
        let SimulatedInstance { life, limits, .. } = self.instances[index];
        self.instances[index].asking += u32::from(purpose == CallPurpose::Ask);
        let mut made = StoreCall {
            instance: index,
            life,
            write,
            purpose,
            limits,
            outcome: WriteOutcome::Unknown,
            is_heard: !is_lost,
        };
        if self.random.per_mille(faults.not_sent) {
            made.outcome = WriteOutcome::NotSent;
        } else if !self.random.per_mille(faults.lost_call) {
            self.at(there_ms, SimulationEvent::Execute { call });
            if self.random.per_mille(faults.duplicate) {
                let again_ms = there_ms + self.random.between(0, 100);
                self.at(again_ms, SimulationEvent::Execute { call });
            }
        } else {
            made.is_heard = false;
        }
        let answer_ms = if made.is_heard { back_ms } else { timeout_ms };
        self.calls.push(made);
        self.at(answer_ms, SimulationEvent::Answer { call });
    }

    /// Perhaps a second time: the instance hears what came last, except of a return, which nobody repeats
    /// without being asked.
    pub fn execute(&mut self, index: usize) {
        let call = &mut self.calls[index];
        let period = call.limits.quota.map(|quota| quota.period);
        let before = self.store.used.clone();
        let tat_ns = self.store.tat_ns();
        let result = self.store.execute(&call.write, period);
        if let (Ok(_), Some(quota)) = (result, call.limits.quota) {
            let rose = |(key, used): (&_, &u64)| *used > before.get(key).copied().unwrap_or(0);
            let over = self.store.used.iter().any(|entry| *entry.1 > quota.limit && rose(entry));
            if over {
                self.ledger.broke(format!("{:?} passed the limit of {}", call.write.form, quota.limit));
            }
        }
        if result.is_ok()
            && matches!(call.write.form, WriteForm::Take { rate: Some(RateForm::Reset { .. }), .. })
        {
            self.ledger.reset(self.now_ms, tat_ns, &call.limits);
        }
        if call.is_heard && (call.outcome == WriteOutcome::Unknown || call.write.may_be_repeated()) {
            call.outcome = match result {
                Ok(counter) => WriteOutcome::Done(counter),
                Err(old) => WriteOutcome::Refused(old),
            };
        }
    }

    pub fn answer(&mut self, index: usize) {
        let call = &self.calls[index];
        let (outcome, purpose, at) = (call.outcome, call.purpose, call.instance);
        let frozen_until_ms = self.instances[at].frozen_until_ms;
        if self.now_ms < frozen_until_ms {
            return self.at(frozen_until_ms, SimulationEvent::Answer { call: index });
        }
        let instance = &mut self.instances[at];
        let now_ms = clock(self.now_ms, instance.skew_ms);
        match purpose {
            CallPurpose::Return => {
                if let Some(write) = LeasedCounter::returned(&call.write, outcome, now_ms) {
                    self.send(at, write, CallPurpose::Return);
                }
            }
            // Its instance has died meanwhile.
            CallPurpose::Ask | CallPurpose::Renew if call.life != instance.life => {}
            CallPurpose::Renew => {
                instance.counter.renewed(&instance.limits, &call.write, outcome, now_ms);
            }
            CallPurpose::Ask => {
                instance.asking -= 1;
                let decision = instance.counter.answered(&instance.limits, &call.write, outcome, now_ms);
                self.follow(at, decision);
            }
        }
    }
}
