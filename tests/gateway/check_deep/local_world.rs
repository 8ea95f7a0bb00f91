//! `check FILE --deep --local`: the functions and tables of the file are those that `tollgate dev` makes.

use expect_test::expect;
use tollgate::local::{function_settings::FunctionSettings, host::Host, invoke_api};

use super::file;
use crate::harness::{TestGateway, tool::tollgate_in};

const SECTIONS: &str = "functions:\n  search: { command: [node, search.mjs] }\ntables:\n  things: { key: id, sortKey: { at: N } }\n";

/// What `check tollgate.yaml --deep --local` says of these lines of a stage.
fn local(lines: &str, variables: &[(&str, &str)]) -> String {
    let folder = file(lines);
    let text = std::fs::read_to_string(folder.path("tollgate.yaml")).unwrap();
    folder.write("tollgate.yaml", format!("{text}\n{SECTIONS}").as_bytes());
    tollgate_in(&folder.path(""), variables, &["check", "tollgate.yaml", "--deep", "--local"]).text(&[])
}

#[test]
fn functions_and_tables_of_the_file_are_there_and_nobody_is_asked() {
    let told = local(
        "routes:\n  GET /a: { integration: { type: AWS_PROXY, uri: \"search:live\" } }\n  \
         GET /b/{id}: { integration: { type: DYNAMODB, action: GetItem, tableName: things, key: { id: $request.path.id, at: 1 } } }\n  \
         GET /c/{id}: { integration: { type: DYNAMODB, action: GetItem, tableName: things, key: { id: a, at: $request.path.id } } }",
        &[("DYNAMODB_PORT", "1"), ("INVOKE_PORT", "1")],
    );
    expect![[r#"
        exit 3
        tollgate.yaml:7:107: problem: integration.key.at: got a text (S), expected a number (N), as at of the table things is
         7 | …MODB, action: GetItem, tableName: things, key: { id: a, at: $request.path.id } } }
           |                                                              ^^^^^^^^^^^^^^^^
           = in stage v1, GET /c/{id}
           = did you mean $number(request.path.id)?

        tollgate.yaml: 1 problem
        compared with what is there: 1 function, 1 table
        --
    "#]].assert_eq(&told);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_world_is_asked_about_others() {
    let world = TestGateway::new();
    let host = Host::new("us-east-1", vec![FunctionSettings::new("extra", "/bin/false")]);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let [dynamodb, invoke] = [world.dynamodb().address.port(), listener.local_addr().unwrap().port()];
    let [dynamodb, invoke] = [dynamodb, invoke].map(|port| port.to_string());
    let _server = invoke_api::serve(listener, host).unwrap();
    let told = local(
        "routes:\n  GET /a: { integration: { type: AWS_PROXY, uri: extra } }\n  \
         GET /b: { integration: { type: AWS_PROXY, uri: \"extra:beta\" } }\n  \
         GET /c: { integration: { type: AWS_PROXY, uri: serach } }\n  \
         GET /d: { integration: { type: AWS_PROXY, uri: search } }\n  \
         GET /e: { integration: { type: DYNAMODB, action: Scan, tableName: tollgate-stages } }\n  \
         GET /f: { integration: { type: DYNAMODB, action: Scan, tableName: thing } }",
        &[("DYNAMODB_PORT", &dynamodb), ("INVOKE_PORT", &invoke)],
    );
    let told = told
        .replace(&format!(":{dynamodb}"), ":DYNAMODB_PORT")
        .replace(&format!(":{invoke}"), ":INVOKE_PORT");
    expect![[r#"
        exit 3
        tollgate.yaml:6:54: problem: integration.uri: got "extra:beta", expected an alias or a version of extra, which has no beta
         6 |       GET /b: { integration: { type: AWS_PROXY, uri: "extra:beta" } }
           |                                                      ^^^^^^^^^^^^^
           = in stage v1, GET /b

        tollgate.yaml:7:54: problem: integration.uri: got "serach", expected a function that is there: there is none of this name at http://127.0.0.1:INVOKE_PORT
         7 |       GET /c: { integration: { type: AWS_PROXY, uri: serach } }
           |                                                      ^^^^^^
           = in stage v1, GET /c
           = did you mean search?

        tollgate.yaml:10:73: problem: integration.tableName: got "thing", expected a table that is there: there is none of this name at http://127.0.0.1:DYNAMODB_PORT
         10 |       GET /f: { integration: { type: DYNAMODB, action: Scan, tableName: thing } }
            |                                                                         ^^^^^
            = in stage v1, GET /f
            = did you mean things?

        tollgate.yaml: 3 problems
        compared with what is there: 4 functions, 2 tables
        --
    "#]].assert_eq(&told);
}
