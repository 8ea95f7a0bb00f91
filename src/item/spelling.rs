//! Finds the known name that was meant by one that nobody knows.

/// The known name that differs least, by a third of its letters at most, of equals the first; or else one that begins
/// with `name` (`cacheTTL` → `cacheTtlInSeconds`).
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let name = name.to_lowercase();
    let distance = |other: &str| edit_distance(&name, &other.to_lowercase());
    let edits = known.iter().map(|other| (*other, distance(other)));
    let near = edits.filter(|(other, edits)| edits * 3 <= other.len());
    let begins_with_it = |other: &&&str| name.len() >= 4 && other.to_lowercase().starts_with(&name);
    let nearest = near.min_by_key(|(_, edits)| *edits).map(|(other, _)| other);
    nearest.or_else(|| known.iter().find(begins_with_it).copied())
}

/// The word of at least eight letters that `name` differs from by two edits at most: no other word is so near by chance.
pub(super) fn misspelt<'a>(name: &str, words: &[&'a str]) -> Option<&'a str> {
    let name = name.to_lowercase();
    let is_meant = |word: &&&str| word.len() >= 8 && edit_distance(&name, &word.to_lowercase()) <= 2;
    words.iter().find(is_meant).copied()
}

/// The number of characters to be put in, left out or replaced, or swapped with the next one (optimal string
/// alignment).
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let least = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            let is_swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            row.push(if is_swapped { least.min(before[j - 2] + 1) } else { least });
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{edit_distance, misspelt, nearest};

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
            // Letters that have changed places are one edit.
            ("atgs", Some("tags")),
            ("tasg", Some("tags")),
            ("gats", None),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest(name, &known), expected, "{name}");
        }
    }

    #[test]
    fn only_a_long_word_is_taken_for_misspelt() {
        let words = ["apiKeyRequired", "requestParameters", "hosts"];
        let cases = [
            ("apiKeyRequird", Some("apiKeyRequired")),
            ("api_key_required", Some("apiKeyRequired")),
            ("apiKeyRequired ", Some("apiKeyRequired")),
            ("responseParameters", None),
            ("host", None),
        ];
        for (name, expected) in cases {
            assert_eq!(misspelt(name, &words), expected, "{name}");
        }
    }

    #[test]
    fn the_distance_of_two_names_is_their_number_of_edits() {
        let cases =
            [("", "", 0), ("ab", "", 2), ("quota", "uqota", 1), ("quota", "quoat", 1), ("quota", "qtoua", 2)];
        for (a, b, expected) in cases {
            assert_eq!((edit_distance(a, b), edit_distance(b, a)), (expected, expected), "{a} {b}");
        }
    }
}
