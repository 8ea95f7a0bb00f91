//! Header rules of all who are called for a request: what goes no further, and what goes on under another name.
//!
//! The lists are API Gateway's, as localstack recorded them
//! (`test_apigateway_integrations::TestApiGatewayHeaderRemapping`), and RFC 9110, section 7.6.1 (hop-by-hop).

use http::{
    HeaderMap, HeaderName,
    header::{CONNECTION, CONTENT_LENGTH, DATE, SERVER},
};

use crate::header_list::tokens_of;

/// True of a request's header that is between client and gateway only. Cookies travel apart.
pub fn stays_at_gateway(name: &str) -> bool {
    is_hop_by_hop(name)
        || matches!(
            name,
            "content-length"
                | "content-md5"
                | "cookie"
                | "expect"
                | "max-forwards"
                | "proxy-authenticate"
                | "server"
                | "www-authenticate"
                // The trusted proxy's secret, and what it says of the viewer.
                | "x-tollgate-origin"
                | "x-tollgate-viewer-ip"
        )
}

/// True of a header that concerns one connection only.
pub fn is_hop_by_hop(name: &str) -> bool {
    matches!(
        name,
        "connection" | "keep-alive" | "proxy-connection" | "te" | "trailer" | "transfer-encoding" | "upgrade"
    )
}

/// The name under which a response's header reaches the client, whose own connection has a header of its name.
pub fn remapped(name: &HeaderName) -> Option<HeaderName> {
    let remapped = match *name {
        CONNECTION => "x-amzn-remapped-connection",
        CONTENT_LENGTH => "x-amzn-remapped-content-length",
        DATE => "x-amzn-remapped-date",
        SERVER => "x-amzn-remapped-server",
        _ => return None,
    };
    Some(HeaderName::from_static(remapped))
}

/// The headers that `Connection` says are for one connection only.
pub fn named_by_connection(headers: &HeaderMap) -> Vec<HeaderName> {
    named(headers, &CONNECTION)
}

/// The header names that the lines of the header `list` give.
pub fn named(headers: &HeaderMap, list: &HeaderName) -> Vec<HeaderName> {
    tokens_of(headers, list)
        .filter_map(|name| name.parse().ok())
        // Those have rules of their own, whatever `Connection` says.
        .filter(|name| remapped(name).is_none() && !is_platforms(name.as_str()))
        .collect()
}

/// True of a header in which the platform or a trusted proxy speaks. A client that could take it away by naming it in
/// `Connection` could pass for somebody else (as in CVE-2022-31813).
fn is_platforms(name: &str) -> bool {
    const PREFIXES: [&str; 4] = ["cloudfront-", "x-amz-", "x-amzn-", "x-forwarded-"];
    matches!(name, "forwarded" | "host" | "via") || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}
