//! `Principal` of a statement: the callers that it is about.

use super::{document::PolicyKind, element::Element, signer::Signer};

/// The callers that a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principals {
    Everybody,
    /// Whoever signs as one of these.
    Signers(Vec<NamedPrincipal>),
}

/// A principal of IAM, as policies name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPrincipal {
    /// `None`: of any, by the account's id alone.
    partition: Option<String>,
    account: String,
    part: AccountPart,
}

/// The part of an account that a principal is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum AccountPart {
    All,
    /// A user, with its path: `user/people/ada`.
    User(String),
    /// All sessions of the role of this name.
    Role(String),
    /// One session: `assumed-role/staff/ada`, `federated-user/ada`.
    Session(String),
}

pub const EXPECTED: &str = r#""*", or {"AWS": …} with "*", account ids or ARNs of IAM"#;
const CALLER: &str = r#"no Principal, or "*": the policy is about the caller that it was made for"#;

impl Principals {
    /// Reads `Principal`; what is wrong is noted, and `None`.
    pub fn parse(element: &Element<'_>, kind: PolicyKind) -> Option<Self> {
        if element.value == "*" {
            return Some(Self::Everybody);
        }
        // A denial of somebody else would be lost without a word.
        if kind == PolicyKind::IdentityBased {
            return element.fault(CALLER);
        }
        let (mut named, mut is_everybody) = (Vec::new(), false);
        for (name, value) in element.entries(EXPECTED)? {
            if name != "AWS" {
                return value.fault("nothing: only principals of AWS can call");
            }
            for principal in value.each(EXPECTED)? {
                match principal.text(EXPECTED)? {
                    "*" => is_everybody = true,
                    text => match NamedPrincipal::parse(text) {
                        Some(principal) => named.push(principal),
                        None => return principal.fault(EXPECTED),
                    },
                }
            }
        }
        match (is_everybody, named.is_empty()) {
            (true, _) => Some(Self::Everybody),
            (false, false) => Some(Self::Signers(named)),
            (false, true) => element.fault(EXPECTED),
        }
    }

    /// Says if they include a caller; `None` is one who has not signed.
    pub fn include(&self, signer: Option<&Signer<'_>>) -> bool {
        match self {
            Self::Everybody => true,
            Self::Signers(named) => signer.is_some_and(|signer| named.iter().any(|one| one.is(signer))),
        }
    }
}

impl NamedPrincipal {
    /// Reads an account's id, or the ARN of an account, a user, a role or a session; `None`: it is none of these.
    fn parse(text: &str) -> Option<Self> {
        if is_account(text) {
            return Some(Self { partition: None, account: text.to_owned(), part: AccountPart::All });
        }
        let arn = Signer::of_arn(text)?;
        let is_partition = arn.partition == "aws" || arn.partition.starts_with("aws-");
        if !is_partition || !is_account(arn.account) || text.contains(['*', '?', ' ']) {
            return None;
        }
        Some(Self {
            partition: Some(arn.partition.to_owned()),
            account: arn.account.to_owned(),
            part: AccountPart::of(&arn)?,
        })
    }

    fn is(&self, signer: &Signer<'_>) -> bool {
        let is_there = self.partition.as_deref().is_none_or(|partition| partition == signer.partition)
            && self.account == signer.account;
        is_there
            && match &self.part {
                AccountPart::All => true,
                AccountPart::User(user) => {
                    signer.service == "iam" && signer.resource.eq_ignore_ascii_case(user)
                }
                AccountPart::Role(name) => signer.role().is_some_and(|role| role.eq_ignore_ascii_case(name)),
                AccountPart::Session(session) => signer.service == "sts" && signer.resource == session,
            }
    }
}

impl AccountPart {
    fn of(arn: &Signer<'_>) -> Option<Self> {
        let (kind, rest) = arn.resource.split_once('/').unwrap_or((arn.resource, ""));
        let name = rest.rsplit('/').next().filter(|name| !name.is_empty());
        match (arn.service, kind) {
            ("iam", "root") if arn.resource == "root" => Some(Self::All),
            ("iam", "user") => name.map(|_| Self::User(arn.resource.to_owned())),
            // No two roles of an account have one name, whatever their paths.
            ("iam", "role") => name.map(|name| Self::Role(name.to_owned())),
            ("sts", "assumed-role") => {
                let (role, session) = rest.split_once('/')?;
                let is_session = !role.is_empty() && !session.is_empty() && !session.contains('/');
                is_session.then(|| Self::Session(arn.resource.to_owned()))
            }
            ("sts", "federated-user") => name.map(|_| Self::Session(arn.resource.to_owned())),
            _ => None,
        }
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = "arn:aws:iam::111122223333:user/people/ada";
    const STAFF: &str = "arn:aws:sts::111122223333:assumed-role/staff/ada@example.com";
    const LIKE_A_ROLE: &str = "arn:aws:sts::111122223333:assumed-role/other/staff";
    const GUEST: &str = "arn:aws:sts::111122223333:federated-user/guest";
    const ROOT: &str = "arn:aws:iam::111122223333:root";
    const STRANGER: &str = "arn:aws:sts::999999999999:assumed-role/staff/ada@example.com";
    const CHINA: &str = "arn:aws-cn:sts::111122223333:assumed-role/staff/ada@example.com";
    const ALL: [&str; 7] = [ADA, STAFF, LIKE_A_ROLE, GUEST, ROOT, STRANGER, CHINA];

    #[test]
    fn a_principal_is_an_account_a_user_all_sessions_of_a_role_or_one() {
        let of_account = [ADA, STAFF, LIKE_A_ROLE, GUEST, ROOT];
        let cases: [(&str, &[&str]); 14] = [
            ("111122223333", &[ADA, STAFF, LIKE_A_ROLE, GUEST, ROOT, CHINA]),
            (ROOT, &of_account),
            ("arn:aws-cn:iam::111122223333:root", &[CHINA]),
            (ADA, &[ADA]),
            ("arn:aws:iam::111122223333:user/people/ADA", &[ADA]),
            ("arn:aws:iam::111122223333:user/ada", &[]),
            ("arn:aws:iam::111122223333:role/staff", &[STAFF]),
            ("arn:aws:iam::111122223333:role/Staff", &[STAFF]),
            ("arn:aws:iam::111122223333:role/team/a/staff", &[STAFF]),
            ("arn:aws:iam::111122223333:role/sta", &[]),
            ("arn:aws:iam::111122223333:user/staff", &[]),
            (STAFF, &[STAFF]),
            ("arn:aws:sts::111122223333:assumed-role/staff/ADA@example.com", &[]),
            (GUEST, &[GUEST]),
        ];
        for (text, expected) in cases {
            let principals = Principals::Signers(vec![NamedPrincipal::parse(text).unwrap()]);
            for arn in ALL {
                let signer = Signer::of_arn(arn).unwrap();
                assert_eq!(principals.include(Some(&signer)), expected.contains(&arn), "{text} {arn}");
            }
            assert!(!principals.include(None), "{text}");
        }
        assert!(Principals::Everybody.include(None));
    }

    #[test]
    fn a_text_that_names_no_principal_is_refused() {
        let account = "arn:aws:iam::111122223333:";
        let of_account =
            ["", "user", "user/", "role/", "role/team/", "group/x", "root/x", "rootx", "role/*", "role/?"];
        let others = [
            "",
            "11112222333",
            "arn:aws:iam::cloudfront:user/x",
            "arn:aws:iam::*:root",
            "arn:aws:iam:eu-west-1:111122223333:root",
            "arn:*:iam::111122223333:root",
            "arn:awsx:iam::111122223333:root",
            "arn:aws:s3::111122223333:root",
            "arn:aws:sts::111122223333:root",
            "arn:aws:sts::111122223333:assumed-role/staff",
            "arn:aws:sts::111122223333:assumed-role/staff/",
            "arn:aws:sts::111122223333:assumed-role/staff/a/b",
            "arn:aws:sts::111122223333:federated-user/",
            "AROACKCEVSQ6C2EXAMPLE",
        ];
        for text in of_account.iter().map(|part| format!("{account}{part}")).chain(others.map(str::to_owned))
        {
            assert_eq!(NamedPrincipal::parse(&text), None, "{text}");
        }
    }
}
