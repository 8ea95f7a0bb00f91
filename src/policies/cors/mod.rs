//! CORS: who may call from a browser (Fetch standard, "CORS protocol").
//!
//! The gateway answers preflights itself and writes the headers of every other response, refusals too; where it
//! is configured, what an integration says about CORS is dropped. All values are made when the item is read.

mod origins;
mod preflight;
#[cfg(test)]
mod tests;

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
        ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
    },
};
use serde_json::Value;

use self::{
    origins::{Origins, Pattern},
    preflight::{Headers, Methods, each, is_token, list},
};
use crate::{
    header_list::tokens,
    item::Fields,
    message::{Body, Request, Response},
};

/// A `corsConfiguration`, of the API or of one route.
#[derive(Debug)]
pub struct Cors {
    origins: Origins,
    methods: Methods,
    headers: Headers,
    /// `access-control-expose-headers`.
    expose: Option<HeaderValue>,
    /// `access-control-max-age`.
    max_age: Option<HeaderValue>,
    /// `access-control-allow-credentials`.
    credentials: Option<HeaderValue>,
}

/// `allowCredentials`: cookies and `Authorization` of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Credentials {
    Allowed,
    Omitted,
}

impl Cors {
    /// Reads `{allowOrigins, allowMethods, allowHeaders, exposeHeaders, maxAge, allowCredentials}`.
    pub fn parse(fields: Fields<'_>) -> Option<Self> {
        let credentials = match fields.boolean("allowCredentials") {
            Some(true) => Credentials::Allowed,
            Some(false) | None => Credentials::Omitted,
        };
        let origins = origins(&fields, credentials);
        let methods = Methods::parse(&fields);
        let headers = Headers::parse(&fields);
        let expose = exposed(&fields, credentials);
        let max_age = max_age(&fields);
        fields.finish();
        Some(Self {
            origins: origins?,
            methods: methods?,
            headers: headers?,
            expose,
            max_age,
            credentials: match credentials {
                Credentials::Allowed => Some(HeaderValue::from_static("true")),
                Credentials::Omitted => None,
            },
        })
    }

    /// The method that a preflight asks for; `None`: the request is no preflight.
    pub fn preflight_method(request: &Request) -> Option<Method> {
        let is_preflight = request.method == Method::OPTIONS && request.headers.contains_key(ORIGIN);
        let requested = request.headers.get(ACCESS_CONTROL_REQUEST_METHOD).filter(|_| is_preflight)?;
        // What is no method is asked for by nobody's route, and refused by the policy.
        Some(Method::from_bytes(requested.as_bytes()).unwrap_or_default())
    }

    /// The whole response to a preflight: 204, with leave or without. Not for [`Cors::apply`].
    pub fn preflight(&self, request: &Request) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        if let Some(origin) = self.allowed_origin(&request.headers)
            && self.methods.allow(&request.headers)
            && self.headers.allow(&request.headers)
        {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            insert(headers, ACCESS_CONTROL_ALLOW_METHODS, self.methods.value());
            insert(headers, ACCESS_CONTROL_ALLOW_HEADERS, self.headers.value(&request.headers));
            insert(headers, ACCESS_CONTROL_MAX_AGE, self.max_age.as_ref());
            insert(headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, self.credentials.as_ref());
        }
        self.vary(headers);
        response
    }

    /// Lets the page that sent `request` read `response`, if its origin may; drops whatever else was said there
    /// about CORS.
    pub fn apply(&self, request: &Request, response: &mut Response) {
        let headers = response.headers_mut();
        let is_cors = |name: &&HeaderName| name.as_str().starts_with("access-control-");
        let stale: Vec<HeaderName> = headers.keys().filter(is_cors).cloned().collect();
        stale.iter().for_each(|name| drop(headers.remove(name)));
        if let Some(origin) = self.allowed_origin(&request.headers) {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            insert(headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, self.credentials.as_ref());
            insert(headers, ACCESS_CONTROL_EXPOSE_HEADERS, self.expose.as_ref());
        }
        self.vary(headers);
    }

    /// The value of `access-control-allow-origin`.
    fn allowed_origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        match &self.origins {
            // Also without an Origin: there is no Vary, so a shared cache gives this response to pages too.
            Origins::Any => Some(HeaderValue::from_static("*")),
            Origins::Listed(_) => {
                let origin = headers.get(ORIGIN)?;
                self.origins.allow(origin.to_str().ok()?).then(|| origin.clone())
            }
        }
    }

    /// Tells caches that the response depends on the origin, whether or not it had one.
    fn vary(&self, headers: &mut HeaderMap) {
        if matches!(self.origins, Origins::Any) {
            return;
        }
        let lines: Vec<&str> = headers.get_all(VARY).iter().filter_map(|line| line.to_str().ok()).collect();
        let has_origin = |name: &str| name == "*" || name.eq_ignore_ascii_case("origin");
        if lines.iter().flat_map(|line| tokens(line)).any(has_origin) {
            return;
        }
        let merged = match lines.as_slice() {
            [] => Ok(HeaderValue::from_static("Origin")),
            lines => HeaderValue::from_str(&format!("{}, Origin", lines.join(", "))),
        };
        headers.insert(VARY, merged.unwrap_or(HeaderValue::from_static("Origin")));
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: Option<&HeaderValue>) {
    if let Some(value) = value {
        headers.insert(name, value.clone());
    }
}

fn origins(fields: &Fields<'_>, credentials: Credentials) -> Option<Origins> {
    let given =
        fields.require("allowOrigins", fields.strings("allowOrigins"), "the origins that may call, or *")?;
    if given.iter().any(|origin| origin.trim() == "*") {
        if credentials == Credentials::Allowed {
            fields.problem("allowOrigins", "*", "origins by name, because allowCredentials is true");
        }
        return Some(Origins::Any);
    }
    let parse = |origin: &str| Pattern::parse(origin);
    Some(Origins::Listed(each(fields, "allowOrigins", &given, origins::EXPECTED, parse)))
}

fn exposed(fields: &Fields<'_>, credentials: Credentials) -> Option<HeaderValue> {
    let given = fields.strings("exposeHeaders").filter(|names| !names.is_empty())?;
    // Fetch standard: beside credentials `*` is a header of that name.
    let expected = match credentials {
        Credentials::Allowed => "a header's name; * has no effect beside allowCredentials",
        Credentials::Omitted => "a header's name, or *",
    };
    let names = each(fields, "exposeHeaders", &given, expected, |text| {
        (is_token(text) && !(credentials == Credentials::Allowed && text == "*"))
            .then(|| text.to_ascii_lowercase())
    });
    list(&names)
}

/// Seconds; -1 is API Gateway's word for "do not remember", which the Fetch standard writes 0.
fn max_age(fields: &Fields<'_>) -> Option<HeaderValue> {
    let seconds: i64 = fields.parsed("maxAge", "a whole number of seconds from -1 to 86400", |value| {
        let number = match value {
            Value::String(text) => text.trim().parse().ok()?,
            other => other.as_i64()?,
        };
        (-1..=86_400).contains(&number).then_some(number)
    })?;
    Some(HeaderValue::from(seconds.max(0)))
}
