//! Marks of validations: what a deployment's items were found valid with.
//!
//! An item may be valid with one set of stage variables and not with another, and one version of the gateway may refuse
//! what another took. A deployment that has passed the same validation before is not parsed to find that out again.

use sha2::{Digest, Sha256};

use super::snapshot::id_of;
use crate::item::StageVariables;

/// The mark of a validation by this version of the gateway, with these variables.
pub fn mark(stage_variables: &StageVariables) -> String {
    let mut digest = Sha256::new_with_prefix(env!("CARGO_PKG_VERSION"));
    for (name, value) in stage_variables {
        for text in [name, value] {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        }
    }
    id_of(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_differ_have_other_marks() {
        let sets: [&[(&str, &str)]; 6] =
            [&[], &[("a", "b")], &[("a", "c")], &[("ab", "")], &[("a", "b"), ("c", "d")], &[("a", "bcd")]];
        let variables = |set: &[(&str, &str)]| {
            set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let marks: std::collections::BTreeSet<_> = sets.iter().map(|set| mark(&variables(set))).collect();
        assert_eq!(marks.len(), sets.len());
    }
}
