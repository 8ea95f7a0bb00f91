//! One step of a test: the request is sent, and what comes of it compared.

use std::time::Duration;

use bytes::BytesMut;
use futures_util::StreamExt;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::{
    api_under_test::{value_of_key, with_keys},
    difference::{Difference, Extent, compare},
    stand_in::Asked,
    test_callers::{signer, with_claims},
    test_file::{Expected, ExpectedCall, IntegrationAnswer, Placed, Step, TestCaller, TestRequest},
    world::{TestGateway, TestWorld},
};
use crate::{
    api_file::Span,
    error::GatewayError,
    function_url::PlainRequest,
    json,
    message::{Body, RefusedRequest, Request},
};

/// A step whose answer, or what it took, is other than expected.
#[derive(Clone, Debug)]
pub struct FailedStep {
    /// Counted from 1.
    pub number: usize,
    pub place: Span,
    /// `GET /v1/orders/7?x=1`.
    pub request: String,
    pub differences: Vec<Difference>,
}

pub(super) struct StepRun<'a> {
    pub world: &'a TestWorld,
    pub gateway: &'a TestGateway,
    pub step: &'a Step,
    pub nth: usize,
}

/// A host that no stage names.
const HOST: &str = "test.tollgate.example";

const LAMBDA_TIME: Duration = Duration::from_secs(900);
/// The time of a request whose integration never answers: a little more than what is kept to say so.
const SHORT_TIME: Duration = Duration::from_millis(260);

/// What came of a request.
struct Outcome {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
    log: Value,
    asked: Asked,
}

impl StepRun<'_> {
    pub async fn run(&self) -> Option<FailedStep> {
        let Step { place, request, expected, .. } = self.step;
        let differences = match self.unknown_key() {
            Some(difference) => vec![difference],
            None => self.compare(expected, &self.outcome().await),
        };
        let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
        let told = format!("{} {}{query}", request.method, request.path);
        (!differences.is_empty()).then(|| FailedStep {
            number: self.nth + 1,
            place: *place,
            request: told,
            differences,
        })
    }

    fn unknown_key(&self) -> Option<Difference> {
        let id = self.step.request.api_key.as_deref().filter(|id| !self.world.api.has_key(id))?;
        Some(Difference {
            what: "request.apiKey".to_owned(),
            place: self.step.place,
            expected: "the id of a key of the API".to_owned(),
            got: Value::from(id).to_string(),
        })
    }

    async fn outcome(&self) -> Outcome {
        let Step { authorizer, integration, .. } = self.step;
        self.world.stand_in.begin(authorizer.clone().map(with_keys), integration.clone());
        let gateway = &self.gateway.gateway;
        let response = match self.request().await {
            Ok(request) => gateway.handle(&request).await,
            Err(error) => gateway.refuse(&self.id(), self.gateway.now(), &error, &RefusedRequest::default()),
        };
        let (head, body) = response.into_parts();
        let body = read(body).await;
        gateway.drain().await;
        let (status, log, asked) =
            (head.status.as_u16(), self.gateway.last_line(), self.world.stand_in.end());
        Outcome { status, headers: head.headers, body, log, asked }
    }

    fn id(&self) -> String {
        format!("test-request-{}", self.nth + 1)
    }

    async fn request(&self) -> Result<Request, GatewayError> {
        let TestRequest { method, path, query, host, headers, body, source_ip, api_key, caller } =
            &self.step.request;
        let mut headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| match with_keys(value.as_str().into()) {
                Value::String(value) => (name.clone(), value),
                other => (name.clone(), other.to_string()),
            })
            .collect();
        headers.extend(api_key.as_ref().map(|id| ("x-api-key".to_owned(), value_of_key(id))));
        let received_at = self.gateway.now();
        let time = match &self.step.integration {
            Some(IntegrationAnswer::Timeout) => SHORT_TIME,
            Some(_) | None => LAMBDA_TIME,
        };
        let plain = PlainRequest {
            id: &self.id(),
            method,
            host: host.as_deref().unwrap_or(HOST),
            path,
            query,
            headers: &headers,
            body,
            source_ip: Some(*source_ip),
            received_at,
            deadline: received_at + time,
        };
        let mut request = plain.decode()?;
        match caller {
            None => Ok(request),
            Some(TestCaller::Signer { user_arn }) => {
                request.origin.iam = Some(Box::new(signer(user_arn)));
                Ok(request)
            }
            Some(TestCaller::Claims(claims)) => {
                let TestWorld { api, served, token_key, .. } = self.world;
                with_claims(api, served, token_key, request, claims).await
            }
        }
    }

    fn compare(&self, expected: &Expected, outcome: &Outcome) -> Vec<Difference> {
        let Outcome { status, headers, body, log, asked } = outcome;
        let mut differences = Vec::new();
        if let Some(route) = &expected.route {
            differences.extend(compare("route", route, log.get("routeKey"), Extent::Whole));
        }
        if let Some(expected) = &expected.status {
            differences.extend(compare("status", expected, Some(&json!(status)), Extent::Whole));
        }
        for (name, expected) in &expected.headers {
            let got = header(headers, name);
            differences.extend(compare(&format!("headers.{name}"), expected, got.as_ref(), Extent::Included));
        }
        if let Some(expected) = &expected.body {
            let got = body_like(&expected.value, body);
            differences.extend(compare("body", expected, Some(&got), Extent::Whole));
        }
        if let Some(expected) = &expected.body_includes {
            let got = body_like(&expected.value, body);
            differences.extend(compare("body", expected, Some(&got), Extent::Included));
        }
        differences.extend(self.compare_calls(expected.integration.as_ref(), asked));
        if let Some(expected) = &expected.log {
            differences.extend(compare("log", expected, Some(log), Extent::Included));
        }
        differences
    }

    fn compare_calls(&self, expected: Option<&Placed<ExpectedCall>>, asked: &Asked) -> Vec<Difference> {
        let call = asked.calls.first();
        let difference = |place, expected: &str, got: String| {
            let (what, expected) = ("integration".to_owned(), expected.to_owned());
            vec![Difference { what, place, expected, got }]
        };
        let unanswered = call.filter(|_| self.step.integration.is_none());
        match expected {
            Some(Placed { place, value: ExpectedCall::Nothing }) => match call {
                Some(call) => difference(*place, "none", call.to_string()),
                None => Vec::new(),
            },
            Some(Placed { place, value: ExpectedCall::Includes(value) }) => {
                let expected = Placed { place: *place, value: value.clone() };
                compare("integration", &expected, call, Extent::Included)
            }
            None => match unanswered {
                Some(call) => difference(
                    self.step.place,
                    "no call: the test has no integration: … that says its answer",
                    call.to_string(),
                ),
                None if !asked.authorizer_events.is_empty() && self.step.authorizer.is_none() => difference(
                    self.step.place,
                    "no call of the authorizer's function: the test has no authorizer: … that says its result",
                    Value::Array(asked.authorizer_events.clone()).to_string(),
                ),
                None => Vec::new(),
            },
        }
    }
}

/// All lines of a header, joined with commas.
fn header(headers: &HeaderMap, name: &str) -> Option<Value> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let lines: Vec<String> = headers.get_all(name).iter().map(text).collect();
    (!lines.is_empty()).then(|| lines.join(", ").into())
}

/// The body as text where a text is expected, else as JSON as far as it is some.
fn body_like(expected: &Value, body: &[u8]) -> Value {
    let text = || String::from_utf8_lossy(body).into_owned().into();
    match expected {
        Value::String(_) => text(),
        Value::Null if body.is_empty() => Value::Null,
        _ => json::read(body).unwrap_or_else(|_| text()),
    }
}

async fn read(mut body: Body) -> Vec<u8> {
    let mut bytes = BytesMut::new();
    while let Some(Ok(piece)) = body.next().await {
        bytes.extend_from_slice(&piece);
    }
    bytes.to_vec()
}
