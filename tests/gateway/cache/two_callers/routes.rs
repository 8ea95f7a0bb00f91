//! The routes of the test: what each is and what its key has, said once for the gateway and once for the judge.

use serde_json::{Value, json};

/// A route whose answers are kept.
pub struct Route {
    pub key: &'static str,
    pub integration: Integration,
    pub headers: &'static [&'static str],
    pub query: &'static [&'static str],
    pub caller: Caller,
    /// `forwardUnkeyedHeaders`.
    pub is_open: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Caller {
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

const fn route(key: &'static str, integration: Integration, caller: Caller) -> Route {
    Route { key, integration, caller, headers: &[], query: &[], is_open: false }
}

const LANGUAGE: &[&str] = &["accept-language"];

pub const ROUTES: [Route; 15] = [
    // Takes what no other route does.
    route("$default", Integration::Http, Caller::Shared),
    Route { headers: LANGUAGE, query: &["q"], ..route("GET /http/{id}", Integration::Http, Caller::Apart) },
    Route {
        headers: LANGUAGE,
        query: &["q"],
        ..route("GET /shared/{id}", Integration::Http, Caller::Shared)
    },
    route("GET /picture/{id}", Integration::Picture, Caller::Shared),
    Route { is_open: true, ..route("GET /open-picture/{id}", Integration::Picture, Caller::Anyone) },
    Route { query: &["cursor"], ..route("GET /page/{id}", Integration::Page, Caller::Shared) },
    Route { query: &["q", "r"], ..route("GET /files/{proxy+}", Integration::Http, Caller::Shared) },
    Route { query: &["q"], ..route("GET /event/{proxy+}", Integration::Echo("2.0"), Caller::Shared) },
    route("GET /event-of-mine/{id}", Integration::Echo("1.0"), Caller::Apart),
    Route {
        headers: &["cookie"],
        ..route("GET /event-of-all/{id}", Integration::Echo("1.0"), Caller::Shared)
    },
    Route { headers: &["x-real-ip"], ..route("ANY /any/{id}", Integration::Http, Caller::Shared) },
    Route { query: &["q"], ..route("POST /search/{id}", Integration::Http, Caller::Shared) },
    Route { is_open: true, headers: LANGUAGE, ..route("GET /open/{id}", Integration::Http, Caller::Apart) },
    Route { query: &["q"], ..route("GET /tagged/{id}", Integration::Tagged, Caller::Shared) },
    Route {
        is_open: true,
        headers: LANGUAGE,
        ..route("GET /open-to-all/{id}", Integration::Http, Caller::Anyone)
    },
];

impl Route {
    /// The item, with a cache or without; without one no key is asked for either: its callers need not be known.
    pub fn item(&self, port: u16, is_cached: bool) -> Value {
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
        let mut item = json!({ "routeKey": self.key, "integration": integration });
        if is_cached {
            let headers = self.headers.iter().map(|name| format!("method.request.header.{name}"));
            let query = self.query.iter().map(|name| format!("method.request.querystring.{name}"));
            let path = self.parameter().map(|name| format!("method.request.path.{name}"));
            item["cachingEnabled"] = json!(true);
            item["cacheTtlInSeconds"] = json!(3_600);
            item["cacheKeyParameters"] = json!(headers.chain(query).chain(path).collect::<Vec<_>>());
            item["apiKeyRequired"] = json!(self.caller != Caller::Anyone);
            item["cacheShared"] = json!(self.caller == Caller::Shared);
            item["forwardUnkeyedHeaders"] = json!(self.is_open);
        }
        item
    }

    /// Whether the gateway itself makes something else of what is kept, by a header of the client's that no key has.
    pub fn is_formed_by(&self, header: &str) -> bool {
        header == "accept" && matches!(self.integration, Integration::Picture)
    }

    /// The same, by all of the query.
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

    /// Whether it gets such requests.
    fn takes(&self, method: &str, path: &str) -> bool {
        let Some((own, _)) = self.key.split_once(' ') else { return true };
        let takes_method = own == "ANY" || own == method || (own, method) == ("GET", "HEAD");
        let Some(rest) = path.strip_prefix(self.prefix()) else { return false };
        takes_method && !rest.is_empty() && (self.key.ends_with("+}") || !rest.contains('/'))
    }

    /// Whether it keeps answers to requests of this method.
    pub fn keeps(&self, method: &str) -> bool {
        if self.key.starts_with("POST ") { method == "POST" } else { method == "GET" || method == "HEAD" }
    }
}

/// The route of a request; `path` is without the stage.
pub fn of(method: &str, path: &str) -> &'static Route {
    let mut others = ROUTES[1..].iter();
    others.find(|route| route.takes(method, path)).unwrap_or(&ROUTES[0])
}
