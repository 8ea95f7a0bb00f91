//! The stages that a request is held against: those of the tables, or of an API file.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Result, bail};
use tollgate::{
    api_file::{FileKeys, FileStage},
    authorizers::{ApiKey, ApiKeys, KeyValue},
    clock::Clock,
    deployment::{Served, inspect, served_of_items},
    gateway::{AskedVersion, CallerKey, Explained, ExplainedResponse, TestInvocation, explain, test_invoke},
    integrations::Clients,
    limits::counters::Counters,
    message::Request,
    stages::StageSettings,
    store::Store,
};

use crate::{
    check_file::{self, FileOutcome},
    exit_status::ExitStatus,
    notes::note,
    output_format::OutputFormat,
};

/// What is explained.
pub enum Subject<'a> {
    Tables(&'a Store),
    File(Served, FileKeys, Vec<FileStage>),
}

/// The result of reading a file.
pub enum SubjectOutcome<'a> {
    Read(Subject<'a>),
    /// It is not there, or has problems; the operator was told.
    Refused(ExitStatus),
}

impl<'a> Subject<'a> {
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn read_file(path: &Path, output: OutputFormat) -> Result<SubjectOutcome<'a>> {
        let checked = match check_file::valid(path, output)? {
            FileOutcome::Valid(checked) => checked,
            FileOutcome::Refused(status) => return Ok(SubjectOutcome::Refused(status)),
        };
        let items: Vec<_> = checked.api.stages.iter().map(FileStage::to_items).collect();
        let served = served_of_items(&items)?;
        let keys = FileKeys::of(&checked.api);
        Ok(SubjectOutcome::Read(Self::File(served, keys, checked.api.stages)))
    }

    /// The first host of a stage, empty if it names none; `None`: there is no such stage.
    ///
    /// # Errors
    ///
    /// The tables cannot be read.
    pub async fn host_of(&self, stage: &str) -> Result<Option<String>> {
        let item = match self {
            Self::Tables(store) => store.stage(stage).await?.map(|row| row.item),
            Self::File(_, _, stages) => {
                stages.iter().find(|other| other.settings.name == stage).map(|stage| stage.to_items().stage)
            }
        };
        let host = |settings: StageSettings| settings.hosts.into_iter().next();
        let hosts = |item| StageSettings::parse("stages", &item).value.ok().and_then(host);
        Ok(item.map(|item| hosts(item).unwrap_or_default()))
    }

    /// The key that the request counts for; `None`: there is none with this id.
    ///
    /// # Errors
    ///
    /// The table cannot be read, or two keys have the id, or its item has problems.
    pub async fn caller_key(&self, id: Option<&str>) -> Result<Option<CallerKey>> {
        let Some(id) = id else { return Ok(Some(CallerKey::InRequest)) };
        let key = match self {
            Self::File(_, keys, _) => keys.key(id),
            Self::Tables(store) => {
                let mut items = store.api_key_items_of(id).await?;
                if items.len() > 1 {
                    let table = &store.tables.api_keys;
                    bail!("{} items of {table} have the id {id}: it must be one key's", items.len());
                }
                let parsed = items.pop().map(|item| ApiKey::parse(&store.tables.api_keys, &item).value);
                parsed.transpose()?.map(Arc::new)
            }
        };
        Ok(key.map(CallerKey::Item))
    }

    /// Explains a request; with `clients` also makes the call.
    ///
    /// # Errors
    ///
    /// The tables cannot be read.
    pub async fn explain(
        &self,
        request: &Request,
        asked: AskedVersion,
        key: &CallerKey,
        clients: Option<(Clients, Store)>,
    ) -> Result<(Explained, Option<ExplainedResponse>)> {
        let invocation = clients.map(|(clients, store)| TestInvocation {
            clients,
            counters: Arc::new(Counters::new(store, Clock::System, || 0)),
        });
        Ok(match (self, &invocation) {
            (Self::Tables(store), invocation) => {
                let served = inspect(store, &request.origin.domain_name, &request.path).await?;
                let keys = ApiKeys::new((*store).clone(), Duration::ZERO);
                match invocation {
                    Some(invocation) => test_invoke(&served, request, asked, key, &keys, invocation).await,
                    None => (explain(&served, request, asked, key, &keys).await, None),
                }
            }
            (Self::File(served, keys, _), Some(invocation)) => {
                test_invoke(served, request, asked, key, &keys.owners(), invocation).await
            }
            (Self::File(served, keys, _), None) => {
                (explain(served, request, asked, key, &keys.owners()).await, None)
            }
        })
    }

    /// Prints that there is no such stage.
    pub fn no_stage(&self, stage: &str) -> ExitStatus {
        match self {
            Self::Tables(store) => ExitStatus::no_stage(store, stage),
            Self::File(..) => {
                note(format_args!("tollgate: there is no stage {stage} in the file"));
                ExitStatus::NotFound
            }
        }
    }

    /// Prints that there is no such key.
    pub fn no_key(&self, id: &str) -> ExitStatus {
        match self {
            Self::Tables(store) => ExitStatus::no_key(store, id),
            Self::File(..) if KeyValue::stands_in(id) => {
                note("tollgate: that is a key's value; --api-key-id takes an id");
                ExitStatus::NotFound
            }
            Self::File(..) => {
                note(format_args!("tollgate: there is no key {id} in the file"));
                ExitStatus::NotFound
            }
        }
    }
}
