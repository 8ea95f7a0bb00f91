//! The scenarios that are measured, and the names of the functions and tables that they use.

use std::num::NonZeroUsize;

use crate::integration::Integration;

/// The number of routes of the gateway whose warm proxied request, start and so on are meant.
pub const TYPICAL: usize = 1_000;
/// The numbers of routes that the gateways have.
pub const SIZES: [usize; 3] = [10, TYPICAL, 10_000];
/// The bare function behind a function URL of its own.
pub const HELLO: &str = "hello";
/// The same program, called by the gateway and directly.
pub const TARGET: &str = "target";
/// A table whose one item has the key `1`.
pub const ITEMS_TABLE: &str = "items";

/// Gateways with a cached route, with memory and without, each also with a DynamoDB that counts.
pub const CACHED_FUNCTIONS: [&str; 4] =
    ["cached", "cached-in-table", "counted-cached", "counted-cached-in-table"];

/// The gateway with [`TYPICAL`] routes that works on many requests at a time.
pub const MANY_FUNCTION: &str = "many";
/// So many.
pub const AT_A_TIME: NonZeroUsize = NonZeroUsize::new(8).expect("eight is not zero");

/// The gateway whose routes ask who calls.
pub const CALLERS_FUNCTION: &str = "callers";

/// The gateway whose routes take a body elsewhere.
pub const MAPPED_FUNCTION: &str = "mapped";

/// The gateway whose API compresses.
pub const COMPRESSED_FUNCTION: &str = "compressed";

/// The same answer as that of [`CachedScenario`], not cached.
pub const NOT_CACHED: Scenario = Scenario::Gateway(Integration::Mock, SIZES[0]);

/// The name of the gateway with so many routes.
pub fn gateway(routes: usize) -> String {
    format!("gateway-{routes}")
}

/// The name of the same gateway with a DynamoDB that counts, for measurements that are not of time.
pub fn counted(routes: usize) -> String {
    format!("counted-{routes}")
}

/// One kind of request, with the path that it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// The target through Lambda's Invoke API.
    Invoke,
    /// The bare function through its URL.
    Hello,
    /// DynamoDB itself.
    GetItem,
    /// A gateway with so many routes.
    Gateway(Integration, usize),
    /// The gateway with [`TYPICAL`] routes on an `AWS_PROXY` route that requires a key, which has a plan.
    Keyed,
    /// The gateway that works on many requests at a time, which gets them one by one: what that costs each.
    Many(Integration),
    /// The gateway on a cached route.
    Cached(CachedScenario),
    /// The gateway on a route that asks who calls, or checks what comes.
    Caller(CallerScenario),
    /// The gateway on a route that takes a body of 2 KB elsewhere.
    Mapped(MappedScenario),
    /// The gateway on an API that compresses, with a body of 10 KB.
    Compressed(CompressedScenario),
}

impl Scenario {
    pub fn name(self) -> String {
        match self {
            Self::Invoke => "direct invoke of the target".to_owned(),
            Self::Hello => "bare hello behind a function URL".to_owned(),
            Self::GetItem => "direct GetItem".to_owned(),
            Self::Gateway(integration, routes) => format!("{}, {routes} routes", integration.name()),
            Self::Keyed => format!("AWS_PROXY with key and plan, {TYPICAL} routes"),
            Self::Many(integration) => {
                format!("{}, {TYPICAL} routes, {AT_A_TIME} requests at a time", integration.name())
            }
            Self::Cached(cached) => cached.name().to_owned(),
            Self::Caller(caller) => caller.name().to_owned(),
            Self::Mapped(mapped) => mapped.name().to_owned(),
            Self::Compressed(compressed) => compressed.name().to_owned(),
        }
    }

    /// The function whose process's CPU time is counted.
    pub fn function(self) -> Option<String> {
        match self {
            Self::Invoke => Some(TARGET.to_owned()),
            Self::Hello => Some(HELLO.to_owned()),
            Self::GetItem => None,
            Self::Gateway(_, routes) => Some(gateway(routes)),
            Self::Keyed => Some(gateway(TYPICAL)),
            Self::Many(_) => Some(MANY_FUNCTION.to_owned()),
            Self::Cached(cached) => Some(cached.function().to_owned()),
            Self::Caller(_) => Some(CALLERS_FUNCTION.to_owned()),
            Self::Mapped(_) => Some(MAPPED_FUNCTION.to_owned()),
            Self::Compressed(_) => Some(COMPRESSED_FUNCTION.to_owned()),
        }
    }
}

/// A request on a cached route: its response is in memory, in the table, or nowhere yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CachedScenario {
    MemoryHit,
    TableHit,
    Miss,
}

impl CachedScenario {
    pub const ALL: [Self; 3] = [Self::MemoryHit, Self::TableHit, Self::Miss];

    pub fn name(self) -> &'static str {
        match self {
            Self::MemoryHit => "MOCK, memory hit",
            Self::TableHit => "MOCK, table hit",
            Self::Miss => "MOCK, miss that is kept",
        }
    }

    pub fn function(self) -> &'static str {
        match self {
            Self::MemoryHit | Self::Miss => CACHED_FUNCTIONS[0],
            Self::TableHit => CACHED_FUNCTIONS[1],
        }
    }

    /// The same function with a DynamoDB that counts.
    pub fn counted_function(self) -> &'static str {
        match self {
            Self::MemoryHit | Self::Miss => CACHED_FUNCTIONS[2],
            Self::TableHit => CACHED_FUNCTIONS[3],
        }
    }

    /// The beginning of the response's `Cache-Status`.
    pub fn cache_status(self) -> &'static str {
        match self {
            Self::MemoryHit | Self::TableHit => "tollgate; hit",
            Self::Miss => "tollgate; fwd=uri-miss; stored",
        }
    }
}

/// A `MOCK` whose route asks who calls, or checks what comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerScenario {
    /// Neither: what the others are compared with.
    Anybody,
    /// A token that has been verified before.
    HotToken,
    /// A token that has not: its signature (ES256) is checked.
    ColdToken,
    /// A Lambda authorizer whose answer is kept.
    KeptAnswer,
    /// A Lambda authorizer that is called for each request.
    AskedFunction,
    /// A body of 2 KB, and a model of 30 properties.
    Model,
}

impl CallerScenario {
    pub const ALL: [Self; 6] =
        [Self::Anybody, Self::HotToken, Self::ColdToken, Self::KeptAnswer, Self::AskedFunction, Self::Model];

    pub fn name(self) -> &'static str {
        match self {
            Self::Anybody => "MOCK for anybody",
            Self::HotToken => "MOCK, token that is known",
            Self::ColdToken => "MOCK, new token, ES256",
            Self::KeptAnswer => "MOCK, Lambda authorizer's answer that is kept",
            Self::AskedFunction => "MOCK, Lambda authorizer that is called",
            Self::Model => "MOCK, body of 2 KB, model of 30 properties",
        }
    }
}

/// A body of 2 KB, and where a route takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MappedScenario {
    /// To a function, within its event: what the others are compared with.
    AsItIs,
    /// To the same function, through a mapping template.
    Template,
    /// To a queue, as a message.
    Queue,
}

impl MappedScenario {
    pub const ALL: [Self; 3] = [Self::AsItIs, Self::Template, Self::Queue];

    pub fn name(self) -> &'static str {
        match self {
            Self::AsItIs => "AWS_PROXY, body of 2 KB",
            Self::Template => "AWS of a function, body of 2 KB, template of 30 lines",
            Self::Queue => "SQS, SendMessage, body of 2 KB",
        }
    }
}

/// A `MOCK` on an API that compresses, and who takes its answer, or sends it a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompressedScenario {
    /// To a client that takes no coding: what the others are compared with.
    PlainAnswer,
    GzipAnswer,
    ZstdAnswer,
    /// A hit in memory, for a client that takes no coding.
    KeptPlain,
    /// The same for one that takes it as it is kept.
    KeptGzip,
    PlainRequest,
    GzipRequest,
}

impl CompressedScenario {
    pub const ALL: [Self; 7] = [
        Self::PlainAnswer,
        Self::GzipAnswer,
        Self::ZstdAnswer,
        Self::KeptPlain,
        Self::KeptGzip,
        Self::PlainRequest,
        Self::GzipRequest,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::PlainAnswer => "MOCK, answer of 10 KB",
            Self::GzipAnswer => "the same in gzip",
            Self::ZstdAnswer => "the same in zstd",
            Self::KeptPlain => "memory hit of it, unpacked",
            Self::KeptGzip => "memory hit of it, in gzip as it is kept",
            Self::PlainRequest => "MOCK, request with 10 KB",
            Self::GzipRequest => "the same in gzip, unpacked",
        }
    }

    /// The coding of the response.
    pub fn coding(self) -> Option<&'static str> {
        match self {
            Self::GzipAnswer | Self::KeptGzip => Some("gzip"),
            Self::ZstdAnswer => Some("zstd"),
            Self::PlainAnswer | Self::KeptPlain | Self::PlainRequest | Self::GzipRequest => None,
        }
    }
}

/// A gateway that gets a request only after a pause, when its last look at the stages is old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdleScenario {
    /// `MAX_STALE_SECONDS=1`: it looks before it answers.
    LooksFirst,
    /// `MAX_STALE_SECONDS=0`: it answers at once, and looks meanwhile.
    LooksMeanwhile,
}

impl IdleScenario {
    pub const ALL: [Self; 2] = [Self::LooksFirst, Self::LooksMeanwhile];

    pub fn name(self) -> &'static str {
        match self {
            Self::LooksFirst => "looks at the stages before it answers",
            Self::LooksMeanwhile => "looks meanwhile (`MAX_STALE_SECONDS=0`)",
        }
    }

    pub fn function(self) -> &'static str {
        match self {
            Self::LooksFirst => "idle-looks-first",
            Self::LooksMeanwhile => "idle-looks-meanwhile",
        }
    }

    pub fn max_stale_seconds(self) -> u32 {
        match self {
            Self::LooksFirst => 1,
            Self::LooksMeanwhile => 0,
        }
    }
}
