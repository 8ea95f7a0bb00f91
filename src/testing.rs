//! Helpers of the unit tests: a request with its context, items as an operator wrote them, any JSON.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proptest::prelude::*;
use serde_json::Value;

use crate::{
    caller::Caller,
    context::{Context, PathParameter, StageVersion},
    error::Problem,
    item::{Fields, Findings, Item, Report, StageVariables},
    message::{Body, Origin, Request, Response},
};

/// A request to `GET /orders/{id}` of stage `v1`, and what its context borrows.
pub struct TestRequest {
    pub request: Request,
    stage_variables: StageVariables,
    path_parameters: Vec<PathParameter<'static>>,
}

impl TestRequest {
    pub fn new(query: &str) -> Self {
        Self {
            request: request(Method::GET, query),
            stage_variables: stage_variables(),
            path_parameters: Vec::new(),
        }
    }

    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.request.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        self
    }

    pub fn cookies(mut self, cookies: &[&str]) -> Self {
        self.request.cookies = cookies.iter().map(|&cookie| cookie.to_owned()).collect();
        self
    }

    pub fn path_parameters(mut self, parameters: &[(&'static str, &'static str)]) -> Self {
        self.path_parameters =
            parameters.iter().map(|&(name, value)| PathParameter { name, value }).collect();
        self
    }

    pub fn context(&self) -> Context<'_> {
        Context {
            request: &self.request,
            stage: "v1",
            base_path: "/v1",
            path: &self.request.path,
            stage_variables: &self.stage_variables,
            deployment_id: "d1",
            version: StageVersion::Own,
            route_key: "GET /orders/{id}",
            path_parameters: &self.path_parameters,
            caller: Caller::default(),
            waited: Duration::ZERO,
        }
    }
}

pub fn request(method: Method, query: &str) -> Request {
    Request {
        id: "0c6d2f0e-5b1c-4f6a-9d3e-2f1f7a3b4c5d".to_owned(),
        received_at: SystemTime::UNIX_EPOCH,
        deadline: SystemTime::UNIX_EPOCH,
        method,
        path: "/orders/7".to_owned(),
        query: query.to_owned(),
        headers: HeaderMap::new(),
        cookies: Vec::new(),
        body: Bytes::new(),
        origin: Origin {
            source_ip: "192.0.2.1".to_owned(),
            time_epoch: 1_700_000_000_000,
            ..Origin::default()
        },
    }
}

/// What `parse` makes of `json`, and every problem and warning as `field: got …, expected …`.
pub fn read<T>(json: &Value, parse: impl FnOnce(Fields<'_>) -> T) -> (T, Vec<String>) {
    let report = Report::default();
    let stage_variables = stage_variables();
    let item = Item { table: "routes", key: "stage=v1", stage_variables: &stage_variables, report: &report };
    let parsed = parse(Fields::of(item, json.as_object().expect("a map")));
    let Findings { mut problems, warnings } = report.into_findings();
    problems.extend(warnings);
    let line =
        |Problem { field, got, expected, .. }: Problem| format!("{field}: got {got}, expected {expected}");
    (parsed, problems.into_iter().map(line).collect())
}

/// Status, headers in order of their names, and body, if there is one: `204 | vary=Origin`.
pub fn show(response: Response) -> String {
    let mut headers: Vec<String> = response
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}={}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    headers.sort();
    let status = response.status().as_u16();
    let Body::Whole(body) = response.into_body() else { panic!("a gateway response is whole") };
    let body = String::from_utf8_lossy(&body).into_owned();
    let parts: Vec<String> = [status.to_string()]
        .into_iter()
        .chain(headers)
        .chain([body])
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" | ")
}

/// JSON as clients write it, with these numbers.
pub fn any_json(number: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        ".*".prop_map(Value::String),
        number,
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::btree_map(".*", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn stage_variables() -> StageVariables {
    let pairs = [("env", "dev"), ("limit", "10"), ("bad", "a\r\nx-evil: 1")];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
