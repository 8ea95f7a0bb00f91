//! `MOCK` with templates: nobody is called, and the request's template says the status that chooses the response.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::{
    integration_answer::{IntegrationAnswer, Selector},
    lax_status::lax_status,
    request_mapping::IntegrationRequest,
};
use crate::error::GatewayError;

/// The answer to a request. Where no template made its body, it is the default one: what a client sends chooses nothing.
///
/// # Errors
/// [`GatewayError::MappingFailed`]: the template gives no whole number as `statusCode`.
pub fn answer(request: &IntegrationRequest) -> Result<IntegrationAnswer, GatewayError> {
    let mut answer = IntegrationAnswer {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        selector: Selector::Default,
    };
    if let Some(rendered) = request.rendered() {
        let status = lax_status(rendered).and_then(|status| StatusCode::from_u16(status).ok());
        let words = "a MOCK's request template gives no statusCode from 100 to 599";
        answer.status = status.filter(|it| it.as_u16() < 600).ok_or_else(|| GatewayError::MappingFailed(words.into()))?;
        answer.selector = Selector::of_status(answer.status);
    }
    Ok(answer)
}
