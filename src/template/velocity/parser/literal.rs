//! Literals: texts in quotes, numbers, lists, maps, ranges.

use super::{Mistake, Parser};
use crate::template::velocity::tree::{Entry, Expression, Range};

impl Parser<'_, '_> {
    /// Reads an argument, an index or a member of a literal: anything but an operation.
    pub(super) fn parameter(&mut self) -> Result<Expression, Mistake> {
        match self.peek() {
            Some(b'$') => match self.reference()? {
                Some(reference) => Ok(Expression::Reference(reference)),
                None => Err(self.mistake("the name of a variable after `$`")),
            },
            Some(quote @ (b'"' | b'\'')) => self.quoted(quote),
            Some(b'[') => self.deeper(Self::list),
            Some(b'{') => self.deeper(Self::map),
            Some(b'-' | b'.' | b'0'..=b'9') => self.number(),
            Some(_) | None => {
                let start = self.at;
                match self.take_name(b"_") {
                    "true" => Ok(Expression::Boolean(true)),
                    "false" => Ok(Expression::Boolean(false)),
                    _ => Err(self.mistake_at(
                        start,
                        "a value: a reference, a text in quotes, a number, `[`, `{`, true or false",
                    )),
                }
            }
        }
    }

    /// A text in quotes. The quote itself is written twice; a backslash is a backslash.
    fn quoted(&mut self, quote: u8) -> Result<Expression, Mistake> {
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        // `""` is one quote if the text ends somewhere behind it, as in the longest match of a lexer.
        let mut end = None;
        let mut at = start;
        while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == quote)) {
            at += found;
            end = Some(at);
            if bytes.get(at + 1) != Some(&quote) {
                break;
            }
            at += 2;
        }
        let Some(end) = end else {
            return Err(self.mistake(&format!("the text to end with `{}`", char::from(quote))));
        };
        let written = &self.text[start..end];
        self.at = end + 1;
        if quote == b'\'' {
            return Ok(Expression::Text(written.replace("''", "'").into()));
        }
        let text = with_unicode_escapes(&written.replace("\"\"", "\""));
        if !text.contains(['$', '#']) {
            return Ok(Expression::Text(text.into()));
        }
        self.deeper(|parser| {
            let mut inner = Parser {
                text: &text,
                at: 0,
                base: parser.base + start,
                depth: parser.depth,
                macros: parser.macros,
            };
            inner.whole().map(Expression::Interpolated)
        })
    }

    /// `[a, b]` or `[1..5]`
    fn list(&mut self) -> Result<Expression, Mistake> {
        self.at += 1;
        self.skip_space();
        let mut items = Vec::new();
        if self.take("]") {
            return Ok(Expression::List(items));
        }
        loop {
            self.skip_space();
            let item = self.parameter()?;
            self.skip_space();
            if items.is_empty()
                && matches!(item, Expression::Reference(_) | Expression::Integer(_))
                && self.take("..")
            {
                return self.range(item);
            }
            items.push(item);
            if self.take("]") {
                return Ok(Expression::List(items));
            }
            if !self.take(",") {
                return Err(self.mistake("`,` or `]` after a member of a list"));
            }
        }
    }

    /// The rest of `[first..last]`.
    fn range(&mut self, first: Expression) -> Result<Expression, Mistake> {
        self.skip_space();
        let at = self.at;
        let last = self.parameter()?;
        if !matches!(last, Expression::Reference(_) | Expression::Integer(_)) {
            return Err(self.mistake_at(at, "a whole number or a reference after `..`"));
        }
        self.skip_space();
        self.expect("]")?;
        Ok(Expression::Range(Box::new(Range { first, last })))
    }

    /// `{"a": 1, "b": 2}`
    fn map(&mut self) -> Result<Expression, Mistake> {
        self.at += 1;
        self.skip_space();
        let mut entries = Vec::new();
        if self.take("}") {
            return Ok(Expression::Map(entries));
        }
        loop {
            self.skip_space();
            let key = self.parameter()?;
            self.skip_space();
            self.expect(":")?;
            self.skip_space();
            let value = self.parameter()?;
            entries.push(Entry { key, value });
            self.skip_space();
            if self.take("}") {
                return Ok(Expression::Map(entries));
            }
            if !self.take(",") {
                return Err(self.mistake("`,` or `}` after a member of a map"));
            }
        }
    }

    fn number(&mut self) -> Result<Expression, Mistake> {
        let start = self.at;
        let rest = self.rest();
        let sign = usize::from(rest.starts_with('-'));
        let whole = digits(&rest[sign..]);
        let mut end = sign + whole;
        let mut is_whole = whole > 0;
        // Two dots are those of a range.
        let after = &rest[end..];
        if after.starts_with('.') && !after.starts_with("..") {
            let fraction = digits(&after[1..]);
            if whole + fraction > 0 {
                is_whole = false;
                end += 1 + fraction;
            }
        }
        let exponent = exponent(&rest[end..]);
        if end > sign && exponent > 0 {
            is_whole = false;
            end += exponent;
        }
        if end == sign {
            return Err(self.mistake("a value; only numbers have a sign"));
        }
        self.at += end;
        let written = &self.text[start..self.at];
        Ok(match written.parse() {
            Ok(integer) if is_whole => Expression::Integer(integer),
            Ok(_) | Err(_) if is_whole => Expression::Digits(written.into()),
            Ok(_) | Err(_) => Expression::Double(written.parse().unwrap_or(f64::NAN)),
        })
    }
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The bytes of `e10`, `E-3` at the start of a text.
fn exponent(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(['e', 'E']) else { return 0 };
    let sign = usize::from(rest.starts_with(['+', '-']));
    match digits(&rest[sign..]) {
        0 => 0,
        digits => 1 + sign + digits,
    }
}

/// Puts characters in the place of `\u0041`; no other escape is one in a text.
fn with_unicode_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut units = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("\\u") {
        let unit = rest.get(at + 2..at + 6).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let (before, after) = match unit {
            Some(_) => (&rest[..at], &rest[at + 6..]),
            None => (&rest[..at + 2], &rest[at + 2..]),
        };
        if !before.is_empty() {
            push_units(&mut units, &mut out);
            out.push_str(before);
        }
        match unit.and_then(|hex| u16::from_str_radix(hex, 16).ok()) {
            Some(unit) => units.push(unit),
            None => push_units(&mut units, &mut out),
        }
        rest = after;
    }
    push_units(&mut units, &mut out);
    out.push_str(rest);
    out
}

fn push_units(units: &mut Vec<u16>, out: &mut String) {
    out.push_str(&String::from_utf16_lossy(units));
    units.clear();
}
