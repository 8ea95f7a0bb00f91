//! All measurements, and the figures that the results take from them.

use std::ops::Add;

use crate::{
    cache_units::CacheUnits,
    cold_starts::ColdStarts,
    counting_proxy::Units,
    gateway_units::GatewayUnits,
    idle_requests::IdleCost,
    integration::Integration,
    key_costs::{KeyCost, KeyKind},
    process::MemoryUse,
    rounds::{CaseRounds, Round},
    scenario::{CachedScenario, Scenario},
    statistics::Spread,
};

pub type Figure = fn(Round) -> f64;

pub struct Measurements {
    pub starts: Vec<ColdStarts>,
    pub rounds: Vec<CaseRounds>,
    pub memory: Vec<FunctionMemory>,
    pub units: Vec<GatewayUnits>,
    pub cache: Vec<CacheUnits>,
    pub idle: Vec<IdleCost>,
    pub keys: Vec<KeyCost>,
    pub binary_bytes: u64,
}

pub struct FunctionMemory {
    pub function: String,
    pub started: MemoryUse,
    /// After all requests.
    pub served: Option<MemoryUse>,
}

/// Every lookup finds something: the lists of cases, functions and sizes are fixed.
impl Measurements {
    pub fn rounds_of(&self, scenario: Scenario) -> &CaseRounds {
        self.rounds.iter().find(|case| case.scenario == scenario).expect("a measured case")
    }

    pub fn of(&self, scenario: Scenario, figure: Figure) -> Spread {
        Spread::of(self.rounds_of(scenario).rounds.iter().map(|round| figure(*round)))
    }

    /// Compares one case with another, round by round.
    pub fn compare(
        &self,
        scenario: Scenario,
        base: Scenario,
        figure: impl Fn(Round, Round) -> f64,
    ) -> Spread {
        let pairs = self.rounds_of(scenario).rounds.iter().zip(&self.rounds_of(base).rounds);
        Spread::of(pairs.map(|(own, other)| figure(*own, *other)))
    }

    pub fn starts_of(&self, function: &str) -> &ColdStarts {
        self.starts.iter().find(|starts| starts.function == function).expect("a measured function")
    }

    pub fn served_memory(&self, function: &str) -> MemoryUse {
        let memory = self.memory.iter().find(|memory| memory.function == function);
        memory.and_then(|memory| memory.served).expect("a measured function")
    }

    /// Returns the cost of requests with a key and a plan for one instance.
    pub fn key_cost(&self, kind: KeyKind) -> &KeyCost {
        let of_one = |cost: &&KeyCost| cost.kind == kind && cost.instances == 1;
        self.keys.iter().find(of_one).expect("a measured kind")
    }

    /// Returns the DynamoDB calls of this scenario.
    pub fn cache_of(&self, scenario: CachedScenario) -> &CacheUnits {
        self.cache.iter().find(|units| units.scenario == scenario).expect("a measured scenario")
    }

    /// Returns DynamoDB's units per request.
    pub fn units_of(&self, integration: Integration, routes: usize) -> UnitsPerRequest {
        let gateway = self.units.iter().find(|units| units.routes == routes).expect("a measured size");
        let own = gateway.by_integration.iter().filter(|(other, _)| *other == integration);
        let units: Vec<&Units> = own.flat_map(|(_, tally)| tally.values()).collect();
        let requests = gateway.requests as f64;
        let sum = |figure: fn(&Units) -> f64| units.iter().map(|units| figure(units)).fold(0.0, Add::add);
        UnitsPerRequest {
            read: sum(|units| units.read) / requests,
            write: sum(|units| units.write) / requests,
        }
    }
}

pub struct UnitsPerRequest {
    pub read: f64,
    pub write: f64,
}
