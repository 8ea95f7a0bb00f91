//! References: `$x`, `$!x`, `${x.y}`, `$x.method(1)[0]`.

use super::{Mistake, Parser};
use crate::template::velocity::{
    Excerpt, java_pattern,
    tree::{Expression, MethodCall, Print, Reference, Statement, Step},
};

/// Methods whose first argument is a regular expression.
const METHODS_OF_PATTERNS: [&str; 4] = ["matches", "replaceAll", "replaceFirst", "split"];

impl Parser<'_, '_> {
    /// Reads what begins with a dollar sign in a text, behind `backslashes` of them.
    pub(super) fn printed(
        &mut self,
        backslashes: usize,
        statements: &mut Vec<Statement>,
    ) -> Result<(), Mistake> {
        let start = self.at;
        if let Some(reference) = self.reference()? {
            let literal = if backslashes == 0 { "" } else { &self.text[start..self.at] };
            let last = reference.steps.iter().rfind(|step| !matches!(step, Step::Index(_)));
            let ends_with_member = matches!(last, Some(Step::Member(_)));
            statements.push(Statement::Print(Print { reference, backslashes, literal: literal.into() }));
            // Right behind a member, the lexer of Velocity 1.7 takes `##` for a `#` and one more.
            if ends_with_member && !self.text[..self.at].ends_with('}') && self.rest().starts_with("##") {
                self.at += 1;
                Self::push_text(statements, "#");
            }
            return Ok(());
        }
        let signs = self.rest().bytes().take_while(|byte| *byte == b'$').count();
        self.at = start + signs;
        if self.is_lost_here() {
            return Ok(());
        }
        // No reference: the signs are a text, but for the last of several, which may begin one.
        self.at = start + (signs - 1).max(1);
        Self::push_text(statements, &self.text[start - backslashes..self.at]);
        // `$\!x` loses one backslash.
        let slashes = self.rest().bytes().take_while(|byte| *byte == b'\\').count();
        if signs == 1 && slashes > 0 && self.peek_at(self.at + slashes) == Some(b'!') {
            let rest = &self.rest()[1..slashes];
            Self::push_text(statements, rest);
            self.at += slashes;
        }
        Ok(())
    }

    /// Reads a reference; `None`, and nothing is read, if there is none.
    pub(super) fn reference(&mut self) -> Result<Option<Reference>, Mistake> {
        let start = self.at;
        if !self.take("$") {
            return Ok(None);
        }
        self.take("!");
        let in_braces = self.take("{");
        if !self.peek().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_') {
            self.at = start;
            return Ok(None);
        }
        let name = self.take_name(b"_-");
        let mut steps = Vec::new();
        while let Some(step) = self.step()? {
            steps.push(step);
        }
        if in_braces {
            self.expect("}")?;
        }
        Ok(Some(Reference { name: name.into(), steps, span: self.span_from(start) }))
    }

    fn step(&mut self) -> Result<Option<Step>, Mistake> {
        match self.peek() {
            Some(b'[') => self.index().map(Some),
            Some(b'.') if self.peek_at(self.at + 1).is_some_and(|byte| byte.is_ascii_alphabetic()) => {
                self.member().map(Some)
            }
            Some(_) | None => Ok(None),
        }
    }

    /// `[0]`, `['key']`, `[$key]`
    fn index(&mut self) -> Result<Step, Mistake> {
        self.deeper(|parser| {
            parser.at += 1;
            parser.skip_space();
            let at = parser.at;
            let index = parser.parameter()?;
            match &index {
                Expression::Text(_)
                | Expression::Interpolated(_)
                | Expression::Integer(_)
                | Expression::Digits(_)
                | Expression::Boolean(_)
                | Expression::Reference(_) => {}
                Expression::Double(_)
                | Expression::List(_)
                | Expression::Map(_)
                | Expression::Range(_)
                | Expression::Not(_)
                | Expression::Chain(_) => {
                    return Err(parser.mistake_at(at, "a text, a whole number or a reference"));
                }
            }
            parser.skip_space();
            parser.expect("]")?;
            Ok(Step::Index(index))
        })
    }

    /// `.name`, or `.name(arguments)`
    fn member(&mut self) -> Result<Step, Mistake> {
        self.at += 1;
        let start = self.at;
        let name = self.take_name(b"_-");
        if self.peek() != Some(b'(') {
            return Ok(Step::Member(name.into()));
        }
        let arguments = self.arguments(name)?;
        Ok(Step::Call(MethodCall { method: name.into(), arguments, span: self.span_from(start) }))
    }

    fn arguments(&mut self, method: &str) -> Result<Vec<Expression>, Mistake> {
        self.deeper(|parser| {
            parser.at += 1;
            let mut arguments = Vec::new();
            parser.skip_space();
            if parser.take(")") {
                return Ok(arguments);
            }
            loop {
                parser.skip_space();
                let at = parser.at;
                let argument = parser.parameter()?;
                if let (0, Expression::Text(pattern)) = (arguments.len(), &argument)
                    && METHODS_OF_PATTERNS.contains(&method)
                {
                    parser.check_pattern(at, pattern)?;
                }
                arguments.push(argument);
                parser.skip_space();
                if parser.take(")") {
                    return Ok(arguments);
                }
                if !parser.take(",") {
                    return Err(parser.mistake("`,` or `)` after an argument"));
                }
            }
        })
    }

    /// Refuses an expression that cannot be matched in linear time, where it is written.
    fn check_pattern(&self, at: usize, pattern: &str) -> Result<(), Mistake> {
        java_pattern::translated(pattern).map(|_| ()).map_err(|why| Mistake {
            at: self.base + at,
            got: format!("`{}`", Excerpt(pattern)),
            expected: format!("a regular expression of Java{why}"),
            directive_at: None,
        })
    }
}
