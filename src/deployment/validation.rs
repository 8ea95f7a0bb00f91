//! Marks of validations: what a deployment's items were found valid with.
//!
//! An item may be valid with one set of stage variables and not with another, and one version of the gateway may refuse
//! what another took. A deployment that has passed the same validation before is not parsed to find that out again.
//!
//! A validation also finds out the kinds of the items, and another version may find others. So a mark is of an index with
//! the kinds that were found, and no guard of an index is trusted that this version would not have written.

use super::{index::ItemKinds, snapshot::id_of};
use crate::{digest::Sha256, item::StageVariables};

/// Raised with every change of what items are refused: two builds may have one version.
const RULES: u32 = 2;

/// The number of this version of the gateway, by which the place of its last validation of a deployment is another than
/// those of others: while two versions run side by side, neither makes the other validate anew.
pub fn version() -> u16 {
    let digest = Sha256::default().with(env!("CARGO_PKG_VERSION")).with(RULES.to_le_bytes()).finish();
    u16::from_le_bytes([digest[0], digest[1]])
}

/// The mark of a validation by this version of the gateway, with these variables, that found these kinds of items.
pub fn mark(stage_variables: &StageVariables, kinds: &ItemKinds) -> String {
    let mut found = Vec::new();
    kinds.write(&mut found);
    let mut digest = Sha256::default().with(env!("CARGO_PKG_VERSION")).with(RULES.to_le_bytes());
    digest.add((found.len() as u64).to_le_bytes());
    digest.add(found);
    for (name, value) in stage_variables {
        for text in [name, value] {
            digest.add((text.len() as u64).to_le_bytes());
            digest.add(text);
        }
    }
    id_of(digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deployment::index::ItemKind;

    #[test]
    fn kinds_that_differ_have_other_marks() {
        let kinds = [&[][..], &[ItemKind::Api], &[ItemKind::Disabled], &[ItemKind::Api, ItemKind::Disabled]];
        let mark = |kinds: &[ItemKind]| mark(&StageVariables::new(), &kinds.iter().copied().collect());
        let marks: std::collections::BTreeSet<_> = kinds.iter().map(|kinds| mark(kinds)).collect();
        assert_eq!(marks.len(), kinds.len());
    }

    #[test]
    fn variables_that_differ_have_other_marks() {
        let sets: [&[(&str, &str)]; 6] =
            [&[], &[("a", "b")], &[("a", "c")], &[("ab", "")], &[("a", "b"), ("c", "d")], &[("a", "bcd")]];
        let variables = |set: &[(&str, &str)]| {
            set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let marks: std::collections::BTreeSet<_> =
            sets.iter().map(|set| mark(&variables(set), &ItemKinds::default())).collect();
        assert_eq!(marks.len(), sets.len());
    }
}
