//! ECMA 262 expressions in the library's own notation.

use std::{fmt::Write, iter::Peekable, str::CharIndices};

use super::class;

pub(super) type Chars<'a> = Peekable<CharIndices<'a>>;

/// A part of an expression that an escape stands for.
pub(super) enum Escaped {
    Char(char),
    /// `\d`, `\D`, `\w`, `\W`, which the library knows.
    Class(char),
    /// `\s`
    Space,
    /// `\S`
    NoSpace,
    /// `\b`, `\B`
    Boundary(char),
}

/// White space and line ends of ECMA 262, as members of a class.
pub(super) const SPACES: &str =
    r"\x09-\x0D\x20\u{A0}\u{1680}\u{2000}-\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}\u{FEFF}";

const LOOK_AROUND: &str = " without look-around";
const BACK_REFERENCES: &str = " without back-references";
const UNICODE_CLASSES: &str = r" without \p and \P";
const UNKNOWN_GROUP: &str = ": after (? only : or <name> may follow, which makes a group";
const UNKNOWN_ESCAPE: &str = " with its escapes only";
const HALF_A_SURROGATE: &str = " with whole surrogate pairs";

/// Translates a whole expression.
///
/// # Errors
///
/// Something in it cannot be matched in linear time, or is unknown.
pub(super) fn translated(source: &str) -> Result<String, &'static str> {
    let mut chars = source.char_indices().peekable();
    let mut out = String::with_capacity(source.len());
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' => write_escaped(escaped(&mut chars)?, &mut out),
            '[' => class::translate(&mut chars, &mut out)?,
            '.' => out.push_str(r"[^\n\r\u{2028}\u{2029}]"),
            '(' => {
                out.push('(');
                check_group(&source[at + 1..])?;
            }
            '{' if !is_repetition(&source[at + 1..]) => out.push_str(r"\{"),
            '{' => {
                out.push('{');
                // Its end is not a text of its own.
                for (_, char) in chars.by_ref() {
                    out.push(char);
                    if char == '}' {
                        break;
                    }
                }
            }
            '}' | ']' => {
                out.push('\\');
                out.push(char);
            }
            char => out.push(char),
        }
    }
    Ok(out)
}

/// Reads what follows a backslash.
pub(super) fn escaped(chars: &mut Chars<'_>) -> Result<Escaped, &'static str> {
    let (_, char) = chars.next().ok_or(UNKNOWN_ESCAPE)?;
    Ok(match char {
        'd' | 'D' | 'w' | 'W' => Escaped::Class(char),
        's' => Escaped::Space,
        'S' => Escaped::NoSpace,
        'b' | 'B' => Escaped::Boundary(char),
        't' => Escaped::Char('\t'),
        'n' => Escaped::Char('\n'),
        'r' => Escaped::Char('\r'),
        'v' => Escaped::Char('\u{b}'),
        'f' => Escaped::Char('\u{c}'),
        '0' if chars.peek().is_none_or(|(_, next)| !next.is_ascii_digit()) => Escaped::Char('\0'),
        '0'..='9' | 'k' => return Err(BACK_REFERENCES),
        'p' | 'P' => return Err(UNICODE_CLASSES),
        'c' => {
            let letter = chars.next().map(|(_, letter)| letter).filter(char::is_ascii_alphabetic);
            Escaped::Char(char::from(u8::try_from(letter.ok_or(UNKNOWN_ESCAPE)?).unwrap_or_default() % 32))
        }
        'x' => Escaped::Char(char::from_u32(hex(chars, 2)?).ok_or(UNKNOWN_ESCAPE)?),
        'u' => Escaped::Char(unicode(chars)?),
        other if other.is_ascii_alphanumeric() => return Err(UNKNOWN_ESCAPE),
        other => Escaped::Char(other),
    })
}

/// `\u0041`, a surrogate pair of two of these, or `\u{1F432}`.
fn unicode(chars: &mut Chars<'_>) -> Result<char, &'static str> {
    if chars.next_if(|(_, next)| *next == '{').is_some() {
        let mut code = 0_u32;
        for (_, digit) in chars.by_ref() {
            match digit.to_digit(16) {
                Some(digit) => code = code.saturating_mul(16).saturating_add(digit),
                None if digit == '}' => return char::from_u32(code).ok_or(UNKNOWN_ESCAPE),
                None => break,
            }
        }
        return Err(UNKNOWN_ESCAPE);
    }
    let first = hex(chars, 4)?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first).ok_or(HALF_A_SURROGATE);
    }
    let is_escaped = chars.next().is_some_and(|(_, char)| char == '\\');
    if !is_escaped || chars.next().is_none_or(|(_, char)| char != 'u') {
        return Err(HALF_A_SURROGATE);
    }
    let second = Some(hex(chars, 4)?).filter(|second| (0xdc00..0xe000).contains(second));
    let second = second.ok_or(HALF_A_SURROGATE)?;
    char::from_u32(0x1_0000 + (first - 0xd800) * 0x400 + second - 0xdc00).ok_or(HALF_A_SURROGATE)
}

fn hex(chars: &mut Chars<'_>, digits: usize) -> Result<u32, &'static str> {
    let mut code = 0;
    for _ in 0..digits {
        let digit = chars.next().and_then(|(_, digit)| digit.to_digit(16)).ok_or(UNKNOWN_ESCAPE)?;
        code = code * 16 + digit;
    }
    Ok(code)
}

fn write_escaped(escaped: Escaped, out: &mut String) {
    let _ = match escaped {
        Escaped::Char(char) => {
            write_char(char, out);
            Ok(())
        }
        Escaped::Class(class) | Escaped::Boundary(class) => write!(out, "\\{class}"),
        Escaped::Space => write!(out, "[{SPACES}]"),
        Escaped::NoSpace => write!(out, "[^{SPACES}]"),
    };
}

/// Writes a character that stands for itself, in a class or outside.
pub(super) fn write_char(char: char, out: &mut String) {
    if char.is_ascii_alphanumeric() || !char.is_ascii() {
        out.push(char);
    } else {
        let _ = write!(out, "\\x{:02X}", u32::from(char));
    }
}

/// Refuses a group that does more than to group. `rest` follows its bracket.
fn check_group(rest: &str) -> Result<(), &'static str> {
    match rest.strip_prefix('?') {
        Some(kind) if kind.starts_with(['=', '!']) || kind.starts_with("<=") || kind.starts_with("<!") => {
            Err(LOOK_AROUND)
        }
        Some(kind) if !kind.starts_with([':', '<']) => Err(UNKNOWN_GROUP),
        Some(_) | None => Ok(()),
    }
}

/// True if `rest`, which follows a brace, goes on as `n}`, `n,}` or `n,m}` does.
fn is_repetition(rest: &str) -> bool {
    let Some((inner, _)) = rest.split_once('}') else { return false };
    let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && are_digits(least) && are_digits(most)
}
