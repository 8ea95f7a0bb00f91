//! The resources whose answers a change makes worthless (RFC 9111 §4.4).

use http::{
    HeaderMap, HeaderName, Method, StatusCode,
    header::{CONTENT_LOCATION, LOCATION},
};

use crate::{message::Request, path};

/// A resource of this gateway, in canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uri {
    pub path: String,
    pub query: String,
}

/// Lists the resources that this request has changed: its own, and those that its answer names on the same
/// host. None, where the method is safe, or the request failed.
pub fn changed_uris(request: &Request, status: StatusCode, headers: &HeaderMap) -> Vec<Uri> {
    let is_safe = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE].contains(&request.method);
    if is_safe || !(status.is_success() || status.is_redirection()) {
        return Vec::new();
    }
    let own = Uri { path: request.path.clone(), query: request.query.clone() };
    let named = [LOCATION, CONTENT_LOCATION].iter().filter_map(|name| named(request, headers, name));
    let mut uris = vec![own];
    for uri in named {
        if !uris.contains(&uri) {
            uris.push(uri);
        }
    }
    uris
}

/// `None`: there is no such line, or it names nothing of this host.
fn named(request: &Request, headers: &HeaderMap, name: &HeaderName) -> Option<Uri> {
    let text = headers.get(name)?.to_str().ok()?.split('#').next()?;
    let rest = match authority(text) {
        Authority::Own => text.to_owned(),
        Authority::Named { name, port, rest } => {
            let own = &request.origin.domain_name;
            let is_own = |authority: &str| authority.eq_ignore_ascii_case(own);
            if !is_own(name) && !name.strip_suffix(port).is_some_and(is_own) {
                return None;
            }
            if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") }
        }
        Authority::None => return None,
    };
    let (path, query) = rest.split_once('?').unwrap_or((&rest, ""));
    let folder = request.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = match path {
        "" => request.path.clone(),
        _ if path.starts_with('/') => path.to_owned(),
        _ => format!("{folder}/{path}"),
    };
    Some(Uri { path: path::canonical_path(&path).ok()?, query: path::canonical_query(query).ok()? })
}

/// The host of a resource.
enum Authority<'a> {
    /// The host of the request.
    Own,
    /// A host by name, with the port that need not be said, as it would be.
    Named { name: &'a str, port: &'static str, rest: &'a str },
    /// None that HTTP reaches.
    None,
}

/// RFC 3986 §4.2: a colon behind the first `/` or `?` ends no scheme.
fn authority(text: &str) -> Authority<'_> {
    let (scheme, rest) = match text.split_once(':') {
        Some((scheme, rest)) if !scheme.contains(['/', '?']) => (scheme, rest),
        _ => ("", text),
    };
    let port = match &*scheme.to_ascii_lowercase() {
        "" => "",
        "http" => ":80",
        "https" => ":443",
        _ => return Authority::None,
    };
    match rest.strip_prefix("//") {
        Some(after) => {
            let (name, rest) = after.split_at(after.find(['/', '?']).unwrap_or(after.len()));
            Authority::Named { name, port, rest }
        }
        None if scheme.is_empty() => Authority::Own,
        None => Authority::None,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::testing::request;

    fn changed(method: &str, status: u16, lines: &[(HeaderName, &'static str)]) -> Vec<String> {
        let mut request = request(method.parse().unwrap(), "a=1");
        request.origin.domain_name = "api.example.com".to_owned();
        let headers =
            lines.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        let uris = changed_uris(&request, StatusCode::from_u16(status).unwrap(), &headers);
        uris.into_iter().map(|Uri { path, query }| format!("{path}?{query}")).collect()
    }

    #[test]
    fn an_unsafe_request_that_succeeds_changes_its_own_uri() {
        for method in ["POST", "PUT", "PATCH", "DELETE", "M-SEARCH"] {
            assert_eq!(changed(method, 201, &[]), ["/orders/7?a=1"], "{method}");
            assert_eq!(changed(method, 303, &[]), ["/orders/7?a=1"], "{method}");
            assert_eq!(changed(method, 404, &[]), Vec::<String>::new(), "{method}");
            assert_eq!(changed(method, 500, &[]), Vec::<String>::new(), "{method}");
        }
        for method in ["GET", "HEAD", "OPTIONS", "TRACE"] {
            assert_eq!(changed(method, 200, &[]), Vec::<String>::new(), "{method}");
        }
    }

    #[test]
    fn location_and_content_location_on_the_same_host_name_changed_uris() {
        const OWN: &str = "/orders/7?a=1";
        let cases: [(&str, &[&str]); 18] = [
            ("/orders/8", &[OWN, "/orders/8?"]),
            ("8?x=y#z", &[OWN, "/orders/8?x=y"]),
            ("?x", &[OWN, "/orders/7?x"]),
            ("https://API.example.com/a%6F", &[OWN, "/ao?"]),
            ("http://api.example.com?x", &[OWN, "/?x"]),
            ("//api.example.com/a", &[OWN, "/a?"]),
            ("/orders/7?a=1", &[OWN]),
            ("https://other.example.com/a", &[OWN]),
            ("https://api.example.com.evil/a", &[OWN]),
            ("ftp://api.example.com/a", &[OWN]),
            ("/orders/8?next=http://x/", &[OWN, "/orders/8?next=http://x/"]),
            ("HTTPS://api.example.com/a", &[OWN, "/a?"]),
            ("https://api.example.com:443/a", &[OWN, "/a?"]),
            ("http://api.example.com:80/a", &[OWN, "/a?"]),
            ("https://api.example.com:80/a", &[OWN]),
            ("//api.example.com:8443/a", &[OWN]),
            ("mailto:api.example.com", &[OWN]),
            ("../x", &[OWN]),
        ];
        for (named, expected) in cases {
            assert_eq!(changed("POST", 201, &[(LOCATION, named)]), expected, "{named}");
            assert_eq!(changed("POST", 201, &[(CONTENT_LOCATION, named)]), expected, "{named}");
        }
        let both = [(LOCATION, "/a"), (CONTENT_LOCATION, "/b")];
        assert_eq!(changed("POST", 201, &both), [OWN, "/a?", "/b?"]);
    }
}
