//! Takes texts with words in them apart: `${word}`, `$word`, `{name}`.

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Never empty.
    Text(&'a str),
    /// Without the signs around it.
    Word(&'a str),
    /// A sign that the notation does not allow where it stands, and all that follows.
    Stray(&'a str),
}

/// The signs by which a word is told from text.
#[derive(Clone, Copy, Debug)]
pub enum Notation {
    /// `{name}`. Every opening brace begins a word.
    Braces,
    /// `${word}`, and `$$` for a plain `$`. Every other `$` is stray. A `}` in a quoted name, `['a}b']`, ends no word.
    DollarBraces,
    /// `${word}` of these roots. Everything else is text.
    Rooted(&'static [Root]),
    /// The same, also without braces: `$word`.
    RootedOrBare(&'static [Root]),
}

/// The beginning of words of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Root {
    /// With its full stop.
    pub prefix: &'static str,
    /// The characters that a name without braces may hold besides letters and digits.
    punctuation: &'static str,
}

/// `context.stage`
pub const CONTEXT: Root = Root { prefix: "context.", punctuation: "._" };
/// `stageVariables.table`
pub const STAGE_VARIABLES: Root = Root { prefix: "stageVariables.", punctuation: "_" };
/// `method.request.header.x-tenant`
pub const METHOD_REQUEST: Root = Root { prefix: "method.request.", punctuation: "._-" };

/// The meaning of a sign, by what follows it.
enum Sign<'a> {
    Word {
        word: &'a str,
        /// The text behind the word.
        rest: &'a str,
    },
    /// Twice the same sign, for a plain one.
    Doubled,
    Text,
    Stray,
}

impl Notation {
    /// Takes `text` apart, up to a stray sign.
    pub fn parts(self, text: &str) -> Vec<Part<'_>> {
        let mut parts = Vec::new();
        let (mut unread, mut from) = (text, 0);
        while let Some(at) = unread[from..].find(self.sign()).map(|at| from + at) {
            let (before, behind) = (Part::Text(&unread[..at]), at + 1);
            from = 0;
            match self.read(&unread[behind..]) {
                Sign::Text => from = behind,
                Sign::Word { word, rest } => {
                    parts.extend([before, Part::Word(word)]);
                    unread = rest;
                }
                Sign::Doubled => {
                    parts.push(Part::Text(&unread[..behind]));
                    unread = &unread[behind + 1..];
                }
                Sign::Stray => {
                    parts.extend([before, Part::Stray(&unread[at..])]);
                    unread = "";
                }
            }
        }
        parts.push(Part::Text(unread));
        parts.retain(|part| *part != Part::Text(""));
        parts
    }

    const fn sign(self) -> char {
        match self {
            Self::Braces => '{',
            Self::DollarBraces | Self::Rooted(_) | Self::RootedOrBare(_) => '$',
        }
    }

    /// Reads what follows a sign.
    fn read(self, text: &str) -> Sign<'_> {
        let word = |(word, rest)| Sign::Word { word, rest };
        match self {
            Self::Braces => text.split_once('}').map_or(Sign::Stray, word),
            Self::DollarBraces if text.starts_with('$') => Sign::Doubled,
            Self::DollarBraces => text.strip_prefix('{').and_then(to_brace).map_or(Sign::Stray, word),
            Self::Rooted(roots) => in_braces(text, roots).map_or(Sign::Text, word),
            Self::RootedOrBare(roots) => {
                in_braces(text, roots).or_else(|| bare(text, roots)).map_or(Sign::Text, word)
            }
        }
    }
}

/// Splits at the `}` that ends a word: one in a name in quotes, `['a}b']`, does not.
fn to_brace(text: &str) -> Option<(&str, &str)> {
    let mut rest = text.char_indices();
    let mut within = false;
    while let Some((at, c)) = rest.next() {
        match c {
            '}' if !within => return Some((&text[..at], &text[at + 1..])),
            '\'' if !within => within = text[..at].ends_with('['),
            '\'' => within = false,
            '\\' if within => drop(rest.next()),
            _ => {}
        }
    }
    None
}

fn in_braces<'a>(text: &'a str, roots: &[Root]) -> Option<(&'a str, &'a str)> {
    let parts = text.strip_prefix('{')?.split_once('}')?;
    roots.iter().any(|root| parts.0.starts_with(root.prefix)).then_some(parts)
}

fn bare<'a>(text: &'a str, roots: &[Root]) -> Option<(&'a str, &'a str)> {
    let Root { prefix, punctuation } = roots.iter().find(|root| text.starts_with(root.prefix))?;
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || punctuation.contains(c);
    let end = text[prefix.len()..].find(|c| !is_of_name(c)).map_or(text.len(), |end| prefix.len() + end);
    // A full stop after a word ends a sentence.
    let word = text[..end].trim_end_matches('.');
    Some((word, &text[word.len()..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROOTS: &[Root] = &[CONTEXT, METHOD_REQUEST];

    /// Words in `<>`, a stray sign in `!!`.
    fn shown(notation: Notation, text: &str) -> String {
        let show = |part| match part {
            Part::Text(text) => text.to_owned(),
            Part::Word(word) => format!("<{word}>"),
            Part::Stray(text) => format!("!{text}!"),
        };
        notation.parts(text).into_iter().map(show).collect()
    }

    #[test]
    fn each_notation_has_signs_of_its_own() {
        #[rustfmt::skip]
        let cases = [
            (Notation::Braces,              "/a/{id}{b}?c={d}",                 "/a/<id><b>?c=<d>"),
            (Notation::Braces,              "/{a}/}{b",                         "/<a>/}!{b!"),
            (Notation::DollarBraces,        "a $$ ${b}$$${c}",                  "a $ <b>$<c>"),
            (Notation::DollarBraces,        "${a['}\\'}']}${b}",                "<a['}\\'}']><b>"),
            (Notation::DollarBraces,        "a ${b} $c",                        "a <b> !$c!"),
            (Notation::DollarBraces,        "${b",                              "!${b!"),
            (Notation::Rooted(ROOTS),       "$context.a ${context.a} $$ ${b}",  "$context.a <context.a> $$ ${b}"),
            (Notation::Rooted(ROOTS),       "${ ${context.a}${context.",        "${ <context.a>${context."),
            (Notation::Rooted(ROOTS),       "${context.${context.a}}",          "<context.${context.a>}"),
            (Notation::RootedOrBare(ROOTS), "I am $context.a_b. Or ${context.}","I am <context.a_b>. Or <context.>"),
            (Notation::RootedOrBare(ROOTS), "$5, $method.request.header.x-y!",  "$5, <method.request.header.x-y>!"),
            (Notation::RootedOrBare(ROOTS), "$context.a$context.b-c",           "<context.a><context.b>-c"),
        ];
        for (notation, text, expected) in cases {
            assert_eq!(shown(notation, text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_without_signs_is_one_part(text in "[^${]+") {
            for notation in [Notation::Braces, Notation::DollarBraces, Notation::RootedOrBare(ROOTS)] {
                prop_assert_eq!(notation.parts(&text), [Part::Text(&text)]);
            }
        }

        #[test]
        fn any_text_is_taken_apart(text in "([a-c'\\[\\]{}$\\\\]|context\\.){0,20}") {
            for notation in [Notation::Braces, Notation::DollarBraces, Notation::Rooted(ROOTS), Notation::RootedOrBare(ROOTS)] {
                notation.parts(&text);
            }
        }
    }
}
