//! The report as JSON: every entry.

use serde_json::{Map, Value, json};

use super::{
    ledger::Severity,
    outcome::{Extent, Outcome, Remark, Visibility},
    report_entry::{ImportReport, ReportEntry},
};

impl ImportReport {
    pub fn to_json(&self) -> Value {
        let counts =
            Outcome::ALL.map(|outcome| (outcome.name().to_owned(), Value::from(self.count(outcome))));
        let findings = |severity| -> Value {
            let of_it = self.findings.iter().filter(|finding| finding.severity == severity);
            of_it.map(|finding| json!({ "place": finding.place, "message": finding.words })).collect()
        };
        let questions = self.questions.iter().zip(&self.question_places);
        let questions = questions.map(|(question, places)| {
            json!({ "key": question.key, "question": question.words, "line": question.line, "places": places })
        });
        json!({
            "counts": Map::from_iter(counts),
            "errors": findings(Severity::Error),
            "warnings": findings(Severity::Warning),
            "questions": questions.collect::<Value>(),
            "entries": self.entries.iter().map(entry).collect::<Value>(),
        })
    }
}

fn entry(entry: &ReportEntry) -> Value {
    let ReportEntry { file, position, pointer, extent, outcome, remarks } = entry;
    let mut json = json!({
        "file": file,
        "line": position.line,
        "column": position.column,
        "pointer": pointer,
        "outcome": outcome.name(),
    });
    if *extent == Extent::Whole {
        json["withAllInIt"] = true.into();
    }
    if !remarks.is_empty() {
        json["remarks"] = remarks.iter().map(remark).collect();
    }
    json
}

fn remark(remark: &Remark) -> Value {
    let Remark { outcome, words, advice, visibility } = remark;
    let mut json = json!({ "outcome": outcome.name(), "message": words });
    if let Some(advice) = advice {
        json["whatToDo"] = advice.as_str().into();
    }
    if let Some(visibility) = visibility {
        json["clientsSeeIt"] = (*visibility == Visibility::Visible).into();
    }
    json
}
