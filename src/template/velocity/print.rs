//! Values as API Gateway prints them: a map as `{a=b}`, a list as JSON, also inside a map; nothing for null.

use std::fmt::Write;

use super::{
    OrderedMap, Value,
    bounds::Meter,
    render_error::{Bound, Fault},
};

/// Lists and maps inside one another. A value that holds itself goes on without an end.
const MOST_NESTED_VALUES: usize = 500;

/// Prints a value, without what only a rendering knows (the text of a `#define`).
pub(super) fn print(value: &Value, out: &mut String, meter: &mut Meter<'_>) -> Result<(), Fault> {
    let counted = out.len();
    Printer { out, meter, depth: 0, counted }.plain(value)
}

struct Printer<'p, 'b> {
    out: &'p mut String,
    meter: &'p mut Meter<'b>,
    depth: usize,
    /// The bytes of the output that have taken their steps.
    counted: usize,
}

impl Printer<'_, '_> {
    fn plain(&mut self, value: &Value) -> Result<(), Fault> {
        match value {
            Value::Null => {}
            Value::Text(text) => self.out.push_str(text),
            Value::Map(map) => self.deeper(|printer| printer.plain_map(&map.borrow()))?,
            Value::Host(host) => self.out.push_str(&host.text()),
            Value::Boolean(_) | Value::Number(_) | Value::List(_) => self.json(value)?,
        }
        self.check()
    }

    /// `{a=b, c=d}`, as Java prints a map.
    fn plain_map(&mut self, map: &OrderedMap) -> Result<(), Fault> {
        self.out.push('{');
        for (at, (key, value)) in map.iter().enumerate() {
            if at > 0 {
                self.out.push_str(", ");
            }
            self.out.push_str(key);
            self.out.push('=');
            if matches!(value, Value::Null) {
                self.out.push_str("null");
            }
            self.plain(value)?;
        }
        self.out.push('}');
        Ok(())
    }

    fn json(&mut self, value: &Value) -> Result<(), Fault> {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Boolean(boolean) => self.out.push_str(if *boolean { "true" } else { "false" }),
            Value::Number(number) => {
                let _ = write!(self.out, "{number}");
            }
            Value::Text(text) => write_json_text(text, self.out),
            Value::List(list) => self.deeper(|printer| printer.json_list(&list.borrow()))?,
            Value::Map(map) => self.deeper(|printer| printer.json_map(&map.borrow()))?,
            Value::Host(host) => write_json_text(&host.text(), self.out),
        }
        self.check()
    }

    fn json_list(&mut self, list: &[Value]) -> Result<(), Fault> {
        self.out.push('[');
        for (at, item) in list.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            self.json(item)?;
        }
        self.out.push(']');
        Ok(())
    }

    fn json_map(&mut self, map: &OrderedMap) -> Result<(), Fault> {
        self.out.push('{');
        for (at, (key, value)) in map.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            write_json_text(key, self.out);
            self.out.push(':');
            self.json(value)?;
        }
        self.out.push('}');
        Ok(())
    }

    fn deeper(&mut self, print: impl FnOnce(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        if self.depth == MOST_NESTED_VALUES {
            return Err(Fault::Bound { bound: Bound::Depth, most: MOST_NESTED_VALUES });
        }
        self.depth += 1;
        print(self)?;
        self.depth -= 1;
        Ok(())
    }

    /// Every value takes a step, a long one more, and what is printed so far is within the output.
    fn check(&mut self) -> Result<(), Fault> {
        self.meter.walk(self.out.len() - self.counted)?;
        self.counted = self.out.len();
        self.meter.output(self.out.len())
    }
}

/// Writes a text as JSON has it.
pub(in crate::template) fn write_json_text(text: &str, out: &mut String) {
    out.push('"');
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[plain_from..at]);
        plain_from = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            8 => out.push_str("\\b"),
            12 => out.push_str("\\f"),
            // Writing to a text cannot fail.
            _ => drop(write!(out, "\\u{byte:04x}")),
        }
    }
    out.push_str(&text[plain_from..]);
    out.push('"');
}
