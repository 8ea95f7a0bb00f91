//! `requestContext.authorizer` of an event: who signed the request, by AWS's word.

use serde::Deserialize;

use crate::message::{CognitoIdentity, IamIdentity};

/// More than any of the facts has: a path of a user's ARN may have 512 characters.
const MOST_CHARS: usize = 1_024;
/// More than Cognito names of one user.
const MOST_PROVIDERS: usize = 32;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct RawAuthorizer {
    iam: Option<RawIam>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RawIam {
    access_key: Option<String>,
    account_id: Option<String>,
    caller_id: Option<String>,
    cognito_identity: Option<RawCognitoIdentity>,
    principal_org_id: Option<String>,
    user_arn: Option<String>,
    user_id: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RawCognitoIdentity {
    amr: Option<Vec<String>>,
    identity_id: Option<String>,
    identity_pool_id: Option<String>,
}

impl RawAuthorizer {
    /// Who signed; `None` where nobody did, and where it is longer than AWS writes it.
    pub fn iam(self) -> Option<IamIdentity> {
        let raw = self.iam?;
        let cognito_identity = match raw.cognito_identity.filter(|cognito| cognito.identity_id.is_some()) {
            Some(cognito) => Some(CognitoIdentity {
                amr: cognito.amr.unwrap_or_default(),
                identity_id: cognito.identity_id.unwrap_or_default(),
                identity_pool_id: cognito.identity_pool_id.unwrap_or_default(),
            }),
            None => None,
        };
        let iam = IamIdentity {
            access_key: raw.access_key.unwrap_or_default(),
            account_id: raw.account_id.unwrap_or_default(),
            caller_id: raw.caller_id.unwrap_or_default(),
            cognito_identity,
            principal_org_id: raw.principal_org_id,
            user_arn: raw.user_arn.filter(|arn| !arn.is_empty())?,
            user_id: raw.user_id.unwrap_or_default(),
        };
        is_bounded(&iam).then_some(iam)
    }
}

fn is_bounded(iam: &IamIdentity) -> bool {
    let cognito = iam.cognito_identity.iter();
    let of_cognito = cognito
        .flat_map(|cognito| cognito.amr.iter().chain([&cognito.identity_id, &cognito.identity_pool_id]));
    let own = [&iam.access_key, &iam.account_id, &iam.caller_id, &iam.user_arn, &iam.user_id];
    let providers = iam.cognito_identity.as_ref().map_or(0, |cognito| cognito.amr.len());
    let mut texts = own.into_iter().chain(&iam.principal_org_id).chain(of_cognito);
    providers <= MOST_PROVIDERS && texts.all(|text| text.chars().count() <= MOST_CHARS)
}
