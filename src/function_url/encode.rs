//! Response → event, in the streaming form: JSON prelude, eight NUL bytes, body.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONTENT_LENGTH, SET_COOKIE},
};
use lambda_runtime::MetadataPrelude;

use crate::message::{Body, Response};

/// What the runtime posts: whole and streamed answers go one way.
pub type StreamResponse = lambda_runtime::StreamResponse<Body>;

/// Encodes an answer.
pub fn encode(response: Response) -> StreamResponse {
    let (parts, body) = response.into_parts();
    let mut headers = parts.headers;
    // The front frames the body itself.
    headers.remove(CONTENT_LENGTH);
    let cookies = headers.get_all(SET_COOKIE).iter().map(text).collect();
    headers.remove(SET_COOKIE);
    let metadata_prelude =
        MetadataPrelude { status_code: parts.status, headers: one_line_each(&headers), cookies };
    StreamResponse { metadata_prelude, stream: body }
}

/// The prelude holds one value a header, and only ASCII.
fn one_line_each(headers: &HeaderMap) -> HeaderMap {
    let mut lines = HeaderMap::with_capacity(headers.keys_len());
    for name in headers.keys() {
        let values: Vec<String> = headers.get_all(name).iter().map(text).collect();
        lines.insert(HeaderName::clone(name), ascii_value(&values.join(", ")));
    }
    lines
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

fn ascii_value(text: &str) -> HeaderValue {
    let ascii: String = text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
    HeaderValue::from_str(&ascii).unwrap_or_else(|_| HeaderValue::from_static(""))
}
