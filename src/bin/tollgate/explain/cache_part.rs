//! The cache's part in a request: the key, and what the table has of it now.

use std::io::{self, Write};

use http::HeaderName;
use serde_json::{Value, json};
use tollgate::{
    cache::{Entry, KeyPart, LockState, UncacheableAnswer, UncacheableReason, Variants},
    gateway::{ExplainedLookup, NoLookup},
};

use super::{
    stored_entry::{InspectedEntry, Variant},
    write_line,
};

/// What is looked for, and what was found. The table is not asked where there is none, as of a file.
pub struct CachePart<'a> {
    pub lookup: &'a Result<ExplainedLookup, NoLookup>,
    pub key: KeyState,
    pub inspected: Option<&'a InspectedEntry>,
}

/// Says if the key is the request's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    Known,
    /// The host is part of it, and is not known.
    WithoutHost,
}

impl CachePart<'_> {
    /// Tells why no answer is looked for.
    fn bypass(&self) -> Option<String> {
        match self.lookup {
            Err(why) => Some(why.to_string()),
            Ok(lookup) => lookup.bypass.as_ref().map(ToString::to_string),
        }
    }

    /// The lookup whose key is known.
    fn known(&self) -> Option<&ExplainedLookup> {
        self.lookup.as_ref().ok().filter(|_| self.key == KeyState::Known)
    }

    /// # Errors
    ///
    /// The reader is gone.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let bypass = self.bypass();
        write_line(out, "cache", &bypass.map_or("yes".to_owned(), |why| format!("no: {why}")))?;
        let Ok(ExplainedLookup { ttl, key, parts, not_shared_reason, caller, .. }) = self.lookup else {
            return Ok(());
        };
        let ttl = ttl.map_or("as each answer says".to_owned(), |ttl| format!("{} s", ttl.as_secs()));
        write_line(out, "ttl", &ttl)?;
        if self.key == KeyState::WithoutHost {
            let words = "not known: the host is part of it; say it with a whole URL or with -H 'Host: …'";
            return write_line(out, "key", words);
        }
        write_line(out, "key", &key.to_string())?;
        let width = parts.iter().map(|part| part.name.len()).max().unwrap_or(0);
        for KeyPart { name, values } in parts {
            let values = if values.is_empty() { "-".to_owned() } else { values.join(", ") };
            write_line(out, "", &format!("{name:<width$}  {values}"))?;
        }
        let Some(inspected) = self.inspected else { return Ok(()) };
        if let Some(Variant { variants, key }) = &inspected.variant {
            let caller = caller.as_ref().map(|_| "caller");
            let names = caller.into_iter().chain(names(variants)).collect::<Vec<_>>().join(", ");
            let words = format!("answers of the URI are told apart by {names}; this request's:");
            write_line(out, "vary", &words)?;
            write_line(out, "key", &key.to_string())?;
        }
        if let Some(reason) = not_shared_reason {
            write_line(out, "kept", not_shared_words(*reason))?;
        }
        let entry = inspected.entry.as_ref().map_or("none".to_owned(), |entry| entry_words(entry, inspected));
        write_line(out, "entry", &entry)?;
        write_line(out, "lock", &lock_words(inspected))
    }

    pub fn to_json(&self) -> Value {
        let part = |part: &KeyPart| json!({ "name": part.name, "values": part.values });
        let (lookup, inspected) = (self.lookup.as_ref().ok(), self.inspected);
        let variant = inspected.and_then(|inspected| inspected.variant.as_ref()).map(
            |Variant { variants, key }| json!({ "toldApartBy": names(variants), "cacheKey": key.to_string() }),
        );
        let lock = inspected.and_then(InspectedEntry::held_lock).map(|lock| {
            let is_known_uncacheable = matches!(lock.state, LockState::KnownUncacheable(_));
            json!({ "until": lock.until_ms / 1_000, "isInVain": is_known_uncacheable })
        });
        let uncacheable =
            inspected.and_then(InspectedEntry::uncacheable).map(|UncacheableAnswer { at_ms, reason }| {
                json!({ "at": at_ms / 1_000, "reason": reason.map(UncacheableReason::name) })
            });
        json!({
            "bypass": self.bypass(),
            "ttlSeconds": lookup.and_then(|lookup| lookup.ttl).map(|ttl| ttl.as_secs()),
            "cacheKey": self.known().map(|lookup| lookup.key.to_string()),
            "parts": self.known().map(|lookup| lookup.parts.iter().map(part).collect::<Value>()),
            "notShared": lookup.and_then(|lookup| lookup.not_shared_reason).map(UncacheableReason::name),
            "variant": variant,
            "entry": inspected.and_then(entry_to_json),
            "lock": lock,
            "notKept": uncacheable,
        })
    }
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
    let (age, status, body) = (entry.age_seconds(now_ms), entry.status.as_u16(), entry.body.plain_length());
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

fn entry_to_json(inspected: &InspectedEntry) -> Option<Value> {
    let entry = inspected.entry.as_ref()?;
    Some(json!({
        "isFresh": entry.is_fresh(inspected.now_ms),
        "ageSeconds": entry.age_seconds(inspected.now_ms),
        "freshUntil": entry.fresh_until_ms / 1_000,
        "keptUntil": entry.keep_until_ms / 1_000,
        "status": entry.status.as_u16(),
        "bodyBytes": entry.body.plain_length(),
        "tableBytes": inspected.bytes,
    }))
}
