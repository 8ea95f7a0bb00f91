//! The failure of a command in one line: what is missing, denied or unknown, and what to do.

use std::fmt;

use anyhow::Error;
use tollgate::{
    aws::{
        call::{CallError, ServiceError},
        denial::denial,
        dynamodb::DynamoDb,
    },
    error::StoreError,
};

use crate::{
    common_args::TableSelection,
    connection::{Connection, LocalWorld},
    exit_status::ExitStatus,
};

/// A failure whose reason AWS has told.
#[derive(Debug)]
pub struct AwsFailure {
    line: String,
    /// The exit status of the command.
    pub status: ExitStatus,
}

impl fmt::Display for AwsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl std::error::Error for AwsFailure {}

/// The credentials are none, or no longer.
const UNKNOWN_CREDENTIALS: [&str; 9] = [
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "ExpiredToken",
    "ExpiredTokenException",
];

const NO_SUCH_TABLE: &str = "ResourceNotFoundException";

/// The failure of a command that was connected, with what to do.
pub async fn explained(error: Error, connection: &Connection, tables: TableSelection) -> Error {
    let call_error = error.chain().find_map(|cause| cause.downcast_ref::<CallError>());
    let is_of_the_store = error.chain().any(|cause| cause.is::<StoreError>());
    let done = done_before(&error);
    if let Some(known) = call_error.and_then(known) {
        return AwsFailure { line: format!("{done}{}", known.line), ..known }.into();
    }
    if !is_of_the_store {
        return error;
    }
    let names = tables(&connection.store.tables);
    let place = &connection.place;
    if call_error.and_then(CallError::code) == Some(NO_SUCH_TABLE) {
        let missing = missing(&connection.dynamodb(), &names).await;
        if !missing.is_empty() {
            let line = format!("{done}{}; {}", absent(&missing, &names, place), ways(connection.local));
            return AwsFailure { line, status: ExitStatus::Failed }.into();
        }
    }
    let where_it_is = match call_error {
        Some(CallError::NotSent(_)) if connection.aws.endpoints.of("DYNAMODB").is_none() => {
            format!("with {} {place} (is that a region, and is there a network?)", named(&names))
        }
        Some(CallError::NotSent(_)) if connection.local == LocalWorld::Yes => {
            format!("with {} {place} (is `tollgate dev` running?)", named(&names))
        }
        _ => format!("with {} {place}", named(&names)),
    };
    error.context(where_it_is)
}

/// What the command says of its work, before the word of the service.
fn done_before(error: &Error) -> String {
    let causes = error.chain().take_while(|cause| !cause.is::<CallError>());
    causes.map(|cause| format!("{cause}: ")).collect()
}

/// The failure of a call of a service.
pub fn of_service(error: CallError) -> Error {
    match known(&error) {
        Some(known) => known.into(),
        None => error.into(),
    }
}

fn known(error: &CallError) -> Option<AwsFailure> {
    let refused = error.service_error()?;
    if let Some(denial) = denial(error) {
        let line = format!("{denial}; let it be allowed, or use other credentials (--profile)");
        return Some(AwsFailure { line, status: ExitStatus::Denied });
    }
    if UNKNOWN_CREDENTIALS.contains(&refused.code.as_str()) {
        let ServiceError { code, message, .. } = refused;
        let what_to_do = match code.as_str() {
            "ExpiredToken" | "ExpiredTokenException" => "they have ended: sign in anew (`aws sso login`)",
            // The message has both times.
            _ if message.contains("Signature expired") || message.contains("not yet current") => {
                "the clock of this machine is wrong"
            }
            _ => "other ones: --profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        };
        let line = format!("AWS does not take these credentials: {code}: {message}: {what_to_do}");
        return Some(AwsFailure { line, status: ExitStatus::Failed });
    }
    None
}

/// Those of the tables that are not there, as far as that can be known.
async fn missing<'a>(dynamodb: &DynamoDb, names: &[&'a str]) -> Vec<&'a str> {
    let mut missing = Vec::new();
    for name in names {
        let body = serde_json::json!({ "TableName": name }).to_string().into_bytes();
        let described = dynamodb.call_json("DescribeTable", body).await;
        if described.is_err_and(|error| error.code() == Some(NO_SUCH_TABLE)) {
            missing.push(*name);
        }
    }
    missing
}

fn absent(missing: &[&str], names: &[&str], place: &str) -> String {
    match missing {
        [only] => format!("there is no table {only} {place}"),
        all if all.len() == names.len() => format!("there is none of {} {place}", named(names)),
        some => format!("there are no tables {} {place}", some.join(", ")),
    }
}

fn ways(local: LocalWorld) -> &'static str {
    match local {
        LocalWorld::Yes => "`tollgate dev` makes its own, of the names that its environment says",
        LocalWorld::No => "where they are: --region, --table-prefix or --stack",
    }
}

fn named(tables: &[&str]) -> String {
    match tables {
        [only] => format!("the table {only}"),
        [others @ .., last] => format!("the tables {} and {last}", others.join(", ")),
        [] => "no table".to_owned(),
    }
}
