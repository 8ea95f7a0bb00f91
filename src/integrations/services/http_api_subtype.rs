//! HTTP APIs' first-class services: `type: "AWS_PROXY"` with `integrationSubtype` and `requestParameters`.
//!
//! The client gets the service's own answer with its status. Services are asked in their JSON protocols.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html>

use serde_json::{Map, Value};

use super::{
    Answer, ServiceIntegration,
    action::{Action, Field, Need},
    app_config, event_bridge, kinesis,
    mapped_field::MappedField,
    service_fields::checked_region,
    sqs, step_functions,
};
use crate::{
    aws::{clients::CallCredentials, service::ServiceAddress},
    integrations::{ParseContext, service_call::ServiceCaller},
    item::{Fields, brief, nearest},
    template::mapped_value::MappedValue,
};

/// The field that makes an `AWS_PROXY` one of these.
pub const SUBTYPE: &str = "integrationSubtype";
const PARAMETERS: &str = "requestParameters";
const REGION: &str = "Region";

/// The subtypes: their prefixes, and the actions behind them.
fn subtypes() -> Vec<(String, &'static Action)> {
    let of = |prefix: &str, actions: &'static [Action], names: &[&str]| -> Vec<(String, &'static Action)> {
        let named = actions.iter().filter(|action| names.contains(&action.name));
        named.map(|action| (format!("{prefix}-{}", action.name), action)).collect()
    };
    let app_config = std::slice::from_ref(&app_config::GET_CONFIGURATION);
    let executions = ["StartExecution", "StartSyncExecution", "StopExecution"];
    let queues = ["SendMessage", "ReceiveMessage", "DeleteMessage", "PurgeQueue"];
    [
        of("EventBridge", &event_bridge::ACTIONS, &["PutEvents"]),
        of("SQS", &sqs::ACTIONS, &queues),
        of("AppConfig", app_config, &["GetConfiguration"]),
        of("Kinesis", &kinesis::ACTIONS, &["PutRecord"]),
        of("StepFunctions", &step_functions::ACTIONS, &executions),
    ]
    .concat()
}

/// Reads the fields of an integration that has an `integrationSubtype`. What is wrong is reported, and `None`.
pub fn parse(fields: &Fields<'_>, parse_context: &ParseContext<'_>) -> Option<ServiceIntegration> {
    let subtypes = subtypes();
    let words: Vec<(&str, &'static Action)> =
        subtypes.iter().map(|(name, action)| (name.as_str(), *action)).collect();
    let action = fields.choice(SUBTYPE, &words);
    // As exports have them: no other value is.
    for (name, only) in [("payloadFormatVersion", "1.0"), ("connectionType", "INTERNET")] {
        if fields.value(name).is_some() {
            fields.choice(name, &[(only, ())]);
        }
    }
    let credentials = credentials(fields);
    let parameters = fields.parsed(PARAMETERS, "a map of strings", Value::as_object);
    let action = action?;
    let parameters = fields.require(PARAMETERS, parameters, &expected(action))?;
    let parameter = |name: &str| parameters.get(name).filter(|value| !value.is_null());
    let mut mapped = Vec::new();
    let mut is_whole = true;
    for field in action.fields {
        let name = parameter_name(field);
        let at = format!("{PARAMETERS}.{name}");
        match (parameter(&name), field.need) {
            (Some(value), _) => match MappedValue::parse(fields, &at, value, parse_context.path_parameters) {
                Some(value) => mapped.push(MappedField::new(field, value)),
                None => is_whole = false,
            },
            (None, Need::Required) => {
                fields.problem(&at, "nothing", "text, or a word such as $request.body.x");
                is_whole = false;
            }
            (None, Need::Optional) => {}
        }
    }
    is_whole &= has_known_names_only(fields, action, parameters);
    let said = match parameter(REGION) {
        Some(value) => Some(region(fields, value)?),
        None => None,
    };
    let region = checked_region(fields, "requestParameters.Region", said, &mapped)?;
    let address = ServiceAddress { service: action.service, region: region.name, subdomain: None };
    let caller = ServiceCaller { address, credentials: credentials? };
    is_whole.then(|| ServiceIntegration {
        type_name: "AWS_PROXY",
        action,
        caller,
        fields: mapped,
        entries: Vec::new(),
        answer: Answer::AsItIs,
    })
}

/// Says that a parameter is none of the action's, with the name that was meant.
fn has_known_names_only(fields: &Fields<'_>, action: &Action, parameters: &Map<String, Value>) -> bool {
    let mut all_known = true;
    let known: Vec<String> = action.fields.iter().map(parameter_name).chain([REGION.to_owned()]).collect();
    let unknown = parameters.iter().filter(|(name, _)| !known.contains(name));
    for (name, value) in unknown {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let expected = match nearest(name, &known) {
            Some(near) => format!("nothing of this name; did you mean {near}?"),
            None => expected(action),
        };
        fields.problem(&format!("{PARAMETERS}.{name}"), &brief(value), &expected);
        all_known = false;
    }
    all_known
}

/// `credentialsArn`, or `credentials` as exports have it.
fn credentials(fields: &Fields<'_>) -> Option<CallCredentials> {
    let other = fields.value("credentials");
    let field = if fields.value("credentialsArn").is_none() && other.is_some() {
        "credentials"
    } else {
        "credentialsArn"
    };
    ServiceCaller::read_credentials(fields, field)
}

fn region(fields: &Fields<'_>, value: &Value) -> Option<String> {
    fields.resolve("requestParameters.Region", value.as_str().unwrap_or_default())
}

/// `QueueUrl` of `queueUrl`.
fn parameter_name(field: &Field) -> String {
    let mut name = field.name.to_owned();
    name[..1].make_ascii_uppercase();
    name
}

fn expected(action: &Action) -> String {
    let name = |need| {
        let fields = action.fields.iter().filter(move |field| field.need == need);
        fields.map(parameter_name).collect::<Vec<_>>().join(", ")
    };
    format!("a map with {}; it may have {}, {REGION}", name(Need::Required), name(Need::Optional))
        .replace("have , ", "have ")
}
