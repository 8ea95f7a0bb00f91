//! Requests as they are sent, beside those of the official SDK.

use super::{operation_failures::answering, *};
use aws_sdk_dynamodb::{
    primitives::Blob,
    types::{
        AttributeValue, ConditionCheck, Delete, KeysAndAttributes, Put, ReturnValue, TransactWriteItem,
        Update,
    },
};
use std::collections::HashMap;

type SdkItem = HashMap<String, AttributeValue>;

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(text: &str) -> AttributeValue {
    AttributeValue::N(text.to_owned())
}

fn key() -> SdkItem {
    SdkItem::from([("pk".to_owned(), s("ORDER#o \"1\"")), ("n".to_owned(), n("75e-1"))])
}

fn written_key() -> Value {
    json!({ "pk": "ORDER#${request.path.id}", "n": "$request.body.n" })
}

const BODY: &str = r#"{"n": 7.50, "bytes": "AP8", "tags": ["a", "a", "b"], "levels": [1, "2"], "any": [null, true, {"é\n": 1e3}]}"#;

/// Sends a request for the integration, and compares what DynamoDB gets with the SDK's.
async fn compare(integration: Value, sdk: impl AsyncFnOnce(Client)) {
    let (address, calls) = answering(200, &json!({})).await;
    let sent = Sent { id: "o%20%221%22", body: BODY.into(), ..Sent::default() };
    send(&client(address), &integration, sent).await;
    sdk(sdk_client(address)).await;
    let calls = calls.lock().unwrap().clone();
    let requests: Vec<Value> = calls
        .iter()
        .map(|call| {
            let mut request: Value = serde_json::from_str(call).unwrap();
            // Random in both.
            request.as_object_mut().unwrap().remove("ClientRequestToken");
            request
        })
        .collect();
    let [ours, theirs] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!(ours, theirs, "{integration}");
}

#[tokio::test]
async fn reads_are_sent_as_the_sdk_sends_them() {
    let names = || Some(HashMap::from([("#p".to_owned(), "price \"x\"".to_owned())]));
    let get = json!({ "action": "GetItem", "tableName": "stock", "key": written_key(), "consistentRead": true,
        "projectionExpression": "#p, tags[0]", "expressionAttributeNames": { "#p": "price \"x\"" } });
    compare(get, async |sdk| {
        let get = sdk.get_item().table_name("stock").set_key(Some(key())).consistent_read(true);
        get.projection_expression("#p, tags[0]")
            .set_expression_attribute_names(names())
            .send()
            .await
            .unwrap();
    })
    .await;
    let query = json!({ "action": "Query", "tableName": "stock", "indexName": "by-n", "limit": 7, "scanIndexForward": false,
        "keyConditionExpression": "pk = :pk", "filterExpression": "#p > :p AND a = :a",
        "expressionAttributeNames": { "#p": "price \"x\"" },
        "expressionAttributeValues": { ":pk": "$request.path.id", ":p": "$request.body.n", ":a": "$request.body.any" } });
    compare(query, async |sdk| {
        let any = AttributeValue::L(vec![
            AttributeValue::Null(true),
            AttributeValue::Bool(true),
            AttributeValue::M(SdkItem::from([("é\n".to_owned(), n("1e3"))])),
        ]);
        let query = sdk.query().table_name("stock").index_name("by-n").limit(7).scan_index_forward(false);
        let query = query.key_condition_expression("pk = :pk").filter_expression("#p > :p AND a = :a");
        let query = query.set_expression_attribute_names(names());
        let query = query.expression_attribute_values(":pk", s("o \"1\""));
        let query =
            query.expression_attribute_values(":p", n("75e-1")).expression_attribute_values(":a", any);
        query.send().await.unwrap();
    })
    .await;
    let scan = json!({ "action": "Scan", "tableName": "stock", "consistentRead": false });
    compare(scan, async |sdk| {
        sdk.scan().table_name("stock").consistent_read(false).send().await.unwrap();
    })
    .await;
    let batch = json!({ "action": "BatchGetItem", "tableName": "stock", "keys": [written_key(), { "pk": "a", "n": 1 }],
        "projectionExpression": "pk", "consistentRead": true });
    compare(batch, async |sdk| {
        let fixed = SdkItem::from([("pk".to_owned(), s("a")), ("n".to_owned(), n("1"))]);
        let keys = KeysAndAttributes::builder().keys(key()).keys(fixed).projection_expression("pk");
        let keys = keys.consistent_read(true).build().unwrap();
        sdk.batch_get_item().request_items("stock", keys).send().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn writes_are_sent_as_the_sdk_sends_them() {
    let put = json!({ "action": "PutItem", "tableName": "stock", "returnValues": "ALL_OLD",
        "conditionExpression": "attribute_not_exists(pk)",
        "item": { "pk": "$request.path.id", "absent": "$request.body.absent", "fixed": [1.50, "x", null, {}],
            "bytes": "$binary(request.body.bytes)", "tags": "$stringSet(request.body.tags)",
            "levels": "$numberSet(request.body.levels)", "in": { "absent": "$request.body.absent" } } });
    compare(put, async |sdk| {
        let fixed = vec![n("15e-1"), s("x"), AttributeValue::Null(true), AttributeValue::M(SdkItem::new())];
        let put = sdk.put_item().table_name("stock").return_values(ReturnValue::AllOld);
        let put = put.condition_expression("attribute_not_exists(pk)").item("pk", s("o \"1\""));
        let put = put.item("fixed", AttributeValue::L(fixed));
        let put = put.item("bytes", AttributeValue::B(Blob::new(b"\x00\xff")));
        let put = put.item("tags", AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()]));
        let put = put.item("levels", AttributeValue::Ns(vec!["1".to_owned(), "2".to_owned()]));
        put.item("in", AttributeValue::M(SdkItem::new())).send().await.unwrap();
    })
    .await;
    let update = json!({ "action": "UpdateItem", "tableName": "stock", "key": written_key(), "returnValues": "UPDATED_NEW",
        "updateExpression": "SET #a = :a, #b = :b", "conditionExpression": "n = :n",
        "expressionAttributeNames": { "#a": "a", "#b": "b" },
        "expressionAttributeValues": { ":a": "$request.body.absent?", ":b": "B", ":n": "$request.body.n" } });
    compare(update, async |sdk| {
        let update =
            sdk.update_item().table_name("stock").set_key(Some(key())).update_expression("SET #b = :b");
        let update = update.condition_expression("n = :n").expression_attribute_names("#b", "b");
        let update =
            update.expression_attribute_values(":b", s("B")).expression_attribute_values(":n", n("75e-1"));
        update.return_values(ReturnValue::UpdatedNew).send().await.unwrap();
    })
    .await;
    let delete = json!({ "action": "DeleteItem", "tableName": "stock", "key": "$json(request.body.key)" });
    let (address, calls) = answering(200, &json!({})).await;
    let sent = Sent { id: "o1", body: r#"{"key": {"pk": "a"}}"#.into(), ..Sent::default() };
    send(&client(address), &delete, sent).await;
    assert_eq!(*calls.lock().unwrap(), [r#"{"TableName":"stock","Key":{"pk":{"S":"a"}}}"#]);
}

#[tokio::test]
async fn a_transaction_is_sent_as_the_sdk_sends_it() {
    let transaction = json!({ "action": "TransactWriteItems", "transactItems": [
        { "put": { "tableName": "orders-v1", "item": { "pk": "$request.path.id" },
            "conditionExpression": "attribute_not_exists(pk)" } },
        { "update": { "tableName": "stock", "key": written_key(), "updateExpression": "ADD n :d",
            "expressionAttributeValues": { ":d": -1 } } },
        { "delete": { "tableName": "stock", "key": written_key() } },
        { "conditionCheck": { "tableName": "stock", "key": { "pk": "closed" },
            "conditionExpression": "attribute_not_exists(pk)" } },
    ] });
    compare(transaction, async |sdk| {
        let absent = "attribute_not_exists(pk)";
        let put =
            Put::builder().table_name("orders-v1").item("pk", s("o \"1\"")).condition_expression(absent);
        let update = Update::builder().table_name("stock").set_key(Some(key())).update_expression("ADD n :d");
        let update = update.expression_attribute_values(":d", n("-1"));
        let delete = Delete::builder().table_name("stock").set_key(Some(key()));
        let check = ConditionCheck::builder().table_name("stock").key("pk", s("closed"));
        let check = check.condition_expression(absent);
        let item = TransactWriteItem::builder;
        let items = [
            item().put(put.build().unwrap()),
            item().update(update.build().unwrap()),
            item().delete(delete.build().unwrap()),
            item().condition_check(check.build().unwrap()),
        ];
        let items = items.map(|item| item.build()).to_vec();
        sdk.transact_write_items().set_transact_items(Some(items)).send().await.unwrap();
    })
    .await;
}
