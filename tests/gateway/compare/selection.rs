//! The requests that are sent and those that are left out; headers, and that no secret is shown.

use expect_test::expect;

use super::{TwoApis, ok};
use crate::harness::Target;

#[tokio::test]
async fn only_safe_methods_are_sent_and_each_request_once() {
    let lines = "GET /a\nPOST /a\nGET /a\n# a comment\n\nHEAD /a\nDELETE /a\nOPTIONS /a\nGET https://else.example/a\nGET /{id}\nnonsense here and there\nGET /b\nGET /c\n";
    let apis = TwoApis::equal(&[("requests.txt", lines.as_bytes())]).await;
    expect![[r#"
        exit 0
        GET /a: 1 request, equal (200)
        GET /b: 1 request, equal (200)
        HEAD /a: 1 request, equal (200)
        OPTIONS /a: 1 request, equal (200)

        4 requests: 4 equal, 0 different
        1 left out: no request stands there (first: requests.txt:11)
        2 left out: the method may change something (--unsafe sends it) (first: requests.txt:2)
        1 left out: it was for another server (--origin says where the API was) (first: requests.txt:9)
        1 left out: a parameter or a variable has no value (--value NAME=VALUE) (first: requests.txt:10)
        1 left out: the same request was there before (first: requests.txt:3)
        1 left out: there are more than --limit (first: requests.txt:13)
        --
    "#]]
    .assert_eq(&apis.compare(&["--requests", "requests.txt", "--limit", "4"]).await);
    assert_eq!(apis.asked(), ["GET /api/a", "GET /api/b", "HEAD /api/a", "OPTIONS /api/a"]);
    let more =
        ["--requests", "requests.txt", "--unsafe", "--origin", "https://else.example", "--value", "id=7 8"];
    apis.compare(&more).await;
    let asked: Vec<_> = apis.left.received().iter().map(|it| it.lines().next().unwrap().to_owned()).collect();
    assert_eq!(
        asked,
        [
            "GET /api/a",
            "POST /api/a",
            "HEAD /api/a",
            "DELETE /api/a",
            "OPTIONS /api/a",
            "GET /api/7%208",
            "GET /api/b",
            "GET /api/c"
        ]
    );
}

#[tokio::test]
async fn no_header_of_a_side_is_shown_though_the_api_echoes_it() {
    let echo = || Target::of(|request| ok("", &request.replace('\n', " ")));
    let har = r#"{"log":{"entries":[{"request":{"method":"GET","url":"/a?page=2&token=of-the-query","headers":[
        {"name":"Authorization","value":"Bearer of-the-file"},{"name":"X-Tenant","value":"t1"}]}}]}}"#;
    let apis = TwoApis::between(
        echo().await,
        echo().await,
        &[("a.har", har.as_bytes()), ("key.txt", b"x-api-key: left-key\n")],
    );
    let arguments = [
        "--requests",
        "a.har",
        "--page",
        "page.html",
        "-H",
        "x-both: 1",
        "--left-header",
        "@key.txt",
        "--right-header",
        "authorization: Bearer right-token",
    ];
    let told = apis.compare(&arguments).await;
    expect![[r#"
        exit 2
        GET /a: 1 request, 1 different
          GET /a?page=2 (a.har, entry 1)
            body, line 1
              left:  …deflate accept: */* host: 127.0.0.1:PORT user-agent: tollgate-compare/0.1.0 x-api-key: … x-both: 1 x-tenant: t1  
              right: …deflate accept: */* authorization: … host: 127.0.0.1:PORT user-agent: tollgate-compare/0.1.0 x-both: 1 x-tenant: t1  

        1 request: 0 equal, 1 different
        --
    "#]].assert_eq(&told);
    let page = std::fs::read_to_string(apis.folder.path("page.html")).unwrap();
    for secret in ["left-key", "right-token", "of-the-file", "of-the-query"] {
        assert!(!page.contains(secret), "{page}");
    }
    expect![[r#"
        GET /api/a?page=2
        accept-encoding: gzip, deflate
        accept: */*
        host: 127.0.0.1:PORT
        user-agent: tollgate-compare/0.1.0
        x-api-key: left-key
        x-both: 1
        x-tenant: t1

    "#]]
    .assert_eq(&apis.left.received().concat());
    expect![[r#"
        GET /api/a?page=2
        accept-encoding: gzip, deflate
        accept: */*
        authorization: Bearer right-token
        host: 127.0.0.1:PORT
        user-agent: tollgate-compare/0.1.0
        x-both: 1
        x-tenant: t1

    "#]]
    .assert_eq(&apis.right.received().concat());
    let told =
        apis.compare(&["--requests", "a.har", "--file-credentials", "--left-header", "x-a: left"]).await;
    assert!(!told.contains("of-the-") && told.contains("GET /a?page=2&token=…"), "{told}");
    let received = apis.left.received().concat();
    assert!(received.starts_with("GET /api/a?page=2&token=of-the-query\n"), "{received}");
    assert!(received.contains("authorization: Bearer of-the-file"), "{received}");
}
