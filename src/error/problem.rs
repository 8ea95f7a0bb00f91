//! Problems of the items that an operator wrote.

use std::fmt;

use crate::userinfo::withheld;

/// The operator erred: every problem of a stage's items at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", list(.0))]
pub struct InvalidConfiguration(pub Vec<Problem>);

/// The length to which a request's line cuts a problem: all problems are told once, where the item is read.
const MOST_GIST_CHARS: usize = 94;

impl InvalidConfiguration {
    /// The first problem, cut short, and how many more there are.
    pub(super) fn summary(&self) -> String {
        let first = self.0.first().map(Problem::to_string).unwrap_or_default();
        let first = match first.char_indices().nth(MOST_GIST_CHARS) {
            Some((end, _)) => format!("{}…", &first[..end]),
            None => first,
        };
        match self.0.len() {
            0 | 1 => first,
            all => format!("{first}; and {} more", all - 1),
        }
    }
}

/// One thing that is wrong in an item, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The table's name.
    pub table: String,
    /// The item's key, as `stage=v1 routeKey=GET /orders`.
    pub key: String,
    /// The attribute, with dots into maps and lists.
    pub field: String,
    pub got: String,
    pub expected: String,
    /// In a field of many lines, such as a template: the place that is meant.
    pub place: Option<TextPlace>,
}

/// A place in a text. Line and column count from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextPlace {
    pub line: usize,
    pub column: usize,
}

/// An item of a table.
#[derive(Clone, Copy, Debug)]
pub struct ItemId<'a> {
    /// The table's name.
    pub table: &'a str,
    /// `stage=v1 routeKey=GET /orders`
    pub key: &'a str,
}

impl Problem {
    /// Passwords in what was got are withheld. An empty text is shown as `""`.
    pub fn new(item: ItemId<'_>, field: &str, got: &str, expected: &str) -> Self {
        Self {
            table: item.table.to_owned(),
            key: withheld(item.key).into_owned(),
            field: withheld(field).into_owned(),
            got: withheld(if got.is_empty() { "\"\"" } else { got }).into_owned(),
            expected: expected.to_owned(),
            place: None,
        }
    }

    /// The same at a place in the field's text, which `got` tells first.
    pub fn at(self, place: TextPlace) -> Self {
        let got = format!("line {}, column {}: {}", place.line, place.column, self.got);
        Self { got, place: Some(place), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, key, field, got, expected, place: _ } = self;
        write!(f, "{table} [{key}] {field}: got {got}, expected {expected}")
    }
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_with_an_empty_text_shows_that_there_is_one() {
        let item = ItemId { table: "tollgate-routes", key: "stage=v1 routeKey=GET /a" };
        let problem = Problem::new(item, "integration.uri", "", "a URL");
        let expected =
            r#"tollgate-routes [stage=v1 routeKey=GET /a] integration.uri: got "", expected a URL"#;
        assert_eq!(problem.to_string(), expected);
    }
}
