//! Java's expressions in the library's own notation.

use std::{iter::Peekable, str::CharIndices};

use super::{
    class,
    escape::{Escaped, escaped, write_char},
};

pub(super) type Chars<'a> = Peekable<CharIndices<'a>>;

/// An expression as the library has it.
pub(in super::super) struct Translation {
    pub(super) text: String,
    pub(super) shape: Shape,
}

/// The shape of an expression, which says how far behind a match the library may have looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Characters and classes, one after the other: a search looks no further than its match.
    Sequence,
    /// Alternatives, or groups that are repeated.
    Branching,
}

const LOOK_AROUND: &str = " without look-around";
const ATOMIC: &str = " without atomic groups";
const POSSESSIVE: &str = " without possessive quantifiers (`++`, `*+`, `?+`)";
const UNKNOWN_FLAG: &str = " with the flags i, m and s only";
const UNKNOWN_GROUP: &str = ", well-formed: after (? a flag, : or <name> follows";
const REPETITION: &str = r", well-formed: { begins a repetition as in {2,3}, or is written \{";

/// Any character but line ends.
const DOT: &str = r"[^\x0A\x0D\u{85}\u{2028}\u{2029}]";

/// Translates a whole expression.
///
/// # Errors
///
/// Something in it cannot be matched in linear time, or is unknown.
pub(in super::super) fn translated(source: &str) -> Result<Translation, &'static str> {
    let mut chars = source.char_indices().peekable();
    let mut text = String::with_capacity(source.len());
    let mut shape = Shape::Sequence;
    let mut dot = DOT;
    let mut before = ' ';
    while let Some((at, char)) = chars.next() {
        let mut is_quantifier = false;
        match char {
            '\\' => match escaped(&mut chars)? {
                Escaped::Char(char) => write_char(char, &mut text),
                Escaped::Class(class) if class.starts_with('\\') && class.len() == 2 => text.push_str(class),
                Escaped::Class(class) => text.extend(["[", class, "]"]),
                Escaped::Place(place) => text.push_str(place),
                Escaped::Quoted => quote(&mut chars, &mut text),
            },
            '[' => class::translate(&mut chars, &mut text)?,
            '.' => text.push_str(dot),
            '(' => {
                text.push('(');
                if has_dot_all(&source[at + 1..])? {
                    dot = ".";
                }
            }
            '|' => {
                shape = Shape::Branching;
                text.push('|');
            }
            '*' | '+' | '?' | '{' => {
                is_quantifier = true;
                if before == ')' {
                    shape = Shape::Branching;
                }
                quantifier(char, &source[at..], &mut chars, &mut text)?;
            }
            '}' | ']' => write_char(char, &mut text),
            char => text.push(char),
        }
        before = if is_quantifier || char == '\\' { ' ' } else { char };
    }
    Ok(Translation { text, shape })
}

/// Writes a quantifier. `rest` begins with it; `chars` is behind its first character.
fn quantifier(char: char, rest: &str, chars: &mut Chars<'_>, out: &mut String) -> Result<(), &'static str> {
    if char == '{' {
        let end = repetition(rest).ok_or(REPETITION)?;
        out.push_str(&rest[..=end]);
        for _ in 0..end {
            chars.next();
        }
    } else {
        out.push(char);
    }
    if chars.peek().is_some_and(|(_, next)| *next == '+') {
        return Err(POSSESSIVE);
    }
    if chars.next_if(|(_, next)| *next == '?').is_some() {
        out.push('?');
    }
    Ok(())
}

/// Where the brace ends that `rest` begins with, if it is a repetition: `{2}`, `{2,}`, `{2,3}`.
fn repetition(rest: &str) -> Option<usize> {
    let end = rest.find('}')?;
    let (least, most) = rest[1..end].split_once(',').unwrap_or((&rest[1..end], ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!least.is_empty() && are_digits(least) && are_digits(most)).then_some(end)
}

/// Writes what stands between `\Q` and `\E`.
fn quote(chars: &mut Chars<'_>, out: &mut String) {
    while let Some((_, char)) = chars.next() {
        if char == '\\' && chars.next_if(|(_, next)| *next == 'E').is_some() {
            return;
        }
        write_char(char, out);
    }
}

/// True if the group, whose bracket `rest` follows, makes `.` match line ends. Other groups than plain ones, named
/// ones and flags are refused.
fn has_dot_all(rest: &str) -> Result<bool, &'static str> {
    let Some(kind) = rest.strip_prefix('?') else { return Ok(false) };
    if kind.starts_with(['=', '!']) || kind.starts_with("<=") || kind.starts_with("<!") {
        return Err(LOOK_AROUND);
    }
    if kind.starts_with('>') {
        return Err(ATOMIC);
    }
    if kind.starts_with(['<', ':']) {
        return Ok(false);
    }
    let end = kind.find([':', ')']).ok_or(UNKNOWN_GROUP)?;
    let flags = &kind[..end];
    if !flags.chars().all(|flag| matches!(flag, 'i' | 'm' | 's' | '-')) {
        return Err(if flags.chars().all(|flag| flag.is_ascii_alphabetic()) {
            UNKNOWN_FLAG
        } else {
            UNKNOWN_GROUP
        });
    }
    Ok(flags.split('-').next().is_some_and(|set| set.contains('s')))
}
