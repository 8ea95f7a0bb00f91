//! Reads a template. One pass from the front, without going back; what is nested too deeply is an error.
//!
//! It reads as the lexer of Velocity 1.7 does, state for state. Where that one fails on plain text that looks like
//! the start of something (`$` at the end), the text stays text.

mod cursor;
mod directive;
mod expression;
mod literal;
mod reference;
mod text;

use std::{collections::HashMap, sync::Arc};

use super::{
    Place, SyntaxError,
    place::Lines,
    tree::{Block, Macro, Statement},
};

/// The bytes of a template: API Gateway's limit.
pub(super) const MOST_TEXT_BYTES: usize = 300 * 1024;
/// Blocks, brackets and quoted templates inside one another.
const MOST_NESTING: usize = 64;

/// Macros by name.
pub(super) type Macros = HashMap<Box<str>, Arc<Macro>>;

/// What was read of a template.
pub(super) struct Parsed {
    pub block: Block,
    pub macros: Macros,
}

/// Reads a whole template.
///
/// # Errors
///
/// It is not well-formed, too large, nested too deeply, or uses what API Gateway does not have.
pub(super) fn parse(text: &str) -> Result<Parsed, SyntaxError> {
    if text.len() > MOST_TEXT_BYTES {
        return Err(SyntaxError {
            place: Place { line: 1, column: 1 },
            got: format!("{} bytes", text.len()),
            expected: format!("at most {MOST_TEXT_BYTES}"),
        });
    }
    let mut macros = Macros::new();
    let mut parser = Parser { text, at: 0, base: 0, depth: 0, macros: &mut macros };
    let parsed = parser.whole();
    let block = parsed.map_err(|mistake| mistake.placed_in(text))?;
    Ok(Parsed { block, macros })
}

/// A syntax error at a byte of the whole template.
pub(super) struct Mistake {
    at: usize,
    got: String,
    expected: String,
    /// The byte of the whole template where the directive stands that `expected` ends with.
    directive_at: Option<usize>,
}

impl Mistake {
    fn placed_in(self, template: &str) -> SyntaxError {
        let Self { at, got, mut expected, directive_at } = self;
        let lines = Lines::of(template);
        if let Some(at) = directive_at {
            expected.push_str(&format!(" at {}", lines.place(template, at)));
        }
        SyntaxError { place: lines.place(template, at), got, expected }
    }
}

/// Reads one text: the template, or what stands in double quotes inside it.
pub(super) struct Parser<'text, 'macros> {
    text: &'text str,
    at: usize,
    /// Where the text begins in the template.
    base: usize,
    depth: usize,
    /// The macros that were defined so far.
    macros: &'macros mut Macros,
}

/// What ended a block.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockEnd {
    End,
    Else,
    ElseIf,
    TextEnd,
}

/// A block and what ended it.
pub(super) struct Ended {
    block: Block,
    end: BlockEnd,
    /// Where that stands.
    at: usize,
}

impl Parser<'_, '_> {
    /// A text up to its end.
    fn whole(&mut self) -> Result<Block, Mistake> {
        let Ended { block, end, at } = self.block()?;
        match end {
            BlockEnd::TextEnd => Ok(block),
            BlockEnd::End | BlockEnd::Else | BlockEnd::ElseIf => {
                Err(self.mistake_at(at, "an #if, #foreach, #define or #macro before it"))
            }
        }
    }

    /// Statements up to the directive that ends them, which is taken too.
    fn block(&mut self) -> Result<Ended, Mistake> {
        self.deeper(|parser| {
            let mut statements = Vec::new();
            loop {
                let at = parser.at;
                if let Some(end) = parser.statement(&mut statements)? {
                    return Ok(Ended { block: Block(statements), end, at });
                }
            }
        })
    }

    /// The block of a directive that began at `start`, up to its `#end`.
    fn block_to_end(&mut self, start: usize) -> Result<Block, Mistake> {
        let Ended { block, end, at } = self.block()?;
        match end {
            BlockEnd::End => Ok(block),
            BlockEnd::TextEnd => Err(self.not_ended(start)),
            BlockEnd::Else | BlockEnd::ElseIf => Err(self.mistake_at(at, "#end")),
        }
    }

    fn not_ended(&self, start: usize) -> Mistake {
        Mistake {
            at: self.base + self.text.len(),
            got: "the template's end".to_owned(),
            expected: format!("#end of the {}", self.shown(start)),
            directive_at: Some(self.base + start),
        }
    }

    /// Runs one level deeper.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Mistake>) -> Result<T, Mistake> {
        if self.depth == MOST_NESTING {
            let expected = format!("at most {MOST_NESTING} blocks and brackets inside one another");
            let (at, got) = (self.base + self.at, "one more".to_owned());
            return Err(Mistake { at, got, expected, directive_at: None });
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// Adds a text to the statements; texts that follow one another are one.
    fn push_text(statements: &mut Vec<Statement>, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(Statement::Text(last)) = statements.last_mut() {
            last.push_str(text);
        } else {
            statements.push(Statement::Text(text.to_owned()));
        }
    }
}
