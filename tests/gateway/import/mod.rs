//! `tollgate import`: whole inputs in `tests/import/`, each with the file and the report that come of it, and requests that
//! the gateway answers as the original would. `UPDATE_EXPECT=1` writes what came.

mod answers;
mod applied;
mod aws_cli;
mod bounds;
mod broken_guards;
mod constructs;
mod documents_opened;
mod every_node;
mod from_aws;
mod method_settings;
mod nested_guards;
mod outer_guards;
mod property;
mod public_shapes;
mod refused;
mod report_forms;
mod size;
mod template_bounds;
mod template_guards;
mod template_names;
mod template_property;
mod translated;

use std::{fs, path::PathBuf};

use crate::harness::tool::tollgate_in;

/// The folders of `tests/import/`, in their order.
pub fn cases() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/import");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

/// The inputs of a folder, by their names: the document, and what the AWS CLI printed.
pub fn inputs(case: &PathBuf) -> Vec<String> {
    let names = fs::read_dir(case).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let begins = ["openapi.", "swagger.", "template.", "aws-"];
    let mut names: Vec<String> =
        names.filter(|name| begins.iter().any(|begin| name.starts_with(begin))).collect();
    names.sort_by_key(|name| (name.starts_with("aws-"), name.clone()));
    assert!(!names.is_empty(), "{} has no input", case.display());
    names
}

/// The words behind `tollgate import` that a folder is imported with.
fn arguments(case: &PathBuf) -> Vec<String> {
    let written = fs::read_to_string(case.join("arguments")).unwrap_or_else(|_| inputs(case).join(" "));
    written.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn each_input_becomes_its_file_and_its_report() {
    let cases = cases();
    assert!(cases.len() >= 62, "{}", cases.len());
    for case in cases {
        let arguments = arguments(&case);
        let arguments: Vec<&str> =
            std::iter::once("import").chain(arguments.iter().map(String::as_str)).collect();
        let ran = tollgate_in(&case, &[], &arguments);
        let report = format!("exit {}\n{}", ran.code.unwrap(), ran.stderr);
        expect_test::expect_file![case.join("report.txt")].assert_eq(&report);
        match ran.stdout.is_empty() {
            true => assert!(!case.join("tollgate.yaml").exists(), "{} gave no file", case.display()),
            false => expect_test::expect_file![case.join("tollgate.yaml")].assert_eq(&ran.stdout),
        }
    }
}
