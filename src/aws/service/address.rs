//! The place of a service: in which region, below which subdomain.

use http::Uri;

use super::{
    Service,
    partition::partition,
    table::{self, Host},
};
use crate::environment::Aws;

/// A service in a region.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServiceAddress {
    pub service: Service,
    /// `None`: that of the gateway.
    pub region: Option<String>,
    /// A bucket of S3, the endpoint of an account.
    pub subdomain: Option<String>,
}

impl ServiceAddress {
    /// The service in the gateway's own region.
    pub const fn of(service: Service) -> Self {
        Self { service, region: None, subdomain: None }
    }

    pub fn region<'a>(&'a self, aws: &'a Aws) -> &'a str {
        self.region.as_deref().unwrap_or(&aws.region)
    }

    /// The URL at which it is called: the one that the environment says, which has all regions and, as a folder, all
    /// buckets; or the region's own.
    pub fn endpoint(&self, aws: &Aws) -> Uri {
        if let Some(url) = aws.endpoints.of(self.service.id()) {
            let bucket = self.subdomain.as_ref().filter(|_| self.service == Service::S3);
            let url = match bucket {
                Some(bucket) => format!("{}/{bucket}", url.trim_end_matches('/')),
                None => url.to_owned(),
            };
            return url.parse().expect("the environment was read");
        }
        Uri::builder()
            .scheme("https")
            .authority(self.host(self.region(aws)))
            .path_and_query("/")
            .build()
            .expect("labels make a host")
    }

    fn host(&self, region: &str) -> String {
        // A region that is no host's label is found out when nothing answers there.
        if !is_label(region) || self.subdomain.as_deref().is_some_and(|name| !is_subdomain(name)) {
            return "invalid.region".to_owned();
        }
        let (label, label_below) = match table::row(self.service).host {
            Host::Regional { label } => (label, label),
            Host::S3 => ("s3", "s3"),
            Host::IotData => (partition(region).iot_data_label, "iot"),
            Host::Iam => return partition(region).iam_host.to_owned(),
        };
        let domain = partition(region).domain;
        match &self.subdomain {
            Some(subdomain) => format!("{subdomain}.{label_below}.{region}.{domain}"),
            None => format!("{label}.{region}.{domain}"),
        }
    }
}

/// Letters, digits and hyphens: a label of a host.
pub(in crate::aws) fn is_label(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}
