//! The types of integrations, as items write them, and the reading of each.

use super::{
    IntegrationKind, ParseContext,
    dynamodb::DynamoDb,
    http::Http,
    lambda::Lambda,
    mock::Mock,
    non_proxy::{NonProxy, TEMPLATED_MOCK},
    response_parameters::{Read, ResponseParameters},
    s3::S3,
    services::{ServiceIntegration, ServiceType, http_api_subtype},
};
use crate::item::{Fields, brief};

/// `type` of an integration.
#[derive(Clone, Copy)]
pub(super) enum IntegrationType {
    Aws,
    AwsProxy,
    DynamoDb,
    Http,
    HttpProxy,
    Mock,
    Service(ServiceType),
    S3,
}

const TYPES: [(&str, IntegrationType); 12] = [
    ("AWS", IntegrationType::Aws),
    ("AWS_PROXY", IntegrationType::AwsProxy),
    ("DYNAMODB", IntegrationType::DynamoDb),
    ("HTTP", IntegrationType::Http),
    ("HTTP_PROXY", IntegrationType::HttpProxy),
    ("MOCK", IntegrationType::Mock),
    (ServiceType::Sqs.name(), IntegrationType::Service(ServiceType::Sqs)),
    (ServiceType::Sns.name(), IntegrationType::Service(ServiceType::Sns)),
    (ServiceType::EventBridge.name(), IntegrationType::Service(ServiceType::EventBridge)),
    (ServiceType::StepFunctions.name(), IntegrationType::Service(ServiceType::StepFunctions)),
    (ServiceType::Kinesis.name(), IntegrationType::Service(ServiceType::Kinesis)),
    ("S3", IntegrationType::S3),
];

impl IntegrationType {
    /// The one that an item names. A wrong one is reported.
    pub(super) fn given(fields: &Fields<'_>) -> Option<Self> {
        fields.choice("type", &TYPES)
    }

    /// The same; that there is none is reported.
    pub(super) fn required(given: Option<Self>, fields: &Fields<'_>) -> Option<Self> {
        let types = TYPES.map(|(name, _)| name).join(", ");
        // CloudFormation's, as are the other fields then: they begin with a small letter here.
        if fields.value("type").is_none()
            && let Some(value) = fields.written("Type")
        {
            fields.problem("Type", &brief(value), "nothing of this name; did you mean type?");
            return None;
        }
        fields.require("type", given, &format!("one of {types}"))
    }

    /// Reads the fields of its kind. What is wrong is reported, and `None`.
    pub(super) fn parse(
        self,
        fields: &Fields<'_>,
        parse_context: &ParseContext<'_>,
    ) -> Option<IntegrationKind> {
        match self {
            Self::AwsProxy if fields.value(http_api_subtype::SUBTYPE).is_some() => {
                http_api_subtype::parse(fields, parse_context).map(Box::new).map(IntegrationKind::Service)
            }
            Self::AwsProxy => Lambda::parse(fields, parse_context).map(Box::new).map(IntegrationKind::Lambda),
            Self::DynamoDb => {
                DynamoDb::parse(fields, parse_context).map(Box::new).map(IntegrationKind::DynamoDb)
            }
            Self::HttpProxy => Http::parse(fields, parse_context).map(Box::new).map(IntegrationKind::Http),
            Self::Mock if is_templated(fields) => {
                IntegrationKind::non_proxy(NonProxy::parse_mock(fields, parse_context))
            }
            Self::Mock => Mock::parse(fields).map(Box::new).map(IntegrationKind::Mock),
            Self::S3 => S3::parse(fields, parse_context).map(Box::new).map(IntegrationKind::S3),
            Self::Service(service_type) => {
                let service = ServiceIntegration::parse(service_type, fields, parse_context);
                service.map(Box::new).map(IntegrationKind::Service)
            }
            Self::Aws => IntegrationKind::non_proxy(NonProxy::parse_aws(fields, parse_context)),
            Self::Http => IntegrationKind::non_proxy(NonProxy::parse_http(fields, parse_context)),
        }
    }
}

impl IntegrationKind {
    fn non_proxy(integration: Option<NonProxy>) -> Option<Self> {
        integration.map(Box::new).map(Self::NonProxy)
    }

    /// Reads `responseParameters`, where the kind has them.
    pub(super) fn response_parameters(&self, fields: &Fields<'_>) -> Read {
        let is_streamed = match self {
            Self::Lambda(lambda) => lambda.is_streamed(),
            Self::Http(_) | Self::Service(_) => false,
            Self::DynamoDb(_) | Self::Mock(_) | Self::NonProxy(_) | Self::S3(_) => return Read::Absent,
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
fn is_templated(fields: &Fields<'_>) -> bool {
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
