//! A reader of the query language of CloudWatch Logs Insights, as far as `infra/queries.yaml` uses it (CloudWatch Logs User
//! Guide, "Logs Insights QL commands"). What it does not know, it panics at.

use std::collections::BTreeMap;

use serde_json::{Value, json};

type Row = BTreeMap<String, Value>;

pub struct Query(Vec<Command>);

enum Command {
    Fields(Vec<String>),
    Filter(Test),
    Parse { field: String, pattern: Vec<String>, names: Vec<String> },
    Stats { aggregates: Vec<(Aggregate, String)>, by: Vec<Key> },
    Sort { field: String, is_descending: bool },
    Limit(usize),
}

enum Test {
    Or(Vec<Test>),
    And(Vec<Test>),
    Not(Box<Test>),
    IsPresent(String),
    AtLeast(String, f64),
    Is(String, Vec<Value>),
}

enum Aggregate {
    Count,
    CountDistinct(String),
    Percentile(String, usize),
    Max(String),
    Latest(String),
}

enum Key {
    Field(String),
    BinMinutes(u64),
}

impl Query {
    pub fn parse(text: &str) -> Self {
        let mut tokens = Tokens::of(text);
        let mut commands = vec![tokens.command()];
        while tokens.take("|") {
            commands.push(tokens.command());
        }
        assert!(tokens.0.is_empty(), "left over: {:?}", tokens.0);
        Self(commands)
    }

    /// The rows of the answer, each as `name=value` in the order of their names.
    pub fn run(&self, lines: &[(u64, Value)]) -> Vec<String> {
        let row = |(at, line): &(u64, Value)| {
            let mut row: Row = line.as_object().unwrap().clone().into_iter().collect();
            row.insert("@timestamp".to_owned(), json!(at));
            row
        };
        let mut rows: Vec<Row> = lines.iter().map(row).collect();
        for command in &self.0 {
            rows = command.run(rows);
        }
        let show = |row: Row| {
            let shown = row.iter().map(|(name, value)| format!("{name}={value}"));
            shown.collect::<Vec<_>>().join(" ")
        };
        rows.into_iter().map(show).collect()
    }
}

impl Command {
    fn run(&self, mut rows: Vec<Row>) -> Vec<Row> {
        match self {
            // What is shown; what follows sees all fields.
            Self::Fields(names) => {
                assert!(!names.is_empty());
                rows
            }
            Self::Filter(test) => {
                rows.retain(|row| test.holds(row));
                rows
            }
            Self::Parse { field, pattern, names } => {
                for row in &mut rows {
                    let text = row.get(field).and_then(Value::as_str).map(str::to_owned);
                    if let Some(values) = text.and_then(|text| glob(pattern, &text)) {
                        row.extend(names.iter().cloned().zip(values.into_iter().map(Value::from)));
                    }
                }
                rows
            }
            Self::Stats { aggregates, by } => stats(&rows, aggregates, by),
            Self::Sort { field, is_descending } => {
                let number = |row: &Row| row.get(field).and_then(Value::as_f64).unwrap_or(f64::MIN);
                rows.sort_by(|a, b| number(a).total_cmp(&number(b)));
                if *is_descending {
                    rows.reverse();
                }
                rows
            }
            Self::Limit(most) => {
                rows.truncate(*most);
                rows
            }
        }
    }
}

fn stats(rows: &[Row], aggregates: &[(Aggregate, String)], by: &[Key]) -> Vec<Row> {
    let mut groups: BTreeMap<String, (Row, Vec<&Row>)> = BTreeMap::new();
    for row in rows {
        let mut keys = Row::new();
        for key in by {
            match key {
                Key::Field(name) => keys.extend(row.get(name).map(|value| (name.clone(), value.clone()))),
                Key::BinMinutes(minutes) => {
                    let at = row["@timestamp"].as_u64().unwrap();
                    keys.insert(format!("bin({minutes}m)"), json!(at - at % (minutes * 60_000)));
                }
            }
        }
        groups.entry(format!("{keys:?}")).or_insert_with(|| (keys, Vec::new())).1.push(row);
    }
    let group = |(mut row, members): (Row, Vec<&Row>)| {
        for (aggregate, name) in aggregates {
            row.extend(aggregate.of(&members).map(|value| (name.clone(), value)));
        }
        row
    };
    groups.into_values().map(group).collect()
}

impl Aggregate {
    fn of(&self, rows: &[&Row]) -> Option<Value> {
        let values = |field: &str| rows.iter().filter_map(|row| row.get(field)).cloned().collect::<Vec<_>>();
        let numbers = |field: &str| {
            let mut numbers: Vec<f64> = values(field).iter().filter_map(Value::as_f64).collect();
            numbers.sort_by(f64::total_cmp);
            numbers
        };
        match self {
            Self::Count => Some(json!(rows.len())),
            Self::CountDistinct(field) => {
                let mut texts: Vec<String> = values(field).iter().map(Value::to_string).collect();
                texts.sort();
                texts.dedup();
                Some(json!(texts.len()))
            }
            Self::Percentile(field, percent) => {
                let numbers = numbers(field);
                let rank = (numbers.len() * percent).div_ceil(100).max(1);
                numbers.get(rank - 1).map(|number| json!(number))
            }
            Self::Max(field) => numbers(field).last().map(|number| json!(number)),
            Self::Latest(field) => values(field).pop(),
        }
    }
}

impl Test {
    fn holds(&self, row: &Row) -> bool {
        match self {
            Self::Or(tests) => tests.iter().any(|test| test.holds(row)),
            Self::And(tests) => tests.iter().all(|test| test.holds(row)),
            Self::Not(test) => !test.holds(row),
            Self::IsPresent(field) => row.contains_key(field),
            Self::AtLeast(field, least) => {
                row.get(field).and_then(Value::as_f64).is_some_and(|number| number >= *least)
            }
            Self::Is(field, values) => row.get(field).is_some_and(|value| values.contains(value)),
        }
    }
}

/// The parts of a text that stand for each `*` between the texts of a pattern.
fn glob(pattern: &[String], text: &str) -> Option<Vec<String>> {
    let (first, others) = pattern.split_first()?;
    let mut rest = text.split_once(first.as_str())?.1;
    let mut values = Vec::new();
    for (index, literal) in others.iter().enumerate() {
        let is_end = literal.is_empty() && index + 1 == others.len();
        let (value, behind) = if is_end { (rest, "") } else { rest.split_once(literal.as_str())? };
        values.push(value.to_owned());
        rest = behind;
    }
    Some(values)
}

/// The tokens that are left.
struct Tokens(Vec<String>);

impl Tokens {
    fn of(text: &str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '"' => rest[1..].find('"').unwrap() + 2,
                '>' => 2,
                '|' | '(' | ')' | ',' | '[' | ']' | '=' | '*' => 1,
                _ => rest.find(|c: char| !(c.is_alphanumeric() || "@_.".contains(c))).unwrap_or(rest.len()),
            };
            assert!(length > 0, "an unknown sign: {rest}");
            tokens.push(rest[..length].to_owned());
            rest = rest[length..].trim_start();
        }
        tokens.reverse();
        Self(tokens)
    }

    fn take(&mut self, word: &str) -> bool {
        let is_next = self.0.last().is_some_and(|token| token == word);
        if is_next {
            self.0.pop();
        }
        is_next
    }

    fn want(&mut self, word: &str) {
        assert!(self.take(word), "got {:?}, expected {word}", self.0.last());
    }

    fn next(&mut self) -> String {
        self.0.pop().unwrap()
    }

    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut list = vec![one(self)];
        while self.take(",") {
            list.push(one(self));
        }
        list
    }

    fn command(&mut self) -> Command {
        match self.next().as_str() {
            "fields" => Command::Fields(self.list(Self::next)),
            "filter" => Command::Filter(self.or()),
            "parse" => {
                let field = self.next();
                let pattern = self.next().trim_matches('"').split('*').map(str::to_owned).collect();
                self.want("as");
                Command::Parse { field, pattern, names: self.list(Self::next) }
            }
            "stats" => {
                let aggregates = self.list(Self::aggregate);
                let by = if self.take("by") { self.list(Self::key) } else { Vec::new() };
                Command::Stats { aggregates, by }
            }
            "sort" => {
                let field = self.next();
                let is_descending = self.take("desc");
                assert!(is_descending || self.take("asc"));
                Command::Sort { field, is_descending }
            }
            "limit" => Command::Limit(self.next().parse().unwrap()),
            other => panic!("{other} is no command"),
        }
    }

    fn or(&mut self) -> Test {
        let mut tests = vec![self.and()];
        while self.take("or") {
            tests.push(self.and());
        }
        Test::Or(tests)
    }

    fn and(&mut self) -> Test {
        let mut tests = vec![self.test()];
        while self.take("and") {
            tests.push(self.test());
        }
        Test::And(tests)
    }

    fn test(&mut self) -> Test {
        if self.take("not") {
            return Test::Not(Box::new(self.test()));
        }
        if self.take("(") {
            let test = self.or();
            self.want(")");
            return test;
        }
        let field = self.next();
        if field == "ispresent" {
            self.want("(");
            let field = self.next();
            self.want(")");
            return Test::IsPresent(field);
        }
        match self.next().as_str() {
            ">=" => Test::AtLeast(field, self.next().parse().unwrap()),
            "=" => Test::Is(field, vec![self.value()]),
            "in" => {
                self.want("[");
                let values = self.list(Self::value);
                self.want("]");
                Test::Is(field, values)
            }
            other => panic!("{other} is no comparison"),
        }
    }

    fn value(&mut self) -> Value {
        serde_json::from_str(&self.next()).unwrap()
    }

    fn aggregate(&mut self) -> (Aggregate, String) {
        let function = self.next();
        self.want("(");
        let field = self.next();
        let aggregate = match function.as_str() {
            "count" => Aggregate::Count,
            "count_distinct" => Aggregate::CountDistinct(field),
            "max" => Aggregate::Max(field),
            "latest" => Aggregate::Latest(field),
            "pct" => {
                self.want(",");
                Aggregate::Percentile(field, self.next().parse().unwrap())
            }
            other => panic!("{other} is no function"),
        };
        self.want(")");
        self.want("as");
        (aggregate, self.next())
    }

    fn key(&mut self) -> Key {
        let field = self.next();
        if field != "bin" {
            return Key::Field(field);
        }
        self.want("(");
        let minutes = self.next().strip_suffix('m').unwrap().parse().unwrap();
        self.want(")");
        Key::BinMinutes(minutes)
    }
}
