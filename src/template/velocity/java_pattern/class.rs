//! Classes of characters: `[a-z\d]`, `[^,]`.

use super::{
    escape::{Escaped, escaped, write_char},
    translation::Chars,
};

const NO_END: &str = ", well-formed: a class has no end";
const NESTED: &str = " without a class inside a class (a bracket there is written with a backslash)";
const INTERSECTION: &str = " without && in a class";
const NO_PLACES: &str = ", well-formed: a class holds characters";

/// A member of a class.
enum Member {
    Char(char),
    /// As the library has it.
    Class(&'static str),
}

/// Translates a class whose bracket was read, up to the one that ends it.
///
/// # Errors
///
/// Something in it cannot be said to the library.
pub(super) fn translate(chars: &mut Chars<'_>, out: &mut String) -> Result<(), &'static str> {
    out.push('[');
    if chars.next_if(|(_, next)| *next == '^').is_some() {
        out.push('^');
    }
    let mut is_first = true;
    while let Some(member) = member(chars, is_first)? {
        is_first = false;
        match member {
            Member::Class(class) => out.push_str(class),
            Member::Char(from) => {
                write_char(from, out);
                // A hyphen between two characters makes a range of them; at an end, it is one itself.
                let mut ahead = chars.clone();
                let is_range = ahead.next().is_some_and(|(_, next)| next == '-')
                    && ahead.peek().is_some_and(|(_, next)| *next != ']' && *next != '[');
                if is_range {
                    *chars = ahead;
                    match self::member(chars, false)? {
                        Some(Member::Char(to)) => {
                            out.push('-');
                            write_char(to, out);
                        }
                        Some(Member::Class(class)) => {
                            write_char('-', out);
                            out.push_str(class);
                        }
                        None => return Err(NO_END),
                    }
                }
            }
        }
    }
    out.push(']');
    Ok(())
}

/// The next member; `None` at the class's end. A bracket that comes first is a character.
fn member(chars: &mut Chars<'_>, is_first: bool) -> Result<Option<Member>, &'static str> {
    let (_, char) = chars.next().ok_or(NO_END)?;
    Ok(Some(match char {
        ']' if !is_first => return Ok(None),
        '[' => return Err(NESTED),
        '&' if chars.peek().is_some_and(|(_, next)| *next == '&') => return Err(INTERSECTION),
        '\\' => match escaped(chars)? {
            Escaped::Char(char) => Member::Char(char),
            Escaped::Class(class) => Member::Class(class),
            Escaped::Place(_) | Escaped::Quoted => return Err(NO_PLACES),
        },
        char => Member::Char(char),
    }))
}
