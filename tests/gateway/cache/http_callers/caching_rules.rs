//! The rules of RFC 9111 for answers and requests, written without the gateway's help.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use super::{
    super::callers::Request,
    http_mode_routes::{Callers, HttpModeRoute},
};

pub type Lines = [(String, String)];

/// The first of each name, in lower case.
pub struct Directives(HashMap<String, String>);

impl Directives {
    /// The directives of an answer: those for caches like this one before those for all (RFC 9213 §2.2).
    pub fn of_answer(headers: &Lines) -> Self {
        let targeted = line(headers, "cdn-cache-control");
        Self::read(targeted.or_else(|| line(headers, "cache-control")).unwrap_or_default())
    }

    pub fn of_request(request: &Request) -> Self {
        Self::read(header(request, "cache-control").unwrap_or_default())
    }

    /// A `;` in the place of a comma hides nothing.
    fn read(text: &str) -> Self {
        let mut directives = HashMap::new();
        for element in text.split([',', ';']) {
            let (name, value) = element.split_once('=').unwrap_or((element, ""));
            directives.entry(name.trim().to_lowercase()).or_insert_with(|| value.trim().to_owned());
        }
        Self(directives)
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    pub fn seconds(&self, name: &str) -> Option<Duration> {
        self.0.get(name).map(|value| Duration::from_secs(value.parse().unwrap_or(0)))
    }
}

pub fn line<'a>(headers: &'a Lines, name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

pub fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

/// §3, and what this cache is stricter in: tells why an answer to `asked` may not be given to others.
pub fn may_be_kept(asked: &Request, status: u16, headers: &Lines) -> Result<(), &'static str> {
    let said = Directives::of_answer(headers);
    let is_for_all = said.has_any(&["public", "s-maxage", "must-revalidate"]);
    let has_credentials = header(asked, "authorization").is_some()
        || header(asked, "proxy-authorization").is_some()
        || (asked.sends_api_key && !HttpModeRoute::of(&asked.path).asks_for_a_key());
    let has_lifetime = said.has_any(&["max-age", "s-maxage", "public"]) || line(headers, "expires").is_some();
    let refusals = [
        (asked.method != "GET", "it was said to another method"),
        (said.has("no-store"), "it says no-store"),
        (said.has("private"), "it says private"),
        (Directives::of_request(asked).has("no-store"), "it was asked for with no-store"),
        (has_credentials && !is_for_all, "it was said to credentials"),
        (line(headers, "set-cookie").is_some() && !said.has("public"), "it sets a cookie"),
        (line(headers, "vary") == Some("*"), "it varies on anything"),
        (status == 206 || status == 304, "it is a part"),
        (!has_lifetime && !matches!(status, 200 | 404), "nobody guesses for such a status"),
    ];
    refusals.iter().find(|(is_so, _)| *is_so).map_or(Ok(()), |(_, why)| Err(why))
}

/// §4.1: true if `other` asks for the same as `asked`, by all that the answer's `Vary` names.
pub fn are_alike(asked: &Request, other: &Request, headers: &Lines) -> bool {
    let names = line(headers, "vary").unwrap_or_default().split(',').map(|name| name.trim().to_lowercase());
    let place =
        |request: &Request| (request.host.to_lowercase(), request.path.clone(), request.query.clone());
    let is_apart = HttpModeRoute::of(&asked.path).callers == Callers::Apart;
    place(asked) == place(other)
        && (!is_apart || asked.caller.canary == other.caller.canary)
        && names
            .filter(|name| !name.is_empty())
            .all(|name| presented(asked, &name) == presented(other, &name))
}

/// The values that the origin gets under a header's name; of lists without a case, their elements.
fn presented(request: &Request, name: &str) -> Vec<String> {
    match name {
        "cookie" => request.cookies.clone(),
        // The client's own never gets so far.
        "host" | "x-tollgate-origin" | "x-tollgate-viewer-ip" | "x-forwarded-host" | "x-forwarded-proto" => {
            vec![]
        }
        "x-mapped" => presented(request, "accept-language"),
        "accept-language" | "accept-encoding" => {
            let elements = header(request, name).into_iter().flat_map(|text| text.split(','));
            elements.map(|element| element.trim().to_lowercase()).collect()
        }
        "x-forwarded-for" => {
            vec![header(request, name).unwrap_or_default().to_owned(), source_ip(request).to_owned()]
        }
        _ => header(request, name).map(str::to_owned).into_iter().collect(),
    }
}

/// The address of a caller.
pub fn source_ip(request: &Request) -> &'static str {
    if request.caller.canary.starts_with("ada") { "192.0.2.17" } else { "198.51.100.42" }
}

/// The age of an answer that came at `at` (§4.2.3).
pub fn age(headers: &Lines, at: SystemTime, now: SystemTime) -> Duration {
    let said = line(headers, "age").map_or(0, |age| age.parse().unwrap());
    let date = line(headers, "date").map(|date| httpdate::parse_http_date(date).unwrap());
    let apparent = date.map_or(0, |date| at.duration_since(date).unwrap_or_default().as_secs());
    Duration::from_secs(apparent.max(said)) + now.duration_since(at).unwrap()
}

/// The freshness lifetime (§4.2.1 and §4.2.2), counted from age 0.
pub fn lifetime(status: u16, headers: &Lines, at: SystemTime) -> Duration {
    let said = Directives::of_answer(headers);
    if let Some(lifetime) = said.seconds("s-maxage").or_else(|| said.seconds("max-age")) {
        return lifetime;
    }
    let time = |name| line(headers, name).map(|date| httpdate::parse_http_date(date).ok());
    let date = time("date").flatten().unwrap_or(at);
    match time("expires") {
        Some(None) => Duration::ZERO,
        Some(Some(expires)) => expires.duration_since(date).unwrap_or_default(),
        None if status == 200 => {
            let modified = time("last-modified").flatten().unwrap_or(date);
            date.duration_since(modified).unwrap() / 10
        }
        None => Duration::ZERO,
    }
}

/// The longest staleness of an answer that is given: while it is fetched anew, and where the origin fails (RFC 5861).
pub fn stale_times(request: &Request, headers: &Lines) -> (Duration, Duration) {
    let said = Directives::of_answer(headers);
    let route = HttpModeRoute::of(&request.path).stale;
    let of = |name, default| match said.seconds(name) {
        _ if said.has_any(&["no-cache", "must-revalidate", "proxy-revalidate"]) => Duration::ZERO,
        Some(own) => own,
        None if said.has("s-maxage") => Duration::ZERO,
        None => Duration::from_secs(default),
    };
    (of("stale-while-revalidate", route.0), of("stale-if-error", route.1))
}
