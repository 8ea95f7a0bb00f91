//! The text that tells principals apart.

/// It begins with `@`, which no API key's id has, and a sign for what it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalIdentity(String);

impl PrincipalIdentity {
    /// The identity of an issuer's subject.
    pub fn of_subject(issuer: &str, subject: &str) -> Self {
        Self(format!("@{}:{issuer}{subject}", issuer.len()))
    }

    /// The identity of whoever has a token that names no subject. `digest` is the token's, as hexadecimal digits.
    pub fn of_token(digest: &str) -> Self {
        Self(format!("@#{digest}"))
    }

    /// The identity of whom the function of an authorizer, by its name in `authorizers`, calls `principal_id`.
    pub fn of_principal_id(authorizer: &str, principal_id: &str) -> Self {
        Self(format!("@f{}:{authorizer}{principal_id}", authorizer.len()))
    }

    /// The identity of whom the function of an authorizer lets in without a name. `digest` is that of the values of its
    /// identity sources, as hexadecimal digits.
    pub fn of_identity_sources(authorizer: &str, digest: &str) -> Self {
        Self(format!("@s{}:{authorizer}{digest}", authorizer.len()))
    }

    /// The identity of an IAM caller. All users of a Cognito identity pool have one role, and its ARN.
    pub fn of_arn(arn: &str, cognito_identity_id: Option<&str>) -> Self {
        match cognito_identity_id {
            None => Self(format!("@i{arn}")),
            Some(id) => Self(format!("@c{}:{arn}{id}", arn.len())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
