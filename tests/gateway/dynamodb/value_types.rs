//! Types of mapped values: a table with a numeric key is read by path and query, and a value of the wrong type is a
//! 400.

use serde_json::{Value, json};
use tollgate::local::tables;

use super::{BAD_REQUEST, assert_one_problem, route};
use crate::harness::TestGateway;

const INVALID_BODY: &str = "400\ncontent-type: application/json\nx-amzn-errortype: BadRequestException\n\n\
                            {\"message\": \"Invalid request body\"}";

/// A table `readings` whose sort key is a number, and one, `blobs`, whose key is binary.
async fn readings() -> TestGateway {
    let gateway = TestGateway::new();
    let database = &gateway.dynamodb().database;
    tables::create(database, "readings", "sensor", Some(("at", "N")), false).unwrap();
    let blobs = json!({ "TableName": "blobs", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "B" }],
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }] });
    database.create_table(serde_json::from_value(blobs).unwrap()).unwrap();
    let key = json!({ "sensor": "$request.path.sensor", "at": "$number(request.path.at)" });
    let of = |table: &str, more: Value| {
        let mut integration = json!({ "tableName": table });
        integration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        integration
    };
    let item = json!({ "sensor": "$request.path.sensor", "at": "$number($request.path.at)",
        "ok": "$boolean(request.querystring.ok)", "n": "$number(request.querystring['n[0]'])",
        "more": "$json(request.header.X-More)", "tags": "$stringSet(request.querystring.tag)",
        "levels": "$numberSet(request.querystring.level)", "list": "$stringSet(request.body.list)",
        "numbers": "$numberSet(request.body.numbers)", "raw": "$binary(request.body.raw)", "typed": "$number(request.body.typed)" });
    let routes = [
        route("GET /readings/{sensor}/{at}", &of("readings", json!({ "action": "GetItem", "key": key }))),
        route(
            "PUT /readings/{sensor}/{at}",
            &of("readings", json!({ "action": "PutItem", "item": item, "return": "item" })),
        ),
        route(
            "DELETE /readings/{sensor}/{at}",
            &of("readings", json!({ "action": "DeleteItem", "key": key, "return": "item" })),
        ),
        route(
            "GET /pairs/{sensor}",
            &of(
                "readings",
                json!({ "action": "BatchGetItem", "keys": [
            { "sensor": "$request.path.sensor", "at": "$number(request.querystring.a)" },
            { "sensor": "$request.path.sensor", "at": "$number(request.querystring.b)" } ] }),
            ),
        ),
        route(
            "GET /readings/{sensor}",
            &of(
                "readings",
                json!({ "action": "Query", "limit": "$number(request.querystring.limit)",
            "keyConditionExpression": "sensor = :sensor AND #at BETWEEN :from AND :to", "projectionExpression": "#at",
            "expressionAttributeNames": { "#at": "at" }, "expressionAttributeValues": { ":sensor": "$request.path.sensor",
                ":from": "$number(request.querystring['filter[from]'])", ":to": "$number(request.querystring['filter[to]'])" } }),
            ),
        ),
        route(
            "POST /moves/{sensor}",
            &json!({ "action": "TransactWriteItems", "transactItems": [
            { "delete": { "tableName": "readings", "key": { "sensor": "$request.path.sensor", "at": "$number(request.querystring.from)" } } },
            { "put": { "tableName": "readings", "item": { "sensor": "$request.path.sensor", "at": "$number(request.querystring.to)" } } } ] }),
        ),
        route(
            "PUT /blobs/{id}",
            &of(
                "blobs",
                json!({ "action": "PutItem", "return": "item", "item": { "id": "$binary(request.path.id)" } }),
            ),
        ),
        route(
            "GET /blobs/{id}",
            &of("blobs", json!({ "action": "GetItem", "key": { "id": "$binary(request.path.id)" } })),
        ),
    ];
    routes.iter().for_each(|item| gateway.put_route(item));
    gateway.go_live().await;
    gateway
}

#[tokio::test]
async fn a_table_with_a_numeric_key_is_read_by_path_and_query() {
    let gateway = readings().await;
    for at in ["7", "1e3", "-0.5", "12345678901234567890123456789012345678"] {
        let made = gateway.send(&format!("PUT /v1/readings/s/{at}\n\n{{}}")).await;
        assert!(made.starts_with("200\n"), "{at}: {made}");
    }
    // Other spellings of the same numbers.
    for (at, expected) in [
        ("+07.0", "7"),
        ("1000", "1000"),
        ("-.5", "-0.5"),
        ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
    ] {
        let item = gateway.json(&format!("GET /v1/readings/s/{at}")).await;
        assert_eq!(item["at"].to_string(), expected, "{at}");
    }
    assert_eq!(gateway.json("GET /v1/pairs/s?a=7&b=1e3").await["items"].as_array().unwrap().len(), 2);
    let page = gateway.json("GET /v1/readings/s?filter[from]=-1&filter%5Bto%5D=1000&limit=2").await;
    assert_eq!(page["items"], json!([{ "at": -0.5 }, { "at": 7 }]));
    let moved = gateway.send("POST /v1/moves/s?from=7&to=8").await;
    assert_eq!(moved, "200\ncontent-type: application/json\n\n{}");
    assert!(gateway.send("GET /v1/readings/s/7").await.starts_with("404\n"));
    assert_eq!(gateway.json("DELETE /v1/readings/s/8").await, json!({ "sensor": "s", "at": 8 }));
}

#[tokio::test]
async fn mapped_values_have_the_types_that_the_route_declares() {
    let gateway = readings().await;
    let request = "PUT /v1/readings/s/1?ok=true&n[0]=7.50&tag=a,b%2Cc&tag=b&tag=a&level=1,2.0&level=2\nx-more: {\"a\": [1, null]}\n\n\
                   {\"list\": [\"x\", \"x\", \"y\"], \"numbers\": [1, \"2\"], \"raw\": \"AP8\", \"typed\": \"1e-3\"}";
    let expected = json!({ "sensor": "s", "at": 1, "ok": true, "n": 7.50, "more": { "a": [1, null] }, "tags": ["a", "b,c", "b"],
        "levels": [1, 2.0], "list": ["x", "y"], "numbers": [1, 2], "raw": "AP8=", "typed": 1e-3 });
    let put = gateway.json(request).await;
    let numbers =
        |value: &Value| value.as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect::<Vec<_>>();
    for name in ["sensor", "ok", "more", "tags", "list", "raw"] {
        assert_eq!(put[name], expected[name], "{name}");
    }
    assert_eq!((numbers(&put["levels"]), numbers(&put["numbers"])), (vec![1.0, 2.0], vec![1.0, 2.0]));

    let got = gateway.client().get_item().table_name("readings");
    let got = got.key("sensor", aws_sdk_dynamodb::types::AttributeValue::S("s".to_owned()));
    let got = got
        .key("at", aws_sdk_dynamodb::types::AttributeValue::N("1".to_owned()))
        .send()
        .await
        .unwrap()
        .item
        .unwrap();
    let text = |name: &str| format!("{:?}", got[name]);
    assert_eq!(
        (text("ok"), text("n"), text("typed")),
        ("Bool(true)".to_owned(), "N(\"7.5\")".to_owned(), "N(\"0.001\")".to_owned())
    );
    assert_eq!(got["raw"].as_b().unwrap().as_ref(), b"\x00\xff");
    assert!(
        got["tags"].is_ss()
            && got["list"].is_ss()
            && got["levels"].is_ns()
            && got["numbers"].is_ns()
            && got["more"].is_m()
    );

    // What is absent leaves its attribute out, and so does a set of nothing: DynamoDB has no empty ones.
    let least = gateway.json("PUT /v1/readings/s/2?tag=&tag=,\n\n{\"list\": []}").await;
    assert_eq!(least, json!({ "sensor": "s", "at": 2 }));

    for (id, expected) in [("AP8", "AP8="), ("AP8=", "AP8="), ("-_-_", "+/+/")] {
        assert_eq!(gateway.json(&format!("PUT /v1/blobs/{id}\n\n")).await, json!({ "id": expected }));
        assert_eq!(gateway.json(&format!("GET /v1/blobs/{id}")).await, json!({ "id": expected }), "{id}");
    }
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_a_400_whose_reason_is_in_the_log() {
    let gateway = readings().await;
    let number = "is no number that DynamoDB can hold";
    let cases = [
        ("GET /v1/readings/s/x".to_owned(), BAD_REQUEST, format!("$request.path.at {number}")),
        ("GET /v1/readings/s/NaN".to_owned(), BAD_REQUEST, format!("$request.path.at {number}")),
        ("GET /v1/readings/s/1,2".to_owned(), BAD_REQUEST, format!("$request.path.at {number}")),
        ("GET /v1/readings/s/1e126".to_owned(), BAD_REQUEST, format!("$request.path.at {number}")),
        (format!("GET /v1/readings/s/{}", "1".repeat(39)), BAD_REQUEST, format!("$request.path.at {number}")),
        ("GET /v1/pairs/s?a=1".to_owned(), BAD_REQUEST, "$request.querystring.b is absent".to_owned()),
        ("GET /v1/pairs/s?a=&b=1".to_owned(), BAD_REQUEST, format!("$request.querystring.a {number}")),
        (
            "GET /v1/readings/s?filter[from]=1&filter[to]=b".to_owned(),
            BAD_REQUEST,
            format!("$request.querystring['filter[to]'] {number}"),
        ),
        (
            "GET /v1/readings/s?filter[from]=1".to_owned(),
            BAD_REQUEST,
            "$request.querystring['filter[to]'] is absent".to_owned(),
        ),
        (
            "GET /v1/readings/s?filter[from]=1&filter[to]=2&limit=1.5".to_owned(),
            BAD_REQUEST,
            "$request.querystring.limit is no whole number from 1 to 1000".to_owned(),
        ),
        (
            "PUT /v1/readings/s/1?ok=yes\n\n{}".to_owned(),
            BAD_REQUEST,
            "$request.querystring.ok is no boolean: true or false".to_owned(),
        ),
        (
            "PUT /v1/readings/s/1?level=1,b\n\n{}".to_owned(),
            BAD_REQUEST,
            "$request.querystring.level is no list of numbers".to_owned(),
        ),
        (
            "PUT /v1/readings/s/1\nx-more: {\n\n{}".to_owned(),
            BAD_REQUEST,
            "$request.header.x-more is no JSON".to_owned(),
        ),
        (
            "PUT /v1/readings/s/1\nx-more: {\"a\": 1e126}\n\n{}".to_owned(),
            BAD_REQUEST,
            "$request.header.x-more has a number that DynamoDB cannot hold".to_owned(),
        ),
        (
            "PUT /v1/readings/s/1\n\n{\"list\": \"a\"}".to_owned(),
            INVALID_BODY,
            "$request.body.list is no list of texts".to_owned(),
        ),
        (
            "PUT /v1/readings/s/1\n\n{\"list\": [1]}".to_owned(),
            INVALID_BODY,
            "$request.body.list is no list of texts".to_owned(),
        ),
        (
            "PUT /v1/readings/s/1\n\n{\"numbers\": [1, null]}".to_owned(),
            INVALID_BODY,
            "$request.body.numbers is no list of numbers".to_owned(),
        ),
        (
            "PUT /v1/readings/s/1\n\n{\"raw\": \"a$k=\"}".to_owned(),
            INVALID_BODY,
            "$request.body.raw is no base64".to_owned(),
        ),
        (
            "PUT /v1/readings/s/1\n\n{\"typed\": true}".to_owned(),
            INVALID_BODY,
            format!("$request.body.typed {number}"),
        ),
        ("GET /v1/blobs/a$k".to_owned(), BAD_REQUEST, "$request.path.id is no base64".to_owned()),
    ];
    for (request, expected, reason) in cases {
        assert_eq!(gateway.send(&request).await, expected, "{request}");
        let line = gateway.last_line();
        let message = line["errorMessage"].as_str().unwrap();
        assert!(message.contains(&reason), "{request}: {message}");
    }
    assert_eq!(gateway.items("readings").await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_type_in_a_place_that_takes_none_is_a_problem_that_says_why() {
    let get = |key: Value| json!({ "action": "GetItem", "tableName": "readings", "key": key });
    let put = |value: &str| json!({ "action": "PutItem", "tableName": "readings", "item": { "a": value } });
    let cases = [
        (put("$numbr(request.path.id)"), "item.a", "$number(word), $boolean(word)"),
        (put("$number(request.path.id"), "item.a", "a ) at the end"),
        (put("$number(request.path.other)"), "item.a", "one of the route's path parameters (id)"),
        (put("$number()"), "item.a", "$request.path.x"),
        (put("<${number(request.path.id)}>"), "item.a", "no type inside text"),
        (put("$number(stageVariables.name)"), "item.a", "another value: this is no number"),
        (put("$request.querystring['a"), "item.a", "$request.querystring.x"),
        (put("$request.querystring['']"), "item.a", "$request.querystring.x"),
        (put("$request.body.x?"), "item.a", "no ? here"),
        (put("$number(request.body.x?)"), "item.a", "no ? here"),
        (put("${request.body.x?}"), "item.a", "no ? here"),
        (get(json!({ "a": "$stringSet(request.path.id)" })), "key", "each text, a number or binary"),
        (get(json!({ "a": "$boolean(request.path.id)" })), "key", "each text, a number or binary"),
        (get(json!({ "a": "$number(request.path.id)?" })), "key.a", "no ? here"),
        (
            json!({ "action": "Scan", "tableName": "readings", "limit": "$json(request.querystring.n)" }),
            "limit",
            "from 1 to 1000",
        ),
        (
            json!({ "type": "HTTP_PROXY", "uri": "https://a.example", "requestParameters": { "append:header.x": "$binary(request.path.id)" } }),
            "requestParameters.append:header.x",
            "what is sent to a URL is text",
        ),
    ];
    for (integration, field, expected) in cases {
        let mut item = route("PUT /x/{id}", &integration);
        if let Some(kind) = integration.get("type") {
            item["integration"]["type"] = kind.clone();
            item["integration"].as_object_mut().unwrap().remove("tableName");
        }
        assert_one_problem(&json!({ "name": "seven" }), &item, field, expected).await;
    }
}

#[tokio::test]
async fn names_with_special_characters_are_read_in_brackets() {
    let gateway = TestGateway::new();
    gateway.create_table("odd", "id", None);
    let item = json!({ "id": "$request.path['order-id']", "filter": "$request.querystring['filter[name]']",
        "header": "$request.header['X-Odd.Name']", "deep": "$request.body['a b'][0]['c.d']",
        "quote": "$request.querystring['it\\'s \\\\ }']", "text": "<${request.querystring['a}b']}|${request.body['?']}>" });
    gateway.put_route(&route(
        "PUT /odd/{order-id}",
        &json!({ "action": "PutItem", "tableName": "odd", "item": item, "return": "item" }),
    ));
    gateway.go_live().await;
    let request = "PUT /v1/odd/1?filter[name]=n&it's+%5C+%7D=q&a%7Db=t\nx-odd.name: h\n\n{\"a b\": [{\"c.d\": 1}], \"?\": 2}";
    let expected =
        json!({ "id": "1", "filter": "n", "header": "h", "deep": 1, "quote": "q", "text": "<t|2>" });
    assert_eq!(gateway.json(request).await, expected);
}
