//! `tollgate export openapi`: a stage as an OpenAPI document.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::PathBuf,
};

use anyhow::{Context, Result};
use tollgate::{
    api_export::{ExportOptions, Extensions, OpenApiVersion, document},
    api_file::{
        apply::read_items,
        check,
        export::{Exported, StoredItems},
    },
};

use crate::{
    common_args::{self, CommonArgs},
    exit_status::ExitStatus,
    notes::note,
    output_format::OutputFormat,
};

/// Write a stage as an OpenAPI document, in YAML, or in JSON with --output json
///
/// Paths, parameters, bodies with their models, security. With --extensions apigateway also who answers, in the words of
/// API Gateway; with all, what only Tollgate has as x-tollgate-…, so that `tollgate import` gives the same items again.
/// Values that may be secrets are left out. What else had to be is told on stderr.
///
/// Exit code 3: the file has problems. 4: there is no such stage or file.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "\
Examples:
  tollgate export openapi v1 > openapi.yaml
  tollgate export openapi v1 --extensions apigateway --version 3.1 --output json
  tollgate export openapi v1 --file tollgate.yaml --extensions all")]
pub struct Arguments {
    stage: String,
    /// The stage of this API file instead of the tables'.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The extensions in the document: for clients none, API Gateway's, or Tollgate's own too.
    #[arg(long, value_enum, value_name = "WHICH", default_value = "none")]
    extensions: WrittenExtensions,
    /// The version of OpenAPI.
    #[arg(long, value_enum, value_name = "VERSION", default_value = "3.0")]
    version: Version,
    #[command(flatten)]
    common: CommonArgs,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum WrittenExtensions {
    None,
    Apigateway,
    All,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Version {
    #[value(name = "3.0")]
    V30,
    #[value(name = "3.1")]
    V31,
}

impl Arguments {
    fn options(&self) -> ExportOptions {
        ExportOptions {
            extensions: match self.extensions {
                WrittenExtensions::None => Extensions::None,
                WrittenExtensions::Apigateway => Extensions::ApiGateway,
                WrittenExtensions::All => Extensions::All,
            },
            version: match self.version {
                Version::V30 => OpenApiVersion::V30,
                Version::V31 => OpenApiVersion::V31,
            },
        }
    }
}

/// # Errors
///
/// The tables or the file cannot be read.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { stage, file, common, .. } = arguments;
    let Some(path) = file else {
        return common.place.run(common_args::STAGES, async |store| {
            let items = read_items(store, Some(&BTreeSet::from([stage.clone()]))).await?;
            if items.stages.is_empty() && items.routes.values().all(Vec::is_empty) {
                return Ok(ExitStatus::no_stage(store, stage));
            }
            print(arguments, &items)
        });
    };
    let shown = path.display().to_string();
    if !path.exists() {
        note(format_args!("tollgate: there is no file {shown}"));
        return Ok(ExitStatus::NotFound);
    }
    let checked = check(path).with_context(|| format!("reading {shown}"))?;
    if !checked.is_valid() {
        note(format_args!("tollgate: {shown} has problems: tollgate check {shown}"));
        return Ok(ExitStatus::Invalid);
    }
    if !checked.api.stage_names.contains(stage) {
        note(format_args!("tollgate: there is no stage {stage} in {shown}"));
        return Ok(ExitStatus::NotFound);
    }
    print(arguments, &checked.api.to_stored())
}

fn print(arguments: &Arguments, items: &StoredItems) -> Result<ExitStatus> {
    let stage = &arguments.stage;
    let Exported { stages, left_out, .. } = Exported::of(items);
    let Some(exported) = stages.get(stage) else {
        note(format_args!("tollgate: there is no stage {stage}"));
        return Ok(ExitStatus::NotFound);
    };
    let document = document(stage, exported, arguments.options());
    let text = match arguments.common.output {
        OutputFormat::Text | OutputFormat::Yaml => document.yaml(),
        OutputFormat::Json => format!("{:#}\n", document.json),
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    let is_of_stage = |line: &&String| line.starts_with(&format!("[stage={stage}"));
    let left_out = left_out.iter().filter(is_of_stage).chain(&document.left_out);
    left_out.for_each(|line| note(format_args!("tollgate: left out: {line}")));
    Ok(ExitStatus::Ok)
}
