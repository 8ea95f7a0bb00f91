//! Reads the tables of tests/velocity/: templates, Velocity's answers, and API Gateway's where they are others.

/// A template and what it gives.
#[derive(Default)]
pub(super) struct Case {
    pub template: String,
    pub velocity: Answer,
    /// The answer here, if it is another one, and why.
    pub here: Option<Answer>,
    pub reason: Option<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Answer {
    #[default]
    None,
    Text(String),
    ParseError,
    RenderError,
}

/// Which part of a case a line belongs to.
const KINDS: [&str; 6] = ["> ", "= ", "! ", "@ ", "a ", "x "];

pub(super) fn cases(table: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut case = Case::default();
    let mut before = "";
    for line in table.lines() {
        let Some(kind) = KINDS.into_iter().find(|kind| line.starts_with(kind)) else {
            assert!(line.is_empty() || line.starts_with("# "), "{line:?}");
            before = "";
            continue;
        };
        if kind == "> " && before != "> " {
            cases.push(std::mem::take(&mut case));
        }
        let rest = &line[2..];
        let separator = if before == kind { "\n" } else { "" };
        match kind {
            "> " => add_line(&mut case.template, separator, rest),
            "= " => case.velocity.add_line(separator, rest),
            "! " => case.velocity = Answer::error(rest),
            "@ " => case.reason = Some(rest.to_owned()),
            "a " => case.here.get_or_insert_default().add_line(separator, rest),
            _ => case.here = Some(Answer::error(rest)),
        }
        before = kind;
    }
    cases.push(case);
    cases.remove(0);
    cases
}

impl Answer {
    fn error(name: &str) -> Self {
        match name {
            "parse" => Self::ParseError,
            "render" => Self::RenderError,
            name => panic!("{name}"),
        }
    }

    fn add_line(&mut self, separator: &str, line: &str) {
        match self {
            Self::Text(text) => add_line(text, separator, line),
            Self::None | Self::ParseError | Self::RenderError => *self = Self::Text(line.to_owned()),
        }
    }
}

fn add_line(text: &mut String, separator: &str, line: &str) {
    text.push_str(separator);
    text.push_str(line);
}
