//! `shadow` of a route: a copy of some of its safe requests goes to another API after the answer, to see if both agree.
//!
//! Nobody waits for a copy, and nothing of its response goes to a client.

mod body_sum;
mod copied_headers;
mod exchange;
mod line;

use http::{Method, Uri};

pub use self::{
    body_sum::{BodySum, SumOfPieces},
    exchange::{ShadowCopy, ShadowResponse},
    line::{Agreement, ShadowLine},
};
use crate::{
    canary::Percent,
    context::Context,
    http_client::GuardedClient,
    integrations::{ParseContext, http::UriTemplate},
    item::Fields,
    message::Request,
    router::RouteKey,
};

/// The other API that copies of a route's requests go to.
#[derive(Debug)]
pub struct Shadow {
    uri: UriTemplate,
    percent: Percent,
    credentials: Credentials,
    client: GuardedClient,
}

/// The place that the copy of a request goes to, if it is drawn.
#[derive(Debug)]
pub struct CopyTarget {
    pub uri: Uri,
    /// The share of requests that is copied.
    pub percent: Percent,
}

/// The headers and parameters that tell who calls, in a copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Credentials {
    #[default]
    LeftOut,
    Passed,
}

/// The methods of requests that are copied: RFC 9110 §9.2.1 calls them safe.
const SAFE: [Method; 3] = [Method::GET, Method::HEAD, Method::OPTIONS];

impl Shadow {
    /// Reads the map `shadow` of a route with this key. `None`: there is none, or something is wrong, which is reported.
    pub fn parse(
        route: &Fields<'_>,
        key: Option<&RouteKey<'_>>,
        surroundings: &ParseContext<'_>,
    ) -> Option<Self> {
        let fields = route.object("shadow")?;
        let client = surroundings.http_client;
        let text = fields.resolved_string("uri");
        let text = fields.require("uri", text, "a URL such as https://old.example.com/prod/orders/{id}");
        let percent = fields.parsed("percent", Percent::EXPECTED, Percent::parse);
        let percent = fields.require("percent", percent, Percent::EXPECTED);
        let credentials = match fields.boolean("passCredentials") {
            Some(true) => Credentials::Passed,
            Some(false) | None => Credentials::LeftOut,
        };
        if let Some(method) = key.and_then(RouteKey::method).filter(|method| !SAFE.contains(method)) {
            let expected = "a route of GET, HEAD, OPTIONS or ANY: no other request is copied";
            fields.warn("uri", method.as_str(), expected);
        }
        let uri =
            text.and_then(|text| UriTemplate::parse(&fields, &text, surroundings.path_parameters, client));
        fields.finish();
        Some(Self { uri: uri?, percent: percent?, credentials, client: client.clone() })
    }

    /// The copy of a request, unless it is one that is not copied: it changes something, has a body, asks for a part or
    /// with conditions of its own answer, is itself a copy, or was not drawn.
    pub fn copy(&self, context: &Context<'_>, draw: impl FnOnce() -> u64) -> Option<ShadowCopy> {
        let request = context.request;
        if !is_copied(request) || !self.percent.takes(draw()) {
            return None;
        }
        let mut copy = http::Request::new(http_body_util::Full::default());
        *copy.method_mut() = request.method.clone();
        *copy.uri_mut() = self.uri(context)?;
        *copy.headers_mut() = copied_headers::headers(context, self.credentials);
        Some(ShadowCopy::new(copy, self.client.clone(), context))
    }

    /// What would become of a request, chance aside. `None`: it is not copied.
    pub fn copied_to(&self, context: &Context<'_>) -> Option<CopyTarget> {
        let uri = is_copied(context.request).then(|| self.uri(context))??;
        Some(CopyTarget { uri, percent: self.percent })
    }

    /// `None`: it would have segments `.` and `..`.
    fn uri(&self, context: &Context<'_>) -> Option<Uri> {
        let query = match self.credentials {
            Credentials::Passed => context.request.query.clone(),
            Credentials::LeftOut => copied_headers::query_without_credentials(context),
        };
        self.uri.uri(&self.uri.fill_with_query(context, &query)).ok()
    }
}

/// True if a request changes nothing, has no body, and asks neither for a part nor with conditions of its own answer.
fn is_copied(request: &Request) -> bool {
    SAFE.contains(&request.method)
        && request.body.is_empty()
        && !request.headers.keys().any(copied_headers::depends_on_an_answer)
}
