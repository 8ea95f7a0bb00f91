//! Keys of `get-api-keys`: their hashes are written, and their values nowhere.

use std::{fs, path::Path};

use crate::api_file::Folder;

/// The files of `tests/import/aws-plans-and-keys/`; the last one are the answers.
pub const INPUTS: [&str; 6] = [
    "openapi.yaml",
    "aws-plans.json",
    "aws-keys.json",
    "aws-plan-keys-gold1.json",
    "aws-plan-keys-b.json",
    "answers.yaml",
];

/// What begins each value of `tests/import/aws-plans-and-keys/aws-keys.json`.
const CANARY: &str = "canary-value";

/// SHA-256 of the two values that are in plans, computed with sha256sum.
const KEYS: &str = "\
Name,KeyHash,Description,Enabled,UsagePlanIds
\"Acme, Inc.\",cde26f5eb79b0997d59d1f213fd09e7701ebc7a7f24cbe7a88da1e3f2728d9ff,first,true,gold1
Beta,28dd5d6c218b2003f09ec41499f040fe8ec10d79b51e6b7b5dfedb0c11d04bd6,,false,free2
";

#[test]
fn the_values_of_keys_are_hashed_and_written_nowhere() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/aws-plans-and-keys");
    let files = INPUTS.map(|name| (name, fs::read(case.join(name)).unwrap()));
    let folder = Folder::new(&files.each_ref().map(|(name, bytes)| (*name, &bytes[..])));
    let import = |more: &[&str]| {
        folder.tollgate(
            &[
                &["import"],
                &INPUTS[..5],
                &["--kind", "rest", "--map", "answers.yaml", "-o", "tollgate.yaml"],
                more,
            ]
            .concat(),
        )
    };
    let ran = import(&["--report", "json"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (Some(0), "tollgate: 2 API keys: --keys FILE writes their hashes, for tollgate keys import FILE\n")
    );
    assert!(!ran.stdout.contains(CANARY), "{}", ran.stdout);
    let ran = import(&["--keys", "keys.csv", "--force"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    assert_eq!(fs::read_to_string(folder.path("keys.csv")).unwrap(), KEYS);
    let written = fs::read_to_string(folder.path("tollgate.yaml")).unwrap();
    assert!(!ran.stdout.contains(CANARY) && !written.contains(CANARY), "{}{written}", ran.stdout);
}
