//! Classes of characters: `[a-z\d]`, `[^,]`.

use super::translation::{Chars, Escaped, SPACES, escaped, write_char};

/// A member of a class.
enum Member {
    Char(char),
    /// As the library has it.
    Class(String),
}

/// Translates a class whose bracket was read, up to the one that ends it.
///
/// # Errors
///
/// Something in it cannot be said to the library.
pub(super) fn translate(chars: &mut Chars<'_>, out: &mut String) -> Result<(), &'static str> {
    let is_negated = chars.next_if(|(_, next)| *next == '^').is_some();
    let mut members = String::new();
    while let Some(member) = next(chars)? {
        // A hyphen between two characters makes a range of them; beside a class, or at an end, it is one itself.
        let mut ahead = chars.clone();
        let is_hyphen = ahead.next().is_some_and(|(_, next)| next == '-');
        let ends = ahead.peek().is_none_or(|(_, next)| *next == ']');
        match member {
            Member::Char(from) if is_hyphen && !ends => {
                *chars = ahead;
                let to = next(chars)?;
                write_char(from, &mut members);
                match to {
                    Some(Member::Char(to)) => {
                        members.push('-');
                        write_char(to, &mut members);
                    }
                    Some(Member::Class(class)) => {
                        write_char('-', &mut members);
                        members.push_str(&class);
                    }
                    None => {}
                }
            }
            Member::Char(char) => write_char(char, &mut members),
            Member::Class(class) => members.push_str(&class),
        }
    }
    match (is_negated, members.is_empty()) {
        (true, true) => out.push_str(ANY),
        // The library has no empty class: any character that is none.
        (false, true) => out.push_str(r"[^\x00-\u{10FFFF}]"),
        (true, false) => out.push_str(&format!("[^{members}]")),
        (false, false) => out.push_str(&format!("[{members}]")),
    }
    Ok(())
}

const ANY: &str = r"[\x00-\u{10FFFF}]";

/// The next member; `None` at the class's end.
fn next(chars: &mut Chars<'_>) -> Result<Option<Member>, &'static str> {
    let (_, char) = chars.next().ok_or(", well-formed: a class has no end")?;
    let member = match char {
        ']' => return Ok(None),
        '\\' => match escaped(chars)? {
            Escaped::Char(char) => Member::Char(char),
            Escaped::Boundary('b') => Member::Char('\u{8}'),
            Escaped::Class(class) => Member::Class(format!("\\{class}")),
            Escaped::Space => Member::Class(SPACES.to_owned()),
            Escaped::NoSpace => return Err(r" without \S in a class"),
            Escaped::Boundary(_) => return Err(r" without \B in a class"),
        },
        char => Member::Char(char),
    };
    Ok(Some(member))
}
