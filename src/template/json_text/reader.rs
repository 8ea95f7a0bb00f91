//! JSON text → value.

use std::borrow::Cow;

use super::{JsonError, MOST_DEPTH, MOST_VALUES};
use crate::template::velocity::{Number, OrderedMap, Value};

/// Reads a text as API Gateway does. Of two members with one name the last counts, in the place of the first. What
/// follows a whole value is passed over.
///
/// # Errors
///
/// The text ends inside a value, has a sign where none can be, or is deeper or larger than is read.
pub fn read(text: &str) -> Result<Value, JsonError> {
    let mut reader = Reader { text, at: 0, values_left: MOST_VALUES };
    reader.value(Place::Alone, MOST_DEPTH)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    values_left: usize,
}

/// The surroundings of a value, which say what ends a word without quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Alone,
    InList,
    Member,
    Name,
}

impl Place {
    fn is_end(self, byte: u8) -> bool {
        match self {
            Self::Alone => false,
            Self::InList => matches!(byte, b',' | b']'),
            Self::Member => matches!(byte, b',' | b'}'),
            Self::Name => byte == b':',
        }
    }
}

impl<'a> Reader<'a> {
    fn value(&mut self, place: Place, depth_left: usize) -> Result<Value, JsonError> {
        self.count(1)?;
        match self.next_sign() {
            Some(b'{') => self.object(depth_left.checked_sub(1).ok_or(JsonError::TooDeep)?),
            Some(b'[') => self.list(depth_left.checked_sub(1).ok_or(JsonError::TooDeep)?),
            Some(quote @ (b'"' | b'\'')) => Ok(Value::Text(self.quoted(quote)?.into())),
            Some(b'}' | b']' | b':') => Err(self.unexpected()),
            Some(_) => self.word(place).map(value_of_word),
            None if place == Place::Alone => Ok(Value::text("")),
            None => Err(JsonError::EndsEarly),
        }
    }

    fn object(&mut self, depth_left: usize) -> Result<Value, JsonError> {
        self.at += 1;
        self.count(2)?;
        let mut map = OrderedMap::new();
        loop {
            match self.next_sign() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Value::map(map));
                }
                Some(_) => {
                    let name = self.name()?;
                    let value = self.value(Place::Member, depth_left)?;
                    map.insert(name.into(), value);
                    self.end_of_item(b'}')?;
                }
                None => return Err(JsonError::EndsEarly),
            }
        }
    }

    fn list(&mut self, depth_left: usize) -> Result<Value, JsonError> {
        self.at += 1;
        self.count(1)?;
        let mut items = Vec::new();
        loop {
            match self.next_sign() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Value::list(items));
                }
                Some(_) => {
                    items.push(self.value(Place::InList, depth_left)?);
                    self.end_of_item(b']')?;
                }
                None => return Err(JsonError::EndsEarly),
            }
        }
    }

    /// The name of a member, and the colon behind it.
    fn name(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.count(1)?;
        let name = match self.next_sign() {
            Some(quote @ (b'"' | b'\'')) => self.quoted(quote)?,
            Some(b':' | b'[' | b'{' | b']') => return Err(self.unexpected()),
            Some(_) => self.word(Place::Name)?.into(),
            None => return Err(JsonError::EndsEarly),
        };
        match self.next_sign() {
            Some(b':') => {
                self.at += 1;
                Ok(name)
            }
            Some(_) => Err(self.unexpected()),
            None => Err(JsonError::EndsEarly),
        }
    }

    /// A comma, or the sign that closes; neither is taken.
    fn end_of_item(&mut self, close: u8) -> Result<(), JsonError> {
        match self.next_sign() {
            Some(sign) if sign == b',' || sign == close => Ok(()),
            Some(_) => Err(self.unexpected()),
            None => Err(JsonError::EndsEarly),
        }
    }

    /// A word without quotes, up to what ends it there, without the blanks behind it.
    fn word(&mut self, place: Place) -> Result<&'a str, JsonError> {
        let rest = &self.text[self.at..];
        let length = match rest.bytes().position(|byte| place.is_end(byte)) {
            Some(length) => length,
            None if place == Place::Alone => rest.len(),
            None => return Err(JsonError::EndsEarly),
        };
        self.at += length;
        Ok(rest[..length].trim_end_matches(is_blank))
    }

    /// A text in quotes.
    fn quoted(&mut self, quote: u8) -> Result<Cow<'a, str>, JsonError> {
        self.at += 1;
        let start = self.at;
        let plain = self.run_of_plain(quote)?;
        if plain == quote {
            let text = &self.text[start..self.at];
            self.at += 1;
            return Ok(text.into());
        }
        let mut text = self.text[start..self.at].to_owned();
        loop {
            self.at += 1;
            if self.text.as_bytes()[self.at - 1] == quote {
                return Ok(text.into());
            }
            self.escaped(&mut text)?;
            let start = self.at;
            self.run_of_plain(quote)?;
            text.push_str(&self.text[start..self.at]);
        }
    }

    /// Goes on to the quote or a backslash, and returns which it is.
    fn run_of_plain(&mut self, quote: u8) -> Result<u8, JsonError> {
        let rest = &self.text.as_bytes()[self.at..];
        let length = rest.iter().position(|&byte| byte == quote || byte == b'\\');
        let length = length.ok_or(JsonError::EndsEarly)?;
        self.at += length;
        Ok(rest[length])
    }

    /// The character of an escape, behind its backslash. One that nobody knows is left out.
    fn escaped(&mut self, text: &mut String) -> Result<(), JsonError> {
        let character = self.text[self.at..].chars().next().ok_or(JsonError::EndsEarly)?;
        if character == 'u' {
            self.at += 1;
            let character = self.code_point()?;
            text.push(character);
            return Ok(());
        }
        self.at += character.len_utf8();
        match character {
            '"' | '\'' | '\\' | '/' => text.push(character),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{c}'),
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            _ => {}
        }
        Ok(())
    }

    /// The character of `\uXXXX`, two of which may be one. Half of one is U+FFFD.
    fn code_point(&mut self) -> Result<char, JsonError> {
        let first = self.code_unit()?;
        if let Some(character) = char::from_u32(u32::from(first)) {
            return Ok(character);
        }
        if !self.text[self.at..].starts_with("\\u") {
            return Ok(char::REPLACEMENT_CHARACTER);
        }
        let behind_first = self.at;
        self.at += 2;
        let second = self.code_unit()?;
        if let Some(Ok(character)) = char::decode_utf16([first, second]).next() {
            return Ok(character);
        }
        self.at = behind_first;
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn code_unit(&mut self) -> Result<u16, JsonError> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.text[self.at..].chars().next().ok_or(JsonError::EndsEarly)?;
            let value = digit.to_digit(16).ok_or_else(|| self.unexpected())?;
            unit = unit * 16 + value;
            self.at += 1;
        }
        Ok(u16::try_from(unit).unwrap_or_default())
    }

    /// The next byte that is no blank; it is not taken.
    fn next_sign(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        let blanks = rest.iter().take_while(|&&byte| is_blank(char::from(byte))).count();
        self.at += blanks;
        rest.get(blanks).copied()
    }

    fn count(&mut self, values: usize) -> Result<(), JsonError> {
        self.values_left = self.values_left.checked_sub(values).ok_or(JsonError::TooManyValues)?;
        Ok(())
    }

    fn unexpected(&self) -> JsonError {
        let before = &self.text[..self.at];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        JsonError::Unexpected {
            character: self.text[self.at..].chars().next().unwrap_or_default(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

fn value_of_word(word: &str) -> Value {
    match word {
        "null" => Value::Null,
        "true" => Value::Boolean(true),
        "false" => Value::Boolean(false),
        _ => number(word).map_or_else(|| Value::text(word), Value::Number),
    }
}

/// The number that a word is. Zeros may lead, and the digits behind the point may be missing; such a number prints
/// as JSON has it, every other as it is written.
fn number(word: &str) -> Option<Number> {
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_exponent = |text: &str| {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        !digits.is_empty() && are_digits(digits)
    };
    if whole.is_empty()
        || !are_digits(whole)
        || !fraction.is_none_or(are_digits)
        || !exponent.is_none_or(is_exponent)
    {
        return None;
    }
    let has_leading_zero = whole.len() > 1 && whole.starts_with('0');
    if !has_leading_zero && fraction != Some("") {
        return Some(Number::from_json(word));
    }
    Some(Number::from_json(&written_as_json(word, whole, fraction, exponent)))
}

fn written_as_json(word: &str, whole: &str, fraction: Option<&str>, exponent: Option<&str>) -> String {
    let sign = if word.starts_with('-') { "-" } else { "" };
    let significant = whole.trim_start_matches('0');
    let whole = if significant.is_empty() { "0" } else { significant };
    let fraction = fraction.map(|digits| format!(".{}", if digits.is_empty() { "0" } else { digits }));
    let exponent = exponent.map(|digits| format!("e{digits}"));
    format!("{sign}{whole}{}{}", fraction.unwrap_or_default(), exponent.unwrap_or_default())
}
