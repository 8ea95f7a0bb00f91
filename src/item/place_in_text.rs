//! Notes on a place in an attribute of many lines, such as a template.

use super::Fields;
use crate::error::TextPlace;

impl Fields<'_> {
    /// Says that what stands at a place in the text of `field` will not do.
    pub fn problem_in_text(&self, field: &str, place: TextPlace, got: &str, expected: &str) {
        self.item.report.add_problem(self.note(field, got, expected).at(place));
    }

    /// Says that what stands at a place in the text of `field` does nothing.
    pub fn warn_in_text(&self, field: &str, place: TextPlace, got: &str, expected: &str) {
        self.item.report.add_warning(self.note(field, got, expected).at(place));
    }
}
