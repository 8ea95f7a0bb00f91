//! The answers that may be stored (RFC 9111 §3).

use http::{
    HeaderMap, HeaderName, StatusCode,
    header::{AUTHORIZATION, PROXY_AUTHORIZATION, RANGE, SET_COOKIE},
};

use super::{
    super::{
        cache_control::Directives,
        entry::{is_of_one_request, is_storable_status},
        key::API_KEY,
        uncacheable::UncacheableReason,
    },
    freshness::{is_heuristically_cacheable, says_lifetime},
    variants::varies_on,
};
use crate::context::Context;

/// Checks that an answer with this head may be stored at all, for others who ask for the same.
///
/// One with `Set-Cookie` is one caller's, unless it says `public`: targets forget to say `private`. Of `mapped`
/// headers nobody can tell by the client's request what was in them.
pub fn check_storable(
    context: &Context<'_>,
    status: StatusCode,
    headers: &HeaderMap,
    mapped: &[HeaderName],
) -> Result<(), UncacheableReason> {
    let request = Directives::of_request(&context.request.headers);
    let said = Directives::of_answer(headers);
    // §5.2.2.3: who understands the status may pass over `no-store`.
    let must_understand = said.has("must-understand");
    let is_final = is_storable_status(status) && !is_of_one_request(status);
    let has_lifetime = says_lifetime(&said, headers) || said.has("public");
    // §3.5.
    let is_for_all = said.has("public") || said.has("s-maxage") || said.has("must-revalidate");
    let refusals = [
        (!is_final || (must_understand && !is_understood(status)), UncacheableReason::Status(status)),
        (said.has("no-store") && !must_understand, UncacheableReason::NoStore),
        (said.has("private"), UncacheableReason::Private),
        (request.has("no-store"), UncacheableReason::RequestNoStore),
        (headers.contains_key(SET_COOKIE) && !said.has("public"), UncacheableReason::SetCookie),
        (has_credentials(context) && !is_for_all, UncacheableReason::Credentials),
        (!can_be_told_apart(headers, mapped), UncacheableReason::Vary),
        (!has_lifetime && !is_heuristically_cacheable(status), UncacheableReason::NoLifetime),
    ];
    refusals.into_iter().find(|(is_so, _)| *is_so).map_or(Ok(()), |(_, why)| Err(why))
}

/// True where the answer may become one for others: else whoever waited for it would have waited for nothing, time after time.
pub fn is_like_others(context: &Context<'_>) -> bool {
    !context.request.headers.contains_key(RANGE) && why_not_shared(context).is_none()
}

/// Finds in the request what keeps its answer from others, unless the answer says otherwise.
pub fn why_not_shared(context: &Context<'_>) -> Option<UncacheableReason> {
    if Directives::of_request(&context.request.headers).has("no-store") {
        return Some(UncacheableReason::RequestNoStore);
    }
    has_credentials(context).then_some(UncacheableReason::Credentials)
}

fn can_be_told_apart(headers: &HeaderMap, mapped: &[HeaderName]) -> bool {
    varies_on(headers).is_some_and(|names| !names.iter().any(|name| mapped.contains(name)))
}

/// True where the request has credentials besides a key that the route itself asks for: the operator says whether those
/// with one share answers.
fn has_credentials(context: &Context<'_>) -> bool {
    let headers = &context.request.headers;
    let is_for_the_target = headers.contains_key(API_KEY) && context.caller.api_key_id.is_none();
    // Every key has the query.
    let has_token = context.caller.principal.is_some_and(|principal| !principal.is_told_by_the_query());
    let names = [AUTHORIZATION, PROXY_AUTHORIZATION];
    is_for_the_target || has_token || names.iter().any(|name| headers.contains_key(name))
}

/// True where RFC 9110 §15 says of the status all that there is to know.
fn is_understood(status: StatusCode) -> bool {
    let code = status.as_u16();
    is_heuristically_cacheable(status)
        || matches!(code, 201 | 202 | 302 | 303 | 307 | 400..=417 | 421 | 422 | 426 | 500..=505)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::testing::TestRequest;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let line = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn an_answer_is_stored_or_the_first_reason_against_it_is_told() {
        const FRESH: (&str, &str) = ("cache-control", "max-age=60");
        const SECRET: (&str, &str) = ("authorization", "Basic x");
        let cc = |value: &'static str| ("cache-control", value);
        type HeaderLines<'a> = &'a [(&'static str, &'static str)];
        let status = |code| UncacheableReason::Status(StatusCode::from_u16(code).unwrap());
        let cases: [(HeaderLines<'_>, u16, HeaderLines<'_>, Option<UncacheableReason>); 31] = [
            (&[], 200, &[], None),
            (&[], 200, &[FRESH], None),
            (&[], 302, &[], Some(UncacheableReason::NoLifetime)),
            (&[], 302, &[FRESH], None),
            (&[], 503, &[FRESH], None),
            (&[], 503, &[], Some(UncacheableReason::NoLifetime)),
            (&[], 302, &[("expires", "0")], None),
            (
                &[],
                302,
                &[("expires", "0"), ("cdn-cache-control", "foo")],
                Some(UncacheableReason::NoLifetime),
            ),
            (&[], 206, &[FRESH], Some(status(206))),
            (&[], 304, &[FRESH], Some(status(304))),
            (&[("range", "bytes=9-")], 416, &[FRESH], Some(status(416))),
            (&[], 429, &[FRESH], Some(status(429))),
            (&[], 200, &[cc("no-store, max-age=60")], Some(UncacheableReason::NoStore)),
            (&[], 200, &[cc("private")], Some(UncacheableReason::Private)),
            (&[], 200, &[cc("private=\"x\"")], Some(UncacheableReason::Private)),
            (&[cc("no-store")], 200, &[FRESH], Some(UncacheableReason::RequestNoStore)),
            (&[], 200, &[cc("no-store, must-understand")], None),
            (&[], 299, &[cc("max-age=60, must-understand")], Some(status(299))),
            (&[SECRET], 200, &[FRESH], Some(UncacheableReason::Credentials)),
            (&[("proxy-authorization", "Basic x")], 200, &[FRESH], Some(UncacheableReason::Credentials)),
            (&[("x-api-key", "the target's")], 200, &[FRESH], Some(UncacheableReason::Credentials)),
            (&[SECRET], 200, &[cc("max-age=60, public")], None),
            (&[SECRET], 200, &[cc("s-maxage=60")], None),
            (&[SECRET], 200, &[cc("max-age=60, must-revalidate")], None),
            (&[], 200, &[FRESH, ("set-cookie", "a=b")], Some(UncacheableReason::SetCookie)),
            (&[], 200, &[cc("public"), ("set-cookie", "a=b")], None),
            (&[], 200, &[FRESH, ("vary", "Accept, *")], Some(UncacheableReason::Vary)),
            (&[], 200, &[FRESH, ("vary", "Accept")], None),
            (&[], 200, &[FRESH, ("vary", "Accept, X-Mapped")], Some(UncacheableReason::Vary)),
            // The first reason counts.
            (&[SECRET], 200, &[cc("private"), ("set-cookie", "a=b")], Some(UncacheableReason::Private)),
            (&[], 206, &[cc("no-store")], Some(status(206))),
        ];
        let mapped = [HeaderName::from_static("x-mapped")];
        for (index, (request, status, answer, expected)) in cases.into_iter().enumerate() {
            let status = StatusCode::from_u16(status).unwrap();
            let mut world = TestRequest::new("");
            world.request.headers = headers(request);
            let proof = check_storable(&world.context(), status, &headers(answer), &mapped);
            assert_eq!(proof.err(), expected, "case {index}");
        }
    }
}
