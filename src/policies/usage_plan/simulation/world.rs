//! Instances, their calls to the store, and all that can go wrong between them.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{
    super::{Admission, Decision, Form, Limits, Outcome, RateForm, Unit, Write},
    promises::Ledger,
    random::Random,
    schedule::Schedule,
    store::Store,
};

/// How long an instance waits for an answer.
const TIMEOUT_MS: u64 = 200;

#[derive(Debug)]
struct Instance {
    admission: Admission,
    /// Its clock, less the true time.
    skew_ms: i64,
    frozen_until_ms: u64,
    /// Requests that wait for an answer of the store.
    asking: u32,
    /// Which of the lives on this machine: answers to an earlier one are lost.
    life: u32,
    limits: Limits,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrive,
    Handle { instance: usize },
    Execute { call: usize },
    Answer { call: usize },
    Learn { instance: usize },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Ask,
    Renew,
    Return,
}

#[derive(Debug)]
struct Call {
    instance: usize,
    life: u32,
    write: Write,
    purpose: Purpose,
    /// The plan that it was made for.
    limits: Limits,
    /// What the instance will hear.
    outcome: Outcome,
    /// Whether what the store says next is what the instance will hear.
    is_heard: bool,
}

#[derive(Debug)]
pub struct World {
    schedule: Schedule,
    random: Random,
    pub now_ms: u64,
    arrived: u64,
    next_arrival_ms: f64,
    events: BinaryHeap<Reverse<(u64, u64, Event)>>,
    sequence: u64,
    calls: Vec<Call>,
    instances: Vec<Instance>,
    limits: Limits,
    pub store: Store,
    pub ledger: Ledger,
}

impl World {
    pub fn new(schedule: Schedule, mut random: Random) -> Self {
        let limits = schedule.limits;
        let mut ledger = Ledger::default();
        ledger.skew_ms = schedule.faults.skew_ms;
        ledger.plan(&limits);
        let instances = (0..schedule.instances).map(|_| Instance {
            admission: Admission::new(random.next()),
            skew_ms: skew(schedule.faults.skew_ms, &mut random),
            frozen_until_ms: 0,
            asking: 0,
            life: 0,
            limits,
        });
        let instances = instances.collect();
        let now_ms = schedule.start_ms;
        let mut world = Self {
            next_arrival_ms: now_ms as f64,
            schedule,
            random,
            now_ms,
            arrived: 0,
            events: BinaryHeap::new(),
            sequence: 0,
            calls: Vec::new(),
            instances,
            limits,
            store: Store::default(),
            ledger,
        };
        world.at(now_ms, Event::Arrive);
        world
    }

    /// All instances end, one after another.
    pub fn terminate(&mut self) {
        for index in 0..self.instances.len() {
            let instance = &mut self.instances[index];
            if let Some(write) = instance.admission.terminate(clock(self.now_ms, instance.skew_ms)) {
                self.send(index, write, Purpose::Return);
                self.run();
            }
        }
    }

    /// Until nothing is on its way.
    pub fn run(&mut self) {
        while let Some(Reverse((at_ms, _, event))) = self.events.pop() {
            self.now_ms = at_ms;
            match event {
                Event::Arrive => self.arrive(),
                Event::Handle { instance } => self.handle(instance),
                Event::Execute { call } => self.execute(call),
                Event::Answer { call } => self.answer(call),
                Event::Learn { instance } => self.instances[instance].limits = self.limits,
            }
        }
    }

    fn at(&mut self, at_ms: u64, event: Event) {
        self.sequence += 1;
        self.events.push(Reverse((at_ms, self.sequence, event)));
    }

    fn arrive(&mut self) {
        self.arrived += 1;
        if let Some((at_request, limits)) = self.schedule.edit
            && at_request == self.arrived
        {
            self.edit(limits);
        }
        let among = if self.random.per_mille(800) { self.schedule.favoured } else { self.instances.len() };
        let mut instance = self.random.index(among);
        if self.schedule.one_at_a_time {
            let is_busy = |index: usize| self.instances[index].asking > 0;
            instance =
                (0..among).map(|step| (instance + step) % among).find(|i| !is_busy(*i)).unwrap_or(instance);
        }
        self.handle(instance);
        if self.arrived < self.schedule.requests {
            self.next_arrival_ms += self.random.exponential(self.schedule.every_ms);
            self.at(self.next_arrival_ms as u64, Event::Arrive);
        }
    }

    /// Instances hear of it one by one.
    fn edit(&mut self, limits: Limits) {
        self.limits = limits;
        self.ledger.plan(&limits);
        let spread_ms = self.random.pick(&[0, 50, 5000]);
        for instance in 0..self.instances.len() {
            let at_ms = self.now_ms + self.random.between(0, spread_ms);
            self.at(at_ms, Event::Learn { instance });
        }
    }

    fn handle(&mut self, index: usize) {
        let frozen_until_ms = self.instances[index].frozen_until_ms;
        if self.now_ms < frozen_until_ms {
            return self.at(frozen_until_ms, Event::Handle { instance: index });
        }
        self.suffer(index);
        let frozen_until_ms = self.instances[index].frozen_until_ms;
        if self.now_ms < frozen_until_ms {
            return self.at(frozen_until_ms, Event::Handle { instance: index });
        }
        let instance = &mut self.instances[index];
        let decision = instance.admission.decide(&instance.limits, clock(self.now_ms, instance.skew_ms));
        self.follow(index, decision);
    }

    fn follow(&mut self, index: usize, decision: Decision) {
        match decision {
            Decision::Admit(unit) => self.admit(index, unit),
            Decision::AdmitAndRenew(unit, write) => {
                self.admit(index, unit);
                self.send(index, write, Purpose::Renew);
            }
            Decision::Ask(write) => self.send(index, write, Purpose::Ask),
            Decision::Refuse(_) => self.ledger.refused += 1,
        }
    }

    fn admit(&mut self, index: usize, unit: Unit) {
        self.ledger.admit(self.now_ms, &unit);
        if self.random.per_mille(self.schedule.faults.put_back) {
            self.ledger.put_back(&unit);
            let instance = &mut self.instances[index];
            instance.admission.put_back(&instance.limits, unit);
        }
    }

    /// A crash, the end, or a freeze.
    fn suffer(&mut self, index: usize) {
        let faults = self.schedule.faults.clone();
        if self.random.per_mille(faults.crash) {
            self.begin_again(index);
        }
        if self.random.per_mille(faults.terminate) {
            let instance = &mut self.instances[index];
            let write = instance.admission.terminate(clock(self.now_ms, instance.skew_ms));
            self.begin_again(index);
            if let Some(write) = write {
                self.send(index, write, Purpose::Return);
            }
        }
        if self.random.per_mille(faults.freeze) {
            let long_ms = self.random.between(1, faults.longest_freeze_ms);
            self.instances[index].frozen_until_ms = self.now_ms + long_ms;
        }
    }

    fn begin_again(&mut self, index: usize) {
        let skew_ms = skew(self.schedule.faults.skew_ms, &mut self.random);
        let seed = self.random.next();
        let instance = &mut self.instances[index];
        instance.admission = Admission::new(seed);
        instance.asking = 0;
        instance.skew_ms = skew_ms;
        instance.life += 1;
    }

    fn send(&mut self, index: usize, write: Write, purpose: Purpose) {
        let faults = self.schedule.faults.clone();
        if matches!(write.form, Form::Create { tat_ns: Some(_), .. } | Form::Take { rate: Some(_), .. }) {
            self.ledger.longest_lease_ms = self.ledger.longest_lease_ms.max(write.lease_ms);
        }
        let (least_ms, most_ms) = self.schedule.latency_ms;
        let slow_ms = if self.random.per_mille(faults.slow) { 2000 } else { 0 };
        let there_ms = self.now_ms + self.random.between(least_ms, most_ms + slow_ms);
        let back_ms = there_ms + self.random.between(least_ms, most_ms + slow_ms);
        let timeout_ms = self.now_ms + TIMEOUT_MS;
        let call = self.calls.len();
        let is_lost = self.random.per_mille(faults.lost_answer) || back_ms > timeout_ms;
        let Instance { life, limits, .. } = self.instances[index];
        self.instances[index].asking += u32::from(purpose == Purpose::Ask);
        let mut made = Call {
            instance: index,
            life,
            write,
            purpose,
            limits,
            outcome: Outcome::Unknown,
            is_heard: !is_lost,
        };
        if self.random.per_mille(faults.not_sent) {
            made.outcome = Outcome::NotSent;
        } else if !self.random.per_mille(faults.lost_call) {
            self.at(there_ms, Event::Execute { call });
            if self.random.per_mille(faults.duplicate) {
                let again_ms = there_ms + self.random.between(0, 100);
                self.at(again_ms, Event::Execute { call });
            }
        } else {
            made.is_heard = false;
        }
        let answer_ms = if made.is_heard { back_ms } else { timeout_ms };
        self.calls.push(made);
        self.at(answer_ms, Event::Answer { call });
    }

    /// Perhaps a second time: the instance hears what came last, except of a return, which nobody repeats
    /// without being asked.
    fn execute(&mut self, index: usize) {
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
        if result.is_ok() && matches!(call.write.form, Form::Take { rate: Some(RateForm::Reset { .. }), .. })
        {
            self.ledger.reset(self.now_ms, tat_ns, &call.limits);
        }
        if call.is_heard && (call.outcome == Outcome::Unknown || call.write.may_be_repeated()) {
            call.outcome = match result {
                Ok(counter) => Outcome::Done(counter),
                Err(old) => Outcome::Refused(old),
            };
        }
    }

    fn answer(&mut self, index: usize) {
        let call = &self.calls[index];
        let (outcome, purpose, at) = (call.outcome, call.purpose, call.instance);
        let frozen_until_ms = self.instances[at].frozen_until_ms;
        if self.now_ms < frozen_until_ms {
            return self.at(frozen_until_ms, Event::Answer { call: index });
        }
        let instance = &mut self.instances[at];
        let now_ms = clock(self.now_ms, instance.skew_ms);
        match purpose {
            Purpose::Return => {
                if let Some(write) = Admission::returned(&call.write, outcome, now_ms) {
                    self.send(at, write, Purpose::Return);
                }
            }
            // Its instance has died meanwhile.
            _ if call.life != instance.life => {}
            Purpose::Renew => {
                instance.admission.renewed(&instance.limits, &call.write, outcome, now_ms);
            }
            Purpose::Ask => {
                instance.asking -= 1;
                let decision = instance.admission.answered(&instance.limits, &call.write, outcome, now_ms);
                self.follow(at, decision);
            }
        }
    }
}

fn clock(now_ms: u64, skew_ms: i64) -> u64 {
    now_ms.saturating_add_signed(skew_ms)
}

fn skew(most_ms: u64, random: &mut Random) -> i64 {
    let most = i64::try_from(most_ms).expect("a second");
    i64::try_from(random.between(0, 2 * most_ms)).expect("two seconds") - most
}
