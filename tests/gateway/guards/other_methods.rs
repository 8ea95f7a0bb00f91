//! Methods that no route is written for: `PROPFIND /admin`, `get /admin`.

use expect_test::expect;
use serde_json::json;

use super::{guarded, open, outcomes, route, serving};
use crate::harness::Target;

#[tokio::test]
async fn a_method_that_any_does_not_cover_leads_no_request_past_a_guard() {
    let target = Target::start([]).await;
    let uri = format!("http://127.0.0.1:{}", target.port);
    let integration = json!({ "type": "HTTP_PROXY", "uri": uri, "requestParameters": { "overwrite:path": "$request.path" } });
    let world = serving(&[
        route(&target, "ANY /admin", "/admin", &guarded()),
        route(&target, "GET /reports/{id}", "/reports/{id}", &guarded()),
        route(&target, "GET /news", "/news", &open()),
        route(&target, "$default", "", &json!({ "integration": integration })),
    ])
    .await;
    let requests = [
        "PROPFIND /admin",
        "get /admin",
        "PROPFIND /admin//",
        "get /reports/1",
        "get /reports%2F1",
        "POST /reports/1",
        "PROPFIND /news",
        "PROPFIND /other",
    ];
    expect![[r"
        PROPFIND /admin: 404
        get /admin: 404
        PROPFIND /admin//: 404
        get /reports/1: 404
        get /reports%2F1: 404
        POST /reports/1: 200 POST /reports/1
        PROPFIND /news: 200 PROPFIND /news
        PROPFIND /other: 200 PROPFIND /other
    "]]
    .assert_eq(&outcomes(&world, &target, &requests).await);
}
