//! Which answers may be kept (RFC 9111 §3).

use http::{
    HeaderMap, HeaderName, StatusCode,
    header::{AUTHORIZATION, EXPIRES, PROXY_AUTHORIZATION, SET_COOKIE},
};

use super::{super::forwarded::API_KEY, directives::Directives, variants::varies_on};
use crate::context::Context;

/// Whether an answer with this head may be kept at all, for others who ask for the same.
///
/// One with `Set-Cookie` is one caller's, unless it says `public`: targets forget to say `private`. Of `mapped`
/// headers nobody can tell by the client's request what was in them.
pub fn may_store(
    context: &Context<'_>,
    status: StatusCode,
    headers: &HeaderMap,
    mapped: &[HeaderName],
) -> bool {
    let asked = &context.request.headers;
    let wishes = Directives::of_request(asked);
    let (said, is_targeted) = Directives::of_answer(headers);
    let is_understood = is_understood(status);
    // §5.2.2.3: who understands the status may pass over `no-store`.
    let must_understand = said.has("must-understand");
    let is_refused = if must_understand { !is_understood } else { said.has("no-store") };
    let is_final = !status.is_informational()
        && !matches!(status, StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED);
    let has_lifetime = said.has("s-maxage") || said.has("max-age") || said.has("public");
    let has_expiry = has_lifetime || (!is_targeted && headers.contains_key(EXPIRES));
    // §3.5.
    let is_for_all = said.has("public") || said.has("s-maxage") || said.has("must-revalidate");
    is_final
        && !is_refused
        && !wishes.has("no-store")
        && !said.has("private")
        && (has_expiry || is_heuristically_cacheable(status))
        && (is_for_all || !has_credentials(context))
        && (said.has("public") || !headers.contains_key(SET_COOKIE))
        && varies_on(headers).is_some_and(|names| !names.iter().any(|name| mapped.contains(name)))
}

/// Besides a key that the route itself asks for: the operator says whether those with one share answers.
fn has_credentials(context: &Context<'_>) -> bool {
    let headers = &context.request.headers;
    let is_for_the_target = headers.contains_key(API_KEY) && context.api_key_id.is_none();
    is_for_the_target || [AUTHORIZATION, PROXY_AUTHORIZATION].iter().any(|name| headers.contains_key(name))
}

/// RFC 9110 §15.1.
pub fn is_heuristically_cacheable(status: StatusCode) -> bool {
    matches!(status.as_u16(), 200 | 203 | 204 | 300 | 301 | 308 | 404 | 405 | 410 | 414 | 501)
}

/// What RFC 9110 §15 says of the status is all that there is to know.
fn is_understood(status: StatusCode) -> bool {
    let code = status.as_u16();
    is_heuristically_cacheable(status)
        || matches!(code, 201 | 202 | 302 | 303 | 307 | 400..=417 | 421 | 422 | 426 | 500..=505)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::policies::testing::World;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let line = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn the_answer_and_the_request_say_what_may_be_kept() {
        const FRESH: (&str, &str) = ("cache-control", "max-age=60");
        const SECRET: (&str, &str) = ("authorization", "Basic x");
        let cc = |value: &'static str| ("cache-control", value);
        type Lines<'a> = &'a [(&'static str, &'static str)];
        let cases: [(Lines<'_>, u16, Lines<'_>, bool); 27] = [
            (&[], 200, &[], true),
            (&[], 200, &[FRESH], true),
            (&[], 302, &[], false),
            (&[], 302, &[FRESH], true),
            (&[], 503, &[FRESH], true),
            (&[], 503, &[], false),
            (&[], 302, &[("expires", "0")], true),
            (&[], 302, &[("expires", "0"), ("cdn-cache-control", "foo")], false),
            (&[], 206, &[FRESH], false),
            (&[], 304, &[FRESH], false),
            (&[], 200, &[cc("no-store, max-age=60")], false),
            (&[], 200, &[cc("private")], false),
            (&[], 200, &[cc("private=\"x\"")], false),
            (&[cc("no-store")], 200, &[FRESH], false),
            (&[], 200, &[cc("no-store, must-understand")], true),
            (&[], 299, &[cc("max-age=60, must-understand")], false),
            (&[SECRET], 200, &[FRESH], false),
            (&[("proxy-authorization", "Basic x")], 200, &[FRESH], false),
            (&[("x-api-key", "the target's")], 200, &[FRESH], false),
            (&[SECRET], 200, &[cc("max-age=60, public")], true),
            (&[SECRET], 200, &[cc("s-maxage=60")], true),
            (&[SECRET], 200, &[cc("max-age=60, must-revalidate")], true),
            (&[], 200, &[FRESH, ("set-cookie", "a=b")], false),
            (&[], 200, &[cc("public"), ("set-cookie", "a=b")], true),
            (&[], 200, &[FRESH, ("vary", "Accept, *")], false),
            (&[], 200, &[FRESH, ("vary", "Accept")], true),
            (&[], 200, &[FRESH, ("vary", "Accept, X-Mapped")], false),
        ];
        let mapped = [HeaderName::from_static("x-mapped")];
        for (index, (asked, status, answer, expected)) in cases.into_iter().enumerate() {
            let status = StatusCode::from_u16(status).unwrap();
            let mut world = World::new("");
            world.request.headers = headers(asked);
            assert_eq!(
                may_store(&world.context(), status, &headers(answer), &mapped),
                expected,
                "case {index}"
            );
        }
    }
}
