//! All that was measured.

use crate::{
    cached::{CacheUnits, Cached},
    cases::Way,
    figures::Spread,
    integration::Integration,
    limits::{Cost, Kind},
    process::MemoryUse,
    rounds::{CaseRounds, Round},
    starts::Starts,
    units::GatewayUnits,
};

pub type Figure = fn(Round) -> f64;

pub struct Measured {
    pub starts: Vec<Starts>,
    pub rounds: Vec<CaseRounds>,
    pub memory: Vec<Memory>,
    pub units: Vec<GatewayUnits>,
    pub cache: Vec<CacheUnits>,
    pub limits: Vec<Cost>,
    pub binary_bytes: u64,
}

pub struct Memory {
    pub function: String,
    pub started: MemoryUse,
    /// After all requests.
    pub served: Option<MemoryUse>,
}

/// What is looked up here has been measured: the lists of cases, functions and sizes are fixed.
impl Measured {
    pub fn rounds_of(&self, way: Way) -> &CaseRounds {
        self.rounds.iter().find(|case| case.way == way).expect("a measured case")
    }

    pub fn of(&self, way: Way, figure: Figure) -> Spread {
        Spread::of(self.rounds_of(way).rounds.iter().map(|round| figure(*round)))
    }

    /// What one case is beside another, round by round.
    pub fn compare(&self, way: Way, with: Way, figure: impl Fn(Round, Round) -> f64) -> Spread {
        let pairs = self.rounds_of(way).rounds.iter().zip(&self.rounds_of(with).rounds);
        Spread::of(pairs.map(|(own, other)| figure(*own, *other)))
    }

    pub fn starts_of(&self, function: &str) -> &Starts {
        self.starts.iter().find(|starts| starts.function == function).expect("a measured function")
    }

    pub fn served_memory(&self, function: &str) -> MemoryUse {
        let memory = self.memory.iter().find(|memory| memory.function == function);
        memory.and_then(|memory| memory.served).expect("a measured function")
    }

    /// What requests with a key and a plan cost one instance.
    pub fn limits_of(&self, kind: Kind) -> &Cost {
        let of_one = |cost: &&Cost| cost.kind == kind && cost.instances == 1;
        self.limits.iter().find(of_one).expect("a measured kind")
    }

    /// What requests of this kind cost at DynamoDB.
    pub fn cache_of(&self, kind: Cached) -> &CacheUnits {
        self.cache.iter().find(|units| units.kind == kind).expect("a measured kind")
    }

    /// DynamoDB's read and write units a request.
    pub fn units_of(&self, integration: Integration, routes: usize) -> (f64, f64) {
        let gateway = self.units.iter().find(|units| units.routes == routes).expect("a measured size");
        let own = gateway.by_integration.iter().filter(|(other, _)| *other == integration);
        let units = own.flat_map(|(_, tally)| tally.values());
        let (read, write) =
            units.fold((0.0, 0.0), |(read, write), units| (read + units.read, write + units.write));
        (read / gateway.requests as f64, write / gateway.requests as f64)
    }
}
