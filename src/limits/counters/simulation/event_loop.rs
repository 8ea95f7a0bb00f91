//! Instances, their calls to the store, and all that can go wrong between them.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{
    super::{Decision, LeasedCounter, Unit},
    counter_model::CounterModel,
    promises::Ledger,
    random::Random,
    schedule::Schedule,
    simulated_instance::{CallPurpose, SimulatedInstance, SimulationEvent, StoreCall},
};
use crate::limits::rule::Limits;

#[derive(Debug)]
pub struct Simulation {
    pub schedule: Schedule,
    pub random: Random,
    pub now_ms: u64,
    arrived: u64,
    next_arrival_ms: f64,
    events: BinaryHeap<Reverse<(u64, u64, SimulationEvent)>>,
    sequence: u64,
    pub calls: Vec<StoreCall>,
    pub instances: Vec<SimulatedInstance>,
    limits: Limits,
    pub store: CounterModel,
    pub ledger: Ledger,
}

impl Simulation {
    pub fn new(schedule: Schedule, mut random: Random) -> Self {
        let limits = schedule.limits;
        let mut ledger = Ledger::default();
        ledger.skew_ms = schedule.faults.skew_ms;
        ledger.plan(&limits);
        let instances = (0..schedule.instances).map(|_| SimulatedInstance {
            counter: LeasedCounter::new(random.next()),
            skew_ms: skew(schedule.faults.skew_ms, &mut random),
            frozen_until_ms: 0,
            asking: 0,
            life: 0,
            limits,
        });
        let instances = instances.collect();
        let now_ms = schedule.start_ms;
        let mut simulation = Self {
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
            store: CounterModel::default(),
            ledger,
        };
        simulation.at(now_ms, SimulationEvent::Arrive);
        simulation
    }

    /// All instances end, one after another.
    pub fn terminate(&mut self) {
        for index in 0..self.instances.len() {
            let instance = &mut self.instances[index];
            if let Some(write) = instance.counter.terminate(clock(self.now_ms, instance.skew_ms)) {
                self.send(index, write, CallPurpose::Return);
                self.run();
            }
        }
    }

    /// Until nothing is on its way.
    pub fn run(&mut self) {
        while let Some(Reverse((at_ms, _, event))) = self.events.pop() {
            self.now_ms = at_ms;
            match event {
                SimulationEvent::Arrive => self.arrive(),
                SimulationEvent::Handle { instance } => self.handle(instance),
                SimulationEvent::Execute { call } => self.execute(call),
                SimulationEvent::Answer { call } => self.answer(call),
                SimulationEvent::HearOfEdit { instance } => self.instances[instance].limits = self.limits,
            }
        }
    }

    pub fn at(&mut self, at_ms: u64, event: SimulationEvent) {
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
            self.at(self.next_arrival_ms as u64, SimulationEvent::Arrive);
        }
    }

    /// Instances hear of it one by one.
    fn edit(&mut self, limits: Limits) {
        self.limits = limits;
        self.ledger.plan(&limits);
        let spread_ms = self.random.pick(&[0, 50, 5000]);
        for instance in 0..self.instances.len() {
            let at_ms = self.now_ms + self.random.between(0, spread_ms);
            self.at(at_ms, SimulationEvent::HearOfEdit { instance });
        }
    }

    fn handle(&mut self, index: usize) {
        let frozen_until_ms = self.instances[index].frozen_until_ms;
        if self.now_ms < frozen_until_ms {
            return self.at(frozen_until_ms, SimulationEvent::Handle { instance: index });
        }
        self.suffer(index);
        let frozen_until_ms = self.instances[index].frozen_until_ms;
        if self.now_ms < frozen_until_ms {
            return self.at(frozen_until_ms, SimulationEvent::Handle { instance: index });
        }
        let instance = &mut self.instances[index];
        let decision = instance.counter.decide(&instance.limits, clock(self.now_ms, instance.skew_ms));
        self.follow(index, decision);
    }

    pub fn follow(&mut self, index: usize, decision: Decision) {
        match decision {
            Decision::Admit(unit) => self.admit(index, unit),
            Decision::AdmitAndRenew(unit, write) => {
                self.admit(index, unit);
                self.send(index, write, CallPurpose::Renew);
            }
            Decision::Ask(write) => self.send(index, write, CallPurpose::Ask),
            Decision::Refuse(_) => self.ledger.refused += 1,
        }
    }

    fn admit(&mut self, index: usize, unit: Unit) {
        self.ledger.admit(self.now_ms, &unit);
        if self.random.per_mille(self.schedule.faults.put_back) {
            self.ledger.put_back(&unit);
            let instance = &mut self.instances[index];
            instance.counter.put_back(&instance.limits, unit);
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
            let write = instance.counter.terminate(clock(self.now_ms, instance.skew_ms));
            self.begin_again(index);
            if let Some(write) = write {
                self.send(index, write, CallPurpose::Return);
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
        instance.counter = LeasedCounter::new(seed);
        instance.asking = 0;
        instance.skew_ms = skew_ms;
        instance.life += 1;
    }
}

pub fn clock(now_ms: u64, skew_ms: i64) -> u64 {
    now_ms.saturating_add_signed(skew_ms)
}

fn skew(most_ms: u64, random: &mut Random) -> i64 {
    let most = i64::try_from(most_ms).expect("a second");
    i64::try_from(random.between(0, 2 * most_ms)).expect("two seconds") - most
}
