//! The exit status of a command that could do its work.

use std::process::ExitCode;

use crate::notes::note;
use tollgate::{authorizers::KeyValue, error::GatewayError, store::Store};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    Ok,
    /// Any error that has no status of its own.
    Failed,
    /// There are differences; `diff` says so only with `--exit-code`.
    Different,
    Invalid,
    NotFound,
    /// The tables are not as they were when it was planned.
    Stale,
    /// AWS does not let the caller do it.
    Denied,
    /// The command line lacks an argument, or has a wrong one.
    WrongUse,
    /// The answer to a question was not yes.
    Declined,
    /// A test of an API failed.
    #[cfg(feature = "local")]
    TestFailed,
}

impl ExitStatus {
    /// Prints that there is no such stage.
    pub fn no_stage(store: &Store, stage: &str) -> Self {
        note(format_args!(
            "tollgate: there is no stage {stage} in {} or {}",
            store.tables.stages, store.tables.routes
        ));
        Self::NotFound
    }

    /// The status where a request would be refused: by nobody at all, or by a route.
    pub fn of_refusal(error: &GatewayError) -> Self {
        match error {
            GatewayError::StageNotFound { .. }
            | GatewayError::RouteNotFound
            | GatewayError::MethodNotAllowed { .. }
            | GatewayError::MissingAuthenticationToken => Self::NotFound,
            _ => Self::Invalid,
        }
    }

    /// Prints that there is no key with this id, without the id if it is a key's value.
    pub fn no_key(store: &Store, id: &str) -> Self {
        if KeyValue::stands_in(id) {
            note("tollgate: that is a key's value; `tollgate keys list` tells its id");
        } else {
            note(format_args!("tollgate: there is no key {id} in {}", store.tables.api_keys));
        }
        Self::NotFound
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        match status {
            ExitStatus::Ok => Self::SUCCESS,
            ExitStatus::Different => Self::from(2),
            ExitStatus::Invalid => Self::from(3),
            ExitStatus::NotFound => Self::from(4),
            ExitStatus::Stale => Self::from(5),
            ExitStatus::Denied => Self::from(6),
            ExitStatus::WrongUse => Self::from(64),
            ExitStatus::Failed | ExitStatus::Declined => Self::FAILURE,
            #[cfg(feature = "local")]
            ExitStatus::TestFailed => Self::from(7),
        }
    }
}
