//! The requests of `tests/import/*/requests.yaml`, answered by the gateway with the file that was imported.

use std::{fs, path::Path};

use super::cases;
use crate::harness::tool::tollgate_in;

#[test]
fn the_gateway_answers_as_the_original_would() {
    let tests = cases().into_iter().map(|case| case.join("requests.yaml")).filter(|file| file.exists());
    let tests: Vec<String> = tests.map(|file| file.to_str().unwrap().to_owned()).collect();
    assert!(tests.len() >= 50, "{tests:?}");
    let arguments: Vec<&str> = std::iter::once("test").chain(tests.iter().map(String::as_str)).collect();
    let ran = tollgate_in(Path::new(env!("CARGO_MANIFEST_DIR")), &[], &arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
}

#[test]
fn each_file_that_is_written_is_asked_three_times() {
    let written = cases().into_iter().filter(|case| case.join("tollgate.yaml").exists());
    let asked = |case: &Path| {
        let requests = fs::read_to_string(case.join("requests.yaml")).unwrap_or_default();
        requests.matches("\n    request:").count()
    };
    let few: Vec<String> =
        written.filter(|case| asked(case) < 3).map(|case| format!("{}", case.display())).collect();
    assert_eq!(few, [""; 0]);
}
