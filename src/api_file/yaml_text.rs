//! JSON → YAML as people write it: blocks, short values in one line, quotes where a reader would be mistaken without.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::scalar::{PlainScalar, plain};

/// A value of a line is in braces or brackets if it takes no more characters than that.
const MOST_IN_A_LINE: usize = 72;
/// The longest name that YAML takes without a mark before it.
const MOST_KEY_CHARS: usize = 1_000;

/// Words that come first in a map; the others follow by their letters.
const FIRST: [&str; 3] = ["description", "type", "action"];

/// A value as a document.
pub fn yaml(value: &Value) -> String {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let mut out = String::new();
            sorted(map).into_iter().for_each(|(name, value)| write_member(&mut out, 0, name, value));
            out
        }
        Value::Array(values) if !values.is_empty() => {
            let mut out = String::new();
            values.iter().for_each(|value| write_element(&mut out, 0, value));
            out
        }
        Value::Object(_)
        | Value::Array(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_) => {
            format!("{}\n", flow(value))
        }
    }
}

/// Appends `name: value` with all that belongs to it, as lines that are indented by `indent`.
pub fn write_member(out: &mut String, indent: usize, name: &str, value: &Value) {
    let margin = " ".repeat(indent);
    let key = text(name, Context::Block);
    match key.chars().count() > MOST_KEY_CHARS {
        true => out.push_str(&format!("{margin}? {key}\n{margin}:")),
        false => out.push_str(&format!("{margin}{key}:")),
    }
    write_value(out, indent, value);
}

/// Appends a value behind `name:` or `-`.
fn write_value(out: &mut String, indent: usize, value: &Value) {
    let in_a_line = flow(value);
    if in_a_line.chars().count() + indent <= MOST_IN_A_LINE || is_scalar(value) {
        match value.as_str().and_then(|text| literal(text, indent + 2)) {
            Some(block) => out.push_str(&format!(" {block}\n")),
            None => out.push_str(&format!(" {}\n", scalar(value).unwrap_or(in_a_line))),
        }
        return;
    }
    out.push('\n');
    match value {
        Value::Object(map) => {
            sorted(map).into_iter().for_each(|(name, value)| write_member(out, indent + 2, name, value))
        }
        Value::Array(values) => {
            for value in values {
                write_element(out, indent + 2, value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Appends an element of a list; a map begins beside its dash.
fn write_element(out: &mut String, indent: usize, value: &Value) {
    out.push_str(&format!("{}-", " ".repeat(indent)));
    let mut lines = String::new();
    write_value(&mut lines, indent, value);
    match (value, lines.strip_prefix('\n')) {
        (Value::Object(_), Some(members)) => out.push_str(&format!(" {}", members.trim_start_matches(' '))),
        _ => out.push_str(&lines),
    }
}

fn is_scalar(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

/// A scalar outside of braces and brackets.
fn scalar(value: &Value) -> Option<String> {
    value.as_str().map(|value| text(value, Context::Block))
}

fn sorted(map: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut members: Vec<_> = map.iter().collect();
    members.sort_by_key(|(name, _)| {
        let place = FIRST.iter().position(|first| first == name);
        (place.unwrap_or(FIRST.len()), *name)
    });
    members
}

/// A value in one line.
pub fn flow(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(value) => text(value, Context::Flow),
        Value::Array(values) => format!("[{}]", values.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let member =
                |(name, value): (&String, &Value)| format!("{}: {}", text(name, Context::Flow), flow(value));
            format!("{{ {} }}", sorted(map).into_iter().map(member).collect::<Vec<_>>().join(", "))
        }
    }
}

/// The surroundings of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    Block,
    /// Between braces or brackets.
    Flow,
}

fn text(value: &str, context: Context) -> String {
    if needs_no_quotes(value, context) { value.to_owned() } else { quoted(value) }
}

fn needs_no_quotes(value: &str, context: Context) -> bool {
    const INDICATORS: &str = "-?:,[]{}#&*!|>'\"%@`=<";
    let is_text = plain(value) == Ok(PlainScalar::Text) && !matches!(value, "y" | "Y" | "n" | "N");
    let begins_well = !value.starts_with(|c| INDICATORS.contains(c)) && !value.starts_with("...");
    let has_marks = value.contains(": ") || value.contains(" #") || value.ends_with(':');
    let is_flow_safe = match context {
        Context::Block => true,
        Context::Flow => !value.contains([',', '[', ']', '{', '}', ':']),
    };
    is_text
        && begins_well
        && !has_marks
        && is_flow_safe
        && value.trim() == value
        && value.chars().all(is_printable)
}

fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
        // Ends of lines, and what turns the direction of text in a terminal.
        && !matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        && (c == ' ' || !c.is_whitespace())
}

/// A text in double quotes.
pub fn quoted(value: &str) -> String {
    let mut quoted = "\"".to_owned();
    for c in value.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if is_printable(c) => quoted.push(c),
            c => write!(quoted, "\\U{:08X}", u32::from(c)).expect("a string takes all"),
        }
    }
    quoted.push('"');
    quoted
}

/// A text of several lines as a literal block, where that is it to the letter.
fn literal(value: &str, indent: usize) -> Option<String> {
    let (lines, mark) = match value.strip_suffix('\n') {
        Some(lines) => (lines, "|"),
        None => (value, "|-"),
    };
    let is_plain = |line: &str| line.trim_end() == line && line.chars().all(is_printable);
    let fits = value.contains('\n')
        && !lines.is_empty()
        && !lines.ends_with('\n')
        && !lines.starts_with([' ', '\n']);
    if !fits || !lines.split('\n').all(is_plain) {
        return None;
    }
    let margin = " ".repeat(indent);
    let lines =
        lines.split('\n').map(|line| if line.is_empty() { String::new() } else { format!("{margin}{line}") });
    Some(format!("{mark}\n{}", lines.collect::<Vec<_>>().join("\n")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{api_file::yaml, testing::any_json};

    fn yaml_of(value: &Value) -> String {
        let mut text = String::new();
        write_member(&mut text, 0, "a", value);
        text
    }

    #[test]
    fn values_are_written_as_people_write_them() {
        let value = json!({ "type": "MOCK", "body": "{\"a\":1}", "headers": { "x-a": "on", "b": "y", "c": "1" }, "list": [1, "a, b"],
            "lines": "one\n  two: x\n", "open": "one\n\ntwo", "description": "so: not", "key": { "GET /{id}": {}, "a b": null },
            "long": { "one": "x".repeat(40), "two": ["x".repeat(40), { "three": true }] } });
        let text = yaml_of(&value);
        expect_test::expect![[r#"
            a:
              description: "so: not"
              type: MOCK
              body: "{\"a\":1}"
              headers: { b: "y", c: "1", x-a: "on" }
              key: { "GET /{id}": {}, a b: null }
              lines: |
                one
                  two: x
              list: [1, "a, b"]
              long:
                one: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                two: [xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, { three: true }]
              open: |-
                one

                two
        "#]]
        .assert_eq(&text);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(value in any_json(any::<i64>().prop_map(Value::from)), name in ".*") {
            let written = json!({ name: value, "list": [[1.5, "x"], value] });
            let text = yaml_of(&written);
            let mut problems = Vec::new();
            let node = yaml::read(&text, 0, &mut problems);
            prop_assert!(problems.is_empty(), "{}\n{:?}", text, problems);
            let read = node.map(|node| node.to_json()["a"].take()).unwrap_or_default();
            prop_assert_eq!(read, written, "{}", text);
        }
    }
}
