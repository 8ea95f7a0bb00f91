//! A table that a route uses, against what is known of it: the table itself, the index, the keys.

use super::{
    described_table::{DescribedTable, KeyAttribute, KeySchema},
    known_resources::{KnownResources, TableAnswer},
};
use crate::{
    deployment::RequiredResource,
    error::Problem,
    integrations::{AttributeType, AttributeUse, Comparison, KeyForm, KeyUse, TableUse},
    item::{Findings, brief, nearest},
};

/// Statuses in which a table or an index answers.
const USABLE: [&str; 2] = ["ACTIVE", "UPDATING"];

/// Checks the table that `resource` names.
pub fn check(
    table_use: &TableUse,
    resource: &RequiredResource,
    known: &KnownResources,
    problem: impl Fn(&str, &str, &str) -> Problem,
    findings: &mut Findings,
) {
    let (name, field) = (&table_use.table, resource.field());
    let got = brief(&name.as_str().into());
    match known.tables.get(name) {
        None => {}
        Some(TableAnswer::Missing) => {
            let expected =
                format!("a table that is there: there is none of this name {}", known.places.dynamodb);
            findings.problems.push(problem(&field, &got, &(expected + &meant(name, known))));
        }
        Some(TableAnswer::NotAsked { why }) => {
            let expected = format!("a table that can be asked about: {why}");
            findings.warnings.push(problem(&field, &got, &expected));
        }
        Some(TableAnswer::Described(table)) if !USABLE.contains(&table.status.as_str()) => {
            let got = format!("{got}, which is {}", table.status);
            findings.problems.push(problem(&field, &got, "a table that is ACTIVE"));
        }
        Some(TableAnswer::Described(table)) => {
            let path = format!("{}{}", resource.path, table_use.path);
            let rules = KeyRules { table_use, table, path, problem: &problem };
            findings.problems.extend(rules.check());
        }
    }
}

/// Another table of the API that is there, and nearly of this name.
fn meant(name: &str, known: &KnownResources) -> String {
    let is_there = |(name, answer): (&'_ String, &TableAnswer)| match answer {
        TableAnswer::Described(_) => Some(name.clone()),
        TableAnswer::Missing | TableAnswer::NotAsked { .. } => None,
    };
    let names: Vec<_> = known.tables.iter().filter_map(is_there).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    did_you_mean(name, &names)
}

fn did_you_mean(name: &str, known: &[&str]) -> String {
    nearest(name, known).map(|meant| format!("; did you mean {meant}?")).unwrap_or_default()
}

/// One use of a table that answers.
struct KeyRules<'a, P> {
    table_use: &'a TableUse,
    table: &'a DescribedTable,
    /// The map that names the table, with a dot behind it.
    path: String,
    problem: &'a P,
}

impl<P: Fn(&str, &str, &str) -> Problem> KeyRules<'_, P> {
    fn check(&self) -> Vec<Problem> {
        let schema = match self.index() {
            Ok(schema) => schema,
            Err(problem) => return vec![*problem],
        };
        self.table_use.keys.iter().flat_map(|key| self.check_key(key, schema)).collect()
    }

    /// The key of the index, or of the table where there is none.
    fn index(&self) -> Result<&KeySchema, Box<Problem>> {
        let Some(name) = &self.table_use.index else { return Ok(&self.table.key) };
        let got = brief(&name.as_str().into());
        let field = "indexName";
        let names: Vec<&str> = self.table.indexes.keys().map(String::as_str).collect();
        let Some(index) = self.table.indexes.get(name) else {
            let table = &self.table_use.table;
            let expected = match names.is_empty() {
                true => format!("nothing: the table {table} has no index"),
                false => format!(
                    "an index of the table {table}: {}{}",
                    names.join(", "),
                    did_you_mean(name, &names)
                ),
            };
            return Err(self.problem(field, &got, &expected).into());
        };
        match index.status.as_deref() {
            Some(status) if !USABLE.contains(&status) => {
                let got = format!("{got}, which is {status}");
                Err(self.problem(field, &got, "an index that is ACTIVE").into())
            }
            Some(_) | None => Ok(&index.key),
        }
    }

    fn check_key(&self, key: &KeyUse, schema: &KeySchema) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut strangers = 0;
        for attribute in &key.attributes {
            match self.key_attribute(key.form, &attribute.name, schema) {
                Some(known) => problems.extend(self.check_type(attribute, known)),
                None if key.form == KeyForm::Item => {}
                None => {
                    strangers += 1;
                    problems.push(self.stranger(key, attribute, schema));
                }
            }
        }
        let needed: Vec<&KeyAttribute> = match key.form {
            KeyForm::Whole | KeyForm::Item => schema.attributes().collect(),
            KeyForm::Condition => schema.partition.iter().collect(),
        };
        let is_used = |needed: &KeyAttribute| {
            let is_it = |used: &AttributeUse| {
                let fits = key.form != KeyForm::Condition || used.comparison == Comparison::Equal;
                used.name == needed.name && fits
            };
            key.attributes.iter().any(is_it)
        };
        let missing: Vec<_> = needed.into_iter().filter(|needed| !is_used(needed)).collect();
        // An attribute of another name stands for one that is missing: once is enough.
        for missing in missing.iter().skip(strangers) {
            problems.push(self.missing(key, missing, schema));
        }
        problems
    }

    /// The attribute of a key: of an item also one of an index's.
    fn key_attribute<'s>(
        &'s self,
        form: KeyForm,
        name: &str,
        schema: &'s KeySchema,
    ) -> Option<&'s KeyAttribute> {
        match form {
            KeyForm::Item => self.table.key_attribute(name),
            KeyForm::Whole | KeyForm::Condition => schema.attribute(name),
        }
    }

    fn stranger(&self, key: &KeyUse, attribute: &AttributeUse, schema: &KeySchema) -> Problem {
        let names: Vec<&str> = schema.attributes().map(|known| known.name.as_str()).collect();
        let meant = did_you_mean(&attribute.name, &names);
        let (field, only) = match key.form {
            KeyForm::Condition => (&key.field, "only attributes of"),
            KeyForm::Whole | KeyForm::Item => (&attribute.field, "nothing of this name in"),
        };
        let expected = format!("{only} {}: {}{meant}", self.key_words(), schema.text());
        self.problem(field, &attribute.name, &expected)
    }

    fn missing(&self, key: &KeyUse, missing: &KeyAttribute, schema: &KeySchema) -> Problem {
        let KeyAttribute { name, .. } = missing;
        match key.form {
            KeyForm::Whole | KeyForm::Item => {
                let expected = format!("{}: {}", self.key_words(), schema.text());
                self.problem(&key.field, &format!("no {name}"), &expected)
            }
            KeyForm::Condition => {
                let expected = format!("a condition with = for the partition key of {}", self.subject());
                self.problem(&key.field, &format!("no {name} = …"), &expected)
            }
        }
    }

    fn check_type(&self, attribute: &AttributeUse, known: &KeyAttribute) -> Option<Problem> {
        let value_type = attribute.value_type.filter(|own| own.letter() != known.letter)?;
        let hint = match (&attribute.word, known.letter.as_str()) {
            (Some(word), "N") => format!("; did you mean $number({})?", word.trim_start_matches('$')),
            (Some(word), "B") => format!("; did you mean $binary({})?", word.trim_start_matches('$')),
            (_, _) => String::new(),
        };
        let got = format!("{} ({})", words(value_type), value_type.letter());
        let KeyAttribute { name, letter } = known;
        let expected = format!("{} ({letter}), as {name} of {} is{hint}", key_words(letter), self.subject());
        Some(self.problem(&attribute.field, &got, &expected))
    }

    fn key_words(&self) -> String {
        format!("the key of {}", self.subject())
    }

    fn subject(&self) -> String {
        let table = &self.table_use.table;
        match &self.table_use.index {
            Some(index) => format!("the index {index} of the table {table}"),
            None => format!("the table {table}"),
        }
    }

    fn problem(&self, field: &str, got: &str, expected: &str) -> Problem {
        (self.problem)(&format!("{}{field}", self.path), got, expected)
    }
}

fn key_words(letter: &str) -> &'static str {
    match letter {
        "S" => "a text",
        "N" => "a number",
        _ => "binary",
    }
}

const fn words(value_type: AttributeType) -> &'static str {
    match value_type {
        AttributeType::Text => "a text",
        AttributeType::Number => "a number",
        AttributeType::Binary => "binary",
        AttributeType::Boolean => "true or false",
        AttributeType::Null => "null",
        AttributeType::List => "a list",
        AttributeType::Map => "a map",
        AttributeType::TextSet => "a set of texts",
        AttributeType::NumberSet => "a set of numbers",
    }
}
