//! The signed client: what it signs, how often it calls, which errors it gives.

mod assumed_roles;
mod attempts;
#[cfg(feature = "cli")]
mod caller_identity;
mod errors;
mod hostile_answers;
mod official_signer;
mod presigned_urls;
mod sdk_signatures;
mod signing_suite;

use std::time::{Duration, SystemTime};

use http::HeaderMap;

use super::{
    ServiceClient,
    call::ServiceCall,
    credentials::Credentials,
    service::{Service, SigningForm},
    signature::Signer,
};
use crate::{
    calendar::Day,
    environment::{Aws, Endpoints, Secret},
};

const KEY_ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLE+token==";

/// The settings of a service at `endpoint`.
fn aws(endpoint: &str, session_token: Option<&str>) -> Aws {
    Aws {
        region: "us-east-1".to_owned(),
        access_key_id: KEY_ID.to_owned(),
        secret_access_key: Secret(SECRET.to_owned()),
        session_token: session_token.map(|token| Secret(token.to_owned())),
        endpoints: Endpoints::all_at(endpoint),
    }
}

fn lambda(endpoint: &str) -> ServiceClient {
    ServiceClient::new(Service::Lambda, &aws(endpoint, Some(TOKEN)))
}

fn signer(session_token: Option<&str>, region: &str, service: &'static str) -> Signer {
    let credentials = Credentials::of(&aws("http://a", session_token));
    Signer::new(credentials, region, service, SigningForm::General)
}

fn invocation() -> ServiceCall {
    ServiceCall {
        method: http::Method::POST,
        path_and_query: http::uri::PathAndQuery::from_static(
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Aa/invocations",
        ),
        headers: HeaderMap::new(),
        trace_id: None,
        body: "{}".into(),
    }
}

/// `20150830T123600Z` as a time.
fn time(timestamp: &str) -> SystemTime {
    let number = |range: std::ops::Range<usize>| timestamp[range].parse::<u64>().unwrap();
    let date = format!("{}-{}-{}", &timestamp[..4], &timestamp[4..6], &timestamp[6..8]);
    let today: Day = date.parse().unwrap();
    let of_day = number(9..11) * 3_600 + number(11..13) * 60 + number(13..15);
    SystemTime::UNIX_EPOCH + Duration::from_secs(today.start_seconds() + of_day)
}
