//! `tollgate import`: what a team has → an API file or tables, and a report on everything that was in it.

mod applied;
mod from_aws;
mod page;
mod report_form;

use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use tollgate::{
    api_import::{
        BasePathMode, ImportOptions, Input, OptionsMocks, aws_cli::keys_file, definition::ApiKind, import,
    },
    deployment::counted,
};

use self::{
    from_aws::{Fetched, FetchedApi},
    report_form::ReportForm,
};
use crate::{
    common_args::PlaceArgs, confirm::is_asked, exit_status::ExitStatus, message_arg::MessageArg, notes::note,
};

/// Write an API file of an OpenAPI document or a template, and report on everything that is in it
///
/// OpenAPI 3.0 and 3.1 and Swagger 2.0, with the extensions of API Gateway, as written by hand or by get-export; and a REST
/// or HTTP API of a template: CloudFormation, SAM, what CDK and `serverless package` write. Each part is taken, taken
/// otherwise, left out, or needs an answer; nothing is dropped silently. Nothing is written before all questions are
/// answered, and no route is more open than it was unless an answer says so.
///
/// Files that the AWS CLI printed may stand beside the document, each known by its content: get-stages, get-usage-plans,
/// get-usage-plan-keys, get-api-keys --include-values, get-rest-apis, get-base-path-mappings, and apigatewayv2 get-apis,
/// get-stages, get-api-mappings. Without a document, get-resources --embed methods is one, with get-authorizers, get-models,
/// get-request-validators and get-gateway-responses beside it. Values of keys are hashed, and written nowhere.
///
/// --from-aws fetches all of them, with credentials and region as every command has them. It only reads, and needs
/// apigateway:GET.
///
/// With --apply the tables hold the API afterwards, and serve it, as with `tollgate apply`; and its keys, as with
/// `tollgate keys import`.
///
/// Exit code 1: a file to write is there, or the answer was not yes. 3: there are errors, or questions. 4: there is no such
/// file, API or stage. 5: the tables have changed since the difference was shown. 6: AWS does not let you fetch it. 64:
/// there is no terminal to ask on, and no --yes.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "\
Examples:
  tollgate import openapi.yaml -o tollgate.yaml
  tollgate import export.json --stage prod --map answers.yaml > tollgate.yaml
  tollgate import template.yaml --parameter Stage=prod -o tollgate.yaml
  tollgate import export.json stages.json plans.json plan-keys.json keys.json -o tollgate.yaml --keys keys.csv
  tollgate import openapi.yaml -o tollgate.yaml --page report.html
  tollgate import --from-aws abc123 --stage prod -o tollgate.yaml --keys keys.csv
  tollgate import export.json stages.json plans.json plan-keys.json keys.json --apply --stack tollgate")]
pub struct Arguments {
    /// The document or template, and files of the AWS CLI; a folder is the cdk.out of `cdk synth`.
    #[arg(required_unless_present = "from_aws", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Fetch the REST or HTTP API with this id, instead of reading files.
    #[arg(long, value_name = "API_ID", conflicts_with_all = ["files", "local"])]
    from_aws: Option<String>,
    /// The file to write, which must not be there yet; without it, stdout.
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// A file for the hashes of the API keys, which tollgate keys import takes; it must not be there yet.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Write over files that are there.
    #[arg(long)]
    force: bool,
    /// The name of the stage [default: that of an export, else v1 or, of an HTTP API, $default]; with --from-aws the stage
    /// that is fetched, which an API with one stage needs not say.
    #[arg(long, value_name = "NAME")]
    stage: Option<String>,
    /// What the API is; needed where the document does not tell.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// The answers to what the report asks: a map, in YAML or JSON.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// The value of a template's parameter, as often as there are; it counts before its default.
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,
    /// What becomes of the document's base path: it is dropped, stands before every path, or does so without its first
    /// segment.
    #[arg(long = "basepath", value_enum, value_name = "WAY", default_value = "ignore")]
    base_path: BasePath,
    /// Leave OPTIONS mocks that only answer preflights as they are, instead of making corsConfiguration of them.
    #[arg(long)]
    keep_options: bool,
    /// The form of the report: on stdout with --out, else on stderr.
    #[arg(long, value_enum, value_name = "FORM", default_value = "text")]
    report: ReportForm,
    /// Write the report as a page too, as HTML.
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// Make the tables hold the API and serve it, instead of writing a file; it shows the difference, and asks on a terminal.
    #[arg(long, conflicts_with_all = ["out", "keys", "force"])]
    apply: bool,
    /// Apply without asking.
    #[arg(short, long, requires = "apply")]
    yes: bool,
    #[command(flatten)]
    message: MessageArg,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Kind {
    Rest,
    Http,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum BasePath {
    Ignore,
    Prepend,
    Split,
}

/// What becomes of a file that is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Existing {
    Stays,
    IsWrittenOver,
}

impl Arguments {
    fn existing(&self) -> Existing {
        if self.force { Existing::IsWrittenOver } else { Existing::Stays }
    }

    /// `openapi.yaml, stages.json`, or `API abc123`.
    fn names(&self) -> String {
        if let Some(id) = &self.from_aws {
            return format!("API {id}");
        }
        self.files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
    }

    /// The files; or what is fetched, whose stage and kind become options. `Err`: there is nothing to fetch, which is told.
    fn inputs(&self, options: &mut ImportOptions) -> Result<Result<Vec<Input>, ExitStatus>> {
        let Some(id) = &self.from_aws else {
            return Ok(Ok(self.files.iter().cloned().map(Input::File).collect()));
        };
        Ok(match from_aws::fetch(&self.place, id, self.stage.as_deref())? {
            Fetched::Api(FetchedApi { kind, stage, inputs }) => {
                options.kind = Some(kind);
                options.stage = Some(stage);
                Ok(inputs)
            }
            Fetched::Nothing { words, status } => {
                note(format_args!("tollgate: {words}"));
                Err(status)
            }
        })
    }

    fn options(&self) -> ImportOptions {
        ImportOptions {
            stage: self.stage.clone(),
            kind: self.kind.map(|kind| match kind {
                Kind::Rest => ApiKind::Rest,
                Kind::Http => ApiKind::Http,
            }),
            parameters: self.parameters.iter().cloned().collect(),
            base_path: match self.base_path {
                BasePath::Ignore => BasePathMode::Ignore,
                BasePath::Prepend => BasePathMode::Prepend,
                BasePath::Split => BasePathMode::Split,
            },
            options_mocks: if self.keep_options { OptionsMocks::Stay } else { OptionsMocks::BecomeCors },
        }
    }
}

/// `Stage=prod`
fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("expected NAME=VALUE, such as Stage=prod".to_owned()),
    }
}

/// # Errors
///
/// A file cannot be read or written, or a call of API Gateway failed; with `--apply` also: the tables cannot be read or written.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { files, out, keys, force, map, report, page, .. } = arguments;
    if let Some(missing) = files.iter().chain(map).find(|file| !file.exists()) {
        note(format_args!("tollgate: there is no file {}", missing.display()));
        return Ok(ExitStatus::NotFound);
    }
    if let Some(there) = out.iter().chain(keys).find(|file| !force && file.exists()) {
        note(format_args!("tollgate: {} is there: --force writes over it", there.display()));
        return Ok(ExitStatus::Failed);
    }
    if arguments.apply
        && !arguments.yes
        && let Err(status) = is_asked("apply it")
    {
        return Ok(status);
    }
    let mut options = arguments.options();
    let inputs = match arguments.inputs(&mut options)? {
        Ok(inputs) => inputs,
        Err(status) => return Ok(status),
    };
    let imported = import(&inputs, map.clone().map(Input::File).as_ref(), &options)?;
    if let Some(file) = page {
        fs::write(file, page::page(&imported)).with_context(|| format!("writing {}", file.display()))?;
    }
    let told = report.of(&imported);
    match out {
        Some(_) => io::stdout().lock().write_all(told.as_bytes())?,
        None => note(told.trim_end()),
    }
    let Some(text) = &imported.text else { return Ok(ExitStatus::Invalid) };
    match out {
        _ if arguments.apply => return applied::apply(arguments, text, &imported.api_keys),
        Some(out) => write(out, text, arguments.existing())?,
        None => io::stdout().lock().write_all(text.as_bytes())?,
    }
    match keys {
        Some(file) => write(file, &keys_file(&imported.api_keys), arguments.existing())?,
        None if imported.api_keys.is_empty() => {}
        None => note(format_args!(
            "tollgate: {}: --keys FILE writes their hashes, for tollgate keys import FILE",
            counted(imported.api_keys.len(), "API key")
        )),
    }
    Ok(ExitStatus::Ok)
}

fn write(out: &Path, text: &str, existing: Existing) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(existing == Existing::Stays).create(true).truncate(true);
    let written = options.open(out).and_then(|mut file| file.write_all(text.as_bytes()));
    written.or_else(|error| match error.kind() {
        ErrorKind::AlreadyExists => anyhow::bail!("{} is there: --force writes over it", out.display()),
        _ => Err(error).with_context(|| format!("writing {}", out.display())),
    })
}
