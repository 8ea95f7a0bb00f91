//! The text of a path → its parts.

use super::{
    JsonPath, PathError,
    cursor::{Cursor, Eaten, quoted_length},
    filter_parser,
    segment::{Function, Segment, SegmentPlace, Slice},
};

/// The parts that a path may have.
const MOST_SEGMENTS: usize = 200;
/// The depth to which filters may stand in filters.
const MOST_NESTING: usize = 20;

pub(super) fn parse(text: &str) -> Result<JsonPath, PathError> {
    let trimmed = text.trim_start();
    let offset = text[..text.len() - trimmed.len()].chars().count();
    let trimmed = trimmed.trim_end();
    if trimmed.starts_with(['$', '@']) {
        return parse_rooted(trimmed, offset, MOST_NESTING);
    }
    if trimmed.is_empty() {
        return Err(Cursor::new(trimmed, offset).error("a JSONPath"));
    }
    let mut cursor = Cursor::new(trimmed, offset);
    path_of(segments(&mut cursor, MOST_NESTING)?, &cursor)
}

/// A path with its `$` or `@`. `nesting_left`: how deep filters may stand in it.
pub(super) fn parse_rooted(text: &str, offset: usize, nesting_left: usize) -> Result<JsonPath, PathError> {
    let mut cursor = Cursor::new(text, offset);
    cursor.take(1);
    if !cursor.is_at_end() && !cursor.starts_with(".") && !cursor.starts_with("[") {
        return Err(cursor.error("`.` or `[`"));
    }
    path_of(segments(&mut cursor, nesting_left)?, &cursor)
}

fn path_of(segments: Vec<Segment>, cursor: &Cursor<'_>) -> Result<JsonPath, PathError> {
    if segments.len() > MOST_SEGMENTS {
        return Err(cursor.error(format!("{MOST_SEGMENTS} parts at most")));
    }
    let last = segments.len().saturating_sub(1);
    let is_of_scan = matches!(segments.as_slice(), [Segment::Scan, .., Segment::Function(_)]);
    let definite = is_of_scan
        || segments.iter().enumerate().all(|(at, segment)| {
            segment.is_definite(if at == last { SegmentPlace::Last } else { SegmentPlace::Within })
        });
    Ok(JsonPath { segments, definite })
}

fn segments(cursor: &mut Cursor<'_>, nesting_left: usize) -> Result<Vec<Segment>, PathError> {
    let mut segments = Vec::new();
    while let Some(sign) = cursor.peek() {
        if sign == '.' {
            let is_scan = cursor.eat("..") == Eaten::Yes;
            if is_scan {
                segments.push(Segment::Scan);
            } else {
                cursor.take(1);
            }
            if cursor.is_at_end() || cursor.starts_with(".") {
                return Err(cursor.error("a name, `*` or `[` behind the point"));
            }
        }
        let segment = match cursor.peek() {
            Some('[') => bracket(cursor, nesting_left)?,
            Some('*') => {
                cursor.take(1);
                Segment::Wildcard
            }
            Some(_) | None => name_or_function(cursor)?,
        };
        segments.push(segment);
    }
    Ok(segments)
}

fn name_or_function(cursor: &mut Cursor<'_>) -> Result<Segment, PathError> {
    let start = cursor.clone();
    let name = cursor.take_while(|sign| !matches!(sign, '.' | '[' | '(' | ' '));
    match cursor.peek() {
        Some(' ') => Err(cursor.error("brackets and quotes around a name with a blank: ['my name']")),
        Some('(') => {
            let length =
                cursor.bracketed(b'(', b')').ok_or_else(|| cursor.error("`)` behind the arguments"))?;
            let arguments = &cursor.take(length)[1..length - 1];
            let function = Function::named(name, arguments).ok_or_else(|| start.error(FUNCTIONS))?;
            if !cursor.is_at_end() {
                return Err(cursor.error("the end behind a function"));
            }
            Ok(Segment::Function(function))
        }
        Some(_) | None => Ok(Segment::Members(vec![name.into()])),
    }
}

const FUNCTIONS: &str = "length(), size(), keys(), min(), max(), avg(), sum(), stddev(), first(), last() or index(n); \
                         concat() and append() are not taken";

fn bracket(cursor: &mut Cursor<'_>, nesting_left: usize) -> Result<Segment, PathError> {
    cursor.take(1);
    cursor.skip_blanks();
    match cursor.peek() {
        Some('\'' | '"') => names(cursor),
        Some('*') => {
            cursor.take(1);
            close(cursor)?;
            Ok(Segment::Wildcard)
        }
        Some('?') => {
            cursor.take(1);
            cursor.skip_blanks();
            if !cursor.starts_with("(") {
                return Err(cursor.error("`(`: a filter is written [?(…)]"));
            }
            let length = cursor.bracketed(b'(', b')').ok_or_else(|| cursor.error("`)` behind the filter"))?;
            let offset = cursor.characters_before() + 1;
            let text = &cursor.take(length)[1..length - 1];
            let nesting_left =
                nesting_left.checked_sub(1).ok_or_else(|| cursor.error("filters in filters less deep"))?;
            let condition = filter_parser::parse(&mut Cursor::new(text, offset), nesting_left)?;
            close(cursor)?;
            Ok(Segment::Filter(Box::new(condition)))
        }
        Some(sign) if sign.is_ascii_digit() || matches!(sign, '-' | ':') => indexes(cursor),
        Some('(') => Err(cursor.error("no expression: [-1] is the last item")),
        Some(_) | None => Err(cursor.error("a name in quotes, a number, `*` or `?(`")),
    }
}

fn close(cursor: &mut Cursor<'_>) -> Result<(), PathError> {
    cursor.skip_blanks();
    match cursor.eat("]") {
        Eaten::Yes => Ok(()),
        Eaten::No => Err(cursor.error("`]`")),
    }
}

fn names(cursor: &mut Cursor<'_>) -> Result<Segment, PathError> {
    let mut names = Vec::new();
    loop {
        cursor.skip_blanks();
        if !cursor.starts_with("'") && !cursor.starts_with("\"") {
            return Err(cursor.error("a name in quotes"));
        }
        let length = quoted_length(cursor.rest().as_bytes());
        let length = length.ok_or_else(|| cursor.error("the quote that ends the name"))?;
        names.push(unescaped(&cursor.take(length)[1..length - 1]).into());
        cursor.skip_blanks();
        if cursor.eat(",") == Eaten::No {
            close(cursor)?;
            return Ok(Segment::Members(names));
        }
    }
}

fn indexes(cursor: &mut Cursor<'_>) -> Result<Segment, PathError> {
    let start = cursor.clone();
    let text =
        cursor.take_while(|sign| sign.is_ascii_digit() || matches!(sign, ',' | '-' | ':' | ' ')).trim();
    close(cursor)?;
    let expected = "numbers with commas, or one or two with a colon";
    let number = |text: &str| text.trim().parse::<i32>().map(i64::from).map_err(|_| start.error(expected));
    if let Some((from, to)) = text.split_once(':') {
        let slice = match (from.trim(), to.trim()) {
            ("", "") => return Err(start.error(expected)),
            ("", to) => Slice::To(number(to)?),
            (from, "") => Slice::From(number(from)?),
            (from, to) => Slice::Between(number(from)?, number(to)?),
        };
        return Ok(Segment::Slice(slice));
    }
    let indexes: Result<Vec<i64>, _> = text.split(',').map(number).collect();
    Ok(Segment::Indexes(indexes?))
}

/// The text that a name or a text in quotes is: a backslash goes away, or is a sign with the letter behind it.
pub(super) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match rest.next() {
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some('b') => plain.push('\u{8}'),
            Some('f') => plain.push('\u{c}'),
            Some('u') => {
                let digits: String = rest.by_ref().take(4).collect();
                let code_point = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                plain.push(code_point.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => plain.push(other),
            None => plain.push('\\'),
        }
    }
    plain
}
