//! Who has signed a request with keys of AWS, by the ARN that AWS says of them.

/// A signer. IAM tells no two users, and no two roles, of an account apart by case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signer<'a> {
    /// `aws`, `aws-cn`.
    pub(super) partition: &'a str,
    pub(super) account: &'a str,
    /// `iam` or `sts`, which is part of what AWS calls it.
    pub(super) service: &'a str,
    /// `user/people/ada`, `assumed-role/staff/ada@example.com`, `federated-user/ada`, `root`.
    pub(super) resource: &'a str,
}

impl<'a> Signer<'a> {
    /// Reads the ARN; `None`: it is none of IAM's.
    pub fn of_arn(arn: &'a str) -> Option<Self> {
        match arn.splitn(6, ':').collect::<Vec<_>>()[..] {
            ["arn", partition, service @ ("iam" | "sts"), "", account, resource] if !resource.is_empty() => {
                Some(Self { partition, account, service, resource })
            }
            _ => None,
        }
    }

    /// The name of the role that the signer has assumed, without its path, which AWS does not say.
    pub fn role(&self) -> Option<&'a str> {
        let session = self.resource.strip_prefix("assumed-role/").filter(|_| self.service == "sts")?;
        session.rsplit_once('/').map(|(role, _session)| role)
    }

    /// The ARN of that role, without its path:
    /// `arn:aws:sts::111122223333:assumed-role/staff/ada` is of `arn:aws:iam::111122223333:role/staff`.
    pub fn role_arn(&self) -> Option<String> {
        let Self { partition, account, .. } = self;
        self.role().map(|role| format!("arn:{partition}:iam::{account}:role/{role}"))
    }
}
