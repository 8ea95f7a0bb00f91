//! What became of the input: everything in it is exactly one of taken, taken otherwise, left out, needs an answer.
//!
//! Readers claim nodes in a [`Ledger`]. What nobody claimed is left out and told so, so nothing can be forgotten.

mod answers;
mod answers_of_names;
mod claimed_fields;
mod json;
mod ledger;
mod opened_guard;
mod outcome;
mod question;
mod report_entry;
mod summary;
mod text;

pub use self::{
    answers::Answers,
    ledger::{Ledger, Severity},
    outcome::{Extent, Outcome, Remark, Visibility},
    question::Question,
    report_entry::{ImportReport, PlacedWords, ReportEntry},
    summary::SharedRemark,
};
