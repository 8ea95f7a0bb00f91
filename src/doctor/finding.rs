//! A finding: what was looked at, how it is, and the command that mends it.

use crate::{
    aws::{call::CallError, denial::denial},
    error::chain,
};

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingLevel {
    /// As it should be.
    Good,
    /// It could not be looked at: that says nothing of how it is.
    NotChecked,
    /// It works, and something is odd, dear or risky.
    Warning,
    /// Something does not work, or does not for long.
    Problem,
}

/// What was found of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub level: FindingLevel,
    /// `table tollgate-stages`, `function URL`.
    pub subject: String,
    pub message: String,
    /// A command that mends it.
    pub mend: Option<String>,
}

impl FindingLevel {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::NotChecked => "not checked",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

impl Finding {
    pub fn good(subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(FindingLevel::Good, subject, message)
    }

    pub fn warning(subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(FindingLevel::Warning, subject, message)
    }

    pub fn problem(subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(FindingLevel::Problem, subject, message)
    }

    pub fn not_checked(subject: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(FindingLevel::NotChecked, subject, why)
    }

    /// What a service did not tell.
    pub fn not_told(subject: impl Into<String>, error: &CallError) -> Self {
        Self::not_checked(subject, denial(error).unwrap_or_else(|| chain(error)))
    }

    pub fn mended_by(self, command: impl Into<String>) -> Self {
        Self { mend: Some(command.into()), ..self }
    }

    fn new(level: FindingLevel, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self { level, subject: subject.into(), message: message.into(), mend: None }
    }
}

/// Text as a shell takes it for one word.
pub fn quoted(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&byte);
    match !text.is_empty() && text.bytes().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}
