//! Headers that `requestParameters` and `responseParameters` of a proxy integration may not change.

/// `name` is in lower case. What API Gateway does not let a mapping touch, and what belongs to the connection.
pub fn is_reserved(name: &str) -> bool {
    const PREFIXES: [&str; 4] = ["access-control-", "apigw-", "x-amz-", "x-amzn-"];
    const NAMES: [&str; 24] = [
        "authorization",
        "connection",
        "content-encoding",
        "content-length",
        "content-location",
        "expect",
        "forwarded",
        "host",
        "keep-alive",
        "origin",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "trailers",
        "transfer-encoding",
        "upgrade",
        "via",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-tollgate-origin",
        "x-tollgate-viewer-ip",
    ];
    PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || NAMES.contains(&name)
}
