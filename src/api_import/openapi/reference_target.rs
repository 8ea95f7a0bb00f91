//! `$ref` → the node that it names, within the document.

use crate::api_import::{report::Ledger, source::Located};

/// References that lead to references.
const MOST_HOPS: usize = 32;

/// The node behind a reference, or the node itself. References are claimed; what they lead to is not.
pub fn target<'t>(ledger: &mut Ledger, root: Located<'t>, node: Located<'t>) -> Option<Located<'t>> {
    let mut node = node;
    for _ in 0..MOST_HOPS {
        let Some(reference) = node.get("$ref") else { return Some(node) };
        ledger.taken(node);
        ledger.taken(reference);
        let Some(pointer) = reference.text() else {
            ledger.error(reference, format!("got {} for $ref, expected a text", reference.noun()));
            return None;
        };
        match pointed(root, pointer) {
            Some(found) => node = found,
            None => {
                let words = format!("$ref leads to {pointer}, which is not in this document");
                ledger.error(reference, words);
                return None;
            }
        }
    }
    ledger.error(node, "$ref leads in a circle");
    None
}

/// The node at `#/components/parameters/Page`.
pub(super) fn pointed<'t>(root: Located<'t>, pointer: &str) -> Option<Located<'t>> {
    let mut node = root;
    for word in pointer.strip_prefix("#/")?.split('/') {
        let word = word.replace("~1", "/").replace("~0", "~");
        node = match node.elements() {
            Some(mut elements) => elements.nth(word.parse().ok()?)?,
            None => node.get(&word)?,
        };
    }
    Some(node)
}
