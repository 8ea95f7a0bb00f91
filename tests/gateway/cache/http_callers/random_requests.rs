//! Random requests on few resources, which change with time: so answers meet often, and each resource gets a history.

use std::time::Duration;

use super::{
    super::{
        callers::{CALLERS, Caller, ODD_HEADERS, Request},
        random::Random,
    },
    answer_kinds::{KINDS, MAPPED, OF_CALLERS_APART, OF_KEYS},
    byte_ranges::RANGES,
    http_mode_routes::{Callers, HttpModeRoute, ROUTES},
    recording_origin::OriginMode,
};

/// A resource, at one of the gateway's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    pub host: &'static str,
    /// Without the stage.
    pub path: String,
    pub query: String,
}

impl Resource {
    pub fn of(request: &Request) -> Self {
        Self { host: request.host, path: request.path.clone(), query: request.query.join("&") }
    }

    /// Path and query as the origin gets them.
    pub fn target(&self) -> String {
        let query = if self.query.is_empty() { String::new() } else { format!("?{}", self.query) };
        format!("{}{query}", self.path)
    }
}

/// The number of resources at a time.
const RESOURCES: usize = 16;
const HOSTS: [&str; 3] = ["a.example", "b.example", "A.example"];
const QUERIES: [&str; 4] = ["", "q=1", "q=2", "q=1&q=2"];
const CHANGES: [&str; 4] = ["POST", "PUT", "DELETE", "PATCH"];
const LANGUAGES: [&str; 6] = ["de", "en", "", "de, en", "DE", "de,en"];
const ACCEPTS: [&str; 4] =
    ["text/html;p=\"A\"", "text/html;p=\"a\"", "text/html;p=\"1, 2\"", "text/html;p=\"1,2\""];
const CREDENTIALS: [&str; 3] = ["Bearer @", "Basic @", "Bearer of-all"];
const VALUES: [&str; 6] = ["@", "1", "@", "", "a, b", "max-age=0"];
const REQUEST_DIRECTIVES: [(&str, &str); 17] = [
    ("cache-control", "no-cache"),
    ("cache-control", "max-age=0"),
    ("cache-control", "max-age=2"),
    ("cache-control", "Max-Age=5"),
    ("cache-control", "min-fresh=3"),
    ("cache-control", "max-stale"),
    ("cache-control", "max-stale=4"),
    ("cache-control", "max-stale=30, max-age=8"),
    ("cache-control", "max-age=60"),
    ("cache-control", "only-if-cached"),
    ("cache-control", "only-if-cached, max-stale=10"),
    ("cache-control", "no-store"),
    ("cache-control", "no-transform"),
    ("pragma", "no-cache"),
    ("if-match", "\"1\""),
    ("if-unmodified-since", "Tue, 15 Nov 1994 12:45:26 GMT"),
    ("connection", "accept-language, x-who, cookie"),
];

/// A stream of random requests to a few resources.
pub struct Requests {
    resources: Vec<Resource>,
    /// The number of resources so far: each kind gets its turn.
    turns: usize,
    /// Entity tags and dates that any client was told.
    known: Vec<(&'static str, String)>,
}

impl Requests {
    pub fn new(random: &mut Random) -> Self {
        let resources = (0..RESOURCES).map(|turn| any_resource(random, turn)).collect();
        Self { resources, turns: RESOURCES, known: Vec::new() }
    }

    pub fn next(&mut self, random: &mut Random) -> Request {
        if random.one_in(60) {
            let others =
                Resource { query: random.pick(&QUERIES).to_owned(), ..self.resource(random).clone() };
            self.turns += 1;
            let new = if random.one_in(4) { others } else { any_resource(random, self.turns) };
            self.resources[random.small(RESOURCES)] = new;
        }
        let caller = CALLERS[random.below(2)];
        let resource = self.resource(random);
        let route = HttpModeRoute::of(&resource.path);
        let method = match random.below(60) {
            0 | 1 => CHANGES[random.below(CHANGES.len())],
            2 => "OPTIONS",
            3..6 => "HEAD",
            _ => "GET",
        };
        Request {
            caller,
            host: resource.host,
            method,
            path: resource.path.clone(),
            query: Some(resource.query.clone()).filter(|query| !query.is_empty()).into_iter().collect(),
            sends_api_key: route.asks_for_a_key() || random.one_in(20),
            headers: self.headers(random, caller),
            cookies: if random.one_in(4) {
                vec![format!("s={}", random.pick(&["1", caller.secret]))]
            } else {
                vec![]
            },
            body: if random.one_in(60) { caller.canary.to_owned() } else { String::new() },
        }
    }

    pub fn resource(&self, random: &mut Random) -> &Resource {
        &self.resources[random.small(RESOURCES)]
    }

    /// Remembers the validators of an answer: other requests may carry them.
    pub fn remember_validators(&mut self, answer: &str) {
        for (line, condition) in [("etag: ", "if-none-match"), ("last-modified: ", "if-modified-since")] {
            if let Some(value) = answer.lines().find_map(|text| text.strip_prefix(line)) {
                if self.known.len() == 2 * RESOURCES {
                    self.known.remove(0);
                }
                self.known.push((condition, value.to_owned()));
            }
        }
    }

    fn headers(&self, random: &mut Random, caller: Caller) -> Vec<(&'static str, String)> {
        let mut headers = vec![("x-who", caller.canary.to_owned())];
        let mut add = |name: &'static str, value: &str| {
            if !headers.iter().any(|(known, _)| *known == name) {
                headers.push((name, caller.says(name, value)));
            }
        };
        if random.one_in(2) {
            add("accept-language", random.pick(&LANGUAGES));
        }
        if random.one_in(8) {
            add("accept", random.pick(&ACCEPTS));
        }
        if random.one_in(12) {
            add(
                if random.one_in(4) { "proxy-authorization" } else { "authorization" },
                random.pick(&CREDENTIALS),
            );
        }
        if random.one_in(6) {
            let (name, value) = REQUEST_DIRECTIVES[random.below(REQUEST_DIRECTIVES.len())];
            add(name, value);
        }
        if random.one_in(12) {
            add("range", RANGES[random.below(RANGES.len())]);
            if random.one_in(3) {
                let (_, value) = self.known(random);
                add("if-range", &value);
            }
        }
        if random.one_in(8) {
            let (name, value) = self.known(random);
            let others = random.pick(&["", "", "\"x\", ", "W/"]);
            add(name, &if name == "if-none-match" { format!("{others}{value}") } else { value });
        }
        for _ in 0..random.below(3) {
            let name = ODD_HEADERS[random.below(ODD_HEADERS.len())];
            add(name, random.pick(&VALUES));
        }
        headers
    }

    /// A condition that somebody could make.
    fn known(&self, random: &mut Random) -> (&'static str, String) {
        let any = || ("if-none-match", "*".to_owned());
        if self.known.is_empty() || random.one_in(12) {
            any()
        } else {
            self.known[random.below(self.known.len())].clone()
        }
    }
}

fn any_resource(random: &mut Random, turn: usize) -> Resource {
    let route = &ROUTES[random.small(ROUTES.len())];
    let kind = match route.callers {
        Callers::Mapped => MAPPED.name,
        Callers::Apart if random.one_in(3) => OF_CALLERS_APART.name,
        Callers::Apart | Callers::Anyone if random.one_in(20) => OF_KEYS.name,
        // Neighbours in the table are alike.
        _ => KINDS[turn * 7 % KINDS.len()].name,
    };
    let id = random.below(ODD_HEADERS.len());
    Resource {
        host: random.pick(&HOSTS),
        path: format!("{}{kind}/{id}", route.prefix),
        query: random.pick(&QUERIES).to_owned(),
    }
}

/// For how long nothing happens before the next request.
pub fn pause(random: &mut Random) -> Duration {
    Duration::from_millis(match random.below(800) {
        0 => 30_000,
        1 => 61_000,
        2..8 => 4_999,
        8..16 => 999,
        16..40 => 1_000,
        40..200 => 0,
        _ => 7,
    })
}

/// The origin's condition at this request.
pub fn origin_mode(random: &mut Random) -> OriginMode {
    match random.below(40) {
        0 | 1 => OriginMode::Fails,
        2 => OriginMode::FailsForAWhile,
        3 => OriginMode::HangsUp,
        4..9 => OriginMode::Refuses,
        _ => OriginMode::Fine,
    }
}

/// The header with which an answer to a change names another resource.
pub struct NamedResource {
    pub header: &'static str,
    pub value: String,
    /// `None`: it is none of the gateway's.
    pub resource: Option<Resource>,
}

pub fn named_resource(random: &mut Random, own: &Request, resource: &Resource) -> NamedResource {
    let header = if random.one_in(2) { "location" } else { "content-location" };
    let target = resource.target();
    let here = Some(Resource { host: own.host, ..resource.clone() });
    let (value, resource) = match random.below(4) {
        0 => (format!("/v1{target}"), here),
        1 => (format!("https://{}/v1{target}#there", own.host.to_uppercase()), here),
        2 => (format!("//{}/v1{target}", own.host), here),
        _ => (format!("https://elsewhere.example/v1{target}"), None),
    };
    NamedResource { header, value, resource }
}
