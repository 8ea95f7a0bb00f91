//! Values of a request in DynamoDB operations: exact, never read as expressions, or refused.

use serde_json::{Value, json};

use super::{BAD_REQUEST, orders};

const INVALID_BODY: &str = "400\ncontent-type: application/json\nx-amzn-errortype: BadRequestException\n\n\
                            {\"message\": \"Invalid request body\"}";

#[tokio::test]
async fn a_number_keeps_all_its_digits() {
    let gateway = orders().await;
    let exact = [
        ("0", "0"),
        ("-0", "0"),
        ("7.50", "7.5"),
        ("1e3", "1000"),
        ("9007199254740993", "9007199254740993"),
        ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
        ("-1234567890.1234567890123456789012345678", "-1234567890.1234567890123456789012345678"),
        ("0.12345678901234567890123456789012345678", "0.12345678901234567890123456789012345678"),
    ];
    for (nth, (sent, expected)) in exact.iter().enumerate() {
        let made = gateway.send(&format!("PUT /v1/orders/n/{nth}\n\n{{\"amount\": {sent}}}")).await;
        assert!(made.starts_with("201\n"), "{sent}: {made}");
        let read = gateway.json(&format!("GET /v1/orders/n/{nth}")).await;
        assert_eq!(read["amount"].to_string(), *expected, "{sent}");
    }
    for (nth, sent) in ["9.9e125", "-9.9e125", "1e-130", "-1e-130"].iter().enumerate() {
        let request = format!("PUT /v1/orders/far/{nth}\n\n{{\"amount\": {sent}}}");
        assert!(gateway.send(&request).await.starts_with("201\n"), "{sent}");
        let read = gateway.json(&format!("GET /v1/orders/far/{nth}")).await["amount"].to_string();
        assert_eq!(read.parse::<f64>().unwrap(), sent.parse::<f64>().unwrap(), "{sent}");
    }
    for sent in [
        "123456789012345678901234567890123456789",
        "1.00000000000000000000000000000000000001",
        "1e126",
        "-1e126",
        "1e-131",
    ] {
        for body in
            [format!("{{\"amount\": {sent}}}"), format!("{{\"amount\": 1, \"note\": [{{\"x\": {sent}}}]}}")]
        {
            assert_eq!(
                gateway.send(&format!("PUT /v1/orders/refused/1\n\n{body}")).await,
                INVALID_BODY,
                "{body}"
            );
        }
    }
    assert_eq!(gateway.items("orders-v1").await.len(), 12, "what was refused was not written");
}

#[tokio::test]
async fn a_value_from_a_request_is_never_read_as_an_expression_or_a_table_name() {
    let gateway = orders().await;
    let evil = [
        ":note",
        "#id",
        "$request.body.note",
        "${stageVariables.table}",
        "$context.stage",
        "$$",
        "{\"S\":\"x\"}",
        "x) OR attribute_exists(id",
        "SET version = :one",
        "orders-v2",
        "', '",
        "\u{0}\u{7f}\u{feff}\u{202e}",
        "null",
    ];
    for (nth, text) in evil.iter().enumerate() {
        let values = [
            json!(text),
            json!({ "S": text }),
            json!({ *text: { "N": text } }),
            json!([[text], { "NULL": true, "$request": 1, "#a.b[0]": [] }]),
        ];
        for (kind, value) in values.into_iter().enumerate() {
            let target = format!("/v1/orders/e/{nth}-{kind}");
            let put = json!({ "amount": 1, "note": value, "customer": "mallory", "version": 99 });
            let made = gateway.send(&format!("PUT {target}\n\n{put}")).await;
            assert!(made.starts_with("201\n"), "{text:?}: {made}");
            let patch = json!({ "note": value, "version": 1 });
            let patched = gateway.json(&format!("PATCH {target}\nif-match: *\n\n{patch}")).await;
            let expected = json!({ "customer": "e", "id": format!("{nth}-{kind}"), "amount": 1, "note": value, "version": 2 });
            assert_eq!(patched, expected, "{text:?}");
        }
    }
    let before = gateway.items("orders-v1").await;
    for path in [
        ":customer",
        "%23id",
        "%24request.path.id",
        "$%7BstageVariables.table%7D",
        "x'%20OR%20'1'='1",
        "%7B%22S%22:%22e%22%7D",
    ] {
        let none = "200\ncontent-type: application/json\n\n{\"items\":[]}";
        assert_eq!(gateway.send(&format!("GET /v1/orders/{path}")).await, none, "{path}");
        let not_found = gateway.send(&format!("DELETE /v1/orders/{path}/1")).await;
        assert!(not_found.starts_with("404\n"), "{path}: {not_found}");
    }
    assert_eq!(gateway.items("orders-v1").await, before);
    assert_eq!(gateway.calls(), [] as [&str; 0], "no function is behind it");
}

#[tokio::test]
async fn a_value_that_the_operation_cannot_use_is_a_400_and_nothing_is_written() {
    let gateway = orders().await;
    gateway.put("stock", &json!({ "sku": "pen", "n": 3 }));
    let put = "PUT /v1/orders/ann/1\nx-user: a";
    let patch = "PATCH /v1/orders/ann/1\nif-match: *";
    let batch = "POST /v1/orders/batch";
    let checkout = "POST /v1/checkout/ann/1";
    let many = json!({ "keys": (0..101).map(|n| json!({ "customer": "a", "id": n.to_string() })).collect::<Vec<_>>() });
    let cases = [
        (format!("{put}\n\n{{\"amount\": 1"), INVALID_BODY),
        (format!("{put}\n\namount=1"), INVALID_BODY),
        (format!("{put}\n\n{{\"amount\": 1}} {{}}"), INVALID_BODY),
        (format!("{put}\n\n{{\"amount\": NaN}}"), INVALID_BODY),
        (put.to_owned(), INVALID_BODY),
        (format!("{patch}\n\n{{\"version\": 1}}"), INVALID_BODY),
        (format!("{patch}\n\n[]"), INVALID_BODY),
        (format!("{batch}\n\n{{}}"), INVALID_BODY),
        (format!("{batch}\n\n{{\"keys\": []}}"), INVALID_BODY),
        (format!("{batch}\n\n{{\"keys\": {{\"customer\": \"a\"}}}}"), INVALID_BODY),
        (format!("{batch}\n\n{{\"keys\": [{{\"customer\": \"a\", \"id\": true}}]}}"), INVALID_BODY),
        (format!("{batch}\n\n{{\"keys\": [{{\"customer\": \"a\", \"id\": \"\"}}]}}"), INVALID_BODY),
        (format!("{batch}\n\n{{\"keys\": [{{\"customer\": \"a\"}}]}}"), INVALID_BODY),
        (format!("{batch}\n\n{{\"keys\": [{{\"other\": \"a\", \"id\": \"b\"}}]}}"), INVALID_BODY),
        (format!("{batch}\n\n{many}"), INVALID_BODY),
        (format!("{checkout}\n\n{{\"n\": 1}}"), INVALID_BODY),
        (format!("{checkout}\n\n{{\"sku\": \"pen\"}}"), INVALID_BODY),
        (format!("{checkout}\n\n{{\"sku\": 5, \"n\": 1}}"), INVALID_BODY),
        ("GET /v1/orders/ann?limit=0".to_owned(), BAD_REQUEST),
        ("GET /v1/orders/ann?limit=-1".to_owned(), BAD_REQUEST),
        ("GET /v1/orders/ann?limit=1001".to_owned(), BAD_REQUEST),
        ("GET /v1/orders/ann?limit=99999999999999999999".to_owned(), BAD_REQUEST),
        ("GET /v1/orders/ann?limit=ten".to_owned(), BAD_REQUEST),
    ];
    for (request, expected) in cases {
        assert_eq!(gateway.send(&request).await, expected, "{request:.200}");
    }
    assert_eq!(gateway.items("orders-v1").await, [] as [Value; 0]);
    assert_eq!(gateway.items("stock").await, [json!({ "sku": "pen", "n": 3 })]);
}
