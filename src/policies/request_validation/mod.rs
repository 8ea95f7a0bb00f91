//! What a route asks of a request's parameters and body, before anything is called: one check after another.

mod models;
mod parameter_schemas;
mod request_models;
mod required_parameters;

pub use self::models::Models;
use self::{
    parameter_schemas::ParameterSchemas, request_models::RequestModels,
    required_parameters::RequiredParameters,
};
use crate::{context::Context, error::GatewayError, item::Fields};

/// The checks of a route.
#[derive(Debug)]
pub struct RequestValidation {
    required: RequiredParameters,
    parameters: Option<ParameterSchemas>,
    body: Option<RequestModels>,
}

/// `requestValidator`: the parts that are checked. What it does not speak of is.
struct Parts {
    body: bool,
    parameters: bool,
}

impl RequestValidation {
    /// Reads `requestParameters`, `requestModels` and `requestValidator` of a route item. `None`: nothing is checked.
    ///
    /// `path_parameters` are the names in the route's path.
    pub fn parse(fields: &Fields<'_>, path_parameters: &[String], models: &Models) -> Option<Self> {
        // All is read, so that what is wrong is told even where it is not checked.
        let required = RequiredParameters::parse(fields, path_parameters);
        let parameters = ParameterSchemas::parse(fields);
        let body = RequestModels::parse(fields, models);
        let parts = Parts::parse(fields);
        let validation = Self {
            required: if parts.parameters { required } else { RequiredParameters::default() },
            parameters: parameters.filter(|_| parts.parameters),
            body: body.filter(|_| parts.body),
        };
        let Self { required, parameters, body } = &validation;
        let is_nothing = required.is_empty() && parameters.is_none() && body.is_none();
        (!is_nothing).then_some(validation)
    }

    /// Refuses a request that is not as the route says.
    ///
    /// # Errors
    ///
    /// Those of the first check that fails: required parameters, the parameters' schemas, the body's model.
    pub fn check(&self, context: &Context<'_>) -> Result<(), GatewayError> {
        self.required.check(context)?;
        if let Some(parameters) = &self.parameters {
            parameters.check(context)?;
        }
        self.body.as_ref().map_or(Ok(()), |models| models.check(context))
    }
}

impl Parts {
    fn parse(fields: &Fields<'_>) -> Self {
        let Some(fields) = fields.object("requestValidator") else {
            return Self { body: true, parameters: true };
        };
        let parts = Self {
            body: fields.boolean("validateRequestBody").unwrap_or(true),
            parameters: fields.boolean("validateRequestParameters").unwrap_or(true),
        };
        fields.finish();
        parts
    }
}
