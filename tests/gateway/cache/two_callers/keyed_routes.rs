//! The routes of the test, each with the parameters of its cache key: for the gateway and for the oracle.

use serde_json::{Value, json};

/// A route whose answers are kept.
pub struct KeyedRoute {
    pub key: &'static str,
    pub integration: Integration,
    pub headers: &'static [&'static str],
    pub query: &'static [&'static str],
    pub caller: CallerScope,
    /// `forwardUnkeyedHeaders`.
    pub is_open: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum CallerScope {
    /// Asked for a key, and apart from others.
    Apart,
    /// Asked for a key; all share one cache.
    Shared,
    Anyone,
}

pub enum Integration {
    /// Answers with the HTTP request that it got.
    Http,
    /// Answers with the event that it got, in this payload format.
    Echo(&'static str),
    /// Answers with entity tag and date.
    Tagged,
    /// Answers with bytes, of which clients get what they accept: the gateway itself looks at `Accept`.
    Picture,
    /// Answers with a page, and a link to the next: the gateway itself puts the client's query into it.
    Page,
}

const fn route(key: &'static str, integration: Integration, caller: CallerScope) -> KeyedRoute {
    KeyedRoute { key, integration, caller, headers: &[], query: &[], is_open: false }
}

const LANGUAGE: &[&str] = &["accept-language"];

pub const ROUTES: [KeyedRoute; 15] = [
    // Takes what no other route does.
    route("$default", Integration::Http, CallerScope::Shared),
    KeyedRoute {
        headers: LANGUAGE,
        query: &["q"],
        ..route("GET /http/{id}", Integration::Http, CallerScope::Apart)
    },
    KeyedRoute {
        headers: LANGUAGE,
        query: &["q"],
        ..route("GET /shared/{id}", Integration::Http, CallerScope::Shared)
    },
    route("GET /picture/{id}", Integration::Picture, CallerScope::Shared),
    KeyedRoute {
        is_open: true,
        ..route("GET /open-picture/{id}", Integration::Picture, CallerScope::Anyone)
    },
    KeyedRoute { query: &["cursor"], ..route("GET /page/{id}", Integration::Page, CallerScope::Shared) },
    KeyedRoute { query: &["q", "r"], ..route("GET /files/{proxy+}", Integration::Http, CallerScope::Shared) },
    KeyedRoute {
        query: &["q"],
        ..route("GET /event/{proxy+}", Integration::Echo("2.0"), CallerScope::Shared)
    },
    route("GET /event-of-mine/{id}", Integration::Echo("1.0"), CallerScope::Apart),
    KeyedRoute {
        headers: &["cookie"],
        ..route("GET /event-of-all/{id}", Integration::Echo("1.0"), CallerScope::Shared)
    },
    KeyedRoute { headers: &["x-real-ip"], ..route("ANY /any/{id}", Integration::Http, CallerScope::Shared) },
    KeyedRoute { query: &["q"], ..route("POST /search/{id}", Integration::Http, CallerScope::Shared) },
    KeyedRoute {
        is_open: true,
        headers: LANGUAGE,
        ..route("GET /open/{id}", Integration::Http, CallerScope::Apart)
    },
    KeyedRoute { query: &["q"], ..route("GET /tagged/{id}", Integration::Tagged, CallerScope::Shared) },
    KeyedRoute {
        is_open: true,
        headers: LANGUAGE,
        ..route("GET /open-to-all/{id}", Integration::Http, CallerScope::Anyone)
    },
];

impl KeyedRoute {
    /// The item without a cache. It asks for no key either: its callers need not be known.
    pub fn uncached_item(&self, port: u16) -> Value {
        let integration = match self.integration {
            Integration::Http => json!({ "type": "HTTP_PROXY", "uri": format!("http://127.0.0.1:{port}"),
                "requestParameters": { "overwrite:path": "$request.path" } }),
            Integration::Echo(format) => {
                json!({ "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": format })
            }
            Integration::Tagged => {
                json!({ "type": "MOCK", "body": "${context.path} ${context.identity.apiKeyId}",
                "headers": { "etag": "\"a\"", "last-modified": "Tue, 15 Nov 1994 12:45:26 GMT" } })
            }
            Integration::Picture => {
                json!({ "type": "AWS_PROXY", "uri": "picture", "payloadFormatVersion": "1.0" })
            }
            Integration::Page => {
                json!({ "type": "DYNAMODB", "action": "Scan", "tableName": "orders", "limit": 1 })
            }
        };
        json!({ "routeKey": self.key, "integration": integration })
    }

    /// The same with a cache.
    pub fn cached_item(&self, port: u16) -> Value {
        let mut item = self.uncached_item(port);
        let headers = self.headers.iter().map(|name| format!("method.request.header.{name}"));
        let query = self.query.iter().map(|name| format!("method.request.querystring.{name}"));
        let path = self.parameter().map(|name| format!("method.request.path.{name}"));
        item["cachingEnabled"] = json!(true);
        item["cacheTtlInSeconds"] = json!(3_600);
        item["cacheKeyParameters"] = json!(headers.chain(query).chain(path).collect::<Vec<_>>());
        item["apiKeyRequired"] = json!(self.caller != CallerScope::Anyone);
        item["cacheShared"] = json!(self.caller == CallerScope::Shared);
        item["forwardUnkeyedHeaders"] = json!(self.is_open);
        item
    }

    /// True if the gateway changes the kept answer by this header of the client's, which no key has.
    pub fn is_formed_by(&self, header: &str) -> bool {
        header == "accept" && matches!(self.integration, Integration::Picture)
    }

    /// True if the gateway changes the kept answer by the whole query.
    pub fn is_formed_by_query(&self) -> bool {
        matches!(self.integration, Integration::Page)
    }

    fn parameter(&self) -> Option<&'static str> {
        Some(self.key.split_once('{')?.1.trim_end_matches(['}', '+']))
    }

    /// Its path up to its parameter.
    pub fn prefix(&self) -> &'static str {
        self.key.split_once(' ').map_or("/", |(_, path)| path.split('{').next().unwrap())
    }

    /// True if such requests go to this route.
    fn takes(&self, method: &str, path: &str) -> bool {
        let Some((own, _)) = self.key.split_once(' ') else { return true };
        let takes_method = own == "ANY" || own == method || (own, method) == ("GET", "HEAD");
        let Some(rest) = path.strip_prefix(self.prefix()) else { return false };
        takes_method && !rest.is_empty() && (self.key.ends_with("+}") || !rest.contains('/'))
    }

    /// True if it keeps answers to requests of this method.
    pub fn keeps(&self, method: &str) -> bool {
        if self.key.starts_with("POST ") { method == "POST" } else { method == "GET" || method == "HEAD" }
    }
}

/// The route of a request; `path` is without the stage.
pub fn of(method: &str, path: &str) -> &'static KeyedRoute {
    let mut others = ROUTES[1..].iter();
    others.find(|route| route.takes(method, path)).unwrap_or(&ROUTES[0])
}
