//! The router held against tables of expectations, and against a slow and obvious oracle.

use proptest::prelude::*;

use super::*;
use crate::path;

fn keys<'a>(routes: &[&'a str]) -> Vec<RouteKey<'a>> {
    routes.iter().map(|route| RouteKey::parse(route).unwrap_or_else(|e| panic!("{route}: {e}"))).collect()
}

fn router(routes: &[&str]) -> Router {
    Router::new(&keys(routes), TrailingSlash::Strict).unwrap_or_else(|e| panic!("{routes:?}: {e:?}"))
}

/// The route that serves `request` (`GET /path`) with its path parameters, or `-`.
fn serve(router: &Router, routes: &[&str], request: &str) -> String {
    let (method, path) = request.split_once(' ').unwrap();
    let method: Method = method.parse().unwrap();
    if let Some(found) = router.find(&method, path) {
        let key = RouteKey::parse(routes[found.index]).unwrap();
        let parameters = key.values_in(found.path);
        let parameters = parameters.iter().map(|p| format!(" {}={}", p.name, p.value));
        return format!("{}{}", routes[found.index], parameters.collect::<String>());
    }
    "-".to_owned()
}

#[test]
#[expect(clippy::too_many_lines, clippy::type_complexity, reason = "a table")]
fn finds_the_most_specific_route() {
    // The first table is the documented one of HTTP APIs (http-api-develop-routes).
    let tables: [(&[&str], &[(&str, &str)]); 9] = [
        (
            &["GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default"],
            &[
                ("GET /pets/dog/1", "GET /pets/dog/1"),
                ("GET /pets/dog/2", "GET /pets/dog/{id} id=2"),
                ("GET /pets/cat/1", "GET /pets/{proxy+} proxy=cat/1"),
                ("POST /test/5", "ANY /{proxy+} proxy=test/5"),
                ("GET /", "$default"),
                ("PROPFIND /test", "$default"),
            ],
        ),
        (
            &["GET /static/{proxy+}", "GET /{a}/{b}", "GET /pets/{id}", "GET /pets/{proxy+}"],
            &[
                ("GET /static/x", "GET /static/{proxy+} proxy=x"),
                ("GET /other/x", "GET /{a}/{b} a=other b=x"),
                ("GET /pets/1", "GET /pets/{id} id=1"),
                ("GET /pets/1/toys", "GET /pets/{proxy+} proxy=1/toys"),
                ("GET /pets", "-"),
                ("GET /pets/", "-"),
                ("POST /pets/1", "-"),
                ("HEAD /pets/1", "GET /pets/{id} id=1"),
            ],
        ),
        (
            &["GET /a/{x}/b", "GET /a/{proxy+}", "POST /a/{y}/b", "ANY /{p}/{proxy+}", "ANY /{proxy+}"],
            &[
                ("GET /a/1/b", "GET /a/{x}/b x=1"),
                ("POST /a/1/b", "POST /a/{y}/b y=1"),
                ("GET /a/1/c", "GET /a/{proxy+} proxy=1/c"),
                ("POST /a/1/c", "ANY /{p}/{proxy+} p=a proxy=1/c"),
                ("PUT /one", "ANY /{proxy+} proxy=one"),
                ("PUT /one/", "ANY /{proxy+} proxy=one/"),
                ("PUT /one/two/", "ANY /{p}/{proxy+} p=one proxy=two/"),
                ("PUT /one//two", "ANY /{p}/{proxy+} p=one proxy=/two"),
                ("PUT /one//", "ANY /{p}/{proxy+} p=one proxy=/"),
            ],
        ),
        (
            &["GET /a/{x}/c", "GET /{y}/b/c", "GET /{y}/b/d"],
            &[
                ("GET /a/b/c", "GET /a/{x}/c x=b"),
                ("GET /z/b/c", "GET /{y}/b/c y=z"),
                ("GET /a/b/d", "GET /{y}/b/d y=a"),
                ("GET /a/b/e", "-"),
            ],
        ),
        (
            &["ANY /x", "GET /x", "PUT /{any}"],
            &[
                ("GET /x", "GET /x"),
                ("POST /x", "ANY /x"),
                ("HEAD /x", "ANY /x"),
                ("PUT /x", "ANY /x"),
                ("PUT /y", "PUT /{any} any=y"),
                ("GET /y", "-"),
                ("TRACE /x", "-"),
            ],
        ),
        (
            &["GET /x", "HEAD /{any}", "GET /"],
            &[
                // The path decides before the method's fallback does.
                ("HEAD /x", "GET /x"),
                ("HEAD /y", "HEAD /{any} any=y"),
                ("GET /y", "-"),
                ("HEAD /", "GET /"),
            ],
        ),
        (
            &["GET /pets", "GET /pets/", "GET /pets/{id}"],
            &[
                ("GET /pets", "GET /pets"),
                ("GET /pets/", "GET /pets/"),
                ("GET /pets/1/", "-"),
                ("GET /pets//", "-"),
            ],
        ),
        (
            &["GET /a%2Fb/{id}", "GET /café", "GET /a/{id}"],
            &[
                ("GET /a%2Fb/1", "GET /a%2Fb/{id} id=1"),
                ("GET /caf%C3%A9", "GET /café"),
                ("GET /a/b%2Fc", "GET /a/{id} id=b%2Fc"),
                ("GET /A/1", "-"),
            ],
        ),
        (
            &["GET /{proxy+}", "GET /hardcoded"],
            &[
                ("GET /proxy-value//double-slash", "GET /{proxy+} proxy=proxy-value//double-slash"),
                ("GET /hardcoded", "GET /hardcoded"),
                ("GET /", "-"),
            ],
        ),
    ];
    for (routes, requests) in tables {
        let router = router(routes);
        for (request, expected) in requests {
            assert_eq!(serve(&router, routes, request), *expected, "{request} among {routes:?}");
        }
    }
}

#[test]
fn names_both_routes_that_no_request_can_tell_apart() {
    let conflicts =
        |routes: &[&str]| Router::new(&keys(routes), TrailingSlash::Strict).map(|_| ()).unwrap_err();
    assert_eq!(conflicts(&["GET /a/{x}", "GET /a/{y}"]), [Conflict(0, 1)]);
    assert_eq!(conflicts(&["get /a", "GET /a", "GET /%61"]), [Conflict(0, 1), Conflict(0, 2)]);
    assert_eq!(conflicts(&["ANY /{p+}", "POST /{p+}", "ANY /{q+}"]), [Conflict(0, 2)]);
    assert_eq!(conflicts(&["$default", "GET /x/{a}/y", "GET /x/{b}/y"]), [Conflict(1, 2)]);
}

#[test]
fn refuses_what_is_no_route_key() {
    let cases = [
        ("", "a method and a path (GET /orders/{id}), or $default"),
        ("GET", "a method and a path (GET /orders/{id}), or $default"),
        ("FETCH /x", "a method of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY"),
        ("GET x", "a path that begins with /"),
        ("GET /a//b", "a path without empty segments"),
        ("GET /{p+}/x", "{p+} to be the path's last segment"),
        ("GET /x{id}", "a path parameter that is a whole segment, as {id} or {proxy+}"),
        ("GET /{a b}", "a path parameter named with letters, digits and . _ : -"),
        ("GET /{}", "a path parameter named with letters, digits and . _ : -"),
        ("GET /{id}/{id}", "the path parameter id once"),
        ("GET /a/../b", "a path without a dot segment"),
    ];
    for (text, expected) in cases {
        assert_eq!(RouteKey::parse(text).unwrap_err(), expected, "{text}");
    }
}

#[test]
fn a_path_may_have_25_parameters() {
    let route = |count| (0..count).fold("GET ".to_owned(), |route, index| format!("{route}/{{p{index}}}"));
    let found = router(&[&route(25)]).find(&Method::GET, &"/x".repeat(25)).map(|found| found.index);
    assert_eq!(found, Some(0));
    assert_eq!(RouteKey::parse(&route(26)).unwrap_err(), "at most 25 path parameters");
}

/// Every route that matches, by trying all of them; the most specific by comparing segment by segment.
fn oracle(routes: &[&str], request: &str) -> Option<usize> {
    let (method, path) = request.split_once(' ').unwrap();
    let matching = routes.iter().enumerate().filter_map(|(index, route)| {
        let (route_method, route_path) = route.split_once(' ')?;
        let preference = match (method, route_method) {
            (asked, given) if asked == given => 0,
            (_, "ANY") => 1,
            ("HEAD", "GET") => 2,
            _ => return None,
        };
        Some((oracle_match(route_path, path)?, preference, index))
    });
    matching.min().map(|(_, _, index)| index)
}

/// The ranks of a route's segments, if it matches.
fn oracle_match(route: &str, path: &str) -> Option<Vec<u8>> {
    let words: Vec<&str> = path[1..].split('/').collect();
    let mut ranks = Vec::new();
    for (index, segment) in route[1..].split('/').enumerate() {
        let word = words.get(index)?;
        if segment.ends_with("+}") {
            ranks.push(2);
            return words[index..].join("/").chars().next().map(|_| ranks);
        }
        if segment.starts_with('{') {
            ranks.push(1);
            if word.is_empty() {
                return None;
            }
        } else {
            ranks.push(0);
            if segment != *word {
                return None;
            }
        }
    }
    (ranks.len() == words.len()).then_some(ranks)
}

fn any_route() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        4 => prop::sample::select(vec!["a", "b", "ab", "abc", "a%2Fb", "~"]).prop_map(str::to_owned),
        3 => Just("{}".to_owned())
    ];
    let last = prop_oneof![3 => Just(String::new()), 1 => Just("/".to_owned()), 3 => Just("/{+}".to_owned())];
    let method = prop::sample::select(vec!["GET", "POST", "HEAD", "ANY", "OPTIONS"]);
    (method, prop::collection::vec(segment, 0..4), last).prop_map(|(method, segments, last)| {
        let path = segments.iter().map(|segment| format!("/{segment}")).collect::<String>() + &last;
        format!("{method} {}", if path.is_empty() { "/" } else { &path })
    })
}

fn any_request() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec!["a", "b", "ab", "abc", "abcd", "a%2Fb", "~", "c", ""]);
    let method = prop::sample::select(vec!["GET", "POST", "HEAD", "PUT", "OPTIONS"]);
    (method, prop::collection::vec(word, 1..6))
        .prop_map(|(method, words)| format!("{method} /{}", words.join("/")))
}

/// Gives each `{}` and `{+}` a name of its own, so that two routes never agree in names.
fn name_parameters(route: &str, salt: usize) -> String {
    route
        .split('/')
        .enumerate()
        .map(|(index, segment)| match segment {
            "{}" => format!("{{p{salt}.{index}}}"),
            "{+}" => format!("{{g{salt}.{index}+}}"),
            literal => literal.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("/")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Any table without two equal routes is accepted, and finds what trying every route finds.
    #[test]
    fn the_router_finds_what_a_slow_and_obvious_oracle_finds(
        routes in prop::collection::btree_set(any_route(), 1..16),
        requests in prop::collection::vec(any_request(), 1..24),
    ) {
        let routes: Vec<String> = routes.iter().enumerate().map(|(salt, route)| name_parameters(route, salt)).collect();
        let routes: Vec<&str> = routes.iter().map(String::as_str).collect();
        let router = router(&routes);
        for request in &requests {
            let (method, path) = request.split_once(' ').unwrap();
            let canonical = path::canonical_path(path).unwrap();
            let found = router.find(&method.parse().unwrap(), &canonical);
            let expected = oracle(&routes, &format!("{method} {canonical}"));
            prop_assert_eq!(found.map(|found| found.index), expected, "{} among {:?}", request, routes);
        }
    }
}
