//! Tables of an API file, keys and plans: made, seeded, kept.

use super::{Dev, Project};

fn api(items: &str) -> String {
    format!(
        "tollgate: 1\nstages:\n  v1:\n    routes:\n      \
         GET /stock/{{sku}}: {{ integration: {{ type: DYNAMODB, action: GetItem, tableName: stock, key: {{ sku: $request.path.sku }} }} }}\n      \
         PUT /stock/{{sku}}: {{ integration: {{ type: DYNAMODB, action: PutItem, tableName: stock, item: {{ sku: $request.path.sku, quantity: 99 }} }} }}\n      \
         GET /of/{{shop}}: {{ integration: {{ type: DYNAMODB, action: Query, tableName: stock, indexName: by-shop, keyConditionExpression: \"shop = :s\", expressionAttributeValues: {{ \":s\": $request.path.shop }} }} }}\n\
         tables:\n  stock:\n    key: sku\n    indexes: {{ by-shop: {{ key: shop, sortKey: {{ quantity: N }} }} }}\n    items: [{items}]\n"
    )
}

const PEN: &str = "{ sku: pen, quantity: 7, shop: main, tags: [a, { b: null }] }";
const INK: &str = "{ sku: ink, quantity: 3, shop: main }";

#[tokio::test]
async fn tables_are_made_once_and_items_that_are_there_stay() {
    let project = Project::new(&[("tollgate.yaml", &api(PEN))]);
    let data = |project: &Project| {
        let mut command = project.tool(&["dev"]);
        command.env("DATA_DIR", project.path("data"));
        Dev::of(command)
    };
    {
        let dev = data(&project);
        let pen = "200 {\"quantity\":7,\"shop\":\"main\",\"sku\":\"pen\",\"tags\":[\"a\",{\"b\":null}]}";
        assert_eq!(dev.ask("GET /v1/stock/pen").await, pen);
        assert_eq!(dev.ask("PUT /v1/stock/pen").await, "200 {}");
        project.write("tollgate.yaml", &api(&format!("{PEN}, {INK}")));
        dev.line(|line| line == "tollgate: table stock changed");
        assert_eq!(
            dev.ask("GET /v1/stock/ink").await,
            "200 {\"quantity\":3,\"shop\":\"main\",\"sku\":\"ink\"}"
        );
        assert_eq!(dev.ask("GET /v1/stock/pen").await, "200 {\"quantity\":99,\"sku\":\"pen\"}");
        let of_main = "200 {\"items\":[{\"quantity\":3,\"shop\":\"main\",\"sku\":\"ink\"}]}";
        assert_eq!(dev.ask("GET /v1/of/main").await, of_main);
    }
    let dev = data(&project);
    assert_eq!(dev.ask("GET /v1/stock/pen").await, "200 {\"quantity\":99,\"sku\":\"pen\"}");
}

#[tokio::test]
async fn a_key_of_the_file_has_a_value_on_this_machine_which_is_the_same_at_each_start() {
    let file = "tollgate: 1\nstages:\n  v1:\n    routes:\n      \
                GET /a: { apiKeyRequired: true, integration: { type: MOCK, body: in } }\n\
                usagePlans: { starter: { quota: { limit: 1, period: DAY } } }\napiKeys: { acme-1: { usagePlanId: starter } }\n";
    let project = Project::new(&[("tollgate.yaml", file)]);
    let mut values = Vec::new();
    for _ in 0..2 {
        let dev = Dev::start(&project, &[]);
        assert_eq!(dev.ask("GET /v1/a").await, "403 {\"message\":\"Forbidden\"}");
        let value = dev.address("API key   acme-1:");
        for expected in ["in", "{\"message\":\"Limit Exceeded\"}"] {
            let request = http::Request::get(format!("{}/v1/a", dev.api)).header("x-api-key", &value);
            let answer = crate::harness::send(request.body(String::new().into()).expect("a request")).await;
            assert_eq!(answer.body(), expected);
        }
        values.push(value);
    }
    assert_eq!(values[0], values[1]);

    // One that a save adds is told as at the start, and that alone.
    let dev = Dev::start(&project, &[]);
    project.write("tollgate.yaml", &file.replace("acme-1: {", "acme-2: { usagePlanId: starter }, acme-1: {"));
    let value = dev.address("API key   acme-2:");
    let request = http::Request::get(format!("{}/v1/a", dev.api)).header("x-api-key", &value);
    let answer = crate::harness::send(request.body(String::new().into()).expect("a request")).await;
    assert_eq!(answer.body(), "in");
    assert_eq!(dev.printed().iter().filter(|line| line.starts_with("API key ")).count(), 2);
}
