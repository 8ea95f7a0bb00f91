//! What the fields of an item say of the kind of an integration.

use super::{
    IntegrationKind,
    non_proxy::{NonProxy, TEMPLATED_MOCK},
    response_parameters::{Read, ResponseParameters},
};
use crate::item::{Fields, brief};

impl IntegrationKind {
    pub(super) fn non_proxy(integration: Option<NonProxy>) -> Option<Self> {
        integration.map(Box::new).map(Self::NonProxy)
    }

    /// Reads `responseParameters`, where the kind has them.
    pub(super) fn response_parameters(&self, fields: &Fields<'_>) -> Read {
        let is_streamed = match self {
            Self::Lambda(lambda) => lambda.is_streamed(),
            Self::Http(_) => false,
            Self::DynamoDb(_) | Self::Mock(_) | Self::NonProxy(_) | Self::Service(_) | Self::S3(_) => {
                return Read::Absent;
            }
        };
        let read = ResponseParameters::read(fields);
        match &read {
            Read::Parameters(parameters) if is_streamed && parameters.reads_body() => {
                let expected = "nothing of $response.body, which is passed on as the function writes it";
                fields.problem("responseParameters", "a word of the body", expected);
                Read::Wrong
            }
            Read::Absent | Read::Parameters(_) | Read::Wrong => read,
        }
    }
}

/// True of a `MOCK` whose response is made by templates. One that is also a plain one is a problem.
pub(super) fn is_templated(fields: &Fields<'_>) -> bool {
    let Some(templated) = TEMPLATED_MOCK.into_iter().find(|name| fields.value(name).is_some()) else {
        return false;
    };
    for plain in ["statusCode", "headers", "body"] {
        if let Some(value) = fields.value(plain) {
            let expected = format!("nothing beside {templated}: a MOCK is plain, or it has templates");
            fields.problem(plain, &brief(value), &expected);
        }
    }
    true
}
