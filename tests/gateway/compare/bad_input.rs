//! Files and arguments that are no good: one line says why, and nothing is sent.

use expect_test::expect;

use super::TwoApis;

#[tokio::test]
async fn a_file_that_is_no_good_is_told_and_nothing_is_sent() {
    let deep = format!("{{\"log\": {}", "[".repeat(1 << 20));
    let long = format!("{{\"log\": [{}0]}}", "0,".repeat(3 << 20));
    let bomb: String = (0..9).fold("openapi: 3.0.1\na0: &a0 [x]\n".to_owned(), |text, n| {
        text + &format!("a{}: &a{} [{}]\n", n + 1, n + 1, vec![format!("*a{n}"); 9].join(","))
    });
    let files: [(&str, &[u8]); 10] = [
        ("binary", b"\x7fELF\0\xff"),
        ("nul", b"GET /a\0"),
        ("deep.har", deep.as_bytes()),
        ("long.har", long.as_bytes()),
        ("broken.json", b"{\"info\": {},\n \"item\": [}"),
        ("bomb.yaml", bomb.as_bytes()),
        ("broken.yaml", b"openapi: 3.0.1\npaths: [a\n"),
        ("words.txt", b"hello\nworld\n"),
        ("tests.yaml", b"tests:\n  - request: GET /a\n"),
        ("posts.txt", b"POST /a\n"),
    ];
    let apis = TwoApis::equal(&files).await;
    let mut told = String::new();
    for file in files.map(|(name, _)| name).into_iter().chain(["absent.txt"]) {
        told += &format!("{file}: {}", apis.compare(&["--requests", file]).await);
    }
    expect![[r#"
        binary: exit 3
        --
        tollgate: binary: expected text in UTF-8
        nul: exit 3
        --
        tollgate: nul: expected text in UTF-8
        deep.har: exit 3
        --
        tollgate: deep.har: line 1: no JSON: recursion limit exceeded
        long.har: exit 3
        --
        tollgate: long.har: got more than two million values, expected a smaller document
        broken.json: exit 3
        --
        tollgate: broken.json: line 2: no JSON: expected value
        bomb.yaml: exit 3
        --
        tollgate: bomb.yaml: line 8: got more than 1000000 values, aliases written out
        broken.yaml: exit 3
        --
        tollgate: broken.yaml: line 3: no YAML: while parsing a flow sequence, expected ',' or ']'
        words.txt: exit 3
        --
        tollgate: words.txt: expected an access log, a HAR file, a Postman collection (v2.1), an OpenAPI document, a file of `tollgate test`, or lines such as GET /orders/7
        tests.yaml: exit 3
        --
        tollgate: tests.yaml: line 2: got a test without a name, expected one that says what the API does
        posts.txt: exit 3
        --
        tollgate: there is no request to send
          1 left out: the method may change something (--unsafe sends it) (first: posts.txt:1)
        absent.txt: exit 4
        --
        tollgate: there is no file absent.txt
    "#]].assert_eq(&told);
    assert_eq!(apis.asked(), [""; 0]);
}

#[tokio::test]
async fn rules_that_are_none_are_told_with_their_places() {
    let rules =
        "ignoreHeader: [date]\ndates: [\"$.a[?(@.b)]\"]\nids: { a: 1 }\nroutes: [x]\nignoreHeaders: [a b]\n";
    let apis = TwoApis::equal(&[("rules.yaml", rules.as_bytes())]).await;
    expect![[r#"
        exit 3
        --
        rules.yaml:1:1: problem: got ignoreHeader, expected ignoreHeaders, compareHeaders, ignoreJson, dates, ids, anyOrder, routes
         1 | ignoreHeader: [date]
           | ^^^^^^^^^^^^
           = did you mean ignoreHeaders?

        rules.yaml:2:9: problem: got "$.a[?(@.b)]", expected a path such as $.items[*].id or $..traceId
         2 | dates: ["$.a[?(@.b)]"]
           |         ^^^^^^^^^^^^^

        rules.yaml:3:6: problem: got a map, expected a path such as $.items[*].id or $..traceId
         3 | ids: { a: 1 }
           |      ^^^^^^^^

        rules.yaml:4:9: problem: got a list, expected a map of rules by route, such as GET /orders/{id}
         4 | routes: [x]
           |         ^^^

        rules.yaml:5:17: problem: got "a b", expected the name of a header, or its beginning and *
         5 | ignoreHeaders: [a b]
           |                 ^^^

        rules.yaml: 5 problems
    "#]]
    .assert_eq(&apis.compare(&["/a", "--rules", "rules.yaml"]).await);
    assert_eq!(apis.asked(), [""; 0]);
}

#[tokio::test]
async fn wrong_arguments_are_told_without_the_value_of_a_header() {
    let apis = TwoApis::equal(&[]).await;
    let mut told = String::new();
    for arguments in [
        &["/a", "--left-header", "no-colon-secret"][..],
        &["no request at all"],
        &["/a", "--rate", "0"],
        &["/a", "--timeout", "soon"],
        &["/a", "--value", "7"],
        &["/a", "--origin", "api.example.com"],
        &[],
    ] {
        told += &format!("{}\n", apis.compare(arguments).await);
    }
    assert!(!told.contains("secret"), "{told}");
    expect![[r#"
        exit 64
        --
        tollgate: --left-header: expected a name and a value, such as 'x-api-key: …', or @ and a file of them

        exit 64
        --
        tollgate: got "no request at all", expected a request such as /orders/7 or 'HEAD /orders'

        exit 64
        --
        error: invalid value '0' for '--rate <NUMBER>': expected a number from 0.01 to 1000

        For more information, try '--help'.

        exit 64
        --
        error: invalid value 'soon' for '--timeout <SECONDS>': expected a number of seconds from 0.01 to 900

        For more information, try '--help'.

        exit 64
        --
        error: invalid value '7' for '--value <NAME=VALUE>': expected a name and a value, such as id=7

        For more information, try '--help'.

        exit 64
        --
        error: invalid value 'api.example.com' for '--origin <URL|PATH>': expected a URL such as https://abc123.execute-api.eu-west-1.amazonaws.com/prod, or a path such as /prod

        For more information, try '--help'.

        exit 64
        --
        error: the following required arguments were not provided:
          <REQUEST>...

        Usage: tollgate compare --left <URL> --right <URL> --rate <NUMBER> <REQUEST>...

        For more information, try '--help'.

    "#]].assert_eq(&told);
}
