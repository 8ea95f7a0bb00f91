//! What is known of functions and tables: AWS is asked about each, a few at a time, or a file says it.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use super::{ResourceNames, described_table::DescribedTable};
use crate::{
    aws::{
        call::CallError,
        dynamodb::{DynamoDb, read},
        lambda_control::{FunctionState, LambdaControl},
    },
    error::StoreError,
};

/// The calls that are under way at one time: Lambda takes a hundred a second.
const CONCURRENT_CALLS: usize = 4;

/// What is known of functions and tables, by the names that items have for them.
#[derive(Clone, Debug, Default)]
pub struct KnownResources {
    pub functions: BTreeMap<String, FunctionAnswer>,
    pub tables: BTreeMap<String, TableAnswer>,
    pub places: ServicePlaces,
}

/// The places of the services, as the operator is told them: `in eu-west-1`, `at http://127.0.0.1:8000`.
#[derive(Clone, Debug, Default)]
pub struct ServicePlaces {
    pub lambda: String,
    pub dynamodb: String,
}

/// What is known of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionAnswer {
    /// It is there, and can be called.
    Callable,
    /// Lambda could not make it ready: the state, and Lambda's words for the reason.
    Failed { reason: String },
    /// There is none of its name.
    Missing,
    /// It is there, without this alias or version.
    NoQualifier { function: String, qualifier: String },
    /// Nobody was asked, for this reason.
    NotAsked { why: String },
}

/// What is known of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableAnswer {
    Described(Box<DescribedTable>),
    Missing,
    /// Nobody was asked, for this reason.
    NotAsked {
        why: String,
    },
}

/// The services that are asked, and what they can tell.
#[derive(Debug)]
pub struct ResourceServices {
    pub dynamodb: DynamoDb,
    pub lambda: LambdaControl,
    pub places: ServicePlaces,
    /// Its functions and tables are those that the gateway reaches.
    pub region: String,
    /// `None`: it is not known, and every account is asked about.
    pub account: Option<String>,
}

/// Asks about each of `names` that `known` has no word of. `asked` is told of every answer.
///
/// # Errors
///
/// A service does not answer, or denies it.
pub async fn ask(
    services: &ResourceServices,
    names: &ResourceNames,
    mut known: KnownResources,
    asked: impl Fn(),
) -> Result<KnownResources, StoreError> {
    let functions = names.functions.iter().filter(|name| !known.functions.contains_key(*name));
    let functions = stream::iter(functions.cloned().collect::<Vec<_>>()).map(async |name| {
        let answer = services.function(&name).await?;
        asked();
        Ok::<_, StoreError>((name, answer))
    });
    let tables = names.tables.iter().filter(|name| !known.tables.contains_key(*name));
    let tables = stream::iter(tables.cloned().collect::<Vec<_>>()).map(async |name| {
        let answer = services.table(&name).await?;
        asked();
        Ok::<_, StoreError>((name, answer))
    });
    let functions: Vec<_> = functions.buffer_unordered(CONCURRENT_CALLS).try_collect().await?;
    let tables: Vec<_> = tables.buffer_unordered(CONCURRENT_CALLS).try_collect().await?;
    known.functions.extend(functions);
    known.tables.extend(tables);
    known.places = services.places.clone();
    Ok(known)
}

impl ResourceServices {
    async fn function(&self, name: &str) -> Result<FunctionAnswer, StoreError> {
        if let Some(why) = self.elsewhere(name) {
            return Ok(FunctionAnswer::NotAsked { why });
        }
        let Some(state) = self.state(name).await? else {
            return Ok(match qualified(name) {
                Some(QualifiedName { function, qualifier }) if self.state(function).await?.is_some() => {
                    let [function, qualifier] = [function, qualifier].map(str::to_owned);
                    FunctionAnswer::NoQualifier { function, qualifier }
                }
                Some(_) | None => FunctionAnswer::Missing,
            });
        };
        Ok(match state.state.as_deref() {
            Some("Failed") => {
                FunctionAnswer::Failed { reason: state.state_reason.unwrap_or_else(|| "Failed".to_owned()) }
            }
            // An idle one wakes up when it is called, and one that is being made is soon there.
            Some(_) | None => FunctionAnswer::Callable,
        })
    }

    /// `None`: there is no such function.
    async fn state(&self, name: &str) -> Result<Option<FunctionState>, StoreError> {
        found(self.lambda.state(name).await, "asking about a function")
    }

    async fn table(&self, name: &str) -> Result<TableAnswer, StoreError> {
        if let Some(why) = self.elsewhere(name) {
            return Ok(TableAnswer::NotAsked { why });
        }
        let body = json!({ "TableName": name }).to_string().into_bytes();
        let described = self.dynamodb.call_json("DescribeTable", body).await;
        let described = described.and_then(|answer| read::<Value>(answer.body()));
        let described = found(described, "asking about a table")?;
        Ok(match described {
            Some(described) => TableAnswer::Described(DescribedTable::read(&described["Table"]).into()),
            None => TableAnswer::Missing,
        })
    }

    /// The reason why it cannot be asked about here: it is another account's or region's.
    fn elsewhere(&self, name: &str) -> Option<String> {
        let parts: Vec<&str> = name.split(':').collect();
        let (region, account) = match parts.as_slice() {
            ["arn", _, _, region, account, ..] => (Some(*region), *account),
            [account, "function", ..] => (None, *account),
            _ => return None,
        };
        match (region, &self.account) {
            (Some(region), _) if region != self.region => {
                Some(format!("it is in {region}, and {} is asked", self.region))
            }
            (_, Some(own)) if account != own => {
                Some(format!("it is of account {account}, and these credentials are of {own}"))
            }
            (_, _) => None,
        }
    }
}

/// `None`: there is no such thing.
fn found<T>(answer: Result<T, CallError>, operation: &'static str) -> Result<Option<T>, StoreError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        // Of a name that nothing can have it says the other.
        Err(error) if matches!(error.code(), Some("ResourceNotFoundException" | "ValidationException")) => {
            Ok(None)
        }
        Err(error) => Err(StoreError::new(operation, error)),
    }
}

/// A function with its alias or version.
struct QualifiedName<'a> {
    function: &'a str,
    qualifier: &'a str,
}

/// Takes `orders:live` apart; `None`: it has no alias or version.
fn qualified(name: &str) -> Option<QualifiedName<'_>> {
    let own = name.rsplit_once(":function:").map_or(name, |(_, own)| own);
    let own = own.strip_prefix("function:").unwrap_or(own);
    let (_, qualifier) = own.split_once(':')?;
    let function = &name[..name.len() - qualifier.len() - 1];
    Some(QualifiedName { function, qualifier })
}
