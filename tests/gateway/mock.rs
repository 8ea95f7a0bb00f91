//! Mocks: a value from the request stays a value in the answer, in JSON, HTML and headers.

use serde_json::{Value, json};

use crate::harness::{TestGateway, event, render};

const HOSTILE: [&str; 7] = [
    "\",\"admin\":true,\"x\":\"",
    "\\",
    "\\\",\"admin\":true,\"",
    "curl/8 (\"quoted\"; x)",
    "</script><script>alert(1)</script>",
    "'; alert(1); '",
    "a; Domain=evil.example, <b>; rel=x",
];

fn mock(route_key: &str, headers: Value, body: Value) -> Value {
    json!({ "routeKey": route_key, "integration": { "type": "MOCK", "headers": headers, "body": body } })
}

/// The answer for a client with this user agent: its header lines, and its body.
async fn answer_for(gateway: &TestGateway, path: &str, user_agent: &str) -> (Vec<String>, String) {
    let mut event = event(&format!("GET {path}"));
    event["headers"]["user-agent"] = json!(user_agent);
    let answer = render(gateway.answer(&event.to_string()).await).await;
    let (head, body) = answer.split_once("\n\n").unwrap();
    (head.split('\n').map(str::to_owned).collect(), body.to_owned())
}

#[tokio::test]
async fn a_hostile_user_agent_stays_one_string_of_a_json_body() {
    let map = json!({ "ua": "${context.identity.userAgent}", "k": ["<${context.identity.userAgent}>"] });
    let gateway = TestGateway::serving(&[
        mock("GET /map", json!({}), map.clone()),
        // A map is JSON whatever the answer calls it.
        mock("GET /odd", json!({ "content-type": "text/plain" }), map),
        mock(
            "GET /text",
            json!({}),
            json!(r#"{"ua": "${context.identity.userAgent}", "k": ["<${context.identity.userAgent}>"]}"#),
        ),
        mock(
            "GET /bare",
            json!({ "Content-Type": "application/vnd.api+json" }),
            json!(r#"{"ua": ${context.identity.userAgent}, "k": ["<${context.identity.userAgent}>"]}"#),
        ),
    ])
    .await;
    for user_agent in HOSTILE {
        for path in ["/v1/map", "/v1/odd", "/v1/text", "/v1/bare"] {
            let (_, body) = answer_for(&gateway, path, user_agent).await;
            let expected = json!({ "ua": user_agent, "k": [format!("<{user_agent}>")] });
            let found: Value = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"));
            assert_eq!(found, expected, "{path}: {body}");
        }
    }
}

#[tokio::test]
async fn a_hostile_user_agent_is_escaped_in_html_and_in_headers() {
    let html = json!({ "content-type": "text/html; charset=utf-8" });
    let page = json!("<p title='${context.identity.userAgent}'>${context.identity.userAgent}</p>");
    let headers = json!({
        "location": "https://a.example/?ua=${context.identity.userAgent}",
        "link": "<https://a.example/${context.identity.userAgent}>; rel=\"next\"",
        "set-cookie": "ua=${context.identity.userAgent}; Path=/",
        "content-disposition": "attachment; filename=\"${context.identity.userAgent}\"",
        "x-ua": "${context.identity.userAgent}",
    });
    let gateway =
        TestGateway::serving(&[mock("GET /page", html, page), mock("GET /headers", headers, json!({}))])
            .await;
    for user_agent in HOSTILE {
        let (_, body) = answer_for(&gateway, "/v1/page", user_agent).await;
        let inner = body.strip_prefix("<p title='").unwrap().strip_suffix("</p>").unwrap();
        let (attribute, text) = inner.split_once("'>").unwrap();
        assert!(!attribute.contains(['<', '>', '"', '\'', '\\']) && attribute == text, "{body}");

        let (lines, _) = answer_for(&gateway, "/v1/headers", user_agent).await;
        let value = |name: &str| {
            let line = lines.iter().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            line.unwrap_or_else(|| panic!("{name}: {lines:?}")).to_owned()
        };
        assert_eq!(lines.len(), 7, "no line more: {lines:?}");
        assert!(!value("location").contains([' ', '<', '>', '"', '\\']), "{lines:?}");
        let link = value("link");
        let target = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
        assert!(!target.contains(['<', '>', '"', ' ']), "{link}");
        let cookie = value("set-cookie");
        let its_value = cookie.strip_prefix("ua=").unwrap().strip_suffix("; Path=/").unwrap();
        assert!(!its_value.contains([';', ',', ' ', '"']), "{cookie}");
        let disposition = value("content-disposition");
        let name = disposition.strip_prefix("attachment; filename=\"").unwrap().strip_suffix('"').unwrap();
        let unescaped = name.replace("\\\\", "").replace("\\\"", "");
        assert!(!unescaped.contains(['"', '\\']), "{disposition}");
    }
}

#[tokio::test]
async fn a_stage_variable_with_quotes_stays_one_string_of_a_json_body() {
    let gateway = TestGateway::new();
    let variables = json!({ "name": "a \"quoted\" \\ name", "list": "[1, 2]" });
    gateway.put_stage(&json!({ "stage": "v1", "stageVariables": variables }));
    gateway.put_route(&mock("GET /map", json!({}), json!({ "name": "<${stageVariables.name}>" })));
    gateway.put_route(&mock("GET /text", json!({}),
        json!(r#"{"name": ${stageVariables.name}, "list": ${stageVariables.list}, "text": "${stageVariables.list}"}"#)));
    gateway.go_live().await;
    assert_eq!(gateway.json("GET /v1/map").await, json!({ "name": "<a \"quoted\" \\ name>" }));
    let expected = json!({ "name": "a \"quoted\" \\ name", "list": [1, 2], "text": "[1, 2]" });
    assert_eq!(gateway.json("GET /v1/text").await, expected);
}
