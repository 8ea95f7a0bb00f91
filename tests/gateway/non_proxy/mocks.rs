//! `MOCK` with templates: the request's template says the status that chooses the response.

use serde_json::{Value, json};

use super::{misconfigured, route};
use crate::harness::TestGateway;

fn mock(template: &str, responses: Value) -> Value {
    let fields = json!({ "requestTemplates": { "application/json": template }, "responses": responses });
    route("ANY /m", "MOCK", fields)
}

#[tokio::test]
async fn the_status_that_the_template_gives_chooses_the_response() {
    let responses = json!({
        "2\\d{2}": { "statusCode": "201" },
        "404": { "statusCode": 404 },
        "default": { "statusCode": 299 },
    });
    let json_type = "content-type: application/json";
    let answers = |status: u16| format!("{status}\n{json_type}\n\n");
    let cases = [
        (r#"{"statusCode": 200}"#, answers(201)),
        ("{statusCode: 200}", answers(201)),
        ("{ statusCode: 200 }", answers(201)),
        ("{'statusCode': 404}", answers(404)),
        (r#"{"statusCode": 500}"#, answers(299)),
        (r#"{"statusCode": "404"}"#, answers(404)),
        (r#"{"statusCode": "ok"}"#, misconfigured()),
        (r#"{"statusCode": 99}"#, misconfigured()),
        (r#"{"statusCode": 600}"#, misconfigured()),
        ("{}", misconfigured()),
        ("not json", misconfigured()),
    ];
    for (template, expected) in cases {
        let gateway = TestGateway::serving(&[mock(template, responses.clone())]).await;
        assert_eq!(gateway.send("GET /v1/m").await, expected, "{template}");
        assert_eq!(gateway.send("POST /v1/m\n\n{\"statusCode\": 404}").await, expected, "{template}");
    }
}

#[tokio::test]
async fn what_a_client_sends_chooses_nothing() {
    let responses = json!({ "404": { "statusCode": 404 }, "default": { "statusCode": 200 } });
    let fields = json!({ "responses": responses, "passthroughBehavior": "WHEN_NO_MATCH" });
    let gateway = TestGateway::serving(&[route("ANY /m", "MOCK", fields)]).await;
    let expected = "200\ncontent-type: application/json\n\n";
    assert_eq!(gateway.send("POST /v1/m\n\n{\"statusCode\": 404}").await, expected);
    let nothing_fits = json!({ "responses": { "404": { "statusCode": 404 } } });
    let gateway = TestGateway::serving(&[route("ANY /m", "MOCK", nothing_fits)]).await;
    assert_eq!(gateway.send("GET /v1/m").await, misconfigured());
}

#[tokio::test]
async fn headers_of_a_preflight_stand_in_the_responses() {
    // As SAM and Terraform modules write it.
    let responses = json!({ "default": { "statusCode": "204", "responseParameters": {
        "method.response.header.Access-Control-Allow-Headers": "'Content-Type,X-Amz-Date,Authorization,X-Api-Key'",
        "method.response.header.Access-Control-Allow-Methods": "'OPTIONS,GET,PUT'",
        "method.response.header.Access-Control-Allow-Origin": "'*'" } } });
    let mut item = mock("{ statusCode: 200 }", responses);
    item["routeKey"] = json!("OPTIONS /orders");
    item["integration"]["contentHandling"] = json!("CONVERT_TO_TEXT");
    item["integration"]["passthroughBehavior"] = json!("when_no_match");
    let api = json!({ "routeKey": "$api", "binaryMediaTypes": ["*/*"] });
    let gateway = TestGateway::serving(&[api, item]).await;
    assert_eq!(
        gateway
            .send("OPTIONS /v1/orders\norigin: https://a.example\naccess-control-request-method: PUT")
            .await,
        "204\naccess-control-allow-headers: Content-Type,X-Amz-Date,Authorization,X-Api-Key\n\
         access-control-allow-methods: OPTIONS,GET,PUT\naccess-control-allow-origin: *\n\n"
    );
}
