//! Signatures are those of AWS's own crate `aws-sigv4`, byte for byte.

use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::config::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request,
    header::{AUTHORIZATION, HOST},
};
use proptest::prelude::*;

use super::{KEY_ID, SECRET, aws};
use crate::aws::{
    credentials::Credentials as OwnCredentials,
    service::{Service, SigningForm},
    signature::{Signed, Signer},
};

const REGION: &str = "us-east-1";

/// A request before it is signed.
#[derive(Debug)]
pub struct Unsigned {
    pub method: Method,
    pub path: String,
    pub query: Option<String>,
    /// With `host`.
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// The headers of the request once `aws-sigv4` has signed it.
pub fn officially_signed(
    unsigned: &Unsigned,
    service: Service,
    token: Option<&str>,
    now: SystemTime,
) -> HeaderMap {
    let mut settings = SigningSettings::default();
    if service.signing_form() == SigningForm::S3 {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    let identity = Credentials::new(KEY_ID, SECRET, token.map(str::to_owned), None, "test").into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name(service.signing_name())
        .time(now)
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let query = unsigned.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
    let host = unsigned.headers[HOST].to_str().unwrap();
    let uri = format!("https://{host}{}{query}", unsigned.path);
    let headers = unsigned.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
    let body = SignableBody::Bytes(&unsigned.body);
    let signable = SignableRequest::new(unsigned.method.as_str(), &uri, headers, body).unwrap();
    let (instructions, _) = sign(signable, &parameters).unwrap().into_parts();
    let mut request = Request::builder().uri(uri).body(()).unwrap();
    *request.headers_mut() = unsigned.headers.clone();
    instructions.apply_to_request_http1x(&mut request);
    std::mem::take(request.headers_mut())
}

/// The same, signed by ours.
fn signed(unsigned: &Unsigned, service: Service, token: Option<&str>, now: SystemTime) -> HeaderMap {
    let mut headers = unsigned.headers.clone();
    let Unsigned { method, path, query, body, .. } = unsigned;
    let parts = Signed { method, path, query: query.as_deref().unwrap_or_default(), body };
    let credentials = OwnCredentials::of(&aws("http://a", token));
    let signer = Signer::new(credentials, REGION, service.signing_name(), service.signing_form());
    signer.sign(parts, &mut headers, now);
    headers
}

fn unsigned() -> impl Strategy<Value = Unsigned> {
    let method = prop::sample::select(vec![Method::GET, Method::POST, Method::PUT, Method::DELETE]);
    let path = "(/([a-zA-Z0-9._~!$&'()*+,;=:@-]|ü|€|%[0-9a-fA-F]{2}|\\.\\.?){0,6}){1,5}";
    let query = "([a-zA-Z0-9._~!$'()*,;:@/?-]|[+&=]|%[0-9a-fA-F]{2}|%C3%BC|ü|&|=){0,24}";
    let header = ("x-[a-z0-9-]{1,6}|content-type|accept", "[ -~]{0,16}|  a  b ");
    let parts = (
        method,
        path,
        prop::option::of(query),
        prop::collection::vec(header, 0..6),
        prop::collection::vec(any::<u8>(), 0..80),
    );
    parts.prop_map(|(method, path, query, pairs, body)| {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::from_str(&value).unwrap());
        }
        headers.insert(HOST, HeaderValue::from_static("lambda.us-east-1.amazonaws.com"));
        Unsigned { method, path, query, headers, body }
    })
}

proptest! {
    #[test]
    fn a_request_is_signed_as_awss_own_crate_signs_it(
        unsigned in unsigned(),
        token in prop::option::of("[!-~]{1,60}"),
        service in prop::sample::select(vec![Service::Lambda, Service::S3, Service::Sqs]),
        seconds in 0_u64..4_102_444_800,
    ) {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let ours = signed(&unsigned, service, token.as_deref(), now);
        let theirs = officially_signed(&unsigned, service, token.as_deref(), now);
        prop_assert!(theirs.contains_key(AUTHORIZATION));
        prop_assert_eq!(ours, theirs);
    }
}
