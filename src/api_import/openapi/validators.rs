//! Validators, by what they enforce: routes of the file enforce that themselves, and need no name for it.

use std::collections::BTreeMap;

use crate::api_import::{
    report::{Ledger, Remark, Visibility},
    source::Located,
};

/// What of a request is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enforced {
    pub parameters: Check,
    pub body: Check,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    Enforced,
    Ignored,
}

impl Enforced {
    pub const NOTHING: Self = Self { parameters: Check::Ignored, body: Check::Ignored };
    pub const ALL: Self = Self { parameters: Check::Enforced, body: Check::Enforced };
}

/// The validators of a document by their names.
#[derive(Clone, Debug, Default)]
pub struct Validators {
    by_name: BTreeMap<String, Enforced>,
    /// That of operations which name none.
    root: Option<Enforced>,
}

const OF_DOCUMENT: &str = "x-amazon-apigateway-request-validators";
const NAMED: &str = "x-amazon-apigateway-request-validator";

impl Validators {
    pub fn read(ledger: &mut Ledger, root: Located<'_>) -> Self {
        let mut validators = Self::default();
        if let Some(map) = ledger.map(root, OF_DOCUMENT) {
            for member in map.members().into_iter().flatten() {
                ledger.taken(member.value);
                let mut check = |key| match ledger.boolean(member.value, key) {
                    Some(true) => Check::Enforced,
                    Some(false) | None => Check::Ignored,
                };
                let enforced = Enforced {
                    parameters: check("validateRequestParameters"),
                    body: check("validateRequestBody"),
                };
                validators.by_name.insert(member.key.to_owned(), enforced);
            }
        }
        validators.root = validators.named(ledger, root);
        validators
    }

    /// What an operation has checked.
    pub fn of_operation(&self, ledger: &mut Ledger, operation: Located<'_>) -> Enforced {
        self.named(ledger, operation).or(self.root).unwrap_or(Enforced::NOTHING)
    }

    fn named(&self, ledger: &mut Ledger, map: Located<'_>) -> Option<Enforced> {
        let name = ledger.text(map, NAMED)?;
        if let Some(enforced) = self.by_name.get(name) {
            return Some(*enforced);
        }
        // Nothing may be let in that a definition elsewhere would refuse.
        if let Some(node) = map.get(NAMED) {
            let words = "no validator of this name is in the document: parameters and bodies are checked";
            ledger.remark(node, Remark::otherwise(words, Visibility::Visible));
        }
        Some(Enforced::ALL)
    }
}
