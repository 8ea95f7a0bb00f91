//! `tollgate test`: the tests of an API.

mod json;
mod junit;
mod report;
mod tap;

use std::{
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use tollgate::{
    api_file::{FileProblem, yaml},
    api_test::{self, ApiUnderTest, ReadTests, TestWorld},
    deployment::{counted, served_items},
    store::Store,
};

use self::report::{FileReport, TestReport};
use crate::{
    check_file::{self, FileOutcome, text::write_problem},
    common_args::{CommonArgs, TESTED},
    exit_status::ExitStatus,
    json_text,
    notes::note,
    output_format::OutputFormat,
};

/// Send the requests of test files to the API, offline, and compare what comes of them with what is expected
///
/// The real gateway serves the API file in this process, with a DynamoDB of its own. Integrations and authorizers'
/// functions are answered as the tests say: nobody else is asked. Each test begins anew, at the time that its file says.
///
/// Exit code 3: a test file or the API has problems. 4: there is no such file. 7: a test failed.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "\
Examples:
  tollgate test examples/tests/orders.yaml
  tollgate test tests/*.yaml --format junit > report.xml
  tollgate test tests/smoke.yaml --deployed --local")]
pub struct Arguments {
    /// Files of tests.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The API file, whatever the test files say.
    #[arg(long, value_name = "FILE", conflicts_with = "deployed")]
    api: Option<PathBuf>,
    /// Test what the stages of the tables serve now, with their usage plans and the ids of their keys.
    #[arg(long)]
    deployed: bool,
    /// The form of the report [default: tap, or that of --output].
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<ReportFormat>,
    #[command(flatten)]
    common: CommonArgs,
}

/// The form of a report on tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ReportFormat {
    // The Test Anything Protocol, version 14.
    Tap,
    Junit,
    Json,
    Yaml,
}

/// The name of an API file, unless a test file says another.
const API_FILE: &str = "tollgate.yaml";

/// The tests of a file, or why there are none.
enum ReadOutcome {
    Read(ReadTests),
    Refused(ExitStatus),
}

/// An API to be tested, or why there is none.
enum ApiOutcome {
    Found(ApiUnderTest),
    Refused(ExitStatus),
}

/// # Errors
///
/// A file or the tables cannot be read, or the machine cannot run tests.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { files, common, deployed, .. } = arguments;
    let mut all = Vec::new();
    // All is read before anything runs.
    for file in files {
        match read(file)? {
            ReadOutcome::Read(tests) => all.push((file, tests)),
            ReadOutcome::Refused(status) => return Ok(status),
        }
    }
    if *deployed {
        let api = common.place.run(TESTED, async |store| of_tables(store).await)?;
        let runtime = runtime()?;
        return runtime.block_on(run_all(arguments, &all, Some(api)));
    }
    runtime()?.block_on(run_all(arguments, &all, None))
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()
}

async fn run_all(
    arguments: &Arguments,
    all: &[(&PathBuf, ReadTests)],
    deployed: Option<ApiUnderTest>,
) -> Result<ExitStatus> {
    let mut reports = Vec::new();
    for (path, tests) in all {
        let api = match &deployed {
            Some(api) => api.clone(),
            None => match api_of(arguments, path, tests)? {
                ApiOutcome::Found(api) => api,
                ApiOutcome::Refused(status) => return Ok(status),
            },
        };
        reports.push(run_file(path, tests, api).await?);
    }
    let format = arguments.format.unwrap_or(match arguments.common.output {
        OutputFormat::Text => ReportFormat::Tap,
        OutputFormat::Json => ReportFormat::Json,
        OutputFormat::Yaml => ReportFormat::Yaml,
    });
    let mut out = io::stdout().lock();
    match format {
        ReportFormat::Tap => tap::write(&mut out, &reports)?,
        ReportFormat::Junit => junit::write(&mut out, &reports)?,
        ReportFormat::Json => writeln!(out, "{}", json_text::indented(&json::report(&reports)))?,
        ReportFormat::Yaml => out.write_all(yaml(&json::report(&reports)).as_bytes())?,
    }
    out.flush()?;
    let failed = reports.iter().flat_map(|report| &report.tests).filter(|test| !test.failed.is_empty());
    Ok(if failed.count() > 0 { ExitStatus::TestFailed } else { ExitStatus::Ok })
}

fn read(path: &Path) -> Result<ReadOutcome> {
    let tests = match api_test::read(path) {
        Ok(tests) => tests,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            note(format_args!("tollgate: there is no file {}", path.display()));
            return Ok(ReadOutcome::Refused(ExitStatus::NotFound));
        }
        Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
    };
    if tests.problems.is_empty() {
        return Ok(ReadOutcome::Read(tests));
    }
    let mut out = io::stderr().lock();
    let write = |problem: &FileProblem| write_problem(&mut out, &tests.sources, problem);
    tests.problems.iter().try_for_each(write)?;
    let problems = counted(tests.problems.len(), "problem");
    note(format_args!("{}: {problems}", path.display()));
    Ok(ReadOutcome::Refused(ExitStatus::Invalid))
}

fn api_of(arguments: &Arguments, path: &Path, tests: &ReadTests) -> Result<ApiOutcome> {
    let said = tests.file.api.as_deref().unwrap_or(Path::new(API_FILE));
    let beside = path.with_file_name("").join(said);
    if arguments.api.is_none() && !is_of_project(&beside, path)? {
        note(format_args!(
            "tollgate: {}: api: got {}, expected a file below the folder of the tests or below this one; another one: --api \
             FILE",
            path.display(),
            said.display()
        ));
        return Ok(ApiOutcome::Refused(ExitStatus::Invalid));
    }
    let api = arguments.api.as_deref().unwrap_or(&beside);
    Ok(match check_file::valid(api, OutputFormat::Text)? {
        FileOutcome::Valid(checked) => ApiOutcome::Found(ApiUnderTest::of_file(&checked.api)),
        FileOutcome::Refused(status) => ApiOutcome::Refused(status),
    })
}

/// Says if a file is below the folder of its tests, or below the current one: tests that somebody else has written show
/// lines of no other. A file that is not there shows none.
fn is_of_project(api: &Path, tests: &Path) -> io::Result<bool> {
    let Ok(api) = api.canonicalize() else { return Ok(true) };
    let is_below = |folder: &Path| folder.canonicalize().map(|folder| api.starts_with(folder));
    Ok(is_below(&tests.with_file_name("").join("."))? || is_below(Path::new("."))?)
}

async fn of_tables(store: &Store) -> Result<ApiUnderTest> {
    let mut stages = Vec::new();
    for (name, items) in served_items(store).await? {
        match items {
            Some(items) => stages.push(items),
            None => note(format_args!("tollgate: stage {name} serves nothing yet, and is left out")),
        }
    }
    Ok(ApiUnderTest {
        stages,
        usage_plans: store.usage_plan_items().await?,
        api_keys: store.api_key_items().await?,
    })
}

async fn run_file(path: &Path, tests: &ReadTests, api: ApiUnderTest) -> Result<FileReport> {
    let world = TestWorld::start(api).await?;
    let mut report = FileReport { path: path.display().to_string(), tests: Vec::new() };
    for test in &tests.file.tests {
        let failed = world.run(&tests.file, test).await?;
        report.tests.push(TestReport::new(&tests.sources, test, failed));
    }
    Ok(report)
}
