//! An API that moto's API Gateway holds: `make service-tests`. Without `SERVICES_ENDPOINT` nothing is tried.
//!
//! Its exports have no integrations, so this is the way by `get-resources`.

use std::{env, fs};

use expect_test::expect_file;
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use tollgate::{
    aws::{
        ServiceClient,
        call::{CallPolicy, ServiceCall},
        service::Service,
    },
    environment::Environment,
};

use crate::{api_file::Folder, harness::tool::tollgate_in};

const KEY: &str = "canary-value-of-the-emulator";

/// Who makes the API.
struct Owner(ServiceClient);

impl Owner {
    fn at(url: &str) -> Self {
        let environment = Environment::read(|name| match name {
            "AWS_REGION" => Some("eu-west-1".to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
            "AWS_ENDPOINT_URL" => Some(url.to_owned()),
            _ => None,
        });
        Self(ServiceClient::new(Service::ApiGateway, &environment.unwrap().aws))
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Value {
        let call = ServiceCall {
            method,
            path_and_query: path.parse().unwrap(),
            headers: HeaderMap::new(),
            trace_id: None,
            body: body.to_string().into(),
        };
        let answer =
            self.0.call(&call, CallPolicy::ONCE).await.unwrap_or_else(|error| panic!("{path}: {error}"));
        serde_json::from_slice(answer.body()).unwrap()
    }

    /// Makes something, and gives its id.
    async fn make(&self, path: &str, body: Value) -> String {
        let made = self.ask(Method::POST, path, body).await;
        made["id"].as_str().unwrap_or_default().to_owned()
    }

    async fn put_method(&self, resource: &str, method: &str, fields: Value, integration: Value) {
        let path = format!("{resource}/methods/{method}");
        self.ask(Method::PUT, &path, fields).await;
        self.ask(Method::PUT, &format!("{path}/integration"), integration).await;
    }

    /// An API with two resources and three methods; its id.
    async fn make_api(&self) -> String {
        let id = self.make("/restapis", json!({ "name": "Shop", "description": "orders of a shop" })).await;
        let api = format!("/restapis/{id}");
        let resources = self.ask(Method::GET, &format!("{api}/resources"), json!({})).await;
        let root = resources["item"][0]["id"].as_str().unwrap().to_owned();
        let function = |name: &str| {
            format!(
                "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111122223333:function:{name}/invocations"
            )
        };
        let guard = json!({ "name": "guard", "type": "TOKEN", "authorizerUri": function("guard"),
            "identitySource": "method.request.header.X-Token", "authorizerResultTtlInSeconds": 0 });
        let guard = self.make(&format!("{api}/authorizers"), guard).await;
        let orders = self.make(&format!("{api}/resources/{root}"), json!({ "pathPart": "orders" })).await;
        let order = self.make(&format!("{api}/resources/{orders}"), json!({ "pathPart": "{id}" })).await;
        let (orders, order) = (format!("{api}/resources/{orders}"), format!("{api}/resources/{order}"));
        self.put_method(
            &orders,
            "GET",
            json!({ "authorizationType": "NONE", "apiKeyRequired": true }),
            json!({ "type": "HTTP_PROXY", "httpMethod": "GET", "uri": "https://shop.example.com/orders" }),
        )
        .await;
        self.put_method(
            &orders,
            "POST",
            json!({ "authorizationType": "CUSTOM", "authorizerId": guard }),
            json!({ "type": "AWS_PROXY", "httpMethod": "POST", "uri": function("orders") }),
        )
        .await;
        self.put_method(
            &order,
            "GET",
            json!({ "authorizationType": "NONE", "requestParameters": { "method.request.path.id": true } }),
            json!({ "type": "MOCK", "requestTemplates": { "application/json": "{\"statusCode\": 200}" } }),
        )
        .await;
        self.ask(Method::PUT, &format!("{order}/methods/GET/responses/200"), json!({})).await;
        let response =
            json!({ "responseTemplates": { "application/json": "{\"id\": \"$input.params('id')\"}" } });
        self.ask(Method::PUT, &format!("{order}/methods/GET/integration/responses/200"), response).await;
        id
    }

    /// A stage with settings, a domain, and a plan with a key; the id of the plan.
    async fn make_stage_and_plan(&self, id: &str) -> String {
        let api = format!("/restapis/{id}");
        let stage = json!({ "stageName": "prod", "variables": { "colour": "red" } });
        self.make(&format!("{api}/deployments"), stage).await;
        let replace = |path: &str, value: &str| json!({ "op": "replace", "path": path, "value": value });
        let throttle =
            [replace("/*/*/throttling/rateLimit", "25"), replace("/*/*/throttling/burstLimit", "50")];
        self.ask(Method::PATCH, &format!("{api}/stages/prod"), json!({ "patchOperations": throttle })).await;
        let domain = format!("{id}.example.com");
        self.make("/domainnames", json!({ "domainName": domain, "certificateName": "shop" })).await;
        let mapping = json!({ "basePath": "shop", "restApiId": id, "stage": "prod" });
        self.make(&format!("/domainnames/{domain}/basepathmappings"), mapping).await;
        let plan = json!({ "name": "Gold", "apiStages": [{ "apiId": id, "stage": "prod" }],
            "throttle": { "rateLimit": 10.5, "burstLimit": 20 }, "quota": { "limit": 1000, "period": "DAY" } });
        let plan = self.make("/usageplans", plan).await;
        let value = format!("{KEY}-{id}");
        let key = self.make("/apikeys", json!({ "name": "Acme", "enabled": true, "value": value })).await;
        let of_plan = json!({ "keyId": key, "keyType": "API_KEY" });
        self.make(&format!("/usageplans/{plan}/keys"), of_plan).await;
        plan
    }
}

#[tokio::test]
async fn an_api_of_the_emulator_is_imported() {
    let Ok(url) = env::var("SERVICES_ENDPOINT") else { return };
    let owner = Owner::at(&url);
    let id = owner.make_api().await;
    let plan = owner.make_stage_and_plan(&id).await;
    let variables = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", &*url),
    ];
    let folder = Folder::new(&[]);
    let arguments = ["import", "--from-aws", &id, "-o", "tollgate.yaml", "--keys", "keys.csv"];
    let ran = tollgate_in(&folder.path(""), &variables, &arguments);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let [written, keys] =
        ["tollgate.yaml", "keys.csv"].map(|name| fs::read_to_string(folder.path(name)).unwrap());
    expect_file!["emulator.yaml"].assert_eq(&written.replace(&plan, "PLAN"));
    expect_file!["emulator.txt"].assert_eq(&ran.stdout.replace(&plan, "PLAN"));
    assert!(keys.lines().count() == 2 && keys.trim_end().ends_with(&format!(",true,{plan}")), "{keys}");
    assert!(![&written, &keys, &ran.stdout, &ran.stderr].iter().any(|text| text.contains(KEY)));
}
