//! Tells right answers from wrong ones. Right are those that the origin gave to this very request, or gave to another
//! one that asked for the same, and may be given again.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    super::callers::{CALLERS, Request},
    caching_rules::{self, Directives, header, line, source_ip},
    expected_content::{Answer, content},
    random_requests::Resource,
    recording_origin::{OriginAnswer, RecordingOrigin},
};

/// For this long after another instance has seen a change, an instance may still give an answer from before it.
const REFRESH: Duration = Duration::from_secs(5);

/// A change that was made through the gateway.
struct Change {
    /// The number of the origin's first answer after it.
    before: usize,
    at: SystemTime,
    instance: usize,
    resource: Resource,
}

/// One request's moment.
#[derive(Debug)]
pub struct Moment {
    pub now: SystemTime,
    pub instance: usize,
    /// The number of the origin's first answer to it.
    pub first: usize,
}

pub struct Rfc9111Oracle {
    origin: RecordingOrigin,
    changes: Vec<Change>,
}

/// The sources of an answer: the one that came with its body, and the last one that confirmed its head.
pub struct Sources {
    pub body: OriginAnswer,
    pub head: OriginAnswer,
    /// The headers of both.
    pub headers: Vec<(String, String)>,
    serial: usize,
}

impl Rfc9111Oracle {
    pub fn new(origin: RecordingOrigin) -> Self {
        Self { origin, changes: Vec::new() }
    }

    /// Takes note of a change of these resources.
    pub fn changed(&mut self, moment: &Moment, resources: impl IntoIterator<Item = Resource>) {
        let Moment { now: at, instance, .. } = *moment;
        // Who asks in between reads it either way.
        let before = self.origin.count();
        self.changes.extend(resources.into_iter().map(|resource| Change { before, at, instance, resource }));
    }

    /// Tells what is wrong with an answer.
    pub fn check(&self, request: &Arc<Request>, answer: &str, moment: &Moment) -> Result<(), String> {
        self.check_nothing_of_others(request, answer, moment)?;
        let answer = Answer::read(answer);
        let Some(serial) = answer.number("x-serial") else { return self.own(request, &answer, moment) };
        let sources = self.sources(serial, &answer)?;
        content(request, &answer, &sources)?;
        if sources.head.status != 304 && serial >= moment.first {
            return Ok(());
        }
        self.may_be_given(request, &sources, moment)
            .map_err(|why| format!("{why}:\nsaid {:?}\nlast {:?}", sources.body, sources.head))?;
        let age = caching_rules::age(&sources.headers, sources.head.now, moment.now).as_secs();
        if answer.number("age") == usize::try_from(age).ok() || serial >= moment.first {
            return Ok(());
        }
        Err(format!("it is {age} s old"))
    }

    /// Checks that the other caller's words are in no answer, and in no request to the origin.
    fn check_nothing_of_others(
        &self,
        request: &Request,
        answer: &str,
        moment: &Moment,
    ) -> Result<(), String> {
        let own = format!("{request:?}");
        let seen = (moment.first..self.origin.count()).filter_map(|number| self.origin.said(number));
        let texts: Vec<_> = seen.map(|said| said.seen).chain([answer.to_owned()]).collect();
        for other in CALLERS.iter().filter(|other| other.canary != request.caller.canary) {
            let ip = if source_ip(request) == "192.0.2.17" { "198.51.100.42" } else { "192.0.2.17" };
            for word in [other.canary, other.secret, ip] {
                // What one has learnt by other ways is no secret any more, but a foreign tag must not be confirmed.
                let leaks =
                    |text: &&String| text.contains(word) && (!own.contains(word) || text.starts_with("304"));
                if let Some(text) = texts.iter().find(leaks) {
                    return Err(format!("{word:?} is told: {text}"));
                }
            }
        }
        Ok(())
    }

    /// Checks an answer that the gateway makes itself.
    fn own(&self, request: &Request, answer: &Answer, moment: &Moment) -> Result<(), String> {
        let hung_up = (moment.first..self.origin.count())
            .any(|number| self.origin.said(number).is_some_and(|said| said.status == 0));
        let wants_kept = Directives::of_request(request).has("only-if-cached");
        match answer.status {
            502 if hung_up => Ok(()),
            504 if wants_kept && self.origin.count() == moment.first => Ok(()),
            _ => Err("no origin said so".to_owned()),
        }
    }

    fn sources(&self, serial: usize, answer: &Answer) -> Result<Sources, String> {
        let said = |number| self.origin.said(number).ok_or_else(|| format!("nobody said {number}"));
        let head = said(serial)?;
        // A 304 that was passed on has no body that anybody kept.
        let body = said(answer.number("x-body").unwrap_or(serial))?;
        let is_of_head = |(name, _): &&(String, String)| line(&head.headers, name).is_none();
        let of_body = body.headers.iter().filter(is_of_head).filter(|(name, _)| name != "age");
        let headers = of_body.chain(&head.headers).cloned().collect();
        Ok(Sources { body, head, headers, serial })
    }

    fn may_be_given(&self, request: &Request, sources: &Sources, moment: &Moment) -> Result<(), String> {
        let Sources { body, head, headers, serial } = sources;
        let is_passed_on = head.status == 304 && body.status == 304;
        let is_confirmed = *serial >= moment.first;
        if is_passed_on && is_confirmed {
            return Ok(());
        }
        let has_failed = (moment.first..self.origin.count()).any(|number| {
            self.origin.said(number).is_some_and(|said| said.status == 0 || said.status >= 500)
        });
        let origin = if has_failed { OriginOutcome::Failed } else { OriginOutcome::Answered };
        caching_rules::may_be_kept(&body.asked, body.status, &body.headers)?;
        if !caching_rules::are_alike(&body.asked, request, &body.headers) {
            return Err("it was said to another request".to_owned());
        }
        if head.status == 304 && line(&body.headers, "etag") != line(&head.headers, "etag") {
            return Err("it was not this that was confirmed".to_owned());
        }
        if is_confirmed {
            return Ok(());
        }
        caching_rules::may_be_kept(&head.asked, body.status, headers)?;
        if !caching_rules::are_alike(&head.asked, request, headers) {
            return Err("it was confirmed to another request".to_owned());
        }
        self.no_change_since(request, *serial, moment)?;
        in_time(request, body.status, sources, moment.now, origin)
    }

    fn no_change_since(&self, request: &Request, serial: usize, moment: &Moment) -> Result<(), String> {
        let own = Resource::of(request);
        let is_of = |resource: &Resource| {
            resource.host.eq_ignore_ascii_case(own.host) && resource.target() == own.target()
        };
        let counts = |change: &&Change| {
            let is_known = change.instance == moment.instance || moment.now >= change.at + REFRESH;
            serial < change.before && is_of(&change.resource) && is_known
        };
        let change = self.changes.iter().rev().find(counts);
        change.map_or(Ok(()), |change| {
            Err(format!("it was changed at {:?} through instance {}", change.at, change.instance))
        })
    }
}

/// The origin's state while it was asked for this request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OriginOutcome {
    Answered,
    Failed,
}

/// §4.2.4 and §5.2: an answer that nobody has confirmed must be fresh enough, or may be stale.
fn in_time(
    request: &Request,
    status: u16,
    sources: &Sources,
    now: SystemTime,
    origin: OriginOutcome,
) -> Result<(), String> {
    let Sources { head, headers, .. } = sources;
    let said = Directives::of_answer(headers);
    let age = caching_rules::age(headers, head.now, now);
    let lifetime = caching_rules::lifetime(status, headers, head.now);
    let directives = Directives::of_request(request);
    let has_pragma =
        header(request, "pragma") == Some("no-cache") && header(request, "cache-control").is_none();
    let max_age = directives.seconds("max-age");
    let must_be_revalidated = directives.has("no-cache")
        || has_pragma
        || max_age.is_some_and(|most| age > most)
        || directives.seconds("min-fresh").is_some_and(|least| age + least > lifetime);
    if said.has("no-cache") {
        return Err("it must be confirmed each time".to_owned());
    }
    if age < lifetime {
        return if must_be_revalidated && origin == OriginOutcome::Answered {
            Err("the client wants it confirmed".to_owned())
        } else {
            Ok(())
        };
    }
    let by = age - lifetime;
    let (while_revalidating, if_error) = caching_rules::stale_times(request, headers);
    let must_be_fresh = said.has_any(&["must-revalidate", "proxy-revalidate", "s-maxage"]);
    let is_accepted_stale = directives.has("max-stale")
        && directives.seconds("max-stale").is_some_and(|most| most.is_zero() || by <= most)
        && !must_be_fresh;
    // Without `max-stale`, `max-age` wants nothing stale (§5.2.1.1).
    let is_refused = must_be_revalidated || (max_age.is_some() && !directives.has("max-stale"));
    let may = (by < while_revalidating && !is_refused)
        || (by < if_error && origin == OriginOutcome::Failed)
        || (is_accepted_stale && !must_be_revalidated);
    if may { Ok(()) } else { Err(format!("it is stale by {by:?}")) }
}
