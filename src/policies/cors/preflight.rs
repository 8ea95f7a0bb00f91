//! The method and the headers that a preflight may ask for.

use http::{
    HeaderMap, HeaderValue,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD},
};
use serde_json::Value;

use crate::{header_list::tokens, item::Fields};

#[derive(Debug)]
pub(super) enum Methods {
    /// No list: what a page may send without asking is allowed.
    Safelisted,
    Listed {
        names: Vec<String>,
        value: HeaderValue,
    },
}

#[derive(Debug)]
pub(super) enum Headers {
    /// No list: what a page may send without asking is allowed.
    Safelisted,
    /// `*`: the response repeats what was requested for, as `*` itself covers neither credentials nor `Authorization`.
    Any,
    /// In lower case.
    Listed { names: Vec<String>, value: HeaderValue },
}

/// API Gateway's methods, which `*` stands for.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
/// Fetch standard, "CORS-safelisted method".
const SAFELISTED_METHODS: [&str; 3] = ["GET", "HEAD", "POST"];
/// Fetch standard, "CORS-safelisted request-header".
const SAFELISTED_HEADERS: [&str; 5] =
    ["accept", "accept-language", "content-language", "content-type", "range"];

impl Methods {
    /// Reads `allowMethods`.
    pub(super) fn parse(fields: &Fields<'_>) -> Option<Self> {
        let given = fields.strings("allowMethods").unwrap_or_default();
        let known = |text: &str| METHODS.into_iter().find(|method| method.eq_ignore_ascii_case(text));
        let names = if given.iter().any(|method| method.trim() == "*") {
            METHODS.map(str::to_owned).to_vec()
        } else {
            each(fields, "allowMethods", &given, "a method, such as GET, or *", |text| {
                is_token(text).then(|| known(text).unwrap_or(text).to_owned())
            })
        };
        if given.is_empty() {
            Some(Self::Safelisted)
        } else {
            Some(Self::Listed { value: list(&names)?, names })
        }
    }

    pub(super) fn allow(&self, requested: &HeaderMap) -> bool {
        let Some(method) = requested.get(ACCESS_CONTROL_REQUEST_METHOD) else { return false };
        match self {
            Self::Safelisted => SAFELISTED_METHODS.iter().any(|name| method == name),
            Self::Listed { names, .. } => names.iter().any(|name| method == name),
        }
    }

    pub(super) fn value(&self) -> Option<&HeaderValue> {
        match self {
            Self::Safelisted => None,
            Self::Listed { value, .. } => Some(value),
        }
    }
}

impl Headers {
    /// Reads `allowHeaders`.
    pub(super) fn parse(fields: &Fields<'_>) -> Option<Self> {
        let given = fields.strings("allowHeaders").unwrap_or_default();
        if given.iter().any(|name| name.trim() == "*") {
            return Some(Self::Any);
        }
        let names = each(fields, "allowHeaders", &given, "a header's name, or *", |text| {
            is_token(text).then(|| text.to_ascii_lowercase())
        });
        if given.is_empty() {
            Some(Self::Safelisted)
        } else {
            Some(Self::Listed { value: list(&names)?, names })
        }
    }

    pub(super) fn allow(&self, requested: &HeaderMap) -> bool {
        let Some(list) = requested.get(ACCESS_CONTROL_REQUEST_HEADERS) else { return true };
        let Ok(list) = list.to_str() else { return false };
        tokens(list).all(|name| match self {
            Self::Any => is_token(name),
            Self::Safelisted => is_safelisted(name),
            Self::Listed { names, .. } => {
                is_safelisted(name) || names.iter().any(|listed| listed.eq_ignore_ascii_case(name))
            }
        })
    }

    pub(super) fn value<'a>(&'a self, requested: &'a HeaderMap) -> Option<&'a HeaderValue> {
        match self {
            Self::Safelisted => None,
            Self::Any => requested.get(ACCESS_CONTROL_REQUEST_HEADERS),
            Self::Listed { value, .. } => Some(value),
        }
    }
}

fn is_safelisted(header: &str) -> bool {
    SAFELISTED_HEADERS.iter().any(|name| name.eq_ignore_ascii_case(header))
}

/// Parses each entry; one that `parse` refuses is a problem.
pub(super) fn each<T>(
    fields: &Fields<'_>,
    field: &str,
    given: &[String],
    expected: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Vec<T> {
    let mut parsed = Vec::with_capacity(given.len());
    for (index, text) in given.iter().enumerate() {
        match parse(text.trim()) {
            Some(value) => parsed.push(value),
            None => fields.problem(
                &format!("{field}[{index}]"),
                &Value::from(text.as_str()).to_string(),
                expected,
            ),
        }
    }
    parsed
}

pub(super) fn list(names: &[String]) -> Option<HeaderValue> {
    HeaderValue::from_str(&names.join(",")).ok()
}

/// RFC 9110 §5.6.2.
pub(super) fn is_token(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(legal)
}
