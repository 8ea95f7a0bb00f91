//! A caller whose signature AWS has checked.

use std::{borrow::Cow, sync::LazyLock};

use http::{HeaderName, header::AUTHORIZATION};

use super::{PrincipalIdentity, TokenPlace};
use crate::{
    digest::{Sha256, hex},
    message::IamIdentity,
};

/// A caller by a signature.
#[derive(Debug, PartialEq, Eq)]
pub struct IamPrincipal {
    identity: PrincipalIdentity,
    caller: IamIdentity,
}

impl IamPrincipal {
    pub fn new(caller: IamIdentity) -> Self {
        let cognito = caller.cognito_identity.as_ref().map(|cognito| cognito.identity_id.as_str());
        Self { identity: PrincipalIdentity::of_arn(&caller.user_arn, cognito), caller }
    }

    pub fn identity(&self) -> &PrincipalIdentity {
        &self.identity
    }

    pub fn caller(&self) -> &IamIdentity {
        &self.caller
    }

    /// The parts of a signature, in headers and in the query.
    pub fn places() -> &'static [TokenPlace] {
        static PLACES: LazyLock<[TokenPlace; 4]> = LazyLock::new(|| {
            [
                TokenPlace::Header(AUTHORIZATION),
                TokenPlace::Header(HeaderName::from_static("x-amz-security-token")),
                TokenPlace::Querystring(Cow::Borrowed("X-Amz-Signature")),
                TokenPlace::Querystring(Cow::Borrowed("X-Amz-Security-Token")),
            ]
        });
        &*PLACES
    }

    /// The digest of all but the access key, of which a caller has others every hour; as hexadecimal digits.
    pub fn digest(&self) -> String {
        let IamIdentity {
            access_key: _,
            account_id,
            caller_id,
            cognito_identity,
            principal_org_id,
            user_arn,
            user_id,
        } = &self.caller;
        let mut digest = Sha256::default();
        for text in [account_id, caller_id, user_arn, user_id] {
            digest.add_framed(text);
        }
        digest.add_framed(principal_org_id.as_deref().unwrap_or_default());
        if let Some(cognito) = cognito_identity {
            digest.add_framed(&cognito.identity_id);
            digest.add_framed(&cognito.identity_pool_id);
            cognito.amr.iter().for_each(|text| digest.add_framed(text));
        }
        hex(&digest.finish())
    }
}
