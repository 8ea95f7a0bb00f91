//! The origin: it answers by its kinds, keeps versions, fails at times, and records all its answers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime},
};

use super::{
    super::callers::{ODD_HEADERS, Request},
    answer_kinds::{AnswerKind, AnswerTemplate, KINDS, MAPPED, OF_CALLERS_APART, OF_KEYS, Validators},
    byte_ranges::{Part, part},
};

/// The harness's instruction for the answer to one request of a client.
#[derive(Clone, Debug)]
pub struct AnswerScript {
    pub now: SystemTime,
    pub asked: Arc<Request>,
    pub origin_mode: OriginMode,
    /// The header in which the answer to a change names another resource, and its value.
    pub names: Option<(&'static str, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginMode {
    Fine,
    Fails,
    /// The failure may be kept for a while.
    FailsForAWhile,
    HangsUp,
    /// A change is refused, and nothing has changed.
    Refuses,
}

/// One answer that was given.
#[derive(Clone, Debug)]
pub struct OriginAnswer {
    pub now: SystemTime,
    /// The client's request that led to it.
    pub asked: Arc<Request>,
    /// The request as it came from the gateway, as text.
    pub seen: String,
    /// 0: it hung up.
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

#[derive(Clone, Default)]
pub struct RecordingOrigin(Arc<Mutex<OriginState>>);

#[derive(Default)]
struct OriginState {
    turn: Option<AnswerScript>,
    /// The versions of resources, by path and query.
    versions: HashMap<String, u64>,
    said: Vec<OriginAnswer>,
}

impl RecordingOrigin {
    /// Sets the script of the answers from now on.
    pub fn turn(&self, turn: AnswerScript) {
        self.state().turn = Some(turn);
    }

    /// The resource changes by itself.
    pub fn change(&self, target: &str) {
        *self.state().versions.entry(target.to_owned()).or_default() += 1;
    }

    /// The number of answers so far.
    pub fn count(&self) -> usize {
        self.state().said.len()
    }

    pub fn said(&self, number: usize) -> Option<OriginAnswer> {
        self.state().said.get(number).cloned()
    }

    /// Answers a request; the answer's number is in its `X-Serial`, and with a body in `X-Body` too.
    pub fn answer(&self, seen: &str) -> String {
        let mut state = self.state();
        let turn = state.turn.clone().expect("no request comes before its turn");
        let (method, target) = seen.lines().next().unwrap().split_once(' ').unwrap();
        let (status, mut headers, body) = match turn.origin_mode {
            OriginMode::HangsUp => (0, vec![], String::new()),
            OriginMode::Fails => (503, vec![], "failed".to_owned()),
            OriginMode::FailsForAWhile => (500, line("cache-control", "max-age=2"), "failed".to_owned()),
            _ => match method {
                "GET" | "HEAD" => read(seen, target, state.version(target), turn.now),
                "OPTIONS" => (200, vec![], "options".to_owned()),
                _ => state.write(target, &turn),
            },
        };
        let serial = state.said.len().to_string();
        headers.push(("x-serial".to_owned(), serial.clone()));
        if status != 304 {
            headers.push(("x-body".to_owned(), serial));
        }
        let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let sent = if method == "HEAD" || status == 304 { "" } else { &body };
        let text = format!(
            "HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n{lines}\r\n{sent}",
            if status == 304 { 0 } else { body.len() }
        );
        let AnswerScript { now, asked, .. } = turn;
        state.said.push(OriginAnswer { now, asked, seen: seen.to_owned(), status, headers, body });
        if status == 0 { String::new() } else { text }
    }

    fn state(&self) -> MutexGuard<'_, OriginState> {
        self.0.lock().unwrap()
    }
}

type Answer = (u16, Vec<(String, String)>, String);

impl OriginState {
    fn version(&self, target: &str) -> u64 {
        self.versions.get(target).copied().unwrap_or(0)
    }

    fn write(&mut self, target: &str, turn: &AnswerScript) -> Answer {
        if turn.origin_mode == OriginMode::Refuses {
            return (409, vec![], "refused".to_owned());
        }
        *self.versions.entry(target.to_owned()).or_default() += 1;
        let names = turn.names.iter().map(|(name, uri)| ((*name).to_owned(), uri.clone()));
        (if turn.asked.method == "POST" { 201 } else { 303 }, names.collect(), "written".to_owned())
    }
}

fn read(seen: &str, target: &str, version: u64, now: SystemTime) -> Answer {
    let (kind, id) = kind_of(target);
    let turns = u64::try_from(kind.templates.len()).unwrap();
    let template = kind.templates[usize::try_from(version % turns).unwrap()];
    let named = |name: &&str| if *name == "ID" { ODD_HEADERS[id].to_owned() } else { (*name).to_owned() };
    let shown: String = template
        .shows
        .iter()
        .map(|name| format!(" {name}={:?}", value(seen, &named(name).to_lowercase()).unwrap_or("-")))
        .collect();
    let body = format!("version {version} of {target} for all who ask so:{shown}");
    let mut headers = head(&template, seen, now);
    if !template.vary.is_empty() {
        let names: Vec<_> = template.vary.iter().map(named).collect();
        headers.push(("vary".to_owned(), names.join(", ")));
    }
    let mut validators = validators(kind.validators, version, &shown);
    let is_known = is_known(seen, &validators);
    headers.append(&mut validators);
    if is_known && kind.status == 200 {
        if let Some(not_modified) = &kind.not_modified {
            let template = AnswerTemplate {
                cache_control: not_modified.cache_control,
                more: not_modified.more,
                ..template
            };
            headers.retain(|(name, _)| name == "etag" || name == "last-modified");
            headers.extend(head(&template, seen, now));
        }
        return (304, headers, String::new());
    }
    match value(seen, "range").filter(|_| seen.starts_with("GET ") && kind.status == 200) {
        Some(range) if takes_range(seen, &headers) => match part(range, body.len()) {
            Part::Whole => (kind.status, headers, body),
            Part::Nowhere => (416, headers, String::new()),
            Part::Bytes(first, last) => {
                headers.extend(line("content-range", &format!("bytes {first}-{last}/{}", body.len())));
                (206, headers, body[first..=last].to_owned())
            }
        },
        _ => (kind.status, headers, body),
    }
}

/// The kind and the id in a path `/{route}/{kind}/{id}`.
fn kind_of(target: &str) -> (&'static AnswerKind, usize) {
    let path = target.split('?').next().unwrap();
    let mut segments = path.split('/').skip(2);
    let name = segments.next().unwrap();
    let kind = KINDS.iter().find(|kind| kind.name == name);
    let kind = kind.or([&OF_CALLERS_APART, &OF_KEYS, &MAPPED].into_iter().find(|kind| kind.name == name));
    (kind.unwrap(), segments.next().unwrap().parse().unwrap())
}

fn head(template: &AnswerTemplate, seen: &str, now: SystemTime) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    if !template.cache_control.is_empty() {
        headers.extend(line("cache-control", template.cache_control));
    }
    for (name, text) in template.more {
        let text = match (text.strip_prefix('+'), text.strip_prefix('-')) {
            (Some(seconds), _) => httpdate::fmt_http_date(now + seconds_of(seconds)),
            (_, Some(seconds)) => httpdate::fmt_http_date(now - seconds_of(seconds)),
            _ => text.replace('@', value(seen, "x-who").unwrap_or("-")),
        };
        headers.extend(line(name, &text));
    }
    headers
}

fn seconds_of(text: &str) -> Duration {
    Duration::from_secs(text.parse().unwrap())
}

/// A strong tag is that of one variant, a weak one of all variants of a version.
fn validators(validators: Validators, version: u64, shown: &str) -> Vec<(String, String)> {
    // In a list of tags a comma would end it.
    let variant: String = shown
        .chars()
        .map(|char| match char {
            '"' => '\'',
            ',' => '+',
            ' ' => '_',
            other => other,
        })
        .collect();
    let tag = match validators {
        Validators::WeakTag => line("etag", &format!("W/\"{version}\"")),
        Validators::Tag | Validators::Both => line("etag", &format!("\"{version}{variant}\"")),
        Validators::Date | Validators::None => vec![],
    };
    let date = match validators {
        Validators::Date | Validators::Both => {
            // Each version has one of its own, long ago.
            let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(1_744_668_600 + version);
            line("last-modified", &httpdate::fmt_http_date(modified))
        }
        _ => vec![],
    };
    [tag, date].concat()
}

/// True if the client has this very version.
fn is_known(seen: &str, validators: &[(String, String)]) -> bool {
    let own =
        |name: &str| validators.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    match (value(seen, "if-none-match"), value(seen, "if-modified-since")) {
        (Some(known), _) => own("etag").is_some_and(|own| known == own),
        (None, Some(since)) => own("last-modified") == Some(since),
        (None, None) => false,
    }
}

fn takes_range(seen: &str, headers: &[(String, String)]) -> bool {
    let tag = headers.iter().find(|(name, _)| name == "etag").map(|(_, value)| value.as_str());
    value(seen, "if-range").is_none_or(|known| known.starts_with('"') && tag == Some(known))
}

/// A header of the request that came.
pub fn value<'a>(seen: &'a str, name: &str) -> Option<&'a str> {
    let lines = seen.split("\n\n").next()?.lines().skip(1);
    lines.filter_map(|line| line.split_once(": ")).find(|(known, _)| *known == name).map(|(_, value)| value)
}

fn line(name: &str, value: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), value.to_owned())]
}
