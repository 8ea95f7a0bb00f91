//! A part of an answer that is stored whole (RFC 9110 §14).

use http::{
    HeaderName, HeaderValue, Method, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, ETAG, IF_RANGE, RANGE},
};

use crate::{
    compression::unpack,
    message::{Body, Request, Response},
};

/// Headers that describe all bytes of an answer, and are wrong of a part of them.
const OF_THE_WHOLE: [HeaderName; 4] = [
    CONTENT_LENGTH,
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("content-md5"),
    HeaderName::from_static("x-amzn-remapped-content-length"),
];

/// Cuts out the part of `response` that the request asks for: 206, or 416 where there is no such part. More parts than one
/// are not told apart: then, and where nothing is asked for, the answer stays whole.
pub fn part_of(request: &Request, mut response: Response) -> Response {
    // A part is one of the plain bytes. What cannot be unpacked is no answer at all, and the client is told so later.
    if !request.headers.contains_key(RANGE) || unpack(&mut response).is_err() {
        return response;
    }
    let Body::Whole(body) = response.body() else { return response };
    let body = body.clone();
    if request.method != Method::GET || response.status() != StatusCode::OK || !is_wanted(request, &response)
    {
        return response;
    }
    let Some(part) = request.headers.get(RANGE).and_then(|line| read(line.to_str().ok()?, body.len())) else {
        return response;
    };
    let (mut head, _) = response.into_parts();
    for name in &OF_THE_WHOLE {
        head.headers.remove(name);
    }
    let (status, range, part) = match part {
        ByteRange::From { first, last } => {
            let range = format!("bytes {first}-{last}/{}", body.len());
            (StatusCode::PARTIAL_CONTENT, range, body.slice(first..=last))
        }
        ByteRange::Outside => {
            head.headers.remove(CONTENT_ENCODING);
            (StatusCode::RANGE_NOT_SATISFIABLE, format!("bytes */{}", body.len()), body.slice(..0))
        }
    };
    head.status = status;
    head.headers.insert(CONTENT_RANGE, HeaderValue::try_from(range).expect("digits and ASCII"));
    Response::from_parts(head, Body::Whole(part))
}

/// `If-Range` (RFC 9110 §13.1.5): the whole answer, if it is another one by now. Dates are weak.
fn is_wanted(request: &Request, response: &Response) -> bool {
    let is_strong = |tag: &HeaderValue| tag.as_bytes().starts_with(b"\"");
    request
        .headers
        .get(IF_RANGE)
        .is_none_or(|known| is_strong(known) && response.headers().get(ETAG) == Some(known))
}

#[derive(Debug, PartialEq, Eq)]
enum ByteRange {
    /// Both are in it.
    From {
        first: usize,
        last: usize,
    },
    Outside,
}

/// `bytes=0-4`, `bytes=5-`, `bytes=-5`; `None` for anything else.
fn read(line: &str, length: usize) -> Option<ByteRange> {
    let (first, last) = line.strip_prefix("bytes=")?.trim().split_once('-')?;
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?;
    let (first, last): (usize, usize) = match (first, last) {
        ("", _) => (length.saturating_sub(number(last)?), length.saturating_sub(1)),
        (_, "") => (number(first)?, length.saturating_sub(1)),
        _ => (number(first)?, number(last)?),
    };
    if last < first && first < length {
        return None;
    }
    if first >= length {
        return Some(ByteRange::Outside);
    }
    Some(ByteRange::From { first, last: last.min(length - 1) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{TestRequest, show};

    proptest! {
        #[test]
        fn a_range_is_inside_of_the_body(line in "bytes=[0-9]{0,3}-?[0-9]{0,3}", length in 0..200usize) {
            if let Some(ByteRange::From { first, last }) = read(&line, length) {
                prop_assert!(first <= last && last < length);
            }
        }
    }

    fn answer() -> Response {
        let mut answer = Response::new("0123456789".into());
        answer.headers_mut().insert(ETAG, HeaderValue::from_static("\"a\""));
        answer
    }

    #[test]
    fn a_range_is_cut_out_of_the_body() {
        const WHOLE: &str = "200 | etag=\"a\" | 0123456789";
        let cases = [
            ("bytes=0-1", "206 | content-range=bytes 0-1/10 | etag=\"a\" | 01"),
            ("bytes=8-", "206 | content-range=bytes 8-9/10 | etag=\"a\" | 89"),
            ("bytes=-3", "206 | content-range=bytes 7-9/10 | etag=\"a\" | 789"),
            ("bytes=-30", "206 | content-range=bytes 0-9/10 | etag=\"a\" | 0123456789"),
            ("bytes=9-30", "206 | content-range=bytes 9-9/10 | etag=\"a\" | 9"),
            ("bytes=10-", "416 | content-range=bytes */10 | etag=\"a\""),
            ("bytes=-0", "416 | content-range=bytes */10 | etag=\"a\""),
            ("bytes=5-4", WHOLE),
            ("bytes=0-1,3-4", WHOLE),
            ("bytes=-", WHOLE),
            ("bytes=a-b", WHOLE),
            ("lines=0-1", WHOLE),
            ("bytes=99999999999999999999999-", WHOLE),
        ];
        for (range, expected) in cases {
            let world = TestRequest::new("").header("range", range);
            assert_eq!(show(part_of(&world.request, answer())), expected, "{range}");
        }
        assert_eq!(show(part_of(&TestRequest::new("").request, answer())), WHOLE);
    }

    #[test]
    fn a_client_with_a_part_of_another_answer_gets_the_whole_body() {
        for (known, status) in [("\"a\"", 206), ("\"b\"", 200), ("W/\"a\"", 200), ("yesterday", 200)] {
            let world = TestRequest::new("").header("range", "bytes=0-1").header("if-range", known);
            assert_eq!(part_of(&world.request, answer()).status(), status, "{known}");
        }
    }

    #[test]
    fn a_partial_answer_has_no_header_that_describes_the_whole_body() {
        let cases = [
            ("bytes=0-1", "206 | content-encoding=gzip | content-range=bytes 0-1/10 | etag=\"a\" | 01"),
            ("bytes=10-", "416 | content-range=bytes */10 | etag=\"a\""),
        ];
        for (range, expected) in cases {
            let world = TestRequest::new("").header("range", range);
            let mut answer = answer();
            for (name, value) in
                [("content-digest", "sha-256=:x:"), ("content-md5", "x"), ("content-encoding", "gzip")]
            {
                answer.headers_mut().insert(name, HeaderValue::from_static(value));
            }
            assert_eq!(show(part_of(&world.request, answer)), expected, "{range}");
        }
    }

    #[test]
    fn a_range_of_an_empty_body_cannot_be_satisfied() {
        let world = TestRequest::new("").header("range", "bytes=-1");
        assert_eq!(part_of(&world.request, Response::new(Body::empty())).status(), 416);
    }
}
