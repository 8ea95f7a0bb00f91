//! A cached response as one client gets it: with what the cache did, and without the body that the client has.
//!
//! `If-None-Match` and `If-Modified-Since` are RFC 9110 §13.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{
        CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
        IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
    },
};

use super::{
    CacheOutcome, CacheRequest, CacheStatus, CacheStore, Responses, mode_rules::RequestDirective,
    tee::read_out,
};
use crate::{
    error::GatewayError,
    header_list::entity_tags,
    message::{Body, Request, Response},
};

/// The answer to a conditional request.
struct Conditional {
    response: Response,
    /// The body that the client has already.
    unsent: Option<Body>,
}

const WARNING: HeaderName = HeaderName::from_static("warning");
/// RFC 7234 §5.5.7: 199 is a warning that is for people.
const MAY_NOT_INVALIDATE: HeaderValue =
    HeaderValue::from_static("199 tollgate \"Cache-Control of the request was ignored\"");

/// The fields that describe a body which is not sent (RFC 9110 §15.4.5).
const OF_THE_BODY: [HeaderName; 5] =
    [CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE];

impl<S: CacheStore> Responses<S> {
    /// Says in the response's headers what the cache did, and makes it a 304 where the client has it already. The
    /// integration's own form for the client, and the part that it asks for, come after that.
    ///
    /// # Errors
    ///
    /// There is no response: the refusal or failure of the outcome.
    pub fn client_response(
        &self,
        request: &CacheRequest<'_>,
        outcome: CacheOutcome,
    ) -> Result<Response, GatewayError> {
        let CacheOutcome { response, status, .. } = outcome;
        let mut response = response?;
        status.apply(&mut response);
        match status {
            CacheStatus::Bypass | CacheStatus::Unused => return Ok(response),
            CacheStatus::Hit { .. }
            | CacheStatus::Stale { .. }
            | CacheStatus::StaleOnError { .. }
            | CacheStatus::Forwarded { .. } => {}
        }
        if request.directive() == RequestDirective::LookupWithWarning {
            response.headers_mut().append(WARNING, MAY_NOT_INVALIDATE);
        }
        let Conditional { response, unsent } = not_modified_if_known(request.context.request, response);
        if let Some(body) = unsent {
            self.background.spawn(read_out(body));
        }
        Ok(response)
    }
}

/// Makes a 304 of a 200 that the client has already.
fn not_modified_if_known(request: &Request, response: Response) -> Conditional {
    let is_read = request.method == Method::GET || request.method == Method::HEAD;
    if !is_read || response.status() != StatusCode::OK || !is_known(&request.headers, response.headers()) {
        return Conditional { response, unsent: None };
    }
    let (mut head, body) = response.into_parts();
    head.status = StatusCode::NOT_MODIFIED;
    for name in &OF_THE_BODY {
        head.headers.remove(name);
    }
    Conditional { response: Response::from_parts(head, Body::empty()), unsent: Some(body) }
}

/// Entity tags before dates: where there is `If-None-Match`, the other does not count.
fn is_known(request: &HeaderMap, response: &HeaderMap) -> bool {
    if request.contains_key(IF_NONE_MATCH) {
        let Some(tag) = response.get(ETAG).and_then(|tag| tag.to_str().ok()) else { return false };
        let lines = request.get_all(IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
        return lines.flat_map(entity_tags).any(|known| known == "*" || opaque(known) == opaque(tag));
    }
    let date = |headers: &HeaderMap, name| {
        let text: &str = headers.get(name)?.to_str().ok()?;
        httpdate::parse_http_date(text).ok()
    };
    match (date(request, IF_MODIFIED_SINCE), date(response, LAST_MODIFIED)) {
        (Some(since), Some(modified)) => modified <= since,
        _ => false,
    }
}

/// Compared weakly (RFC 9110 §8.8.3.2).
fn opaque(tag: &str) -> &str {
    tag.trim().strip_prefix("W/").unwrap_or(tag.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TestRequest, show};

    fn answer(status: u16, headers: &[(&'static str, &'static str)]) -> Response {
        let mut answer = Response::new("body".into());
        *answer.status_mut() = StatusCode::from_u16(status).unwrap();
        for (name, value) in headers {
            answer.headers_mut().insert(*name, value.parse().unwrap());
        }
        answer
    }

    #[test]
    fn a_client_that_has_the_response_gets_a_304() {
        const TAG: (&str, &str) = ("etag", "\"a,b\"");
        const DATE: (&str, &str) = ("last-modified", "Tue, 15 Nov 1994 12:45:26 GMT");
        let cases: [((&'static str, &'static str), u16, &[_], &str); 11] = [
            (("if-none-match", "\"a,b\""), 200, &[TAG], "304 | etag=\"a,b\""),
            (("if-none-match", "W/\"x\", W/\"a,b\""), 200, &[TAG], "304 | etag=\"a,b\""),
            (("if-none-match", "*"), 200, &[TAG], "304 | etag=\"a,b\""),
            (("if-none-match", "\"a\""), 200, &[TAG], "200 | etag=\"a,b\" | body"),
            (("if-none-match", "*"), 200, &[], "200 | body"),
            (("if-none-match", "*"), 404, &[TAG], "404 | etag=\"a,b\" | body"),
            (
                ("if-none-match", "\"a,b\""),
                200,
                &[TAG, ("content-type", "a/b"), ("vary", "x")],
                "304 | etag=\"a,b\" | vary=x",
            ),
            (
                ("if-modified-since", "Tue, 15 Nov 1994 12:45:26 GMT"),
                200,
                &[DATE],
                "304 | last-modified=Tue, 15 Nov 1994 12:45:26 GMT",
            ),
            (
                ("if-modified-since", "Tue, 15 Nov 1994 12:45:25 GMT"),
                200,
                &[DATE],
                "200 | last-modified=Tue, 15 Nov 1994 12:45:26 GMT | body",
            ),
            (
                ("if-modified-since", "yesterday"),
                200,
                &[DATE],
                "200 | last-modified=Tue, 15 Nov 1994 12:45:26 GMT | body",
            ),
            (
                ("x", "y"),
                200,
                &[TAG, DATE],
                "200 | etag=\"a,b\" | last-modified=Tue, 15 Nov 1994 12:45:26 GMT | body",
            ),
        ];
        for ((name, value), status, headers, expected) in cases {
            let world = TestRequest::new("").header(name, value);
            let Conditional { response, .. } = not_modified_if_known(&world.request, answer(status, headers));
            assert_eq!(show(response), expected, "{name}: {value}, {status} {headers:?}");
        }
    }

    #[test]
    fn an_entity_tag_comes_before_a_date() {
        let date = "Tue, 15 Nov 1994 12:45:26 GMT";
        let world =
            TestRequest::new("").header("if-none-match", "\"other\"").header("if-modified-since", date);
        let answer = answer(200, &[("etag", "\"a\""), ("last-modified", date)]);
        assert_eq!(not_modified_if_known(&world.request, answer).response.status(), StatusCode::OK);
    }
}
