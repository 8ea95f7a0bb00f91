//! `tollgate template test`.

use std::path::PathBuf;

use anyhow::Result;

use super::{
    input_file::{InputFile, ReadInput},
    report::{self, Detail},
    report_text,
    subject::{RouteTemplate, TryOutcome, try_file, try_route},
};
use crate::{exit_status::ExitStatus, output_format::OutputFormat};

/// Arguments that say which template of a route is meant.
const OF_A_ROUTE: [&str; 5] = ["file", "route", "stage", "content_type", "response"];

/// Render a mapping template (VTL) on this machine, and show its text, overrides and variables
///
/// The template is a file, or that of a route in an API file. It is rendered by the gateway's own code, with the request
/// of --input. Nobody is called.
///
/// The input is JSON. Each of its members may be left out: method, path, pathParameters, querystring, headers, body (JSON
/// or a text), stageVariables, context (members of $context: authorizer, identity, stage, requestId, …), and for a
/// response's template integrationResponse, which has the body that the integration has answered.
///
/// Exit code 3: the template, the input or the API file has problems, or the request would be refused. 4: there is no such
/// file, stage or route.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "\
Examples:
  tollgate template test orders.vtl --input request.json
  tollgate template test orders.vtl --input request.json --trace
  tollgate template test --file tollgate.yaml --route 'POST /orders' --content-type application/json -i request.json
  tollgate template test --file tollgate.yaml --route 'POST /orders' --response 200 -i - -o json < request.json")]
pub struct Arguments {
    /// A template. With integrationResponse in the input it is a response's, else a request's.
    #[arg(value_name = "FILE", required_unless_present = "route", conflicts_with_all = OF_A_ROUTE)]
    template: Option<String>,
    /// The request, as JSON; - reads stdin.
    #[arg(short, long, value_name = "FILE")]
    input: Option<String>,
    /// An API file such as tollgate.yaml, whose route has the template.
    #[arg(long, value_name = "FILE", requires = "route")]
    file: Option<PathBuf>,
    /// The key of the route, such as 'POST /orders'; its parameters may have other names.
    #[arg(long, value_name = "ROUTE_KEY", requires = "file")]
    route: Option<String>,
    /// The stage of the route, where several have one of this key.
    #[arg(long, requires = "route")]
    stage: Option<String>,
    /// The content type of the request, which chooses its template, whatever the input's headers say.
    #[arg(long, value_name = "TYPE", requires = "route")]
    content_type: Option<String>,
    /// Render the template of the response for this answer of the integration: a status, the message of a function's
    /// error, or default. The request's template is rendered before it, for its overrides.
    #[arg(long, value_name = "ANSWER", requires = "route")]
    response: Option<String>,
    /// Show what was evaluated, step by step, with its place and its result.
    #[arg(long)]
    trace: bool,
    /// The form of the result.
    #[arg(short, long, value_enum, default_value_t)]
    output: OutputFormat,
}

/// # Errors
///
/// A file cannot be read, or the reader is gone.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let input = match InputFile::read(arguments.input.as_deref())? {
        ReadInput::Read(input) => input,
        ReadInput::Refused(status) => return Ok(status),
    };
    let outcome = match (&arguments.template, &arguments.file, &arguments.route) {
        (Some(template), _, _) => try_file(template, &input)?,
        (None, Some(file), Some(route_key)) => {
            let asked = RouteTemplate {
                file,
                output: arguments.output,
                stage: arguments.stage.as_deref(),
                route_key,
                content_type: arguments.content_type.as_deref(),
                answer: arguments.response.as_deref(),
            };
            try_route(&asked, &input)?
        }
        (None, _, _) => return Ok(ExitStatus::WrongUse),
    };
    let tried = match outcome {
        TryOutcome::Tried(tried) => tried,
        TryOutcome::Refused(status) => return Ok(status),
    };
    let detail = if arguments.trace { Detail::Trace } else { Detail::Result };
    arguments
        .output
        .write(|| report::to_json(&tried, detail), |out| report_text::write(out, &tried, detail))?;
    Ok(if tried.is_failed() { ExitStatus::Invalid } else { ExitStatus::Ok })
}
