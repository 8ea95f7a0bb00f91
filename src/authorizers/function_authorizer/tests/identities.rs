//! Identity sources, the expression of a token, and the keys that answers are kept by.

use http::{HeaderValue, Method, header};
use proptest::prelude::*;

use super::*;
use crate::{
    caller::{Caller, TokenPlace},
    context::{Context, StageVersion},
    item::StageVariables,
    message::Request,
    testing::{TestRequest, request},
};

fn sources(value: Value) -> IdentitySources {
    IdentitySources::parse(&value).unwrap_or_else(|| panic!("{value}"))
}

/// The texts of a request's sources, or what is missing.
fn identity(sources: &IdentitySources, context: &Context<'_>) -> Result<Vec<String>, String> {
    let identity = sources.identity(context).map_err(|missing| missing.to_string())?;
    Ok(identity.texts().map(str::to_owned).collect())
}

#[test]
fn sources_are_a_list_or_a_text_with_commas_in_both_notations() {
    let rest = "method.request.header.X-Partner, method.request.querystring.tenant ,stageVariables.env,context.routeKey";
    let http = json!([
        "$request.header.X-Partner",
        "$request.querystring.tenant",
        "$stageVariables.env",
        "$context.routeKey"
    ]);
    let world = TestRequest::new("tenant=a%20b").header("x-partner", "p-1");
    for value in [json!(rest), http] {
        let expected = ["p-1", "a b", "dev", "GET /orders/{id}"].map(str::to_owned);
        assert_eq!(identity(&sources(value), &world.context()), Ok(expected.to_vec()));
    }
    assert!(sources(json!([])).is_empty());
    let cases = [
        json!(""),
        json!("method.request.header.a,"),
        json!(["method.request.header.a, method.request.header.b"]),
        json!("method.request.path.id"),
        json!("$request.path.id"),
        json!("$request.body.a"),
        json!("$request.header."),
        json!("$stageVariables."),
        json!("$context."),
        json!("$context.nope"),
        json!("$context.authorizer.principalId"),
        json!("context.authorizer.claims.sub"),
        json!("context.identity.apiKeyId"),
        json!("$method.request.header.a"),
        json!("Authorization"),
        json!([7]),
        json!(7),
        json!({ "a": "b" }),
        json!(null),
    ];
    for value in cases {
        assert_eq!(IdentitySources::parse(&value), None, "{value}");
    }
}

#[test]
fn every_source_has_to_have_something_and_the_first_without_is_told() {
    let missing = |name: &str| Err(format!("the identity source {name} is missing or empty"));
    let both = sources(json!(["$request.header.x-partner", "$request.querystring.tenant"]));
    let cases = [
        (TestRequest::new("tenant=a").header("x-partner", "p"), Ok(vec!["p".to_owned(), "a".to_owned()])),
        (TestRequest::new("tenant=a"), missing("$request.header.x-partner")),
        (TestRequest::new("tenant=a").header("x-partner", ""), missing("$request.header.x-partner")),
        (TestRequest::new("").header("x-partner", "p"), missing("$request.querystring.tenant")),
        (TestRequest::new("tenant").header("x-partner", "p"), missing("$request.querystring.tenant")),
        (TestRequest::new("tenant=").header("x-partner", "p"), missing("$request.querystring.tenant")),
        (TestRequest::new(""), missing("$request.header.x-partner")),
        (
            TestRequest::new("tenant=a&tenant=b").header("x-partner", "p"),
            Ok(vec!["p".to_owned(), "b".to_owned()]),
        ),
        (
            TestRequest::new("tenant=a").header("x-partner", "Bearer"),
            Ok(vec!["Bearer".to_owned(), "a".to_owned()]),
        ),
    ];
    for (world, expected) in cases {
        assert_eq!(identity(&both, &world.context()), expected);
    }
    let world = TestRequest::new("").cookies(&["a=1", "b=2"]);
    assert_eq!(
        identity(&sources(json!("$request.header.cookie")), &world.context()),
        Ok(vec!["a=1; b=2".to_owned()])
    );
    for name in
        ["$stageVariables.nope", "stageVariables.nope", "$context.identity.userAgent", "context.accountId"]
    {
        assert_eq!(identity(&sources(json!(name)), &world.context()), missing(name));
    }
}

#[test]
fn a_token_has_one_header_and_places_are_where_clients_send_something() {
    let all = sources(json!(
        "method.request.header.A,method.request.querystring.b,stageVariables.env,context.stage"
    ));
    let places = [TokenPlace::Header("a".parse().unwrap()), TokenPlace::Querystring("b".into())];
    assert_eq!(all.token_places().collect::<Vec<_>>(), places);
    assert!(!all.is_one_header());
    let cases = [
        ("method.request.header.Authorization", true),
        ("$request.header.Authorization", true),
        ("$request.querystring.token", false),
        ("stageVariables.env", false),
        ("$request.header.a,$request.header.b", false),
    ];
    for (text, expected) in cases {
        assert_eq!(sources(json!(text)).is_one_header(), expected, "{text}");
    }
}

#[test]
fn an_expression_matches_the_whole_value() {
    let cases = [
        ("p-[0-9]+", "p-12", true),
        ("p-[0-9]+", "xp-12", false),
        ("p-[0-9]+", "p-12x", false),
        ("p-[0-9]+", "p-12\n", false),
        ("^p-[0-9]+$", "p-12", true),
        ("a|b", "a", true),
        ("a|b", "ab", false),
        ("a|b", "b", true),
        ("", "", true),
        ("", "a", false),
        (r"^(Bearer )[a-zA-Z0-9\-_]+?\.[a-zA-Z0-9\-_]+?\.([a-zA-Z0-9\-_]+)$", "Bearer a.b-c.d_", true),
        (r"^(Bearer )[a-zA-Z0-9\-_]+?\.[a-zA-Z0-9\-_]+?\.([a-zA-Z0-9\-_]+)$", "Bearer a.b", false),
        ("(a+)+", &"a".repeat(5_000), true),
    ];
    for (source, value, expected) in cases {
        let expression = ValidationExpression::parse(source).unwrap_or_else(|why| panic!("{source}: {why}"));
        assert_eq!(expression.matches(value), expected, "{source} {value}");
    }
    for source in ["a)|(b", "(", "a\\", "(?=a)", r"(a)\1", "[a", "(((a{100}){100}){100}){100}"] {
        assert!(ValidationExpression::parse(source).is_err(), "{source}");
    }
}

/// A request, in all that keys go by.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    authorizer: u8,
    stage: String,
    route_key: String,
    method: bool,
    headers: Vec<String>,
    query: Vec<String>,
}

impl Asked {
    fn any() -> impl Strategy<Value = Self> {
        let texts = || prop::collection::vec("a{1,2}", 1..3);
        // Of one letter only, so that texts differ by where they end.
        let parts = (0..2_u8, "a{1,2}", "a{1,2}", any::<bool>(), texts(), texts());
        parts.prop_map(|(authorizer, stage, route_key, method, headers, query)| Self {
            authorizer,
            stage,
            route_key,
            method,
            headers,
            query,
        })
    }

    fn request(&self) -> Request {
        let query: Vec<_> = self.query.iter().map(|value| format!("q={value}")).collect();
        let mut request = request(if self.method { Method::GET } else { Method::POST }, &query.join("&"));
        for value in &self.headers {
            request.headers.append(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        request
    }

    fn key(&self, scope: CacheScope) -> AnswerKey {
        let (request, stage_variables) = (self.request(), StageVariables::new());
        let context = Context {
            request: &request,
            stage: &self.stage,
            base_path: "",
            path: "/",
            stage_variables: &stage_variables,
            deployment_id: "d1",
            version: StageVersion::Own,
            route_key: &self.route_key,
            path_parameters: &[],
            caller: Caller::default(),
            waited: Duration::ZERO,
        };
        let sources = sources(json!(["$request.header.Authorization", "$request.querystring.q"]));
        let identity = sources.identity(&context).unwrap();
        AnswerKey::new(&[self.authorizer; 32], scope, &identity, &context)
    }
}

proptest! {
    /// No two identities share an entry: not of other values, however they are cut, nor of another authorizer or stage; and
    /// by route not of another route or method.
    #[test]
    fn what_differs_has_another_key(asked in Asked::any(), other in Asked::any(), same in any::<[bool; 6]>()) {
        let mut other = other;
        if same[0] { other.authorizer = asked.authorizer; }
        if same[1] { other.stage.clone_from(&asked.stage); }
        if same[2] { other.route_key.clone_from(&asked.route_key); }
        if same[3] { other.method = asked.method; }
        if same[4] { other.headers.clone_from(&asked.headers); }
        if same[5] { other.query.clone_from(&asked.query); }
        let is_same = |scope| asked.key(scope) == other.key(scope);
        prop_assert_eq!(is_same(CacheScope::Route), asked == other);
        let moved = Asked { route_key: other.route_key.clone(), method: other.method, ..asked.clone() };
        prop_assert_eq!(is_same(CacheScope::Api), moved == other);
        prop_assert_ne!(asked.key(CacheScope::Route), asked.key(CacheScope::Api));
    }
}
