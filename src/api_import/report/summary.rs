//! Remarks of a report by their words: what is said of a hundred places is said once.

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
        let mut shared: Vec<SharedRemark<'_>> = Vec::new();
        for entry in &self.entries {
            let of_outcome = |remark: &&Remark| remark.outcome == outcome && !self.is_error(remark);
            for remark in entry.remarks.iter().filter(of_outcome) {
                match shared.iter_mut().find(|known| known.remark == remark) {
                    Some(known) => known.entries.push(entry),
                    None => shared.push(SharedRemark { remark, entries: vec![entry] }),
                }
            }
        }
        shared
    }

    /// Says if it is told as an error already.
    fn is_error(&self, remark: &Remark) -> bool {
        let mut errors = self.findings.iter().filter(|finding| finding.severity == Severity::Error);
        errors.any(|finding| finding.words == remark.words)
    }
}
