//! What a file of the input is, by its content.

use super::{aws_cli::AnswerKind, source::Located};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputForm {
    /// OpenAPI or Swagger, of whatever version.
    OpenApi,
    /// CloudFormation, SAM, what CDK synthesises.
    Template,
    /// `serverless.yml` itself.
    ServerlessSource,
    AsyncApi,
    /// What a command of the AWS CLI printed.
    AwsCli(AnswerKind),
    Unknown,
}

impl InputForm {
    pub fn of(root: Located<'_>) -> Self {
        let has = |key: &str| root.get(key).is_some();
        if has("swagger") || has("openapi") {
            Self::OpenApi
        } else if has("AWSTemplateFormatVersion") || has("Resources") || has("Transform") {
            Self::Template
        } else if has("asyncapi") {
            Self::AsyncApi
        } else if has("service") && (has("provider") || has("functions")) {
            Self::ServerlessSource
        } else {
            AnswerKind::of(root).map_or(Self::Unknown, Self::AwsCli)
        }
    }
}
