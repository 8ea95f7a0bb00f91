//! Reads one string of an item: a word alone, or text with words in it.

use std::borrow::Cow;

use serde_json::Value;

use super::{MappedOperand, MappedValue, TextPart, TypedWord, ValueType, Word};
use crate::{
    item::{Fields, brief},
    notation::{Notation, Part, STAGE_VARIABLES},
};

const WORDS: &str = "$request.path.x, $request.querystring.x, $request.header.x, $request.body.x, $context.x \
                     or $stageVariables.x; inside text ${request.path.x}; \
                     an odd name as $request.querystring['x[y]']; $$ for a plain $";
/// The words for a `?` where nothing can be left out.
const NOT_OPTIONAL: &str = "no ? here: it stands in expressionAttributeValues, where the part of an expression is left out \
                            whose value is absent";
const ALL_OR_NONE: &str =
    "? behind every word of the text or behind none: without one of them there is no text";
const NEVER_ABSENT: &str = "no ? behind a stage variable, which is never absent";
const NO_TYPES: &str = "no type inside text, where every value is text";

/// The need of a request for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Required,
    /// Written with `?`: what needs it is left out where it is absent.
    Optional,
}

/// Reads one string.
pub(super) struct MappedValueParser<'p, 'f> {
    pub fields: &'p Fields<'f>,
    pub field: &'p str,
    pub path_parameters: &'p [String],
    pub text: &'p str,
}

impl MappedValueParser<'_, '_> {
    /// Reads a string whose value cannot be left out.
    pub fn mapped(&self) -> Option<MappedValue> {
        match self.read()? {
            MappedOperand { mapped, presence: Presence::Required } => Some(mapped),
            MappedOperand { presence: Presence::Optional, .. } => self.problem(NOT_OPTIONAL),
        }
    }

    /// Reads the string.
    pub fn read(&self) -> Option<MappedOperand> {
        match self.text.strip_prefix('$').filter(|rest| !rest.starts_with(['$', '{'])) {
            Some(word) => self.alone(word),
            None => self.mixed(),
        }
    }

    /// A word that is all of the string: `request.body.n`, `number(request.body.n)`, here without its `$`.
    fn alone(&self, word: &str) -> Option<MappedOperand> {
        let MarkedWord { word, presence: outer } = MarkedWord::of(word);
        let (mapped, inner) = match call(word) {
            None => {
                let mapped = match self.piece(word)? {
                    TextPart::Text(text) => MappedValue::Fixed(text.into()),
                    TextPart::Word(word) => MappedValue::Word(word),
                };
                (mapped, Presence::Required)
            }
            Some((name, argument)) => {
                let Some(of) = ValueType::named(name) else { return self.problem(&ValueType::expected()) };
                let Some(argument) = argument.strip_suffix(')') else {
                    return self.problem("a ) at the end");
                };
                let argument = MarkedWord::of(argument.strip_prefix('$').unwrap_or(argument));
                let word = TypedWord { of, word: self.piece(argument.word)? };
                if let Err(fault) = word.check() {
                    return self.problem(&format!("another value: this {fault}"));
                }
                (MappedValue::Typed(word), argument.presence)
            }
        };
        let presence = if outer == Presence::Optional { outer } else { inner };
        if presence == Presence::Optional && mapped.words().is_empty() {
            return self.problem(NEVER_ABSENT);
        }
        Some(MappedOperand { mapped, presence })
    }

    /// Text with words in `${…}`.
    fn mixed(&self) -> Option<MappedOperand> {
        let (mut pieces, mut literal, mut marks) = (Vec::new(), String::new(), Vec::new());
        for part in Notation::DollarBraces.parts(self.text) {
            let word = match part {
                Part::Text(text) => {
                    literal.push_str(text);
                    continue;
                }
                Part::Stray(_) => return self.problem(WORDS),
                Part::Word(word) => word,
            };
            let MarkedWord { word, presence: mark } = MarkedWord::of(word);
            if call(word).is_some() {
                return self.problem(NO_TYPES);
            }
            match self.piece(word)? {
                TextPart::Text(_) if mark == Presence::Optional => return self.problem(NEVER_ABSENT),
                TextPart::Text(text) => literal.push_str(&text),
                TextPart::Word(word) => {
                    marks.push(mark);
                    pieces.extend([TextPart::Text(std::mem::take(&mut literal)), TextPart::Word(word)]);
                }
            }
        }
        let Some(presence) = marks.first().copied() else {
            return Some(MappedOperand {
                mapped: MappedValue::Fixed(literal.into()),
                presence: Presence::Required,
            });
        };
        if marks.iter().any(|mark| *mark != presence) {
            return self.problem(ALL_OR_NONE);
        }
        pieces.push(TextPart::Text(literal));
        Some(MappedOperand { mapped: MappedValue::Text(pieces), presence })
    }

    /// Reads a word, here without `$` and braces.
    fn piece(&self, word: &str) -> Option<TextPart> {
        if word.starts_with(STAGE_VARIABLES.prefix) {
            return self.fields.resolve(self.field, &format!("${{{word}}}")).map(TextPart::Text);
        }
        match Word::parse(word, self.path_parameters) {
            Ok(word) => Some(TextPart::Word(word)),
            Err(expected) => self.problem(&expected.map_or(Cow::Borrowed(WORDS), Cow::Owned)),
        }
    }

    fn problem<T>(&self, expected: &str) -> Option<T> {
        self.fields.problem(self.field, &brief(&Value::from(self.text)), expected);
        None
    }
}

/// A word without its mark, and the meaning of that.
struct MarkedWord<'a> {
    word: &'a str,
    presence: Presence,
}

impl<'a> MarkedWord<'a> {
    fn of(text: &'a str) -> Self {
        match text.strip_suffix('?') {
            Some(word) => Self { word, presence: Presence::Optional },
            None => Self { word: text, presence: Presence::Required },
        }
    }
}

/// Splits `number(request.body.n)` behind its first parenthesis.
fn call(word: &str) -> Option<(&str, &str)> {
    word.split_once('(').filter(|(name, _)| name.bytes().all(|byte| byte.is_ascii_alphabetic()))
}
