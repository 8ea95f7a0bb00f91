//! The operator, as the history of a stage tells who moved it.

use std::{fs, process::Command, time::Duration};

use tollgate::aws::{ServiceClient, caller_identity::caller_arn};

/// More is not worth the wait: the machine's own words do as well.
const AT_MOST: Duration = Duration::from_secs(2);

/// Returns the ARN that AWS knows the caller by, or else `user@host` of this machine.
pub async fn operator(sts: Option<&ServiceClient>) -> String {
    match sts {
        Some(sts) => caller_arn(sts, AT_MOST).await.unwrap_or_else(|_| on_this_machine()),
        None => on_this_machine(),
    }
}

fn on_this_machine() -> String {
    let first = |names: &[&str]| names.iter().find_map(|name| word(&std::env::var(name).ok()?));
    let user = first(&["USER", "LOGNAME", "USERNAME"]);
    let host = first(&["HOSTNAME", "COMPUTERNAME"])
        .or_else(|| word(&fs::read_to_string("/proc/sys/kernel/hostname").ok()?))
        .or_else(|| word(&String::from_utf8(Command::new("hostname").output().ok()?.stdout).ok()?));
    let unknown = || "unknown".to_owned();
    format!("{}@{}", user.unwrap_or_else(unknown), host.unwrap_or_else(unknown))
}

fn word(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
