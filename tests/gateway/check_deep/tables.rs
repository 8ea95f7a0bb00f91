//! Tables of routes: there, with their indexes, and with the keys that routes use.

use expect_test::expect;

use super::{aws, deep};

/// Routes `GET /0`, `GET /1`, … with these integrations.
fn routes(integrations: &[&str]) -> String {
    let route = |(at, integration): (usize, &&str)| {
        format!("  GET /{at}/{{id}}: {{ integration: {{ type: DYNAMODB, {integration} }} }}\n")
    };
    format!("routes:\n{}", integrations.iter().enumerate().map(route).collect::<String>())
}

#[test]
fn uses_of_tables_that_are_right_are_no_problems() {
    let aws = aws();
    let told = deep(
        &routes(&[
            "action: GetItem, tableName: orders, key: { pk: \"o#${request.path.id}\", sk: $number(request.path.id) }",
            "action: GetItem, tableName: orders, key: $request.body.key",
            "action: PutItem, tableName: orders, item: { pk: $request.path.id, sk: 7, day: $request.body.day, n: true }",
            "action: PutItem, tableName: orders, item: $request.body",
            "action: DeleteItem, tableName: users, key: { id: $context.requestId }",
            "action: Query, tableName: orders, keyConditionExpression: \"#p = :p AND sk BETWEEN :a AND :b\", expressionAttributeNames: { \"#p\": pk }, expressionAttributeValues: { \":p\": x, \":a\": 1, \":b\": $request.body.b }",
            "action: Query, tableName: orders, indexName: by-day, keyConditionExpression: \"day = :d\", expressionAttributeValues: { \":d\": $request.path.id }",
            "action: Query, tableName: orders, indexName: by-pk-day, keyConditionExpression: \"begins_with(day, :d) and pk = :p\", expressionAttributeValues: { \":d\": x, \":p\": y }",
            "action: Scan, tableName: orders, indexName: by-day",
            "action: BatchGetItem, tableName: orders, keys: [{ pk: a, sk: 1 }, { pk: b, sk: $request.body.sk }]",
        ]),
        &aws,
    );
    expect![[r#"
        exit 0
        tollgate.yaml: valid, 1 stage, 10 routes
        compared with what is there: 0 functions, 2 tables
        --
    "#]]
    .assert_eq(&told);
    assert_eq!(aws.operations(), ["dynamodb DescribeTable"; 2]);
}

#[test]
fn tables_and_indexes_that_are_not_there_are_problems_at_their_places() {
    let told = deep(
        &routes(&[
            "action: GetItem, tableName: oders, key: { pk: a, sk: 1 }",
            "action: GetItem, tableName: growing, key: { x: a }",
            "action: GetItem, tableName: prices, key: { x: a }",
            "action: Scan, tableName: orders, indexName: by-dya",
            "action: Scan, tableName: orders, indexName: by-hash",
            "action: Scan, tableName: users, indexName: by-name",
            "action: Query, tableName: orders, indexName: prices, keyConditionExpression: \"x = :x\", expressionAttributeValues: { \":x\": 1 }",
            "action: TransactWriteItems, transactItems: [{ put: { tableName: orders, item: { pk: a, sk: 1 } } }, { delete: { tableName: gone, key: { pk: a } } }]",
        ]),
        &aws(),
    );
    expect![[r#"
        exit 3
        tollgate.yaml:5:81: problem: integration.tableName: got "oders", expected a table that is there: there is none of this name at URL
         5 |       GET /0/{id}: { integration: { type: DYNAMODB, action: GetItem, tableName: oders, key: { pk: a, sk: 1 } }…
           |                                                                                 ^^^^^
           = in stage v1, GET /0/{id}
           = did you mean orders?

        tollgate.yaml:6:81: problem: integration.tableName: got "growing", which is CREATING, expected a table that is ACTIVE
         6 |       GET /1/{id}: { integration: { type: DYNAMODB, action: GetItem, tableName: growing, key: { x: a } } }
           |                                                                                 ^^^^^^^
           = in stage v1, GET /1/{id}

        tollgate.yaml:7:81: problem: integration.tableName: got "prices", expected a table that is there: there is none of this name at URL
         7 |       GET /2/{id}: { integration: { type: DYNAMODB, action: GetItem, tableName: prices, key: { x: a } } }
           |                                                                                 ^^^^^^
           = in stage v1, GET /2/{id}

        tollgate.yaml:8:97: problem: integration.indexName: got "by-dya", expected an index of the table orders: by-day, by-hash, by-pk-day
         8 | …type: DYNAMODB, action: Scan, tableName: orders, indexName: by-dya } }
           |                                                              ^^^^^^
           = in stage v1, GET /3/{id}
           = did you mean by-day?

        tollgate.yaml:9:97: problem: integration.indexName: got "by-hash", which is CREATING, expected an index that is ACTIVE
         9 | …type: DYNAMODB, action: Scan, tableName: orders, indexName: by-hash } }
           |                                                              ^^^^^^^
           = in stage v1, GET /4/{id}

        tollgate.yaml:10:96: problem: integration.indexName: got "by-name", expected nothing: the table users has no index
         10 | … type: DYNAMODB, action: Scan, tableName: users, indexName: by-name } }
            |                                                              ^^^^^^^
            = in stage v1, GET /5/{id}

        tollgate.yaml:11:98: problem: integration.indexName: got "prices", expected an index of the table orders: by-day, by-hash, by-pk-day
         11 | …ype: DYNAMODB, action: Query, tableName: orders, indexName: prices, keyConditionExpression: "x = :x", expressi…
            |                                                              ^^^^^^
            = in stage v1, GET /6/{id}

        tollgate.yaml:12:176: problem: integration.transactItems[1].delete.tableName: got "gone", expected a table that is there: there is none of this name at URL
         12 | … orders, item: { pk: a, sk: 1 } } }, { delete: { tableName: gone, key: { pk: a } } }] } }
            |                                                              ^^^^
            = in stage v1, GET /7/{id}

        tollgate.yaml: 8 problems
        compared with what is there: 0 functions, 6 tables
        --
    "#]].assert_eq(&told);
}

#[test]
fn keys_that_are_not_those_of_the_table_are_problems_at_their_places() {
    let told = deep(
        &routes(&[
            "action: GetItem, tableName: orders, key: { pk: a }",
            "action: GetItem, tableName: orders, key: { pk: a, sort: 1 }",
            "action: GetItem, tableName: orders, key: { pk: 7, sk: $request.path.id }",
            "action: GetItem, tableName: users, key: { id: a, sk: 1 }",
            "action: PutItem, tableName: orders, item: { pk: a, day: 7, hash: $request.path.id }",
            "action: UpdateItem, tableName: orders, key: { pk: a, sk: \"${request.path.id}-x\" }, updateExpression: \"SET n = :n\", expressionAttributeValues: { \":n\": 1 }",
            "action: BatchGetItem, tableName: orders, keys: [{ pk: a, sk: 1 }, { pk: b, sk: $binary(request.path.id) }]",
            "action: TransactWriteItems, transactItems: [{ update: { tableName: users, key: { pk: a }, updateExpression: \"SET n = :n\", expressionAttributeValues: { \":n\": 1 } } }]",
        ]),
        &aws(),
    );
    expect![[r#"
        exit 3
        tollgate.yaml:5:89: problem: integration.key: got no sk, expected the key of the table orders: pk (S), sk (N)
         5 |       GET /0/{id}: { integration: { type: DYNAMODB, action: GetItem, tableName: orders, key: { pk: a } } }
           |                                                                                         ^^^
           = in stage v1, GET /0/{id}

        tollgate.yaml:6:103: problem: integration.key.sort: got sort, expected nothing of this name in the key of the table orders: pk (S), sk (N)
         6 | …DYNAMODB, action: GetItem, tableName: orders, key: { pk: a, sort: 1 } } }
           |                                                              ^^^^
           = in stage v1, GET /1/{id}

        tollgate.yaml:7:100: problem: integration.key.pk: got a number (N), expected a text (S), as pk of the table orders is
         7 | …e: DYNAMODB, action: GetItem, tableName: orders, key: { pk: 7, sk: $request.path.id } } }
           |                                                              ^
           = in stage v1, GET /2/{id}

        tollgate.yaml:7:107: problem: integration.key.sk: got a text (S), expected a number (N), as sk of the table orders is
         7 | …MODB, action: GetItem, tableName: orders, key: { pk: 7, sk: $request.path.id } } }
           |                                                              ^^^^^^^^^^^^^^^^
           = in stage v1, GET /2/{id}
           = did you mean $number(request.path.id)?

        tollgate.yaml:8:102: problem: integration.key.sk: got sk, expected nothing of this name in the key of the table users: id (S)
         8 | … DYNAMODB, action: GetItem, tableName: users, key: { id: a, sk: 1 } } }
           |                                                              ^^
           = in stage v1, GET /3/{id}

        tollgate.yaml:9:89: problem: integration.item: got no sk, expected the key of the table orders: pk (S), sk (N)
         9 |       GET /4/{id}: { integration: { type: DYNAMODB, action: PutItem, tableName: orders, item: { pk: a, day: 7,…
           |                                                                                         ^^^^
           = in stage v1, GET /4/{id}

        tollgate.yaml:9:109: problem: integration.item.day: got a number (N), expected a text (S), as day of the table orders is
         9 | …DB, action: PutItem, tableName: orders, item: { pk: a, day: 7, hash: $request.path.id } } }
           |                                                              ^
           = in stage v1, GET /4/{id}

        tollgate.yaml:9:118: problem: integration.item.hash: got a text (S), expected binary (B), as hash of the table orders is
         9 | …n: PutItem, tableName: orders, item: { pk: a, day: 7, hash: $request.path.id } } }
           |                                                              ^^^^^^^^^^^^^^^^
           = in stage v1, GET /4/{id}
           = did you mean $binary(request.path.id)?

        tollgate.yaml:10:110: problem: integration.key.sk: got a text (S), expected a number (N), as sk of the table orders is
         10 | …B, action: UpdateItem, tableName: orders, key: { pk: a, sk: "${request.path.id}-x" }, updateExpression: "SET n…
            |                                                              ^^^^^^^^^^^^^^^^^^^^^^^
            = in stage v1, GET /5/{id}

        tollgate.yaml:11:132: problem: integration.keys[1].sk: got binary (B), expected a number (N), as sk of the table orders is
         11 | …m, tableName: orders, keys: [{ pk: a, sk: 1 }, { pk: b, sk: $binary(request.path.id) }] } }
            |                                                              ^^^^^^^^^^^^^^^^^^^^^^^^
            = in stage v1, GET /6/{id}

        tollgate.yaml:12:134: problem: integration.transactItems[0].update.key.pk: got pk, expected nothing of this name in the key of the table users: id (S)
         12 | …Items, transactItems: [{ update: { tableName: users, key: { pk: a }, updateExpression: "SET n = :n", expressio…
            |                                                              ^^
            = in stage v1, GET /7/{id}

        tollgate.yaml: 11 problems
        compared with what is there: 0 functions, 2 tables
        --
    "#]].assert_eq(&told);
}

#[test]
fn key_conditions_that_are_not_of_the_key_are_problems_at_their_places() {
    let told = deep(
        &routes(&[
            "action: Query, tableName: orders, keyConditionExpression: \"sk = :s\", expressionAttributeValues: { \":s\": 1 }",
            "action: Query, tableName: orders, keyConditionExpression: \"pk > :p\", expressionAttributeValues: { \":p\": a }",
            "action: Query, tableName: orders, keyConditionExpression: \"pk = :p AND day = :d\", expressionAttributeValues: { \":p\": a, \":d\": b }",
            "action: Query, tableName: orders, indexName: by-day, keyConditionExpression: \"#x = :p\", expressionAttributeNames: { \"#x\": pk }, expressionAttributeValues: { \":p\": a }",
            "action: Query, tableName: orders, keyConditionExpression: \"pk = :p AND sk >= :s\", expressionAttributeValues: { \":p\": a, \":s\": $request.path.id }",
        ]),
        &aws(),
    );
    expect![[r##"
        exit 3
        tollgate.yaml:5:111: problem: integration.keyConditionExpression: got no pk = …, expected a condition with = for the partition key of the table orders
         5 | …, action: Query, tableName: orders, keyConditionExpression: "sk = :s", expressionAttributeValues: { ":s": 1 } …
           |                                                              ^^^^^^^^^
           = in stage v1, GET /0/{id}

        tollgate.yaml:6:111: problem: integration.keyConditionExpression: got no pk = …, expected a condition with = for the partition key of the table orders
         6 | …, action: Query, tableName: orders, keyConditionExpression: "pk > :p", expressionAttributeValues: { ":p": a } …
           |                                                              ^^^^^^^^^
           = in stage v1, GET /1/{id}

        tollgate.yaml:7:111: problem: integration.keyConditionExpression: got day, expected only attributes of the key of the table orders: pk (S), sk (N)
         7 | …, action: Query, tableName: orders, keyConditionExpression: "pk = :p AND day = :d", expressionAttributeValues:…
           |                                                              ^^^^^^^^^^^^^^^^^^^^^^
           = in stage v1, GET /2/{id}

        tollgate.yaml:8:130: problem: integration.keyConditionExpression: got pk, expected only attributes of the key of the index by-day of the table orders: day (S), sk (N)
         8 | …bleName: orders, indexName: by-day, keyConditionExpression: "#x = :p", expressionAttributeNames: { "#x": pk },…
           |                                                              ^^^^^^^^^
           = in stage v1, GET /3/{id}

        tollgate.yaml:9:179: problem: integration.expressionAttributeValues.:s: got a text (S), expected a number (N), as sk of the table orders is
         9 | … AND sk >= :s", expressionAttributeValues: { ":p": a, ":s": $request.path.id } } }
           |                                                              ^^^^^^^^^^^^^^^^
           = in stage v1, GET /4/{id}
           = did you mean $number(request.path.id)?

        tollgate.yaml: 5 problems
        compared with what is there: 0 functions, 1 table
        --
    "##]].assert_eq(&told);
}
