//! The headers that tell callers that a stage is deprecated, and when it goes: `Deprecation` (RFC 9745), `Sunset`
//! (RFC 8594) and a link to what to do.

use std::time::{Duration, SystemTime};

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{Entry, LINK},
};
use serde_json::Value;

use crate::{calendar::parse_timestamp_ms, item::Fields};

/// The headers of a stage that is deprecated or goes, made when its item is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deprecation {
    deprecation: Option<HeaderValue>,
    sunset: Option<HeaderValue>,
    link: Option<HeaderValue>,
}

const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// The last second of the year 9999: an HTTP date has four digits for the year.
const LAST_SECOND: u64 = 253_402_300_799;
const A_DATE: &str = "a date such as 2027-01-31, a time such as 2027-01-31T09:00:00Z, or seconds since 1970";
const A_LINK: &str = "a URL such as https://example.com/v1-ends, or a path";
const MOST_LINK_BYTES: usize = 2_000;

impl Deprecation {
    /// Reads the fields of a stage item; `None`: nothing is said there.
    pub fn parse(fields: &Fields<'_>) -> Option<Self> {
        let deprecated = fields.parsed("deprecated", A_DATE, seconds);
        let sunset = fields.parsed("sunset", A_DATE, seconds);
        let link = fields.parsed("deprecationLink", A_LINK, link);
        if let (Some(deprecated), Some(sunset)) = (deprecated, sunset)
            && sunset < deprecated
            && let Some(value) = fields.value("sunset")
        {
            fields.problem("sunset", &value.to_string(), "a time that is not before deprecated");
            return None;
        }
        (deprecated.is_some() || sunset.is_some() || link.is_some()).then(|| Self {
            deprecation: deprecated.map(|seconds| ascii(&format!("@{seconds}"))),
            sunset: sunset.map(|seconds| {
                ascii(&httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)))
            }),
            link,
        })
    }

    /// Adds the headers. What an integration says of itself stays.
    pub fn apply(&self, headers: &mut HeaderMap) {
        let Self { deprecation, sunset, link } = self;
        for (name, value) in [(DEPRECATION, deprecation), (SUNSET, sunset)] {
            if let Some(value) = value
                && let Entry::Vacant(vacant) = headers.entry(name)
            {
                vacant.insert(value.clone());
            }
        }
        if let Some(link) = link
            && !headers.get_all(LINK).iter().any(is_of_deprecation)
        {
            headers.append(LINK, link.clone());
        }
    }
}

fn is_of_deprecation(link: &HeaderValue) -> bool {
    let link = link.as_bytes().to_ascii_lowercase();
    let link = String::from_utf8_lossy(&link);
    link.contains("rel=\"deprecation\"") || link.contains("rel=deprecation")
}

/// Seconds since 1970.
fn seconds(value: &Value) -> Option<u64> {
    let seconds = match value {
        Value::Number(number) => number.as_u64()?,
        Value::String(text) => match text.trim() {
            digits if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok()?
            }
            time => parse_timestamp_ms(time)? / 1_000,
        },
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    (seconds <= LAST_SECOND).then_some(seconds)
}

fn link(value: &Value) -> Option<HeaderValue> {
    let url = value.as_str()?.trim();
    let begins_well = ["https://", "http://", "/"].iter().any(|begin| url.starts_with(begin));
    let is_safe = url.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"\\^`{|}".contains(&byte));
    let is_url = begins_well && is_safe && url.len() <= MOST_LINK_BYTES;
    is_url.then(|| ascii(&format!("<{url}>; rel=\"deprecation\"")))
}

fn ascii(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("all of it is visible ASCII")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_time_is_a_date_an_rfc_3339_time_or_seconds() {
        let cases = [
            (json!("2026-12-01"), Some(1_796_083_200)),
            (json!("2026-12-01T00:00:00Z"), Some(1_796_083_200)),
            (json!("2026-12-01T01:00:00.5+01:00"), Some(1_796_083_200)),
            (json!(1_796_083_200), Some(1_796_083_200)),
            (json!(" 1796083200 "), Some(1_796_083_200)),
            (json!("9999-12-31T23:59:59Z"), Some(LAST_SECOND)),
            (json!("9999-12-31T23:59:59-01:00"), None),
            (json!(LAST_SECOND + 1), None),
            (json!("99999999999999999999999"), None),
            (json!(-1), None),
            (json!(1.5), None),
            (json!("soon"), None),
            (json!(""), None),
            (json!("2026-02-30"), None),
            (json!(true), None),
            (json!([]), None),
        ];
        for (value, expected) in cases {
            assert_eq!(seconds(&value), expected, "{value}");
        }
    }

    #[test]
    fn a_link_cannot_end_its_header() {
        let safe = link(&json!("https://example.com/v1?a=b#c")).unwrap();
        assert_eq!(safe, "<https://example.com/v1?a=b#c>; rel=\"deprecation\"");
        assert_eq!(link(&json!("/docs/v1")).unwrap(), "</docs/v1>; rel=\"deprecation\"");
        let long = format!("/{}", "x".repeat(MOST_LINK_BYTES));
        for bad in
            ["", "example.com", "javascript:x", "/a>;rel=next", "/a b", "/a\r\nx: y", "/\u{e4}", "/\"", &long]
        {
            assert_eq!(link(&json!(bad)), None, "{bad}");
        }
    }
}
