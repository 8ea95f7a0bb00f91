//! Presigned URLs are those of AWS's own crate `aws-sigv4`, parameter by parameter.

use std::{collections::BTreeSet, time::Duration};

use aws_sdk_dynamodb::config::Credentials;
use aws_sigv4::{
    http_request::{
        PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use http::{HeaderMap, HeaderValue, Method, Request};
use proptest::prelude::*;

use super::{KEY_ID, SECRET, TOKEN, aws, time};
use crate::aws::{
    credentials::Credentials as OwnCredentials,
    service::{Service, ServiceAddress, SigningForm},
    signature::{Signed, Signer},
};

const REGION: &str = "us-east-1";
const HOST: &str = "s3.us-east-1.amazonaws.com";

/// The pairs of the query once `aws-sigv4` has signed it.
fn official(path: &str, query: &str, token: Option<&str>, lifetime: Duration) -> BTreeSet<String> {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(lifetime);
    let identity = Credentials::new(KEY_ID, SECRET, token.map(str::to_owned), None, "test").into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name("s3")
        .time(time("20150830T123600Z"))
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let uri = format!("https://{HOST}{path}?{query}");
    let headers = [("host", HOST)].into_iter();
    let signable = SignableRequest::new("GET", &uri, headers, SignableBody::UnsignedPayload).unwrap();
    let (instructions, _) = sign(signable, &parameters).unwrap().into_parts();
    let mut request = Request::builder().uri(uri).body(()).unwrap();
    instructions.apply_to_request_http1x(&mut request);
    assert_eq!(request.headers(), &HeaderMap::new());
    pairs(request.uri().query().unwrap())
}

fn pairs(query: &str) -> BTreeSet<String> {
    query.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).collect()
}

proptest! {
    #[test]
    fn a_url_is_presigned_as_awss_own_crate_does(
        path in "(/([a-zA-Z0-9._~-]|%20|%C3%BC|%2B){1,8}){1,4}",
        query in "|versionId=[a-z0-9]{1,8}",
        token in prop::option::of("[!-~]{1,60}"),
        lifetime in 1_u64..3_600,
    ) {
        let credentials = OwnCredentials::of(&aws("http://a", token.as_deref()));
        let signer = Signer::new(credentials, REGION, "s3", SigningForm::S3);
        let lifetime = Duration::from_secs(lifetime);
        let signed = Signed { method: &Method::GET, path: &path, query: &query, body: b"" };
        let now = time("20150830T123600Z");
        let ours = signer.presigned_query(signed, &HeaderValue::from_static(HOST), lifetime, now);
        prop_assert_eq!(pairs(&ours), official(&path, &query, token.as_deref(), lifetime));
    }
}

#[test]
fn a_presigned_url_is_that_of_the_service_and_the_path_of_the_call() {
    let call = crate::aws::call::ServiceCall {
        method: Method::GET,
        path_and_query: "/shop-files/a%20b?versionId=1".parse().unwrap(),
        headers: HeaderMap::new(),
        trace_id: None,
        body: bytes::Bytes::new(),
    };
    let url = |settings| {
        let client = crate::aws::ServiceClient::at(&ServiceAddress::of(Service::S3), &settings);
        client.presigned_url(&call, Duration::from_secs(60))
    };
    let expected =
        "/shop-files/a%20b?versionId=1&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F";
    let mut settings = aws("http://127.0.0.1:5000/x/", Some(TOKEN));
    let elsewhere = url(settings.clone());
    assert!(elsewhere.starts_with(&format!("http://127.0.0.1:5000/x{expected}")), "{elsewhere}");
    settings.endpoints = crate::environment::Endpoints::default();
    let own = url(settings);
    assert!(own.starts_with(&format!("https://{HOST}{expected}")), "{own}");
}
