//! A problem of an API file, and its place in it.

use super::source::Span;

/// One thing that is wrong or odd in an API file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    pub span: Span,
    pub severity: Severity,
    pub rule: Rule,
    /// The item that it is about, as people name it: `stage v1, GET /orders`.
    pub subject: Option<String>,
    pub message: String,
    /// A way to mend it, for the reader of the report.
    pub hint: Option<String>,
    /// The place of the first of two members with the same name.
    pub first: Option<Span>,
    pub line: LineDisplay,
}

/// Says if the API can be served in spite of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Problem,
    Warning,
}

/// The depth at which it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The file is no YAML, or says something that two readers would understand differently.
    Syntax,
    /// The sections of the file.
    Layout,
    /// The fields of an item, and what they refer to.
    Item,
    /// The functions and tables that an item names.
    Resource,
}

/// Says if the line that it stands in may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineDisplay {
    Shown,
    /// It may hold a secret.
    Withheld,
}

impl Rule {
    pub fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Layout => "layout",
            Self::Item => "item",
            Self::Resource => "resource",
        }
    }
}

impl FileProblem {
    pub fn syntax(span: Span, message: impl Into<String>) -> Self {
        Self::new(Rule::Syntax, span, message.into())
    }

    pub fn layout(span: Span, message: impl Into<String>) -> Self {
        Self::new(Rule::Layout, span, message.into())
    }

    pub fn item(span: Span, message: impl Into<String>) -> Self {
        Self::new(Rule::Item, span, message.into())
    }

    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    pub fn with_first(self, first: Span) -> Self {
        Self { first: Some(first), ..self }
    }

    pub fn about(self, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..self }
    }

    /// Sorts problems by their places. What several stages say, since one extends the other, is one problem.
    pub fn sort(problems: &mut Vec<Self>) {
        problems.sort_by(|a, b| {
            let key = |problem: &Self| (problem.span, problem.severity, problem.rule);
            key(a).cmp(&key(b)).then_with(|| (&a.message, &a.subject).cmp(&(&b.message, &b.subject)))
        });
        let mut unique: Vec<(Self, usize)> = Vec::new();
        for problem in problems.drain(..) {
            match unique.last_mut() {
                Some((last, others)) if last.span == problem.span && last.message == problem.message => {
                    *others += 1
                }
                Some(_) | None => unique.push((problem, 0)),
            }
        }
        problems.extend(unique.into_iter().map(|(problem, others)| {
            let and_others =
                |subject| if others > 0 { format!("{subject}, and {others} more") } else { subject };
            Self { subject: problem.subject.map(and_others), ..problem }
        }));
    }

    fn new(rule: Rule, span: Span, message: String) -> Self {
        let (severity, line) = (Severity::Problem, LineDisplay::Shown);
        Self { span, severity, rule, subject: None, message, hint: None, first: None, line }
    }
}
