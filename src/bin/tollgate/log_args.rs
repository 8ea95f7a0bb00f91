//! The arguments of commands about access lines: which group they are in, and which of them are wanted.

use std::time::Duration;

use anyhow::{Result, bail};
use tollgate::{
    access_lines::{LineFilter, StatusFilter, Tail, TailPage},
    aws::call::CallError,
};

use crate::{
    common_args::CommonArgs,
    connection::{Connection, LocalWorld},
    failure,
    notes::note,
};

/// Where the lines are, and which are wanted.
#[derive(clap::Args)]
pub struct LogArgs {
    /// The log group [default: that of --stack; with --local that of `tollgate dev`, at http://127.0.0.1:9001 (or
    /// INVOKE_PORT)].
    #[arg(long, value_name = "NAME")]
    log_group: Option<String>,
    /// Only of this stage.
    #[arg(long)]
    stage: Option<String>,
    /// Only of this route: its key, or its path for all methods.
    #[arg(long, value_name = "KEY|PATH")]
    route: Option<String>,
    /// Only with this status: 404, or 5xx for all from 500.
    #[arg(long)]
    status: Option<StatusFilter>,
    /// Only of the API key with this id.
    #[arg(long, value_name = "ID")]
    key: Option<String>,
}

/// The group of the local world.
const LOCAL_GROUP: &str = "/aws/lambda/gateway";

/// The time between two looks at the log. CloudWatch lets an account look some ten times a second.
pub const INTERVAL: Duration = Duration::from_secs(1);

/// Lines as they come, from some time on.
pub struct LineSource<'a> {
    common: &'a CommonArgs,
    log_group: String,
    tail: Tail,
}

impl LogArgs {
    /// # Errors
    ///
    /// It is not known which group the lines are in.
    pub fn source<'a>(
        &self,
        common: &'a CommonArgs,
        connection: &Connection,
        from_ms: u64,
    ) -> Result<LineSource<'a>> {
        let known = self.log_group.clone().or_else(|| connection.outputs.get("LogGroup").cloned());
        let log_group = match (known, connection.local) {
            (Some(log_group), _) => log_group,
            (None, LocalWorld::Yes) => LOCAL_GROUP.to_owned(),
            (None, LocalWorld::No) => {
                bail!("which log group: --stack or --log-group; the local world: --local")
            }
        };
        let filter = LineFilter {
            stage: self.stage.clone(),
            route: self.route.clone(),
            status: self.status,
            key_id: self.key.clone(),
        };
        let tail = Tail::new(connection.logs(), &log_group, filter, from_ms);
        Ok(LineSource { common, log_group, tail })
    }
}

impl LineSource<'_> {
    /// The next lines.
    ///
    /// # Errors
    ///
    /// They cannot be read, also not with new credentials.
    pub async fn page(&mut self) -> Result<TailPage> {
        match self.tail.page().await {
            Ok(page) => Ok(page),
            Err(error) if is_expired(&error) => {
                self.tail.set_client(Connection::of(&self.common.place).await?.logs());
                self.tail.page().await.map_err(failure::of_service)
            }
            Err(error) if error.code() == Some("ResourceNotFoundException") => {
                bail!("there is no log group {}; others: --region, --log-group or --stack", self.log_group)
            }
            Err(error) => {
                Err(failure::of_service(error).context(format!("reading the log group {}", self.log_group)))
            }
        }
    }

    /// The same for what goes on until somebody ends it: a failure that may pass is told, and is no end.
    ///
    /// # Errors
    ///
    /// They cannot be read, and will not be.
    pub async fn patient_page(&mut self) -> Result<Option<TailPage>> {
        match self.page().await {
            Ok(page) => Ok(Some(page)),
            Err(error) => {
                let call_error = error.chain().find_map(|cause| cause.downcast_ref::<CallError>());
                let may_pass = call_error.is_some_and(|error| {
                    error.is_throttled() || error.service_error().is_none_or(|it| it.status.is_server_error())
                });
                if !may_pass {
                    return Err(error);
                }
                note(format_args!("tollgate: {}; trying again", tollgate::error::chain(error.as_ref())));
                Ok(None)
            }
        }
    }
}

fn is_expired(error: &CallError) -> bool {
    matches!(error.code(), Some("ExpiredTokenException" | "ExpiredToken"))
}
