//! Everything that a template can look at.

use std::borrow::Cow;

use http::header::COOKIE;

use super::Overrides;
use crate::{context::Context, path};

/// The request and the body that a template maps.
#[derive(Clone, Copy, Debug)]
pub struct TemplateInputs<'a> {
    /// The client's request, in response templates too.
    pub context: &'a Context<'a>,
    /// `$input.body`: the request's body, or what the integration has answered. An empty one is `{}`.
    pub body: &'a str,
    /// What the request's template has set, for a response template; nothing for the request's.
    pub overrides: &'a Overrides,
}

/// A parameter of the client's request, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NamedText<'a> {
    pub name: Cow<'a, str>,
    pub text: Cow<'a, str>,
}

impl<'a> TemplateInputs<'a> {
    pub(super) fn path_parameters(&self) -> impl Iterator<Item = NamedText<'a>> {
        let parameters = self.context.path_parameters.iter();
        parameters
            .map(|parameter| NamedText { name: parameter.name.into(), text: path::decode(parameter.value) })
    }

    /// Of a repeated parameter the last comes last.
    pub(super) fn query_parameters(&self) -> impl Iterator<Item = NamedText<'a>> {
        path::query_pairs(&self.context.request.query).map(|(name, text)| NamedText { name, text })
    }

    /// With `cookie`, and with their names in lower case, as function URLs hand them on.
    pub(super) fn headers(&self) -> impl Iterator<Item = NamedText<'a>> {
        let request = self.context.request;
        let cookie = (!request.cookies.is_empty())
            .then(|| NamedText { name: COOKIE.as_str().into(), text: request.cookies.join("; ").into() });
        let headers = request.headers.iter().map(|(name, value)| NamedText {
            name: name.as_str().into(),
            text: String::from_utf8_lossy(value.as_bytes()),
        });
        headers.chain(cookie)
    }
}
