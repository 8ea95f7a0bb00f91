//! `tollgate export openapi`: whole documents in `tests/export/`, and the way there and back. `UPDATE_EXPECT=1` writes what
//! came; `make openapi-oracle` asks a public validator about each document.

mod command;
mod guards;
mod property;
mod round_trip;

use std::{fs, path::PathBuf};

use tollgate::{
    api_export::{ExportOptions, Extensions, OpenApiDocument, OpenApiVersion, document},
    api_file::{check_text, export::Exported},
    api_import::{ImportOptions, Imported, Input, import},
};

/// A file of this repository.
fn file(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The items of the stages of an API file, without what its text is like.
fn exported(text: &str) -> Exported {
    let checked = check_text("tollgate.yaml", text);
    assert!(checked.is_valid(), "{:?}\n{text}", checked.problems);
    Exported::of(&checked.api.to_stored())
}

fn all(version: OpenApiVersion) -> ExportOptions {
    ExportOptions { extensions: Extensions::All, version }
}

fn imported(document: &OpenApiDocument) -> Imported {
    let input = Input::Text { name: "openapi.yaml".to_owned(), text: document.yaml() };
    import(&[input], None, &ImportOptions::default()).unwrap()
}

#[test]
fn a_stage_is_these_documents() {
    let text = fs::read_to_string(file("tests/export/tollgate.yaml")).unwrap();
    let exported = exported(&text);
    let stage = &exported.stages["v1"];
    let documents = [
        (Extensions::None, OpenApiVersion::V30, "none-3.0"),
        (Extensions::ApiGateway, OpenApiVersion::V31, "apigateway-3.1"),
        (Extensions::All, OpenApiVersion::V30, "all-3.0"),
    ];
    for (extensions, version, name) in documents {
        let document = document("v1", stage, ExportOptions { extensions, version });
        let told = document.left_out.iter().map(|line| format!("# left out: {line}\n"));
        let written = format!("{}{}", told.collect::<String>(), document.yaml());
        expect_test::expect_file![file(&format!("tests/export/{name}.yaml"))].assert_eq(&written);
    }
}
