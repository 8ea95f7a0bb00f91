//! `tollgate cache explain`.

use std::io::{self, Write};

use anyhow::Result;
use http::HeaderName;
use serde_json::{Value, json};
use tollgate::{
    gateway::{Explained, Lookup},
    policies::cache::{Entry, KeyPart, Lock, LockState, NotKept, Variants},
};

use super::question::{Asked, Details, RequestLine};
use crate::{
    common::{Common, SERVED_AND_CACHE},
    ending::Ending,
    moment, table,
};

/// Say what the answer to a request is kept under, or why it is not, and what the table has of it now
///
/// Nobody is asked but the tables, nothing is counted, and nothing changes. Instances may remember an entry for
/// REFRESH_SECONDS longer than the table has it. Credentials that are part of the key are shown as `…`.
///
/// Examples:
///   tollgate cache explain 'GET https://api.example.com/v1/orders/7?x=1' -H 'Accept-Language: de'
///   tollgate cache explain 'GET /v1/reports/7' -H 'Host: api.example.com' --api-key-id u1q0a7ht2c -o json
///   tollgate cache explain /v1/orders/7 --local
///
/// Exit code 3: the request would be refused as a bad one, or says no host. 4: no stage or no route serves it.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// Method and URL, or path; with --local a path is of http://127.0.0.1:9000 (or API_PORT). By another name or
    /// port, the URL says so: answers are kept by host.
    request: RequestLine,
    #[command(flatten)]
    details: Details,
    #[command(flatten)]
    common: Common,
}

/// # Errors
///
/// The tables cannot be read, or have nothing that could be served.
pub fn run(arguments: &Arguments) -> Result<Ending> {
    let Arguments { request, details, common } = arguments;
    common.run(SERVED_AND_CACHE, async |store| {
        let explained = match details.ask(store, request, common.local_host()?.as_deref()).await? {
            Asked::Explained(explained) => explained,
            Asked::Refused(ending) => return Ok(ending),
        };
        let mut now = Now { ms: moment::now_ms(), entry: None, bytes: 0, lock: None };
        if let Some(Lookup { key, bypass: None, .. }) = &explained.lookup {
            let found = store.cached(key).await?;
            now.entry = found.entry(key);
            now.bytes = found.bytes.map_or(0, |bytes| bytes.len());
            now.lock = found.lock;
        }
        common.output.write(|| to_json(&explained, &now), |out| write(out, &explained, &now))?;
        Ok(Ending::Ok)
    })
}

/// What the table has at a moment.
struct Now {
    ms: u64,
    entry: Option<Entry>,
    /// Of the entry, compressed.
    bytes: usize,
    /// Held, or over.
    lock: Option<Lock>,
}

/// An answer that did not become the entry.
struct Unkept {
    at_ms: u64,
    /// `None`: that is not known.
    why: Option<NotKept>,
}

impl Now {
    fn held(&self) -> Option<Lock> {
        self.lock.filter(|lock| self.ms < lock.until_ms)
    }

    /// Since when there may be no entry, as long as nothing newer is known.
    fn unkept(&self) -> Option<Unkept> {
        let is_fresh = self.entry.as_ref().is_some_and(|entry| entry.is_fresh(self.ms));
        let (at_ms, why) = self.lock.filter(|_| !is_fresh)?.not_kept()?;
        Some(Unkept { at_ms, why })
    }

    fn seconds_to(&self, ms: u64) -> u64 {
        ms.saturating_sub(self.ms) / 1_000
    }
}

/// Why no answer is looked for.
fn bypass(explained: &Explained) -> Option<String> {
    match &explained.lookup {
        None => {
            Some("the route has no cachingEnabled, or an integration whose answers are never kept".to_owned())
        }
        Some(lookup) => lookup.bypass.as_ref().map(ToString::to_string),
    }
}

fn write(out: &mut impl Write, explained: &Explained, now: &Now) -> io::Result<()> {
    let mut line = |name: &str, value: &str| writeln!(out, "{name:<6}  {}", table::printable(value));
    line("stage", &explained.stage)?;
    line("route", &explained.route_key)?;
    let bypass = bypass(explained);
    line("cache", &bypass.as_ref().map_or("yes".to_owned(), |why| format!("no: {why}")))?;
    let Some(Lookup { ttl, key, parts, .. }) = &explained.lookup else { return Ok(()) };
    line("ttl", &ttl.map_or("as each answer says".to_owned(), |ttl| format!("{} s", ttl.as_secs())))?;
    line("key", &key.to_string())?;
    let width = parts.iter().map(|part| part.name.len()).max().unwrap_or(0);
    for KeyPart { name, values } in parts {
        let values = if values.is_empty() { "-".to_owned() } else { values.join(", ") };
        line("", &format!("{name:<width$}  {values}"))?;
    }
    if bypass.is_none() {
        line("entry", &now.entry.as_ref().map_or("none".to_owned(), |entry| entry_words(entry, now)))?;
        line("lock", &lock_words(now))?;
    }
    Ok(())
}

fn entry_words(entry: &Entry, now: &Now) -> String {
    if let Some(variants) = Variants::of(entry) {
        return format!("those of the URI that are kept are told apart by {}", told_apart_by(&variants));
    }
    let state = if entry.is_fresh(now.ms) {
        format!("fresh for {} s", now.seconds_to(entry.fresh_until_ms))
    } else {
        format!("stale for {} s", now.ms.saturating_sub(entry.fresh_until_ms) / 1_000)
    };
    let (age, status, body) = (entry.age_seconds(now.ms), entry.status.as_u16(), entry.body.len());
    format!("{state}, {age} s old: status {status}, {body} bytes, {} in the table", now.bytes)
}

/// In HTTP mode, where there may be several answers.
fn told_apart_by(variants: &Variants) -> String {
    let names = variants.names().iter().map(HeaderName::as_str);
    ["caller"].into_iter().chain(names).collect::<Vec<_>>().join(", ")
}

fn lock_words(now: &Now) -> String {
    let Some(lock) = now.held() else {
        let Some(Unkept { at_ms, why: Some(why) }) = now.unkept() else { return "none".to_owned() };
        return format!("none; {} s ago an answer was not kept: {why}", now.ms.saturating_sub(at_ms) / 1_000);
    };
    let seconds = now.seconds_to(lock.until_ms);
    match lock.state {
        LockState::Filling => format!("for {seconds} s: the target is being asked, or was just now"),
        LockState::InVain(why) => {
            let why = why.map_or("not one to keep".to_owned(), |why| format!("not kept: {why}"));
            format!("for {seconds} s nobody waits for an entry: the last answer was {why}")
        }
    }
}

fn to_json(explained: &Explained, now: &Now) -> Value {
    let part = |part: &KeyPart| json!({ "name": part.name, "values": part.values });
    let lookup = explained.lookup.as_ref();
    let entry = now.entry.as_ref().map(|entry| {
        if let Some(variants) = Variants::of(entry) {
            let names: Vec<_> = variants.names().iter().map(HeaderName::as_str).collect();
            return json!({ "toldApartBy": names });
        }
        json!({
            "isFresh": entry.is_fresh(now.ms),
            "ageSeconds": entry.age_seconds(now.ms),
            "freshUntil": entry.fresh_until_ms / 1_000,
            "keptUntil": entry.keep_until_ms / 1_000,
            "status": entry.status.as_u16(),
            "bodyBytes": entry.body.len(),
            "tableBytes": now.bytes,
        })
    });
    let lock = now.held().map(|lock| {
        let is_in_vain = matches!(lock.state, LockState::InVain(_));
        json!({ "until": lock.until_ms / 1_000, "isInVain": is_in_vain })
    });
    let not_kept = now
        .unkept()
        .map(|Unkept { at_ms, why }| json!({ "at": at_ms / 1_000, "reason": why.map(NotKept::name) }));
    json!({
        "stage": explained.stage,
        "routeKey": explained.route_key,
        "bypass": bypass(explained),
        "ttlSeconds": lookup.and_then(|lookup| lookup.ttl).map(|ttl| ttl.as_secs()),
        "cacheKey": lookup.map(|lookup| lookup.key.to_string()),
        "parts": lookup.map(|lookup| lookup.parts.iter().map(part).collect::<Value>()),
        "entry": entry,
        "lock": lock,
        "notKept": not_kept,
    })
}
