//! Tells right answers of a gateway with a cache from wrong ones. Right are those that a gateway without one gives to
//! what the key has of the request.

use std::collections::{HashMap, HashSet};

use super::{
    super::callers::{CALLERS, Request},
    keyed_routes::{self, CallerScope, Integration, KeyedRoute},
};
use tollgate::path::{canonical_path, canonical_query};

use crate::harness::TestGateway;

pub struct UncachedOracle {
    /// Without a cache.
    plain: TestGateway,
    /// Its answers, by event.
    said: HashMap<String, String>,
    /// The answers that requests with one key may get, by that key.
    right: HashMap<String, HashSet<Parts>>,
}

impl UncachedOracle {
    pub fn new(plain: TestGateway) -> Self {
        Self { plain, said: HashMap::new(), right: HashMap::new() }
    }

    /// Tells what is wrong with `answer`.
    pub async fn check(&mut self, request: &Request, answer: &str) -> Result<(), String> {
        let route = keyed_routes::of(request.method, &request.path);
        check_nothing_of_others(request, route, answer)?;
        let is_hit = answer.contains("\ncache-status: tollgate; hit");
        let answer = without_cache_headers(request, route, answer);
        if !route.keeps(request.method) || bypasses_the_cache(route, request) {
            let expected = parts(&self.uncached_answer(request).await);
            return if answer == expected { Ok(()) } else { wrong(&answer, &[expected]) };
        }
        let seen = seen_by_target(route, request);
        // A `HEAD` may be answered as a `GET` is; the target may also get it as such.
        let methods = if request.method == "HEAD" { &["GET", "HEAD"][..] } else { &[request.method] };
        let keys: Vec<_> = methods.iter().map(|method| (key(route, method, &seen), *method)).collect();
        // What was fetched is right from now on, whatever of it this client got (304).
        if is_hit && self.is_right(&keys, request, &answer) {
            return Ok(());
        }
        for (key, method) in &keys {
            let sends_api_key = seen.sends_api_key && route.is_open;
            let plain = Request { method, sends_api_key, ..seen.clone() };
            let said = parts(&self.uncached_answer(&plain).await);
            self.right.entry(key.clone()).or_default().insert(said);
        }
        if self.is_right(&keys, request, &answer) {
            return Ok(());
        }
        let expected: Vec<_> = keys.iter().flat_map(|(key, _)| self.right[key].iter().cloned()).collect();
        wrong(&answer, &expected)
    }

    fn is_right(&self, keys: &[(String, &str)], request: &Request, answer: &Parts) -> bool {
        let mut right = keys.iter().filter_map(|(key, _)| self.right.get(key)).flatten();
        right.any(|right| fits(request, answer, right))
    }

    /// The answer without a cache.
    async fn uncached_answer(&mut self, request: &Request) -> String {
        let event = request.event();
        let text = event.to_string();
        if !self.said.contains_key(&text) {
            let answer = self.plain.send_event(&event).await;
            self.said.insert(text.clone(), without_deployment(&answer));
        }
        self.said[&text].clone()
    }
}

/// Checks that an answer has nothing of the other caller; on an open route for anyone, nothing of his credentials.
fn check_nothing_of_others(request: &Request, route: &KeyedRoute, answer: &str) -> Result<(), String> {
    let may_leak = route.is_open && route.caller == CallerScope::Anyone;
    for other in CALLERS.iter().filter(|other| other.canary != request.caller.canary) {
        if answer.contains(other.secret) || (!may_leak && answer.contains(other.canary)) {
            return Err(format!("it has something of {other:?}: {answer}"));
        }
    }
    Ok(())
}

/// True if the target gets credentials that the key does not have: such answers come from no cache.
fn bypasses_the_cache(route: &KeyedRoute, request: &Request) -> bool {
    let mut names = request.headers.iter().map(|(name, _)| *name);
    let has_credential = names.any(|name| matches!(name, "authorization" | "proxy-authorization"));
    let has_key = request.sends_api_key && route.caller != CallerScope::Apart;
    route.is_open && (has_credential || has_key || !request.cookies.is_empty())
}

/// The part of a request that may reach the target of a route that keeps its answer, or that the gateway itself reads.
fn seen_by_target(route: &KeyedRoute, request: &Request) -> Request {
    let mut seen = request.clone();
    seen.headers.retain(|(name, _)| {
        let is_of_body = matches!(*name, "content-type" | "content-encoding");
        let is_kept = route.is_open || is_keyed(route, name) || (is_of_body && !request.body.is_empty());
        // The cache itself answers who has the answer already.
        let is_condition = matches!(*name, "if-none-match" | "if-modified-since")
            && matches!(request.method, "GET" | "HEAD")
            && !route.headers.contains(name);
        is_kept && *name != "connection" && !is_condition
    });
    if !route.is_open && !route.headers.contains(&"cookie") {
        seen.cookies.clear();
    }
    seen
}

/// The key: requests that have it in common may get the same answer.
fn key(route: &KeyedRoute, method: &str, seen: &Request) -> String {
    let caller = Some(seen.caller.canary).filter(|_| route.caller == CallerScope::Apart);
    let values = |name: &str| {
        let pairs = seen.query.iter().filter(|pair| name_of(pair) == name);
        let values = pairs.map(|pair| pair.split_once('=').map_or("", |(_, value)| value));
        values.map(canonical_query).collect::<Vec<_>>()
    };
    let query: Vec<_> = route.query.iter().map(|name| values(name)).collect();
    let is_of_body =
        |name: &str| matches!(name, "content-type" | "content-encoding") && !seen.body.is_empty();
    let counts = |name: &str| is_keyed(route, name) || is_of_body(name);
    let mut headers: Vec<_> = seen.headers.iter().filter(|(name, _)| counts(name)).collect();
    headers.sort();
    let whole_query = route.is_formed_by_query().then_some(&seen.query);
    let cookies = if route.headers.contains(&"cookie") { &*seen.cookies } else { &[] };
    let host = seen.host.to_lowercase();
    let path = canonical_path(&seen.path);
    let query = (query, whole_query);
    format!("{:?}", (route.key, caller, method, host, path, query, headers, cookies, &seen.body))
}

fn is_keyed(route: &KeyedRoute, header: &str) -> bool {
    route.headers.contains(&header) || route.is_formed_by(header)
}

fn name_of(pair: &str) -> String {
    pair.split_once('=').map_or(pair, |(name, _)| name).replace("%71", "q")
}

/// Head and body without what a cache adds, and without the caller that only those learn who keep callers apart.
fn without_cache_headers(request: &Request, route: &KeyedRoute, answer: &str) -> Parts {
    let Parts { head, body } = parts(&without_deployment(answer));
    let is_added =
        |line: &&str| ["age: ", "cache-status: ", "warning: "].iter().any(|added| line.starts_with(added));
    let head = head.lines().filter(|line| !is_added(line)).collect::<Vec<_>>().join("\n");
    let names_caller =
        route.caller == CallerScope::Apart && matches!(route.integration, Integration::Echo(_));
    let caller = format!("\"apiKeyId\":\"{}\",", request.caller.canary);
    Parts { head, body: if names_caller { body.replace(&caller, "") } else { body } }
}

/// The two gateways have deployments of their own.
fn without_deployment(answer: &str) -> String {
    let Some((before, after)) = answer.split_once("\"deploymentId\":\"") else { return answer.to_owned() };
    let (_, after) = after.split_once('"').unwrap();
    format!("{before}{after}")
}

/// An answer in its two parts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Parts {
    head: String,
    body: String,
}

fn parts(answer: &str) -> Parts {
    let (head, body) = answer.split_once("\n\n").unwrap();
    Parts { head: head.to_owned(), body: body.to_owned() }
}

/// True if `answer` is `right`, or the part of it that such a request gets.
fn fits(request: &Request, answer: &Parts, right: &Parts) -> bool {
    let is_conditional = request.headers.iter().any(|(name, _)| name.starts_with("if-"));
    if is_conditional && answer.head.starts_with("304") {
        return not_modified(right).as_ref() == Some(answer);
    }
    let body = if request.method == "HEAD" { "" } else { &right.body };
    answer.head == right.head && answer.body == body
}

/// The 304 for a client that has this answer.
fn not_modified(right: &Parts) -> Option<Parts> {
    let head = right.head.strip_prefix("200\n")?;
    let lines = head.lines().filter(|line| !line.starts_with("content-type: "));
    let head = format!("304\n{}", lines.collect::<Vec<_>>().join("\n"));
    Some(Parts { head, body: String::new() })
}

fn wrong(answer: &Parts, expected: &[Parts]) -> Result<(), String> {
    Err(format!("got {answer:#?}\nexpected one of {expected:#?}"))
}
