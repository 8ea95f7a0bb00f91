//! The sections that `tollgate dev` reads: functions, tables and first requests.

use expect_test::expect;

use super::checked;

#[test]
fn what_is_wrong_with_functions_is_told_with_its_place() {
    let report = checked(
        "tollgate: 1\nfunctions:\n  none: {}\n  both: { runtime: node, handler: a.b, command: [x] }\n  \
         ruby: { runtime: ruby, handler: a.b }\n  late: { runtime: python }\n  bare: { runtime: python, handler: app }\n  \
         line: { command: node index.mjs }\n  idle: { command: [] }\n  odd: { command: [x], handler: a.b, timeout: 901, memorySize: 1, enviroment: {} }\n  \
         gateway: { command: [x] }\n  a.b: { command: [x] }\n  flat: node\n  fine: { runtime: rust, handler: prices }\n",
    );
    expect![[r#"
        exit 3
        tollgate.yaml:3:3: problem: runtime: got nothing, expected node, python or rust, or else command
         3 |   none: {}
           |   ^^^^
           = in function none

        tollgate.yaml:4:40: problem: command: got a command beside runtime, expected one of the two
         4 |   both: { runtime: node, handler: a.b, command: [x] }
           |                                        ^^^^^^^
           = in function both

        tollgate.yaml:5:20: problem: runtime: got "ruby", expected node or python or rust
         5 |   ruby: { runtime: ruby, handler: a.b }
           |                    ^^^^
           = in function ruby

        tollgate.yaml:6:3: problem: handler: got nothing, expected a file and a function in it, such as app.handler
         6 |   late: { runtime: python }
           |   ^^^^
           = in function late

        tollgate.yaml:7:37: problem: handler: got "app", expected a file and a function in it, such as app.handler
         7 |   bare: { runtime: python, handler: app }
           |                                     ^^^
           = in function bare

        tollgate.yaml:8:20: problem: command: got "node index.mjs", expected a program and its arguments: [node, index.mjs]
         8 |   line: { command: node index.mjs }
           |                    ^^^^^^^^^^^^^^
           = in function line

        tollgate.yaml:9:11: problem: command: got "", expected a program and its arguments: [node, index.mjs]
         9 |   idle: { command: [] }
           |           ^^^^^^^
           = in function idle

        tollgate.yaml:10:33: problem: handler: got a handler beside command, expected nothing: it is for runtime
         10 |   odd: { command: [x], handler: a.b, timeout: 901, memorySize: 1, enviroment: {} }
            |                                 ^^^
            = in function odd

        tollgate.yaml:10:47: problem: timeout: got 901, expected a whole number from 1 to 900
         10 |   odd: { command: [x], handler: a.b, timeout: 901, memorySize: 1, enviroment: {} }
            |                                               ^^^
            = in function odd

        tollgate.yaml:10:64: problem: memorySize: got 1, expected a whole number from 128 to 10240
         10 |   odd: { command: [x], handler: a.b, timeout: 901, memorySize: 1, enviroment: {} }
            |                                                                ^
            = in function odd

        tollgate.yaml:10:67: warning: enviroment: got {}, expected nothing of this name
         10 |   odd: { command: [x], handler: a.b, timeout: 901, memorySize: 1, enviroment: {} }
            |                                                                   ^^^^^^^^^^
            = in function odd
            = did you mean environment?

        tollgate.yaml:11:3: problem: got "gateway", expected a name of 1 to 64 letters, digits, - and _, but gateway
         11 |   gateway: { command: [x] }
            |   ^^^^^^^
            = in function gateway

        tollgate.yaml:12:3: problem: got "a.b", expected a name of 1 to 64 letters, digits, - and _, but gateway
         12 |   a.b: { command: [x] }
            |   ^^^
            = in function a.b

        tollgate.yaml:13:9: problem: got a text, expected a map: the fields of a function
         13 |   flat: node
            |         ^^^^

        tollgate.yaml: 13 problems, 1 warning
    "#]].assert_eq(&report);
}

#[test]
fn what_is_wrong_with_tables_is_told_with_its_place() {
    let report = checked(
        "tollgate: 1\ntables:\n  keyless: {}\n  blob: { key: { id: B } }\n  two: { key: { a: S, b: S } }\n  \
         sorted: { key: id, sortKey: { at: N }, items: [{ id: \"1\", at: 2 }, { id: 1, at: \"2\" }, { at: 2 }, 7] }\n  \
         tollgate-routes: { key: id }\n  by: { key: id, indexes: { sku: { sortKey: at }, size: big } }\n  \
         seeded: { key: { n: N }, items: [{ n: one }, {}] }\n  twice: { key: id, sortKey: id }\n",
    );
    expect![[r#"
        exit 3
        tollgate.yaml:3:3: problem: key: got nothing, expected the name of an attribute, or with its type {id: N} (S or N)
         3 |   keyless: {}
           |   ^^^^^^^
           = in table keyless

        tollgate.yaml:4:11: problem: key: got {"id":"B"}, expected the name of an attribute, or with its type {id: N} (S or N)
         4 |   blob: { key: { id: B } }
           |           ^^^
           = in table blob

        tollgate.yaml:5:10: problem: key: got {"a":"S","b":"S"}, expected the name of an attribute, or with its type {id: N} (S or N)
         5 |   two: { key: { a: S, b: S } }
           |          ^^^
           = in table two

        tollgate.yaml:6:42: problem: items: got [{"at":2,"id":"1"},{"at":"2","id":1},{"at":2},7], expected a list of items, each a map
         6 |   sorted: { key: id, sortKey: { at: N }, items: [{ id: "1", at: 2 }, { id: 1, at: "2" }, { at: 2 }, 7] }
           |                                          ^^^^^
           = in table sorted

        tollgate.yaml:7:3: problem: got "tollgate-routes", expected a name of 3 to 255 letters, digits, -, _ and ., which does not begin with tollgate-
         7 |   tollgate-routes: { key: id }
           |   ^^^^^^^^^^^^^^^
           = in table tollgate-routes

        tollgate.yaml:8:3: problem: got "by", expected a name of 3 to 255 letters, digits, -, _ and ., which does not begin with tollgate-
         8 |   by: { key: id, indexes: { sku: { sortKey: at }, size: big } }
           |   ^^
           = in table by

        tollgate.yaml:8:29: problem: indexes.sku.key: got nothing, expected the name of an attribute, or with its type {id: N} (S or N)
         8 |   by: { key: id, indexes: { sku: { sortKey: at }, size: big } }
           |                             ^^^
           = in table by

        tollgate.yaml:8:57: problem: indexes.size: got "big", expected a map
         8 |   by: { key: id, indexes: { sku: { sortKey: at }, size: big } }
           |                                                         ^^^
           = in table by

        tollgate.yaml:9:41: problem: items[0].n: got "one", expected a number, since it is of the key
         9 |   seeded: { key: { n: N }, items: [{ n: one }, {}] }
           |                                         ^^^
           = in table seeded

        tollgate.yaml:9:48: problem: items[1].n: got nothing, expected a number, since it is of the key
         9 |   seeded: { key: { n: N }, items: [{ n: one }, {}] }
           |                                                ^^
           = in table seeded

        tollgate.yaml:10:30: problem: sortKey: got "id", expected another attribute than key
         10 |   twice: { key: id, sortKey: id }
            |                              ^^
            = in table twice

        tollgate.yaml: 11 problems
    "#]].assert_eq(&report);
}

#[test]
fn what_is_wrong_with_first_requests_is_told_with_its_place() {
    let report = checked(
        "tollgate: 1\ntry:\n  - GET\n  - /v1/orders\n  - { body: 1 }\n  - [GET /v1]\n  - { request: GET v1, header: {} }\n  - GET /fine\n",
    );
    let no_list = checked("tollgate: 1\ntry: { GET /v1: null }\n");
    expect![[r#"
        exit 3
        tollgate.yaml:3:5: problem: request: got "GET", expected a method and a path, such as GET /v1/orders?limit=5
         3 |   - GET
           |     ^^^
           = in request try[0]

        tollgate.yaml:4:5: problem: request: got "/v1/orders", expected a method and a path, such as GET /v1/orders?limit=5
         4 |   - /v1/orders
           |     ^^^^^^^^^^
           = in request try[1]

        tollgate.yaml:5:5: problem: request: got nothing, expected a method and a path, such as GET /v1/orders?limit=5
         5 |   - { body: 1 }
           |     ^^^^^^^^^^^
           = in request try[2]

        tollgate.yaml:6:5: problem: got a list, expected a request, or a map with its fields
         6 |   - [GET /v1]
           |     ^^^^^^^^^

        tollgate.yaml:7:16: problem: request: got "GET v1", expected a method and a path, such as GET /v1/orders?limit=5
         7 |   - { request: GET v1, header: {} }
           |                ^^^^^^
           = in request try[4]

        tollgate.yaml:7:24: warning: header: got {}, expected nothing of this name
         7 |   - { request: GET v1, header: {} }
           |                        ^^^^^^
           = in request try[4]
           = did you mean headers?

        tollgate.yaml: 5 problems, 1 warning

        exit 3
        tollgate.yaml:2:6: problem: got a map, expected a list of requests
         2 | try: { GET /v1: null }
           |      ^^^^^^^^^^^^^^^^^

        tollgate.yaml: 1 problem
    "#]].assert_eq(&[report, no_list].join("\n"));
}

#[test]
fn a_word_that_is_no_field_of_a_function_is_told_with_the_fields_that_there_are() {
    let report = checked("tollgate: 1\nfunctions:\n  calc: { command: [x], path: calc.py }\n");
    expect![[r#"
        exit 0
        tollgate.yaml:3:25: warning: path: got "calc.py", expected nothing of this name; the folder of the code is codeUri, its file and what that exports are handler; the others are runtime, command, environment, timeout, memorySize and watch
         3 |   calc: { command: [x], path: calc.py }
           |                         ^^^^
           = in function calc

        tollgate.yaml: valid, 0 stages, 0 routes, 1 warning
    "#]]
    .assert_eq(&report);
}
