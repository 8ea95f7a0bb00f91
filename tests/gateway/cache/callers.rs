//! Two callers and their requests: the same in both modes.

use serde_json::{Value, json};

use crate::harness::{TestGateway, event};

/// Two callers: what each says in every place stands in no answer to the other.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// A word in all that they send; also the id of their key.
    pub canary: &'static str,
    /// A word in their credentials.
    pub secret: &'static str,
}

pub const CALLERS: [Caller; 2] = [
    Caller { canary: "ada-canary", secret: "ada-secret" },
    Caller { canary: "bob-canary", secret: "bob-secret" },
];

impl Caller {
    /// The value of a header: what each says for themselves in the place of `@`.
    pub fn says(self, name: &str, value: &str) -> String {
        let is_credential = matches!(name, "authorization" | "proxy-authorization");
        value.replace('@', if is_credential { self.secret } else { self.canary })
    }

    /// The value of their API key.
    pub fn api_key(self) -> String {
        format!("api-key-of-{}-0123456789", self.secret)
    }
}

/// Gives each of them a key; the first one's may have entries replaced.
pub fn put_api_keys(world: &TestGateway) {
    world.put_plan(&json!({ "usagePlanId": "gold" }));
    for (caller, may_invalidate) in CALLERS.iter().zip([true, false]) {
        let key = json!({ "id": caller.canary, "usagePlanId": "gold", "invalidateCache": may_invalidate });
        world.put_key(&caller.api_key(), &key);
    }
}

#[derive(Clone, Debug)]
pub struct Request {
    pub caller: Caller,
    pub host: &'static str,
    pub method: &'static str,
    /// Without the stage.
    pub path: String,
    /// `name=value`, as written.
    pub query: Vec<String>,
    pub sends_api_key: bool,
    /// Names in lower case; without `x-api-key`.
    pub headers: Vec<(&'static str, String)>,
    pub cookies: Vec<String>,
    pub body: String,
}

/// Headers that targets, frameworks and other caches believe, or that change what the gateway itself does.
pub const ODD_HEADERS: [&str; 65] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "pragma",
    "range",
    "if-range",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
    "authorization",
    "proxy-authorization",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-forwarded-scheme",
    "x-forwarded-server",
    "x-forwarded-prefix",
    "x-forwarded-path",
    "x-forwarded-ssl",
    "x-forwarded",
    "forwarded",
    "via",
    "x-host",
    "host",
    "x-real-ip",
    "true-client-ip",
    "client-ip",
    "cf-connecting-ip",
    "x-client-ip",
    "fastly-client-ip",
    "cloudfront-viewer-address",
    "x-cluster-client-ip",
    "x-original-url",
    "x-rewrite-url",
    "x-original-host",
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
    "x-amz-date",
    "x-amz-security-token",
    "x-amzn-trace-id",
    "x-amzn-apigateway-api-id",
    "x-amz-cf-id",
    "x-tollgate-origin",
    "x-tollgate-viewer-ip",
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
    "max-forwards",
    "content-type",
    "content-encoding",
    "content-length",
    "origin",
    "referer",
    "user-agent",
    "x-custom",
    "access-control-request-method",
    "vary",
];

impl Request {
    /// The request as the function URL's event.
    pub fn event(&self) -> Value {
        let mut event = event(&format!("{} /v1{}?{}", self.method, self.path, self.query.join("&")));
        for (name, value) in &self.headers {
            event["headers"][*name] = json!(value);
        }
        if self.sends_api_key {
            event["headers"]["x-api-key"] = json!(self.caller.api_key());
        }
        event["requestContext"]["domainName"] = json!(self.host);
        event["cookies"] = json!(self.cookies);
        event["body"] = json!(self.body);
        event
    }
}
