//! How a command ended that could do its work.

use std::process::ExitCode;

use tollgate::{authorizers::KeyValue, store::Store};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Ok,
    Invalid,
    NotFound,
    /// The command line lacks a word.
    WrongUse,
    /// Somebody was asked, and did not say yes.
    Declined,
}

impl Ending {
    /// Says that there is no such stage.
    pub fn no_stage(store: &Store, stage: &str) -> Self {
        eprintln!(
            "tollgate: there is no stage {stage} in {} or {}",
            store.tables.stages, store.tables.routes
        );
        Self::NotFound
    }

    /// Says that there is no key with this id, and not what it is if it is a key's value.
    pub fn no_key(store: &Store, id: &str) -> Self {
        if KeyValue::stands_in(id) {
            eprintln!("tollgate: that is a key's value; `tollgate keys list` tells its id");
        } else {
            eprintln!("tollgate: there is no key {id} in {}", store.tables.api_keys);
        }
        Self::NotFound
    }
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Ok => Self::SUCCESS,
            Ending::Invalid => Self::from(3),
            Ending::NotFound => Self::from(4),
            Ending::WrongUse => Self::from(64),
            Ending::Declined => Self::FAILURE,
        }
    }
}
