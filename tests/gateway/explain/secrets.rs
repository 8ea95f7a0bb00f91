//! No credential of a request is shown, whatever shows it.

use serde_json::json;

use super::{HOST, KEY, keyed_world, mock};
use crate::harness::Target;

#[tokio::test(flavor = "multi_thread")]
async fn no_credential_is_shown_in_calls_keys_and_answers() {
    let target = Target::of(|_| {
        "HTTP/1.1 200 OK\r\nSet-Cookie: session=hush-session; Path=/\r\nContent-Length: 2\r\n\r\nok"
            .to_owned()
    })
    .await;
    let uri = format!("http://127.0.0.1:{}/x", target.port);
    let mapped = json!({ "append:querystring.token": "$request.header.authorization" });
    let world = keyed_world(&[
        json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"] }),
        mock(
            "GET /http",
            &json!({ "integration": { "type": "HTTP_PROXY", "uri": uri, "requestParameters": mapped },
                "shadow": { "uri": "https://old.example.com/x", "percent": 100, "passCredentials": true } }),
        ),
        mock(
            "GET /v2",
            &json!({ "apiKeyRequired": true, "integration": { "type": "AWS_PROXY", "uri": "echo" } }),
        ),
        mock(
            "GET /one",
            &json!({ "apiKeyRequired": true,
            "integration": { "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": "1.0" } }),
        ),
        mock(
            "GET /table",
            &json!({ "integration": { "type": "DYNAMODB", "action": "GetItem", "tableName": "t",
            "key": { "id": "$request.header.authorization" } } }),
        ),
    ])
    .await;
    let key = format!("x-api-key: {KEY}");
    for path in ["/v1/http", "/v1/v2", "/v1/one", "/v1/table"] {
        for more in [&[][..], &["-o", "json"]] {
            let request = [
                "explain",
                path,
                "-H",
                HOST,
                "-H",
                "Authorization: Bearer hush-token-1234",
                "-H",
                "Cookie: a=hush-cookie; b=1",
                "-H",
                &key,
            ];
            let ran = world.tollgate(&[&request[..], more].concat());
            assert_eq!(ran.code, Some(0), "{ran:?}");
            assert!(ran.stdout.contains('…') && !ran.stdout.contains("hush"), "{path}: {}", ran.stdout);
            assert!(!ran.stdout.contains(KEY), "{path}: {}", ran.stdout);
        }
    }
    let ran = world.tollgate(&["explain", "/v1/http", "-H", HOST, "--invoke"]);
    assert_eq!(target.received().len(), 1);
    assert!(ran.stdout.contains("set-cookie: session=…\n") && !ran.stdout.contains("hush"), "{ran:?}");
}
