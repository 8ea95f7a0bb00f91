//! Regular expressions of filters: `=~ /…/i`.

use regex_lite::Regex;

/// A compiled expression, which matches whole texts.
#[derive(Debug)]
pub(super) struct Pattern(Regex);

impl Pattern {
    pub fn compile(source: &str, flags: &str) -> Result<Self, String> {
        let flags = if flags.is_empty() { String::new() } else { format!("(?{flags})") };
        Regex::new(&format!("{flags}\\A(?:{source})\\z")).map(Self).map_err(|error| error.to_string())
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}
