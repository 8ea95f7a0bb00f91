//! The words for an apply that has not ended.

use tollgate::{calendar::timestamp, store::ApplyMark};

use crate::text_table::printable;

/// `the apply to v1 that ada@laptop began at 2026-11-30T14:00:00Z (id …) has not ended`
pub fn unfinished(stage: &str, ApplyMark { id, by, at }: &ApplyMark) -> String {
    let [stage, by, id] = [stage, by, id].map(printable);
    format!("the apply to {stage} that {by} began at {} (id {id}) has not ended", timestamp(*at))
}
