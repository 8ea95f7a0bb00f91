//! Remarks of a report by their words: what is said of a hundred places is said once.

use std::collections::{HashMap, HashSet};

use super::{
    ledger::Severity,
    outcome::{Outcome, Remark},
    report_entry::{ImportReport, ReportEntry},
};

/// A remark with all places that it is made of.
#[derive(Debug)]
pub struct SharedRemark<'r> {
    pub remark: &'r Remark,
    pub entries: Vec<&'r ReportEntry>,
}

impl ImportReport {
    /// The remarks with an outcome, in the order of their first places.
    pub fn remarks(&self, outcome: Outcome) -> Vec<SharedRemark<'_>> {
        // What is told as an error already.
        let errors = self.findings.iter().filter(|finding| finding.severity == Severity::Error);
        let errors: HashSet<&str> = errors.map(|finding| finding.words.as_str()).collect();
        let mut shared: Vec<SharedRemark<'_>> = Vec::new();
        let mut places: HashMap<&Remark, usize> = HashMap::new();
        for entry in &self.entries {
            let of_outcome =
                |remark: &&Remark| remark.outcome == outcome && !errors.contains(remark.words.as_str());
            for remark in entry.remarks.iter().filter(of_outcome) {
                let place = *places.entry(remark).or_insert(shared.len());
                match shared.get_mut(place) {
                    Some(known) => known.entries.push(entry),
                    None => shared.push(SharedRemark { remark, entries: vec![entry] }),
                }
            }
        }
        shared
    }
}
