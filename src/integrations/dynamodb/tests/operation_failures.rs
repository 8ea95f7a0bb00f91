//! DynamoDB fails: whose fault it is, and what is tried again.

use std::sync::{Arc, Mutex};

use super::*;

#[tokio::test]
async fn the_operators_errors_are_5xx_without_a_word_of_why() {
    let tables = TestTables::new().await;
    let missing = json!({"action": "GetItem", "tableName": "secret-table", "key": {"pk": "a"}});
    let syntax = json!({"action": "UpdateItem", "tableName": "stock", "key": {"pk": "a"}, "updateExpression": "SETT x"});
    let no_index = json!({"action": "Scan", "tableName": "stock", "indexName": "secret-index"});
    assert_eq!(tables.send(&missing, get("a")).await, FORBIDDEN);
    assert_eq!(tables.send(&syntax, get("a")).await, FAILURE);
    assert_eq!(tables.send(&no_index, get("a")).await, FAILURE);

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(send(&client(closed), &missing, get("a")).await, UNREACHABLE);
}

/// The bodies of the calls that a server got.
pub type Calls = Arc<Mutex<Vec<String>>>;

/// A DynamoDB that answers every call with the same body.
pub async fn answering(status: u16, body: &Value) -> (SocketAddr, Calls) {
    let calls = Calls::default();
    let (received, body) = (calls.clone(), body.to_string());
    let app = axum::Router::new().fallback(move |call: String| {
        received.lock().unwrap().push(call);
        let status = axum::http::StatusCode::from_u16(status).unwrap();
        let body = body.clone();
        async move { (status, [("content-type", "application/x-amz-json-1.0")], body) }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });
    (address, calls)
}

#[tokio::test]
async fn only_what_may_happen_twice_is_tried_again() {
    let read = json!({"action": "GetItem", "tableName": "stock", "key": {"pk": "a"}});
    let put = json!({"action": "PutItem", "tableName": "stock", "item": {"pk": "$request.path.id"}});
    let new = with(&put, json!({"conditionExpression": "attribute_not_exists(pk)"}));
    let delete = json!({"action": "DeleteItem", "tableName": "stock", "key": {"pk": "a"}});
    let taken = with(&delete, json!({"return": "item"}));
    let add = json!({"action": "UpdateItem", "tableName": "stock", "key": {"pk": "a"},
        "updateExpression": "ADD n :one", "expressionAttributeValues": {":one": 1}});
    let transaction = json!({"action": "TransactWriteItems",
        "transactItems": [{"delete": {"tableName": "stock", "key": {"pk": "a"}}}]});
    let cases = [
        (500, "InternalServerError", &read, FAILURE, 2),
        (500, "InternalServerError", &put, FAILURE, 2),
        (500, "InternalServerError", &new, FAILURE, 1),
        (500, "InternalServerError", &delete, FAILURE, 2),
        (500, "InternalServerError", &taken, FAILURE, 1),
        (500, "InternalServerError", &add, FAILURE, 1),
        (500, "InternalServerError", &transaction, FAILURE, 2),
        (400, "ThrottlingException", &read, BUSY, 2),
        (400, "ProvisionedThroughputExceededException", &add, BUSY, 1),
        (400, "TransactionConflictException", &add, BUSY, 1),
        (400, "TransactionInProgressException", &transaction, BUSY, 2),
        (400, "AccessDeniedException", &read, FORBIDDEN, 1),
    ];
    for (status, error, integration, expected, tries) in cases {
        let (address, calls) = answering(status, &json!({"__type": error, "message": "secret-table"})).await;
        assert_eq!(send(&client(address), integration, get("a")).await, expected, "{error} {integration}");
        let mut calls = calls.lock().unwrap().clone();
        assert_eq!(calls.len(), tries, "{error} {integration}");
        calls.dedup();
        let token = calls[0].contains("ClientRequestToken");
        assert_eq!(
            (calls.len(), token),
            (1, integration == &transaction),
            "a retry keeps the first try's token"
        );
    }
}

#[tokio::test]
async fn a_cancelled_transaction_is_refused_for_its_gravest_reason() {
    let transaction = json!({"action": "TransactWriteItems",
        "transactItems": [{"delete": {"tableName": "stock", "key": {"pk": "$request.path.id"}}}]});
    let cases = [
        (&["None", "ConditionalCheckFailed"][..], CONFLICT),
        (&["TransactionConflict"], BUSY),
        (&["ThrottlingError", "None"], BUSY),
        (&["TransactionConflict", "ConditionalCheckFailed"], CONFLICT),
        (&["ConditionalCheckFailed", "ValidationError"], BAD_REQUEST),
        (&["ItemCollectionSizeLimitExceeded"], FAILURE),
        (&[], FAILURE),
    ];
    for (codes, expected) in cases {
        let reasons: Vec<_> =
            codes.iter().map(|code| json!({"Code": code, "Message": "secret-table"})).collect();
        let error = json!({"__type": "TransactionCanceledException", "CancellationReasons": reasons});
        let (address, _) = answering(400, &error).await;
        assert_eq!(send(&client(address), &transaction, get("a")).await, expected, "{codes:?}");
    }
    for none in [json!({}), json!({"Code": null}), json!({"Message": null})] {
        let reasons = [none, json!({"Code": "ConditionalCheckFailed"})];
        let error = json!({"__type": "TransactionCanceledException", "CancellationReasons": reasons});
        let (address, _) = answering(400, &error).await;
        assert_eq!(send(&client(address), &transaction, get("a")).await, CONFLICT, "{reasons:?}");
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_a_502() {
    let read = json!({"action": "GetItem", "tableName": "stock", "key": {"pk": "a"}});
    let scan = json!({"action": "Scan", "tableName": "stock"});
    let cases = [
        (&read, json!({"Item": {"pk": {"X": "new"}}})),
        (&read, json!("no answer")),
        (&scan, json!({"Items": [{"pk": {"S": "a"}}, {"pk": {"N": "NaN"}}]})),
        (&scan, json!({"Items": [], "LastEvaluatedKey": {"pk": {"BOOL": true}}})),
    ];
    for (integration, answer) in cases {
        let (address, calls) = answering(200, &answer).await;
        assert_eq!(send(&client(address), integration, get("a")).await, FAILURE, "{answer}");
        assert_eq!(calls.lock().unwrap().len(), 1, "{answer}");
    }
}
