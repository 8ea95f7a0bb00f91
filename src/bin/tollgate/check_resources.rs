//! `tollgate check --deep`: AWS, or the local world, is asked about the functions and tables that an API names.

use std::{
    io::{self, Write},
    pin::pin,
    time::Duration,
};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget};
use tollgate::{
    api_file::{
        ApiFile, CheckedFile, SECTION,
        local_function::LocalFunction,
        local_table::{LocalTable, TableKey},
    },
    aws::caller_identity::caller_arn,
    deployment::{RequiredResource, counted},
    integrations::Requirement,
    resource_check::{
        DescribedIndex, DescribedTable, FunctionAnswer, KeyAttribute, KeySchema, KnownResources,
        ResourceNames, ResourceServices, ServicePlaces, TableAnswer, ask, compare,
    },
    userinfo::withheld,
};

use crate::{
    check_report::CheckReport,
    common_args::{CommonArgs, NO_TABLES},
    connection::{Connection, LocalWorld},
    interrupt::WhenInterrupted,
};

/// Who asks for less is answered before a bar is read.
const PROGRESS_BAR_AFTER: Duration = Duration::from_secs(1);
const LONGEST_WAIT_FOR_THE_ACCOUNT: Duration = Duration::from_secs(5);

/// What the API was compared with.
#[derive(Debug)]
pub struct Compared(ResourceNames);

impl Compared {
    /// # Errors
    ///
    /// The reader is gone.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let Self(ResourceNames { functions, tables }) = self;
        let (functions, tables) = (counted(functions.len(), "function"), counted(tables.len(), "table"));
        writeln!(out, "compared with what is there: {functions}, {tables}")
    }
}

/// Asks about what a file names, and adds what is found to its problems; `None`: it names nothing.
///
/// # Errors
///
/// There are no credentials, or a service does not answer.
pub fn of_file(checked: &mut CheckedFile, common: &CommonArgs) -> Result<Option<Compared>> {
    let required = checked.required_resources();
    if required.is_empty() {
        return Ok(None);
    }
    common.place.connected(NO_TABLES, WhenInterrupted::End, async |connection| {
        let known = match connection.local {
            LocalWorld::Yes => of_local_world(&checked.api, &required),
            LocalWorld::No => KnownResources::default(),
        };
        let names = ResourceNames::of(&required);
        let known = answers(connection, &names, known).await?;
        checked.add_resource_findings(compare(&required, &known, SECTION));
        Ok(Some(Compared(names)))
    })
}

/// Asks about what the items of stages name, and adds what is found to their reports; `None`: they name nothing.
///
/// # Errors
///
/// A service does not answer.
pub async fn of_tables(connection: &Connection, reports: &mut [CheckReport]) -> Result<Option<Compared>> {
    let required: Vec<_> = reports.iter().flat_map(CheckReport::required).cloned().collect();
    if required.is_empty() {
        return Ok(None);
    }
    let names = ResourceNames::of(&required);
    let known = answers(connection, &names, KnownResources::default()).await?;
    for report in reports {
        let findings = compare(report.required(), &known, &connection.store.tables.routes);
        report.add(findings);
    }
    Ok(Some(Compared(names)))
}

async fn answers(
    connection: &Connection,
    names: &ResourceNames,
    known: KnownResources,
) -> Result<KnownResources> {
    let services = ResourceServices {
        dynamodb: connection.dynamodb(),
        lambda: connection.lambda(),
        places: ServicePlaces {
            lambda: match connection.aws.endpoints.of("LAMBDA") {
                Some(endpoint) => format!("at {}", withheld(endpoint)),
                None => format!("in {}", connection.aws.region),
            },
            dynamodb: connection.place.clone(),
        },
        region: connection.aws.region.clone(),
        account: account(connection, names).await,
    };
    let bar = ProgressBar::with_draw_target(Some(names.count() as u64), ProgressDrawTarget::hidden());
    let mut asking = pin!(ask(&services, names, known, || bar.inc(1)));
    let answers = tokio::select! {
        answers = &mut asking => answers,
        () = tokio::time::sleep(PROGRESS_BAR_AFTER) => {
            // Where stderr is no terminal, nothing is drawn.
            bar.set_draw_target(ProgressDrawTarget::stderr());
            asking.await
        }
    };
    bar.finish_and_clear();
    Ok(answers?)
}

/// The account of the credentials, where a name says one; `None`: it is not known, or nobody needs it.
async fn account(connection: &Connection, names: &ResourceNames) -> Option<String> {
    let mut all = names.functions.iter().chain(&names.tables);
    let has_account = |name: &String| name.starts_with("arn:") || name.contains(":function:");
    let sts = connection.sts().filter(|_| all.any(has_account))?;
    let arn = caller_arn(&sts, LONGEST_WAIT_FOR_THE_ACCOUNT).await.ok()?;
    arn.split(':').nth(4).map(str::to_owned)
}

/// The functions and tables that `tollgate dev` makes of a file.
fn of_local_world(api: &ApiFile, required: &[RequiredResource]) -> KnownResources {
    let mut known = KnownResources::default();
    let is_of_file = |name: &str| {
        let mut functions = api.functions.iter();
        functions.any(|item| {
            item.name == name && LocalFunction::parse(&item.name, &item.to_item([])).value.is_ok()
        })
    };
    for RequiredResource { requirement, .. } in required {
        match requirement {
            Requirement::Function(function) if is_of_file(function.name()) => {
                known.functions.insert(function.to_string(), FunctionAnswer::Callable);
            }
            Requirement::Function(_) | Requirement::Table(_) => {}
        }
    }
    let tables =
        api.tables.iter().filter_map(|item| LocalTable::parse(&item.name, &item.to_item([])).value.ok());
    known.tables.extend(tables.map(|table| {
        let answer = TableAnswer::Described(described(&table).into());
        (table.name, answer)
    }));
    known
}

fn described(table: &LocalTable) -> DescribedTable {
    let indexes = table
        .indexes
        .iter()
        .map(|index| (index.name.clone(), DescribedIndex { status: None, key: schema(&index.key) }));
    DescribedTable { status: "ACTIVE".to_owned(), key: schema(&table.key), indexes: indexes.collect() }
}

fn schema(key: &TableKey) -> KeySchema {
    let attribute = |attribute: &tollgate::api_file::local_table::KeyAttribute| KeyAttribute {
        name: attribute.name.clone(),
        letter: attribute.kind.letter().to_owned(),
    };
    KeySchema { partition: vec![attribute(&key.hash)], sort: key.sort.iter().map(attribute).collect() }
}
