//! Escapes of Java's expressions: `\d`, `\t`, `\u0041`, `\p{Alpha}`.

use std::fmt::Write;

use super::translation::Chars;

/// A part of an expression that an escape stands for.
pub(super) enum Escaped {
    Char(char),
    /// As the library has it, inside a class.
    Class(&'static str),
    /// As the library has it, outside a class.
    Place(&'static str),
    /// `\Q`: up to `\E`, every character stands for itself.
    Quoted,
}

const BACK_REFERENCES: &str = " without back-references";
const UNICODE_CLASSES: &str = r" without Unicode's properties (\p with the name of an ASCII class is one)";
const UNKNOWN_ESCAPE: &str = " with its escapes only";
const LAST_MATCH: &str = r" without \G";

/// Reads what follows a backslash.
pub(super) fn escaped(chars: &mut Chars<'_>) -> Result<Escaped, &'static str> {
    let (_, char) = chars.next().ok_or(UNKNOWN_ESCAPE)?;
    Ok(match char {
        'd' => Escaped::Class(r"\d"),
        'D' => Escaped::Class(r"\D"),
        'w' => Escaped::Class(r"\w"),
        'W' => Escaped::Class(r"\W"),
        's' => Escaped::Class(r"\s"),
        'S' => Escaped::Class(r"\S"),
        'h' => Escaped::Class(r"\x20\x09\u{A0}\u{1680}\u{180E}\u{2000}-\u{200A}\u{202F}\u{205F}\u{3000}"),
        'v' => Escaped::Class(r"\x0A-\x0D\u{85}\u{2028}\u{2029}"),
        'R' => Escaped::Place(r"(?:\x0D\x0A|[\x0A-\x0D\u{85}\u{2028}\u{2029}])"),
        'b' => Escaped::Place(r"\b"),
        'B' => Escaped::Place(r"\B"),
        'A' => Escaped::Place(r"\A"),
        'z' | 'Z' => Escaped::Place(r"\z"),
        'G' => return Err(LAST_MATCH),
        'Q' => Escaped::Quoted,
        't' => Escaped::Char('\t'),
        'n' => Escaped::Char('\n'),
        'r' => Escaped::Char('\r'),
        'f' => Escaped::Char('\u{c}'),
        'a' => Escaped::Char('\u{7}'),
        'e' => Escaped::Char('\u{1b}'),
        '0' => Escaped::Char(octal(chars)?),
        '1'..='9' | 'k' => return Err(BACK_REFERENCES),
        'p' => Escaped::Class(ascii_class(chars)?),
        'x' => Escaped::Char(hex(chars, 2)?),
        'u' => Escaped::Char(hex(chars, 4)?),
        other if other.is_ascii_alphanumeric() => return Err(UNKNOWN_ESCAPE),
        other => Escaped::Char(other),
    })
}

fn octal(chars: &mut Chars<'_>) -> Result<char, &'static str> {
    let mut code = 0;
    let mut digits = 0;
    while let Some((_, digit)) = chars.next_if(|(_, next)| digits < 3 && next.is_digit(8)) {
        code = code * 8 + digit.to_digit(8).unwrap_or_default();
        digits += 1;
    }
    char::from_u32(code).filter(|_| digits > 0).ok_or(UNKNOWN_ESCAPE)
}

fn hex(chars: &mut Chars<'_>, digits: usize) -> Result<char, &'static str> {
    let mut code = 0;
    for _ in 0..digits {
        let digit = chars.next().and_then(|(_, digit)| digit.to_digit(16)).ok_or(UNKNOWN_ESCAPE)?;
        code = code * 16 + digit;
    }
    char::from_u32(code).ok_or(UNKNOWN_ESCAPE)
}

/// The members of `\p{Alpha}` and its kin, which are of ASCII in Java.
fn ascii_class(chars: &mut Chars<'_>) -> Result<&'static str, &'static str> {
    let mut name = String::new();
    if chars.next_if(|(_, next)| *next == '{').is_some() {
        for (_, char) in chars.by_ref() {
            if char == '}' {
                break;
            }
            name.push(char);
        }
    }
    Ok(match name.as_str() {
        "Lower" => "a-z",
        "Upper" => "A-Z",
        "ASCII" => r"\x00-\x7F",
        "Alpha" => "a-zA-Z",
        "Digit" => "0-9",
        "Alnum" => "a-zA-Z0-9",
        "Punct" => r"\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E",
        "Graph" => r"\x21-\x7E",
        "Print" => r"\x20-\x7E",
        "Blank" => r"\x20\x09",
        "Cntrl" => r"\x00-\x1F\x7F",
        "XDigit" => "0-9a-fA-F",
        "Space" => r"\x09-\x0D\x20",
        _ => return Err(UNICODE_CLASSES),
    })
}

/// Writes a character that stands for itself, in a class or outside.
pub(super) fn write_char(char: char, out: &mut String) {
    if char.is_ascii_alphanumeric() || !char.is_ascii() {
        out.push(char);
    } else {
        let _ = write!(out, "\\x{:02X}", u32::from(char));
    }
}
