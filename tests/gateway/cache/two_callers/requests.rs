//! Random requests: few values, so that keys meet often, and everything that has poisoned a cache before.

use serde_json::{Value, json};

use super::{
    super::random::Random,
    routes::{self, ROUTES},
};
use crate::harness::event;

/// Two callers: what each says in every place stands in no answer to the other.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// In all that they send; the id of their key too.
    pub canary: &'static str,
    /// In their credentials.
    pub secret: &'static str,
}

pub const CALLERS: [Caller; 2] = [
    Caller { canary: "ada-canary", secret: "ada-secret" },
    Caller { canary: "bob-canary", secret: "bob-secret" },
];

impl Caller {
    /// The value of their API key.
    pub fn api_key(self) -> String {
        format!("api-key-of-{}-0123456789", self.secret)
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
    /// In lower case; without `x-api-key`.
    pub headers: Vec<(&'static str, String)>,
    pub cookies: Vec<String>,
    pub body: String,
}

const HOSTS: [&str; 3] = ["a.example", "A.example", "b.example"];
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "GETS", "DELETE"];
const REST_OF_PATHS: [&str; 20] = [
    "7",
    "8",
    "7/",
    "account/x.css",
    "7%2F",
    "7%2f8",
    "7/8",
    "7//8",
    "/7",
    "7;a=1",
    "7.css",
    "%37",
    "caf%C3%A9",
    "café",
    "caf%c3%a9",
    "7%3Fq=1",
    "7%23",
    "7%20",
    "",
    "7%252F",
];
/// `@` is the caller's canary.
const PAIRS: [&str; 30] = [
    "q=1",
    "q=2",
    "utm=@",
    "q",
    "q=",
    "%71=1",
    "q=%31",
    "q=1%26q=2",
    "q=1;q=2",
    "utm=x;q=2",
    "q=a+b",
    "q=a%20b",
    "q=a%2Bb",
    "q=%e9",
    "q=%e8",
    "q=%C3%A9",
    "q=é",
    "Q=1",
    "q[]=1",
    "q%5B%5D=1",
    "r=1",
    "r=@",
    "q=@",
    "_method=POST",
    "callback=@",
    "=1",
    "&",
    "q==1",
    "q=%zz",
    "%0Aq=2",
];
const BODIES: [&str; 5] = ["", "a", "b", "q=2", "@"];
const VALUES: [&str; 6] = ["de", "en", "@", "", "a, b", "max-age=0"];
/// Headers that targets, frameworks and other caches believe, or that change what the gateway itself does.
const NOISE: [&str; 64] = [
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
/// What makes sense to one header only.
const SENSE: [(&str, &str); 14] = [
    ("if-none-match", "\"a\""),
    ("if-none-match", "*"),
    ("if-none-match", "\"b\", W/\"a\""),
    ("if-modified-since", "Tue, 15 Nov 1994 12:45:26 GMT"),
    ("range", "bytes=0-1"),
    ("cache-control", "no-cache, no-store"),
    ("connection", "accept-language"),
    ("connection", "x-forwarded-host, cookie"),
    ("content-type", "application/x-www-form-urlencoded"),
    ("accept-encoding", "gzip"),
    ("x-http-method-override", "POST"),
    ("expect", "100-continue"),
    ("transfer-encoding", "chunked"),
    ("cache-control", "max-age=0"),
];

impl Request {
    pub fn random(random: &mut Random) -> Self {
        let caller = CALLERS[random.below(2)];
        let text = |text: &str| text.replace('@', caller.canary);
        let route = &ROUTES[random.small(ROUTES.len())];
        let own_method = if route.key.starts_with("POST ") { "POST" } else { "GET" };
        let is_plain = !random.one_in(4);
        let method = if random.one_in(12) { random.pick(&METHODS) } else { own_method };
        let path = format!("{}{}", route.prefix(), if is_plain { "7" } else { random.pick(&REST_OF_PATHS) });
        // The target gets all of the query, so what is not in the key is in answers that callers share.
        let is_apart = routes::of(method, &path).caller == routes::Caller::Apart;
        let pair = |pair: &str| if is_apart { text(pair) } else { pair.replace('@', "anyone") };
        let has_body = own_method == "POST" || random.one_in(8);
        Self {
            caller,
            host: if is_plain { HOSTS[0] } else { random.pick(&HOSTS) },
            query: (0..random.small(4)).map(|_| pair(random.pick(&PAIRS))).collect(),
            sends_api_key: routes::of(method, &path).caller != routes::Caller::Anyone || random.one_in(4),
            headers: headers(random, caller),
            cookies: (0..random.below(2))
                .map(|_| format!("s={}", random.pick(&["1", caller.secret])))
                .collect(),
            body: if has_body { text(random.pick(&BODIES)) } else { String::new() },
            method,
            path,
        }
    }

    /// As the function URL's event, with the caller's API key or without.
    pub fn event(&self, with_api_key: bool) -> Value {
        let mut event = event(&format!("{} /v1{}?{}", self.method, self.path, self.query.join("&")));
        for (name, value) in &self.headers {
            event["headers"][*name] = json!(value);
        }
        if with_api_key {
            event["headers"]["x-api-key"] = json!(self.caller.api_key());
        }
        event["requestContext"]["domainName"] = json!(self.host);
        event["cookies"] = json!(self.cookies);
        event["body"] = json!(self.body);
        event
    }
}

/// Each name once, as a function URL joins them.
fn headers(random: &mut Random, caller: Caller) -> Vec<(&'static str, String)> {
    let mut headers: Vec<(&str, String)> = Vec::new();
    for _ in 0..random.below(6) {
        let (name, value) = match random.below(4) {
            0 => ("accept-language", random.pick(&VALUES[..4])),
            1 => random.pick(&SENSE),
            _ => (NOISE[random.below(NOISE.len())], random.pick(&VALUES)),
        };
        let is_credential = matches!(name, "authorization" | "proxy-authorization");
        let value = value.replace('@', if is_credential { caller.secret } else { caller.canary });
        if !headers.iter().any(|(other, _)| *other == name) {
            headers.push((name, value));
        }
    }
    headers
}
