//! Text between references and directives, and the backslashes before them.

use super::{BlockEnd, Mistake, Parser};
use crate::template::velocity::tree::Statement;

/// Directives that a backslash escapes; macros that were defined before are, too.
const ESCAPABLE: [&str; 14] = [
    "if", "elseif", "else", "end", "set", "stop", "foreach", "include", "parse", "macro", "literal",
    "evaluate", "break", "define",
];
/// Those before which two backslashes are one. `#set` is none of them in Velocity 1.7.
const UNESCAPED_BY_TWO: [&str; 13] = [
    "if", "elseif", "else", "end", "stop", "foreach", "include", "parse", "macro", "literal", "evaluate",
    "break", "define",
];

const LOSE_A_DOLLAR: [&str; 5] = ["if", "elseif", "else", "end", "stop"];

impl Parser<'_, '_> {
    /// Reads the next statement; the end of the block if there is none.
    pub(super) fn statement(&mut self, statements: &mut Vec<Statement>) -> Result<Option<BlockEnd>, Mistake> {
        let Some(byte) = self.peek() else { return Ok(Some(BlockEnd::TextEnd)) };
        match byte {
            b'\\' => self.backslashes(statements)?,
            b'$' => self.printed(0, statements)?,
            b'#' => return self.hash(statements),
            b' ' | b'\t' if self.is_set_after_blanks() => {
                let rest = self.rest();
                self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
            }
            _ => {
                let rest = self.rest();
                let text = &rest[..rest.find(['$', '#', '\\']).unwrap_or(rest.len())];
                self.at += text.len();
                Self::push_text(statements, text);
            }
        }
        Ok(None)
    }

    /// `#set` takes the blanks before it along, where no other text stands before those; and, as in Velocity 1.7, a
    /// sign before those that begins nothing.
    pub(super) fn is_set_after_blanks(&self) -> bool {
        let rest = self.rest().trim_start_matches([' ', '\t']);
        let after = rest.strip_prefix("#set").or_else(|| rest.strip_prefix("#{set}"));
        after.is_some_and(|after| after.trim_start_matches([' ', '\t']).starts_with('('))
    }

    /// The lexer of Velocity 1.7 loses a `$` that stands right before one of these, or before blanks and `#set`.
    pub(super) fn is_lost_here(&self) -> bool {
        let is_directive = || LOSE_A_DOLLAR.contains(&self.directive_word().name);
        self.is_set_after_blanks() || (self.peek() == Some(b'#') && is_directive())
    }

    /// Backslashes count only before a reference or a directive.
    fn backslashes(&mut self, statements: &mut Vec<Statement>) -> Result<(), Mistake> {
        let rest = self.rest();
        let count = rest.bytes().take_while(|byte| *byte == b'\\').count();
        let start = self.at;
        self.at += count;
        match self.peek() {
            Some(b'$') => return self.printed(count, statements),
            Some(b'#') => {}
            Some(_) | None => {
                Self::push_text(statements, &rest[..count]);
                return Ok(());
            }
        }
        let word = self.directive_word();
        if count % 2 == 1 && !word.name.is_empty() {
            // The directive is a text; half of the backslashes before it are left, if there is such a directive.
            self.at = word.end;
            let is_known = ESCAPABLE.contains(&word.name) || self.macros.contains_key(word.name);
            let from = if is_known { start + count / 2 + 1 } else { start };
            Self::push_text(statements, &self.text[from..word.end]);
            return Ok(());
        }
        let is_halved = UNESCAPED_BY_TWO.contains(&word.name) || self.macros.contains_key(word.name);
        Self::push_text(statements, &rest[..if is_halved { count - count / 2 } else { count }]);
        Ok(())
    }
}
