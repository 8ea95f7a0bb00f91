//! Services are where AWS's own models have them.

mod botocore;

use std::collections::BTreeSet;

use super::*;
use crate::environment::{Endpoints, SERVICE_IDS, Secret};

fn aws(region: &str, endpoints: Endpoints) -> Aws {
    Aws {
        region: region.to_owned(),
        access_key_id: String::new(),
        secret_access_key: Secret(String::new()),
        session_token: None,
        endpoints,
    }
}

#[test]
fn a_service_is_where_its_region_or_the_environment_says() {
    let table = [
        (Service::Lambda, "eu-central-1", None, "https://lambda.eu-central-1.amazonaws.com/"),
        (Service::DynamoDb, "us-gov-west-1", None, "https://dynamodb.us-gov-west-1.amazonaws.com/"),
        (Service::DynamoDb, "cn-north-1", None, "https://dynamodb.cn-north-1.amazonaws.com.cn/"),
        (Service::Sts, "eu-west-1", None, "https://sts.eu-west-1.amazonaws.com/"),
        (Service::Lambda, "us-iso-east-1", None, "https://lambda.us-iso-east-1.c2s.ic.gov/"),
        (Service::Lambda, "eusc-de-east-1", None, "https://lambda.eusc-de-east-1.amazonaws.eu/"),
        (Service::Lambda, "local", Some("http://127.0.0.1:9000/x"), "http://127.0.0.1:9000/x"),
        (Service::CloudWatchLogs, "eu-west-1", None, "https://logs.eu-west-1.amazonaws.com/"),
        (Service::CloudFormation, "eu-west-1", None, "https://cloudformation.eu-west-1.amazonaws.com/"),
        (Service::Iam, "eu-west-1", None, "https://iam.amazonaws.com/"),
        (Service::Iam, "cn-northwest-1", None, "https://iam.cn-north-1.amazonaws.com.cn/"),
        (Service::Iam, "local", Some("http://127.0.0.1:9000/x"), "http://127.0.0.1:9000/x"),
        (Service::Sqs, "eu-west-1", None, "https://sqs.eu-west-1.amazonaws.com/"),
        (Service::EventBridge, "eu-west-1", None, "https://events.eu-west-1.amazonaws.com/"),
        (Service::StepFunctions, "eu-west-1", None, "https://states.eu-west-1.amazonaws.com/"),
        (Service::StepFunctionsSync, "eu-west-1", None, "https://sync-states.eu-west-1.amazonaws.com/"),
        (Service::S3, "eu-west-1", None, "https://s3.eu-west-1.amazonaws.com/"),
        (Service::Ses, "eu-west-1", None, "https://email.eu-west-1.amazonaws.com/"),
        (Service::SageMakerRuntime, "eu-west-1", None, "https://runtime.sagemaker.eu-west-1.amazonaws.com/"),
        (Service::IotData, "eu-west-1", None, "https://data-ats.iot.eu-west-1.amazonaws.com/"),
    ];
    for (service, region, endpoint, expected) in table {
        let endpoints = endpoint.map_or_else(Endpoints::default, Endpoints::all_at);
        assert_eq!(service.endpoint(&aws(region, endpoints)).to_string(), expected);
    }
}

#[test]
fn a_subdomain_stands_before_the_service_and_is_a_folder_of_an_s3_elsewhere() {
    let elsewhere = Endpoints::all_at("http://127.0.0.1:5000/");
    let table = [
        (Service::S3, "bucket", Endpoints::default(), "https://bucket.s3.eu-west-1.amazonaws.com/"),
        (Service::S3, "a.b", Endpoints::default(), "https://a.b.s3.eu-west-1.amazonaws.com/"),
        (Service::S3, "bucket", elsewhere.clone(), "http://127.0.0.1:5000/bucket"),
        (Service::IotData, "a1-ats", Endpoints::default(), "https://a1-ats.iot.eu-west-1.amazonaws.com/"),
        (Service::IotData, "a1-ats", elsewhere, "http://127.0.0.1:5000/"),
        (Service::S3, "evil/", Endpoints::default(), "https://invalid.region/"),
    ];
    for (service, subdomain, endpoints, expected) in table {
        let region = Some("eu-west-1".to_owned());
        let address = ServiceAddress { service, region, subdomain: Some(subdomain.to_owned()) };
        assert_eq!(address.endpoint(&aws("us-east-1", endpoints)).to_string(), expected);
    }
}

#[test]
fn only_iam_is_signed_for_another_region() {
    assert_eq!(Service::CloudFormation.signing_region("eu-west-1"), "eu-west-1");
    assert_eq!(Service::Iam.signing_region("eu-west-1"), "us-east-1");
    assert_eq!(Service::Iam.signing_region("us-gov-east-1"), "us-gov-west-1");
}

#[test]
fn every_service_has_names_of_its_own_and_an_id_that_the_environment_knows() {
    let names: Vec<_> = table::ALL.iter().flat_map(|service| service.row().names).collect();
    let distinct: BTreeSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), names.len());
    let ids: BTreeSet<_> = table::ALL.iter().map(|service| service.id()).collect();
    assert_eq!(ids, SERVICE_IDS.into_iter().collect());
    for service in table::ALL {
        let named = service.name().map(Service::named);
        assert!(named.is_none_or(|named| named == Some(service)), "{service:?}");
    }
}
