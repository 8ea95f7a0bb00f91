//! A route's cache policy, checked against its integration: its answers can be kept, and its key has what they depend on.

use std::collections::BTreeSet;

use http::{HeaderName, Method};

use crate::{
    cache::CachePolicy,
    integrations::{CallPart, Integration},
    item::Fields,
    template::{mapped_value::Word, parameter::RouteParameters},
};

const KEY: &str = "cacheKeyParameters";

/// Reads what a route item says of caching; `None`: no answer is kept. Where the `integration` cannot be read, which
/// is a problem already, it goes by the item alone.
pub(super) fn parse(
    fields: &Fields<'_>,
    (method, path_parameters): (Option<&Method>, &[String]),
    integration: Option<&Integration>,
) -> Option<CachePolicy> {
    let of_integration = integration.map(Integration::parameters).unwrap_or_default();
    let parameters = RouteParameters { path: path_parameters, integration: &of_integration };
    let cache = CachePolicy::parse(fields, method, parameters)?;
    let Some(integration) = integration else { return Some(cache) };
    is_cacheable(fields, integration, &cache)
        .then(|| cache.with_mapped_headers(headers_beyond_the_uri(integration)))
}

/// Warns of `cacheShared` on a route that asks nobody who calls.
pub(super) fn warn_of_unknown_callers(fields: &Fields<'_>) {
    if fields.value("cacheShared").is_some() {
        let expected = "apiKeyRequired or authorizerId: without them all callers are one";
        fields.warn("cacheShared", "no apiKeyRequired", expected);
    }
}

/// Not where an answer comes piece by piece, or is given before the work is done.
fn is_cacheable(fields: &Fields<'_>, integration: &Integration, cache: &CachePolicy) -> bool {
    has_a_key_for_each_page(fields, integration, cache);
    if !integration.is_result_reusable() {
        let expected = "nothing: a streamed answer, an Event's or a write's is not kept";
        fields.warn("cachingEnabled", "true", expected);
        return false;
    }
    if let Some(variable) = integration.variables().into_iter().find(|variable| !variable.is_of_the_uri()) {
        let expected = format!(
            "no $context.{variable} in what is asked for or answered: it is another one in each request, and the answers are not kept"
        );
        fields.warn("cachingEnabled", "true", &expected);
        return false;
    }
    if cache.follows_changes() && !depends_on_uri_and_headers(integration) {
        let expected = "cacheMode API_GATEWAY, and in cacheKeyParameters what is mapped into the target's path and \
                         query, or into the operation: with HTTP the answers are not kept";
        fields.warn("cacheMode", "HTTP", expected);
        return false;
    }
    if integration.maps_bodies() {
        let expected = "in cacheKeyParameters all that the integration's templates take of a request besides its body: of \
                         everything else, all values share one answer";
        fields.warn("cachingEnabled", "true", expected);
    }
    warn_of_what_the_key_lacks(fields, integration, cache);
    true
}

/// Says if all that is mapped follows from the URI that the client asks for, or goes into headers, which a target can
/// name in `Vary`.
fn depends_on_uri_and_headers(integration: &Integration) -> bool {
    parts_beyond_the_uri(integration).all(|part| matches!(part, CallPart::Header(_)))
}

/// The headers that tell the target what the client said elsewhere than in the URI: `Vary` on one names nothing that
/// the client sent.
fn headers_beyond_the_uri(integration: &Integration) -> Vec<HeaderName> {
    let header = |part| match part {
        CallPart::Header(name) => Some(name.clone()),
        CallPart::Uri | CallPart::Operation => None,
    };
    parts_beyond_the_uri(integration).filter_map(header).collect()
}

/// The parts of a call that can differ where caller and URI are the same.
fn parts_beyond_the_uri(integration: &Integration) -> impl Iterator<Item = CallPart<'_>> {
    let mapped = integration.mapped().into_iter();
    mapped.filter(|mapped| !mapped.value.is_of_the_uri()).map(|mapped| mapped.part)
}

/// A client that turns pages would get the first one for ever.
fn has_a_key_for_each_page(fields: &Fields<'_>, integration: &Integration, cache: &CachePolicy) {
    if let Some(name) = integration.page_parameter().filter(|name| !cache.keys_query_parameter(name)) {
        let expected = format!("method.request.querystring.{name} too, by which clients turn pages");
        fields.problem(KEY, "no such parameter", &expected);
    }
}

/// Warns of values that are mapped into a call and are not in the key: one caller's value would stand in the others' answers, or the
/// call has none, since headers go no further than the key.
fn warn_of_what_the_key_lacks(fields: &Fields<'_>, integration: &Integration, cache: &CachePolicy) {
    const SHARED: &str = ", without which all its values share one answer";
    let absent = if cache.forwards_unkeyed_headers() {
        SHARED
    } else {
        ", without which it is not forwarded, and what is mapped is absent"
    };
    let words = integration.mapped().into_iter().flat_map(|mapped| mapped.value.words());
    let lacking = words.filter_map(|word| match word {
        Word::Header(name) if !cache.keys_header(name) => Some((format!("header.{name}"), absent)),
        Word::Query(name) if !cache.keys_query_parameter(name) => {
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
