//! The route that a request is told under: one of an API's own, or its path with a word in the place of what looks like
//! an id.

use http::Method;

use crate::router::{RouteKey, Router, TrailingSlash};

/// Names routes.
#[derive(Debug, Default)]
pub struct RouteNames {
    keys: Vec<String>,
    router: Option<Router>,
}

/// Stands for a segment that looks like an id.
const ID: &str = "{id}";
/// A shorter segment of letters and digits is rather a word.
const LEAST_OF_A_TOKEN: usize = 16;

impl RouteNames {
    /// The names of these routes, as far as they are keys; of two that no request tells apart the first.
    pub fn of(keys: impl IntoIterator<Item = String>) -> Self {
        let mut shapes = Vec::new();
        let mut known = Vec::new();
        for key in keys {
            let Ok(parsed) = RouteKey::parse(&key) else { continue };
            let shape = parsed.shape();
            if !shapes.contains(&shape) {
                shapes.push(shape);
                known.push(key);
            }
        }
        let parsed: Vec<_> = known.iter().filter_map(|key| RouteKey::parse(key).ok()).collect();
        let router = Router::new(&parsed, TrailingSlash::Strict).ok();
        Self { router, keys: known }
    }

    /// The route of a request.
    pub fn name(&self, method: &Method, path: &str) -> String {
        let found = self.router.as_ref().and_then(|router| router.find(method, path));
        match found {
            Some(found) => self.keys[found.index].clone(),
            None => format!("{method} {}", folded(path)),
        }
    }
}

fn folded(path: &str) -> String {
    let segments = path.split('/').map(|segment| if looks_like_an_id(segment) { ID } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// True of digits, a UUID, and a long text of letters and digits.
fn looks_like_an_id(segment: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    let has_digits = segment.contains(is_digit);
    let is_number = !segment.is_empty() && segment.chars().all(is_digit);
    let is_hexadecimal = segment.len() >= 8 && segment.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let is_token = segment.len() >= LEAST_OF_A_TOKEN
        && segment.contains(|c: char| c.is_ascii_alphabetic())
        && segment.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    is_number || has_digits && (is_hexadecimal || is_token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_differ_by_ids_are_one_route() {
        let cases = [
            ("/orders/7", "GET /orders/{id}"),
            ("/orders/0b6f6a5c-8a3e-4b44-9c39-1f2f5a7d9e10/lines/2", "GET /orders/{id}/lines/{id}"),
            ("/orders/507f1f77bcf86cd799439011", "GET /orders/{id}"),
            ("/u/01ARZ3NDEKTSV4RRFFQ69G5FAV", "GET /u/{id}"),
            ("/v1/health", "GET /v1/health"),
            ("/a/deadbeef", "GET /a/deadbeef"),
            ("/", "GET /"),
        ];
        let names = RouteNames::default();
        for (path, expected) in cases {
            assert_eq!(names.name(&Method::GET, path), expected, "{path}");
        }
        let keys = ["GET /orders/{order}", "GET /orders/{again}", "ANY /files/{path+}", "no key"];
        let names = RouteNames::of(keys.map(str::to_owned));
        let cases = [
            ("/orders/pen", "GET /orders/{order}"),
            ("/files/a/7", "ANY /files/{path+}"),
            ("/other/7", "GET /other/{id}"),
        ];
        for (path, expected) in cases {
            assert_eq!(names.name(&Method::GET, path), expected, "{path}");
        }
    }
}
