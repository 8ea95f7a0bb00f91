//! `requestModels` of a route: the model that a body is held against, by its content type.

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::models::Models;
use crate::{
    context::Context,
    error::GatewayError,
    item::Fields,
    json,
    json_schema::{NodeId, Schemas},
    media_type::essence,
};

/// The models of a route. A body of a type that none is for is not checked, as on API Gateway.
#[derive(Debug)]
pub struct RequestModels {
    schemas: Arc<Schemas>,
    /// By media type, in small letters.
    by_type: Vec<(String, NodeId)>,
    /// For every other type.
    default: Option<NodeId>,
}

/// The key that stands for every type which has none of its own.
const DEFAULT: &str = "$default";
/// The type of a body that says none.
const JSON: &str = "application/json";

impl RequestModels {
    /// Reads `requestModels` of a route item: names of models of the API, by media type. `None`: it has none.
    pub fn parse(fields: &Fields<'_>, models: &Models) -> Option<Self> {
        let given = fields.string_map("requestModels").filter(|given| !given.is_empty())?;
        let schemas = models.compiled().schemas.as_ref().ok().cloned();
        let (mut by_type, mut default) = (Vec::new(), None);
        for (content_type, name) in &given {
            let field = format!("requestModels.{content_type}");
            let problem = |got: &str, expected: &str| fields.problem(&field, got, expected);
            let Some(schemas) = &schemas else {
                problem(name, "models of $api with which nothing is wrong");
                continue;
            };
            let Some(model) = schemas.model(name) else {
                problem(name, &format!("a model of $api ({})", models.names()));
                continue;
            };
            let media_type = essence(content_type).to_ascii_lowercase();
            if content_type == DEFAULT {
                default = Some(model);
            } else if !media_type.contains('/') {
                problem(content_type, "a media type, such as application/json, or $default");
            } else if by_type.iter().any(|(known, _)| *known == media_type) {
                problem(content_type, "one model for each media type");
            } else {
                by_type.push((media_type, model));
            }
        }
        Some(Self { schemas: schemas?, by_type, default })
    }

    /// Refuses a request whose body is not as the model of its type says. No body is `{}`, as on API Gateway.
    ///
    /// # Errors
    ///
    /// - [`GatewayError::BodyViolations`]
    /// - [`GatewayError::InvalidBody`]: it is no JSON.
    /// - [`GatewayError::RequestTooLarge`]: it has more values than are read.
    pub fn check(&self, context: &Context<'_>) -> Result<(), GatewayError> {
        let Some(model) = self.model(context) else { return Ok(()) };
        let body = &context.request.body;
        if json::count_values(body) > json::MOST_VALUES {
            return Err(GatewayError::RequestTooLarge { bytes: body.len() });
        }
        let value = if body.is_empty() {
            Value::Object(Map::new())
        } else {
            json::read(body).map_err(|error| GatewayError::InvalidBody(format!("no JSON: {error}").into()))?
        };
        self.schemas.check(model, &value).map_err(GatewayError::BodyViolations)
    }

    fn model(&self, context: &Context<'_>) -> Option<NodeId> {
        let header = context.request.headers.get(CONTENT_TYPE);
        let content_type = match header.map(|value| value.to_str().unwrap_or_default()) {
            None | Some("") => JSON,
            Some(content_type) => essence(content_type),
        };
        let is_it = |(known, _): &&(String, NodeId)| known.eq_ignore_ascii_case(content_type);
        self.by_type.iter().find(is_it).map(|(_, model)| *model).or(self.default)
    }
}
