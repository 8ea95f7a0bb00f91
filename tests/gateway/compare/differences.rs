//! Equal answers and each kind of difference, as text, as JSON and as a page.

use std::fs;

use expect_test::expect;

use super::{TwoApis, ok};
use crate::harness::{Script, Target};

const JSON: &str = "Content-Type: application/json\r\n";

/// Two APIs that agree about `/same`, and about nothing else.
async fn two_apis(files: &[(&str, &[u8])]) -> TwoApis {
    let left = Target::start([
        (
            "/api/same",
            Script::Says(ok(
                "Content-Type: application/json\r\nDate: a\r\nAge: 1\r\n",
                "{\"n\": 1.0, \"a\": [1]}",
            )),
        ),
        (
            "/api/orders/7",
            Script::Says(ok(
                &format!("{JSON}X-Rate: 1\r\n"),
                "{\"id\":7,\"at\":\"2025-04-14T22:12:48Z\",\"tags\":[\"a\",\"b\"],\"note\":\"<b>\"}",
            )),
        ),
        (
            "/api/orders/8",
            Script::Says(
                "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n".to_owned(),
            ),
        ),
        ("/api/text", Script::Says(ok("", "one\ntwo\nthree"))),
        ("/api/bytes", Script::Says(ok("Content-Encoding: br\r\n", "12345"))),
        ("/api/gone", Script::Says(ok("", "here"))),
    ])
    .await;
    let right = Target::start([
        (
            "/api/same",
            Script::Says(ok("Content-Type: application/json\r\nVia: x\r\n", "{\"a\":[1],\"n\":1}")),
        ),
        (
            "/api/orders/7",
            Script::Says(ok(
                JSON,
                "{\"id\":9,\"at\":\"2025-04-15T00:00:00Z\",\"tags\":[\"b\",\"a\"],\"note\":\"<i>\"}",
            )),
        ),
        ("/api/orders/8", Script::Says("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned())),
        ("/api/text", Script::Says(ok("", "one\n2\nthree"))),
        ("/api/bytes", Script::Says(ok("Content-Encoding: br\r\n", "54321"))),
        ("/api/gone", Script::Says(String::new())),
    ])
    .await;
    TwoApis::between(left, right, files)
}

const ALL: [&str; 6] = ["/same", "/orders/7", "/orders/8", "/text", "/bytes", "/gone"];

#[tokio::test]
async fn answers_that_differ_only_in_what_may_differ_are_equal() {
    let apis = two_apis(&[]).await;
    expect![[r#"
        exit 0
        GET /same: 1 request, equal (200)

        1 request: 1 equal, 0 different
        --
    "#]]
    .assert_eq(&apis.compare(&["/same"]).await);
}

#[tokio::test]
async fn each_difference_is_told_under_its_route() {
    let apis = two_apis(&[]).await;
    expect![[r#"
        exit 2
        GET /bytes: 1 request, 1 different
          GET /bytes
            body
              left:  5 bytes, SHA-256 5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5
              right: 5 bytes, SHA-256 20f3765880a5c269b747e1e906054a4b4a3a991259f1e16b5dde4742cec2319a
        GET /gone: 1 request, 1 not answered
          GET /gone
            answer
              left:  200
              right: the connection broke off
        GET /orders/{id}: 2 requests, 2 different
          GET /orders/7
            headers.x-rate
              left:  1
              right: nothing
            body.at
              left:  "2025-04-14T22:12:48Z"
              right: "2025-04-15T00:00:00Z"
            body.id
              left:  7
              right: 9
            body.note
              left:  "<b>"
              right: "<i>"
            body.tags[0]
              left:  "a"
              right: "b"
            body.tags[1]
              left:  "b"
              right: "a"
          GET /orders/8
            status
              left:  302
              right: 404
            headers.location
              left:  /elsewhere
              right: nothing
        GET /same: 1 request, equal (200)
        GET /text: 1 request, 1 different
          GET /text
            body, line 2
              left:  two
              right: 2

        6 requests: 1 equal, 4 different, 1 not answered
        --
    "#]]
    .assert_eq(&apis.compare(&ALL).await);
}

#[tokio::test]
async fn the_rules_of_the_docs_are_read() {
    let page = include_str!("../../../docs/compare.md");
    let section = page.split("\n## Rules\n").nth(1).unwrap();
    let rules = section.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert!(rules.starts_with("ignoreHeaders:"), "{rules}");
    let apis = TwoApis::equal(&[("rules.yaml", rules.as_bytes())]).await;
    assert_eq!(apis.run(&["/a", "--rules", "rules.yaml"]).await.code, Some(0));
}

#[tokio::test]
async fn rules_say_what_may_differ() {
    let rules = "ignoreHeaders: [x-rate]\ndates: [$.at]\nids: $.id\nroutes:\n  GET /orders/{order}:\n    anyOrder: [$.tags]\n    ignoreJson: [$..note]\n";
    let routes =
        "openapi: 3.0.1\npaths:\n  /orders/{order}:\n    get: { responses: { 200: { description: ok } } }\n";
    let files = [("rules.yaml", rules.as_bytes()), ("openapi.yaml", routes.as_bytes())];
    let apis = two_apis(&files).await;
    let arguments = ["/orders/7", "--rules", "rules.yaml", "--routes", "openapi.yaml"];
    expect![[r#"
        exit 0
        GET /orders/{order}: 1 request, equal (200)

        1 request: 1 equal, 0 different
        --
    "#]]
    .assert_eq(&apis.compare(&arguments).await);
}

#[tokio::test]
async fn the_result_is_json_for_programs() {
    let apis = two_apis(&[]).await;
    expect![[r#"
        exit 2
        {
          "different": 1,
          "equal": 1,
          "left": "http://LEFT/api",
          "leftOut": [],
          "notAnswered": 1,
          "requests": 3,
          "right": "http://RIGHT/api",
          "routes": [
            {
              "different": 0,
              "differing": [
                {
                  "differences": [
                    {
                      "left": "200",
                      "right": "the connection broke off",
                      "what": "answer"
                    }
                  ],
                  "left": {
                    "status": 200
                  },
                  "method": "GET",
                  "moreDifferences": 0,
                  "right": {
                    "noAnswer": "the connection broke off"
                  },
                  "source": "",
                  "target": "/gone"
                }
              ],
              "equal": {},
              "notAnswered": 1,
              "requests": 1,
              "route": "GET /gone"
            },
            {
              "different": 1,
              "differing": [
                {
                  "differences": [
                    {
                      "left": "302",
                      "right": "404",
                      "what": "status"
                    },
                    {
                      "left": "/elsewhere",
                      "right": "nothing",
                      "what": "headers.location"
                    }
                  ],
                  "left": {
                    "status": 302
                  },
                  "method": "GET",
                  "moreDifferences": 0,
                  "right": {
                    "status": 404
                  },
                  "source": "",
                  "target": "/orders/8"
                }
              ],
              "equal": {},
              "notAnswered": 0,
              "requests": 1,
              "route": "GET /orders/{id}"
            },
            {
              "different": 0,
              "differing": [],
              "equal": {
                "200": 1
              },
              "notAnswered": 0,
              "requests": 1,
              "route": "GET /same"
            }
          ],
          "schemaVersion": 1
        }
        --
    "#]]
    .assert_eq(&apis.compare(&["/same", "/orders/8", "/gone", "-o", "json"]).await);
}

#[tokio::test]
async fn a_page_has_both_answers_side_by_side() {
    let apis = two_apis(&[]).await;
    let arguments = [
        "/orders/7",
        "/gone",
        "--page",
        "page.html",
        "-H",
        "x-tenant: t1",
        "--left-header",
        "x-api-key: k-e-y",
    ];
    apis.run(&arguments).await;
    let page = fs::read_to_string(apis.folder.path("page.html")).unwrap();
    let (_, body) = page.split_once("</style>").unwrap();
    let ports = [(&apis.left, "LEFT"), (&apis.right, "RIGHT")];
    let body = ports.iter().fold(body.to_owned(), |body, (target, name)| {
        body.replace(&format!("127.0.0.1:{}", target.port), name)
    });
    expect![[r#"

        </head>
        <body>
        <h1>2 requests: 0 equal, 1 different, 1 not answered</h1>
        <p>left: http://LEFT/api<br>right: http://RIGHT/api</p>
        <table>
        <tr><th>Route<th>Requests<th>Different<th>Not answered</tr>
        <tr><td>GET /gone<td>1<td>0<td>1</tr>
        <tr><td>GET /orders/{id}<td>1<td>1<td>0</tr>
        </table>
        <h2>GET /gone</h2>
        <details>
        <summary>GET /gone <i>answer</i></summary>
        <table>
        <tr><th>What<th>Left<th>Right</tr>
        <tr><td>answer<td>200<td>the connection broke off</tr>
        </table>
        <div class="sides">
        <div>
        <h3>Left</h3>
        <pre>200
        content-length: 4
        </pre>
        <pre>here</pre>
        </div>
        <div>
        <h3>Right</h3>
        <p>the connection broke off</p>
        </div>
        </div>
        </details>
        <h2>GET /orders/{id}</h2>
        <details>
        <summary>GET /orders/7 <i>headers.x-rate, body.at, body.id, body.note, body.tags[0]</i></summary>
        <table>
        <tr><th>What<th>Left<th>Right</tr>
        <tr><td>headers.x-rate<td>1<td>nothing</tr>
        <tr><td>body.at<td>&quot;2025-04-14T22:12:48Z&quot;<td>&quot;2025-04-15T00:00:00Z&quot;</tr>
        <tr><td>body.id<td>7<td>9</tr>
        <tr><td>body.note<td>&quot;&lt;b&gt;&quot;<td>&quot;&lt;i&gt;&quot;</tr>
        <tr><td>body.tags[0]<td>&quot;a&quot;<td>&quot;b&quot;</tr>
        <tr><td>body.tags[1]<td>&quot;b&quot;<td>&quot;a&quot;</tr>
        </table>
        <div class="sides">
        <div>
        <h3>Left</h3>
        <pre>200
        content-length: 66
        content-type: application/json
        x-rate: 1
        </pre>
        <pre>{
          &quot;at&quot;: &quot;2025-04-14T22:12:48Z&quot;,
          &quot;id&quot;: 7,
          &quot;note&quot;: &quot;&lt;b&gt;&quot;,
          &quot;tags&quot;: [
            &quot;a&quot;,
            &quot;b&quot;
          ]
        }</pre>
        </div>
        <div>
        <h3>Right</h3>
        <pre>200
        content-length: 66
        content-type: application/json
        </pre>
        <pre>{
          &quot;at&quot;: &quot;2025-04-15T00:00:00Z&quot;,
          &quot;id&quot;: 9,
          &quot;note&quot;: &quot;&lt;i&gt;&quot;,
          &quot;tags&quot;: [
            &quot;b&quot;,
            &quot;a&quot;
          ]
        }</pre>
        </div>
        </div>
        </details>
        </body>
        </html>
    "#]]
    .assert_eq(&body);
}

#[tokio::test]
async fn answers_that_are_all_refusals_are_equal_and_called_so() {
    let api = || Target::of(|_| "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\n{}".to_owned());
    let apis = TwoApis::between(api().await, api().await, &[]);
    expect![[r#"
        exit 0
        GET /a: 2 requests, equal (403)

        2 requests: 2 equal, 0 different
        every equal answer is 401 or 403: let the requests in with -H 'Authorization: …' or a key
        --
    "#]]
    .assert_eq(&apis.compare(&["/a", "/a?x=1"]).await);
}
