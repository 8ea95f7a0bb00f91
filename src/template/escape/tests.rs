//! Values that try to leave the place they are put in.

use serde_json::Value;

use super::*;

const HOSTILE: [&str; 12] = [
    "\",\"admin\":true,\"x\":\"",
    "\\",
    "\\\"",
    "\\\\\",\"admin\":true,\"",
    "'; alert(1); '",
    "`${alert(1)}`",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a\u{2028}b\u{2029}c",
    "\u{0}\u{1}\u{7f}\u{85}\r\nx-evil: 1",
    "]]>-->&quot;",
    "ü😀 ; Domain=evil.example, b=2",
];

fn filled(content_type: &str, document: &str, value: &str) -> String {
    let mut place = Escape::in_body(content_type);
    let mut filled = String::new();
    for (nth, text) in document.split('@').enumerate() {
        if nth > 0 {
            filled.push_str(&place.fit(Some(value.into()), ValueKind::Text));
        }
        place = place.after(text);
        filled.push_str(text);
    }
    filled
}

#[test]
fn json_has_a_clients_text_as_one_string_wherever_it_stands() {
    let documents =
        [r#"{"v": "@"}"#, r#"{"v": @}"#, r#"{"e\"{": "\\", "v": "@"}"#, r#"["\\\"", {"v": @}, "@"]"#];
    for value in HOSTILE {
        for document in documents {
            let text = filled("application/problem+JSON; charset=utf-8", document, value);
            let json: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
            let found = json.get("v").or_else(|| json[1].get("v"));
            assert_eq!(found, Some(&Value::from(value)), "{text}");
        }
        let in_a_page = filled("application/json", r#"{"v": "@"}"#, value);
        assert!(!in_a_page.contains(['<', '\u{2028}', '\u{2029}']), "{in_a_page}");
        let behind_a_backslash = filled("application/json", r#"{"v": "\@"}"#, value);
        let json: Value = serde_json::from_str(&behind_a_backslash).unwrap();
        assert_eq!(json, serde_json::json!({ "v": format!("\\{value}") }));
    }
}

#[test]
fn markup_and_scripts_keep_their_structure() {
    let outside =
        |text: &str, odd: &str| text.chars().any(|c| odd.contains(c) || (c.is_control() && c != '\t'));
    for value in HOSTILE {
        for content_type in ["text/html", "application/xhtml+xml", "application/xml"] {
            let text = filled(content_type, "@", value);
            assert!(!outside(&text, "<>\"'`=\\\u{2028}\u{2029}"), "{text}");
        }
        for document in ["@", "'@'", "`@`", "\"a\\\"@\"", "// don't @", "f('\\'', @)"] {
            let text = filled("text/javascript", document, value);
            let inner = document.split('@').fold(text, |text, part| text.replacen(part, "", 1));
            let inner = inner.replace(r"\u", "");
            assert!(inner.trim_matches('"').bytes().all(|byte| byte.is_ascii_alphanumeric()), "{inner}");
        }
    }
    assert_eq!(filled("text/javascript", "f(@)", "a'b"), r#"f("a\u0027b")"#);
    assert_eq!(filled("text/javascript", "f('@')", "a'b"), r"f('a\u0027b')");
    assert_eq!(filled("text/plain", "<@>", "a'b\"\\"), "<a'b\"\\>");
    assert_eq!(filled("application/x-www-form-urlencoded", "a=@&b=1", "1&b=2 ü"), "a=1%26b%3D2%20%C3%BC&b=1");
}

#[test]
fn a_header_keeps_its_structure() {
    let cases = [
        (
            "link",
            "<https://a.example/@>; rel=\"x\"",
            "b>; rel=\"y",
            "<https://a.example/b%3E;%20rel=%22y>; rel=\"x\"",
        ),
        ("location", "/a@?b=1", "/%2Fx ü", "/a/%2Fx%20%C3%BC?b=1"),
        ("set-cookie", "a=@; Path=/", "1; Domain=x,\"\\", "a=1%3B%20Domain=x%2C%22%5C; Path=/"),
        (
            "content-disposition",
            "attachment; filename=\"@\"",
            "a\"; b=\\",
            "attachment; filename=\"a\\\"; b=\\\\\"",
        ),
        ("x-any", "\"\\\"\" @", "a\"b", "\"\\\"\" a\"b"),
    ];
    for (name, document, value, expected) in cases {
        let name = HeaderName::from_static(name);
        let (before, after) = document.split_once('@').unwrap();
        let place = Escape::in_header(&name).after(before);
        let fitted = place.fit(Some(value.into()), ValueKind::Text);
        assert_eq!(format!("{before}{fitted}{after}"), expected, "{name}");
    }
}
