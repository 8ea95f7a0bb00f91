//! The signed client: every AWS call of a request's way.
//!
//! Nothing is asked for at the start: no profile, no metadata service, no certificate store.

pub mod assumed_roles;
pub mod call;
#[cfg(feature = "cli")]
pub mod caller_identity;
mod canonical;
pub mod clients;
mod credentials;
pub mod dynamodb;
pub mod event_stream;
mod exchange;
mod presigned_url;
pub mod request_id;
pub mod service;
mod signature;
pub mod xml_text;

// What only the operator's tool calls.
#[cfg(feature = "cli")]
pub mod api_gateway;
#[cfg(feature = "cli")]
pub mod cloudformation;
#[cfg(feature = "cli")]
pub mod cloudwatch_logs;
#[cfg(feature = "cli")]
pub mod denial;
#[cfg(feature = "cli")]
pub mod lambda_control;
#[cfg(feature = "cli")]
mod query_protocol;
#[cfg(feature = "cli")]
pub mod rest_path;
#[cfg(feature = "cli")]
pub mod role_simulation;
#[cfg(feature = "cli")]
mod xml;

use std::{
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, Uri,
    header::{CONTENT_LENGTH, HOST, USER_AGENT},
    uri::Scheme,
};
use http_body_util::Full;

use self::{
    call::{Attempts, CallError, CallPolicy, ServiceCall, service_error},
    credentials::Credentials,
    service::{Service, ServiceAddress},
    signature::{Signed, Signer},
};
use crate::{
    clock::Clock,
    environment::Aws,
    http_client::{KeptBody, KeptConnections, MOST_ANSWER_BYTES, ReadError, SendError},
    wait::within,
};

/// A response whose body is still to be read.
pub type ServiceResponse = Response<KeptBody<Full<Bytes>>>;

/// The client of one service, with its connections. Clones share them.
#[derive(Clone, Debug)]
pub struct ServiceClient(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    signer: Signer,
    connections: Arc<KeptConnections<Full<Bytes>>>,
    scheme: Scheme,
    host: HeaderValue,
    /// The path of the endpoint, which comes before those of the API; without a slash at its end.
    path_prefix: String,
    clock: Clock,
    observer: Option<fn(&ServiceCall)>,
}

const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");
/// What CloudTrail says of who called.
const PRODUCT: HeaderValue = HeaderValue::from_static(concat!("tollgate/", env!("CARGO_PKG_VERSION")));

/// More than an error has to say: the longest has an item of 400 KB with it.
const MOST_ERROR_BYTES: usize = 1 << 20;

/// The headers that every request gets: host, date, token, authorization, length, product, trace.
const OWN_HEADERS: usize = 7;

/// The longest pause before a call is made again that the service refused.
const MOST_PAUSE: Duration = Duration::from_millis(50);

impl ServiceClient {
    /// A client of `service` with the credentials of the environment.
    pub fn new(service: Service, aws: &Aws) -> Self {
        Self::at(&ServiceAddress::of(service), aws)
    }

    /// The same of a service in another region, or below a subdomain.
    pub fn at(address: &ServiceAddress, aws: &Aws) -> Self {
        let service = address.service;
        let endpoint = address.endpoint(aws);
        let host = endpoint.authority().map_or("", |authority| authority.as_str());
        // Without the user and the password that a URL may have.
        let host = host.rsplit('@').next().unwrap_or_default();
        Self(Arc::new(Inner {
            signer: Signer::new(
                Credentials::of(aws),
                service.signing_region(address.region(aws)),
                service.signing_name(),
                service.signing_form(),
            ),
            scheme: endpoint.scheme().cloned().unwrap_or(Scheme::HTTPS),
            host: HeaderValue::from_str(host).expect("an authority is ASCII"),
            path_prefix: endpoint.path().trim_end_matches('/').to_owned(),
            connections: Arc::new(KeptConnections::new(endpoint)),
            clock: Clock::System,
            observer: None,
        }))
    }

    /// The same with a function that sees every call before it is signed: tests let a step panic there.
    pub fn observed(self, observer: fn(&ServiceCall)) -> Self {
        let inner = Arc::into_inner(self.0).expect("a client is observed before it is cloned");
        Self(Arc::new(Inner { observer: Some(observer), ..inner }))
    }

    /// The same on the same connections with the credentials of another one.
    fn with_credentials(&self, credentials: Credentials) -> Self {
        let Inner { signer, connections, scheme, host, path_prefix, clock, observer } = &*self.0;
        Self(Arc::new(Inner {
            signer: signer.with_credentials(credentials),
            connections: Arc::clone(connections),
            scheme: scheme.clone(),
            host: host.clone(),
            path_prefix: path_prefix.clone(),
            clock: clock.clone(),
            observer: *observer,
        }))
    }

    /// Makes a call and reads the whole body of its response, which says success.
    ///
    /// # Errors
    ///
    /// As [`CallError`] says.
    pub async fn call(&self, call: &ServiceCall, policy: CallPolicy) -> Result<Response<Bytes>, CallError> {
        // One place that awaits: every one holds a whole call's state.
        let mut attempts = policy.attempts;
        loop {
            let outcome = self.whole(call, policy).await;
            if !self.makes_another(attempts, &outcome).await {
                return outcome;
            }
            attempts = Attempts::Once;
        }
    }

    /// Makes a call and gives its response, which says success, with the body still to come. Its policy's
    /// `attempt_timeout` is for the head.
    ///
    /// # Errors
    ///
    /// As [`CallError`] says.
    pub async fn call_streaming(
        &self,
        call: &ServiceCall,
        policy: CallPolicy,
    ) -> Result<ServiceResponse, CallError> {
        let mut attempts = policy.attempts;
        loop {
            let outcome = self.head(call, policy).await;
            if !self.makes_another(attempts, &outcome).await {
                return outcome;
            }
            attempts = Attempts::Once;
        }
    }

    /// Says if a call is made again, and waits before where the service asks for that. What gives no answer may be a
    /// dead connection, and then all of them are.
    async fn makes_another<T>(&self, attempts: Attempts, outcome: &Result<T, CallError>) -> bool {
        let Err(error) = outcome else { return false };
        let is_answered = error.service_error().is_some();
        if !is_answered {
            self.0.connections.give_up_kept();
        }
        let makes_another = attempts.allow_another_after(error);
        if makes_another && is_answered {
            tokio::time::sleep(self.pause()).await;
        }
        makes_another
    }

    /// Different in every instance, so that they do not all come back at once.
    fn pause(&self) -> Duration {
        let now = self.0.clock.now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap_or_default();
        MOST_PAUSE * (now.subsec_nanos() % 64) / 64
    }

    async fn whole(&self, call: &ServiceCall, policy: CallPolicy) -> Result<Response<Bytes>, CallError> {
        let work = pin!(async {
            let (head, body) = self.success(call, policy).await?.into_parts();
            Ok(Response::from_parts(head, read(body).await?))
        });
        limited(policy.attempt_timeout, CallError::TimedOut, work).await
    }

    async fn head(&self, call: &ServiceCall, policy: CallPolicy) -> Result<ServiceResponse, CallError> {
        let head = pin!(self.success(call, policy));
        limited(policy.attempt_timeout, CallError::NoHead, head).await
    }

    async fn success(&self, call: &ServiceCall, policy: CallPolicy) -> Result<ServiceResponse, CallError> {
        let sent = pin!(self.send(call));
        let response = limited(policy.head_timeout, CallError::NoHead, sent).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let (head, body) = response.into_parts();
        let body = body.read_start(MOST_ERROR_BYTES).await;
        let body = body.map_err(|error| CallError::Incomplete(error.into()))?;
        Err(CallError::Refused(Box::new(service_error(Response::from_parts(head, body)))))
    }

    async fn send(&self, call: &ServiceCall) -> Result<ServiceResponse, CallError> {
        self.0.connections.send(self.signed(call)).await.map_err(|error| match error {
            SendError::NotSent(cause) => CallError::NotSent(cause),
            SendError::BrokeOff(cause) => CallError::BrokeOff(cause.into()),
        })
    }

    fn signed(&self, call: &ServiceCall) -> Request<Full<Bytes>> {
        let Inner { signer, host, path_prefix, clock, observer, .. } = &*self.0;
        if let Some(observer) = observer {
            observer(call);
        }
        let uri = if path_prefix.is_empty() {
            Uri::from(call.path_and_query.clone())
        } else {
            format!("{path_prefix}{}", call.path_and_query).parse().expect("both are encoded paths")
        };
        let mut request = Request::new(Full::new(call.body.clone()));
        *request.method_mut() = call.method.clone();
        *request.uri_mut() = uri;
        let mut headers = HeaderMap::with_capacity(call.headers.len() + OWN_HEADERS);
        headers.extend(call.headers.iter().map(|(name, value)| (name.clone(), value.clone())));
        headers.insert(HOST, host.clone());
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
        let signed = Signed { method: &call.method, path, query, body: &call.body };
        signer.sign(signed, &mut headers, clock.now());
        headers.insert(CONTENT_LENGTH, call.body.len().into());
        headers.insert(USER_AGENT, PRODUCT);
        if let Some(trace_id) = &call.trace_id {
            headers.insert(TRACE_ID, trace_id.clone());
        }
        *request.headers_mut() = headers;
        request
    }
}

async fn read(body: KeptBody<Full<Bytes>>) -> Result<Bytes, CallError> {
    body.read(MOST_ANSWER_BYTES).await.map_err(|error| match error {
        ReadError::BrokeOff(cause) => CallError::Incomplete(cause.into()),
        ReadError::TooLong { .. } => CallError::Unreadable(error.into()),
    })
}

/// The result of `work`, which is not moved: it is large, and every future that holds it by value has it twice.
async fn limited<T>(
    limit: Option<Duration>,
    late: fn(Duration) -> CallError,
    work: Pin<&mut impl Future<Output = Result<T, CallError>>>,
) -> Result<T, CallError> {
    match limit {
        None => work.await,
        Some(limit) => within(limit, work).await.unwrap_or_else(|| Err(late(limit))),
    }
}

#[cfg(test)]
mod tests;
