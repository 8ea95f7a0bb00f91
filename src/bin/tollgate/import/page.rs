//! The report as a page: one file without scripts and without anything from elsewhere.
//!
//! The input is somebody else's text: every text goes through [`escaped`].

use std::fmt::{self, Write};

use tollgate::{
    api_import::{
        Imported,
        report::{ImportReport, Outcome, PlacedWords, ReportEntry, Severity, SharedRemark},
    },
    deployment::counted,
};

use super::report_form::deploy_command;
use crate::markup::{escaped, page_beginning};

/// The whole page.
pub fn page(imported: &Imported) -> String {
    let mut page = String::new();
    write_page(&mut page, imported).expect("a text can be written to");
    page
}

fn write_page(out: &mut String, imported: &Imported) -> fmt::Result {
    let report = &imported.report;
    out.push_str(&page_beginning(&format!("Import: {}", report.sum())));
    if imported.text.is_none() {
        writeln!(out, "<p>No API file is written before there are no errors and no questions left.</p>")?;
    }
    for (severity, heading) in [(Severity::Error, "Errors"), (Severity::Warning, "Warnings")] {
        write_findings(out, heading, report.findings.iter().filter(|finding| finding.severity == severity))?;
    }
    write_questions(out, report)?;
    for (outcome, heading) in [(Outcome::TakenOtherwise, "Taken otherwise"), (Outcome::LeftOut, "Left out")] {
        write_remarks(out, heading, &report.remarks(outcome))?;
    }
    if let Some(policy) = &imported.role_policy {
        writeln!(out, "<h2>The gateway's role needs</h2>\n<pre>{}</pre>", escaped(&format!("{policy:#}")))?;
    }
    if !imported.template_parameters.is_empty() {
        writeln!(out, "<h2>Deploy the gateway with</h2>\n<pre>{}</pre>", escaped(&deploy_command(imported)))?;
    }
    write_entries(out, &report.entries)?;
    writeln!(out, "</body>\n</html>")
}

fn write_findings<'r>(
    out: &mut String,
    heading: &str,
    findings: impl Iterator<Item = &'r PlacedWords>,
) -> fmt::Result {
    let mut findings = findings.peekable();
    if findings.peek().is_none() {
        return Ok(());
    }
    writeln!(out, "<h2>{heading}</h2>\n<table>\n<tr><th>Where<th>What</tr>")?;
    for PlacedWords { place, words, severity: _ } in findings {
        writeln!(out, "<tr><td>{}<td>{}</tr>", escaped(place), escaped(words))?;
    }
    writeln!(out, "</table>")
}

fn write_questions(out: &mut String, report: &ImportReport) -> fmt::Result {
    if report.questions.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2>Needs an answer</h2>\n<table>\n<tr><th>Question<th>Where<th>Answer with</tr>")?;
    for (question, places) in report.questions.iter().zip(&report.question_places) {
        let (words, line) = (escaped(&question.words), escaped(&question.line));
        let places = escaped(&places.join("\n"));
        let way = if question.key.starts_with("--") { "" } else { "in the file of --map:\n" };
        writeln!(out, "<tr><td>{words}<td>{places}<td>{way}<code>{line}</code></tr>")?;
    }
    writeln!(out, "</table>")
}

fn write_remarks(out: &mut String, heading: &str, remarks: &[SharedRemark<'_>]) -> fmt::Result {
    if remarks.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2>{heading}</h2>\n<table>\n<tr><th>What<th>To do<th>Seen by clients<th>Where</tr>")?;
    for SharedRemark { remark, entries } in remarks {
        let (words, advice) = (escaped(&remark.words), escaped(remark.advice.as_deref().unwrap_or_default()));
        let seen = remark.visibility.map_or("", |seen| seen.words());
        write!(out, "<tr><td>{words}<td>{advice}<td>{seen}<td>")?;
        match &entries[..] {
            [only] => writeln!(out, "{}</tr>", escaped(&only.place()))?,
            all => {
                let places: Vec<String> = all.iter().map(|entry| entry.place()).collect();
                let (count, places) = (counted(all.len(), "place"), escaped(&places.join("\n")));
                writeln!(out, "<details><summary>{count}</summary>{places}</details></tr>")?;
            }
        }
    }
    writeln!(out, "</table>")
}

/// Everything that is in the input, with its outcome.
fn write_entries(out: &mut String, entries: &[ReportEntry]) -> fmt::Result {
    writeln!(
        out,
        "<h2>All of the input</h2>\n<details>\n<summary>{}</summary>",
        counted(entries.len(), "part")
    )?;
    writeln!(out, "<table>\n<tr><th>Where<th>Outcome</tr>")?;
    for entry in entries {
        writeln!(out, "<tr><td>{}<td>{}</tr>", escaped(&entry.place()), entry.outcome.words())?;
    }
    writeln!(out, "</table>\n</details>")
}
