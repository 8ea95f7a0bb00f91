//! Directives, comments, and what begins with `#` and is neither.

use std::sync::Arc;

use super::{BlockEnd, Ended, Mistake, Parser};
use crate::template::velocity::tree::{
    Block, Branch, Break, Call, Define, Expression, Foreach, If, Macro, Set, Statement,
};

/// A word behind `#`.
pub(super) struct Word<'text> {
    /// Without braces; empty if there is no word.
    pub name: &'text str,
    /// The byte behind it.
    pub end: usize,
}

/// Directives that are refused, and what to write instead.
const REFUSED: [(&str, &str); 4] = [
    ("evaluate", "no #evaluate: a mapping template cannot run a text as a template"),
    ("include", "no #include: a mapping template reads no other file"),
    ("parse", "no #parse: a mapping template reads no other file"),
    ("return", "no #return, which is AppSync's; #stop ends a mapping template"),
];

impl<'text> Parser<'text, '_> {
    /// The word behind the `#` that stands here.
    pub(super) fn directive_word(&self) -> Word<'text> {
        let rest = &self.rest()[1..];
        let (inner, in_braces) = rest.strip_prefix('{').map_or((rest, 0), |inner| (inner, 1));
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@');
        let length = inner.bytes().take_while(is_part).count();
        let is_closed = in_braces == 0 || inner[length..].starts_with('}');
        if !is_closed || inner.starts_with(|char: char| char.is_ascii_digit()) {
            return Word { name: "", end: self.at };
        }
        Word { name: &inner[..length], end: self.at + 1 + 2 * in_braces + length }
    }

    /// Reads what begins with `#`.
    pub(super) fn hash(&mut self, statements: &mut Vec<Statement>) -> Result<Option<BlockEnd>, Mistake> {
        if self.comment(statements)? {
            return Ok(None);
        }
        let start = self.at;
        let word = self.directive_word();
        if word.name.is_empty() {
            self.at += 1;
            if !self.is_set_after_blanks() {
                Self::push_text(statements, "#");
            }
            return Ok(None);
        }
        if let Some((_, expected)) = REFUSED.iter().find(|(name, _)| *name == word.name)
            && (word.name != "return" || self.opens_bracket(word.end))
        {
            return Err(self.mistake(expected));
        }
        self.at = word.end;
        match word.name {
            "end" | "else" => {
                self.skip_line_end();
                return Ok(Some(if word.name == "end" { BlockEnd::End } else { BlockEnd::Else }));
            }
            "elseif" => return Ok(Some(BlockEnd::ElseIf)),
            "set" if self.opens_bracket(word.end) => statements.push(Statement::Set(self.set(start)?)),
            "if" => statements.push(Statement::If(self.condition(start)?)),
            "foreach" => statements.push(Statement::Foreach(self.foreach(start)?)),
            "define" => statements.push(Statement::Define(self.define(start)?)),
            "macro" => self.define_macro(start)?,
            "literal" if self.opens_bracket(word.end) => self.literal_block(start, statements)?,
            "break" => statements.push(Statement::Break(self.break_loop()?)),
            "stop" => statements.push(Statement::Stop),
            name => statements.push(Statement::Call(self.call(start, name)?)),
        }
        Ok(None)
    }

    /// Reads a comment or a block of plain text.
    fn comment(&mut self, statements: &mut Vec<Statement>) -> Result<bool, Mistake> {
        let rest = self.rest();
        if rest.starts_with("##") {
            let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
            self.at += length;
            self.skip_line_end();
        } else if let Some(inner) = rest.strip_prefix("#*") {
            // Without an end it goes on to the template's.
            self.at += inner.find("*#").map_or(rest.len(), |length| length + 4);
        } else if let Some(inner) = rest.strip_prefix("#[[") {
            let Some(length) = inner.find("]]#") else {
                return Err(self.mistake("the text to end with `]]#`"));
            };
            Self::push_text(statements, &inner[..length]);
            self.at += length + 6;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// True if a bracket stands at `at`, or behind white space there.
    fn opens_bracket(&self, at: usize) -> bool {
        self.peek_at(self.after_space(at)) == Some(b'(')
    }

    fn open_bracket(&mut self) -> Result<(), Mistake> {
        self.skip_space();
        self.expect("(")
    }

    /// The bracket that ends a directive takes the rest of a blank line along.
    fn close_bracket(&mut self) -> Result<(), Mistake> {
        self.skip_space();
        self.expect(")")?;
        self.skip_line_end();
        Ok(())
    }

    fn set(&mut self, start: usize) -> Result<Set, Mistake> {
        self.open_bracket()?;
        self.skip_space();
        let Some(target) = self.reference()? else {
            return Err(self.mistake("a reference, which is what #set sets"));
        };
        self.skip_space();
        if self.rest().starts_with("==") {
            return Err(self.mistake("one `=`"));
        }
        self.expect("=")?;
        let value = self.expression()?;
        self.skip_space();
        self.expect(")")?;
        let span = self.span_from(start);
        self.skip_line_end();
        Ok(Set { target, value, span })
    }

    fn condition(&mut self, start: usize) -> Result<If, Mistake> {
        let mut branches = Vec::new();
        let mut branch_start = start;
        loop {
            self.open_bracket()?;
            let condition = self.expression()?;
            self.skip_space();
            self.expect(")")?;
            let span = self.span_from(branch_start);
            self.skip_line_end();
            let Ended { block, end, at } = self.block()?;
            branches.push(Branch { condition, span, block });
            match end {
                BlockEnd::ElseIf => branch_start = at,
                BlockEnd::Else => {
                    let otherwise = Some(self.block_to_end(start)?);
                    return Ok(If { branches, otherwise });
                }
                BlockEnd::End => return Ok(If { branches, otherwise: None }),
                BlockEnd::TextEnd => return Err(self.not_ended(start)),
            }
        }
    }

    fn foreach(&mut self, start: usize) -> Result<Foreach, Mistake> {
        self.open_bracket()?;
        let variable = self.variable("the loop's variable")?;
        self.skip_space();
        let at = self.at;
        // Any word will do in Velocity 1.7.
        if self.take_name(b"_").is_empty() {
            return Err(self.mistake_at(at, "`in`"));
        }
        self.skip_space();
        let source = self.parameter()?;
        self.skip_space();
        self.expect(")")?;
        let span = self.span_from(start);
        self.skip_line_end();
        let body = self.block_to_end(start)?;
        Ok(Foreach { variable, source, body, span })
    }

    fn define(&mut self, start: usize) -> Result<Define, Mistake> {
        self.open_bracket()?;
        let variable = self.variable("the variable that is defined")?;
        self.close_bracket()?;
        Ok(Define { variable, body: Arc::new(self.block_to_end(start)?) })
    }

    /// `$name` alone.
    fn variable(&mut self, what: &str) -> Result<Box<str>, Mistake> {
        self.skip_space();
        let at = self.at;
        match self.reference()? {
            Some(reference) if reference.steps.is_empty() => Ok(reference.name),
            Some(_) | None => Err(self.mistake_at(at, &format!("{what}: `$` and a name"))),
        }
    }

    fn define_macro(&mut self, start: usize) -> Result<(), Mistake> {
        self.open_bracket()?;
        self.skip_space();
        let name = self.take_name(b"_");
        if !name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_') {
            return Err(self.mistake("the macro's name, without quotes"));
        }
        let mut parameters = Vec::new();
        loop {
            self.skip_comma();
            if self.peek() == Some(b')') {
                break;
            }
            parameters.push(self.variable("a parameter of the macro")?);
        }
        self.close_bracket()?;
        let body = self.block_to_end(start)?;
        // The first of a name counts.
        self.macros.entry(name.into()).or_insert_with(|| Arc::new(Macro { parameters, body }));
        Ok(())
    }

    /// `#literal() … #end`: its block is a text.
    fn literal_block(&mut self, start: usize, statements: &mut Vec<Statement>) -> Result<(), Mistake> {
        self.open_bracket()?;
        self.close_bracket()?;
        let inner = self.at;
        let Ended { end, at, .. } = self.block()?;
        match end {
            BlockEnd::End => Self::push_text(statements, &self.text[inner..at]),
            BlockEnd::TextEnd => return Err(self.not_ended(start)),
            BlockEnd::Else | BlockEnd::ElseIf => return Err(self.mistake_at(at, "#end")),
        }
        Ok(())
    }

    fn skip_comma(&mut self) {
        self.skip_space();
        if self.take(",") {
            self.skip_space();
        }
    }

    fn break_loop(&mut self) -> Result<Break, Mistake> {
        if !self.opens_bracket(self.at) {
            return Ok(Break { scope: None });
        }
        self.open_bracket()?;
        self.skip_space();
        let scope = if self.peek() == Some(b')') { None } else { Some(self.parameter()?) };
        self.close_bracket()?;
        Ok(Break { scope })
    }

    /// A call of a macro, which may be defined later, or a text that looks like one.
    fn call(&mut self, start: usize, name: &str) -> Result<Call, Mistake> {
        let mut arguments = Vec::new();
        let mut body: Option<Block> = None;
        let mut span = self.span_from(start);
        if self.opens_bracket(self.at) {
            self.open_bracket()?;
            arguments = self.deeper(Self::macro_arguments)?;
            span = self.span_from(start);
            if name.starts_with('@') {
                body = Some(self.block_to_end(start)?);
            }
        }
        let literal = &self.text[start..self.at];
        let name = name.trim_start_matches('@');
        Ok(Call { name: name.into(), arguments, body, literal: literal.into(), span })
    }

    fn macro_arguments(&mut self) -> Result<Vec<Expression>, Mistake> {
        let mut arguments = Vec::new();
        loop {
            self.skip_comma();
            if self.take(")") {
                self.skip_line_end();
                return Ok(arguments);
            }
            if self.peek().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_') {
                // A word is no value; it makes sense in a text that only looks like a call.
                let word = self.take_name(b"_@");
                arguments.push(match word {
                    "true" => Expression::Boolean(true),
                    "false" => Expression::Boolean(false),
                    word => Expression::Text(word.into()),
                });
            } else {
                arguments.push(self.parameter()?);
            }
        }
    }
}
