//! What tells two answers of a route apart.
//!
//! Parts are hashed with their lengths, never joined: no value can be made to look like two.

use std::fmt;

use http::{
    HeaderName, Method,
    header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HOST, PROXY_AUTHORIZATION},
};
use sha2::{Digest, Sha256};

use super::{CachePolicy, Mode, StageCache};
use crate::{
    context::Context,
    item::Fields,
    path,
    template::parameter::{Parameter, expected_instead_of},
};

pub(super) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// With a body they are in every key: they say how to read it.
pub(super) const OF_A_BODY: [HeaderName; 2] = [CONTENT_TYPE, CONTENT_ENCODING];

/// The name of an entry in both levels: the stage's name, and SHA-256 of everything that the answer depends on.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CacheKey {
    stage: String,
    digest: [u8; 32],
}

/// One thing that the answer depends on, for the operator's eyes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPart {
    /// `routeKey`, `method.request.querystring.x`, …
    pub name: String,
    /// In their order; none: the request does not have it.
    pub values: Vec<String>,
}

/// `cacheKeyParameters`: as written, and what each is. In the order of their names, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct KeyParameters(Vec<(String, Parameter)>);

impl KeyParameters {
    /// Warns of a parameter of the path that is left out, where answers are kept.
    pub fn parse(fields: &Fields<'_>, path_parameters: &[String], is_enabled: bool) -> Self {
        let (mut parameters, written) =
            (Vec::new(), fields.strings("cacheKeyParameters").unwrap_or_default());
        let count = written.len();
        for text in written {
            match Parameter::parse(&text) {
                Some(Parameter::Path(name)) if !path_parameters.contains(&name) => {
                    let known = path_parameters.join(", ");
                    let expected = format!("a parameter of the route's path ({known})");
                    fields.problem("cacheKeyParameters", &format!("{text:?}"), &expected);
                }
                Some(parameter) => parameters.push((text, parameter)),
                None => {
                    fields.problem("cacheKeyParameters", &format!("{text:?}"), &expected_instead_of(&text))
                }
            }
        }
        let is_read = parameters.len() == count;
        parameters.sort_by(|(one, _), (other, _)| one.cmp(other));
        parameters.dedup_by(|(_, one), (_, other)| one == other);
        let parameters = Self(parameters);
        let left_out = path_parameters
            .iter()
            .filter(|name| !parameters.0.iter().any(|(_, p)| matches!(p, Parameter::Path(n) if n == *name)));
        if is_enabled && is_read {
            for name in left_out {
                let expected =
                    format!("method.request.path.{name}, without which all its values share one answer");
                fields.warn("cacheKeyParameters", "nothing", &expected);
            }
        }
        parameters
    }

    /// Whether a header is part of the key.
    pub fn has_header(&self, name: &HeaderName) -> bool {
        self.0.iter().any(|(_, parameter)| matches!(parameter, Parameter::Header(header) if header == name))
    }
}

impl CachePolicy {
    /// Whether other values of a query parameter have other answers.
    pub fn tells_apart_by_query(&self, name: &str) -> bool {
        let is_keyed =
            |parameter: &Parameter| matches!(parameter, Parameter::Querystring(query) if query == name);
        self.mode == Mode::Http || self.key.0.iter().any(|(_, parameter)| is_keyed(parameter))
    }

    /// Whether other values of a header have other answers.
    pub fn tells_apart_by_header(&self, name: &HeaderName) -> bool {
        self.mode == Mode::Http || self.key.has_header(name) || *name == HOST || OF_A_BODY.contains(name)
    }

    /// The key of a request's answer.
    ///
    /// In HTTP mode it is the URI's: [`Variants`](super::rfc9111::Variants) of it have keys of their own.
    pub(super) fn key_of(&self, context: &Context<'_>, stage: &StageCache) -> CacheKey {
        CacheKey::hash(context.stage, |part| self.each_part(context, stage, part))
    }

    /// The same, told part by part. Of a body its length is told, and of credentials that they are there.
    pub fn explain(&self, context: &Context<'_>, stage: &StageCache) -> (CacheKey, Vec<KeyPart>) {
        let mut parts = Vec::new();
        self.each_part(context, stage, &mut |name, values| {
            let text = |value: &&[u8]| match name {
                "body" => format!("{} bytes", value.len()),
                name if is_secret(name) => "…".to_owned(),
                _ => String::from_utf8_lossy(value).into_owned(),
            };
            parts.push(KeyPart { name: name.to_owned(), values: values.iter().map(text).collect() });
        });
        (self.key_of(context, stage), parts)
    }

    fn each_part(&self, context: &Context<'_>, stage: &StageCache, part: &mut Part<'_>) {
        part("stage", &[context.stage.as_bytes()]);
        part("cacheGeneration", &[stage.generation.to_string().as_bytes()]);
        match self.mode {
            Mode::ApiGateway => self.each_part_of_a_call(context, part),
            Mode::Http => self.each_part_of_a_uri(context, part),
        }
    }

    /// The route is that of `GET`: a change that takes another one finds that, and a `HEAD` that has one of its own has
    /// nothing to do with its answers.
    fn each_part_of_a_uri(&self, context: &Context<'_>, part: &mut Part<'_>) {
        let request = context.request;
        part("routeKey", &[context.route_key.as_bytes()]);
        part("host", &[request.origin.domain_name.to_ascii_lowercase().as_bytes()]);
        part("path", &[context.full_path().as_bytes()]);
        part("query", &[request.query.as_bytes()]);
        part("callersApart", &[self.caller(context).is_some().to_string().as_bytes()]);
    }

    /// Whose alone the answer is, in HTTP mode.
    pub fn caller<'a>(&self, context: &Context<'a>) -> Option<&'a str> {
        context.api_key_id.filter(|_| !self.is_shared)
    }

    fn each_part_of_a_call(&self, context: &Context<'_>, part: &mut Part<'_>) {
        let request = context.request;
        part("routeKey", &[context.route_key.as_bytes()]);
        // A `HEAD` is answered with the head of what a `GET` would get.
        let method = if request.method == Method::HEAD { &Method::GET } else { &request.method };
        part("method", &[method.as_str().as_bytes()]);
        // A target may put it into links.
        part("host", &[request.origin.domain_name.to_ascii_lowercase().as_bytes()]);
        if !self.is_shared {
            part("apiKeyId", context.api_key_id.map(str::as_bytes).as_slice());
        }
        // It has no parameter of the path that could be named.
        if context.route_key == "$default" {
            part("path", &[context.path.as_bytes()]);
        }
        for (name, parameter) in &self.key.0 {
            match parameter {
                Parameter::Header(header) if *header == COOKIE => {
                    part(name, &request.cookies.iter().map(String::as_bytes).collect::<Vec<_>>());
                }
                Parameter::Header(header) => {
                    let lines = request.headers.get_all(header);
                    part(name, &lines.iter().map(|line| line.as_bytes()).collect::<Vec<_>>());
                }
                Parameter::Path(parameter) => {
                    part(name, context.path_parameter(parameter).map(str::as_bytes).as_slice());
                }
                // All of them, as sent: a target may take the first, and another the last; one may take `+` for a
                // space or bytes for Latin-1, and another not.
                Parameter::Querystring(parameter) => {
                    let pairs = path::query_pairs_as_sent(&request.query);
                    let pairs = pairs.filter(|(name, _)| name == parameter);
                    part(name, &pairs.map(|(_, value)| value.as_bytes()).collect::<Vec<_>>());
                }
            }
        }
        if !request.body.is_empty() {
            part("body", &[&request.body]);
            for header in OF_A_BODY {
                let lines = request.headers.get_all(&header);
                part(header.as_str(), &lines.iter().map(|line| line.as_bytes()).collect::<Vec<_>>());
            }
        }
    }
}

/// Takes the name and the values of a part.
type Part<'a> = dyn FnMut(&str, &[&[u8]]) + 'a;

/// Whether a part of a key is somebody's credentials.
fn is_secret(part: &str) -> bool {
    const SECRETS: [HeaderName; 4] = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, API_KEY];
    matches!(Parameter::parse(part), Some(Parameter::Header(name)) if SECRETS.contains(&name))
}

impl CacheKey {
    /// Of the stage `stage`, as it begins in the table.
    pub fn prefix(stage: &str) -> String {
        format!("{stage}#")
    }

    /// The key of one of several answers that this key stands for.
    pub(super) fn variant(&self, each_part: impl FnOnce(&mut Part<'_>)) -> Self {
        Self::hash(&self.stage, |part| {
            part("variant", &[&self.digest]);
            each_part(part);
        })
    }

    fn hash(stage: &str, each_part: impl FnOnce(&mut Part<'_>)) -> Self {
        let mut hash = Sha256::new();
        let mut add = |bytes: &[u8]| {
            hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
            hash.update(bytes);
        };
        each_part(&mut |name, values| {
            add(name.as_bytes());
            add(&u64::try_from(values.len()).unwrap_or(u64::MAX).to_le_bytes());
            values.iter().for_each(|value| add(value));
        });
        Self { stage: stage.to_owned(), digest: hash.finalize().into() }
    }

    pub(super) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

/// As the table has it: `v1#` and 64 hexadecimal digits.
impl fmt::Display for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Self::prefix(&self.stage))?;
        self.digest.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
