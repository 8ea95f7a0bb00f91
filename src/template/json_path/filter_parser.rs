//! The text of a filter → its condition.

use super::{
    PathError,
    comparison::Comparison,
    cursor::{Cursor, Eaten, quoted_length},
    filter::{Condition, Literal, Operand},
    parser::{parse_rooted, unescaped},
    pattern::Pattern,
};
use crate::template::json_text;

/// The condition between the outer brackets of `?(…)`.
pub(super) fn parse(cursor: &mut Cursor<'_>, nesting_left: usize) -> Result<Condition, PathError> {
    let condition = any(cursor, nesting_left)?;
    if cursor.is_at_end() { Ok(condition) } else { Err(cursor.error("`&&`, `||` or the end of the filter")) }
}

fn any(cursor: &mut Cursor<'_>, nesting_left: usize) -> Result<Condition, PathError> {
    let mut conditions = vec![all(cursor, nesting_left)?];
    while cursor.eat("||") == Eaten::Yes {
        conditions.push(all(cursor, nesting_left)?);
    }
    Ok(if conditions.len() == 1 { conditions.remove(0) } else { Condition::Any(conditions) })
}

fn all(cursor: &mut Cursor<'_>, nesting_left: usize) -> Result<Condition, PathError> {
    let mut conditions = vec![single(cursor, nesting_left)?];
    while cursor.eat("&&") == Eaten::Yes {
        conditions.push(single(cursor, nesting_left)?);
    }
    Ok(if conditions.len() == 1 { conditions.remove(0) } else { Condition::All(conditions) })
}

/// A comparison, one in brackets, or one with `!`; the blanks behind it are taken.
fn single(cursor: &mut Cursor<'_>, nesting_left: usize) -> Result<Condition, PathError> {
    cursor.skip_blanks();
    let less = || nesting_left.checked_sub(1).ok_or_else(|| cursor.error("brackets less deep"));
    let condition = if cursor.starts_with("!") {
        let nesting_left = less()?;
        cursor.take(1);
        let start = cursor.clone();
        match single(cursor, nesting_left)? {
            Condition::Compared { .. } | Condition::Matches { .. }
                if !start.rest().trim_start().starts_with('(') =>
            {
                return Err(start.error("brackets around what `!` is for"));
            }
            condition => Condition::Not(Box::new(condition)),
        }
    } else if cursor.starts_with("(") {
        let nesting_left = less()?;
        cursor.take(1);
        let condition = any(cursor, nesting_left)?;
        if cursor.eat(")") == Eaten::No {
            return Err(cursor.error("`)`"));
        }
        condition
    } else {
        relation(cursor, nesting_left)?
    };
    cursor.skip_blanks();
    Ok(condition)
}

/// A side of a comparison as it is written.
enum Side {
    Operand(Operand),
    Pattern(Pattern),
}

fn relation(cursor: &mut Cursor<'_>, nesting_left: usize) -> Result<Condition, PathError> {
    let start = cursor.clone();
    let left = side(cursor, nesting_left)?;
    cursor.skip_blanks();
    if cursor.is_at_end() || [")", "&&", "||"].iter().any(|sign| cursor.starts_with(sign)) {
        return match left {
            Side::Operand(operand @ (Operand::OfCurrent(_) | Operand::OfDocument(_))) => {
                Ok(Condition::Exists(operand))
            }
            Side::Operand(Operand::Literal(_)) | Side::Pattern(_) => {
                Err(start.error("a comparison, or a path alone"))
            }
        };
    }
    let operator = operator(cursor)?;
    cursor.skip_blanks();
    let start = cursor.clone();
    let right = side(cursor, nesting_left)?;
    match (left, operator, right) {
        (Side::Operand(operand), Operator::Matches, Side::Pattern(pattern))
        | (Side::Pattern(pattern), Operator::Matches, Side::Operand(operand)) => {
            Ok(Condition::Matches { operand, pattern })
        }
        (Side::Operand(left), Operator::Compares(comparison), Side::Operand(right)) => {
            Ok(Condition::Compared { left, comparison, right })
        }
        (_, Operator::Matches, _) => {
            Err(start.error("a regular expression between slashes on one side of `=~`"))
        }
        (_, Operator::Compares(_), _) => Err(start.error("`=~` beside a regular expression")),
    }
}

enum Operator {
    Compares(Comparison),
    Matches,
}

const OPERATORS: &str = "==, !=, ===, !==, <, <=, >, >=, =~, in, nin, subsetof, anyof, noneof, contains, size or empty; \
                         all, type, matches and exists are not taken";

fn operator(cursor: &mut Cursor<'_>) -> Result<Operator, PathError> {
    let start = cursor.clone();
    let is_sign = |character| matches!(character, '<' | '>' | '=' | '~' | '!');
    let text = if cursor.peek().is_some_and(is_sign) {
        cursor.take_while(is_sign)
    } else {
        cursor.take_while(|character| character != ' ')
    };
    let comparison = match text.to_ascii_lowercase().as_str() {
        "==" => Comparison::Equal,
        "!=" => Comparison::NotEqual,
        "===" => Comparison::SameTypeEqual,
        "!==" => Comparison::SameTypeNotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        "in" => Comparison::In,
        "nin" => Comparison::NotIn,
        "subsetof" => Comparison::SubsetOf,
        "anyof" => Comparison::AnyOf,
        "noneof" => Comparison::NoneOf,
        "contains" => Comparison::Contains,
        "size" => Comparison::Size,
        "empty" => Comparison::Empty,
        "=~" => return Ok(Operator::Matches),
        _ => return Err(start.error(OPERATORS)),
    };
    Ok(Operator::Compares(comparison))
}

fn side(cursor: &mut Cursor<'_>, nesting_left: usize) -> Result<Side, PathError> {
    match cursor.peek() {
        Some('$') => path(cursor, nesting_left).map(|path| Side::Operand(Operand::OfDocument(path))),
        Some('@') => path(cursor, nesting_left).map(|path| Side::Operand(Operand::OfCurrent(path))),
        Some('/') => pattern(cursor).map(Side::Pattern),
        Some(_) | None => literal(cursor).map(|literal| Side::Operand(Operand::Literal(literal))),
    }
}

/// A path within a filter: it ends at a blank, a comparison or a bracket that closes the filter's own.
fn path(cursor: &mut Cursor<'_>, nesting_left: usize) -> Result<super::JsonPath, PathError> {
    let offset = cursor.characters_before();
    let whole = cursor.rest();
    let mut length = cursor.take(1).len();
    while let Some(sign) = cursor.peek() {
        let part = match sign {
            '[' => cursor.bracketed(b'[', b']').ok_or_else(|| cursor.error("`]` behind the bracket"))?,
            '(' => cursor.bracketed(b'(', b')').ok_or_else(|| cursor.error("`)` behind the arguments"))?,
            ' ' | '\t' | '\n' | '\r' | ')' | '<' | '>' | '=' | '~' | '!' => break,
            '&' | '|' if cursor.starts_with("&&") || cursor.starts_with("||") => break,
            other => other.len_utf8(),
        };
        length += cursor.take(part).len();
    }
    if whole[..length].ends_with('.') {
        return Err(cursor.error("a name behind the point"));
    }
    parse_rooted(&whole[..length], offset, nesting_left)
}

/// `/…/flags`; a slash within has a backslash before it.
fn pattern(cursor: &mut Cursor<'_>) -> Result<Pattern, PathError> {
    let start = cursor.clone();
    let length = quoted_length(cursor.rest().as_bytes());
    let length = length.ok_or_else(|| start.error("the slash that ends the regular expression"))?;
    let source = cursor.take(length)[1..length - 1].replace("\\/", "/");
    let flags = cursor.take_while(|flag| flag.is_ascii_alphabetic());
    Pattern::compile(&source, flags)
        .map_err(|reason| start.error(format!("a regular expression of Java{reason}")))
}

fn literal(cursor: &mut Cursor<'_>) -> Result<Literal, PathError> {
    let start = cursor.clone();
    let expected = "a path, a text in quotes, a number, true, false, null, a list or an object";
    let not_closed = || start.error("the sign that ends the value");
    match cursor.peek() {
        Some('\'' | '"') => {
            let length = quoted_length(cursor.rest().as_bytes()).ok_or_else(not_closed)?;
            Ok(Literal::Text(unescaped(&cursor.take(length)[1..length - 1]).into()))
        }
        Some(open @ ('[' | '{')) => {
            let close = if open == '[' { b']' } else { b'}' };
            let open = if open == '[' { b'[' } else { b'{' };
            let length = cursor.bracketed(open, close).ok_or_else(not_closed)?;
            let value = json_text::read(cursor.take(length))
                .map_err(|error| start.error(format!("JSON ({error})")))?;
            Ok(Literal::of(&value))
        }
        Some(_) | None => {
            let word = cursor
                .take_while(|character| !matches!(character, ' ' | ')' | '<' | '>' | '=' | '!' | '&' | '|'));
            match word {
                "true" => Ok(Literal::Boolean(true)),
                "false" => Ok(Literal::Boolean(false)),
                "null" => Ok(Literal::Null),
                _ if is_number(word) => Ok(Literal::Number(word.into())),
                _ => Err(start.error(expected)),
            }
        }
    }
}

fn is_number(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_digit() || first == '-' || first == '.')
        && word.parse::<f64>().is_ok()
}
