//! The parts that events share, borrowed from the request.

use std::borrow::Cow;

use base64::{display::Base64Display, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, header::GetAll};
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{event_headers, media_types::BodyEncoding};
use crate::{context::Context, message::Request, path};

/// The request's body as an event carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventBody<'a> {
    Empty,
    Text(&'a str),
    Base64(&'a [u8]),
}

impl<'a> EventBody<'a> {
    /// Text only if it is wanted and possible: bytes that are no UTF-8 are never lost.
    pub fn new(bytes: &'a [u8], encoding: BodyEncoding) -> Self {
        if bytes.is_empty() {
            return Self::Empty;
        }
        match (encoding, std::str::from_utf8(bytes)) {
            (BodyEncoding::Text, Ok(text)) => Self::Text(text),
            (BodyEncoding::Text, Err(_)) | (BodyEncoding::Base64, _) => Self::Base64(bytes),
        }
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::Empty
    }

    pub fn is_base64_encoded(&self) -> bool {
        matches!(self, Self::Base64(_))
    }
}

impl Serialize for EventBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Empty => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Base64(bytes) => serializer.collect_str(&Base64Display::new(bytes, &STANDARD)),
        }
    }
}

/// A JSON object of names and values, each name once.
#[derive(Debug)]
pub struct Object<K, V>(Vec<(K, V)>);

impl<K, V> Object<K, V> {
    /// `None` instead of an empty object: API Gateway then writes null, or leaves the field out.
    pub fn unless_empty(self) -> Option<Self> {
        (!self.0.is_empty()).then_some(self)
    }
}

impl<K, V> FromIterator<(K, V)> for Object<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl<K: Serialize, V: Serialize> Serialize for Object<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// A header's line, a parameter's name or value.
pub type Text<'a> = Cow<'a, str>;

/// The headers for the function, in lower case, written from the request without a copy. Cookies are not among them.
#[derive(Debug)]
pub struct EventHeaders<'a> {
    headers: &'a HeaderMap,
    /// All cookies as the one header that they once were, where the event has them there.
    cookie: Option<&'a str>,
    lines: Lines,
}

/// How an event shows the lines of a header.
#[derive(Clone, Copy, Debug)]
enum Lines {
    /// With commas between them.
    Joined,
    Last,
    Every,
}

impl<'a> EventHeaders<'a> {
    /// All lines of each name in one text.
    pub fn joined(headers: &'a HeaderMap) -> Self {
        Self { headers, cookie: None, lines: Lines::Joined }
    }

    /// The last line of each name.
    pub fn last(headers: &'a HeaderMap, cookie: Option<&'a str>) -> Self {
        Self { headers, cookie, lines: Lines::Last }
    }

    /// All lines of each name as a list.
    pub fn every(headers: &'a HeaderMap, cookie: Option<&'a str>) -> Self {
        Self { headers, cookie, lines: Lines::Every }
    }
}

impl Serialize for EventHeaders<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, lines) in event_headers::to_function(self.headers) {
            let mut texts = lines.iter().map(event_headers::text);
            match self.lines {
                Lines::Joined => map.serialize_entry(name.as_str(), &joined(texts))?,
                Lines::Last => map.serialize_entry(name.as_str(), &texts.next_back())?,
                Lines::Every => map.serialize_entry(name.as_str(), &Texts(lines))?,
            }
        }
        match (self.cookie, self.lines) {
            (None, _) => {}
            (Some(cookie), Lines::Joined | Lines::Last) => map.serialize_entry("cookie", cookie)?,
            (Some(cookie), Lines::Every) => map.serialize_entry("cookie", &[cookie])?,
        }
        map.end()
    }
}

/// The lines of a header as a list.
struct Texts<'a>(GetAll<'a, HeaderValue>);

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(event_headers::text))
    }
}

fn joined<'a>(mut texts: impl Iterator<Item = Text<'a>>) -> Text<'a> {
    let first = texts.next().unwrap_or_default();
    texts.fold(first, |all, text| Cow::Owned(format!("{all},{text}")))
}

/// The parameters of a query with all their values. Each payload format shows them its way.
#[derive(Debug)]
pub struct ValuesByName<'a>(Vec<(Text<'a>, Vec<Text<'a>>)>);

impl<'a> ValuesByName<'a> {
    /// The query's parameters, form-decoded. `None` if there are none.
    pub fn of_query(query: &'a str) -> Option<Self> {
        let mut pairs: Vec<_> = path::query_pairs(query).collect();
        pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut groups: Vec<(Text<'a>, Vec<Text<'a>>)> = Vec::with_capacity(pairs.len());
        for (name, value) in pairs {
            match groups.last_mut() {
                Some((last, values)) if *last == name => values.push(value),
                Some(_) | None => groups.push((name, vec![value])),
            }
        }
        (!groups.is_empty()).then_some(Self(groups))
    }

    /// The last value of each name.
    pub fn last(&self) -> Object<&str, &str> {
        self.0.iter().filter_map(|(name, values)| Some((&**name, &**values.last()?))).collect()
    }

    /// All values of each name.
    pub fn every(&self) -> Object<&str, &[Text<'a>]> {
        self.0.iter().map(|(name, values)| (&**name, values.as_slice())).collect()
    }

    /// All values of each name in one text, with commas between them.
    pub fn joined(&self) -> Object<&str, Text<'_>> {
        let pairs = self.0.iter();
        pairs.map(|(name, values)| (&**name, joined(values.iter().map(|value| (&**value).into())))).collect()
    }
}

/// The values of the route's path parameters as events have them, with `fold` applied to each still encoded value.
pub fn path_parameters<'a>(
    context: &Context<'a>,
    fold: impl Fn(&'a str) -> Text<'a>,
) -> Option<Object<&'a str, Text<'a>>> {
    let parameters = context.path_parameters.iter();
    let parameters = parameters.map(|parameter| (parameter.name, fold(parameter.value_in_events())));
    parameters.collect::<Object<_, _>>().unless_empty()
}

/// The event as JSON, in a buffer that rarely has to grow.
pub fn to_json(event: &impl Serialize, request: &Request) -> Vec<u8> {
    let headers: usize =
        request.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 8).sum();
    let fixed = 1536 + 4 * (request.path.len() + request.query.len()) + 2 * headers;
    let mut json = Vec::with_capacity(fixed + request.body.len() * 4 / 3);
    serde_json::to_writer(&mut json, event)
        .expect("an event has string keys only, and a Vec takes all bytes");
    json
}
