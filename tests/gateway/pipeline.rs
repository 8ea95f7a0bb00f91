//! A request's way from its event to its answer: stage, route, or the refusal.

use expect_test::expect;
use serde_json::json;

use crate::harness::TestGateway;

fn mock(route_key: &str) -> serde_json::Value {
    let body = format!("{route_key} of ${{context.stage}}");
    json!({ "routeKey": route_key, "integration": { "type": "MOCK", "headers": { "content-type": "text/plain" }, "body": body } })
}

#[tokio::test]
async fn a_request_is_served_by_its_stages_route_or_refused_as_api_gateway_does() {
    let gateway =
        TestGateway::serving(&[mock("GET /orders/{id}"), mock("POST /orders"), mock("ANY /files/{proxy+}")])
            .await;
    let mut story = String::new();
    for request in [
        "GET /v1/orders/1",
        "HEAD /v1/orders/1",
        "POST /v1/orders",
        "PUT /v1/files/a/b",
        "GET /v1/orders",
        "DELETE /v1/orders/1",
        "GET /v1/nothing",
        "GET /v2/orders/1",
        "GET /v1/orders/%2e%2e/1",
        "GET /v1/orders/1%00",
    ] {
        story += &format!("> {request}\n{}\n\n", gateway.send(request).await);
    }
    expect![[r#"
        > GET /v1/orders/1
        200
        content-type: text/plain

        GET /orders/{id} of v1

        > HEAD /v1/orders/1
        200
        content-type: text/plain



        > POST /v1/orders
        200
        content-type: text/plain

        POST /orders of v1

        > PUT /v1/files/a/b
        200
        content-type: text/plain

        ANY /files/{proxy+} of v1

        > GET /v1/orders
        405
        allow: POST
        content-type: application/json
        x-amzn-errortype: MethodNotAllowedException

        {"message":"Method Not Allowed"}

        > DELETE /v1/orders/1
        405
        allow: GET, HEAD
        content-type: application/json
        x-amzn-errortype: MethodNotAllowedException

        {"message":"Method Not Allowed"}

        > GET /v1/nothing
        404
        content-type: application/json
        x-amzn-errortype: NotFoundException

        {"message":"Not Found"}

        > GET /v2/orders/1
        404
        content-type: application/json
        x-amzn-errortype: NotFoundException

        {"message":"Not Found"}

        > GET /v1/orders/%2e%2e/1
        400
        content-type: application/json
        x-amzn-errortype: BadRequestException

        {"message":"Bad Request"}

        > GET /v1/orders/1%00
        400
        content-type: application/json
        x-amzn-errortype: BadRequestException

        {"message":"Bad Request"}

    "#]]
    .assert_eq(&story);
}

#[tokio::test]
async fn an_answer_with_status_204_205_or_304_has_no_body() {
    let mut routes = Vec::new();
    for status in [200, 204, 205, 304, 404] {
        let integration = json!({ "type": "MOCK", "statusCode": status, "headers": { "content-type": "a/b" }, "body": "body" });
        routes.push(json!({ "routeKey": format!("GET /{status}"), "integration": integration }));
    }
    let responses = json!({ "RESOURCE_NOT_FOUND": { "statusCode": 204 } });
    routes.push(json!({ "routeKey": "$api", "gatewayResponses": responses }));
    let gateway = TestGateway::serving(&routes).await;
    let cases = [
        ("GET /v1/200", "200", "body"),
        ("HEAD /v1/200", "200", ""),
        ("GET /v1/204", "204", ""),
        ("GET /v1/205", "205", ""),
        ("GET /v1/304", "304", ""),
        ("GET /v1/404", "404", "body"),
    ];
    for (request, status, body) in cases {
        let expected = format!("{status}\ncontent-type: a/b\n\n{body}");
        assert_eq!(gateway.send(request).await, expected, "{request}");
    }
    let expected = "204\nx-amzn-errortype: NotFoundException\n\n";
    assert_eq!(gateway.send("GET /v1/nothing").await, expected);
}

#[tokio::test]
async fn unmatched_routes_are_a_403_if_the_api_says_aws_rest() {
    let api = json!({ "routeKey": "$api", "unmatchedRoutes": "aws_rest" });
    let gateway = TestGateway::serving(&[api, mock("GET /orders")]).await;
    let expected = "403\ncontent-type: application/json\nx-amzn-errortype: MissingAuthenticationTokenException\n\n\
                    {\"message\":\"Missing Authentication Token\"}";
    assert_eq!(gateway.send("GET /v1/nothing").await, expected);
    assert_eq!(gateway.send("PUT /v1/orders").await, expected);
}

#[tokio::test]
async fn the_default_route_takes_every_request_that_no_other_route_serves() {
    let gateway = TestGateway::serving(&[mock("$default"), mock("GET /orders")]).await;
    let cases = [
        ("GET /v1/orders", "GET /orders of v1"),
        ("PUT /v1/orders", "$default of v1"),
        ("PROPFIND /v1/x/y", "$default of v1"),
        ("GET /v1", "$default of v1"),
    ];
    for (request, body) in cases {
        assert_eq!(
            gateway.send(request).await,
            format!("200\ncontent-type: text/plain\n\n{body}"),
            "{request}"
        );
    }
}

#[tokio::test]
async fn a_request_without_its_required_parameters_is_a_400_that_names_them() {
    let mut route = mock("GET /orders");
    route["requestParameters"] = json!({ "method.request.querystring.page": true, "method.request.header.x-tenant": true, "method.request.querystring.q": false });
    let gateway = TestGateway::serving(&[route]).await;
    assert_eq!(
        gateway.send("GET /v1/orders?page=").await,
        "400\ncontent-type: application/json\nx-amzn-errortype: BadRequestException\n\n\
         {\"message\": \"Missing required request parameters: [x-tenant, page]\"}"
    );
    assert!(gateway.send("GET /v1/orders?page=1\nx-tenant: a").await.starts_with("200\n"));
}

#[tokio::test]
async fn stages_are_served_side_by_side_by_base_path_and_host() {
    let gateway = TestGateway::new();
    for (stage, body) in [("v1", "one"), ("v2", "two"), ("shop", "the shop")] {
        gateway.put_route(&json!({ "stage": stage, "routeKey": "GET /{proxy+}",
            "integration": { "type": "MOCK", "headers": { "content-type": "text/plain" }, "body": body } }));
    }
    gateway.put_stage(&json!({ "stage": "v2", "basePath": "/" }));
    gateway.put_stage(&json!({ "stage": "shop", "basePath": "/", "hosts": ["shop.example.com"] }));
    for stage in ["v1", "v2", "shop"] {
        gateway.publish(stage).await;
    }
    gateway.refresh().await;
    assert!(gateway.send("GET /v1/x").await.ends_with("\n\none"));
    assert!(gateway.send("GET /other/x").await.ends_with("\n\ntwo"));

    let mut event = crate::harness::event("GET /v1/x\nx-forwarded-host: shop.example.com");
    assert!(gateway.send_event(&event).await.ends_with("\n\none"), "a client's header names no host");
    event["requestContext"]["domainName"] = json!("shop.example.com");
    assert!(gateway.send_event(&event).await.ends_with("\n\nthe shop"));
}

#[tokio::test]
async fn dynamodbs_reason_for_refusing_a_body_is_in_the_log_and_not_in_the_answer() {
    let put = json!({ "type": "DYNAMODB", "action": "PutItem", "tableName": "tollgate-counters", "item": { "counter": "$request.body.id" } });
    let template = json!({ "application/json": r#"{"why":$context.error.validationErrorString}"# });
    let responses = json!({ "BAD_REQUEST_BODY": { "responseTemplates": template } });
    let gateway = TestGateway::serving(&[
        json!({ "routeKey": "POST /x", "integration": put }),
        json!({ "routeKey": "$api", "gatewayResponses": responses }),
    ])
    .await;
    let head = "400\ncontent-type: application/json\nx-amzn-errortype: BadRequestException\n\n";
    assert_eq!(
        gateway.send("POST /v1/x\n\n{\"id\":7}").await,
        format!("{head}{{\"why\":\"$request.body.id cannot be used\"}}")
    );
    let line = gateway.log_lines().pop().unwrap();
    assert!(
        line.contains("invalid request body: $request.body.id cannot be used: DynamoDB refused the values: "),
        "{line}"
    );
    assert_eq!(gateway.send("POST /v1/x\n\n{").await.split_once("{\"why\":").unwrap().0, head);
}
