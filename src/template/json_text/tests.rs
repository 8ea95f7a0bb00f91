//! JSON as it is read and written: order, digits, bounds.

use super::*;
use crate::template::velocity::Value;

/// What the text reads as, written again; `!` and the words of its error.
fn again(text: &str) -> String {
    read(text).and_then(|value| write(&value)).unwrap_or_else(|error| format!("!{error}"))
}

/// The answers are those of json-smart in its permissive mode, which reads bodies for API Gateway's JSONPath; where
/// ours is another, the reason stands beside it.
#[test]
fn reads_what_a_forgiving_reader_takes_for_json() {
    #[rustfmt::skip]
    let cases = [
        (r#"{"a":1}"#, r#"{"a":1}"#),
        (" {\"a\" :\n[1, 2] }\t", r#"{"a":[1,2]}"#),
        ("a=b&c=d", r#""a=b&c=d""#),
        ("  hello world  ", r#""hello world""#),
        ("{statusCode: 200}", r#"{"statusCode":200}"#),
        ("{ 'a' : 'b' }", r#"{"a":"b"}"#),
        ("{a:b c, d:1}", r#"{"a":"b c","d":1}"#),
        ("{a:b:c}", r#"{"a":"b:c"}"#),
        ("{a:x\"y}", r#"{"a":"x\"y"}"#),
        ("[1,2,]", "[1,2]"),
        ("[,1,,2]", "[1,2]"),
        (r#"{,"a":1,}"#, r#"{"a":1}"#),
        (r#"{"a":1}x"#, r#"{"a":1}"#),
        ("[1]]", "[1]"),
        (r#""abc" def"#, r#""abc""#),
        ("'it'", r#""it""#),
        ("it's", r#""it's""#),
        ("007", "7"),
        ("-007.50e+3", "-7.50e+3"),
        ("5.", "5.0"),
        ("+5", r#""+5""#),
        (".5", r#"".5""#),
        ("0x10", r#""0x10""#),
        ("1.2.3", r#""1.2.3""#),
        ("1 2", r#""1 2""#),
        ("12abc", r#""12abc""#),
        ("1e", r#""1e""#),
        ("-", r#""-""#), // json-smart: 0
        ("NaN", r#""NaN""#), // json-smart: a number, which JSON has not
        ("true", "true"),
        ("True", r#""True""#),
        ("nullx", r#""nullx""#),
        ("null", "null"),
        ("", r#""""#),
        ("   ", r#""""#),
        ("[true false, nul]", r#"["true false","nul"]"#),
        ("<a>x</a>", r#""<a>x</a>""#),
        ("a]b", r#""a]b""#),
        (r#"{"":1}"#, r#"{"":1}"#),
        (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
        ("12345678901234567890123456789012345", "12345678901234567890123456789012345"),
        ("[1.50,1e5,-0,0.1234567890123456789012345]", "[1.50,1e5,-0,0.1234567890123456789012345]"), // json-smart: 1.5, 100000.0
        (r#""\ud83d\ude00 \u00e9 \/ \n\t\b\f\r \" \' \\""#, r#""😀 é / \n\t\b\f\r \" ' \\""#),
        (r#""\ud83d \ude00 \ud83d\u0041""#, "\"\u{fffd} \u{fffd} \u{fffd}A\""), // json-smart: ? for half a character
        (r#""\q""#, r#""""#),
        ("\"\u{1}\"", r#""\u0001""#),
    ];
    for (text, expected) in cases {
        assert_eq!(again(text), expected, "{text}");
    }
}

#[test]
fn a_text_that_breaks_off_is_no_json() {
    #[rustfmt::skip]
    let cases = [
        ("{1:2,true:3,:4}", "!the JSON has an unexpected : at line 1, column 13"),
        (r#"{"a":"#, "!the JSON ends too early"),
        (r#"{"a""#, "!the JSON ends too early"),
        (r#"{"a":"b""#, "!the JSON ends too early"),
        ("[1,2", "!the JSON ends too early"),
        ("[", "!the JSON ends too early"),
        ("\"abc", "!the JSON ends too early"),
        ("\"a\\", "!the JSON ends too early"),
        (r#""\u12""#, "!the JSON has an unexpected \" at line 1, column 6"),
        ("{\"a\"}", "!the JSON has an unexpected } at line 1, column 5"),
        ("{\n \"é\":}", "!the JSON has an unexpected } at line 2, column 6"),
        ("}", "!the JSON has an unexpected } at line 1, column 1"),
        ("[\"a\" b]", "!the JSON has an unexpected b at line 1, column 6"),
        ("{a:[}", "!the JSON has an unexpected } at line 1, column 5"),
    ];
    for (text, expected) in cases {
        assert_eq!(again(text), expected, "{text}");
    }
}

#[test]
fn nesting_and_size_are_bounded() {
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(again(&nested(MOST_DEPTH)) == nested(MOST_DEPTH));
    let too_deep = "!the JSON is nested more than 500 levels deep";
    assert_eq!(again(&nested(MOST_DEPTH + 1)), too_deep);
    assert_eq!(again(&"[".repeat(10_000)), too_deep);
    assert_eq!(again(&"{a:".repeat(10_000)), too_deep);
    let many = format!("[{}]", "{},".repeat(234_000));
    assert_eq!(again(&many), "!the JSON has more than 700000 values");
}

#[test]
fn a_value_that_contains_itself_or_is_shared_too_often_is_not_written() {
    let list = Value::list(Vec::new());
    let Value::List(items) = &list else { panic!("a list") };
    items.borrow_mut().push(list.clone());
    assert_eq!(write(&list), Err(JsonError::TooDeep));
    items.borrow_mut().clear();
    let mut doubled = Value::text("0123456789");
    for _ in 0..40 {
        doubled = Value::list(vec![doubled.clone(), doubled]);
    }
    assert_eq!(write(&doubled), Err(JsonError::TooLong));
}

#[test]
fn a_body_of_6_mb_reads_and_prints() {
    let line = "a line of some length, as it is in bodies; ".repeat(8);
    let item = format!(r#"{{"id":"0123456789","text":"{line}","n":12.50}},"#);
    let text = format!("[{}]", item.repeat(6_000_000 / item.len()).trim_end_matches(','));
    assert!(again(&text) == text, "the text came back changed");
}

#[test]
fn a_random_text_never_panics_and_reads_again_as_it_was_written() {
    const PARTS: [&str; 24] = [
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "'",
        "\\",
        "\\u00e9",
        "\\ud83d",
        "é",
        "a",
        "1",
        "-",
        ".5",
        "e9",
        "0",
        " ",
        "\n",
        "true",
        "null",
        "\"a\"",
        "{\"a\":[1]}",
    ];
    let mut seed = 11_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    for _ in 0..20_000 {
        let length = next(12);
        let text: String = (0..length).map(|_| PARTS[next(PARTS.len())]).collect();
        let written = again(&text);
        assert!(written.starts_with('!') || again(&written) == written, "{text} {written}");
    }
}
