//! `Link` to the next page (RFC 8288): the client's own request with another cursor.
//!
//! The response may be kept for clients whose query has other parameters beside: so a page's link first has nothing but
//! the cursor, and becomes this client's at the end.

use http::{HeaderValue, header::LINK};

use super::CURSOR;
use crate::{context::Context, message::Response, path};

const START: &str = "<?cursor=";
const END: &str = ">; rel=\"next\"";

/// Says what the next page's cursor is, for [`finish`].
pub fn add(response: &mut Response, cursor: &str) {
    if let Ok(link) = HeaderValue::try_from(format!("{START}{cursor}{END}")) {
        response.headers_mut().insert(LINK, link);
    }
}

/// Makes the link that of this client, if there is one.
pub fn finish(context: &Context<'_>, mut response: Response) -> Response {
    let cursor =
        |link: HeaderValue| Some(link.to_str().ok()?.strip_prefix(START)?.strip_suffix(END)?.to_owned());
    if let Some(cursor) = response.headers_mut().remove(LINK).and_then(cursor)
        && let Ok(link) = HeaderValue::try_from(link(context, &cursor))
    {
        response.headers_mut().insert(LINK, link);
    }
    response
}

fn link(context: &Context<'_>, cursor: &str) -> String {
    let pairs = path::query_pairs_whole(&context.request.query);
    let others = pairs.filter(|(name, _)| name != CURSOR).map(|(_, pair)| pair);
    let query: Vec<_> = others.map(str::to_owned).chain([format!("{CURSOR}={cursor}")]).collect();
    format!("<{}?{}{END}", context.full_path(), query.join("&"))
}
