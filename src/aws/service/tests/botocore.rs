//! The table of services says what botocore's models say, which `botocore.txt` has: `make service-table`.

use std::collections::BTreeSet;

use super::*;

const MODELS: &str = include_str!("botocore.txt");

/// The model of a service: `word=value` behind its id.
struct Model(&'static str);

impl Model {
    fn of(service: Service) -> Self {
        let mut lines = MODELS.lines().filter(|line| !line.starts_with('#'));
        let line = lines.find(|line| line.split(' ').next() == Some(service.id()));
        Self(line.unwrap_or_else(|| panic!("botocore.txt has no line of {}", service.id())))
    }

    fn value(&self, word: &str) -> Option<&'static str> {
        self.0.split(' ').find_map(|pair| pair.strip_prefix(word)?.strip_prefix('='))
    }

    fn speaks(&self, protocol: &str) -> bool {
        self.value("speaks").is_some_and(|known| known.split(',').any(|known| known == protocol))
    }
}

#[test]
fn every_service_is_signed_for_and_asked_as_botocore_does() {
    for service in table::ALL {
        let model = Model::of(service);
        assert_eq!(model.value("sign"), Some(service.signing_name()), "{service:?}");
        if let Some(JsonApi { content_type, target }) = service.json_api() {
            let version = content_type.rsplit('-').next().unwrap();
            let expected = format!("{target}/{version}");
            assert_eq!(model.value("target"), Some(&*expected), "{service:?}");
            assert!(model.speaks("json"), "{service:?}");
        }
        if let Some(version) = service.query_version() {
            assert_eq!(model.value("api"), Some(version), "{service:?}");
            // Models of SQS tell its JSON only; its forms, which API Gateway's users write, are still taken.
            assert!(model.speaks("query") || service == Service::Sqs, "{service:?}");
        }
        let is_rest = service.json_api().is_none() && service.query_version().is_none();
        assert_eq!(is_rest, model.speaks("rest-json") || model.speaks("rest-xml"), "{service:?}");
    }
}

#[test]
fn every_service_is_where_botocore_asks_it() {
    for service in table::ALL {
        let model = Model::of(service);
        let below = if service == Service::StepFunctionsSync { model.value("below").unwrap() } else { "" };
        for region in ["eu-west-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"] {
            let url = service.endpoint(&aws(region, Endpoints::default()));
            let expected = format!("{below}{}", model.value(region).unwrap());
            assert_eq!(url.host(), Some(&*expected), "{service:?}");
        }
    }
}

#[test]
fn botocore_is_asked_for_no_service_that_is_not_called() {
    let asked =
        MODELS.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(' ').next().unwrap());
    let called = table::ALL.iter().map(|service| service.id());
    assert_eq!(asked.collect::<BTreeSet<_>>(), called.collect::<BTreeSet<_>>());
}
