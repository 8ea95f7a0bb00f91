//! The characters of paths and queries (RFC 3986): which are legal, and how the others are written.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// Illegal in a path outside an escape, besides `%`.
pub const PATH: AsciiSet = CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
/// Illegal in a query outside an escape, besides `%`.
pub const QUERY: AsciiSet = CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');
/// Characters that would end a value, or mean more than themselves: all but RFC 3986's unreserved ones.
const VALUE: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same of a value that is percent-encoded already.
pub const ENCODED_VALUE: AsciiSet = VALUE.remove(b'%');

/// Percent-encodes `text` so that it is one value: of a query, or of one path segment.
pub fn encoded_value(text: &str) -> String {
    utf8_percent_encode(text, &VALUE).to_string()
}

/// Percent-encodes what no path may have; slashes and escapes stay.
pub fn encoded_path(text: &str) -> String {
    utf8_percent_encode(text, &PATH).to_string()
}

/// True if `text` may stand in a path or a query (RFC 3986, appendix A).
pub fn is_legal(text: &str) -> bool {
    let is_character = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte);
    let mut parts = text.split('%');
    let first = parts.next().unwrap_or_default();
    let is_escaped = |part: &str| {
        let (digits, rest) = part.as_bytes().split_at_checked(2).unwrap_or_default();
        digits.len() == 2
            && digits.iter().all(u8::is_ascii_hexdigit)
            && rest.iter().copied().all(is_character)
    };
    first.bytes().all(is_character) && parts.all(is_escaped)
}

/// True if `path` has a segment that targets take for *here* or *one up*, in whatever disguise. Servlet containers
/// pass over what follows a semicolon: `..;x` is `..` to them.
pub fn has_dot_segment(path: &str) -> bool {
    let plain = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
    plain.split(['/', '\\']).any(|segment| matches!(segment.split(';').next(), Some("." | "..")))
}
