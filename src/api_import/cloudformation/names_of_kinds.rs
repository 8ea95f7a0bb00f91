//! The kinds of resources that say something of APIs, and those that say nothing.

/// The kinds of resources that an API is made of.
pub(super) const READ: [&str; 15] = [
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Resource",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::Model",
    "AWS::ApiGateway::RequestValidator",
    "AWS::ApiGateway::GatewayResponse",
    "AWS::ApiGateway::UsagePlan",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Stage",
];

/// Those of `AWS::ApiGateway` and `AWS::ApiGatewayV2` that have no part in a file, with the reason and what to do.
#[rustfmt::skip]
pub(super) const NOT_IN_A_FILE: [(&str, &str); 11] = [
    ("Account", "the gateway's own function writes the logs"),
    ("Deployment", "applying the file deploys it"),
    ("ApiKey", "keys are in no file: tollgate keys create makes a new one, tollgate keys import takes those of API Gateway with their values"),
    ("UsagePlanKey", "keys are in no file: tollgate keys create and tollgate keys import join a key to its plan with --plan"),
    ("DomainName", "CloudFront, or a domain of your own before the function URL, has the name: see hosts of a stage"),
    ("ApiMapping", "basePath and hosts of a stage say where it is served"),
    ("BasePathMapping", "basePath and hosts of a stage say where it is served"),
    ("ClientCertificate", "targets know the gateway by another way than a certificate of API Gateway"),
    ("DocumentationPart", "it describes"),
    ("DocumentationVersion", "it describes"),
    ("VpcLink", "put the gateway's function into the VPC, and list the network in allowPrivateIntegrations"),
];

/// Resources of SAM that have no part in an API.
#[rustfmt::skip]
pub(super) const SAM_LEFT_OUT: [&str; 5] = ["CapacityProvider", "Connector", "LayerVersion", "SimpleTable", "StateMachine"];

/// APIs that a function URL cannot serve, by the beginnings of their kinds.
#[rustfmt::skip]
pub(super) const REFUSED: [(&str, &str); 3] = [
    ("AWS::AppSync::", "AppSync is GraphQL, which is no API of API Gateway"),
    ("AWS::Serverless::GraphQLApi", "AppSync is GraphQL, which is no API of API Gateway"),
    ("AWS::Serverless::WebSocketApi", "a WebSocket API, which a function URL cannot serve"),
];
