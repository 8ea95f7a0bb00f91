//! `matches`, `replaceAll`, `replaceFirst`, `split`: methods with regular expressions.

use std::{collections::HashMap, rc::Rc};

use regex_lite::Captures;

use super::{ITEM_BYTES, Methods};
use crate::template::velocity::{Excerpt, JavaPattern, Value, render_error::Fault};

/// The expressions that a rendering has compiled. A template has few; what is made of a body is not kept beyond.
#[derive(Default)]
pub(in super::super) struct Patterns {
    whole: HashMap<Rc<str>, Rc<JavaPattern>>,
    search: HashMap<Rc<str>, Rc<JavaPattern>>,
}

const MOST_KEPT: usize = 64;
/// Of the bytes that may be looked at again behind a match, one in so many is.
const BYTES_OF_ONE_AGAIN: usize = 8;
/// The bytes that compiling an expression goes over for each of its own.
const BYTES_OF_COMPILING: usize = 64;

impl Methods<'_, '_> {
    pub(super) fn matches(&mut self, text: &str, pattern: &Rc<str>) -> Result<Value, Fault> {
        let pattern = match self.patterns.whole.get(pattern) {
            Some(known) => Rc::clone(known),
            None => {
                let compiled = self.compiled("matches", pattern, JavaPattern::whole)?;
                keep(&mut self.patterns.whole, pattern, &compiled);
                compiled
            }
        };
        self.meter.steps(pattern.steps(text.len()))?;
        Ok(Value::Boolean(pattern.is_match(text)))
    }

    fn search(&mut self, method: &str, pattern: &Rc<str>) -> Result<Rc<JavaPattern>, Fault> {
        if let Some(known) = self.patterns.search.get(pattern) {
            return Ok(Rc::clone(known));
        }
        let compiled = self.compiled(method, pattern, JavaPattern::search)?;
        keep(&mut self.patterns.search, pattern, &compiled);
        Ok(compiled)
    }

    fn compiled(
        &mut self,
        method: &str,
        pattern: &str,
        compile: fn(&str) -> Result<JavaPattern, &'static str>,
    ) -> Result<Rc<JavaPattern>, Fault> {
        self.meter.walk(pattern.len().saturating_mul(BYTES_OF_COMPILING))?;
        compile(pattern).map(Rc::new).map_err(|why| {
            let shown = Excerpt(pattern);
            Fault::method(method, format!("`{shown}` is not a regular expression of Java{why}"))
        })
    }

    /// A match of a text that is gone over from the front; `left` bytes are behind it.
    fn count_match(&mut self, pattern: &JavaPattern, left: usize) -> Result<(), Fault> {
        let again = pattern.bytes_again(left) / BYTES_OF_ONE_AGAIN;
        let steps = if again == 0 { 0 } else { pattern.steps(again) };
        self.meter.steps(1 + steps)
    }

    pub(super) fn replace_pattern(
        &mut self,
        text: &str,
        pattern: &Rc<str>,
        replacement: &str,
        most: usize,
        method: &str,
    ) -> Result<Value, Fault> {
        let pattern = self.search(method, pattern)?;
        self.meter.steps(pattern.steps(text.len()))?;
        let parts = replacement_parts(replacement).map_err(|why| Fault::method(method, why))?;
        let mut out = String::new();
        let mut from = 0;
        for captures in pattern.regex().captures_iter(text).take(most) {
            let Some(found) = captures.get(0) else { continue };
            let before = out.len();
            out.push_str(&text[from..found.start()]);
            write_replacement(&parts, &captures, &mut out).map_err(|why| Fault::method(method, why))?;
            self.meter.make(out.len() - before)?;
            self.count_match(&pattern, text.len() - found.end())?;
            from = found.end();
        }
        self.meter.make(text.len() - from)?;
        out.push_str(&text[from..]);
        Ok(Value::Text(out.into()))
    }

    /// `split` of Java: with limit 0 without empty parts at the end, and no empty part at the start for a match of
    /// nothing there.
    pub(super) fn split(&mut self, text: &str, pattern: &Rc<str>, limit: i64) -> Result<Value, Fault> {
        let pattern = self.search("split", pattern)?;
        self.meter.steps(pattern.steps(text.len()))?;
        let most = usize::try_from(limit).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
        let mut parts = Vec::new();
        let mut from = 0;
        for found in pattern.regex().find_iter(text) {
            if parts.len() + 1 >= most {
                break;
            }
            // Java finds nothing at the text's end.
            if found.end() == 0 || (found.is_empty() && found.start() == text.len()) {
                continue;
            }
            self.meter.make(ITEM_BYTES + found.start() - from)?;
            self.count_match(&pattern, text.len() - found.end())?;
            parts.push(Value::text(&text[from..found.start()]));
            from = found.end();
        }
        self.meter.make(ITEM_BYTES + text.len() - from)?;
        parts.push(Value::text(&text[from..]));
        if limit == 0 && parts.len() > 1 {
            let is_empty = |part: &Value| matches!(part, Value::Text(text) if text.is_empty());
            while parts.last().is_some_and(is_empty) {
                parts.pop();
            }
        }
        Ok(Value::list(parts))
    }
}

fn keep(kept: &mut HashMap<Rc<str>, Rc<JavaPattern>>, source: &Rc<str>, pattern: &Rc<JavaPattern>) {
    if kept.len() < MOST_KEPT {
        kept.insert(Rc::clone(source), Rc::clone(pattern));
    }
}

/// A part of a replacement: text, or a group of the match.
enum Part {
    Text(String),
    Group(usize),
    Named(String),
}

/// Reads Java's replacement: `$1`, `${name}`, and a backslash before a character that stands for itself.
fn replacement_parts(replacement: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut chars = replacement.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\\' => text.push(chars.next().ok_or("the replacement ends with a backslash")?),
            '$' => {
                parts.push(Part::Text(std::mem::take(&mut text)));
                if chars.next_if_eq(&'{').is_some() {
                    let name: String = chars.by_ref().take_while(|char| *char != '}').collect();
                    parts.push(Part::Named(name));
                } else {
                    let digit = chars.next().and_then(|char| char.to_digit(10));
                    let digit = digit.ok_or("`$` in a replacement needs the number of a group (or `\\$`)")?;
                    let mut digits = digit.to_string();
                    while let Some(next) = chars.next_if(char::is_ascii_digit) {
                        digits.push(next);
                    }
                    parts.push(Part::Group(digits.parse().unwrap_or(usize::MAX)));
                }
            }
            char => text.push(char),
        }
    }
    parts.push(Part::Text(text));
    Ok(parts)
}

fn write_replacement(parts: &[Part], captures: &Captures<'_>, out: &mut String) -> Result<(), String> {
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Group(number) => {
                // `$12` is group 12, or group 1 and a 2 if there are fewer groups.
                let mut group = *number;
                let mut digits = String::new();
                while group >= captures.len() && group > 9 {
                    digits.insert_str(0, &(group % 10).to_string());
                    group /= 10;
                }
                if group >= captures.len() {
                    return Err(format!("no group {group}"));
                }
                out.push_str(captures.get(group).map_or("", |group| group.as_str()));
                out.push_str(&digits);
            }
            Part::Named(name) => {
                let group = captures.name(name).ok_or_else(|| format!("no group {{{}}}", Excerpt(name)))?;
                out.push_str(group.as_str());
            }
        }
    }
    Ok(())
}
