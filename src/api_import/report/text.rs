//! The report for people: errors, questions, what is taken otherwise, what is left out; and the sum.

use std::fmt::{self, Display, Write};

use super::{ledger::Severity, outcome::Outcome, report_entry::ImportReport, summary::SharedRemark};
use crate::deployment::counted;

/// The places of a remark that are shown one by one.
const MOST_PLACES: usize = 3;

impl Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            let word = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            writeln!(f, "{}: {word}: {}", one_line(&finding.place), one_line(&finding.words))?;
        }
        if !self.findings.is_empty() {
            writeln!(f)?;
        }
        self.write_questions(f)?;
        for outcome in [Outcome::TakenOtherwise, Outcome::LeftOut] {
            let remarks = self.remarks(outcome);
            if !remarks.is_empty() {
                writeln!(f, "{}:", capital(outcome.words()))?;
            }
            for remark in &remarks {
                write_remark(f, remark)?;
            }
            if !remarks.is_empty() {
                writeln!(f)?;
            }
        }
        writeln!(f, "{}", self.sum())
    }
}

impl ImportReport {
    fn write_questions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.questions.is_empty() {
            return Ok(());
        }
        writeln!(f, "Needs an answer:")?;
        for (question, places) in self.questions.iter().zip(&self.question_places) {
            writeln!(f, "  {}", one_line(&question.words))?;
            writeln!(f, "    {}", listed(places, places.len()))?;
            let way = if question.key.starts_with("--") { "option" } else { "in the file of --map" };
            writeln!(f, "    {way}: {}", question.line)?;
        }
        writeln!(f)
    }

    /// `31 taken, 2 taken otherwise, 3 left out, 1 needs an answer`
    pub fn sum(&self) -> String {
        let mut sum = String::new();
        for outcome in Outcome::ALL {
            let separator = if sum.is_empty() { "" } else { ", " };
            let _ = write!(sum, "{separator}{} {}", self.count(outcome), outcome.words());
        }
        if !self.questions.is_empty() {
            let _ = write!(sum, " ({})", counted(self.questions.len(), "question"));
        }
        let errors = self.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
        if errors > 0 {
            let _ = write!(sum, "; {}", counted(errors, "error"));
        }
        sum
    }
}

fn write_remark(
    f: &mut fmt::Formatter<'_>,
    SharedRemark { remark, entries }: &SharedRemark<'_>,
) -> fmt::Result {
    let seen = remark.visibility.map_or(String::new(), |seen| format!(" ({})", seen.words()));
    writeln!(f, "  {}{seen}", one_line(&remark.words))?;
    let places = entries.iter().take(MOST_PLACES).map(|entry| entry.place()).collect::<Vec<_>>();
    writeln!(f, "    {}", listed(&places, entries.len()))?;
    match &remark.advice {
        Some(advice) => writeln!(f, "    to do: {}", one_line(advice)),
        None => Ok(()),
    }
}

fn listed(places: &[String], count: usize) -> String {
    let shown = places.iter().take(MOST_PLACES).map(|place| one_line(place)).collect::<Vec<_>>().join(", ");
    match count.saturating_sub(MOST_PLACES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// A name of the input may have ends of lines and other control characters in it.
fn one_line(words: &str) -> String {
    let mut line = String::new();
    for letter in words.chars() {
        match letter.is_control() {
            true => line.extend(letter.escape_default()),
            false => line.push(letter),
        }
    }
    line
}

fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), chars.as_str()))
}
