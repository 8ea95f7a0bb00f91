//! The tables of routes: guarded ones beside open ones that their paths may fall through to.

use serde_json::{Value, json};

use crate::authorizers::issuer::Issuer;

/// The routes of a stage.
pub struct Table {
    pub routes: &'static [GuardedRoute],
    /// Method and path of guarded requests, which are spelt in other ways.
    pub guarded: &'static [(&'static str, &'static str)],
    /// `$api`, besides what all tables have.
    pub api: &'static str,
}

const fn table(routes: &'static [GuardedRoute], guarded: &'static [(&'static str, &'static str)]) -> Table {
    Table { routes, guarded, api: "{}" }
}

pub struct GuardedRoute {
    pub key: &'static str,
    pub asks: Asks,
    pub integration: TargetKind,
}

/// The guard of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    Nothing,
    Key,
    /// A token of the issuer that all tables know.
    Caller,
    /// The word of an authorizer's function.
    Function,
    /// A signature that AWS has checked.
    Signature,
    /// One token, and no other for as long as the test runs.
    Token,
}

/// The integration of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// An HTTP target, asked for this path.
    Path(&'static str),
    /// The same, asked for the path as it was routed.
    Routed,
    /// A function, with an event in this payload format.
    Function(&'static str),
    /// A table, asked for the item of this name.
    Item(&'static str),
    Mock,
}

use Asks::{Caller, Key, Nothing, Signature, Token};
use TargetKind::{Function, Item, Mock, Path, Routed};

/// By an authorizer's function; the kind of a target has that name here.
const ASKED: Asks = Asks::Function;

const fn route(key: &'static str, asks: Asks, integration: TargetKind) -> GuardedRoute {
    GuardedRoute { key, asks, integration }
}

pub const TABLES: [Table; 13] = [
    table(
        &[
            route("GET /reports", Key, Path("/reports")),
            route("ANY /admin/{proxy+}", Key, Path("/admin/{proxy}")),
            route("GET /orders/{id}/lines", Key, Path("/orders/{id}/lines")),
            route("ANY /{proxy+}", Nothing, Path("/{proxy}")),
        ],
        &[
            ("GET", "/reports"),
            ("GET", "/admin/users"),
            ("DELETE", "/admin/users/7/keys"),
            ("OPTIONS", "/admin/users"),
            ("GET", "/orders/7/lines"),
            ("GET", "/orders/a%2Fb/lines"),
        ],
    ),
    // Without regard for a slash at the end.
    Table {
        routes: &[
            route("GET /reports", Key, Path("/reports")),
            route("GET /orders/{id}/lines", Key, Routed),
            route("GET /orders/{id}", Nothing, Path("/orders/{id}")),
            route("ANY /{proxy+}", Nothing, Path("/{proxy}")),
        ],
        guarded: &[("GET", "/reports"), ("GET", "/orders/7/lines"), ("GET", "/orders/a:b/lines")],
        api: r#"{"trailingSlash": "IGNORE"}"#,
    },
    Table {
        routes: &[
            route("ANY /lit/@me", Key, Function("2.0")),
            route("GET /lit/items:purge", Key, Function("1.0")),
            route("GET /a+b,c/$x!(y)*'z';u=v&w/{id}", Key, Function("2.0")),
            route("GET /lit/{name}", Nothing, Function("1.0")),
            route("$default", Nothing, Function("2.0")),
        ],
        guarded: &[
            ("GET", "/lit/@me"),
            ("POST", "/lit/@me"),
            ("GET", "/lit/items:purge"),
            ("GET", "/a+b,c/$x!(y)*'z';u=v&w/7"),
        ],
        api: r#"{"unmatchedRoutes": "AWS_REST", "corsConfiguration": {"allowOrigins": ["*"]}}"#,
    },
    table(
        &[
            route("GET /items/secret", Key, Item("secret")),
            route("GET /items/{name+}", Nothing, Item("$request.path.name")),
            route("$default", Nothing, Mock),
        ],
        &[("GET", "/items/secret")],
    ),
    table(
        &[
            route("GET /limited", Token, Path("/limited")),
            route("ANY /limited/{id}/all", Token, Path("/limited/{id}/all")),
            route("GET /{page}", Nothing, Path("/{page}")),
            route("ANY /{a}/{b}", Nothing, Routed),
            route("ANY /{proxy+}", Nothing, Path("/{proxy}")),
        ],
        &[("GET", "/limited"), ("PUT", "/limited/7/all")],
    ),
    // Written with a slash at the end, with escapes, and with one that stands for a slash in its segment.
    table(
        &[
            route("GET /slash/", Key, Path("/slash/")),
            route("GET /slash/{id}/", Key, Path("/slash/{id}/")),
            route("GET /a%2Fb/{id}", Key, Path("/a%2Fb/{id}")),
            route("GET /lit/%40me", Key, Path("/lit/@me")),
            route("GET /slash/public", Nothing, Path("/slash/public")),
            route("GET /lit/{name}", Nothing, Path("/lit/{name}")),
            route("$default", Nothing, Routed),
        ],
        &[
            ("GET", "/slash/"),
            ("GET", "/slash/7/"),
            ("GET", "/a%2Fb/7"),
            ("GET", "/lit/@me"),
            ("GET", "/a%2Fb/c"),
        ],
    ),
    // Open islands in what is guarded.
    table(
        &[
            route("$default", Key, Routed),
            route("GET /public/{proxy+}", Nothing, Path("/public/{proxy}")),
            route("GET /one/{id}", Nothing, Path("/one/{id}")),
            route("GET /free", Nothing, Path("/free")),
        ],
        &[
            ("GET", "/public"),
            ("POST", "/public/x"),
            ("GET", "/one/a/b"),
            ("GET", "/one"),
            ("GET", "/free/x"),
        ],
    ),
    table(
        &[
            route("ANY /{tenant}/admin/{proxy+}", Key, Function("1.0")),
            route("GET /{tenant}/limited", Token, Function("2.0")),
            route("ANY /{tenant}/{proxy+}", Nothing, Function("2.0")),
            route("GET /open/admin/about", Nothing, Function("1.0")),
        ],
        &[("GET", "/acme/admin/users"), ("PATCH", "/acme/admin/users/7"), ("GET", "/acme/limited")],
    ),
    // Neither a key nor a token is as good as the other.
    table(
        &[
            route("GET /reports", Caller, Path("/reports")),
            route("ANY /admin/{proxy+}", Caller, Path("/admin/{proxy}")),
            route("GET /orders/{id}/lines", Caller, Path("/orders/{id}/lines")),
            route("ANY /orders/{proxy+}", Key, Path("/orders/{proxy}")),
            route("ANY /{proxy+}", Nothing, Path("/{proxy}")),
        ],
        &[
            ("GET", "/reports"),
            ("GET", "/admin/users"),
            ("DELETE", "/admin/users/7/keys"),
            ("GET", "/orders/7/lines"),
            ("GET", "/orders/7"),
        ],
    ),
    Table {
        routes: &[
            route("$default", Caller, Function("2.0")),
            route("GET /public/{proxy+}", Nothing, Function("1.0")),
            route("ANY /{tenant}/keyed", Key, Function("2.0")),
            route("GET /free", Nothing, Function("2.0")),
        ],
        guarded: &[
            ("GET", "/public"),
            ("POST", "/public/x"),
            ("GET", "/acme/keyed/x"),
            ("GET", "/acme/keyed"),
            ("GET", "/free/x"),
        ],
        api: r#"{"trailingSlash": "IGNORE"}"#,
    },
    // A signature is worth no more than a token or a key.
    table(
        &[
            route("GET /reports", Signature, Path("/reports")),
            route("ANY /admin/{proxy+}", Signature, Function("2.0")),
            route("GET /orders/{id}/lines", Signature, Path("/orders/{id}/lines")),
            route("ANY /orders/{proxy+}", Caller, Path("/orders/{proxy}")),
            route("GET /keyed", Key, Path("/keyed")),
            route("ANY /{proxy+}", Nothing, Path("/{proxy}")),
        ],
        &[
            ("GET", "/reports"),
            ("GET", "/admin/users"),
            ("DELETE", "/admin/users/7/keys"),
            ("GET", "/orders/7/lines"),
            ("GET", "/orders/7"),
            ("GET", "/keyed"),
        ],
    ),
    // A function's policy allows the path that was asked for, and no other.
    Table {
        routes: &[
            route("GET /reports", ASKED, Path("/reports")),
            route("ANY /admin/{proxy+}", ASKED, Path("/admin/{proxy}")),
            route("GET /orders/{id}/lines", ASKED, Function("1.0")),
            route("ANY /orders/{proxy+}", Caller, Function("2.0")),
            route("ANY /{proxy+}", Nothing, Path("/{proxy}")),
        ],
        guarded: &[
            ("GET", "/reports"),
            ("GET", "/admin/users"),
            ("DELETE", "/admin/users/7/keys"),
            ("GET", "/orders/7/lines"),
            ("GET", "/orders/7"),
        ],
        api: r#"{"authorizers": {"f": {"type": "TOKEN", "authorizerUri": "policies",
            "identitySource": "method.request.header.x-who", "cacheScope": "API", "authorizerResultTtlInSeconds": 0}}}"#,
    },
    Table {
        routes: &[
            route("$default", ASKED, Function("2.0")),
            route("GET /public/{proxy+}", Nothing, Function("1.0")),
            route("ANY /{tenant}/keyed", Key, Function("2.0")),
            route("GET /free", Nothing, Function("2.0")),
            route("GET /named", Caller, Function("2.0")),
        ],
        guarded: &[
            ("GET", "/public"),
            ("POST", "/public/x"),
            ("GET", "/acme/keyed/x"),
            ("GET", "/acme/keyed"),
            ("GET", "/free/x"),
            ("GET", "/named"),
        ],
        api: r#"{"authorizers": {"f": {"type": "REQUEST", "authorizerUri": "simple", "enableSimpleResponses": true,
            "identitySource": ["$request.header.x-who"]}}}"#,
    },
];

impl Table {
    pub fn items(&self, port: u16) -> Vec<Value> {
        let mut api: Value = serde_json::from_str(self.api).unwrap();
        api["routeKey"] = json!("$api");
        api["allowPrivateIntegrations"] = json!(["127.0.0.0/8"]);
        api["authorizers"]["users"] = Issuer::ours().authorizer(&json!({}));
        self.routes.iter().map(|route| route.item(port)).chain([api]).collect()
    }
}

impl GuardedRoute {
    fn item(&self, port: u16) -> Value {
        let origin = format!("http://127.0.0.1:{port}");
        let integration = match self.integration {
            Path(path) => json!({ "type": "HTTP_PROXY", "uri": format!("{origin}{path}") }),
            Routed => json!({ "type": "HTTP_PROXY", "uri": origin,
                "requestParameters": { "overwrite:path": "$request.path" } }),
            Function(format) => json!({ "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": format }),
            Item(name) => json!({ "type": "DYNAMODB", "action": "GetItem", "tableName": "items",
                "key": { "name": name } }),
            Mock => json!({ "type": "MOCK" }),
        };
        let mut item = json!({ "routeKey": self.key, "integration": integration });
        match self.asks {
            Nothing => {}
            Key => item["apiKeyRequired"] = json!(true),
            Caller => item["authorizerId"] = json!("users"),
            ASKED => item["authorizerId"] = json!("f"),
            Signature => item["authorizationType"] = json!("AWS_IAM"),
            Token => item["throttle"] = json!({ "rateLimit": 0.000_001, "burstLimit": 1 }),
        }
        item
    }
}
