//! What is read, and what is not.

use serde_json::json;

use super::*;

#[test]
fn any_json_is_read_as_it_is_written() {
    let texts = [
        "null",
        "true",
        r#""a\u0022\\""#,
        "7.50",
        "-0",
        "12345678901234567890123456789012345678",
        "1e-7",
        r#"[1,[],{"b":{},"a":[null]}]"#,
        r#"{"$serde_json::private::Number":"seven"}"#,
        r#"{"$serde_json::private::Number":"7","more":1}"#,
        r#"{"$serde_json::private::Number":7}"#,
        r#"{"$serde_json::private::Number":"7"}"#,
        r#"{"$serde_json::private::RawValue":"[1]"}"#,
    ];
    for text in texts {
        let value = read(text.as_bytes()).unwrap();
        let again = read(value.to_string().as_bytes()).unwrap();
        assert_eq!((&again, value.to_string().len()), (&value, shortest(text).len()), "{text}");
    }
    assert_eq!(read(br#"{"a":1,"a":2}"#).unwrap(), json!({"a": 2}));
    // A target would read an object.
    for name in ["$serde_json::private::Number", "\\u0024serde_json::private::Number"] {
        assert!(read(format!("{{\"{name}\":\"7\"}}").as_bytes()).unwrap().is_object(), "{name}");
    }
    assert_eq!(
        read(br#"{"\u0024serde_json::private::RawValue":"1"}"#).unwrap()["$serde_json::private::RawValue"],
        "1"
    );
}

#[test]
fn two_members_with_one_name_are_refused_on_demand() {
    for text in [r#"{"a":1,"a":1}"#, r#"[{"b":{"a":1,"\u0061":2}}]"#] {
        assert!(read(text.as_bytes()).is_ok(), "{text}");
        assert!(read_unambiguous(text.as_bytes()).is_err(), "{text}");
    }
    for text in [r#"{"a":{"a":1},"A":[7.50]}"#, "7.50", "[]"] {
        assert_eq!(read_unambiguous(text.as_bytes()).unwrap(), read(text.as_bytes()).unwrap(), "{text}");
    }
    assert!(read_unambiguous(b"{} {}").is_err());
}

/// `text` as we write it ourselves.
fn shortest(text: &str) -> String {
    text.replace("\\u0022", "\\\"")
}

#[test]
fn counts_values_and_names_outside_of_strings() {
    let cases = [
        ("", 1),
        ("7", 1),
        ("[]", 2),
        ("[0,0,0]", 4),
        (r#"{"a":1,"b":[{}]}"#, 9),
        (r#""[,:{""#, 1),
        (r#"["\",","\\",","]"#, 4),
        (r#"["\\\"",0]"#, 3),
        (r#"["open,,,"#, 2),
        (r#""open\"#, 1),
    ];
    for (text, expected) in cases {
        assert_eq!(count_values(text.as_bytes()), expected, "{text}");
    }
}

#[test]
fn refuses_what_is_too_deep_or_no_json() {
    for text in ["", "{", "[1,]", "{} {}", "01", "\"\u{1}\"", &"[".repeat(1_000), &nested(129)] {
        assert!(read(text.as_bytes()).is_err(), "{text}");
    }
    assert!(read(nested(120).as_bytes()).is_ok());
    assert!(read_objects(b"[{}, 1]", drop).is_err());
    assert!(read_objects(b"[{}] {}", drop).is_err());
}

fn nested(levels: usize) -> String {
    "[".repeat(levels) + &"]".repeat(levels)
}

#[test]
fn json_within_json_does_not_begin_a_new_depth() {
    // Each level is a string in the one around it; escaped so, a level more is no longer than the last.
    let level = |inner: String, _| {
        let escaped = inner.replace('\\', "\\u005c").replace('"', "\\u0022");
        format!("{}{{\"$serde_json::private::RawValue\":\"{escaped}\"}}{}", "[".repeat(100), "]".repeat(100))
    };
    let text = (0..300).fold("0".to_owned(), level);
    let value = read(text.as_bytes()).unwrap();
    let depth = std::iter::successors(Some(&value), |value| value.get(0)).count();
    assert_eq!(depth, 101);
}
