//! `GetItem`, `BatchGetItem`, `Query` and `Scan`.

use super::*;

#[tokio::test]
async fn get_item_gives_the_item_or_404() {
    let tables = TestTables::new().await;
    let big = "12345678901234567890123456789012345678";
    let item =
        format!(r#"{{"pk": "ORDER#a/b", "n": 1, "big": {big}, "price": 7.50, "tags": ["x", null, true]}}"#);
    tables.put("orders-v1", serde_json::from_str(&item).unwrap()).await;
    let whole = json!({
        "action": "GetItem", "tableName": "${stageVariables.table}",
        "key": {"pk": "ORDER#${request.path.id}", "n": 1}, "return": "item",
    });
    let part = json!({
        "action": "getitem", "tableName": "orders-v1", "key": {"pk": "ORDER#${request.path.id}", "n": 1},
        "projectionExpression": "#p, tags[0]", "expressionAttributeNames": {"#p": "price"},
        "consistentRead": true, "statusCode": 203,
    });
    let nothing = json!({"action": "GetItem", "tableName": "orders-v1", "return": "none",
        "key": {"pk": "ORDER#${request.path.id}", "n": 1}});
    let all = format!(r#"200 {{"big":{big},"n":1,"pk":"ORDER#a/b","price":7.5,"tags":["x",null,true]}}"#);
    let cases = [
        (&whole, get("a%2Fb"), &*all),
        (&whole, get("other"), NOT_FOUND),
        (&whole, get("%23"), NOT_FOUND),
        (&whole, get(":x"), NOT_FOUND),
        (&whole, get("a%20=%20b%20OR"), NOT_FOUND),
        (&part, get("a%2Fb"), r#"203 {"price":7.5,"tags":["x"]}"#),
        (&nothing, get("a%2Fb"), "204 "),
        (&nothing, get("other"), NOT_FOUND),
    ];
    for (integration, sent, expected) in cases {
        let id = sent.id.to_owned();
        assert_eq!(tables.send(integration, sent).await, expected, "{id}");
    }
}

#[tokio::test]
async fn sets_and_binary_reach_the_client_as_arrays_and_base64() {
    let tables = TestTables::new().await;
    let put = tables
        .sdk
        .put_item()
        .table_name("stock")
        .item("pk", aws_sdk_dynamodb::types::AttributeValue::S("s".to_owned()));
    let set = ["b".to_owned(), "a".to_owned()];
    let put = put.item("set", aws_sdk_dynamodb::types::AttributeValue::Ss(set.to_vec()));
    let put = put.item(
        "bytes",
        aws_sdk_dynamodb::types::AttributeValue::B(aws_sdk_dynamodb::primitives::Blob::new(b"\x00\xff")),
    );
    put.send().await.unwrap();
    let integration = json!({"action": "GetItem", "tableName": "stock", "key": {"pk": "$request.path.id"}});
    let answer = tables.send(&integration, get("s")).await;
    let body: Value = serde_json::from_str(answer.strip_prefix("200 ").unwrap()).unwrap();
    let mut set: Vec<_> = body["set"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    set.sort_unstable();
    assert_eq!((set, &body["bytes"]), (vec!["a", "b"], &json!("AP8=")));
}

#[tokio::test]
async fn a_query_gives_pages_that_cursors_join() {
    let tables = TestTables::new().await;
    for n in 0..5 {
        tables.put("orders-v1", json!({"pk": "o1", "n": n, "status": "open", "m": n})).await;
    }
    tables.put("orders-v1", json!({"pk": "o2", "n": 9, "m": 9, "status": "open"})).await;
    let by_key = json!({
        "action": "Query", "tableName": "orders-v1", "keyConditionExpression": "pk = :pk",
        "expressionAttributeValues": {":pk": "$request.path.id"}, "projectionExpression": "n",
        "limit": "$request.querystring.limit", "scanIndexForward": false,
    });
    let by_status = json!({
        "action": "Query", "tableName": "orders-v1", "indexName": "by-status",
        "keyConditionExpression": "#s = :s", "filterExpression": "m > :least",
        "expressionAttributeNames": {"#s": "status"},
        "expressionAttributeValues": {":s": "open", ":least": 1}, "projectionExpression": "n", "limit": 2,
    });
    let scan = json!({"action": "Scan", "tableName": "orders-v1", "projectionExpression": "n", "limit": 4});
    let cases = [
        (&by_key, "a=1&limit=2", vec![4, 3, 2, 1, 0]),
        (&by_key, "limit=5", vec![4, 3, 2, 1, 0]),
        (&by_key, "", vec![4, 3, 2, 1, 0]),
        (&by_status, "", vec![2, 3, 4, 9]),
        (&scan, "", vec![0, 1, 2, 3, 4, 9]),
    ];
    for (integration, others, expected) in cases {
        let (mut numbers, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let sent =
                cursor.as_ref().map_or(others.to_owned(), |cursor| format!("cursor={cursor}&{others}"));
            let answer = tables.send(integration, query(&sent)).await;
            let (head, body) = answer.split_once('{').unwrap();
            let page: Value = serde_json::from_str(&format!("{{{body}")).unwrap();
            numbers.extend(page["items"].as_array().unwrap().iter().map(|item| item["n"].as_i64().unwrap()));
            cursor = page["cursor"].as_str().map(str::to_owned);
            let Some(cursor) = &cursor else { break assert_eq!(head, "200 ") };
            let joint = if others.is_empty() { "" } else { "&" };
            let link = format!("200 link: </v1/orders/o1?{others}{joint}cursor={cursor}>; rel=\"next\" ");
            assert_eq!(head, link);
        }
        numbers.sort_by_key(|n| if integration == &by_key { -n } else { *n });
        assert_eq!(numbers, expected, "{integration} {others}");
    }
    let first = json!({"action": "Scan", "tableName": "stock", "return": "item"});
    assert_eq!(tables.send(&first, get("o1")).await, NOT_FOUND);
    tables.put("stock", json!({"pk": "a"})).await;
    assert_eq!(tables.send(&first, get("o1")).await, r#"200 {"pk":"a"}"#);
}

#[tokio::test]
async fn a_bad_or_foreign_cursor_and_a_bad_limit_are_a_400() {
    let tables = TestTables::new().await;
    for n in 0..3 {
        tables.put("orders-v1", json!({"pk": "o1", "n": n})).await;
    }
    let orders = json!({
        "action": "Query", "tableName": "orders-v1", "keyConditionExpression": "pk = :pk",
        "expressionAttributeValues": {":pk": "$request.path.id"}, "limit": "$request.querystring.limit",
    });
    let answer = tables.send(&orders, query("limit=1")).await;
    let cursor = answer.rsplit('"').nth(1).unwrap();
    let good = format!("limit=1&cursor={cursor}");
    assert!(tables.send(&orders, query(&good)).await.starts_with("200 "));

    let foreign = Sent { route: Some("v1 GET /stock"), ..query(&good) };
    assert_eq!(tables.send(&orders, foreign).await, BAD_REQUEST);
    let twice = format!("cursor={cursor}&cursor={cursor}");
    let cut = format!("cursor={}", &cursor[1..]);
    for bad in [
        "limit=0",
        "limit=1001",
        "limit=x",
        "limit=-1",
        "limit=",
        "limit=1&limit=2",
        "cursor=",
        "cursor=x",
        "cursor",
        &twice,
        &cut,
    ] {
        assert_eq!(tables.send(&orders, query(bad)).await, BAD_REQUEST, "{bad}");
    }
}

#[tokio::test]
async fn batch_get_item_gives_the_items_that_there_are() {
    let tables = TestTables::new().await;
    for pk in ["a", "b", "c"] {
        tables.put("stock", json!({"pk": pk, "n": 1, "x": "y"})).await;
    }
    let integration = json!({"action": "BatchGetItem", "tableName": "stock", "keys": "$request.body.keys",
        "projectionExpression": "pk", "consistentRead": true});
    let listed = json!({"action": "BatchGetItem", "tableName": "stock", "return": "item",
        "keys": [{"pk": "$request.path.id"}, {"pk": "b"}]});
    let keys = |keys: &[&str]| {
        let keys: Vec<_> = keys.iter().map(|pk| json!({"pk": pk})).collect();
        post(json!({"keys": keys}).to_string())
    };
    let many: Vec<_> = (0..101).map(|n| n.to_string()).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let cases = [
        (&integration, keys(&["a", "none"]), r#"200 {"items":[{"pk":"a"}]}"#),
        (&integration, keys(&["none"]), r#"200 {"items":[]}"#),
        (&integration, keys(&many[..100]), r#"200 {"items":[]}"#),
        (&integration, keys(&many), INVALID_BODY),
        (&integration, keys(&[]), INVALID_BODY),
        (&integration, keys(&["a", "a"]), INVALID_BODY),
        (&integration, keys(&[""]), INVALID_BODY),
        (&integration, post("{}"), INVALID_BODY),
        (&integration, post(r#"{"keys": {"pk": "a"}}"#), INVALID_BODY),
        (&integration, post(r#"{"keys": [{"other": "a"}]}"#), INVALID_BODY),
        (&integration, post(r#"{"keys": [{"pk": {"S": "a"}}]}"#), INVALID_BODY),
        (&listed, get("none"), r#"200 {"n":1,"pk":"b","x":"y"}"#),
    ];
    for (integration, sent, expected) in cases {
        let body = String::from_utf8(sent.body.clone()).unwrap();
        assert_eq!(tables.send(integration, sent).await, expected, "{body:.60}");
    }
}

#[tokio::test]
async fn keys_that_a_batch_leaves_for_later_come_with_its_cursor() {
    let tables = TestTables::new().await;
    let item = |n: usize| json!({"pk": "big", "n": n as f64 / 4.0, "x": "x".repeat(380_000)});
    for n in 0..50 {
        tables.put("orders-v1", item(n)).await;
    }
    let integration = json!({"action": "BatchGetItem", "tableName": "orders-v1", "keys": "$request.body"});
    let keys: Vec<_> = (0..50).map(|n| json!({"pk": "big", "n": n as f64 / 4.0})).collect();
    let body = Value::from(keys.clone()).to_string();
    let mut found = Vec::new();
    let (mut pages, mut sent) = (0, String::new());
    loop {
        let answer = tables.send(&integration, Sent { query: &sent, ..post(&*body) }).await;
        let page: Value = serde_json::from_str(&answer[answer.find('{').unwrap()..]).unwrap();
        found.extend(page["items"].as_array().unwrap().iter().map(|item| item["n"].as_f64().unwrap()));
        pages += 1;
        let Some(cursor) = page["cursor"].as_str() else { break };
        sent = format!("cursor={cursor}");
        let other_keys = Value::from(keys[1..].to_vec()).to_string();
        assert_eq!(tables.send(&integration, Sent { query: &sent, ..post(other_keys) }).await, BAD_REQUEST);
    }
    found.sort_by(f64::total_cmp);
    assert_eq!(found, (0..50).map(|n| f64::from(n) / 4.0).collect::<Vec<_>>());
    assert!(pages > 1, "the answer is over DynamoDB's 16 MB");
}
