//! Problems of operations, which are said at deployment.

use super::*;

/// Checks that each integration has just these problems, as (field, got).
fn check(cases: &[(Value, &[(&str, &str)])]) {
    for (integration, expected) in cases {
        let problems = parse(integration, "v1 GET /").map(drop).unwrap_err();
        let found: Vec<_> = problems.iter().map(|(field, got, _)| (field.as_str(), got.as_str())).collect();
        assert_eq!(found, *expected, "{integration} {problems:#?}");
    }
}

#[test]
fn a_field_that_will_not_do_is_a_problem() {
    let get = json!({"action": "GetItem", "tableName": "stock", "key": {"pk": "$request.path.id"}});
    let put = json!({"action": "PutItem", "tableName": "stock", "item": {"pk": "a"}});
    check(&[
        (json!({}), &[("action", "nothing")]),
        (json!({"action": "DropTable"}), &[("action", r#""DropTable""#)]),
        (json!({"action": "GetItem"}), &[("tableName", "nothing"), ("key", "nothing")]),
        (json!({"action": "PutItem", "tableName": "a"}), &[("item", "nothing")]),
        (with(&put, json!({"item": {}})), &[("item", "{}")]),
        (with(&put, json!({"item": []})), &[("item", "[]")]),
        (with(&put, json!({"returnValues": "ALL_NEW"})), &[("returnValues", r#""ALL_NEW""#)]),
        (with(&get, json!({"tableName": "${request.path.id}"})), &[("tableName", r#""${request.path.id}""#)]),
        (with(&get, json!({"tableName": "${stageVariables.x}"})), &[("tableName", "${stageVariables.x}")]),
        (with(&get, json!({"key": {}})), &[("key", "{}")]),
        (with(&get, json!({"key": "id"})), &[("key", r#""id""#)]),
        (with(&get, json!({"key": {"pk": ""}})), &[("key", r#"{"pk":""}"#)]),
        (with(&get, json!({"key": {"pk": ["a"]}})), &[("key", r#"{"pk":["a"]}"#)]),
        (with(&get, json!({"key": {"a": 1, "b": 2, "c": 3}})), &[("key", r#"{"a":1,"b":2,"c":3}"#)]),
        (
            with(&get, json!({"key": {"pk": "$request.path.no", "sk": "$nope"}})),
            &[("key.pk", r#""$request.path.no""#), ("key.sk", r#""$nope""#)],
        ),
        (with(&get, json!({"return": "items"})), &[("return", r#""items""#)]),
        (with(&get, json!({"statusCode": 404})), &[("statusCode", "404")]),
        (with(&get, json!({"filterExpression": "a = b"})), &[("filterExpression", r#""a = b""#)]),
        (
            json!({"action": "Scan", "tableName": "a", "limit": 0, "indexName": "$request.path.id"}),
            &[("indexName", r#""$request.path.id""#), ("limit", "0")],
        ),
        (json!({"action": "Query", "tableName": "a"}), &[("keyConditionExpression", "nothing")]),
        (json!({"action": "BatchGetItem", "tableName": "a", "keys": []}), &[("keys", "[]")]),
        (json!({"action": "BatchGetItem", "tableName": "a", "keys": ["a"]}), &[("keys", r#"["a"]"#)]),
    ]);
    let exact = "1".repeat(39);
    let item = serde_json::from_str(&format!(r#"{{"item": {{"pk": "a", "n": [{exact}]}}}}"#)).unwrap();
    check(&[(
        with(&put, item),
        &[("item", "a number of more than 38 digits, or beyond 9.9E+125 or 1E-130")],
    )]);
}

#[test]
fn placeholders_and_their_definitions_must_match() {
    let update = json!({"action": "UpdateItem", "tableName": "stock", "key": {"pk": "$request.path.id"}});
    check(&[
        (update.clone(), &[("updateExpression", "nothing")]),
        (with(&update, json!({"updateExpression": " "})), &[("updateExpression", "no text")]),
        (
            with(
                &update,
                json!({"updateExpression": "SET #a = :b, c = :b", "expressionAttributeNames": {"#x": "y"}}),
            ),
            &[("updateExpression", "#a"), ("updateExpression", ":b"), ("expressionAttributeNames.#x", "#x")],
        ),
        (
            with(
                &update,
                json!({"updateExpression": "SET a = :b", "expressionAttributeValues": {":b": "$no", ":c": 1}}),
            ),
            &[("expressionAttributeValues.:c", ":c"), ("expressionAttributeValues.:b", r#""$no""#)],
        ),
    ]);
}

#[test]
fn every_change_of_a_transaction_is_read() {
    let transaction = json!({"action": "TransactWriteItems"});
    let changes = json!([
        {"put": {"tableName": "a"}},
        {},
        {"put": {}, "delete": {}},
        {"conditionCheck": {"tableName": "a", "key": {"pk": "a"}}},
        {"delete": {"tableName": "a", "key": {"pk": "a"}, "return": "item"}},
    ]);
    check(&[
        (transaction.clone(), &[("transactItems", "nothing")]),
        (with(&transaction, json!({"transactItems": []})), &[("transactItems", "0 items")]),
        (
            with(&transaction, json!({"transactItems": changes})),
            &[
                ("transactItems[0].put.item", "nothing"),
                ("transactItems[1].put", "none of them"),
                ("transactItems[2].put", "put and delete"),
                ("transactItems[3].conditionCheck.conditionExpression", "nothing"),
                ("transactItems[4].delete.return", r#""item""#),
            ],
        ),
    ]);
}
