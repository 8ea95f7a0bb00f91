//! Requests of the official SDK are signed by ours as the SDK has signed them.

use std::sync::{Arc, Mutex};

use aws_sdk_lambda::{
    config::{
        BehaviorVersion, ConfigBag, Credentials, Intercept, Region, RuntimeComponents,
        interceptors::BeforeTransmitInterceptorContextRef,
    },
    error::BoxError,
    primitives::Blob,
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Uri,
    header::{AUTHORIZATION, HOST},
};

use super::{KEY_ID, SECRET, TOKEN, signer, time};
use crate::aws::signature::Signed;

/// A request that the SDK was about to send.
#[derive(Clone, Debug)]
struct Captured {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
struct Capture(Arc<Mutex<Option<Captured>>>);

impl Intercept for Capture {
    fn name(&self) -> &'static str {
        "Capture"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let headers = request.headers().iter();
        let headers =
            headers.map(|(name, value)| Ok((HeaderName::try_from(name)?, HeaderValue::try_from(value)?)));
        let captured = Captured {
            method: request.method().parse()?,
            uri: request.uri().parse()?,
            headers: headers.collect::<Result<_, http::Error>>()?,
            body: request.body().bytes().unwrap_or_default().to_vec(),
        };
        *self.0.lock().unwrap() = Some(captured);
        Err("seen".into())
    }
}

/// Signs the request again, with the headers that the SDK had signed.
#[track_caller]
fn assert_equal(capture: &Capture, token: Option<&str>, service: &'static str) {
    let Captured { method, uri, headers, body } = capture.0.lock().unwrap().take().expect("a request");
    let authorization = headers[AUTHORIZATION].to_str().unwrap();
    let names = authorization.split("SignedHeaders=").nth(1).unwrap().split(',').next().unwrap();
    let mut ours = HeaderMap::new();
    for name in names.split(';') {
        let value = headers.get(name).cloned();
        let value = value.unwrap_or_else(|| uri.authority().unwrap().as_str().parse().unwrap());
        ours.insert(HeaderName::try_from(name).unwrap(), value);
    }
    assert!(ours.contains_key(HOST));
    let signed =
        Signed { method: &method, path: uri.path(), query: uri.query().unwrap_or_default(), body: &body };
    let now = time(headers["x-amz-date"].to_str().unwrap());
    signer(token, "eu-central-1", service).sign(signed, &mut ours, now);
    assert_eq!(ours[AUTHORIZATION], authorization);
    assert_eq!(ours.contains_key("x-amz-security-token"), token.is_some());
}

#[tokio::test]
async fn an_invoke_of_the_sdk_is_signed_alike() {
    for token in [None, Some(TOKEN)] {
        let capture = Capture::default();
        let config = aws_sdk_lambda::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new(KEY_ID, SECRET, token.map(str::to_owned), None, "test"))
            .interceptor(capture.clone())
            .build();
        let client = aws_sdk_lambda::Client::from_conf(config);
        for name in ["orders", "arn:aws:lambda:eu-central-1:123456789012:function:a_b-c"] {
            for qualifier in [None, Some("$LATEST"), Some("live")] {
                let call = client.invoke().function_name(name).set_qualifier(qualifier.map(str::to_owned));
                let sent = call.payload(Blob::new(b"{\"a\":\"\xC3\xBC\"}".as_slice())).send().await;
                assert!(sent.is_err());
                assert_equal(&capture, token, "lambda");
            }
        }
    }
}

#[tokio::test]
async fn a_get_item_of_the_sdk_is_signed_alike() {
    use aws_sdk_dynamodb::{
        config::{BehaviorVersion, Region},
        types::AttributeValue,
    };
    for token in [None, Some(TOKEN)] {
        let capture = Capture::default();
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new(KEY_ID, SECRET, token.map(str::to_owned), None, "test"))
            .interceptor(capture.clone())
            .build();
        let client = aws_sdk_dynamodb::Client::from_conf(config);
        let key = AttributeValue::S("ü \"x\"".to_owned());
        assert!(client.get_item().table_name("orders").key("id", key).send().await.is_err());
        assert_equal(&capture, token, "dynamodb");
    }
}
