//! Whether a route's answers can be kept, and whether its key has what they depend on.

use std::collections::BTreeSet;

use crate::{
    integrations::{Integration, mapping::Word},
    item::Fields,
    policies::cache::CachePolicy,
};

const KEY: &str = "cacheKeyParameters";

/// Not where an answer comes piece by piece, or is given before the work is done.
pub(super) fn is_cacheable(fields: &Fields<'_>, integration: &Integration, cache: &CachePolicy) -> bool {
    has_a_key_for_each_page(fields, integration, cache);
    if !integration.answers_with_a_result() {
        let expected = "nothing: a streamed answer, an Event's or a write's is not kept";
        fields.warn("cachingEnabled", "true", expected);
        return false;
    }
    if cache.follows_changes() && integration.mapped().is_uri {
        let expected = "cacheMode API_GATEWAY, and in cacheKeyParameters what requestParameters put into the \
                         target's path and query: with HTTP the answers are not kept";
        fields.warn("cacheMode", "HTTP", expected);
        return false;
    }
    warn_of_what_the_key_lacks(fields, integration, cache);
    true
}

/// A client that turns pages would get the first one for ever.
fn has_a_key_for_each_page(fields: &Fields<'_>, integration: &Integration, cache: &CachePolicy) {
    if let Some(name) = integration.page_parameter().filter(|name| !cache.tells_apart_by_query(name)) {
        let expected = format!("method.request.querystring.{name} too, by which clients turn pages");
        fields.problem(KEY, "no such parameter", &expected);
    }
}

/// What is mapped into a call and is not in the key: one caller's value would stand in the others' answers, or the
/// call has none, since headers go no further than the key.
fn warn_of_what_the_key_lacks(fields: &Fields<'_>, integration: &Integration, cache: &CachePolicy) {
    const SHARED: &str = ", without which all its values share one answer";
    let absent = if cache.forwards_unkeyed_headers() {
        SHARED
    } else {
        ", without which it is not forwarded, and what is mapped is absent"
    };
    let lacking = integration.words().into_iter().filter_map(|word| match word {
        Word::Header(name) if !cache.tells_apart_by_header(name) => Some((format!("header.{name}"), absent)),
        Word::Query(name) if !cache.tells_apart_by_query(name) => {
            Some((format!("querystring.{name}"), SHARED))
        }
        // The key has the body; parameters of the path are warned of where they are named.
        Word::Header(_)
        | Word::Query(_)
        | Word::Path
        | Word::PathParameter(_)
        | Word::Body(_)
        | Word::Context(_) => None,
    });
    for (name, consequence) in lacking.collect::<BTreeSet<_>>() {
        let expected = format!("method.request.{name} too{consequence}");
        fields.warn(KEY, &format!("none for $request.{name}"), &expected);
    }
}
