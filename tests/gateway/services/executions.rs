//! Executions of state machines: started, waited for, asked about, stopped.

use super::*;

fn machine(action: &str) -> Value {
    json!({ "type": "STEP_FUNCTIONS", "action": action, "stateMachineArn": MACHINE, "input": "$request.body",
        "name": "$request.path.id" })
}

#[tokio::test]
async fn an_execution_is_started_and_told_by_its_name() {
    let start = machine("StartExecution");
    let services = ScriptedAws::start(|_| {
        ok(&json!({ "executionArn": format!("{EXECUTION}e-1"), "startDate": 1.5 }).to_string())
    });
    let gateway = TestGateway::with_environment(&[("AWS_ENDPOINT_URL", &services.url)]);
    gateway.put_route(&json!({ "routeKey": "POST /0/{id}", "integration": start }));
    gateway.go_live().await;
    assert_eq!(post(&gateway, "/0/e-1", r#"{"n": 1}"#).await, r#"202 {"name":"e-1"}"#);
    assert_eq!(
        call(&services),
        format!(
            r#"states eu-west-1 StartExecution {{"input":"{{\"n\": 1}}","name":"e-1","stateMachineArn":"{MACHINE}"}}"#
        )
    );
}

#[tokio::test]
async fn the_output_of_an_execution_that_is_waited_for_is_the_answer() {
    let sync = json!({ "type": "STEP_FUNCTIONS", "action": "StartSyncExecution", "stateMachineArn": MACHINE,
        "input": { "order": "$request.body" } });
    let (gateway, services) = serving(&[sync], |call| {
        let failed = call.body.contains("bad");
        ok(&if failed {
            json!({ "status": "FAILED", "error": "Broken", "cause": "arn:aws:lambda:…" })
        } else {
            json!({ "status": "SUCCEEDED", "output": "{ \"total\": 7.50 }", "executionArn": EXECUTION })
        }
        .to_string())
    })
    .await;
    let answer = gateway.send("POST /v1/0\n\n{\"n\": 1}").await;
    assert_eq!(answer, "200\ncontent-type: application/json\n\n{ \"total\": 7.50 }");
    assert_eq!(
        call(&services),
        format!(
            r#"states eu-west-1 StartSyncExecution {{"input":"{{\"order\":{{\"n\":1}}}}","stateMachineArn":"{MACHINE}"}}"#
        )
    );
    assert_eq!(post(&gateway, "/0", r#""bad""#).await, r#"502 {"message": "Internal server error"}"#);
    assert_eq!(
        gateway.last_line()["integrationErrorMessage"],
        json!("integration failed: the execution ended with FAILED: Broken: arn:aws:lambda:…")
    );
}

#[tokio::test]
async fn an_execution_is_asked_about_and_stopped() {
    let services = ScriptedAws::start(|call| {
        if call.body.contains("none") {
            let error =
                json!({ "__type": "ExecutionDoesNotExist", "message": format!("no {EXECUTION}none") });
            return (400, error.to_string());
        }
        ok(&json!({ "executionArn": format!("{EXECUTION}e"), "stateMachineArn": MACHINE, "name": "e",
            "status": "SUCCEEDED", "startDate": 1.5, "stopDate": 2.5, "output": "{\"a\":1}", "input": "{}" })
        .to_string())
    });
    let gateway = TestGateway::with_environment(&[("AWS_ENDPOINT_URL", &services.url)]);
    let arn = format!("{EXECUTION}${{request.path.id}}");
    for (route_key, action) in [("POST /0/{id}", "DescribeExecution"), ("POST /1/{id}", "StopExecution")] {
        let integration = json!({ "type": "STEP_FUNCTIONS", "action": action, "executionArn": arn });
        gateway.put_route(&json!({ "routeKey": route_key, "integration": integration }));
    }
    gateway.go_live().await;
    assert_eq!(
        post(&gateway, "/0/e", "").await,
        r#"200 {"name":"e","output":{"a":1},"startDate":1.5,"status":"SUCCEEDED","stopDate":2.5}"#
    );
    assert_eq!(
        call(&services),
        format!(r#"states eu-west-1 DescribeExecution {{"executionArn":"{EXECUTION}e"}}"#)
    );
    assert_eq!(post(&gateway, "/0/none", "").await, r#"404 {"message":"Not Found"}"#);
    assert_eq!(services.calls().len(), 1);
    assert_eq!(post(&gateway, "/1/e", "").await, "204 ");
    assert_eq!(
        call(&services),
        format!(r#"states eu-west-1 StopExecution {{"executionArn":"{EXECUTION}e"}}"#)
    );
}
