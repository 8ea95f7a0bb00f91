//! An orders API on DynamoDB, without a function behind it: every action, page by page, to the last digit.

use std::collections::BTreeSet;

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::TestGateway;

const BAD_REQUEST: &str = "400\ncontent-type: application/json\nx-amzn-errortype: BadRequestException\n\n{\"message\":\"Bad Request\"}";
const INVALID_BODY: &str = "400\ncontent-type: application/json\nx-amzn-errortype: BadRequestException\n\n\
                            {\"message\": \"Invalid request body\"}";

fn route(route_key: &str, integration: &Value) -> Value {
    let mut integration = integration.clone();
    integration["type"] = json!("DYNAMODB");
    if integration.get("transactItems").is_none() && integration.get("tableName").is_none() {
        integration["tableName"] = json!("${stageVariables.table}");
    }
    json!({ "routeKey": route_key, "integration": integration })
}

fn routes() -> Vec<Value> {
    let key = json!({ "customer": "$request.path.customer", "id": "$request.path.id" });
    vec![
        route(
            "GET /orders/{customer}/{id}",
            &json!({ "action": "GetItem", "key": key, "consistentRead": true }),
        ),
        route(
            "PUT /orders/{customer}/{id}",
            &json!({ "action": "PutItem", "statusCode": 201, "return": "item",
                "item": { "customer": "$request.path.customer", "id": "$request.path.id", "version": 1,
                    "amount": "$request.body.amount", "note": "$request.body.note", "by": "${request.header.x-user}!" },
                "conditionExpression": "attribute_not_exists(id)" }),
        ),
        route(
            "PATCH /orders/{customer}/{id}",
            &json!({ "action": "UpdateItem", "key": key, "returnValues": "ALL_NEW",
                "updateExpression": "SET note = :note ADD version :one",
                "conditionExpression": "attribute_exists(id) AND (:etag = :any OR version = :version)",
                "expressionAttributeValues": { ":note": "$request.body.note", ":one": 1, ":any": "*",
                    ":etag": "$request.header.if-match", ":version": "$request.body.version" } }),
        ),
        route(
            "DELETE /orders/{customer}/{id}",
            &json!({ "action": "DeleteItem", "key": key, "return": "item" }),
        ),
        route(
            "GET /orders/{customer}",
            &json!({ "action": "Query", "keyConditionExpression": "customer = :customer", "scanIndexForward": false,
                "expressionAttributeValues": { ":customer": "$request.path.customer" },
                "limit": "$request.querystring.limit" }),
        ),
        route("GET /orders", &json!({ "action": "Scan", "limit": 3 })),
        route("GET /everything", &json!({ "action": "Scan", "limit": 3 })),
        route("POST /orders/batch", &json!({ "action": "BatchGetItem", "keys": "$request.body.keys" })),
        route(
            "POST /checkout/{customer}/{id}",
            &json!({ "action": "TransactWriteItems", "statusCode": 201, "transactItems": [
                { "put": { "tableName": "${stageVariables.table}", "conditionExpression": "attribute_not_exists(id)",
                    "item": { "customer": "$request.path.customer", "id": "$request.path.id", "sku": "$request.body.sku" } } },
                { "update": { "tableName": "stock", "key": { "sku": "$request.body.sku" },
                    "updateExpression": "SET n = n - :n", "conditionExpression": "n >= :n",
                    "expressionAttributeValues": { ":n": "$request.body.n" } } } ] }),
        ),
    ]
}

/// The orders API on stages `v1` and `v2`, each with a table of its own.
async fn orders() -> TestGateway {
    let gateway = TestGateway::new();
    gateway.create_table("stock", "sku", None);
    for stage in ["v1", "v2"] {
        let table = format!("orders-{stage}");
        gateway.create_table(&table, "customer", Some("id"));
        gateway.put_stage(&json!({ "stage": stage, "stageVariables": { "table": table } }));
        for mut route in routes() {
            route["stage"] = json!(stage);
            gateway.put_route(&route);
        }
        gateway.publish(stage).await;
    }
    gateway.go_live().await;
    gateway
}

#[tokio::test]
async fn an_order_lives_from_put_to_delete() {
    let gateway = orders().await;
    gateway.put("stock", &json!({ "sku": "pen", "n": 3 }));
    let story = gateway
        .story(&[
            "PUT /v1/orders/ann/1\nx-user: ann\n\n{\"amount\": 7.50, \"note\": null, \"other\": true}",
            "PUT /v1/orders/ann/1\n\n{\"amount\": 1}",
            "PUT /v1/orders/ann/1\nif-none-match: *\n\n{\"amount\": 1}",
            "GET /v1/orders/ann/1",
            "HEAD /v1/orders/ann/1",
            "GET /v2/orders/ann/1",
            "PATCH /v1/orders/ann/1\nif-match: *\n\n{\"note\": [1, {\"a\": \"ü\"}], \"version\": 0}",
            "PATCH /v1/orders/ann/1\nif-match: x\n\n{\"note\": 1, \"version\": 1}",
            "PATCH /v1/orders/ann/1\n\n{\"note\": 1, \"version\": 1}",
            "POST /v1/checkout/bob/1\n\n{\"sku\": \"pen\", \"n\": 2}",
            "POST /v1/checkout/bob/2\n\n{\"sku\": \"pen\", \"n\": 2}",
            "POST /v1/checkout/bob/1\n\n{\"sku\": \"pen\", \"n\": 1}",
            "POST /v1/orders/batch\n\n{\"keys\": [{\"customer\": \"bob\", \"id\": \"1\"}, {\"customer\": \"bob\", \"id\": \"2\"}]}",
            "GET /v1/orders/bob?limit=5",
            "DELETE /v1/orders/ann/1",
            "DELETE /v1/orders/ann/1",
            "GET /v1/orders/ann",
        ])
        .await;
    expect![[r#"
        > PUT /v1/orders/ann/1
        > x-user: ann
        > 
        > {"amount": 7.50, "note": null, "other": true}
        201
        content-type: application/json

        {"amount":7.50,"by":"ann!","customer":"ann","id":"1","note":null,"version":1}

        > PUT /v1/orders/ann/1
        > 
        > {"amount": 1}
        409
        content-type: application/json
        x-amzn-errortype: ConflictException

        {"message":"Conflict"}

        > PUT /v1/orders/ann/1
        > if-none-match: *
        > 
        > {"amount": 1}
        412
        content-type: application/json
        x-amzn-errortype: PreconditionFailedException

        {"message":"Precondition Failed"}

        > GET /v1/orders/ann/1
        200
        content-type: application/json

        {"amount":7.5,"by":"ann!","customer":"ann","id":"1","note":null,"version":1}

        > HEAD /v1/orders/ann/1
        200
        content-type: application/json



        > GET /v2/orders/ann/1
        404
        content-type: application/json
        x-amzn-errortype: NotFoundException

        {"message":"Not Found"}

        > PATCH /v1/orders/ann/1
        > if-match: *
        > 
        > {"note": [1, {"a": "ü"}], "version": 0}
        200
        content-type: application/json

        {"amount":7.5,"by":"ann!","customer":"ann","id":"1","note":[1,{"a":"ü"}],"version":2}

        > PATCH /v1/orders/ann/1
        > if-match: x
        > 
        > {"note": 1, "version": 1}
        412
        content-type: application/json
        x-amzn-errortype: PreconditionFailedException

        {"message":"Precondition Failed"}

        > PATCH /v1/orders/ann/1
        > 
        > {"note": 1, "version": 1}
        400
        content-type: application/json
        x-amzn-errortype: BadRequestException

        {"message":"Bad Request"}

        > POST /v1/checkout/bob/1
        > 
        > {"sku": "pen", "n": 2}
        201
        content-type: application/json

        {}

        > POST /v1/checkout/bob/2
        > 
        > {"sku": "pen", "n": 2}
        409
        content-type: application/json
        x-amzn-errortype: ConflictException

        {"message":"Conflict"}

        > POST /v1/checkout/bob/1
        > 
        > {"sku": "pen", "n": 1}
        409
        content-type: application/json
        x-amzn-errortype: ConflictException

        {"message":"Conflict"}

        > POST /v1/orders/batch
        > 
        > {"keys": [{"customer": "bob", "id": "1"}, {"customer": "bob", "id": "2"}]}
        200
        content-type: application/json

        {"items":[{"customer":"bob","id":"1","sku":"pen"}]}

        > GET /v1/orders/bob?limit=5
        200
        content-type: application/json

        {"items":[{"customer":"bob","id":"1","sku":"pen"}]}

        > DELETE /v1/orders/ann/1
        200
        content-type: application/json

        {"amount":7.5,"by":"ann!","customer":"ann","id":"1","note":[1,{"a":"ü"}],"version":2}

        > DELETE /v1/orders/ann/1
        404
        content-type: application/json
        x-amzn-errortype: NotFoundException

        {"message":"Not Found"}

        > GET /v1/orders/ann
        200
        content-type: application/json

        {"items":[]}

    "#]]
    .assert_eq(&story);
    assert_eq!(gateway.items("stock").await, [json!({ "sku": "pen", "n": 1 })]);
    assert_eq!(gateway.items("orders-v1").await, [json!({ "customer": "bob", "id": "1", "sku": "pen" })]);
    assert_eq!(gateway.items("orders-v2").await, [] as [Value; 0]);
}

/// All items behind `first`, as the client finds them who follows `Link`, and how many pages there were.
async fn follow(gateway: &TestGateway, first: &str) -> (Vec<Value>, usize) {
    let (mut items, mut next, mut pages) = (Vec::new(), Some(first.to_owned()), 0);
    while let Some(target) = next {
        let answer = gateway.send(&format!("GET {target}")).await;
        let (head, body) = answer.split_once("\n\n").unwrap();
        let link = head.lines().find_map(|line| line.strip_prefix("link: <"));
        next = link.map(|link| link.strip_suffix(">; rel=\"next\"").unwrap().to_owned());
        let page: Value = serde_json::from_str(body).unwrap();
        let cursor = page["cursor"].as_str().map(|cursor| format!("cursor={cursor}"));
        assert_eq!(cursor.as_deref(), next.as_deref().map(|next| next.rsplit(['?', '&']).next().unwrap()));
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        pages += 1;
        assert!(pages < 100, "the pages do not end");
    }
    (items, pages)
}

#[tokio::test]
async fn the_pages_hold_every_item_once() {
    let gateway = orders().await;
    for n in 0..23 {
        let customer = if n < 11 { "a%20b" } else { "bob" };
        let made = gateway.send(&format!("PUT /v1/orders/{customer}/{n:02}\n\n{{\"amount\": {n}}}")).await;
        assert!(made.starts_with("201\n"), "{made}");
    }
    let ids = |items: &[Value]| -> Vec<String> {
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };

    let (items, pages) = follow(&gateway, "/v1/orders").await;
    assert_eq!((items.len(), pages), (23, 8));
    assert_eq!(
        ids(&items).into_iter().collect::<BTreeSet<_>>(),
        (0..23).map(|n| format!("{n:02}")).collect()
    );

    for limit in [1, 2, 10, 11, 1000] {
        let (items, _) = follow(&gateway, &format!("/v1/orders/a%20b?x=%26&limit={limit}&y")).await;
        assert_eq!(ids(&items), (0..11).rev().map(|n| format!("{n:02}")).collect::<Vec<_>>(), "{limit}");
    }
    assert_eq!(follow(&gateway, "/v1/orders/nobody").await, (Vec::new(), 1));
}

#[tokio::test]
async fn a_cursor_serves_its_own_route_stage_and_table_only() {
    let gateway = orders().await;
    for stage in ["v1", "v2"] {
        for n in 0..5 {
            gateway.put(&format!("orders-{stage}"), &json!({ "customer": "ann", "id": n.to_string() }));
        }
    }
    let page = gateway.json("GET /v1/orders").await;
    let cursor = page["cursor"].as_str().unwrap();
    let own = gateway.json(&format!("GET /v1/orders?cursor={cursor}")).await;
    assert_eq!(own["items"].as_array().unwrap().len(), 2);

    let changed = format!("{}{}", &cursor[..cursor.len() - 1], if cursor.ends_with('A') { 'Q' } else { 'A' });
    for request in [
        format!("GET /v1/everything?cursor={cursor}"),
        format!("GET /v1/orders/ann?cursor={cursor}"),
        format!("GET /v2/orders?cursor={cursor}"),
        format!("GET /v1/orders?cursor={changed}"),
        format!("GET /v1/orders?cursor={}", &cursor[1..]),
        "GET /v1/orders?cursor=".to_owned(),
        "GET /v1/orders?cursor=%00".to_owned(),
        "GET /v1/orders?cursor=eyJpZCI6WyJTIiwiMSJdfQ".to_owned(),
    ] {
        assert_eq!(gateway.send(&request).await, BAD_REQUEST, "{request}");
    }

    // The same route of the same stage, on another table.
    let id = gateway.store.stage("v1").await.unwrap().unwrap().deployment_id;
    gateway
        .put_stage(&json!({ "stage": "v1", "deploymentId": id, "stageVariables": { "table": "orders-v2" } }));
    gateway.go_live().await;
    assert_eq!(gateway.send(&format!("GET /v1/orders?cursor={cursor}")).await, BAD_REQUEST);
}

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
async fn a_value_from_a_request_is_only_ever_a_value() {
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
async fn what_cannot_be_used_is_a_400_and_nothing_is_written() {
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

#[tokio::test]
async fn a_table_that_is_not_there_is_a_500_that_does_not_name_it() {
    let gateway = TestGateway::serving(&[
        route(
            "GET /one",
            &json!({ "action": "GetItem", "tableName": "salaries-prod", "key": { "id": "1" } }),
        ),
        route("GET /all", &json!({ "action": "Scan", "tableName": "salaries-prod" })),
        route(
            "PUT /one",
            &json!({ "action": "PutItem", "tableName": "salaries-prod", "item": { "id": "1" } }),
        ),
        route(
            "POST /both",
            &json!({ "action": "TransactWriteItems", "transactItems": [
            { "put": { "tableName": "salaries-prod", "item": { "id": "1" } } } ] }),
        ),
    ])
    .await;
    for request in ["GET /v1/one", "GET /v1/all", "PUT /v1/one", "POST /v1/both"] {
        let expected = "500\ncontent-type: application/json\nx-amzn-errortype: InternalServerErrorException\n\n\
                        {\"message\": \"Internal server error\"}";
        assert_eq!(gateway.send(request).await, expected, "{request}");
    }
    for line in gateway.log_lines() {
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["errorResponseType"], "API_CONFIGURATION_ERROR");
        let message = line["integrationErrorMessage"].as_str().unwrap();
        assert!(message.contains("ResourceNotFoundException"), "the operator can tell: {message}");
    }
}
