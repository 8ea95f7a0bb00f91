//! URIs of services, and the requests that are made for them.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::*;
use crate::aws::service::{Service, ServiceAddress};

fn action(name: &str, query: &str) -> ServiceOperation {
    ServiceOperation::Action { name: name.to_owned(), query: query.to_owned() }
}

#[test]
fn the_uri_names_a_service_and_an_action_or_a_path() {
    let path = |path: &str| ServiceOperation::Path(path.to_owned());
    let table = [
        ("us-east-1:dynamodb:action/PutItem", Service::DynamoDb, None, action("PutItem", "")),
        (
            "us-east-1:states:action/StartExecution",
            Service::StepFunctions,
            None,
            action("StartExecution", ""),
        ),
        ("us-east-1:sns:action/Publish&TopicArn=a", Service::Sns, None, action("Publish", "TopicArn=a")),
        ("us-east-1:sqs:path/1234/{queue}", Service::Sqs, None, path("/1234/{queue}")),
        ("us-east-1:s3:path//b/{key}?list-type=2", Service::S3, None, path("/b/{key}?list-type=2")),
        ("us-east-1:my.bucket.s3:path/{key}", Service::S3, Some("my.bucket"), path("/{key}")),
        ("us-east-1:a1-ats.iotdata:path/topics/{t}", Service::IotData, Some("a1-ats"), path("/topics/{t}")),
        ("us-east-1:runtime.sagemaker:path/e", Service::SageMakerRuntime, None, path("/e")),
        ("us-east-1:email:action/SendEmail", Service::Ses, None, action("SendEmail", "")),
    ];
    for (text, service, subdomain, operation) in table {
        let region = Some("us-east-1".to_owned());
        let address = ServiceAddress { service, region, subdomain: subdomain.map(str::to_owned) };
        let expected = ServiceUri { address, operation };
        assert_eq!(ServiceUri::parse(&format!("arn:aws:apigateway:{text}")), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_no_uri_of_a_service_says_what_was_expected() {
    const FORM: &str = "arn:aws:apigateway:REGION:SERVICE:action/NAME, or …:path/PATH, such as arn:aws:apigateway:eu-west-1:sqs:action/SendMessage";
    let known = "a service that is known here: appconfig, appconfigdata, athena, batch, bedrock-runtime, cloudformation, cognito-idp, comprehend, dynamodb, ecs, email, events, firehose, iam, iotdata, kinesis, kms, lambda, logs, monitoring, polly, rekognition, runtime.sagemaker, s3, scheduler, secretsmanager, sesv2, sns, sqs, ssm, states, sts, textract, translate";
    let table = [
        ("https://sqs.eu-west-1.amazonaws.com", FORM),
        ("arn:aws:apigateway:eu-west-1:sqs", FORM),
        ("arn:aws:apigateway::sqs:action/SendMessage", FORM),
        ("arn:aws:apigateway:eu-west-1:sqs:do/SendMessage", FORM),
        ("arn:aws:apigateway:eu-west-1:sqs:action/", FORM),
        ("arn:aws:apigateway:eu-west-1:sqs:action/Send Message", FORM),
        ("arn:aws:apigateway:eu-west-1:sqz:action/SendMessage", known),
        ("arn:aws:apigateway:eu-west-1:a@b.s3:path/x", "letters, digits and hyphens before the service"),
        ("arn:aws:apigateway:eu-west-1:s3:action/GetObject", "path/… of s3, which knows no actions"),
    ];
    for (text, expected) in table {
        assert_eq!(ServiceUri::parse(text).unwrap_err().expected, expected, "{text}");
    }
}

/// `POST /?Action=…`, the headers in the order of their names, the body.
fn rendered(uri: &str, headers: &[(&str, &str)], query: &str, body: &'static str) -> String {
    let ServiceUri { address, operation } =
        ServiceUri::parse(&format!("arn:aws:apigateway:r:{uri}")).unwrap();
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap()))
        .collect();
    let path = operation.path().map(|path| path.replace("{k}", "a%20b"));
    let body = Bytes::from_static(body.as_bytes());
    let request = ServiceRequest {
        method: Method::POST,
        path,
        query: query.to_owned(),
        headers,
        body,
        body_origin: BodyOrigin::Template,
        trace_id: String::new(),
    };
    let call = operation.call(address.service, request).unwrap();
    let mut lines: Vec<_> =
        call.headers.iter().map(|(name, value)| format!("\n{name}: {}", value.to_str().unwrap())).collect();
    lines.sort();
    let body = String::from_utf8_lossy(&call.body);
    format!("{} {}{}\n{body}", call.method, call.path_and_query, lines.concat())
}

#[test]
fn a_request_has_the_headers_that_its_service_wants() {
    let host = [("host", "x"), ("authorization", "y"), ("x-amz-security-token", "t"), ("user-agent", "z")];
    let json = [("content-type", "application/x-amz-json-1.0")];
    let target = [("x-amz-target", "AWSEvents.PutEvents"), ("accept", "*/*")];
    let table = [
        (
            rendered("dynamodb:action/PutItem", &host, "", "{}"),
            "POST /\naccept: application/json\ncontent-type: application/x-amz-json-1.0\nx-amz-target: DynamoDB_20120810.PutItem\n{}",
        ),
        (
            rendered("events:action/PutEvents", &target, "", "{}"),
            "POST /\naccept: */*\ncontent-type: application/x-amz-json-1.1\nx-amz-target: AWSEvents.PutEvents\n{}",
        ),
        (
            rendered("sqs:action/SendMessage", &json, "", "{}"),
            "POST /\naccept: application/json\ncontent-type: application/x-amz-json-1.0\nx-amz-target: AmazonSQS.SendMessage\n{}",
        ),
        (
            rendered("sqs:action/SendMessage", &[], "MessageBody=a%20b", ""),
            "POST /?Action=SendMessage&Version=2012-11-05&MessageBody=a%20b\naccept: application/json\ncontent-type: application/x-www-form-urlencoded\n",
        ),
        (
            rendered("sns:action/Publish&TopicArn=t", &[], "", "Action=Publish&Message=m"),
            "POST /?TopicArn=t\naccept: application/json\ncontent-type: application/x-www-form-urlencoded\nAction=Publish&Message=m",
        ),
        (
            rendered("s3:path/b/{k}?acl", &[("content-type", "text/plain")], "x=1", "text"),
            "POST /b/a%20b?acl&x=1\naccept: application/json\ncontent-type: text/plain\ntext",
        ),
    ];
    for (got, expected) in table {
        assert_eq!(got, expected);
    }
}

#[test]
fn a_client_names_no_action_of_a_service_that_takes_forms() {
    let call = |service, operation: ServiceOperation, body: &'static str, body_origin| {
        let request = ServiceRequest {
            method: Method::POST,
            path: None,
            query: String::new(),
            headers: HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
            body_origin,
            trace_id: String::new(),
        };
        operation.call(service, request).map(|call| call.path_and_query.to_string())
    };
    let publish = |body, origin| call(Service::Sns, action("Publish", ""), body, origin);
    let path = |service, body, origin| call(service, ServiceOperation::Path("/1/q".to_owned()), body, origin);
    let own = "/?Action=Publish&Version=2010-03-31";
    for body in
        ["Action=DeleteTopic", "a=b&Action=x", "%41ction=x", "action=x", "Version=1", "a=b&+Action+=x"]
    {
        assert!(publish(body, BodyOrigin::Client).is_err(), "{body}");
        assert!(path(Service::Sqs, body, BodyOrigin::Client).is_err(), "{body}");
        assert_eq!(path(Service::S3, body, BodyOrigin::Client).unwrap(), "/1/q", "{body}");
    }
    for body in ["", "Message=Action=x", "Actions=x", "{\"Action\": 1}"] {
        assert_eq!(publish(body, BodyOrigin::Client).unwrap(), own, "{body}");
        assert_eq!(path(Service::Sqs, body, BodyOrigin::Client).unwrap(), "/1/q", "{body}");
    }
    assert_eq!(publish("Action=Publish", BodyOrigin::Template).unwrap(), "/");
    assert_eq!(path(Service::Sqs, "Action=SendMessage", BodyOrigin::Template).unwrap(), "/1/q");
}
