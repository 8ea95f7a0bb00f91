//! The reasons for which an answer is not stored: for the operator, and short enough to stand in the table.

use std::fmt;

use http::StatusCode;

/// A reason for which an answer is not stored; displays in the operator's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UncacheableReason {
    Status(StatusCode),
    SetCookie,
    /// The answer depends on what the key does not have.
    Vary,
    NoStore,
    Private,
    /// The request says `no-store`.
    RequestNoStore,
    /// The request had credentials, and the answer does not say that others may have it.
    Credentials,
    NoLifetime,
    /// The answer would be of no use from the first moment on.
    Stale,
    LongBody,
    LongHead,
    /// The answer says that its body is base64, and that is none.
    BrokenBase64,
    /// DynamoDB left a part of it for later.
    Unfinished,
}

/// All but `Status`.
const WITHOUT_STATUS: [UncacheableReason; 12] = [
    UncacheableReason::SetCookie,
    UncacheableReason::Vary,
    UncacheableReason::NoStore,
    UncacheableReason::Private,
    UncacheableReason::RequestNoStore,
    UncacheableReason::Credentials,
    UncacheableReason::NoLifetime,
    UncacheableReason::Stale,
    UncacheableReason::LongBody,
    UncacheableReason::LongHead,
    UncacheableReason::BrokenBase64,
    UncacheableReason::Unfinished,
];

const STATUS: &str = "STATUS_";

struct ReasonRow {
    name: &'static str,
    words: &'static str,
}

impl UncacheableReason {
    /// `SET_COOKIE`, `STATUS_429`: as the table has it.
    pub fn name(self) -> String {
        let ReasonRow { name, .. } = self.row();
        if let Self::Status(status) = self { format!("{name}{}", status.as_u16()) } else { name.to_owned() }
    }

    /// Reads a name; `None`: it is another version's.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.strip_prefix(STATUS) {
            Some(status) => status.parse().ok().map(Self::Status),
            None => WITHOUT_STATUS.into_iter().find(|reason| reason.row().name == name),
        }
    }

    #[rustfmt::skip]
    fn row(self) -> ReasonRow {
        let row = |name, words| ReasonRow { name, words };
        match self {
            Self::Status(_)      => row(STATUS,             "no answer is kept with the status"),
            Self::SetCookie      => row("SET_COOKIE",       "it has Set-Cookie (with cacheMode HTTP: without public)"),
            Self::Vary           => row("VARY",             "its Vary says *, or names a header that is forwarded and not in the key, or that requestParameters fill"),
            Self::NoStore        => row("NO_STORE",         "it says no-store"),
            Self::Private        => row("PRIVATE",          "it says private"),
            Self::RequestNoStore => row("REQUEST_NO_STORE", "the request said no-store"),
            Self::Credentials    => row("CREDENTIALS",      "the request had credentials, and it says neither public, s-maxage nor must-revalidate"),
            Self::NoLifetime     => row("NO_LIFETIME",      "it does not say for how long it is fresh"),
            Self::Stale          => row("STALE",            "it was stale when it came, and cannot be confirmed by an ETag or Last-Modified"),
            Self::LongBody       => row("LONG_BODY",        "its body has more than 1,048,576 bytes"),
            Self::LongHead       => row("LONG_HEAD",        "its headers have more than 32,768 bytes"),
            Self::BrokenBase64   => row("BROKEN_BASE64",    "it has isBase64Encoded, and its body is no base64"),
            Self::Unfinished     => row("UNFINISHED",       "DynamoDB left a part of the batch for later"),
        }
    }
}

impl fmt::Display for UncacheableReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ReasonRow { words, .. } = self.row();
        f.write_str(words)?;
        if let Self::Status(status) = self { write!(f, " {}", status.as_u16()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_read_as_it_is_written_and_an_unknown_one_is_none() {
        let status = UncacheableReason::Status(StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(status.name(), "STATUS_429");
        for reason in WITHOUT_STATUS.into_iter().chain([status]) {
            assert_eq!(UncacheableReason::of_name(&reason.name()), Some(reason));
        }
        for other in ["", "STATUS_", "STATUS_x", "TOMORROWS"] {
            assert_eq!(UncacheableReason::of_name(other), None, "{other}");
        }
    }
}
