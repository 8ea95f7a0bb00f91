//! `selectionPattern`: a regular expression of Java's that has to match a whole text, or all of its first 64 KB.

use crate::template::velocity::JavaPattern;

/// A compiled pattern.
#[derive(Debug)]
pub struct SelectionPattern(JavaPattern);

impl SelectionPattern {
    /// # Errors
    /// What was expected instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        JavaPattern::whole(text).map(Self).map_err(|reason| format!("a regular expression of Java{reason}"))
    }

    /// True if it matches the text. Of a longer one than 64 KB only the beginning is matched, as if it ended there.
    pub fn matches(&self, text: &str) -> bool {
        self.0.is_match(beginning(text))
    }
}

/// The bytes of a text that are matched.
const MOST_BYTES: usize = 64 * 1024;

fn beginning(text: &str) -> &str {
    let mut end = text.len().min(MOST_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_matched_against_the_first_64_kb() {
        let filler = |bytes: usize| "x".repeat(bytes);
        #[rustfmt::skip]
        let cases = [
            ("x*", filler(MOST_BYTES) + "y", true),
            ("x*y", filler(MOST_BYTES) + "y", false),
            ("x*y", filler(MOST_BYTES - 1) + "y", true),
            ("x*y", filler(MOST_BYTES - 1) + "yz", true),
            // Half a character is left out.
            ("x*", filler(MOST_BYTES - 1) + "é", true),
            ("(?s)Error:.*", format!("Error: {}", filler(10 * 1024 * 1024)), true),
        ];
        for (pattern, text, expected) in cases {
            let length = text.len();
            assert_eq!(
                SelectionPattern::parse(pattern).unwrap().matches(&text),
                expected,
                "{pattern} {length}"
            );
        }
    }
}
