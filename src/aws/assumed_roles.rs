//! Roles that are assumed to call services: credentials from STS, kept until shortly before they end.
//!
//! Of all who want the same role at the same time one asks STS, and the others take what that one got.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use http::{HeaderMap, HeaderValue, Method, header::CONTENT_TYPE, uri::PathAndQuery};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    ServiceClient,
    call::{Attempts, CallError, CallPolicy, ServiceCall},
    credentials::Credentials,
    service::ServiceAddress,
    xml_text::first_text,
};
use crate::{clock::Clock, environment::Secret};

/// `arn:aws:iam::111122223333:role/path/name`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoleArn(String);

impl RoleArn {
    /// Reads a role's ARN. `None`: it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, "iam", "", account, resource] = *parts else { return None };
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@-_/".contains(&byte);
        let name = resource.strip_prefix("role/")?;
        let is_role =
            partition.starts_with("aws") && is_account && !name.is_empty() && name.bytes().all(legal);
        is_role.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The reason why a role is not assumed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the role {role} cannot be assumed")]
pub struct RoleError {
    role: String,
    #[source]
    pub cause: Arc<CallError>,
}

/// The roles that were assumed.
#[derive(Debug, Default)]
pub struct AssumedRoles(Mutex<HashMap<RoleArn, Arc<KeptRole>>>);

/// Held by the one who asks STS.
type KeptRole = tokio::sync::Mutex<Option<Assumed>>;

#[derive(Debug)]
enum Assumed {
    Session {
        session: Arc<RoleSession>,
        until: SystemTime,
    },
    /// STS is not asked again before this.
    Failed {
        error: RoleError,
        until: SystemTime,
    },
}

/// Credentials of a role, with the clients that sign by them.
#[derive(Debug)]
pub struct RoleSession {
    credentials: Credentials,
    clients: Mutex<HashMap<ServiceAddress, ServiceClient>>,
}

/// Every role may be assumed for an hour, and not for longer by a role.
const SESSION: Duration = Duration::from_secs(3_600);
/// A call that begins with credentials has these minutes to be signed and checked.
const MARGIN: Duration = Duration::from_secs(300);
/// A failure is everyone's for so long.
const PAUSE: Duration = Duration::from_secs(1);
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");

/// STS is asked again if it does not answer in time.
const POLICY: CallPolicy = CallPolicy {
    attempts: Attempts::Twice,
    attempt_timeout: Some(Duration::from_secs(5)),
    head_timeout: None,
};

impl AssumedRoles {
    /// The session of a role.
    ///
    /// # Errors
    ///
    /// STS says no, or does not answer; it is asked again a second later.
    pub async fn session(
        &self,
        role: &RoleArn,
        sts: impl FnOnce() -> ServiceClient,
        clock: &Clock,
    ) -> Result<Arc<RoleSession>, RoleError> {
        let kept = self.kept(role);
        let mut kept = kept.lock().await;
        let now = clock.now();
        match &*kept {
            Some(Assumed::Session { session, until }) if now < *until => return Ok(Arc::clone(session)),
            Some(Assumed::Failed { error, until }) if now < *until => return Err(error.clone()),
            Some(Assumed::Session { .. } | Assumed::Failed { .. }) | None => {}
        }
        match assume(&sts(), role).await {
            Ok(credentials) => {
                let session = Arc::new(RoleSession { credentials, clients: Mutex::default() });
                *kept =
                    Some(Assumed::Session { session: Arc::clone(&session), until: now + SESSION - MARGIN });
                Ok(session)
            }
            Err(cause) => {
                let error = RoleError { role: role.0.clone(), cause: Arc::new(cause) };
                *kept = Some(Assumed::Failed { error: error.clone(), until: now + PAUSE });
                Err(error)
            }
        }
    }

    fn kept(&self, role: &RoleArn) -> Arc<KeptRole> {
        let mut roles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(roles.entry(role.clone()).or_default())
    }
}

impl RoleSession {
    /// The client that signs by these credentials, on the connections of `own`.
    pub fn client(&self, address: &ServiceAddress, own: impl FnOnce() -> ServiceClient) -> ServiceClient {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(address) {
            return client.clone();
        }
        let client = own().with_credentials(self.credentials.clone());
        clients.insert(address.clone(), client.clone());
        client
    }
}

async fn assume(sts: &ServiceClient, role: &RoleArn) -> Result<Credentials, CallError> {
    let arn = utf8_percent_encode(&role.0, NON_ALPHANUMERIC);
    let seconds = SESSION.as_secs();
    let body = format!(
        "Action=AssumeRole&Version=2011-06-15&RoleArn={arn}&RoleSessionName=tollgate&DurationSeconds={seconds}"
    );
    let call = ServiceCall {
        method: Method::POST,
        path_and_query: PathAndQuery::from_static("/"),
        headers: HeaderMap::from_iter([(CONTENT_TYPE, FORM)]),
        trace_id: None,
        body: body.into(),
    };
    let answer = sts.call(&call, POLICY).await?;
    let text = |name| first_text(answer.body(), name).filter(|text| !text.is_empty());
    let credentials = text("AccessKeyId")
        .filter(|id| id.bytes().all(|byte| byte.is_ascii_graphic()))
        .zip(text("SecretAccessKey"))
        .zip(text("SessionToken"))
        .and_then(|((id, secret), token)| Credentials::temporary(id, Secret(secret), &token));
    credentials.ok_or_else(|| CallError::Unreadable("it has no credentials".into()))
}
