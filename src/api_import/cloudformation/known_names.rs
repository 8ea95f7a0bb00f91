//! What a template says of its own names: the values of parameters, and what its resources are called.

use std::collections::BTreeMap;

use super::intrinsics::Parameters;
use crate::api_import::{
    names,
    report::Ledger,
    source::{Located, MOST_MADE_BYTES},
};

/// A kind, the property with the name, and what intrinsics get of it.
type NamedKind = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// Kinds of resources that a template may name: the kind, the property with the name, and what intrinsics get of it. `{}` is
/// the name; a function's name stands for its ARN, which needs neither region nor account here.
#[rustfmt::skip]
const NAMED: [NamedKind; 15] = [
    ("AWS::ApiGatewayV2::Stage", "StageName", &[("", "{}")]),
    ("AWS::Serverless::Api", "StageName", &[(".Stage", "{}")]),
    ("AWS::ApiGateway::Stage", "StageName", &[("", "{}")]),
    ("AWS::Lambda::Function", "FunctionName", &[("", "{}"), (".Arn", "{}")]),
    ("AWS::Serverless::Function", "FunctionName", &[("", "{}"), (".Arn", "{}")]),
    ("AWS::DynamoDB::Table", "TableName", &[("", "{}"), (".Arn", "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/{}")]),
    ("AWS::Serverless::SimpleTable", "TableName", &[("", "{}"), (".Arn", "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/{}")]),
    ("AWS::SQS::Queue", "QueueName", &[("", "https://sqs.${AWS::Region}.${AWS::URLSuffix}/${AWS::AccountId}/{}"), (".QueueName", "{}"), (".Arn", "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:{}")]),
    ("AWS::SNS::Topic", "TopicName", &[("", "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:{}"), (".TopicName", "{}"), (".TopicArn", "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:{}")]),
    ("AWS::StepFunctions::StateMachine", "StateMachineName", &[("", "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:{}"), (".Arn", "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:{}"), (".Name", "{}")]),
    ("AWS::Serverless::StateMachine", "Name", &[("", "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:{}"), (".Arn", "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:{}"), (".Name", "{}")]),
    ("AWS::Events::EventBus", "Name", &[("", "{}"), (".Name", "{}"), (".Arn", "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/{}")]),
    ("AWS::Kinesis::Stream", "Name", &[("", "{}"), (".Arn", "arn:${AWS::Partition}:kinesis:${AWS::Region}:${AWS::AccountId}:stream/{}")]),
    ("AWS::S3::Bucket", "BucketName", &[("", "{}"), (".Arn", "arn:${AWS::Partition}:s3:::{}")]),
    ("AWS::IAM::Role", "RoleName", &[("", "{}"), (".Arn", "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/{}")]),
];

/// The values by the names that intrinsics use: `Limit`, `GetOrders`, `GetOrders.Arn`; texts that may have names in them.
pub(super) fn read(
    ledger: &mut Ledger,
    template: Located<'_>,
    parameters: &Parameters,
) -> BTreeMap<String, String> {
    let mut bytes = 0;
    let mut known: BTreeMap<String, String> =
        parameters.values.iter().map(|(name, value)| (name.clone(), names::literal(value))).collect();
    let resources = template.get("Resources").and_then(Located::members).into_iter().flatten();
    for resource in resources {
        let kind = resource.value.get("Type").and_then(Located::text).unwrap_or_default();
        if kind == "AWS::Lambda::Alias"
            && let Some(alias) = alias(resource.value)
        {
            known.insert(resource.key.to_owned(), alias);
        }
        let Some((_, property, forms)) = NAMED.iter().find(|(named, ..)| *named == kind) else { continue };
        let name = resource.value.get("Properties").and_then(|properties| properties.get(property));
        let Some(name) = name.and_then(names::text_with_names) else { continue };
        bytes += name.len() * forms.len();
        if bytes > MOST_MADE_BYTES {
            let words = format!("the names of resources have more than {} MB", MOST_MADE_BYTES >> 20);
            ledger.error(resource.value, words);
            break;
        }
        for (attribute, form) in *forms {
            known.insert(format!("{}{attribute}", resource.key), form.replace("{}", &name));
        }
    }
    known
}

/// `orders:live`, which stands for the alias's ARN.
fn alias(resource: Located<'_>) -> Option<String> {
    let properties = resource.get("Properties")?;
    let function = names::text_with_names(properties.get("FunctionName")?)?;
    let name = names::text_with_names(properties.get("Name")?)?;
    Some(format!("{function}:{name}"))
}
