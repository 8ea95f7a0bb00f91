//! What API Gateway says of its APIs. Read only; lists are read to their ends, and a throttled call is made again.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html>, and of HTTP APIs
//! <https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/operations.html>

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header::ACCEPT};
use serde_json::Value;

use super::{
    ServiceClient,
    call::{CallError, CallPolicy, ServiceCall},
    dynamodb::read,
    rest_path::encoded,
};

/// A client that has the same patience with every call.
#[derive(Clone, Debug)]
pub struct ApiGatewayControl {
    client: ServiceClient,
    policy: CallPolicy,
    /// The pause before a throttled call is made again; each is twice as long as the one before.
    first_pause: Duration,
}

/// An account may make ten calls a second, whoever makes them.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// With the first pause, the last call is made 16 seconds after the first.
const MOST_PAUSES: u32 = 6;

/// More pages than an account can have: of 500 elements each, mostly.
const MOST_PAGES: usize = 1_000;

/// The names under which an answer has its list: of REST APIs, of HTTP APIs.
const LISTS: [&str; 2] = ["item", "items"];
/// The names under which it says where the list goes on, which are those of the query too.
const PLACES: [&str; 2] = ["position", "nextToken"];

impl ApiGatewayControl {
    pub fn new(client: ServiceClient, policy: CallPolicy) -> Self {
        Self { client, policy, first_pause: FIRST_PAUSE }
    }

    /// The same with another first pause.
    pub fn with_first_pause(self, first_pause: Duration) -> Self {
        Self { first_pause, ..self }
    }

    /// A document: the text at an encoded path.
    ///
    /// # Errors
    ///
    /// As [`CallError`] says; `NotFoundException` where there is none.
    pub async fn text(&self, path_and_query: &str) -> Result<String, CallError> {
        let body = self.get(path_and_query).await?;
        String::from_utf8(body.into()).map_err(|error| CallError::Unreadable(error.into()))
    }

    /// A single thing: the JSON at an encoded path.
    ///
    /// # Errors
    ///
    /// As [`CallError`] says; `NotFoundException` where there is none.
    pub async fn one(&self, path_and_query: &str) -> Result<Value, CallError> {
        read(&self.get(path_and_query).await?)
    }

    /// All elements of a list, page by page.
    ///
    /// # Errors
    ///
    /// As [`CallError`] says; also if the list has no end.
    pub async fn list(&self, path_and_query: &str) -> Result<Vec<Value>, CallError> {
        let separator = if path_and_query.contains('?') { '&' } else { '?' };
        let mut elements = Vec::new();
        let mut path = path_and_query.to_owned();
        for _ in 0..MOST_PAGES {
            let mut page = self.one(&path).await?;
            for name in LISTS {
                if let Some(list) = page.get_mut(name).and_then(Value::as_array_mut) {
                    elements.append(list);
                }
            }
            let place = |name: &'static str| Some((name, page.get(name)?.as_str()?));
            let place = PLACES.into_iter().find_map(place).filter(|(_, place)| !place.is_empty());
            let Some((name, place)) = place else { return Ok(elements) };
            path = format!("{path_and_query}{separator}{name}={}", encoded(place));
        }
        Err(CallError::Unreadable(format!("a list of more than {MOST_PAGES} pages").into()))
    }

    async fn get(&self, path_and_query: &str) -> Result<Bytes, CallError> {
        let call = ServiceCall {
            method: Method::GET,
            path_and_query: path_and_query.parse().expect("an encoded path"),
            // Without it lists come in the form of HAL.
            headers: HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]),
            trace_id: None,
            body: Bytes::new(),
        };
        let mut pauses = 0;
        loop {
            match self.client.call(&call, self.policy).await {
                Err(error) if error.is_throttled() && pauses < MOST_PAUSES => {
                    tokio::time::sleep(self.first_pause * 2u32.pow(pauses)).await;
                    pauses += 1;
                }
                outcome => return outcome.map(http::Response::into_body),
            }
        }
    }
}
