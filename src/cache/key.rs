//! The key of a stored answer: everything that tells two answers of a route apart.
//!
//! Parts are hashed with their lengths, never joined: no value can be made to look like two.

use std::fmt;

use http::{
    HeaderName,
    header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION},
};

use crate::{
    digest::{Sha256, hex},
    template::parameter::Parameter,
};

pub(super) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

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

/// A key with everything that it was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedKey {
    pub key: CacheKey,
    pub parts: Vec<KeyPart>,
}

/// Takes the parts of a key, one after another.
pub(super) trait KeyWriter {
    fn part(&mut self, name: &str, values: &[&[u8]]);
}

/// Makes a key of its parts.
pub(super) struct KeyHasher {
    stage: String,
    hash: Sha256,
}

impl KeyHasher {
    pub fn new(stage: &str) -> Self {
        Self { stage: stage.to_owned(), hash: Sha256::default() }
    }

    /// Begins the key of one of several answers that `key` stands for.
    pub fn of_variant(key: &CacheKey) -> Self {
        let mut hasher = Self::new(&key.stage);
        hasher.part("variant", &[&key.digest]);
        hasher
    }

    pub fn finish(self) -> CacheKey {
        CacheKey { stage: self.stage, digest: self.hash.finish() }
    }

    fn add(&mut self, bytes: &[u8]) {
        self.hash.add(length_bytes(bytes.len()));
        self.hash.add(bytes);
    }
}

impl KeyWriter for KeyHasher {
    fn part(&mut self, name: &str, values: &[&[u8]]) {
        self.add(name.as_bytes());
        self.add(&length_bytes(values.len()));
        values.iter().for_each(|value| self.add(value));
    }
}

fn length_bytes(length: usize) -> [u8; 8] {
    u64::try_from(length).unwrap_or(u64::MAX).to_le_bytes()
}

/// Of a body it notes the length, and of credentials that they are there.
impl KeyWriter for Vec<KeyPart> {
    fn part(&mut self, name: &str, values: &[&[u8]]) {
        let text = |value: &&[u8]| match name {
            "body" => format!("{} bytes", value.len()),
            name if is_secret(name) => "…".to_owned(),
            _ => String::from_utf8_lossy(value).into_owned(),
        };
        self.push(KeyPart { name: name.to_owned(), values: values.iter().map(text).collect() });
    }
}

/// True where a part of a key is somebody's credentials.
fn is_secret(part: &str) -> bool {
    const SECRETS: [HeaderName; 4] = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, API_KEY];
    matches!(Parameter::parse(part), Some(Parameter::Header(name)) if SECRETS.contains(&name))
}

impl CacheKey {
    /// The beginning of all keys of the stage, as the table has them.
    pub fn prefix(stage: &str) -> String {
        format!("{stage}#")
    }

    pub(super) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

/// As the table has it: `v1#` and 64 hexadecimal digits.
impl fmt::Display for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Self::prefix(&self.stage))?;
        f.write_str(&hex(&self.digest))
    }
}

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
