//! Which known name was meant by one that nobody knows.

/// The known name that begins with `name` (`cacheTTL` → `cacheTtlInSeconds`), or else the one that differs
/// least, by a third of its letters at most.
pub(super) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let name = name.to_lowercase();
    let begins_with_it = |other: &&&str| name.len() >= 4 && other.to_lowercase().starts_with(&name);
    if let Some(longer) = known.iter().find(begins_with_it) {
        return Some(longer);
    }
    let distance = |other: &str| edit_distance(&name, &other.to_lowercase());
    let edits = known.iter().map(|other| (*other, distance(other)));
    let near = edits.filter(|(other, edits)| edits * 3 <= other.len());
    near.min_by_key(|(_, edits)| *edits).map(|(other, _)| other)
}

/// Levenshtein's distance in characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_the_name_that_was_meant() {
        let known = ["cacheTtlInSeconds", "integration", "apiKeyRequired", "apiStages", "tags"];
        let cases = [
            ("cacheTTL", Some("cacheTtlInSeconds")),
            ("intergration", Some("integration")),
            ("apikeyrequired", Some("apiKeyRequired")),
            // Nearer to `tags`, but not near.
            ("stages", Some("apiStages")),
            ("colour", None),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest(name, &known), expected, "{name}");
        }
    }
}
