//! Every operation once, from the first write of an item to its deletion.

use expect_test::expect;
use serde_json::{Value, json};

use super::{orders, route};
use crate::harness::TestGateway;

#[tokio::test]
async fn an_item_is_created_read_updated_and_deleted_through_its_routes() {
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

#[tokio::test]
async fn a_missing_table_is_a_500_that_does_not_name_it() {
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
        let table = format!("table salaries-prod of route {}: ", line["routeKey"].as_str().unwrap());
        assert!(message.contains(&table), "{message}");
    }
}
