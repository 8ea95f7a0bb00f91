//! Signature Version 4 in the `Authorization` header.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::{
    fmt::Write,
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header::AUTHORIZATION};
use ring::hmac;

use super::{canonical, credentials::Credentials, service::SigningForm};
use crate::{
    calendar::{self, Day},
    clock,
    digest::{Sha256, push_hex},
};

pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
/// Of S3 only: the hash of the body.
const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");

/// Signs the requests to one service in one region.
#[derive(Debug)]
pub struct Signer {
    pub(super) credentials: Credentials,
    region: String,
    /// The service's name in the scope: `lambda`.
    service: &'static str,
    pub(super) form: SigningForm,
    /// Made anew every day.
    key: Mutex<Option<DaysKey>>,
}

#[derive(Clone, Debug)]
struct DaysKey {
    day: Day,
    key: hmac::Key,
}

/// The parts of a request that are signed. All headers are.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    pub method: &'a Method,
    /// As it is sent, encoded.
    pub path: &'a str,
    /// Without the question mark.
    pub query: &'a str,
    pub body: &'a [u8],
}

impl Signer {
    pub fn new(credentials: Credentials, region: &str, service: &'static str, form: SigningForm) -> Self {
        Self { credentials, region: region.to_owned(), service, form, key: Mutex::default() }
    }

    /// The same with the credentials of another one.
    pub fn with_credentials(&self, credentials: Credentials) -> Self {
        Self::new(credentials, &self.region, self.service, self.form)
    }

    /// Adds `x-amz-date`, `authorization` and, with temporary credentials, `x-amz-security-token` to `headers`, which
    /// must have `host`.
    pub fn sign(&self, signed: Signed<'_>, headers: &mut HeaderMap, now: SystemTime) {
        let seconds = clock::milliseconds(now) / 1_000;
        let day = Day::of(seconds);
        let timestamp = timestamp(seconds);
        headers.insert(DATE, HeaderValue::from_str(&timestamp).expect(ASCII));
        if let Some(token) = self.credentials.session_token() {
            headers.insert(SECURITY_TOKEN, token);
        }
        if self.form == SigningForm::S3 {
            let mut hash = String::with_capacity(64);
            push_hex(&mut hash, &Sha256::of(signed.body));
            headers.insert(CONTENT_SHA256, HeaderValue::try_from(hash).expect(ASCII));
        }
        let authorization = Bytes::from(self.authorization(signed, headers, day, &timestamp));
        let mut authorization = HeaderValue::from_maybe_shared(authorization).expect(ASCII);
        authorization.set_sensitive(true);
        headers.insert(AUTHORIZATION, authorization);
    }

    fn authorization(&self, signed: Signed<'_>, headers: &HeaderMap, day: Day, timestamp: &str) -> String {
        let canonical = canonical::request(signed, headers, self.form);
        let scope = self.scope(&timestamp[..8]);
        let mut text = String::with_capacity(320);
        let _ = write!(
            text,
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={}, Signature=",
            self.credentials.access_key_id(),
            canonical.signed_headers(),
        );
        self.push_signature(&mut text, &canonical.text, day, timestamp);
        text
    }

    /// `20150830/us-east-1/s3/aws4_request`.
    pub(super) fn scope(&self, date: &str) -> String {
        format!("{date}/{}/{}/aws4_request", self.region, self.service)
    }

    /// Appends the signature of a canonical request, as hexadecimal digits.
    pub(super) fn push_signature(&self, text: &mut String, canonical: &str, day: Day, timestamp: &str) {
        let date = &timestamp[..8];
        let mut to_sign = String::with_capacity(192);
        let _ = write!(to_sign, "{ALGORITHM}\n{timestamp}\n{}\n", self.scope(date));
        push_hex(&mut to_sign, &Sha256::of(canonical));
        let key = self.key_of(day, date);
        push_hex(text, hmac::sign(&key, to_sign.as_bytes()).as_ref());
    }

    fn key_of(&self, day: Day, date: &str) -> hmac::Key {
        let mut kept = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.as_ref().filter(|kept| kept.day == day) {
            return kept.key.clone();
        }
        let first = format!("AWS4{}", self.credentials.secret_access_key());
        let parts = [date, &self.region, self.service, "aws4_request"];
        let key = parts.iter().fold(hmac::Key::new(hmac::HMAC_SHA256, first.as_bytes()), |key, part| {
            hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref())
        });
        *kept = Some(DaysKey { day, key: key.clone() });
        key
    }
}

/// `20150830T123600Z`.
pub(super) fn timestamp(seconds: u64) -> String {
    let mut text = calendar::timestamp(seconds);
    text.retain(|char| char.is_ascii_alphanumeric());
    text
}

const ASCII: &str = "what is signed is ASCII";
