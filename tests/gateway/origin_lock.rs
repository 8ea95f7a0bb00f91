//! The gateway behind the distribution of `infra/cloudfront`: what that sends is let in, what came around it is 403.

use serde_json::{Value, json};

use crate::harness::TestGateway;

const TEMPLATE: &str = include_str!("../../infra/cloudfront/template.yaml");
const LOCK: [(&str, &str); 2] =
    [("TRUSTED_PROXY_SECRET", "new-secret,old-secret"), ("REQUIRE_TRUSTED_PROXY", "true")];
const REFUSED: &str = "403\ncontent-type: application/json\nx-amzn-errortype: ForbiddenException\n\n\
                       {\"message\":\"Forbidden\"}";

/// The headers by the template: those that its function sets (`infra/cloudfront/check.py` runs it), and the origin's own.
fn sent_by_the_distribution(host: &str, ip: &str, secret: &str) -> Vec<(String, String)> {
    let mut headers: Vec<_> = TEMPLATE
        .lines()
        .filter_map(|line| line.trim().strip_prefix("request.headers['")?.split_once("'] = "))
        .map(|(name, value)| {
            let value = if value.contains("host.value") { host } else { ip };
            (name.to_owned(), value.to_owned())
        })
        .collect();
    let own = TEMPLATE.lines().filter_map(|line| line.trim().strip_prefix("- HeaderName: "));
    headers.extend(own.map(|name| (name.to_owned(), secret.to_owned())));
    headers
}

fn request(headers: &[(String, String)]) -> String {
    let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    format!("GET /v1/orders\n{}", headers.join("\n"))
}

async fn locked() -> TestGateway {
    let gateway = TestGateway::with_environment(&LOCK);
    gateway.put_route(
        &json!({ "routeKey": "GET /{proxy+}", "integration": { "type": "AWS_PROXY", "uri": "echo" } }),
    );
    gateway.go_live().await;
    gateway
}

#[tokio::test]
async fn what_the_distribution_sends_is_let_in_with_the_viewers_host_and_address() {
    let gateway = locked().await;
    for secret in ["new-secret", "old-secret"] {
        for ip in ["198.51.100.9", "2001:db8::9"] {
            let headers = sent_by_the_distribution("api.example.com", ip, secret);
            assert_eq!(headers.len(), 3, "{headers:?}");
            let event = gateway.json(&request(&headers)).await;
            let context = &event["requestContext"];
            assert_eq!(context["domainName"], "api.example.com");
            assert_eq!(context["http"]["sourceIp"], ip);
            assert_eq!(event["headers"]["host"], "api.example.com");
            for hidden in ["x-tollgate-origin", "x-tollgate-viewer-ip"] {
                assert_eq!(event["headers"][hidden], Value::Null, "{hidden}");
            }
        }
    }
}

#[tokio::test]
async fn what_came_around_the_distribution_is_refused() {
    let gateway = locked().await;
    let all = sent_by_the_distribution("api.example.com", "198.51.100.9", "new-secret");
    assert!(gateway.send(&request(&all)).await.starts_with("200\n"));
    let without: Vec<_> = all.iter().filter(|(_, value)| value != "new-secret").cloned().collect();
    let after_the_rotation = sent_by_the_distribution("api.example.com", "198.51.100.9", "former-secret");
    let both = sent_by_the_distribution("api.example.com", "198.51.100.9", "new-secret,old-secret");
    for headers in [without, after_the_rotation, both] {
        assert_eq!(gateway.send(&request(&headers)).await, REFUSED, "{headers:?}");
    }
    assert_eq!(gateway.send("GET /v1/orders\nhost: api.example.com").await, REFUSED);
}
