//! The forms of dates and ids, by which they are compared where their values may differ.

use serde_json::Value;

use crate::calendar::parse_timestamp_ms;

/// The form of a date or a time; `None`: it is none.
pub fn date_form(value: &Value) -> Option<&'static str> {
    match value {
        Value::String(text) => {
            let is_day =
                |text: &str| text.len() == 10 && parse_timestamp_ms(&format!("{text}T00:00:00Z")).is_some();
            if is_day(text) {
                Some("a date")
            } else if is_rfc_3339(text) {
                Some("a time (RFC 3339)")
            } else if httpdate::parse_http_date(text).is_ok() {
                Some("a time (HTTP)")
            } else {
                None
            }
        }
        Value::Number(number) => match number.as_f64()? {
            // From 2001 to 2100.
            seconds if (1e9..4.1e9).contains(&seconds) => Some("a time (seconds since 1970)"),
            ms if (1e12..4.1e12).contains(&ms) => Some("a time (milliseconds since 1970)"),
            _ => None,
        },
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// `2025-04-14T22:12:48.123+02:00`, and the same without a zone.
fn is_rfc_3339(text: &str) -> bool {
    let Some((day, rest)) = text.split_once(['T', 't', ' ']) else { return false };
    let time = rest.trim_end_matches(|c: char| c.is_ascii_digit() || "+-:Zz.".contains(c));
    let is_time =
        time.is_empty() && rest.len() >= 8 && rest.as_bytes()[2] == b':' && rest.as_bytes()[5] == b':';
    is_time && parse_timestamp_ms(&format!("{day}T{}Z", rest.get(..8).unwrap_or_default())).is_some()
}

/// The form of an id; `None`: it is none.
pub fn id_form(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text_form(text)?.to_owned()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some("a whole number".to_owned()),
        Value::Number(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn text_form(text: &str) -> Option<&'static str> {
    let all = |is: fn(char) -> bool| !text.is_empty() && text.chars().all(is);
    if is_uuid(text) {
        Some("a UUID")
    } else if all(|c| c.is_ascii_digit()) {
        Some("digits")
    } else if all(|c| c.is_ascii_hexdigit()) {
        Some("hexadecimal digits")
    } else if all(|c| c.is_ascii_alphanumeric() || "-_.:~#/".contains(c)) {
        Some("letters and digits")
    } else {
        None
    }
}

/// `0b6f6a5c-8a3e-4b44-9c39-1f2f5a7d9e10`
pub fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn forms_of_dates_and_ids_are_known() {
        let dates = [
            (json!("2025-04-14"), Some("a date")),
            (json!("2025-04-14T22:12:48Z"), Some("a time (RFC 3339)")),
            (json!("2025-04-14 22:12:48.123+02:00"), Some("a time (RFC 3339)")),
            (json!("Mon, 14 Apr 2025 22:12:48 GMT"), Some("a time (HTTP)")),
            (json!(1_744_668_768), Some("a time (seconds since 1970)")),
            (json!(1_744_668_768_123_u64), Some("a time (milliseconds since 1970)")),
            (json!("2025-13-14"), None),
            (json!("2025-04-14Tnoon"), None),
            (json!("äöüTäöü"), None),
            (json!(7), None),
            (json!(null), None),
        ];
        for (value, form) in dates {
            assert_eq!(date_form(&value), form, "{value}");
        }
        let ids = [
            (json!("0b6f6a5c-8a3e-4b44-9c39-1f2f5a7d9e10"), Some("a UUID")),
            (json!("507f1f77bcf86cd799439011"), Some("hexadecimal digits")),
            (json!("0042"), Some("digits")),
            (json!("ord_7Hx"), Some("letters and digits")),
            (json!(42), Some("a whole number")),
            (json!("two words"), None),
            (json!(""), None),
            (json!(1.5), None),
        ];
        for (value, form) in ids {
            assert_eq!(id_form(&value).as_deref(), form, "{value}");
        }
    }
}
