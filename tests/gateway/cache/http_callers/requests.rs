//! Random requests on few places, which change with time: so answers meet often, and each place gets a history.

use std::time::Duration;

use super::{
    super::{
        callers::{CALLERS, Caller, ODD_HEADERS, Request},
        random::Random,
    },
    kinds::{KINDS, MAPPED, OF_CALLERS_APART, OF_KEYS},
    origin::Mood,
    range::RANGES,
    routes::{Callers, ROUTES, Route},
};

/// A resource, at one of the gateway's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub host: &'static str,
    /// Without the stage.
    pub path: String,
    pub query: String,
}

impl Place {
    pub fn of(request: &Request) -> Self {
        Self { host: request.host, path: request.path.clone(), query: request.query.join("&") }
    }

    /// As the origin gets it.
    pub fn target(&self) -> String {
        let query = if self.query.is_empty() { String::new() } else { format!("?{}", self.query) };
        format!("{}{query}", self.path)
    }
}

/// How many there are at a time.
const PLACES: usize = 16;
const HOSTS: [&str; 3] = ["a.example", "b.example", "A.example"];
const QUERIES: [&str; 4] = ["", "q=1", "q=2", "q=1&q=2"];
const CHANGES: [&str; 4] = ["POST", "PUT", "DELETE", "PATCH"];
const LANGUAGES: [&str; 6] = ["de", "en", "", "de, en", "DE", "de,en"];
const ACCEPTS: [&str; 4] =
    ["text/html;p=\"A\"", "text/html;p=\"a\"", "text/html;p=\"1, 2\"", "text/html;p=\"1,2\""];
const CREDENTIALS: [&str; 3] = ["Bearer @", "Basic @", "Bearer of-all"];
const VALUES: [&str; 6] = ["@", "1", "@", "", "a, b", "max-age=0"];
const WISHES: [(&str, &str); 17] = [
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

/// What is asked for, and by whom.
pub struct Requests {
    places: Vec<Place>,
    /// How many places there have been: each kind gets its turn.
    turns: usize,
    /// Entity tags and dates that somebody was told, whoever it was.
    known: Vec<(&'static str, String)>,
}

impl Requests {
    pub fn new(random: &mut Random) -> Self {
        let places = (0..PLACES).map(|turn| any_place(random, turn)).collect();
        Self { places, turns: PLACES, known: Vec::new() }
    }

    pub fn next(&mut self, random: &mut Random) -> Request {
        if random.one_in(60) {
            let others = Place { query: random.pick(&QUERIES).to_owned(), ..self.place(random).clone() };
            self.turns += 1;
            let new = if random.one_in(4) { others } else { any_place(random, self.turns) };
            self.places[random.small(PLACES)] = new;
        }
        let caller = CALLERS[random.below(2)];
        let place = self.place(random);
        let route = Route::of(&place.path);
        let method = match random.below(60) {
            0 | 1 => CHANGES[random.below(CHANGES.len())],
            2 => "OPTIONS",
            3..6 => "HEAD",
            _ => "GET",
        };
        Request {
            caller,
            host: place.host,
            method,
            path: place.path.clone(),
            query: Some(place.query.clone()).filter(|query| !query.is_empty()).into_iter().collect(),
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

    pub fn place(&self, random: &mut Random) -> &Place {
        &self.places[random.small(PLACES)]
    }

    /// What an answer was marked with: others may ask with it.
    pub fn learn(&mut self, answer: &str) {
        for (line, condition) in [("etag: ", "if-none-match"), ("last-modified: ", "if-modified-since")] {
            if let Some(value) = answer.lines().find_map(|text| text.strip_prefix(line)) {
                if self.known.len() == 2 * PLACES {
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
            let (name, value) = WISHES[random.below(WISHES.len())];
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

fn any_place(random: &mut Random, turn: usize) -> Place {
    let route = &ROUTES[random.small(ROUTES.len())];
    let kind = match route.callers {
        Callers::Mapped => MAPPED.name,
        Callers::Apart if random.one_in(3) => OF_CALLERS_APART.name,
        Callers::Apart | Callers::Anyone if random.one_in(20) => OF_KEYS.name,
        // Neighbours in the table are alike.
        _ => KINDS[turn * 7 % KINDS.len()].name,
    };
    let id = random.below(ODD_HEADERS.len());
    Place {
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

/// How the origin is just now.
pub fn mood(random: &mut Random) -> Mood {
    match random.below(40) {
        0 | 1 => Mood::Fails,
        2 => Mood::FailsForAWhile,
        3 => Mood::HangsUp,
        4..9 => Mood::Refuses,
        _ => Mood::Fine,
    }
}

/// What an answer to a change names: its header, the text, and the place that is meant, if it is one of ours.
pub fn names(random: &mut Random, own: &Request, place: &Place) -> (&'static str, String, Option<Place>) {
    let header = if random.one_in(2) { "location" } else { "content-location" };
    let target = place.target();
    let here = Place { host: own.host, ..place.clone() };
    match random.below(4) {
        0 => (header, format!("/v1{target}"), Some(here)),
        1 => (header, format!("https://{}/v1{target}#there", own.host.to_uppercase()), Some(here)),
        2 => (header, format!("//{}/v1{target}", own.host), Some(here)),
        _ => (header, format!("https://elsewhere.example/v1{target}"), None),
    }
}
