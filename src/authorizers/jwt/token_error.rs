//! The rules of a token, as the reasons why one is refused.

use std::fmt;

/// The first rule that a token breaks. It holds nothing of the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenError {
    TooLong,
    /// It is not three parts with full stops between them.
    Segments,
    /// A part is no base64url or no JSON object, has a name twice, or has a member of the wrong type.
    Malformed,
    /// It has `crit`.
    Critical,
    /// The authorizer does not accept the algorithm, or the token's key is not for it.
    Algorithm,
    /// No key has its `kid`. The issuer may have new keys.
    UnknownKey,
    Signature,
    Issuer,
    Audience,
    NoExpiry,
    Expired,
    NotYetValid,
    IssuedInFuture,
    NotAnIdToken,
    NotAnAccessToken,
    /// The name of the claim, as the operator wrote it.
    RequiredClaim(String),
}

impl TokenError {
    /// The text for `error_description` in `WWW-Authenticate`. Those of the segments, the issuer and the audience are
    /// API Gateway's.
    #[rustfmt::skip]
    pub fn description(&self) -> &'static str {
        match self {
            Self::TooLong          => "the token is too long",
            Self::Segments         => "token contains an invalid number of segments",
            Self::Malformed        => "the token is malformed",
            Self::Critical         => "the token has critical extensions",
            Self::Algorithm        => "the token's algorithm is not accepted",
            Self::UnknownKey       => "the token's key is unknown",
            Self::Signature        => "the token's signature is invalid",
            Self::Issuer           => "issuer does not match",
            Self::Audience         => "the token does not have a valid audience",
            Self::NoExpiry         => "the token does not have an expiry",
            Self::Expired          => "the token has expired",
            Self::NotYetValid      => "the token is not valid yet",
            Self::IssuedInFuture   => "the token was issued in the future",
            Self::NotAnIdToken     => "the token is not an ID token",
            Self::NotAnAccessToken => "the token is not an access token",
            Self::RequiredClaim(_) => "the token does not have a required claim",
        }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.description())?;
        if let Self::RequiredClaim(name) = self { write!(f, ": {name}") } else { Ok(()) }
    }
}

impl std::error::Error for TokenError {}
