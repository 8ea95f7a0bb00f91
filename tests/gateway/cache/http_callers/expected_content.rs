//! An answer as the client gets it, compared with its sources, whole or in the part that the client asks for.

use super::{
    super::callers::Request,
    byte_ranges::{Part, part},
    caching_rules::{header, line},
    rfc9111_oracle::Sources,
};

pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    pub fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap();
        let (status, lines) = head.split_once('\n').unwrap_or((head, ""));
        let line =
            |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            status: status.parse().unwrap(),
            headers: lines.lines().filter_map(line).collect(),
            body: body.to_owned(),
        }
    }

    pub fn number(&self, name: &str) -> Option<usize> {
        line(&self.headers, name).map(|number| number.parse().unwrap())
    }
}

/// Tells where an answer differs from its sources, as such a request may get them.
pub fn content(request: &Request, answer: &Answer, sources: &Sources) -> Result<(), String> {
    heads(answer, sources)?;
    let Sources { body: said, head, headers, .. } = sources;
    let is_read = request.method == "GET" || request.method == "HEAD";
    let tag = line(headers, "etag");
    let body = match answer.status {
        304 if is_read => {
            let is_passed_on = head.status == 304 && said.status == 304;
            if !is_known(request, headers) || !(said.status == 200 || is_passed_on) {
                return Err("the client does not have it".to_owned());
            }
            ""
        }
        416 if header(request, "range").is_none() => return Err("no part was asked for".to_owned()),
        206 | 416 if said.status == 200 => {
            let range = header(request, "range").ok_or("no part was asked for")?;
            let is_same =
                header(request, "if-range").is_none_or(|own| own.starts_with('"') && tag == Some(own));
            let whole = said.body.len();
            let (status, told, body) = match part(range, whole) {
                Part::Bytes(first, last) if is_same => {
                    (206, format!("bytes {first}-{last}/{whole}"), &said.body[first..=last])
                }
                Part::Nowhere if is_same => (416, format!("bytes */{whole}"), ""),
                _ => return Err("no such part was asked for".to_owned()),
            };
            if request.method != "GET"
                || (status, Some(&*told)) != (answer.status, line(&answer.headers, "content-range"))
            {
                return Err(format!("it should be {status} with {told}"));
            }
            body
        }
        status if status == said.status => &said.body,
        status => return Err(format!("{status} is not what was said: {}", said.status)),
    };
    let body = if request.method == "HEAD" { "" } else { body };
    if answer.body == body { Ok(()) } else { Err(format!("the body is not {body:?}")) }
}

/// All lines that were said, and none that were not.
fn heads(answer: &Answer, sources: &Sources) -> Result<(), String> {
    const ADDED: [&str; 4] = ["age", "cache-status", "content-range", "x-amzn-remapped-content-length"];
    let remapped =
        |name: &str| if name == "date" { "x-amzn-remapped-date".to_owned() } else { name.to_owned() };
    let lasting = |lines: &[(String, String)]| {
        let lines = lines.iter().map(|(name, value)| (remapped(name), value.clone()));
        let mut lines: Vec<_> = lines.filter(|(name, _)| !ADDED.contains(&name.as_str())).collect();
        lines.sort();
        lines
    };
    let (got, said) = (lasting(&answer.headers), lasting(&sources.headers));
    if got == said { Ok(()) } else { Err(format!("got {got:#?}\nwhere was said {said:#?}")) }
}

/// RFC 9110 §13.1.2 and §13.1.3.
fn is_known(request: &Request, headers: &[(String, String)]) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    if let Some(known) = header(request, "if-none-match") {
        let Some(own) = line(headers, "etag") else { return false };
        return known.split(',').any(|known| known.trim() == "*" || opaque(known) == opaque(own));
    }
    let time = |text: Option<&str>| httpdate::parse_http_date(text?).ok();
    let (since, modified) = (header(request, "if-modified-since"), line(headers, "last-modified"));
    time(since).zip(time(modified)).is_some_and(|(since, modified)| modified <= since)
}
