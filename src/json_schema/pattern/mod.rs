//! Regular expressions of schemas, matched in a time that grows with the text and the expression alone.
//!
//! They are written as ECMA 262 has them, and are translated. What needs a search that goes back (look-around,
//! back-references) is refused.

mod class;
mod translation;

use regex_lite::{Regex, RegexBuilder};

use self::translation::translated;

/// A compiled expression.
#[derive(Debug)]
pub struct Pattern {
    /// As written.
    source: Box<str>,
    regex: Regex,
    /// The bound of the expression's steps at one character of a text.
    steps: usize,
}

/// The bytes that a compiled expression may take.
const MOST_BYTES: usize = 256 * 1024;
/// The bytes of a compiled expression that are one step at a character, about.
const BYTES_OF_A_STEP: usize = 32;
const MOST_NESTING: u32 = 50;

impl Pattern {
    /// Compiles an expression.
    ///
    /// # Errors
    ///
    /// The reason why it cannot be, in words that go on after "a regular expression of ECMA 262".
    pub fn compile(source: &str) -> Result<Self, &'static str> {
        let translated = translated(source)?;
        let mut limit = 1024;
        loop {
            let built = RegexBuilder::new(&translated).nest_limit(MOST_NESTING).size_limit(limit).build();
            match built {
                Ok(regex) => {
                    return Ok(Self { source: source.into(), regex, steps: limit / BYTES_OF_A_STEP });
                }
                // The size is told by trying: the library's error does not say which it is.
                Err(_) if limit < MOST_BYTES => limit *= 2,
                Err(_) => return Err(", well-formed and not larger than 256 KB when it is compiled"),
            }
        }
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    /// True if it matches somewhere in the text.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The bound of the bytes that it takes.
    pub fn bytes(&self) -> usize {
        self.steps * BYTES_OF_A_STEP
    }

    /// The bound of the steps that a match takes.
    pub fn steps(&self, text: &str) -> usize {
        text.len().saturating_add(1).saturating_mul(self.steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_matches_what_it_matches_in_ecma_262() {
        let cases: [(&str, &str, bool); 50] = [
            ("^[a-z]{2,3}$", "abc", true),
            ("^[a-z]{2,3}$", "abcd", false),
            ("b", "abc", true),
            ("^a$", "a\n", false),
            (r"^\d+$", "42", true),
            (r"^\d+$", "४२", false),
            (r"^\w$", "é", false),
            (r"^\W$", "é", true),
            (r"^\s$", "\u{a0}", true),
            (r"^\s$", "\u{feff}", true),
            (r"^\s$", "\u{2003}", true),
            (r"^\s$", "\u{200b}", false),
            (r"^\S$", "\u{2029}", false),
            (r"^\S$", "a", true),
            (r"^[\s]$", "\u{3000}", true),
            (r"^[^\s,]+$", "a\u{2028}", false),
            (r"^[^\s,]+$", "ab", true),
            (r"^[\d\-x]+$", "4-x", true),
            (r"^[\w-.]+$", "a-.", true),
            (r"^[a-\d]+$", "a-7", true),
            (r"^[-a]+$", "-a", true),
            (r"^[a-]+$", "-a", true),
            ("^[[]$", "[", true),
            ("^[a[b]$", "[", true),
            ("^[&&]$", "&", true),
            ("^[a~~b-]$", "-", true),
            (r"^[\b]$", "\u{8}", true),
            (r"^[\]]$", "]", true),
            (r"^[\\]$", "\\", true),
            ("^[^]$", "\n", true),
            ("[]", "a", false),
            ("^.$", "\r", false),
            ("^.$", "\u{2028}", false),
            ("^.$", "🐲", true),
            (r"^\u00e9$", "é", true),
            (r"^\ud83d\udc32$", "🐲", true),
            (r"^[\uD83D\uDC32]$", "🐲", true),
            (r"^\u{1F432}$", "🐲", true),
            (r"^\x41\cJ\t\v\f\0$", "A\n\t\u{b}\u{c}\0", true),
            (r"^\/\-\.\$$", "/-.$", true),
            (r"^\{a}$", "{a}", true),
            ("^{a}$", "{a}", true),
            ("^a{,2}$", "a{,2}", true),
            ("^a{2}$", "aa", true),
            ("^a{1,}?$", "aaa", true),
            ("^]$", "]", true),
            (r"^(?:a|(b))+$", "abba", true),
            (r"^(?<year>\d{4})$", "2025", true),
            (r"\bcat\b", "a cat.", true),
            ("^é+$", "éé", true),
        ];
        for (source, text, expected) in cases {
            let pattern = Pattern::compile(source).unwrap_or_else(|why| panic!("{source}: {why}"));
            assert_eq!(pattern.is_match(text), expected, "{source} {text:?}");
        }
    }

    #[test]
    fn what_cannot_be_matched_in_linear_time_or_is_none_is_refused() {
        let cases = [
            (r"^(?=a)b", "look-around"),
            (r"^(?!a)b", "look-around"),
            (r"(?<=a)b", "look-around"),
            (r"(?<!a)b", "look-around"),
            (r"(a)\1", "back-references"),
            (r"(?<x>a)\k<x>", "back-references"),
            (r"^\p{L}+$", r"\p"),
            (r"[\P{L}]", r"\p"),
            (r"^\S[\S]$", r"\S"),
            (r"\a", "escape"),
            (r"\Z", "escape"),
            (r"\ud83d", "surrogate"),
            ("(?i)a", "group"),
            ("a\\", "escape"),
            ("[a", "well-formed"),
            ("(a", "well-formed"),
            ("a)", "well-formed"),
            ("*a", "well-formed"),
            ("[b-a]", "well-formed"),
            ("[b--]", "well-formed"),
            ("(((a{100}){100}){100}){100}", "256 KB"),
        ];
        for (source, expected) in cases {
            let why = Pattern::compile(source).expect_err(source);
            assert!(why.contains(expected), "{source}: {why}");
        }
        assert!(Pattern::compile(&"(".repeat(100_000)).is_err());
        assert!(Pattern::compile(&format!("{}a{}", "(".repeat(60), ")".repeat(60))).is_err());
    }

    #[test]
    fn a_match_takes_no_more_steps_than_are_told() {
        let cheap = Pattern::compile("^[a-z]+$").expect("an expression");
        let dear = Pattern::compile("[a-z]{1,1000}x").expect("an expression");
        assert!(cheap.steps("abc") * 50 < dear.steps("abc"), "{} {}", cheap.steps("abc"), dear.steps("abc"));
        // A search that goes back takes 2^40 steps here.
        assert!(
            !Pattern::compile("^(a+)+$").expect("an expression").is_match(&format!("{}b", "a".repeat(40)))
        );
    }
}
