//! The terms of an expression that can be left out of it: what `AND` joins, and the actions of an update.
//!
//! Only an expression with a value that a request may do without is taken apart; DynamoDB reads all others itself.

/// An expression in terms.
#[derive(Debug, PartialEq, Eq)]
pub enum Terms {
    /// Joined by `AND`.
    Conditions(Vec<String>),
    /// `SET`, `REMOVE`, `ADD`, `DELETE`, each with its actions.
    Clauses(Vec<(String, Vec<String>)>),
}

impl Terms {
    /// Reads a condition. Errors with what was expected, if a term uses one of `optional` and is more than one condition.
    pub fn of_condition(text: &str, optional: &[&str]) -> Result<Self, &'static str> {
        const ONE_CONDITION: &str = "a value with ? only in a condition of its own, which AND joins to the others: OR and groups cannot do without a part";
        let tokens = tokens(text).ok_or("as many ) as (")?;
        let ends = joints(&tokens);
        if ends.iter().any(|joint| joint.depth == 0 && joint.is("OR")) {
            return Err(ONE_CONDITION);
        }
        let mut terms = Vec::new();
        let mut start = 0;
        for joint in ends.iter().filter(|joint| joint.depth == 0) {
            terms.push(text[start..joint.start].trim().to_owned());
            start = joint.start + joint.text.len();
        }
        terms.push(text[start..].trim().to_owned());
        let is_group = |term: &String| {
            let joined = self::tokens(term).is_some_and(|tokens| !joints(&tokens).is_empty());
            joined && uses_any(term, optional)
        };
        if terms.iter().any(is_group) { Err(ONE_CONDITION) } else { Ok(Self::Conditions(terms)) }
    }

    /// Reads an update.
    pub fn of_update(text: &str) -> Result<Self, &'static str> {
        const EXPECTED: &str = "SET, REMOVE, ADD or DELETE, each with actions that commas separate";
        let tokens = tokens(text).ok_or("as many ) as (")?;
        let mut clauses: Vec<(String, Vec<String>)> = Vec::new();
        let mut start = 0;
        for token in tokens.iter().filter(|token| token.depth == 0) {
            let is_clause = ["SET", "REMOVE", "ADD", "DELETE"].iter().any(|word| token.is(word));
            if !is_clause && token.text != "," {
                continue;
            }
            let before = text[start..token.start].trim();
            match clauses.last_mut() {
                Some((_, actions)) => actions.push(before.to_owned()),
                None if before.is_empty() && is_clause => {}
                None => return Err(EXPECTED),
            }
            if is_clause {
                clauses.push((token.text.to_owned(), Vec::new()));
            }
            start = token.start + token.text.len();
        }
        let (_, actions) = clauses.last_mut().ok_or(EXPECTED)?;
        actions.push(text[start..].trim().to_owned());
        let is_whole = clauses.iter().all(|(_, actions)| actions.iter().all(|action| !action.is_empty()));
        if is_whole { Ok(Self::Clauses(clauses)) } else { Err(EXPECTED) }
    }

    /// The expression without the terms that use one of `absent`; `None` if none is left.
    pub fn without(&self, absent: &[&str]) -> Option<String> {
        let kept = |terms: &[String], between: &str| {
            let kept: Vec<_> =
                terms.iter().filter(|term| !uses_any(term, absent)).map(String::as_str).collect();
            (!kept.is_empty()).then(|| kept.join(between))
        };
        match self {
            Self::Conditions(terms) => kept(terms, " AND "),
            Self::Clauses(clauses) => {
                let clause = |(word, actions): &(String, Vec<String>)| {
                    kept(actions, ", ").map(|actions| format!("{word} {actions}"))
                };
                let kept: Vec<_> = clauses.iter().filter_map(clause).collect();
                (!kept.is_empty()).then(|| kept.join(" "))
            }
        }
    }

    /// The condition of a query for its partition key: the first that says *equals*, as every such condition does.
    pub fn partition_condition(&self) -> Option<&str> {
        let Self::Conditions(terms) = self else { return None };
        let equals =
            |term: &&String| tokens(term).is_some_and(|tokens| tokens.iter().any(|token| token.text == "="));
        terms.iter().find(equals).map(String::as_str)
    }
}

/// Every `#name` and `:value` in an expression. Expressions have no literals that could hide one.
pub fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(['#', ':']).map(|(start, _)| {
        let rest = &text[start + 1..];
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        &text[start..=start + length]
    })
}

/// True if one of `names` stands in `text`.
pub fn uses_any(text: &str, names: &[&str]) -> bool {
    placeholders(text).any(|placeholder| names.contains(&placeholder))
}

/// A word, an operator or a sign, and how many parentheses are open around it.
#[derive(Clone, Copy, Debug)]
pub struct Token<'t> {
    pub text: &'t str,
    start: usize,
    depth: usize,
}

impl Token<'_> {
    /// True of this keyword, in any case. DynamoDB reserves them, so none is an attribute's name.
    fn is(&self, keyword: &str) -> bool {
        self.text.eq_ignore_ascii_case(keyword)
    }
}

/// `None` if the parentheses do not match. A path such as `#a.b[0]` is one token.
pub fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let is_word = |c: char| c.is_alphanumeric() || "_#:.[]-".contains(c);
    let is_comparator = |c: char| "<>=".contains(c);
    let (mut tokens, mut depth, mut at) = (Vec::new(), 0_usize, 0);
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let run = |belongs: &dyn Fn(char) -> bool| rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let length = match c {
            c if is_word(c) => run(&is_word),
            c if is_comparator(c) => run(&is_comparator),
            c => c.len_utf8(),
        };
        match c {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            c if c.is_whitespace() => {}
            _ => tokens.push(Token { text: &rest[..length], start: at, depth }),
        }
        at += length;
    }
    (depth == 0).then_some(tokens)
}

/// The `AND` and `OR` between conditions. The `AND` of a `BETWEEN` is none.
fn joints<'t>(tokens: &[Token<'t>]) -> Vec<Token<'t>> {
    let mut between = Vec::new();
    let is_joint = |token: &&Token<'t>| {
        if token.is("BETWEEN") {
            between.push(token.depth);
        }
        if token.is("AND") && between.last() == Some(&token.depth) {
            between.pop();
            return false;
        }
        token.is("AND") || token.is("OR")
    };
    tokens.iter().filter(is_joint).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_placeholder() {
        let cases: [(&str, &[&str]); 4] = [
            ("", &[]),
            ("attribute_not_exists(pk)", &[]),
            ("#s = :a AND begins_with(sk,:b_2)", &["#s", ":a", ":b_2"]),
            ("SET n = n-:d, #a.#b[0] = :d", &[":d", "#a", "#b", ":d"]),
        ];
        for (text, expected) in cases {
            assert_eq!(placeholders(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn a_condition_is_sent_without_the_parts_that_use_an_absent_value() {
        let cases: [(&str, &[&str], Option<&str>); 11] = [
            ("a = :a", &[":a"], None),
            ("a = :a", &[":b"], Some("a = :a")),
            ("a = :a AND b = :b", &[":a"], Some("b = :b")),
            ("a = :a and\n b = :b And c = :a", &[":a"], Some("b = :b")),
            ("a = :a AND b = :ab", &[":a"], Some("b = :ab")),
            ("a BETWEEN :x AND :y AND b = :b", &[":b"], Some("a BETWEEN :x AND :y")),
            ("a BETWEEN :x AND :y AND b = :b", &[":y"], Some("b = :b")),
            ("(a BETWEEN :x AND :y) AND NOT contains(b, :b)", &[":b"], Some("(a BETWEEN :x AND :y)")),
            ("size(a) > :a AND (b = :b)", &[":b"], Some("size(a) > :a")),
            ("a IN (:a, :b) AND c = :c", &[":b"], Some("c = :c")),
            ("(a = :a OR b = :b) AND c = :c", &[":c"], Some("(a = :a OR b = :b)")),
        ];
        for (text, absent, expected) in cases {
            let terms = Terms::of_condition(text, absent).unwrap();
            assert_eq!(terms.without(absent).as_deref(), expected, "{text}");
        }
        let refused = [
            "a = :a OR b = :b",
            "a = :b AND b = :a OR c = :c",
            "(a = :a OR b = :b) AND c = :c",
            "NOT (a = :a AND b = :b)",
            "((a = :a) AND b = :b) AND c = :c",
            "a = :a)",
            "(a = :a",
        ];
        for text in refused {
            assert!(Terms::of_condition(text, &[":a"]).is_err(), "{text}");
        }
    }

    #[test]
    fn an_update_is_sent_without_the_actions_that_use_an_absent_value() {
        let cases: [(&str, &[&str], Option<&str>); 9] = [
            ("SET a = :a", &[":a"], None),
            ("SET a = :a, b = :b", &[":a"], Some("SET b = :b")),
            ("set a = :a, b = :b", &[], Some("set a = :a, b = :b")),
            ("SET a = if_not_exists(a, :z) + :a, b = :b", &[":a"], Some("SET b = :b")),
            ("SET a = :a REMOVE c, d ADD n :n", &[":a"], Some("REMOVE c, d ADD n :n")),
            ("SET a = :a REMOVE c, d ADD n :n DELETE s :s", &[":n", ":s"], Some("SET a = :a REMOVE c, d")),
            ("ADD n :n, m :m\nSET a = :a", &[":n"], Some("ADD m :m SET a = :a")),
            ("SET #a.set = :a, b = list_append(b, :b)", &[":a"], Some("SET b = list_append(b, :b)")),
            ("ADD n :n DELETE s :s", &[":n", ":s"], None),
        ];
        for (text, absent, expected) in cases {
            assert_eq!(Terms::of_update(text).unwrap().without(absent).as_deref(), expected, "{text}");
        }
        for text in [
            "",
            "a = :a",
            "SET",
            "SET a = :a,",
            "SET a = :a, , b = :b",
            "x SET a = :a",
            "SET f(a = :a",
            "SET ADD n :n",
        ] {
            assert!(Terms::of_update(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_partition_keys_condition_is_the_first_that_says_equals() {
        let cases = [
            ("pk = :pk", Some("pk = :pk")),
            ("begins_with(sk, :sk) AND pk = :pk", Some("pk = :pk")),
            ("sk >= :sk AND pk=:pk", Some("pk=:pk")),
            ("sk = :sk AND pk = :pk", Some("sk = :sk")),
        ];
        for (text, expected) in cases {
            let terms = Terms::of_condition(text, &[]).unwrap();
            assert_eq!(terms.partition_condition(), expected, "{text}");
        }
    }
}
