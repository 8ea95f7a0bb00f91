//! Header rules, as recorded of API Gateway: what a mapping cannot set, and what the client sees under another name.

use serde_json::{Value, json};

use super::{http, misconfigured, route};
use crate::harness::{Target, TestGateway};

#[tokio::test]
async fn a_mapped_header_is_sent_dropped_or_the_end_of_the_request() {
    let target = Target::start([]).await;
    // `+` sent, `-` dropped, `!` 500: for HTTP, and for AWS.
    #[rustfmt::skip]
    let cases = [
        ("Accept", "+", "+"),
        ("Authorization", "+", "!"),
        ("Connection", "-", "!"),
        ("Content-Encoding", "+", "+"),
        ("Content-Length", "!", "!"),
        ("Content-MD5", "+", "+"),
        ("Content-Type", "+", "+"),
        ("Expect", "-", "!"),
        ("Max-Forwards", "+", "+"),
        ("Proxy-Authenticate", "-", "!"),
        ("Referer", "+", "-"),
        ("Server", "+", "+"),
        ("TE", "-", "!"),
        ("Trailer", "-", "-"),
        ("Transfer-Encoding", "!", "!"),
        ("Upgrade", "-", "-"),
        ("Via", "-", "-"),
        ("WWW-Authenticate", "+", "+"),
        ("X-Amzn-Trace-Id", "!", "!"),
        ("X-Mine", "+", "+"),
    ];
    for (name, over_http, over_aws) in cases {
        let parameters =
            json!({ format!("integration.request.header.{name}"): "method.request.header.x-value" });
        let gateway = http(&target, "/x", json!({ "requestParameters": parameters })).await;
        let answer = gateway.send("POST /v1/x\nx-value: mapped\n\nbody").await;
        let received = target.received().concat();
        let line = format!("\n{}: mapped\n", name.to_lowercase());
        match over_http {
            "+" => assert!(received.contains(&line), "{name}: {received}"),
            "-" => assert!(!received.is_empty() && !received.contains("mapped"), "{name}: {received}"),
            _ => {
                assert_eq!(answer, misconfigured(), "{name}");
                assert_eq!(received, "", "{name}");
            }
        }
        // Without a value it is as if it were not mapped.
        assert!(gateway.send("POST /v1/x\n\nbody").await.starts_with("200\n"), "{name}");
        target.received();

        let fields = json!({ "uri": "same", "requestParameters": parameters, "responses": { "default": { "statusCode": 200 } } });
        let gateway = TestGateway::serving(&[route("POST /x", "AWS", fields)]).await;
        let answer = gateway.send("POST /v1/x\nx-value: mapped\n\n{}").await;
        let expected = if over_aws == "!" {
            misconfigured()
        } else {
            "200\ncontent-type: application/json\n\n{}".to_owned()
        };
        assert_eq!(answer, expected, "{name}");
        assert_eq!(gateway.calls().is_empty(), over_aws == "!", "{name}");
    }
}

#[tokio::test]
async fn a_mapped_header_of_a_response_is_sent_renamed_or_dropped() {
    #[rustfmt::skip]
    let cases = [
        ("Accept", "accept"),
        ("Authorization", "x-amzn-remapped-authorization"),
        ("Connection", "x-amzn-remapped-connection"),
        ("Content-Encoding", "content-encoding"),
        ("Content-Length", "x-amzn-remapped-content-length"),
        ("Content-MD5", "x-amzn-remapped-content-md5"),
        ("Date", "x-amzn-remapped-date"),
        ("ETag", "etag"),
        ("Expect", "x-amzn-remapped-expect"),
        ("Host", "x-amzn-remapped-host"),
        ("Location", "location"),
        ("Max-Forwards", "x-amzn-remapped-max-forwards"),
        ("Proxy-Authenticate", "x-amzn-remapped-proxy-authenticate"),
        ("Server", "x-amzn-remapped-server"),
        ("TE", ""),
        ("Trailer", "x-amzn-remapped-trailer"),
        ("Transfer-Encoding", ""),
        ("Upgrade", "x-amzn-remapped-upgrade"),
        ("User-Agent", "x-amzn-remapped-user-agent"),
        ("Via", "via"),
        ("WWW-Authenticate", "x-amzn-remapped-www-authenticate"),
        ("X-Mine", "x-mine"),
    ];
    let routes: Vec<Value> = cases
        .iter()
        .map(|(name, _)| {
            let parameters = json!({ format!("method.response.header.{name}"): "'mapped'" });
            let responses = json!({ "default": { "statusCode": 200, "responseParameters": parameters } });
            route(&format!("GET /{name}"), "MOCK", json!({ "responses": responses }))
        })
        .collect();
    let gateway = TestGateway::serving(&routes).await;
    for (name, seen) in cases {
        let answer = gateway.send(&format!("GET /v1/{name}")).await;
        let mut lines = vec!["content-type: application/json".to_owned()];
        if !seen.is_empty() {
            lines.push(format!("{seen}: mapped"));
        }
        lines.sort();
        assert_eq!(answer, format!("200\n{}\n\n", lines.join("\n")), "{name}");
    }
}

#[tokio::test]
async fn an_override_of_the_host_reaches_a_url_and_one_of_the_addresses_gets_the_clients_own_behind_it() {
    let target = Target::start([]).await;
    let template = "#set($context.requestOverride.header.Host = 'tenant.example')\
        #set($context.requestOverride.header.X-Forwarded-For = '203.0.113.9')\
        #set($context.requestOverride.header.X-Forwarded-Proto = 'http')x";
    let gateway = http(&target, "/x", json!({ "requestTemplates": { "application/json": template } })).await;
    assert!(gateway.send("POST /v1/x\n\n{}").await.starts_with("200\n"));
    assert_eq!(
        target.received(),
        [
            "POST /x\naccept: application/json\ncontent-length: 1\ncontent-type: application/json\nhost: tenant.example\n\
          user-agent: AmazonAPIGateway_abc123\nx-amzn-apigateway-api-id: abc123\n\
          x-amzn-trace-id: Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1\n\
          x-forwarded-for: 203.0.113.9, 192.0.2.1\nx-forwarded-port: 443\nx-forwarded-proto: http\n\nx"
        ]
    );
}
