//! A guard that cannot be kept: it is left out only if the operator says so.

use super::{
    ledger::Ledger,
    outcome::{Remark, Visibility},
    question::Question,
};
use crate::api_import::source::Located;

impl Ledger {
    /// Leaves a guard out, if the answer is `open`.
    pub fn opened(&mut self, node: Located<'_>, question: Question) {
        let key = question.key.clone();
        match self.answer(node, question.clone()) {
            Some(answer) if answer == "open" => {
                self.remark(node, Remark::otherwise("open, as the answer says", Visibility::Visible));
            }
            // The answer is that to a name of the input.
            Some(_) if self.names.contains(&key) => self.ask(node, question),
            Some(_) => self.error(node, format!("the answer to {key} is not open")),
            None => {}
        }
    }
}
