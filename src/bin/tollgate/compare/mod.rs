//! `tollgate compare`: the answers of two APIs, request by request.

mod header_arg;
mod json;
mod page;
mod requests;
mod text;
mod typed_value;

use std::{fs, num::NonZeroUsize, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use tollgate::api_comparison::{
    Asker, BaseUrl, Comparison, ComparisonReport, FileCredentials, Origin, Pace, Secrets, Selected,
    SelectedMethods, Selection, Side, compare_all,
};

use self::{
    header_arg::{HeaderArg, HeaderOutcome},
    requests::{RequestsOutcome, RoutesOutcome, RulesOutcome},
};
use crate::{exit_status::ExitStatus, notes::note, output_format::OutputFormat};

/// Send requests to two APIs and say what differs in their answers: status, headers, body
///
/// Requests come from access logs (in JSON, CLF or CSV), HAR files, Postman collections, the examples of an OpenAPI
/// document, files of `tollgate test`, and plain lines; a file is known by its content. Redirects are not followed. Only
/// GET, HEAD and OPTIONS are sent, unless --unsafe says otherwise. The value of a header that you give is never shown.
///
/// Exit code 1: a side has not answered at all. 2: there are differences. 3: a file has problems, or there is nothing to
/// send. 4: there is no such file.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "\
Examples:
  tollgate compare --left https://abc123.execute-api.eu-west-1.amazonaws.com/prod --right https://api.example.com/v1 --requests access.log
  tollgate compare --left http://127.0.0.1:9000/v1 --right http://127.0.0.1:9000/v2 /orders/7 '/orders?limit=2'
  tollgate compare --left https://old.example.com/prod --right https://api.example.com/v1 --requests api.har --rules rules.yaml --page differences.html
  tollgate compare --left https://old.example.com/prod --right https://api.example.com/v1 --requests openapi.yaml --left-header @old-key.txt --right-header 'x-api-key: tg_...'")]
pub struct Arguments {
    /// The URL below which the first API is, with its stage or base path.
    #[arg(long, value_name = "URL")]
    left: BaseUrl,
    /// The URL of the second one.
    #[arg(long, value_name = "URL")]
    right: BaseUrl,
    /// Requests such as /orders/7 or 'HEAD /orders?limit=2'.
    #[arg(value_name = "REQUEST", required_unless_present = "requests")]
    lines: Vec<String>,
    /// A file of requests, as often as there are.
    #[arg(long, value_name = "FILE")]
    requests: Vec<PathBuf>,
    /// Send also requests that may change something, one after another unless --concurrency says more. Each goes to
    /// both sides.
    #[arg(long = "unsafe")]
    is_unsafe: bool,
    /// Requests a second.
    #[arg(long, value_name = "NUMBER", default_value = "10", value_parser = typed_value::rate)]
    rate: Duration,
    /// Requests at once [default: 4, or 1 with --unsafe].
    #[arg(long, value_name = "NUMBER")]
    concurrency: Option<NonZeroUsize>,
    /// The longest that an answer may take, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = typed_value::seconds)]
    timeout: Duration,
    /// The most requests that are sent.
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000)]
    limit: usize,
    /// A header for both sides, as often as there are; @FILE reads some, one a line.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    headers: Vec<HeaderArg>,
    /// A header for the left side alone: a key, a token. Its value is never shown.
    #[arg(long, value_name = "NAME: VALUE")]
    left_header: Vec<HeaderArg>,
    /// A header for the right side alone.
    #[arg(long, value_name = "NAME: VALUE")]
    right_header: Vec<HeaderArg>,
    /// What may differ, in YAML.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Tell requests by the routes of this API file or OpenAPI document [default: by paths without what looks like an id].
    #[arg(long, value_name = "FILE")]
    routes: Option<PathBuf>,
    /// Where the API of the files was: a URL, or a path that their paths begin with. As often as there are, beside both
    /// sides.
    #[arg(long, value_name = "URL|PATH")]
    origin: Vec<Origin>,
    /// The value of a parameter of a path or a query, or of a variable of a collection, as often as there are.
    #[arg(long, value_name = "NAME=VALUE", value_parser = typed_value::named_value)]
    value: Vec<typed_value::NamedValue>,
    /// Send the tokens, keys and cookies that stand in files. Without it they are left out.
    #[arg(long)]
    file_credentials: bool,
    /// Write a page with the answers that differ side by side, as HTML.
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// The form of the result.
    #[arg(short, long, value_enum, default_value_t)]
    output: OutputFormat,
}

/// # Errors
///
/// A file cannot be read or written, or the reader of the result is gone.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let headers = |given: &[HeaderArg], option| header_arg::headers(given, option);
    let (HeaderOutcome::Read(both), HeaderOutcome::Read(left), HeaderOutcome::Read(right)) = (
        headers(&arguments.headers, "--header")?,
        headers(&arguments.left_header, "--left-header")?,
        headers(&arguments.right_header, "--right-header")?,
    ) else {
        return Ok(ExitStatus::WrongUse);
    };
    let rules = match requests::rules(arguments.rules.as_deref())? {
        RulesOutcome::Read(rules) => rules,
        RulesOutcome::Refused(status) => return Ok(status),
    };
    let routes = match requests::route_names(arguments.routes.as_deref())? {
        RoutesOutcome::Read(routes) => routes,
        RoutesOutcome::Refused(status) => return Ok(status),
    };
    let Selected { requests, left_out } = match requests::selected(arguments)? {
        RequestsOutcome::Read(selected) => selected,
        RequestsOutcome::Refused(status) => return Ok(status),
    };
    let mut secrets = Secrets::default();
    secrets.add_named(&both);
    secrets.add_all(&left);
    secrets.add_all(&right);
    let sides = [(&arguments.left, left), (&arguments.right, right)];
    let [left, right] = sides.map(|(url, headers)| Side { url: url.clone(), headers });
    let asker = Asker::new(arguments.timeout, both);
    let comparison = Comparison {
        asker: &asker,
        left: &left,
        right: &right,
        rules: &rules,
        routes: &routes,
        secrets: &secrets,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let exchanges = runtime.block_on(compare_all(&comparison, requests, arguments.pace()));
    let report = ComparisonReport::new(left.url.to_string(), right.url.to_string(), exchanges, left_out);
    arguments.output.write(|| json::report(&report), |out| text::write(out, &report))?;
    if let Some(page) = &arguments.page {
        fs::write(page, page::page(&report)).with_context(|| format!("writing {}", page.display()))?;
    }
    Ok(status(&report))
}

/// The outcome for whoever asks by the exit code alone.
fn status(report: &ComparisonReport) -> ExitStatus {
    let silent = [
        (report.is_silent(|exchange| &exchange.left), "left", &report.left),
        (report.is_silent(|exchange| &exchange.right), "right", &report.right),
    ];
    let mut silent = silent.into_iter().filter(|(is_silent, ..)| *is_silent).peekable();
    if silent.peek().is_some() {
        for (_, side, url) in silent {
            note(format_args!("tollgate: the {side} side has answered none of the requests: {url}"));
        }
        return ExitStatus::Failed;
    }
    if report.equal() == report.requests() { ExitStatus::Ok } else { ExitStatus::Different }
}

impl Arguments {
    fn selection(&self) -> Selection {
        let sides = [&self.left, &self.right].map(|url| Origin::Url(url.clone()));
        Selection {
            methods: if self.is_unsafe { SelectedMethods::All } else { SelectedMethods::Safe },
            origins: sides.into_iter().chain(self.origin.iter().cloned()).collect(),
            values: self.values(),
            credentials: if self.file_credentials { FileCredentials::Sent } else { FileCredentials::LeftOut },
            most: self.limit,
        }
    }

    fn values(&self) -> tollgate::api_comparison::Values {
        self.value.iter().map(|it| (it.name.clone(), it.value.clone())).collect()
    }

    /// What may change something is sent in the order of the files.
    fn pace(&self) -> Pace {
        const FOUR: NonZeroUsize = NonZeroUsize::new(4).expect("it is not zero");
        let at_once = if self.is_unsafe { NonZeroUsize::MIN } else { FOUR };
        Pace { between: self.rate, at_once: self.concurrency.unwrap_or(at_once) }
    }
}
