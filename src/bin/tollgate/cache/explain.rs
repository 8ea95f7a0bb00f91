//! `tollgate cache explain`.

use std::io::{self, Write};

use anyhow::Result;
use http::HeaderName;
use serde_json::{Value, json};
use tollgate::{
    cache::{Entry, KeyPart, LockState, UncacheableAnswer, UncacheableReason, Variants},
    gateway::{Explained, ExplainedLookup},
};

use super::{
    explained_request::{ExplainedRequest, RequestDetails, RequestOutcome},
    stored_entry::{InspectedEntry, Variant},
};
use crate::{
    common_args::{CommonArgs, SERVED_AND_CACHE},
    exit_status::ExitStatus,
    notes::note,
    request_arg::RequestLine,
    text_table,
};

/// Say what the answer to a request is kept under, or why it is not, and what the table has of it now
///
/// Nobody is asked but the tables and, where they are not in the item, the issuer of a token for its keys; nothing is
/// counted, and nothing changes. Instances may remember an entry for
/// REFRESH_SECONDS longer than the table has it. Credentials that are part of the key are shown as `…`.
///
/// Exit code 3: the request would be refused, or says no host. 4: no stage or no route serves it.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "\
Examples:
  tollgate cache explain 'GET https://api.example.com/v1/orders/7?x=1' -H 'Accept-Language: de'
  tollgate cache explain 'GET /v1/reports/7' -H 'Host: api.example.com' --api-key-id u1q0a7ht2c -o json
  tollgate cache explain /v1/orders/7 --local")]
pub struct Arguments {
    /// Method and URL, or path; with --local a path is of http://127.0.0.1:9000 (or API_PORT). By another name or
    /// port, the URL says so: answers are kept by host.
    request: RequestLine,
    #[command(flatten)]
    details: RequestDetails,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// The tables cannot be read, or have nothing that could be served.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { request, details, common } = arguments;
    common.run(SERVED_AND_CACHE, async |store| {
        let ExplainedRequest { explained, request } = match details.explain(store, request, common.local_host()?.as_deref()).await? {
            RequestOutcome::Explained(explained) => *explained,
            RequestOutcome::Refused(ending) => return Ok(ending),
        };
        let inspected = match &explained.lookup {
            Ok(lookup) if lookup.bypass.is_none() => Some(InspectedEntry::find(store, lookup, &request).await?),
            _ => None,
        };
        let inspected = inspected.as_ref();
        if inspected.is_some_and(InspectedEntry::depends_on_the_address) {
            note("tollgate: X-Forwarded-For tells the answers apart, and the gateway adds the client's address, which is not known here");
        }
        common.output.write(|| to_json(&explained, inspected), |out| write(out, &explained, inspected))?;
        Ok(ExitStatus::Ok)
    })
}

/// Tells why no answer is looked for.
fn bypass(explained: &Explained) -> Option<String> {
    match &explained.lookup {
        Err(why) => Some(why.to_string()),
        Ok(lookup) => lookup.bypass.as_ref().map(ToString::to_string),
    }
}

fn write(out: &mut impl Write, explained: &Explained, inspected: Option<&InspectedEntry>) -> io::Result<()> {
    let mut line = |name: &str, value: &str| writeln!(out, "{name:<6}  {}", text_table::printable(value));
    line("stage", &explained.stage)?;
    line("route", &explained.route_key)?;
    if let Some(access) = &explained.access {
        line("access", &access.to_string())?;
    }
    let bypass = bypass(explained);
    line("cache", &bypass.map_or("yes".to_owned(), |why| format!("no: {why}")))?;
    let Ok(ExplainedLookup { ttl, key, parts, not_shared_reason, caller, .. }) = &explained.lookup else {
        return Ok(());
    };
    line("ttl", &ttl.map_or("as each answer says".to_owned(), |ttl| format!("{} s", ttl.as_secs())))?;
    line("key", &key.to_string())?;
    let width = parts.iter().map(|part| part.name.len()).max().unwrap_or(0);
    for KeyPart { name, values } in parts {
        let values = if values.is_empty() { "-".to_owned() } else { values.join(", ") };
        line("", &format!("{name:<width$}  {values}"))?;
    }
    let Some(inspected) = inspected else { return Ok(()) };
    if let Some(Variant { variants, key }) = &inspected.variant {
        let caller = caller.as_ref().map(|_| "caller");
        let names = caller.into_iter().chain(names(variants)).collect::<Vec<_>>().join(", ");
        line("vary", &format!("answers of the URI are told apart by {names}; this request's:"))?;
        line("key", &key.to_string())?;
    }
    if let Some(reason) = not_shared_reason {
        line("kept", not_shared_words(*reason))?;
    }
    line(
        "entry",
        &inspected.entry.as_ref().map_or("none".to_owned(), |entry| entry_words(entry, inspected)),
    )?;
    line("lock", &lock_words(inspected))
}

fn names(variants: &Variants) -> Vec<&str> {
    variants.names().iter().map(HeaderName::as_str).collect()
}

fn not_shared_words(reason: UncacheableReason) -> &'static str {
    if reason == UncacheableReason::RequestNoStore {
        "no: the request says no-store"
    } else {
        "only if the answer says public, s-maxage or must-revalidate: the request has credentials"
    }
}

fn entry_words(entry: &Entry, inspected: &InspectedEntry) -> String {
    let now_ms = inspected.now_ms;
    let state = if entry.is_fresh(now_ms) {
        format!("fresh for {} s", seconds(now_ms, entry.fresh_until_ms))
    } else {
        let (stale, kept) = (seconds(entry.fresh_until_ms, now_ms), seconds(now_ms, entry.keep_until_ms));
        format!("stale for {stale} s, kept for {kept} s more")
    };
    let (age, status, body) = (entry.age_seconds(now_ms), entry.status.as_u16(), entry.body.len());
    format!("{state}, {age} s old: status {status}, {body} bytes, {} in the table", inspected.bytes)
}

fn lock_words(inspected: &InspectedEntry) -> String {
    let Some(lock) = inspected.held_lock() else {
        let Some(UncacheableAnswer { at_ms, reason: Some(reason) }) = inspected.uncacheable() else {
            return "none".to_owned();
        };
        return format!("none; {} s ago an answer was not kept: {reason}", seconds(at_ms, inspected.now_ms));
    };
    let seconds = seconds(inspected.now_ms, lock.until_ms);
    let is_there = inspected.entry.as_ref().is_some_and(|entry| entry.is_fresh(inspected.now_ms));
    match lock.state {
        // Who looked before it was there still finds that somebody has filled it.
        LockState::Filling if is_there => "none; the entry was filled just now".to_owned(),
        LockState::Filling => format!("for {seconds} s: the target is being asked, or was just now"),
        LockState::KnownUncacheable(reason) => {
            let answer = reason.map_or("not one to keep".to_owned(), |reason| format!("not kept: {reason}"));
            format!("for {seconds} s nobody waits for an entry: the last answer was {answer}")
        }
    }
}

fn seconds(from_ms: u64, to_ms: u64) -> u64 {
    to_ms.saturating_sub(from_ms) / 1_000
}

fn to_json(explained: &Explained, inspected: Option<&InspectedEntry>) -> Value {
    let part = |part: &KeyPart| json!({ "name": part.name, "values": part.values });
    let lookup = explained.lookup.as_ref().ok();
    let variant = inspected.and_then(|inspected| inspected.variant.as_ref()).map(
        |Variant { variants, key }| json!({ "toldApartBy": names(variants), "cacheKey": key.to_string() }),
    );
    let lock = inspected.and_then(InspectedEntry::held_lock).map(|lock| {
        let is_known_uncacheable = matches!(lock.state, LockState::KnownUncacheable(_));
        json!({ "until": lock.until_ms / 1_000, "isInVain": is_known_uncacheable })
    });
    let uncacheable = inspected.and_then(InspectedEntry::uncacheable).map(|UncacheableAnswer { at_ms, reason }| {
        json!({ "at": at_ms / 1_000, "reason": reason.map(UncacheableReason::name) })
    });
    json!({
        "stage": explained.stage,
        "routeKey": explained.route_key,
        "access": explained.access.as_ref().map(ToString::to_string),
        "bypass": bypass(explained),
        "ttlSeconds": lookup.and_then(|lookup| lookup.ttl).map(|ttl| ttl.as_secs()),
        "cacheKey": lookup.map(|lookup| lookup.key.to_string()),
        "parts": lookup.map(|lookup| lookup.parts.iter().map(part).collect::<Value>()),
        "notShared": lookup.and_then(|lookup| lookup.not_shared_reason).map(UncacheableReason::name),
        "variant": variant,
        "entry": inspected.and_then(entry_to_json),
        "lock": lock,
        "notKept": uncacheable,
    })
}

fn entry_to_json(inspected: &InspectedEntry) -> Option<Value> {
    let entry = inspected.entry.as_ref()?;
    Some(json!({
        "isFresh": entry.is_fresh(inspected.now_ms),
        "ageSeconds": entry.age_seconds(inspected.now_ms),
        "freshUntil": entry.fresh_until_ms / 1_000,
        "keptUntil": entry.keep_until_ms / 1_000,
        "status": entry.status.as_u16(),
        "bodyBytes": entry.body.len(),
        "tableBytes": inspected.bytes,
    }))
}
