//! The Query protocol of CloudFormation and IAM: a form goes out, XML comes back.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/making-api-requests.html>

use http::{HeaderMap, HeaderValue, Method, header::CONTENT_TYPE, uri::PathAndQuery};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    ServiceClient,
    call::{CallError, CallPolicy, ServiceCall},
    xml::Element,
};

/// The API of a service.
#[derive(Clone, Copy, Debug)]
pub struct QueryApi {
    /// `2010-05-15`.
    pub version: &'static str,
}

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");

impl QueryApi {
    /// Does an action; gives the root of its response.
    ///
    /// # Errors
    ///
    /// As [`CallError`] says; `Unreadable` also where the response is no XML.
    pub async fn call(
        self,
        client: &ServiceClient,
        policy: CallPolicy,
        action: &str,
        parameters: &[(String, String)],
    ) -> Result<Element, CallError> {
        let own = [("Action".to_owned(), action.to_owned()), ("Version".to_owned(), self.version.to_owned())];
        let form: Vec<String> = own
            .iter()
            .chain(parameters)
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
            .collect();
        let call = ServiceCall {
            method: Method::POST,
            path_and_query: PathAndQuery::from_static("/"),
            headers: HeaderMap::from_iter([(CONTENT_TYPE, FORM)]),
            trace_id: None,
            body: form.join("&").into(),
        };
        let response = client.call(&call, policy).await.map_err(with_the_code_of_xml)?;
        Element::parse(response.body()).map_err(CallError::Unreadable)
    }
}

/// `<ErrorResponse><Error><Code>AccessDenied</Code><Message>…`.
fn with_the_code_of_xml(error: CallError) -> CallError {
    let CallError::Refused(mut refused) = error else { return error };
    let told = Element::parse(&refused.body).ok();
    let part = |name| told.as_ref().and_then(|root| root.text_of(&["Error", name])).map(str::to_owned);
    if let Some(code) = part("Code") {
        refused.code = code;
        refused.message = part("Message").unwrap_or_default();
    }
    CallError::Refused(refused)
}
