//! The word of each guard on a request, found without calling or counting anybody: for the operator.

use std::mem;

use http::{HeaderValue, header::COOKIE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::access::{ExplainedAccess, explain_access};
use crate::{
    authorizers::{ApiKeyUse, ExplainedAuthorizer, IssuerKeys, Verdict},
    caller::TokenPlace,
    deployment::{RouteAuthorization, Served},
    error::GatewayError,
    gateway::locate::{Location, locate},
    message::Request,
};

/// The route of a request, and what each of its guards says.
#[derive(Debug)]
pub struct ExplainedCaller {
    pub stage: String,
    /// `GET /orders/{id}`, `$default`.
    pub route_key: String,
    /// `None`: every address is let in, and there is no policy.
    pub access: Option<ExplainedAccess>,
    pub authorizer: RouteAuthorization,
    /// `None`: the route asks none.
    pub explained: Option<ExplainedAuthorizer>,
    pub api_key: ApiKeyUse,
}

impl ExplainedCaller {
    /// The refusal that the request gets, whatever those say that are not asked here. Of several it is the gateway's first.
    pub fn refusal(&self) -> Option<&GatewayError> {
        match (&self.access, self.explained.as_ref().map(|explained| &explained.verdict)) {
            (Some(ExplainedAccess::Denied(error)), _)
            | (_, Some(Verdict::Refuses(error)))
            | (Some(ExplainedAccess::NotAllowed(error)), _) => Some(error),
            _ => None,
        }
    }
}

/// Follows a request to its route, and fetches the keys that its token is verified with. A `token` is put where the
/// route's authorizer looks for one.
///
/// # Errors
///
/// No stage or no route serves it, or the token cannot stand in a request.
pub async fn explain_caller(
    served: &Served,
    request: Request,
    token: Option<&str>,
) -> Result<ExplainedCaller, GatewayError> {
    let request = match token {
        Some(token) => with_token(served, request, token)?,
        None => request,
    };
    let located = locate(served, &request.origin.domain_name, &request.method, &request.path)?;
    let matched = located.route()?;
    let (stage, route) = (located.stage, matched.route);
    let location = Location::routed(&request, stage, matched);
    if served.leads_past_another_stage(&request, stage) {
        return Err(stage.deployment.not_found());
    }
    let explained = match &route.authorizer {
        Some(authorizer) => Some(authorizer.explain(&location.context(), &IssuerKeys::default()).await),
        None => None,
    };
    Ok(ExplainedCaller {
        stage: stage.settings.name.clone(),
        route_key: route.key.to_string(),
        access: explain_access(&location),
        authorizer: stage.deployment.api.authorization_of(route),
        explained,
        api_key: route.api_key,
    })
}

/// The request with a token where its route's authorizer looks for one.
///
/// # Errors
///
/// No stage or no route serves it, or the token cannot stand in a request.
pub fn with_token(served: &Served, mut request: Request, token: &str) -> Result<Request, GatewayError> {
    if let Some(place) = token_place(served, &request)? {
        put_token(&mut request, place, token)?;
    }
    Ok(request)
}

fn token_place(served: &Served, request: &Request) -> Result<Option<TokenPlace>, GatewayError> {
    let located = locate(served, &request.origin.domain_name, &request.method, &request.path)?;
    let route = located.route()?.route;
    Ok(route.authorizer.as_ref().and_then(|authorizer| authorizer.token_place()))
}

fn put_token(request: &mut Request, place: TokenPlace, token: &str) -> Result<(), GatewayError> {
    match place {
        // They are no header any more.
        TokenPlace::Header(name) if name == COOKIE => request.cookies.push(token.to_owned()),
        TokenPlace::Header(name) => {
            let value = HeaderValue::from_str(token)
                .map_err(|_| GatewayError::BadRequest("a token that no header can have".into()))?;
            request.headers.insert(name, value);
        }
        TokenPlace::Querystring(name) => {
            let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
            let query = mem::take(&mut request.query);
            let separator = if query.is_empty() { "" } else { "&" };
            request.query = format!("{query}{separator}{}={}", encoded(&name), encoded(token));
        }
    }
    Ok(())
}
