//! Optional values: absent ones drop their terms of updates, filters and key conditions; and a 400 says whose fault
//! it is.

use serde_json::{Value, json};

use super::{BAD_REQUEST, assert_one_problem, route};
use crate::harness::TestGateway;

fn of(action: &str, more: Value) -> Value {
    let mut integration = json!({ "action": action, "tableName": "orders" });
    integration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    integration
}

fn update() -> Value {
    of(
        "UpdateItem",
        json!({ "key": { "customer": "$request.path.c", "id": "$request.path.id" }, "return": "item",
        "updateExpression": "SET #note = :note, price = if_not_exists(price, :zero) + :more REMOVE #old ADD #n :n, tags :tags",
        "expressionAttributeNames": { "#note": "note", "#old": "old", "#n": "n" },
        "expressionAttributeValues": { ":note": "$request.body.note?", ":zero": 0, ":more": "$request.body.more?",
            ":n": "$number(request.querystring.n)?", ":tags": "$stringSet(request.body.tags?)" } }),
    )
}

fn find() -> Value {
    of(
        "Query",
        json!({ "keyConditionExpression": "customer = :c AND begins_with(id, :prefix)",
        "filterExpression": "price >= :least AND (#s = :open OR #s = :held) and contains(note, :word)",
        "expressionAttributeNames": { "#s": "state" }, "projectionExpression": "id",
        "expressionAttributeValues": { ":c": "$request.path.c", ":prefix": "O-${request.querystring.since?}",
            ":least": "$number(request.querystring.least)?", ":open": "open", ":held": "held", ":word": "$request.querystring.word?" } }),
    )
}

async fn orders(api: &Value) -> TestGateway {
    let gateway = TestGateway::new();
    gateway.create_table("orders", "customer", Some("id"));
    let only = of(
        "UpdateItem",
        json!({ "key": { "customer": "$request.path.c", "id": "$request.path.id" },
        "updateExpression": "SET note = :note, price = :price",
        "expressionAttributeValues": { ":note": "$request.body.note?", ":price": "$request.body.price?" } }),
    );
    let scan = of(
        "Scan",
        json!({ "filterExpression": "note = :note", "projectionExpression": "id",
        "expressionAttributeValues": { ":note": "$request.querystring.note?" } }),
    );
    let both = json!({ "action": "TransactWriteItems", "transactItems": [ { "update": {
        "tableName": "orders", "key": { "customer": "$request.path.c", "id": "$request.path.id" }, "updateExpression": "SET note = :note, price = :price",
        "expressionAttributeValues": { ":note": "$request.body.note?", ":price": "$request.body.price?" } } } ] });
    let mut api = api.clone();
    api["routeKey"] = json!("$api");
    let routes = [
        api,
        route("PATCH /orders/{c}/{id}", &update()),
        route("PUT /orders/{c}/{id}", &only),
        route("POST /orders/{c}/{id}", &both),
        route("GET /orders/{c}", &find()),
        route("GET /all", &scan),
    ];
    routes.iter().for_each(|item| gateway.put_route(item));
    gateway.go_live().await;
    gateway
}

#[tokio::test]
async fn an_absent_optional_value_drops_its_term_of_an_update() {
    let gateway = orders(&json!({})).await;
    let cases = [
        ("PATCH /v1/orders/a/1\n\n{\"note\": \"n\"}", json!({ "note": "n" })),
        ("PATCH /v1/orders/a/1\n\n{\"more\": 2}", json!({ "note": "n", "price": 2 })),
        (
            "PATCH /v1/orders/a/1?n=7\n\n{\"more\": 1, \"note\": null}",
            json!({ "note": null, "price": 3, "n": 7 }),
        ),
        (
            "PATCH /v1/orders/a/1?n=1\n\n{\"tags\": [\"x\"]}",
            json!({ "note": null, "price": 3, "n": 8, "tags": ["x"] }),
        ),
        // A set of nothing is as absent.
        (
            "PATCH /v1/orders/a/1\n\n{\"tags\": []}",
            json!({ "note": null, "price": 3, "n": 8, "tags": ["x"] }),
        ),
        ("PATCH /v1/orders/a/1\n\n{}", json!({ "note": null, "price": 3, "n": 8, "tags": ["x"] })),
        ("PUT /v1/orders/a/2\n\n{\"price\": 1}", json!({})),
        ("POST /v1/orders/a/3\n\n{\"note\": \"t\"}", json!({})),
    ];
    for (request, expected) in cases {
        let mut expected = expected;
        if request.starts_with("PATCH") {
            expected["customer"] = json!("a");
            expected["id"] = json!("1");
        }
        assert_eq!(gateway.json(request).await, expected, "{request}");
    }
    let written = gateway.items("orders").await;
    assert!(written.contains(&json!({ "customer": "a", "id": "2", "price": 1 })), "{written:?}");
    assert!(written.contains(&json!({ "customer": "a", "id": "3", "note": "t" })), "{written:?}");
}

#[tokio::test]
async fn an_update_whose_values_are_all_absent_is_a_400_that_names_them() {
    let gateway = orders(&json!({ "problemDetails": true })).await;
    let reason =
        "one of $request.body.note, $request.body.price must be there: nothing else is to be updated";
    for request in ["PUT /v1/orders/a/1\n\n{}", "POST /v1/orders/a/1\n\n{\"other\": 1}"] {
        let answer = gateway.send(request).await;
        assert!(
            answer.starts_with("400\n") && answer.contains(&format!("\"detail\":\"{reason}\"")),
            "{answer}"
        );
        assert!(gateway.last_line()["errorMessage"].as_str().unwrap().contains(reason));
    }
    assert_eq!(gateway.items("orders").await, [] as [Value; 0]);
    // A value of the wrong type is none that is absent.
    let wrong = gateway.send("PATCH /v1/orders/a/1?n=x\n\n{}").await;
    assert!(
        wrong.contains("\"detail\":\"$request.querystring.n is no number that DynamoDB can hold\""),
        "{wrong}"
    );
}

#[tokio::test]
async fn absent_optional_values_drop_their_parts_of_filters_and_key_conditions() {
    let gateway = orders(&json!({})).await;
    for (id, price, state, note) in [
        ("O-1", 1, "open", "red pen"),
        ("O-2", 5, "held", "ink"),
        ("P-3", 9, "open", "pen"),
        ("O-4", 9, "gone", "pen"),
    ] {
        gateway.put(
            "orders",
            &json!({ "customer": "a", "id": id, "price": price, "state": state, "note": note }),
        );
    }
    let cases = [
        ("/v1/orders/a", vec!["O-1", "O-2", "P-3"]),
        ("/v1/orders/a?since=2", vec!["O-2"]),
        ("/v1/orders/a?since=", vec!["O-1", "O-2"]),
        ("/v1/orders/a?least=2", vec!["O-2", "P-3"]),
        ("/v1/orders/a?word=pen", vec!["O-1", "P-3"]),
        ("/v1/orders/a?word=pen&least=2&since=", vec![]),
        ("/v1/all?note=pen", vec!["P-3", "O-4"]),
        ("/v1/all", vec!["O-1", "O-2", "P-3", "O-4"]),
    ];
    for (path, expected) in cases {
        let page = gateway.json(&format!("GET {path}")).await;
        let mut found: Vec<_> =
            page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
        let mut expected = expected;
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{path}");
    }
}

#[tokio::test]
async fn an_optional_value_where_one_is_needed_is_a_problem_of_the_item() {
    let values = |value: &str| json!({ ":a": value, ":b": 1 });
    let query = |condition: &str| {
        of(
            "Query",
            json!({ "keyConditionExpression": condition, "expressionAttributeValues": values("$request.querystring.a?") }),
        )
    };
    let scan = |filter: &str, value: &str| {
        of("Scan", json!({ "filterExpression": filter, "expressionAttributeValues": values(value) }))
    };
    let update = |update: &str, condition: &str| {
        of(
            "UpdateItem",
            json!({ "key": { "customer": "a", "id": "b" }, "updateExpression": update,
        "conditionExpression": condition, "expressionAttributeValues": values("$request.body.a?") }),
        )
    };
    let cases = [
        (query("customer = :a AND id = :b"), "keyConditionExpression", "the partition key"),
        (query("begins_with(id, :b) AND customer = :a"), "keyConditionExpression", "the partition key"),
        (scan("x = :a OR y = :b", "$request.querystring.a?"), "filterExpression", "a condition of its own"),
        (
            scan("y = :b AND (x = :a OR z = :b)", "$request.querystring.a?"),
            "filterExpression",
            "a condition of its own",
        ),
        (scan("(x = :a AND y = :b", "$request.querystring.a?"), "filterExpression", "as many ) as ("),
        (update("SET x = :b", "y = :a"), "conditionExpression", "a condition guards the write"),
        (update("SET x = :a, , y = :b", "y = :b"), "updateExpression", "SET, REMOVE, ADD or DELETE"),
        (
            scan("x = :a AND y = :b", "${request.querystring.a?}${request.querystring.b}"),
            "expressionAttributeValues.:a",
            "? behind every word",
        ),
        (scan("x = :a AND y = :b", "$stageVariables.a?"), "expressionAttributeValues.:a", "never absent"),
        (
            scan("x = :a AND y = :b", "${stageVariables.a?}${request.querystring.b?}"),
            "expressionAttributeValues.:a",
            "never absent",
        ),
    ];
    for (integration, field, expected) in cases {
        let variables = json!({ "a": "1" });
        assert_one_problem(&variables, &route("PUT /x", &integration), field, expected).await;
    }
}

#[tokio::test]
async fn a_failed_condition_has_the_status_that_the_route_says() {
    let gateway = TestGateway::new();
    gateway.create_table("orders", "id", None);
    let put = |status: u16| {
        json!({ "action": "PutItem", "tableName": "orders", "item": { "id": "$request.path.id" },
            "conditionExpression": "attribute_exists(id)", "conditionFailedStatus": status })
    };
    for status in [404, 409, 410, 412, 422] {
        gateway.put_route(&route(&format!("PUT /{status}/{{id}}"), &put(status)));
    }
    let check = json!({ "action": "TransactWriteItems", "conditionFailedStatus": "404", "transactItems": [
        { "conditionCheck": { "tableName": "orders", "key": { "id": "$request.path.id" }, "conditionExpression": "attribute_exists(id)" } },
        { "delete": { "tableName": "orders", "key": { "id": "other" } } } ] });
    gateway.put_route(&route("POST /both/{id}", &check));
    gateway.go_live().await;
    let cases = [
        ("PUT /v1/404/1", "404", "NotFoundException", "Not Found"),
        ("PUT /v1/409/1", "409", "ConflictException", "Conflict"),
        ("PUT /v1/410/1", "410", "BadRequestException", "Gone"),
        ("PUT /v1/412/1", "412", "PreconditionFailedException", "Precondition Failed"),
        ("PUT /v1/422/1", "422", "BadRequestException", "Unprocessable Entity"),
        // What the route says wins.
        ("PUT /v1/404/1\nif-match: *", "404", "NotFoundException", "Not Found"),
        ("PUT /v1/409/1\nif-none-match: *", "409", "ConflictException", "Conflict"),
        ("POST /v1/both/1", "404", "NotFoundException", "Not Found"),
    ];
    for (request, status, error_type, message) in cases {
        let expected = format!(
            "{status}\ncontent-type: application/json\nx-amzn-errortype: {error_type}\n\n{{\"message\":\"{message}\"}}"
        );
        assert_eq!(gateway.send(request).await, expected, "{request}");
        assert_eq!(gateway.last_line()["errorMessage"], "the condition does not hold", "{request}");
    }
    assert_eq!(gateway.items("orders").await, [] as [Value; 0]);

    for (status, problem) in [
        (json!(200), "conditionFailedStatus"),
        (json!(499), "conditionFailedStatus"),
        (json!("no"), "conditionFailedStatus"),
    ] {
        let mut bad = put(404);
        bad["conditionFailedStatus"] = status;
        gateway.put_route(&route("PUT /404/{id}", &bad));
        gateway.publish("v1").await;
        let message = gateway.stage_status("v1").await;
        assert!(message.starts_with("INVALID 1 problem;") && message.contains(problem), "{message}");
    }
}

#[tokio::test]
async fn a_400_names_the_field_in_the_log_and_with_problem_details_in_the_answer() {
    let cases = [
        ("PATCH /v1/orders/a/1?n=x\n\n{}", "$request.querystring.n is no number that DynamoDB can hold"),
        (
            "PATCH /v1/orders/a/1\n\n{\"more\": \"x\"}",
            "one of $request.path.c, $request.path.id, $request.body.more, $request.querystring.n, $request.body.note, $request.body.tags cannot be used",
        ),
        ("GET /v1/orders/a?cursor=x", "cursor is damaged or another request's"),
    ];
    let (plain, details) = (orders(&json!({})).await, orders(&json!({ "problemDetails": true })).await);
    for (request, detail) in cases {
        let answer = plain.send(request).await;
        let is_plain = answer == BAD_REQUEST || answer.ends_with("{\"message\": \"Invalid request body\"}");
        assert!(is_plain && answer.starts_with("400\n"), "{answer}");
        assert!(
            plain.last_line()["errorMessage"].as_str().unwrap().contains(detail),
            "{}",
            plain.last_line()
        );
        let answer = details.send(request).await;
        assert!(answer.contains(&format!("\"detail\":\"{detail}\"")), "{answer}");
    }
}
