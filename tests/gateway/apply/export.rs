//! What was applied is what is exported, and is no difference any more.

use std::{fmt::Write, fs};

use proptest::{collection::btree_map, prelude::*};
use tollgate::api_file::apply::Removal;

use super::Project;
use crate::harness::TestGateway;

#[tokio::test]
async fn an_export_applied_to_empty_tables_is_exported_as_the_same_bytes() {
    let world = TestGateway::new();
    world.put_example();
    let exported = world.tollgate(&["export"]).stdout;
    let example = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/tollgate.yaml")).unwrap();
    for file in [exported, example] {
        let project = Project::with(&file);
        assert_eq!(project.tollgate("apply tollgate.yaml --yes").code, Some(0));
        let first = project.tollgate("export").stdout;
        let again = Project::with(&first);
        assert_eq!(again.tollgate("apply tollgate.yaml --yes").code, Some(0));
        assert_eq!(again.tollgate("export").stdout, first);
        assert_eq!(again.tollgate("diff tollgate.yaml --prune --exit-code").code, Some(0));
    }
}

/// Lines of YAML of a route: fields in the forms that readers take.
fn route() -> impl Strategy<Value = String> {
    let field = prop_oneof![
        Just("enabled: true"),
        Just("enabled: \"TRUE\""),
        Just("apiKeyRequired: false"),
        Just("description: \"7.50\""),
        Just("throttle: { rateLimit: 2.5, burstLimit: \"10\" }"),
        Just("throttle: { rateLimit: 1e2, burstLimit: 300 }"),
    ];
    let integration = prop_oneof![
        Just("{ type: MOCK, statusCode: \"201\", body: { a: [1, \"1\", 1.50, null, true] } }"),
        Just("{ type: mock, headers: { x-n: 7, x-token: hush } }"),
        Just("{ type: DYNAMODB, action: PutItem, tableName: t, item: { n: 7.10, s: \"7.10\", big: 12e30 } }"),
        Just("{ type: AWS_PROXY, uri: f, timeoutInMillis: \"500\" }"),
    ];
    (proptest::option::of(field), integration).prop_map(|(field, integration)| {
        let field = field.map(|field| format!("        {field}\n")).unwrap_or_default();
        format!("{field}        integration: {integration}\n")
    })
}

fn api() -> impl Strategy<Value = String> {
    let routes = || btree_map("(GET|POST) /[a-e]", route(), 1..6);
    let settings = prop_oneof![
        Just(""),
        Just("    stageVariables: { a: 1, b: \"1\" }\n"),
        Just("    autoDeploy: false\n    throttle: { rateLimit: 7.50, burstLimit: 20 }\n"),
        Just("    api: { rateLimitHeaders: \"OFF\", binaryMediaTypes: image/png }\n"),
    ];
    btree_map("v[1-3]", (settings, routes()), 1..3).prop_map(|stages| {
        let mut file = "tollgate: 1\nstages:\n".to_owned();
        for (name, (settings, routes)) in stages {
            write!(file, "  {name}:\n{settings}    routes:\n").unwrap();
            for (key, route) in routes {
                write!(file, "      {key}:\n{route}").unwrap();
            }
        }
        file
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 8 + 1, ..ProptestConfig::default() })]

    #[test]
    fn after_an_apply_there_is_no_difference(files in prop::collection::vec(api(), 2..4)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let project = Project::new();
            for file in files {
                project.write(&file);
                let plan = project.plan(Removal::Prune).await;
                let applied = project.apply(&plan).await;
                assert!(applied.stopped.is_none(), "{applied:?}");
                let again = project.plan(Removal::Prune).await;
                assert!(again.is_empty(), "{file}\n{:#?}\n{:#?}", again.difference, again.stages);
            }
        });
    }
}
