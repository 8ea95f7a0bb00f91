//! The routes of the test, all to one origin.

use serde_json::{Value, json};

#[derive(Debug)]
pub struct HttpModeRoute {
    pub prefix: &'static str,
    pub callers: Callers,
    /// `staleWhileRevalidate` and `staleIfError`, in seconds.
    pub stale: (u64, u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callers {
    Anyone,
    /// Anyone; the target gets `X-Mapped` with the client's `Accept-Language`.
    Mapped,
    /// Asked for a key, and apart from others.
    Apart,
    /// Asked for a key; all share one cache.
    Shared,
}

pub const ROUTES: [HttpModeRoute; 5] = [
    HttpModeRoute { prefix: "/open/", callers: Callers::Anyone, stale: (0, 0) },
    HttpModeRoute { prefix: "/shared/", callers: Callers::Shared, stale: (0, 0) },
    HttpModeRoute { prefix: "/apart/", callers: Callers::Apart, stale: (0, 5) },
    HttpModeRoute { prefix: "/lenient/", callers: Callers::Anyone, stale: (4, 15) },
    HttpModeRoute { prefix: "/mapped/", callers: Callers::Mapped, stale: (0, 0) },
];

impl HttpModeRoute {
    /// The one that a path leads to.
    pub fn of(path: &str) -> &'static Self {
        ROUTES.iter().find(|route| path.starts_with(route.prefix)).unwrap()
    }

    pub fn asks_for_a_key(&self) -> bool {
        matches!(self.callers, Callers::Apart | Callers::Shared)
    }

    pub fn item(&self, port: u16) -> Value {
        let mut parameters = json!({ "overwrite:path": "$request.path" });
        if self.callers == Callers::Mapped {
            parameters["overwrite:header.x-mapped"] = json!("$request.header.accept-language");
        }
        json!({
            "routeKey": format!("ANY {}{{kind}}/{{id}}", self.prefix),
            "integration": { "type": "HTTP_PROXY", "uri": format!("http://127.0.0.1:{port}"),
                "requestParameters": parameters },
            "cachingEnabled": true,
            "cacheMode": "HTTP",
            "apiKeyRequired": self.asks_for_a_key(),
            "cacheShared": self.callers == Callers::Shared,
            "staleWhileRevalidate": self.stale.0,
            "staleIfError": self.stale.1,
        })
    }
}
