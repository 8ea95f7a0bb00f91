//! A file of tests, read.

use std::{
    net::IpAddr,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use serde_json::{Map, Value};

use crate::api_file::Span;

/// A file of tests.
#[derive(Debug)]
pub struct TestFile {
    /// The API file, as the file says it; `None`: `tollgate.yaml` beside it.
    pub api: Option<PathBuf>,
    /// The time at which each test begins.
    pub now: SystemTime,
    pub tests: Vec<ApiTest>,
}

/// Requests one after another, which share the gateway's memory, its counters and its cache; no other test does.
#[derive(Debug)]
pub struct ApiTest {
    pub name: String,
    pub place: Span,
    pub steps: Vec<Step>,
}

/// A request, the answers of whom it leads to, and what is expected.
#[derive(Debug)]
pub struct Step {
    pub place: Span,
    /// From the beginning of the test.
    pub at: Duration,
    pub request: TestRequest,
    /// The result of the authorizer's function.
    pub authorizer: Option<Value>,
    /// `None`: the integration is not to be asked, or answers by itself.
    pub integration: Option<IntegrationAnswer>,
    pub expected: Expected,
}

/// A request as a test writes it.
#[derive(Debug)]
pub struct TestRequest {
    pub method: String,
    pub path: String,
    /// Without `?`.
    pub query: String,
    pub host: Option<String>,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub source_ip: IpAddr,
    pub api_key: Option<String>,
    pub caller: Option<TestCaller>,
}

/// The caller of a request.
#[derive(Debug)]
pub enum TestCaller {
    /// A token with these claims; the issuer, the audience and times are those that the authorizer wants, unless they
    /// stand here.
    Claims(Map<String, Value>),
    /// Whom AWS has let in with a signature.
    Signer { user_arn: String },
}

/// The answer of what an integration asks.
#[derive(Clone, Debug)]
pub enum IntegrationAnswer {
    /// A function's result, plain items of a table, or an HTTP response.
    Result(Value),
    Timeout,
    Throttled,
    /// `errorType`, `errorMessage` of a function.
    FunctionError(Value),
    /// An error of DynamoDB, by its code.
    ServiceError {
        code: String,
        message: String,
    },
}

/// A value, and where it is written.
#[derive(Clone, Debug)]
pub struct Placed<T> {
    pub place: Span,
    pub value: T,
}

/// What is expected of an answer, and of what it took.
#[derive(Debug, Default)]
pub struct Expected {
    pub route: Option<Placed<Value>>,
    pub status: Option<Placed<Value>>,
    /// By name in lower case; null: it is not there.
    pub headers: Vec<(String, Placed<Value>)>,
    /// All of the body.
    pub body: Option<Placed<Value>>,
    /// Members of the body.
    pub body_includes: Option<Placed<Value>>,
    pub integration: Option<Placed<ExpectedCall>>,
    /// Members of the access line.
    pub log: Option<Placed<Value>>,
}

/// What the integration is expected to be asked.
#[derive(Clone, Debug)]
pub enum ExpectedCall {
    Nothing,
    /// Members of the call.
    Includes(Value),
}
