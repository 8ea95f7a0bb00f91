//! What may be wrong around a gateway: its tables, its function, its role, its log, items that nobody reads. Nothing is
//! changed, and what cannot be looked at is said to be so.

mod clock_skew;
mod finding;
mod gateway_function;
mod gateway_log;
mod gateway_role;
mod gateway_version;
mod stage_items;
mod table_settings;
#[cfg(test)]
mod tests;
mod unread_items;

use std::time::SystemTime;

pub use self::finding::{Finding, FindingLevel};
use self::table_settings::TableFindings;
use crate::{
    aws::{
        ServiceClient,
        call::{CallError, CallPolicy},
        cloudwatch_logs::CloudWatchLogs,
        denial::denial,
        dynamodb::DynamoDb,
        lambda_control::LambdaControl,
    },
    error::StoreError,
    store::Store,
};

/// What is asked, and about what.
#[derive(Debug)]
pub struct Examination<'a> {
    pub store: &'a Store,
    pub dynamodb: DynamoDb,
    pub now: SystemTime,
    /// `None`: of the local world there is none of it.
    pub services: Option<Services>,
}

/// The services around the tables.
#[derive(Debug)]
pub struct Services {
    pub lambda: LambdaControl,
    pub logs: CloudWatchLogs,
    pub iam: ServiceClient,
    pub policy: CallPolicy,
    /// The gateway's function, if it is known.
    pub function: Option<String>,
    /// Its log group, if it is known.
    pub log_group: Option<String>,
}

/// What was found; or, where AWS denies the look, that.
fn if_allowed(subject: &str, found: Result<Vec<Finding>, StoreError>) -> Result<Vec<Finding>, StoreError> {
    found.or_else(|error| {
        let denied = error.source.downcast_ref::<CallError>().and_then(denial);
        denied.map(|denied| vec![Finding::not_checked(subject, denied)]).ok_or(error)
    })
}

/// The findings about one part of the whole.
#[derive(Debug)]
pub struct Section {
    pub title: &'static str,
    pub findings: Vec<Finding>,
}

/// Looks at everything.
///
/// # Errors
///
/// The items in the tables cannot be read. A table that is not there is a finding.
pub async fn examine(examination: &Examination<'_>) -> Result<Vec<Section>, StoreError> {
    let Examination { store, dynamodb, now, services } = examination;
    let tables = table_settings::examine(dynamodb, &store.tables).await;
    let TableFindings { findings, routes, arns, all_are_there } = tables;
    let mut sections = vec![Section { title: "tables", findings }];
    let mut add = |title, findings| sections.push(Section { title, findings });
    match services {
        Some(services) => {
            let function = gateway_function::examine(services, &store.tables, routes.as_ref()).await;
            let log_group = services.log_group.clone().or(function.log_group);
            add("function", function.findings);
            add(
                "role",
                gateway_role::examine(services, function.role.as_deref(), &store.tables, &arns).await,
            );
            let mut log = gateway_log::examine(services, log_group.as_deref()).await;
            log.extend(gateway_version::of_the_log(services, log_group.as_deref(), *now).await);
            add("log", log);
        }
        None => {
            let why = "the local world has no function URL, role or log group";
            add("function", vec![Finding::not_checked("function", why)]);
        }
    }
    if all_are_there {
        add("stages", if_allowed("stages", stage_items::examine(store).await)?);
        add("items", if_allowed("items", unread_items::examine(store).await)?);
    }
    add("clock", vec![clock_skew::examine(dynamodb, &store.tables.stages, *now).await]);
    Ok(sections)
}
