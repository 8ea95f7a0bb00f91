//! The words for an apply that has not ended.

use tollgate::{calendar::timestamp, store::ApplyMark};

use crate::text_table::printable;

/// `the apply to v1 that ada@laptop began at 2026-11-30T14:00:00Z (id …) has not ended`; of a canary with its share.
pub fn unfinished(stage: &str, ApplyMark { id, by, at, canary }: &ApplyMark) -> String {
    let [stage, by, id] = [stage, by, id].map(printable);
    let at = timestamp(*at);
    match canary {
        Some(percent) => {
            format!(
                "the apply to {stage} with --canary {percent} that {by} began at {at} (id {id}) has not ended"
            )
        }
        None => format!("the apply to {stage} that {by} began at {at} (id {id}) has not ended"),
    }
}

/// `tollgate apply FILE ends it`: the command that ends an apply as it was begun.
pub fn ending(ApplyMark { canary, .. }: &ApplyMark) -> String {
    match canary {
        Some(percent) => format!(
            "tollgate apply FILE --canary {percent} ends it, with the other options of before; without --canary all \
             requests would get it"
        ),
        None => "tollgate apply FILE ends it".to_owned(),
    }
}
