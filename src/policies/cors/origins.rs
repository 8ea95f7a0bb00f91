//! The origins that a browser may call from.
//!
//! An `Origin` is taken apart before it is compared, so that no path, port or userinfo can pass for a host.

/// `allowOrigins`, read.
#[derive(Debug)]
pub(super) enum Origins {
    /// `*`.
    Any,
    Listed(Vec<Pattern>),
}

/// One entry of `allowOrigins`, in lower case.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    /// `https://app.example.com`, `null`.
    Exact(String),
    /// `https://*`: any host and port of this scheme.
    Scheme(&'static str),
    /// `https://*.example.com:8443`: one or more labels before `suffix`, which begins with a dot.
    Subdomains { scheme: &'static str, suffix: String },
}

/// The forms of an origin, for problems.
pub(super) const EXPECTED: &str = "*, null, or an origin as browsers send it: https://example.com, https://*.example.com, https://* or http://*";

impl Origins {
    pub(super) fn allow(&self, origin: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(patterns) => patterns.iter().any(|pattern| pattern.matches(origin)),
        }
    }
}

impl Pattern {
    /// `None` for what no browser could ever send.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let web = ["https", "http"].into_iter().find_map(|scheme| {
            let rest = text.strip_prefix(scheme)?.strip_prefix("://")?;
            Some((scheme, rest))
        });
        match web {
            Some((scheme, "*")) => Some(Self::Scheme(scheme)),
            Some((scheme, rest)) if rest.starts_with("*.") => {
                let domain = without_default_port(scheme, &rest[1..]);
                is_host_and_port(&domain[1..]).then(|| Self::Subdomains { scheme, suffix: domain.to_owned() })
            }
            Some((scheme, rest)) => is_host_and_port(rest)
                .then(|| Self::Exact(format!("{scheme}://{}", without_default_port(scheme, rest)))),
            None => (text == "null" || parts(&text).is_some()).then_some(Self::Exact(text)),
        }
    }

    fn matches(&self, origin: &str) -> bool {
        match self {
            Self::Exact(exact) => exact.eq_ignore_ascii_case(origin),
            Self::Scheme(scheme) => {
                parts(origin).is_some_and(|given| given.scheme.eq_ignore_ascii_case(scheme))
            }
            // A host never begins with a dot, so there is a label before the suffix.
            Self::Subdomains { scheme, suffix } => parts(origin).is_some_and(|given| {
                let end = &given.authority[given.authority.len().saturating_sub(suffix.len())..];
                given.scheme.eq_ignore_ascii_case(scheme) && end.eq_ignore_ascii_case(suffix)
            }),
        }
    }
}

/// The parts of an origin, all ASCII (RFC 6454 §6.2).
struct OriginParts<'a> {
    scheme: &'a str,
    authority: &'a str,
}

/// `None` for what is no origin.
fn parts(origin: &str) -> Option<OriginParts<'_>> {
    let (scheme, authority) = origin.split_once("://")?;
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let scheme_is_one =
        scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(legal);
    (scheme_is_one && is_host_and_port(authority)).then_some(OriginParts { scheme, authority })
}

fn is_host_and_port(authority: &str) -> bool {
    if let Some(rest) = authority.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else { return false };
        return address.parse::<std::net::Ipv6Addr>().is_ok()
            && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
    }
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    host.split('.').all(is_label) && port.is_none_or(is_port)
}

fn is_label(label: &str) -> bool {
    !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
}

/// Browsers never send the default port.
fn without_default_port<'a>(scheme: &str, authority: &'a str) -> &'a str {
    let default = if scheme == "https" { ":443" } else { ":80" };
    authority.strip_suffix(default).unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allows(listed: &str, origin: &str) -> bool {
        Origins::Listed(vec![Pattern::parse(listed).expect(listed)]).allow(origin)
    }

    #[test]
    fn an_origin_is_matched_as_a_whole() {
        let cases: &[(&str, &[&str], &[&str])] = &[
            (
                "https://example.com",
                &["https://example.com", "HTTPS://Example.com"],
                &[
                    "http://example.com",
                    "https://example.com:8443",
                    "https://example.com/",
                    "https://example.com.evil.com",
                    "https://www.example.com",
                    "https://evil.com",
                    "https://example.com, https://evil.com",
                    "example.com",
                    "null",
                    "",
                ],
            ),
            ("https://example.com:443", &["https://example.com"], &["https://example.com:8443"]),
            (
                "http://localhost:3000",
                &["http://localhost:3000"],
                &["http://localhost", "http://localhost:3001"],
            ),
            ("http://[::1]:3000", &["http://[::1]:3000"], &["http://[::1]"]),
            ("capacitor://localhost", &["capacitor://localhost"], &["https://localhost"]),
            ("null", &["null"], &["https://null", ""]),
            (
                "https://*",
                &["https://example.com", "https://a.b:8443", "https://10.0.0.1", "https://[::1]"],
                &[
                    "http://example.com",
                    "https://",
                    "https://a b",
                    "https://a@b",
                    "https://*",
                    "null",
                    "httpsx://a",
                ],
            ),
            ("http://*", &["http://example.com", "http://localhost:3000"], &["https://example.com", "null"]),
        ];
        for (listed, allowed, refused) in cases {
            allowed.iter().for_each(|origin| assert!(allows(listed, origin), "{listed} refuses {origin}"));
            refused.iter().for_each(|origin| assert!(!allows(listed, origin), "{listed} allows {origin}"));
        }
    }

    #[test]
    fn a_subdomain_pattern_takes_labels_and_no_tricks() {
        let allowed = [
            "https://a.example.com",
            "https://a.b.example.com",
            "https://A.Example.COM",
            "https://x_1.example.com",
        ];
        let refused = [
            "https://example.com",
            "https://.example.com",
            "https://a..example.com",
            "https://evilexample.com",
            "https://a.example.com.evil.com",
            "https://evil.com/.example.com",
            "https://evil.com?.example.com",
            "https://evil.com#.example.com",
            "https://evil.com:80#.example.com",
            "https://evil.com:80.example.com",
            "https://evil.com\\.example.com",
            "https://evil.com%2f.example.com",
            "https://evil.com@a.example.com",
            "https://user:pass@a.example.com",
            "https://[::1].example.com",
            "https://*.example.com",
            "https://é.example.com",
            "https://a.example.com:8443",
            "https://a.example.com:",
            "https://a.example.com/",
            "https://a.example.com ",
            "http://a.example.com",
            "https://https://a.example.com",
            "null",
        ];
        allowed
            .iter()
            .for_each(|origin| assert!(allows("https://*.example.com", origin), "refuses {origin}"));
        refused
            .iter()
            .for_each(|origin| assert!(!allows("https://*.example.com", origin), "allows {origin}"));
        assert!(allows("https://*.example.com:8443", "https://a.example.com:8443"));
        assert!(!allows("https://*.example.com:8443", "https://a.example.com"));
        assert!(allows("https://*.example.com:443", "https://a.example.com"));
    }

    #[test]
    fn a_text_that_no_browser_sends_is_no_origin() {
        let cases = [
            "",
            "example.com",
            "https://",
            "https://example.com/",
            "https://example.com/path",
            "https://example.com?a",
            "https://user@example.com",
            "https://example.com:99999",
            "https://example.com:",
            "https://exa mple.com",
            "https://é.com",
            "*.example.com",
            "*://example.com",
            "https://*example.com",
            "https://*.",
            "https://*.*.com",
            "https://a.*.com",
            "https://*:8443",
            "**",
        ];
        for text in cases {
            assert_eq!(Pattern::parse(text), None, "{text}");
        }
    }

    proptest! {
        /// Whatever is put around the domain, only `https://<labels>.example.com` is let in.
        #[test]
        fn only_real_subdomains_are_let_in(origin in "(https?://)?[a-zA-Z0-9.:/@#?%\\\\ *-]{0,12}(\\.example\\.com)?[a-z.:/]{0,4}") {
            let host = origin.strip_prefix("https://").and_then(|rest| rest.strip_suffix(".example.com"));
            let real = host.is_some_and(|labels| labels.split('.').all(|label| {
                !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            }));
            prop_assert_eq!(allows("https://*.example.com", &origin), real);
        }
    }
}
