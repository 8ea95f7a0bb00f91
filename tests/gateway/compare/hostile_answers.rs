//! Answers that are huge, never end, are broken or want to be markup.

use std::time::Instant;

use expect_test::expect;

use super::{TwoApis, ok};
use crate::harness::{Script, Target};

#[tokio::test]
async fn a_hostile_answer_is_a_difference_and_no_more() {
    let page = "<script>alert(1)</script>";
    let huge = format!("HTTP/1.1 200 OK\r\nContent-Length: 11000000\r\n\r\n{}", "x".repeat(11_000_000));
    let left = Target::of(|_| ok("", "{}")).await;
    let right = Target::start([
        ("/api/huge", Script::Says(huge)),
        ("/api/never", Script::Never),
        ("/api/gzip", Script::Says(ok("Content-Encoding: gzip\r\n", "no gzip"))),
        ("/api/json", Script::Says(ok("Content-Type: application/json\r\n", "{\"a\":"))),
        ("/api/deep", Script::Says(ok("", &"[".repeat(100_000)))),
        ("/api/html", Script::Says(ok("X-Html: <script>\r\n", page))),
        ("/api/no-http", Script::Says("SSH-2.0-x\r\n\r\n".to_owned())),
        ("/api/cut", Script::Says("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx".to_owned())),
        ("/api/terminal", Script::Says(ok("", "\u{1b}[2J\u{202e}\u{9b}"))),
    ])
    .await;
    let apis = TwoApis::between(left, right, &[]);
    let requests = ["/huge", "/never", "/gzip", "/json", "/deep", "/html", "/no-http", "/cut", "/terminal"];
    let began = Instant::now();
    let arguments = [&requests[..], &["--timeout", "0.5", "--page", "page.html"]].concat();
    expect![[r#"
        exit 2
        GET /cut: 1 request, 1 not answered
          GET /cut
            answer
              left:  200
              right: the connection broke off
        GET /deep: 1 request, 1 different
          GET /deep
            body
              left:  JSON: {}
              right: text: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[…
        GET /gzip: 1 request, 1 different
          GET /gzip
            headers.content-encoding
              left:  nothing
              right: gzip
            body
              left:  JSON: {}
              right: a body that is not in the encoding that it says (gzip)
        GET /html: 1 request, 1 different
          GET /html
            headers.x-html
              left:  nothing
              right: <script>
            body
              left:  JSON: {}
              right: text: <script>alert(1)</script>
        GET /huge: 1 request, 1 not answered
          GET /huge
            answer
              left:  200
              right: a body of more than 10 MB
        GET /json: 1 request, 1 different
          GET /json
            headers.content-type
              left:  nothing
              right: application/json
            body
              left:  JSON: {}
              right: text: {"a":
        GET /never: 1 request, 1 not answered
          GET /never
            answer
              left:  200
              right: no whole answer within 0.5 s
        GET /no-http: 1 request, 1 not answered
          GET /no-http
            answer
              left:  200
              right: no HTTP response
        GET /terminal: 1 request, 1 different
          GET /terminal
            body
              left:  JSON: {}
              right: text: \u{1b}[2J\u{202e}\u{9b}

        9 requests: 0 equal, 5 different, 4 not answered
        --
    "#]].assert_eq(&apis.compare(&arguments).await);
    assert!(began.elapsed().as_secs() < 60);
    let json = apis.run(&["/terminal", "-o", "json"]).await.stdout;
    assert!(json.contains(r#""right": "text: \u001b[2J\u202e\u009b""#), "{json}");
    let yaml = apis.run(&["/terminal", "-o", "yaml"]).await.stdout;
    assert!(yaml.contains(r#"right: "text: \U0000001B[2J\U0000202E\U0000009B""#), "{yaml}");
    let written = std::fs::read_to_string(apis.folder.path("page.html")).unwrap();
    assert!(
        !written.contains("<script") && written.contains("&lt;script&gt;alert(1)&lt;/script&gt;"),
        "{written}"
    );
    assert!(!written.contains('\u{202e}') && written.len() < 200_000, "{}", written.len());
}

#[tokio::test]
async fn a_side_that_says_nothing_at_all_is_a_failure_to_ask() {
    let left = Target::of(|_| ok("", "{}")).await;
    let right = Target::of(|_| String::new()).await;
    let apis = TwoApis::between(left, right, &[]);
    expect![[r#"
        exit 1
        GET /a: 1 request, 1 not answered
          GET /a
            answer
              left:  200
              right: the connection broke off
        GET /b: 1 request, 1 not answered
          GET /b
            answer
              left:  200
              right: the connection broke off

        2 requests: 0 equal, 0 different, 2 not answered
        --
        tollgate: the right side has answered none of the requests: http://RIGHT/api
    "#]]
    .assert_eq(&apis.compare(&["/a", "/b"]).await);
}
