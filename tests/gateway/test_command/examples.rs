//! The example tests pass, and can fail.

use std::fs;

use crate::{
    api_file::Folder,
    harness::tool::{tollgate, tollgate_in},
};

#[test]
fn the_tests_of_the_example_pass() {
    let ran = tollgate(&[], &["test", "examples/tests/orders.yaml"]);
    let passed: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("ok ")).collect();
    assert_eq!((ran.code, passed.len(), &*ran.stderr), (Some(0), 9, ""), "{ran:?}");
    assert!(ran.stdout.ends_with("# 9 passed, 0 failed\n"), "{ran:?}");
}

/// A slip in the API is found by the tests: each of these changes fails some of them.
#[test]
fn a_change_of_the_api_fails_the_tests_that_it_breaks() {
    let read = |path: &str| fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (api, tests) = (read("examples/tollgate.yaml"), read("examples/tests/orders.yaml"));
    let changes = [
        ("          statusCode: 201\n", "", "not ok 3 - an order is created once"),
        ("sku: $request.body.sku", "sku: $request.body.name", "not ok 3 - an order is created once"),
        ("      GET /orders/{id}:", "      GET /order/{id}:", "not ok 1 - an order is read by its id"),
        ("uri: \"orders:live\"", "uri: \"orders:test\"", "not ok 4 - a price is the function's"),
        (
            "order: $request.path.id",
            "order: $context.requestId",
            "not ok 9 - a reminder is a message in a queue",
        ),
        ("      authorizerId: users\n", "", "not ok 6 - the stage signed-in asks for a token"),
    ];
    for (from, to, failed) in changes {
        assert!(api.contains(from), "{from}");
        let changed = api.replace(from, to);
        let folder =
            Folder::new(&[("tollgate.yaml", changed.as_bytes()), ("tests/orders.yaml", tests.as_bytes())]);
        let ran = tollgate_in(&folder.path(""), &[], &["test", "tests/orders.yaml"]);
        assert_eq!(ran.code, Some(7), "{from}: {ran:?}");
        assert!(ran.stdout.contains(failed), "{from}: {ran:?}");
    }
}
