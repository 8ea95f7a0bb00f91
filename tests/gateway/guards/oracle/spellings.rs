//! Other ways to write a path, which clients, proxies and servers have been seen to take for it.

use crate::cache::random::Random;

/// Slashes and their escapes, behind a path or in the place of one of its slashes.
const SLASHES: [&str; 8] = ["/", "//", "%2F", "%2f", "/%2F", "%2F/", "///", "%2f%2F"];
const ENDS: [&str; 14] =
    ["?", "?a=/", ";x", ";x=1/", ".", "..", "/.", "/..", "%20", "%00", "%252F", "/x/..", ".json", "%23"];
const BETWEEN: [&str; 8] = ["/./", "/../", "/x/../", "/%2e/", "/..;/", "/;x/", "\\", "%5c"];
const METHODS: [&str; 7] = ["HEAD", "OPTIONS", "GET", "POST", "PUT", "get", "DELETE"];

/// A request for a path, and for what some target may take for it.
pub fn any_spelling(random: &mut Random, method: &str, path: &str) -> String {
    let mut path = path.to_owned();
    for _ in 0..=random.small(4) {
        path = spelt_otherwise(random, &path);
    }
    let method = if random.one_in(5) { random.pick(&METHODS) } else { method };
    let stage = if random.one_in(8) { random.pick(&["//v1", "/%761", "/v1/", "/V1"]) } else { "/v1" };
    format!("{method} {stage}{path}")
}

fn spelt_otherwise(random: &mut Random, path: &str) -> String {
    match random.below(9) {
        0 | 1 => format!("{path}{}", random.pick(&SLASHES)),
        2 | 3 => at_a_slash(random, path, &SLASHES),
        4 | 5 => with_an_escape(random, path),
        6 => format!("{path}{}", random.pick(&ENDS)),
        7 => at_a_slash(random, path, &BETWEEN),
        _ => with_another_case(random, path),
    }
}

fn at_a_slash(random: &mut Random, path: &str, instead: &[&str]) -> String {
    let slashes: Vec<_> = path.match_indices('/').map(|(at, _)| at).collect();
    if slashes.is_empty() {
        return path.to_owned();
    }
    let at = slashes[random.below(slashes.len())];
    format!("{}{}{}", &path[..at], random.pick(instead), &path[at + 1..])
}

fn with_an_escape(random: &mut Random, path: &str) -> String {
    let Some((before, byte, after)) = any_byte(random, path) else { return path.to_owned() };
    let escape = if random.one_in(2) { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
    format!("{before}{escape}{after}")
}

fn with_another_case(random: &mut Random, path: &str) -> String {
    let Some((before, byte, after)) = any_byte(random, path) else { return path.to_owned() };
    let other = if byte.is_ascii_lowercase() { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() };
    format!("{before}{}{after}", char::from(other))
}

fn any_byte<'a>(random: &mut Random, path: &'a str) -> Option<(&'a str, u8, &'a str)> {
    if path.is_empty() {
        return None;
    }
    let at = random.below(path.len());
    Some((&path[..at], path.as_bytes()[at], &path[at + 1..]))
}
