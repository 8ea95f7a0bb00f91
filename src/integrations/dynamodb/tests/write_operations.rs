//! `PutItem`, `UpdateItem`, `DeleteItem` and `TransactWriteItems`.

use super::*;

#[tokio::test]
async fn put_item_writes_what_the_client_sent_and_leaves_out_what_is_absent() {
    let tables = TestTables::new().await;
    let base = json!({
        "action": "PutItem", "tableName": "stock",
        "item": {"pk": "$request.body.id", "amount": "$request.body.amount", "in": {"deep": "$request.body.x"}},
    });
    let put = |more: Value| with(&base, more);
    let created =
        put(json!({"conditionExpression": "attribute_not_exists(pk)", "statusCode": 201, "return": "item"}));
    let old = put(json!({"returnValues": "ALL_OLD"}));
    let cases = [
        (put(json!({})), r#"{"id": "a", "amount": 7.50}"#, "200 {}"),
        (put(json!({"return": "none"})), r#"{"id": "a", "amount": 8, "x": "y"}"#, "204 "),
        (old, r#"{"id": "a", "amount": 9}"#, r#"200 {"amount":8,"in":{"deep":"y"},"pk":"a"}"#),
        (created.clone(), r#"{"id": "b", "amount": 7.50}"#, r#"201 {"amount":7.50,"in":{},"pk":"b"}"#),
        (created, r#"{"id": "a", "amount": 1}"#, CONFLICT),
    ];
    for (integration, body, expected) in cases {
        assert_eq!(tables.send(&integration, post(body)).await, expected, "{body}");
    }
    let mut items = tables.items("stock").await;
    items.sort_by_key(|item| item["pk"].to_string());
    assert_eq!(
        Value::from(items).to_string(),
        r#"[{"amount":9,"in":{},"pk":"a"},{"amount":7.5,"in":{},"pk":"b"}]"#
    );
}

#[tokio::test]
async fn a_body_that_will_not_do_is_a_400_and_nothing_is_written() {
    let tables = TestTables::new().await;
    let mapped = json!({"action": "PutItem", "tableName": "stock",
        "item": {"pk": "$request.body.id", "v": "$request.body.v"}});
    let whole = json!({"action": "PutItem", "tableName": "stock", "item": "$request.body"});
    let update = json!({"action": "UpdateItem", "tableName": "stock", "key": {"pk": "$request.path.id"},
        "updateExpression": "SET v = :v", "expressionAttributeValues": {":v": "$request.body.v"}});
    let digits =
        |count: usize| format!(r#"{{"id": "a", "pk": "a", "v": [{{"deep": {}}}]}}"#, "1".repeat(count));
    let deep = format!(r#"{{"pk": "a", "v": {}{}}}"#, "[".repeat(60), "]".repeat(60));
    let bodies = [
        String::new(),
        "{".to_owned(),
        "no".to_owned(),
        r#"{"id": "a"} {}"#.to_owned(),
        r#"[{"id": "a", "pk": "a", "v": 1}]"#.to_owned(),
        r#"{"id": "", "pk": "", "v": 1e126}"#.to_owned(),
        r#"{"id": 7, "pk": 7, "v": 1e-131}"#.to_owned(),
        digits(39),
        "[".repeat(100_000),
    ];
    for body in bodies {
        for integration in [&mapped, &whole, &update] {
            assert_eq!(
                tables.send(integration, post(&*body)).await,
                INVALID_BODY,
                "{body:.60} {integration}"
            );
        }
    }
    assert_eq!(tables.send(&whole, post(&*deep)).await, INVALID_BODY);
    assert_eq!(tables.send(&whole, post(b"{\"pk\": \"\xff\"}".to_vec())).await, INVALID_BODY);
    let huge = format!(r#"{{"pk": "a", "v": "{}"}}"#, "x".repeat(6_000_000));
    let answer = tables.send(&whole, post(huge)).await;
    assert!(answer.starts_with("413 "), "{answer}");
    assert_eq!(tables.items("stock").await, Vec::<Value>::new());

    let last_of_two = format!(r#"{{"pk": "x", "pk": "a", "v": {}}}"#, "1".repeat(38));
    assert_eq!(tables.send(&whole, post(last_of_two)).await, "200 {}");
    let written = tables.items("stock").await;
    assert_eq!(Value::from(written).to_string(), format!(r#"[{{"pk":"a","v":{}}}]"#, "1".repeat(38)));
}

#[tokio::test]
async fn update_and_delete_answer_with_what_return_values_ask_for() {
    let tables = TestTables::new().await;
    let add = json!({
        "action": "UpdateItem", "tableName": "stock", "key": {"pk": "$request.path.id"},
        "updateExpression": "ADD #n :by", "expressionAttributeNames": {"#n": "count"},
        "expressionAttributeValues": {":by": "$request.body.by"},
    });
    let remove = json!({"action": "DeleteItem", "tableName": "stock", "key": {"pk": "$request.path.id"}});
    let update = |more: Value| with(&add, more);
    let delete = |more: Value| with(&remove, more);
    let by = |by| post(format!(r#"{{"by": {by}}}"#));
    let only_existing = json!({"conditionExpression": "attribute_exists(pk)"});
    let cases = [
        (update(json!({})), by(2), "200 {}"),
        (update(json!({"returnValues": "UPDATED_NEW"})), by(-1), r#"200 {"count":1}"#),
        (update(json!({"returnValues": "all_old"})), by(1), r#"200 {"count":1,"pk":"o1"}"#),
        (update(json!({"return": "item"})), by(1), r#"200 {"count":3,"pk":"o1"}"#),
        (update(json!({})), post(r#"{"by": "text"}"#), INVALID_BODY),
        (update(only_existing.clone()), Sent { id: "none", ..by(1) }, CONFLICT),
        (
            update(only_existing.clone()),
            Sent { id: "none", headers: &[("if-match", "*")], ..by(1) },
            PRECONDITION,
        ),
        (
            delete(only_existing.clone()),
            Sent { id: "none", headers: &[("if-none-match", "\"x\"")], ..get("none") },
            PRECONDITION,
        ),
        (delete(json!({"return": "item"})), get("o1"), r#"200 {"count":3,"pk":"o1"}"#),
        (delete(json!({"return": "item"})), get("o1"), NOT_FOUND),
        (delete(json!({"returnValues": "ALL_OLD"})), get("o1"), "200 {}"),
        (delete(json!({"return": "none"})), get("o1"), "204 "),
        (delete(only_existing), get("o1"), CONFLICT),
    ];
    for (step, (integration, sent, expected)) in cases.into_iter().enumerate() {
        assert_eq!(tables.send(&integration, sent).await, expected, "step {step}: {integration}");
    }
}

#[tokio::test]
async fn a_transaction_happens_as_a_whole_or_not_at_all() {
    let tables = TestTables::new().await;
    tables.put("stock", json!({"pk": "bolt", "n": 1})).await;
    tables.put("stock", json!({"pk": "old", "n": 1})).await;
    let integration = json!({"action": "TransactWriteItems", "transactItems": [
        {"put": {"tableName": "orders-v1", "item": {"pk": "$request.body.id", "n": 1},
            "conditionExpression": "attribute_not_exists(pk)"}},
        {"update": {"tableName": "stock", "key": {"pk": "$request.body.sku"}, "updateExpression": "ADD n :d",
            "conditionExpression": "n > :zero", "expressionAttributeValues": {":d": -1, ":zero": 0}}},
        {"delete": {"tableName": "stock", "key": {"pk": "$request.body.old"}}},
        {"conditionCheck": {"tableName": "stock", "key": {"pk": "closed"},
            "conditionExpression": "attribute_not_exists(pk)"}},
    ]});
    let order = |id: &str, sku: &str| post(json!({"id": id, "sku": sku, "old": "old"}).to_string());
    let with_match = Sent { headers: &[("if-match", "\"1\"")], ..order("t2", "bolt") };
    let cases = [
        (order("t1", "bolt"), "200 {}"),
        (order("t2", "bolt"), CONFLICT),
        (with_match, PRECONDITION),
        (order("t2", "none"), CONFLICT),
        (order("t2", "old"), INVALID_BODY),
        (post(r#"{"id": "t2", "sku": "bolt"}"#), INVALID_BODY),
        (post(r#"{"id": 7, "sku": "nut", "old": "o"}"#), INVALID_BODY),
    ];
    for (step, (sent, expected)) in cases.into_iter().enumerate() {
        assert_eq!(tables.send(&integration, sent).await, expected, "step {step}");
    }
    assert_eq!(tables.items("orders-v1").await, [json!({"pk": "t1", "n": 1})]);
    assert_eq!(tables.items("stock").await, [json!({"pk": "bolt", "n": 0})]);
}
