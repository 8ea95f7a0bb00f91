//! Import → export → import: the same items.

use std::fs;

use tollgate::{
    api_export::{OpenApiVersion, document},
    api_file::export::export,
};

use super::{all, exported, file, imported};
use crate::import::cases;

#[test]
fn an_import_of_an_export_gives_the_same_api_file() {
    let cases = cases().into_iter().map(|case| case.join("tollgate.yaml")).filter(|path| path.exists());
    let files: Vec<_> = cases.chain([file("examples/tollgate.yaml")]).collect();
    assert!(files.len() >= 17, "{files:?}");
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let exported = exported(&text);
        for (name, stage) in &exported.stages {
            for version in [OpenApiVersion::V30, OpenApiVersion::V31] {
                let document = document(name, stage, all(version));
                assert_eq!(document.left_out, Vec::<String>::new(), "{}", path.display());
                let imported = imported(&document);
                let again =
                    imported.text.unwrap_or_else(|| panic!("{}\n{}", imported.report, document.yaml()));
                let again = self::exported(&again);
                let mut expected = exported.to_stored();
                expected.routes.retain(|stage, _| stage == name);
                expected.stages.retain(|stage| stage["stage"] == name.as_str());
                (expected.usage_plans, expected.api_keys) = Default::default();
                let mut got = again.to_stored();
                got.routes.values_mut().for_each(|routes| sort(routes));
                expected.routes.values_mut().for_each(|routes| sort(routes));
                assert_eq!(export(&got).text, export(&expected).text, "{}", path.display());
            }
        }
    }
}

/// By their keys: a document has its paths in their own order.
fn sort(routes: &mut [serde_json::Map<String, serde_json::Value>]) {
    routes.sort_by_key(|route| route["routeKey"].as_str().unwrap().to_owned());
}
