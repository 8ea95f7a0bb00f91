//! A side: the URL of an API, and the headers that only it gets.

use std::{fmt, str::FromStr};

use http::{HeaderMap, Uri};

/// One of the two APIs.
#[derive(Clone, Debug)]
pub struct Side {
    pub url: BaseUrl,
    /// Keys and tokens: never shown.
    pub headers: HeaderMap,
}

/// The URL below which an API is, base path included, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    /// `https://api.example.com:8443`, in small letters.
    origin: String,
    /// `/prod`, or empty.
    path: String,
}

impl FromStr for BaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || "expected a URL such as https://abc123.execute-api.eu-west-1.amazonaws.com/prod".to_owned();
        let uri: Uri = text.trim().parse().map_err(|_| expected())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(expected());
        };
        if scheme != "http" && scheme != "https" {
            return Err(expected());
        }
        if authority.as_str().contains('@') {
            return Err(
                "expected a URL without user name and password: a header of this side has them".to_owned()
            );
        }
        if uri.query().is_some() {
            return Err("expected a URL without a query".to_owned());
        }
        let path = uri.path().trim_end_matches('/').to_owned();
        Ok(Self { origin: format!("{scheme}://{}", authority.as_str().to_ascii_lowercase()), path })
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

impl BaseUrl {
    /// The URI of a path and a query below it.
    pub fn uri(&self, target: &str) -> Result<Uri, http::uri::InvalidUri> {
        format!("{self}{target}").parse()
    }

    /// The path and the query of a URL below this one; `None`: it is elsewhere.
    pub fn below<'a>(&self, url: &'a str) -> Option<&'a str> {
        let (origin, target) = url.split_at(url.find("://").map(|at| {
            let rest = &url[at + 3..];
            at + 3 + rest.find(['/', '?', '#']).unwrap_or(rest.len())
        })?);
        if !origin.eq_ignore_ascii_case(&self.origin) {
            return None;
        }
        below_path(&self.path, target)
    }
}

/// The rest of `target` behind `path`; `None`: it is not `path` or below it.
pub fn below_path<'a>(path: &str, target: &'a str) -> Option<&'a str> {
    let rest = target.strip_prefix(path)?;
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_below_another_by_whole_segments() {
        let base: BaseUrl = "https://API.example.com/prod/".parse().unwrap();
        assert_eq!(base.to_string(), "https://api.example.com/prod");
        let cases = [
            ("https://api.example.com/prod/orders?x=1", Some("/orders?x=1")),
            ("https://API.EXAMPLE.com/prod", Some("")),
            ("https://api.example.com/prod?x", Some("?x")),
            ("https://api.example.com/production/orders", None),
            ("https://api.example.com/", None),
            ("http://api.example.com/prod/orders", None),
            ("/prod/orders", None),
        ];
        for (url, expected) in cases {
            assert_eq!(base.below(url), expected, "{url}");
        }
    }

    #[test]
    fn what_is_no_url_of_an_api_is_refused_with_words() {
        for (text, word) in [
            ("api.example.com", "such as"),
            ("ftp://a", "such as"),
            ("https://u:p@a/", "without user name"),
            ("https://a/?x=1", "without a query"),
        ] {
            let error = text.parse::<BaseUrl>().unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
