//! A text with `*` (any text) and `?` (any one character), as IAM writes resources and `StringLike` values.
//!
//! Matching goes through the text once: of each part between two `*` the first place that fits is also the best one.

/// A parsed pattern, cut at its `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wildcard {
    /// The text begins with it.
    first: Part,
    /// Each stands somewhere behind the one before, the last at the end. None: the first is all of the text.
    rest: Vec<Part>,
}

/// A part of a pattern without `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// `None` is any one character.
    Characters(Vec<Option<char>>),
}

impl Wildcard {
    /// Reads a pattern. `${*}`, `${?}` and `${$}` are the characters themselves, as in IAM.
    ///
    /// `literal` makes what stands between wildcards as the texts have it.
    ///
    /// # Errors
    ///
    /// The fault of the pattern, in words for the operator.
    pub fn parse(
        pattern: &str,
        literal: impl Fn(&str) -> Result<String, &'static str>,
    ) -> Result<Self, &'static str> {
        let mut parts = vec![Vec::new()];
        let mut plain = String::new();
        let mut rest = pattern;
        while let Some(character) = rest.chars().next() {
            let (escaped, length) = escape(rest)?;
            rest = &rest[length..];
            match (escaped, character) {
                (Some(escaped), _) => plain.push(escaped),
                (None, '*') => {
                    end_literal(&mut parts, &mut plain, &literal)?;
                    parts.push(Vec::new());
                }
                (None, '?') => {
                    end_literal(&mut parts, &mut plain, &literal)?;
                    parts.last_mut().expect("there is one").push(None);
                }
                (None, other) => plain.push(other),
            }
        }
        end_literal(&mut parts, &mut plain, &literal)?;
        let mut parts = parts.into_iter().map(Part::of);
        let first = parts.next().expect("there is one");
        Ok(Self { first, rest: parts.collect() })
    }

    /// A pattern whose text is taken as it is written.
    ///
    /// # Errors
    ///
    /// The fault of the pattern.
    pub fn of_text(pattern: &str) -> Result<Self, &'static str> {
        Self::parse(pattern, |text| Ok(text.to_owned()))
    }

    pub fn matches(&self, text: &str) -> bool {
        let Some(mut text) = self.first.skip(text) else { return false };
        let Some((last, middle)) = self.rest.split_last() else { return text.is_empty() };
        for part in middle {
            let Some(behind) = part.skip_first(text) else { return false };
            text = behind;
        }
        last.ends(text)
    }
}

impl Part {
    fn of(characters: Vec<Option<char>>) -> Self {
        match characters.iter().copied().collect::<Option<String>>() {
            Some(text) => Self::Text(text),
            None => Self::Characters(characters),
        }
    }

    /// The text behind the part, if it begins with it.
    fn skip<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Text(own) => text.strip_prefix(own.as_str()),
            Self::Characters(own) => {
                let mut characters = text.chars();
                let fits = own.iter().all(|own| {
                    characters.next().is_some_and(|character| own.is_none_or(|own| own == character))
                });
                fits.then_some(characters.as_str())
            }
        }
    }

    /// The text behind the first place where the part stands.
    fn skip_first<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Text(own) => text.find(own.as_str()).map(|at| &text[at + own.len()..]),
            Self::Characters(_) => text.char_indices().find_map(|(at, _)| self.skip(&text[at..])),
        }
    }

    fn ends(&self, text: &str) -> bool {
        match self {
            Self::Text(own) => text.ends_with(own.as_str()),
            Self::Characters(own) => {
                let start = text.char_indices().rev().nth(own.len() - 1);
                start.is_some_and(|(at, _)| self.skip(&text[at..]).is_some())
            }
        }
    }
}

/// The character that `rest` begins with if it is written as an escape, and the bytes to go on behind.
fn escape(rest: &str) -> Result<(Option<char>, usize), &'static str> {
    if !rest.starts_with("${") {
        return Ok((None, rest.chars().next().map_or(0, char::len_utf8)));
    }
    let escaped = [("${*}", '*'), ("${?}", '?'), ("${$}", '$')];
    let found = escaped.into_iter().find(|(written, _)| rest.starts_with(written));
    found
        .map(|(written, character)| (Some(character), written.len()))
        .ok_or("a text without policy variables (${…})")
}

fn end_literal(
    parts: &mut [Vec<Option<char>>],
    plain: &mut String,
    literal: impl Fn(&str) -> Result<String, &'static str>,
) -> Result<(), &'static str> {
    let text = literal(plain)?;
    plain.clear();
    parts.last_mut().expect("there is one").extend(text.chars().map(Some));
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Wildcard::of_text(pattern).unwrap().matches(text)
    }

    /// The definition, character by character.
    fn matches_by_definition(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', after)), _) => {
                matches_by_definition(after, text)
                    || (!text.is_empty() && matches_by_definition(pattern, &text[1..]))
            }
            (Some((own, after)), Some((character, rest))) => {
                (*own == '?' || own == character) && matches_by_definition(after, rest)
            }
            (None, Some(_)) | (Some(_), None) => false,
        }
    }

    #[test]
    fn wildcards_are_any_text_and_any_character() {
        let cases = [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("?", "", false),
            ("?", "é", true),
            ("a*", "a/b/c", true),
            ("*c", "a/b/c", true),
            ("a*b*c", "axxbyybc", true),
            ("a*b*c", "axxc", false),
            ("a*a", "a", false),
            ("*ab?", "abab", false),
            ("*ab?", "ababc", true),
            ("a?c*", "abcd", true),
            ("A", "a", false),
            ("${*}", "*", true),
            ("${*}", "x", false),
            ("${$}{a}?${?}", "${a}b?", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
        assert!(Wildcard::of_text("home/${aws:username}/*").is_err());
    }

    #[test]
    fn a_pattern_of_many_wildcards_is_matched_at_once() {
        let (pattern, text) = ("*a".repeat(10_000) + "b", "a".repeat(100_000));
        assert!(!matches(&pattern, &text));
    }

    proptest! {
        #[test]
        fn a_pattern_matches_what_its_definition_says(pattern in "[ab*?]{0,8}", text in "[abé]{0,10}") {
            let characters = |text: &str| text.chars().collect::<Vec<_>>();
            let expected = matches_by_definition(&characters(&pattern), &characters(&text));
            prop_assert_eq!(matches(&pattern, &text), expected);
        }
    }
}
