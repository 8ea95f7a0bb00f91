//! What people's definitions are made of stands in the inputs of `tests/import/` at least once.

use std::fs;

use super::{cases, inputs};

/// Texts of documents and of templates, in any case and without spaces and quotes. The table is that of `reference/import.md`: a survey of public definitions.
#[rustfmt::skip]
const CONSTRUCTS: [&str; 93] = [
    // Integrations.
    "type:aws_proxy", "type:aws,", "type:http_proxy", "type:http,", "type:mock", "integrationsubtype:sqs-", "integrationsubtype:eventbridge-",
    "integrationsubtype:stepfunctions-", "integrationsubtype:kinesis-", "integrationsubtype:appconfig-", "requesttemplates:", "responsetemplates:",
    "4\\\\d{2", "vpc_link", "contenthandling:convert_to_binary", "contenthandling:convert_to_text", "passthroughbehavior:when_no_match",
    "passthroughbehavior:when_no_templates", "passthroughbehavior:never", "x-amazon-apigateway-any-method", "{proxy+", "cachekeyparameters:",
    "response-streaming-invocations", "invocation-type", "multivalue",
    // Who may call.
    "type:cognito_user_pools", "type:token", "type:request", "type:jwt", "awssigv4", "aws_iam", "apikeyrequired:true", "x-amazon-apigateway-policy",
    "vpcendpointids", "enablesimpleresponses:true", "identityvalidationexpression:", "authorizationscopes:",
    // What is checked.
    "x-amazon-apigateway-request-validators", "requestvalidatorid:", "x-amazon-apigateway-request-validator:", "$ref", "items:", "enum:", "minimum:", "maxlength:",
    // How much.
    "aws::apigateway::usageplan,", "throttle:", "quota:", "methodsettings:", "cachingenabled:", "defaultroutesettings:", "stagevariables:",
    // Answers of the gateway.
    "default_4xx:", "default_5xx:", "access_denied:", "bad_request_body:", "bad_request_parameters:", "integration_timeout:", "throttled:", "unauthorized:",
    "access-control-allow-origin", "x-amazon-apigateway-cors",
    // Services.
    "dynamodb:action/getitem", "dynamodb:action/putitem", "dynamodb:action/updateitem", "dynamodb:action/deleteitem", "dynamodb:action/scan",
    "dynamodb:action/query", "sqs:path/", "states:action/startexecution", "states:action/startsyncexecution", "states:action/sendtasksuccess",
    "events:action/putevents", "kinesis:action/putrecord,", "kinesis:action/putrecords", "kinesis:action/getrecords", "kinesis:action/getsharditerator",
    "kinesis:action/liststreams", "s3:path/", "sns:path/", "iotdata:path/", "firehose:action/putrecord", "batch:path/", "email:action/sendemail",
    "translate:action/translatetext", "comprehend:action/detectsentiment",
    // Templates.
    "fn::include", "fn::findinmap", "fn::importvalue", "fn::if", "fn::select", "fn::split", "accesslogsetting",
];

/// Short tags as the long names.
const TAGS: [(&str, &str); 7] = [
    ("!findinmap", "fn::findinmap"),
    ("!importvalue", "fn::importvalue"),
    ("!if", "fn::if"),
    ("!select", "fn::select"),
    ("!split", "fn::split"),
    ("name:aws::include", "fn::include"),
    ("}", ","),
];

#[test]
fn every_construct_of_the_survey_is_in_an_input() {
    let mut all = String::new();
    for case in cases() {
        for input in inputs(&case) {
            all.push_str(&fs::read_to_string(case.join(input)).unwrap());
            all.push('\n');
        }
    }
    let mut all = all.to_lowercase().replace('\n', ",");
    all.retain(|c| !" \"'".contains(c));
    for (tag, name) in TAGS {
        all = all.replace(tag, name);
    }
    let lost: Vec<&str> = CONSTRUCTS.into_iter().filter(|construct| !all.contains(construct)).collect();
    assert_eq!(lost, [""; 0]);
}
