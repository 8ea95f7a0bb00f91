//! Random requests: few values, so that keys meet often, and everything that has poisoned a cache before.

use super::{
    super::{
        callers::{CALLERS, Caller, ODD_HEADERS, Request},
        random::Random,
    },
    keyed_routes::{self, ROUTES},
};

const HOSTS: [&str; 3] = ["a.example", "A.example", "b.example"];
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "GETS", "DELETE"];
const REST_OF_PATHS: [&str; 20] = [
    "7",
    "8",
    "7/",
    "account/x.css",
    "7%2F",
    "7%2f8",
    "7/8",
    "7//8",
    "/7",
    "7;a=1",
    "7.css",
    "%37",
    "caf%C3%A9",
    "café",
    "caf%c3%a9",
    "7%3Fq=1",
    "7%23",
    "7%20",
    "",
    "7%252F",
];
/// `@` is the caller's canary.
const PAIRS: [&str; 30] = [
    "q=1",
    "q=2",
    "utm=@",
    "q",
    "q=",
    "%71=1",
    "q=%31",
    "q=1%26q=2",
    "q=1;q=2",
    "utm=x;q=2",
    "q=a+b",
    "q=a%20b",
    "q=a%2Bb",
    "q=%e9",
    "q=%e8",
    "q=%C3%A9",
    "q=é",
    "Q=1",
    "q[]=1",
    "q%5B%5D=1",
    "r=1",
    "r=@",
    "q=@",
    "_method=POST",
    "callback=@",
    "=1",
    "&",
    "q==1",
    "q=%zz",
    "%0Aq=2",
];
const BODIES: [&str; 5] = ["", "a", "b", "q=2", "@"];
const VALUES: [&str; 6] = ["de", "en", "@", "", "a, b", "max-age=0"];
/// Values that make sense for one header only.
const SENSE: [(&str, &str); 17] = [
    ("if-none-match", "\"a\""),
    ("accept", "image/png"),
    ("accept", "text/html, image/png;q=0.9"),
    ("accept", "image/*;q=0.1"),
    ("if-none-match", "*"),
    ("if-none-match", "\"b\", W/\"a\""),
    ("if-modified-since", "Tue, 15 Nov 1994 12:45:26 GMT"),
    ("range", "bytes=0-1"),
    ("cache-control", "no-cache, no-store"),
    ("connection", "accept-language"),
    ("connection", "x-forwarded-host, cookie"),
    ("content-type", "application/x-www-form-urlencoded"),
    ("accept-encoding", "gzip"),
    ("x-http-method-override", "POST"),
    ("expect", "100-continue"),
    ("transfer-encoding", "chunked"),
    ("cache-control", "max-age=0"),
];

pub fn any_request(random: &mut Random) -> Request {
    let caller = CALLERS[random.below(2)];
    let text = |text: &str| text.replace('@', caller.canary);
    let route = &ROUTES[random.small(ROUTES.len())];
    let own_method = if route.key.starts_with("POST ") { "POST" } else { "GET" };
    let is_plain = !random.one_in(4);
    let method = if random.one_in(12) { random.pick(&METHODS) } else { own_method };
    let rest = if is_plain { "7" } else { random.pick(&REST_OF_PATHS) };
    // A target may take it for a path of `$default`, which asks for a key.
    let leads_past = route.caller == keyed_routes::CallerScope::Anyone && rest.to_uppercase().contains("%2F");
    let path = format!("{}{}", route.prefix(), if leads_past { "7" } else { rest });
    // The target gets all of the query, so what is not in the key is in answers that callers share.
    let taken = keyed_routes::of(method, &path);
    let is_own = taken.caller == keyed_routes::CallerScope::Apart || taken.is_formed_by_query();
    let pair = |pair: &str| if is_own { text(pair) } else { pair.replace('@', "anyone") };
    let has_body = own_method == "POST" || random.one_in(8);
    Request {
        caller,
        host: if is_plain { HOSTS[0] } else { random.pick(&HOSTS) },
        query: (0..random.small(4)).map(|_| pair(random.pick(&PAIRS))).collect(),
        sends_api_key: keyed_routes::of(method, &path).caller != keyed_routes::CallerScope::Anyone
            || random.one_in(4),
        headers: headers(random, caller),
        cookies: (0..random.below(2)).map(|_| format!("s={}", random.pick(&["1", caller.secret]))).collect(),
        body: if has_body { text(random.pick(&BODIES)) } else { String::new() },
        method,
        path,
    }
}

/// Each name once, as a function URL joins them.
fn headers(random: &mut Random, caller: Caller) -> Vec<(&'static str, String)> {
    let mut headers: Vec<(&str, String)> = Vec::new();
    for _ in 0..random.below(6) {
        let (name, value) = match random.below(4) {
            0 => ("accept-language", random.pick(&VALUES[..4])),
            1 => random.pick(&SENSE),
            _ => (ODD_HEADERS[random.below(ODD_HEADERS.len())], random.pick(&VALUES)),
        };
        if !headers.iter().any(|(other, _)| *other == name) {
            headers.push((name, caller.says(name, value)));
        }
    }
    headers
}
