//! `cacheKeyParameters`: the parts of a request that its answer depends on, as the route item names them.
//!
//! No header that the key does not have reaches the target: it could put it into an answer that others get ("cache
//! poisoning"). The query it gets whole, as API Gateway's targets do.

use std::borrow::Cow;

use http::{
    HeaderName, Method,
    header::{CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HOST, IF_MODIFIED_SINCE, IF_NONE_MATCH, USER_AGENT},
};

use super::super::{key::KeyWriter, mode_rules::Caching};
use crate::{
    context::Context,
    item::Fields,
    message::Request,
    path,
    template::parameter::{Parameter, ParameterOrigin, RouteParameters, expected_instead_of},
};

/// With a body they are in every key: they say how to read it.
pub const OF_A_BODY: [HeaderName; 2] = [CONTENT_TYPE, CONTENT_ENCODING];

const FIELD: &str = "cacheKeyParameters";
const FIELD_OF_INTEGRATION: &str = "integration.cacheKeyParameters";

/// Sorted by the names as written, each parameter once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyParameters(Vec<KeyParameter>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct KeyParameter {
    /// As written: the name of the key's part.
    text: String,
    parameter: Parameter,
}

/// What one name stands for in a key.
enum KeyPart {
    Parameter(KeyParameter),
    /// A parameter of the integration that is the same in all requests.
    Nothing,
    /// It is reported.
    Wrong,
}

impl KeyParameters {
    /// Warns of a parameter of the path that is left out, where answers are stored.
    pub fn parse(fields: &Fields<'_>, parameters: RouteParameters<'_>, caching: Caching) -> Self {
        let own = fields.strings(FIELD).unwrap_or_default();
        let of_integration = match caching {
            Caching::Enabled => parameters.integration.keyed.as_slice(),
            // Exports have some on every route.
            Caching::Disabled => &[],
        };
        let own = own.iter().map(|text| (FIELD, text));
        let of_integration = of_integration.iter().map(|text| (FIELD_OF_INTEGRATION, text));
        // Collected first: every problem is wanted, not only the first.
        let read: Vec<_> = own
            .chain(of_integration)
            .map(|(field, text)| key_parameter(fields, field, text, parameters))
            .collect();
        let is_read = !read.iter().any(|part| matches!(part, KeyPart::Wrong));
        let part = |part| match part {
            KeyPart::Parameter(parameter) => Some(parameter),
            KeyPart::Nothing | KeyPart::Wrong => None,
        };
        let mut keyed: Vec<_> = read.into_iter().filter_map(part).collect();
        keyed.sort_by(|one, other| one.text.cmp(&other.text));
        keyed.dedup_by(|one, other| one.parameter == other.parameter);
        let keyed = Self(keyed);
        match caching {
            Caching::Enabled if is_read => keyed.warn_of_left_out(fields, parameters.path),
            Caching::Enabled | Caching::Disabled => {}
        }
        keyed
    }

    fn warn_of_left_out(&self, fields: &Fields<'_>, path_parameters: &[String]) {
        let names = |parameter: &Parameter, name| matches!(parameter, Parameter::Path(path) if path == name);
        for name in path_parameters.iter().filter(|name| !self.has(|parameter| names(parameter, *name))) {
            let expected =
                format!("method.request.path.{name}, without which all its values share one answer");
            fields.warn("cacheKeyParameters", "nothing", &expected);
        }
    }

    pub fn has_header(&self, name: &HeaderName) -> bool {
        self.has(|parameter| matches!(parameter, Parameter::Header(header) if header == name))
    }

    pub fn has_query_parameter(&self, name: &str) -> bool {
        self.has(|parameter| matches!(parameter, Parameter::Querystring(query) if query == name))
    }

    fn has(&self, is_it: impl Fn(&Parameter) -> bool) -> bool {
        self.0.iter().any(|KeyParameter { parameter, .. }| is_it(parameter))
    }

    /// Writes the value of each parameter.
    pub fn write(&self, context: &Context<'_>, key: &mut dyn KeyWriter) {
        let request = context.request;
        for KeyParameter { text, parameter } in &self.0 {
            match parameter {
                Parameter::Header(header) if *header == COOKIE => {
                    key.part(text, &request.cookies.iter().map(String::as_bytes).collect::<Vec<_>>());
                }
                Parameter::Header(header) => {
                    let lines = request.headers.get_all(header);
                    key.part(text, &lines.iter().map(|line| line.as_bytes()).collect::<Vec<_>>());
                }
                Parameter::Path(parameter) => {
                    key.part(text, context.path_parameter(parameter).map(str::as_bytes).as_slice());
                }
                // All of them, as sent: a target may take the first, and another the last; one may take `+` for a
                // space or bytes for Latin-1, and another not.
                Parameter::Querystring(parameter) => {
                    let pairs = path::query_pairs_as_sent(&request.query);
                    let pairs = pairs.filter(|(name, _)| name == parameter);
                    key.part(text, &pairs.map(|(_, value)| value.as_bytes()).collect::<Vec<_>>());
                }
            }
        }
    }

    /// Leaves in the request the headers and cookies that the key has, and with a body what says how to read it.
    pub fn without_unkeyed_headers(&self, request: &Request) -> Request {
        let mut forwarded = request.clone();
        // `host` is in every key.
        let is_keyed = |name: &HeaderName| {
            name == HOST || self.has_header(name) || (!request.body.is_empty() && OF_A_BODY.contains(name))
        };
        forwarded.headers = request
            .headers
            .iter()
            .filter(|(name, _)| is_keyed(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if !self.has_header(&COOKIE) {
            forwarded.cookies.clear();
        }
        if !self.has_header(&USER_AGENT) {
            forwarded.origin.user_agent.clear();
        }
        forwarded
    }

    /// Asks for the answer, whatever the client has of it already: a 304 is of no use to others.
    pub fn without_unkeyed_conditions<'a>(&self, request: Cow<'a, Request>) -> Cow<'a, Request> {
        let is_read = [Method::GET, Method::HEAD].contains(&request.method);
        let mut forwarded = request;
        for name in [IF_NONE_MATCH, IF_MODIFIED_SINCE] {
            if is_read && forwarded.headers.contains_key(&name) && !self.has_header(&name) {
                forwarded.to_mut().headers.remove(&name);
            }
        }
        forwarded
    }
}

/// Reads one name, which stands at `field`.
fn key_parameter(fields: &Fields<'_>, field: &str, text: &str, parameters: RouteParameters<'_>) -> KeyPart {
    let wrong = |expected: &str| {
        fields.problem(field, &format!("{text:?}"), expected);
        KeyPart::Wrong
    };
    let parameter = match (Parameter::parse(text), parameters.integration.origin(text)) {
        (Some(parameter), _) => parameter,
        (None, Some(ParameterOrigin::Request(parameter))) => parameter.clone(),
        (None, Some(ParameterOrigin::Fixed)) => return KeyPart::Nothing,
        (None, Some(ParameterOrigin::Other)) => {
            return wrong(
                "a parameter that comes from the request's path, query or headers: no key can name this one",
            );
        }
        (None, None) => return wrong(&expected_instead_of(text)),
    };
    match &parameter {
        Parameter::Path(name) if !parameters.path.contains(name) => {
            wrong(&format!("a parameter of the route's path ({})", parameters.path.join(", ")))
        }
        Parameter::Path(_) | Parameter::Header(_) | Parameter::Querystring(_) => {
            KeyPart::Parameter(KeyParameter { text: text.to_owned(), parameter })
        }
    }
}
