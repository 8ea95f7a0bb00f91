//! Credentials, which Lambda puts into the environment.

use http::HeaderValue;

use crate::environment::{Aws, Secret};

/// Whose requests they are. Never printed.
#[derive(Clone, Debug)]
pub struct Credentials {
    access_key_id: String,
    secret_access_key: Secret,
    session_token: Option<HeaderValue>,
}

impl Credentials {
    /// Reads those of the environment. A token that no header can hold is as if it were not there.
    pub fn of(aws: &Aws) -> Self {
        let token = aws.session_token.as_ref().and_then(|token| HeaderValue::from_str(&token.0).ok());
        Self {
            access_key_id: aws.access_key_id.clone(),
            secret_access_key: aws.secret_access_key.clone(),
            session_token: token.map(|mut token| {
                token.set_sensitive(true);
                token
            }),
        }
    }

    /// Those of a role that was assumed. `None`: no header can hold the token.
    pub fn temporary(access_key_id: String, secret_access_key: Secret, session_token: &str) -> Option<Self> {
        let mut token = HeaderValue::from_str(session_token).ok()?;
        token.set_sensitive(true);
        Some(Self { access_key_id, secret_access_key, session_token: Some(token) })
    }

    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    pub fn secret_access_key(&self) -> &str {
        &self.secret_access_key.0
    }

    pub fn session_token(&self) -> Option<HeaderValue> {
        self.session_token.clone()
    }
}
