//! Signatures of tokens: the algorithms (RFC 7518, RFC 8037), the public keys, and which fits which.
//!
//! `none` and `HS…` are no algorithms here, so no token can ask for them. All is ring's but P-521, which it does not have.

use std::fmt;

use p521::ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier};
use ring::{
    digest::{SHA512, digest},
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
        RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
        RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
        UnparsedPublicKey, VerificationAlgorithm,
    },
};

use super::TokenError;

/// The algorithm of a signature: `alg` of a token's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    Es512,
    EdDsa,
}

impl Algorithm {
    #[rustfmt::skip]
    pub const ALL: [Self; 10] = [
        Self::Rs256, Self::Rs384, Self::Rs512,
        Self::Ps256, Self::Ps384, Self::Ps512,
        Self::Es256, Self::Es384, Self::Es512, Self::EdDsa,
    ];

    /// Finds an algorithm by its name, to the letter.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    #[rustfmt::skip]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256", Self::Rs384 => "RS384", Self::Rs512 => "RS512",
            Self::Ps256 => "PS256", Self::Ps384 => "PS384", Self::Ps512 => "PS512",
            Self::Es256 => "ES256", Self::Es384 => "ES384", Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
        }
    }

    #[rustfmt::skip]
    fn verification(self) -> Verification {
        match self {
            Self::Rs256 => Verification::Rsa(&RSA_PKCS1_2048_8192_SHA256),
            Self::Rs384 => Verification::Rsa(&RSA_PKCS1_2048_8192_SHA384),
            Self::Rs512 => Verification::Rsa(&RSA_PKCS1_2048_8192_SHA512),
            Self::Ps256 => Verification::Rsa(&RSA_PSS_2048_8192_SHA256),
            Self::Ps384 => Verification::Rsa(&RSA_PSS_2048_8192_SHA384),
            Self::Ps512 => Verification::Rsa(&RSA_PSS_2048_8192_SHA512),
            Self::Es256 => Verification::Curve(Curve::P256, &ECDSA_P256_SHA256_FIXED),
            Self::Es384 => Verification::Curve(Curve::P384, &ECDSA_P384_SHA384_FIXED),
            Self::Es512 => Verification::P521,
            Self::EdDsa => Verification::Curve(Curve::Ed25519, &ED25519),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The way in which an algorithm verifies.
enum Verification {
    Rsa(&'static RsaParameters),
    Curve(Curve, &'static dyn VerificationAlgorithm),
    P521,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
    Ed25519,
}

/// The public part of a key.
#[derive(Debug)]
pub(super) enum PublicKey {
    /// Modulus and exponent, big-endian, without leading zeros.
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    /// A point: of P-256, P-384 and P-521 uncompressed, with its first byte 4.
    Curve(Curve, Vec<u8>),
}

impl PublicKey {
    /// True if the key is of the type, and on the curve, that the algorithm is for.
    pub(super) fn fits(&self, algorithm: Algorithm) -> bool {
        match (self, algorithm.verification()) {
            (Self::Rsa(_), Verification::Rsa(_)) => true,
            (Self::Curve(of_key, _), Verification::Curve(of_algorithm, _)) => *of_key == of_algorithm,
            (Self::Curve(of_key, _), Verification::P521) => *of_key == Curve::P521,
            (Self::Rsa(_), Verification::Curve(..) | Verification::P521)
            | (Self::Curve(..), Verification::Rsa(_)) => false,
        }
    }

    /// True if `signature` was made of `message` by the owner of this key, with this algorithm.
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (self, algorithm.verification()) {
            // The length first: what ring computes of a key for each signature costs much more.
            (Self::Rsa(key), Verification::Rsa(parameters)) => {
                signature.len() == key.n.len() && key.verify(parameters, message, signature).is_ok()
            }
            (Self::Curve(of_key, point), Verification::Curve(of_algorithm, verification)) => {
                *of_key == of_algorithm
                    && UnparsedPublicKey::new(verification, point).verify(message, signature).is_ok()
            }
            (Self::Curve(of_key, point), Verification::P521) => {
                *of_key == Curve::P521 && is_of_p521(point, message, signature)
            }
            (Self::Rsa(_), Verification::Curve(..) | Verification::P521)
            | (Self::Curve(..), Verification::Rsa(_)) => false,
        }
    }
}

/// Verifies a signature with whichever of the keys made it.
///
/// # Errors
///
/// None did.
pub(super) fn verify<'a>(
    mut keys: impl Iterator<Item = &'a PublicKey>,
    algorithm: Algorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), TokenError> {
    let is_valid = keys.any(|key| key.verifies(algorithm, message, signature));
    if is_valid { Ok(()) } else { Err(TokenError::Signature) }
}

/// True if `signature` is ECDSA on P-521 with SHA-512, as two numbers of 66 bytes (RFC 7518 §3.4).
fn is_of_p521(point: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let read = (VerifyingKey::from_sec1_bytes(point), Signature::from_slice(signature));
    let (Ok(key), Ok(signature)) = read else { return false };
    key.verify_prehash(digest(&SHA512, message).as_ref(), &signature).is_ok()
}
