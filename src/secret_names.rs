//! The names of headers and query parameters whose values are secrets, whichever API they belong to.
//!
//! What is no secret may be taken for one (`nextToken`); the other way round somebody's key would be told.

/// In a name: `id_token`, `X-Api-Key`, `user[password]`, `AWSAccessKeyId`.
const WORDS: [&str; 17] = [
    "accesskey",
    "apikey",
    "assertion",
    "authorization",
    "bearer",
    "cookie",
    "credential",
    "jwt",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "session",
    "signature",
    "token",
    "verifier",
];

/// Whole names: as a part they are in `author`, `postcode` and `keyword`.
const NAMES: [&str; 9] = ["auth", "code", "key", "otp", "pass", "pin", "pwd", "sid", "sig"];

/// True of the name of a header or a parameter, decoded, that says that its value is a secret. Capital letters and what
/// is neither letter nor digit make no difference: `Api-Key`, `api_key` and `apikey` are one name.
pub fn is_secret(name: &str) -> bool {
    let letters: String =
        name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    WORDS.iter().any(|word| letters.contains(word)) || NAMES.contains(&letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_that_its_value_is_a_secret() {
        for name in [
            "access_token",
            "Api-Key",
            "api.key",
            "AUTHORIZATION",
            "AWSAccessKeyId",
            "client_assertion",
            "client_secret",
            "code",
            "code_verifier",
            "id_token",
            "jwt",
            "key",
            "refresh_token",
            "session-id",
            "Set-Cookie",
            "sig",
            "user[password]",
            "x-amz-credential",
            "x-api-key",
            "X-Amz-Signature",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["", "accept", "author", "page", "postcode", "keyword", "sort-key", "spin", "design", "x"]
        {
            assert!(!is_secret(name), "{name}");
        }
    }
}
