//! Words of OpenAPI that describe and do nothing: they are left out and told so.

use crate::api_import::{
    report::{Ledger, Remark},
    source::Located,
};

const WORDS: &str = "documentation: nothing that is served depends on it";

/// Members of a map that only describe.
pub fn leave_out(ledger: &mut Ledger, map: Located<'_>, keys: &[&str]) {
    for key in keys {
        if let Some(value) = map.get(key) {
            ledger.remark_whole(value, Remark::left_out(WORDS));
        }
    }
}
