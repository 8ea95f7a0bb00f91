//! `docs/deploying.md`: every parameter of the template, and every variable that the gateway reads, with its default.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use tollgate::{environment::Environment, function_url::RuntimeApi};

use super::{Page, markdown};

/// As they are without a word of the operator.
const LAMBDA_SETS: [(&str, &str); 4] = [
    ("AWS_REGION", "eu-west-1"),
    ("AWS_ACCESS_KEY_ID", "id"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
    ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"),
];

#[test]
fn names_every_parameter_of_the_template_with_its_default() {
    let page = Page::read("docs/deploying.md");
    let mut listed = BTreeMap::new();
    for row in markdown::rows(markdown::section(&page.text, "Parameters")) {
        let names = markdown::code_spans(row[0]);
        // `none: 30, or …`: what it is without a value, in words.
        let defaults: Vec<&str> =
            if names.len() == 1 { row[1].split(':').take(1).collect() } else { row[1].split(", ").collect() };
        assert_eq!(names.len(), defaults.len(), "{row:?}");
        let defaults = defaults.into_iter().map(|default| default.trim_matches('`').replace("none", ""));
        listed.extend(names.into_iter().zip(defaults));
    }
    assert_eq!(listed, parameters());
}

/// Those of the template, with their defaults.
fn parameters() -> BTreeMap<String, String> {
    const TEMPLATE: &str = include_str!("../../../template.yaml");
    let (_, text) = TEMPLATE.split_once("\nParameters:\n").unwrap();
    let (text, _) = text.split_once("\nRules:\n").unwrap();
    let mut parameters = BTreeMap::new();
    let mut name = "";
    for line in text.lines() {
        let trimmed = line.trim_start();
        match line.len() - trimmed.len() {
            2 => name = trimmed.trim_end_matches(':'),
            4 => {
                let default = trimmed.strip_prefix("Default: ").map(|default| default.trim_matches('"'));
                parameters.extend(default.map(|default| (name.to_owned(), default.to_owned())));
            }
            _ => {}
        }
    }
    parameters
}

#[test]
fn names_every_variable_that_the_gateway_reads_and_no_other() {
    let read = RefCell::new(BTreeSet::new());
    let get = |name: &str| {
        read.borrow_mut().insert(name.to_owned());
        set_by_lambda(name)
    };
    Environment::read(get).unwrap();
    RuntimeApi::read(get).unwrap();
    // One row has the services that only integrations call: `AWS_ENDPOINT_URL_SQS`, `_SNS`.
    let names = defaults().into_keys().flat_map(|row| {
        let name = |name: &str| match name.strip_prefix('_') {
            Some(id) => format!("AWS_ENDPOINT_URL_{id}"),
            None => name.to_owned(),
        };
        row.split("`, `").map(name).collect::<Vec<_>>()
    });
    assert_eq!(names.collect::<BTreeSet<String>>(), read.into_inner());
}

#[test]
fn every_default_of_a_variable_is_what_the_gateway_does_without_it() {
    let without = format!("{:?}", Environment::read(set_by_lambda).unwrap());
    let mut count = 0;
    for (name, default) in defaults() {
        let Some(default) = default.strip_prefix('`').and_then(|default| default.strip_suffix('`')) else {
            assert!(["Lambda's own", "none", "the region's"].contains(&&*default), "{name}: {default}");
            continue;
        };
        let get = |other: &str| if other == name { Some(default.to_owned()) } else { set_by_lambda(other) };
        assert_eq!(format!("{:?}", Environment::read(get).unwrap()), without, "{name}");
        count += 1;
    }
    assert!(count > 10, "{count} defaults were found");
}

fn set_by_lambda(name: &str) -> Option<String> {
    LAMBDA_SETS.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
}

/// The page's variables with their defaults.
fn defaults() -> BTreeMap<String, String> {
    let page = Page::read("docs/deploying.md");
    let rows = markdown::rows(markdown::section(&page.text, "Environment variables"));
    rows.iter().map(|row| (row[0].trim_matches('`').to_owned(), row[1].to_owned())).collect()
}
