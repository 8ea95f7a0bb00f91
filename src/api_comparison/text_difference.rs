//! Two texts, compared by lines: what lies between the lines that both begin and end with.

use super::difference::{Difference, NOTHING};

/// Returns the difference, if there is one.
pub fn compare(left: &str, right: &str) -> Option<Difference> {
    if left == right {
        return None;
    }
    let (left, right): (Vec<&str>, Vec<&str>) = (left.split('\n').collect(), right.split('\n').collect());
    let pairs = || left.iter().zip(&right);
    let begin = pairs().take_while(|(left, right)| left == right).count();
    let shorter = left.len().min(right.len());
    let ends = left.iter().rev().zip(right.iter().rev());
    let end = ends.take_while(|(left, right)| left == right).count().min(shorter - begin);
    let (left, right) = (&left[begin..left.len() - end], &right[begin..right.len() - end]);
    let words = |lines: &[&str]| match lines {
        [] | [""] => NOTHING.to_owned(),
        lines => lines.join("\n"),
    };
    let last = begin + left.len().max(right.len());
    let what = if last - begin > 1 {
        format!("body, lines {}-{last}", begin + 1)
    } else {
        format!("body, line {last}")
    };
    Some(Difference::new(&what, words(left), words(right)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_between_equal_ones_differ() {
        let told = |left, right| {
            compare(left, right).map(|it| format!("{}: {:?} | {:?}", it.what, it.left, it.right))
        };
        let cases = [
            ("a", "a", None),
            ("", "a", Some(r#"body, line 1: "nothing" | "a""#)),
            ("a\nb\nc", "a\nx\nc", Some(r#"body, line 2: "b" | "x""#)),
            ("a\nb\nc\nd", "a\nx\nd", Some(r#"body, lines 2-3: "b\nc" | "x""#)),
            ("a\na", "a\na\na", Some(r#"body, line 3: "nothing" | "a""#)),
            ("a\r\nb", "a\nb", Some(r#"body, line 1: "a\r" | "a""#)),
        ];
        for (left, right, expected) in cases {
            assert_eq!(told(left, right).as_deref(), expected, "{left:?} {right:?}");
        }
    }
}
