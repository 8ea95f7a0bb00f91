//! `tollgate explain`: what would happen to a request.

mod cache_part;
mod integration_part;
mod json;
mod stored_entry;
mod subject;
mod text;

use std::{
    io::{self, Write},
    path::PathBuf,
};

use anyhow::Result;
use tollgate::{
    context::StageVersion,
    error::{GatewayError, StoreError},
    gateway::{AskedVersion, Explained, ExplainedApiKey, ExplainedResponse, ExplainedStage},
};

use self::{
    cache_part::{CachePart, KeyState},
    stored_entry::InspectedEntry,
    subject::{Subject, SubjectOutcome},
};
use crate::{
    cache::keyed_request::note_key_counts_for_nothing,
    common_args::{CommonArgs, EXPLAINED},
    exit_status::ExitStatus,
    file_hint,
    notes::note,
    request_arg::{RequestLine, RequestParts},
    text_table,
};

/// Say what would happen to a request, step by step, without calling or counting anybody
///
/// It tells the stage, the route and why no other one, who may call and by what, the limits that are asked, the key in
/// the cache, what the integration would be asked, and the headers that the answer gets; or which step refuses it, with
/// the answer that the client gets. It goes by what is served now, or by a file. Nobody is asked but the tables and, where
/// they are not in the item, the issuer of a token for its keys; nothing is counted, and nothing changes. Credentials are
/// shown as `…`.
///
/// With --invoke the call that is shown is made, past limits, the cache and authorizers' functions, and the answer is
/// shown as the client would get it.
///
/// Exit code 3: the request would be refused, or another stage serves it than --stage says, or the file has problems.
/// 4: no stage or no route serves it, or there is no such file, stage, key or canary.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "\
Examples:
  tollgate explain 'GET https://api.example.com/v1/orders/7?x=1' -H 'Accept-Language: de'
  tollgate explain 'POST /v1/orders' -d @order.json --file tollgate.yaml --api-key-id acme-1 -o json
  tollgate explain /v1/orders/7 --local --invoke")]
pub struct Arguments {
    /// Method and URL, or path; with --local a path is of http://127.0.0.1:9000 (or API_PORT). A path alone is of a stage
    /// that has no hosts, or of that of --stage.
    request: RequestLine,
    #[command(flatten)]
    parts: RequestParts,
    /// The id of the caller's API key, in the place of its value in a header.
    #[arg(long, value_name = "ID")]
    api_key_id: Option<String>,
    /// Explain what an API file says, such as tollgate.yaml, and ask no table.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The stage that is to serve the request; a path alone is of its first host.
    #[arg(long)]
    stage: Option<String>,
    /// Explain what the stage's canary does with it. Without it, its header may choose the canary.
    #[arg(long, conflicts_with = "file")]
    canary: bool,
    /// Make the call, and show the answer. Not one is made for a request that would be refused.
    #[arg(long)]
    invoke: bool,
    #[command(flatten)]
    common: CommonArgs,
}

/// What is told of a request.
struct Explanation {
    explained: Explained,
    inspected: Option<InspectedEntry>,
    /// The answer to the call, if it was made.
    answer: Option<ExplainedResponse>,
    method: String,
}

/// # Errors
///
/// The tables or the file cannot be read, or have nothing that could be served.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { file, common, .. } = arguments;
    match file {
        Some(file) => match Subject::read_file(file, arguments.common.output)? {
            SubjectOutcome::Read(subject) => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(explain(arguments, &subject))
            }
            SubjectOutcome::Refused(status) => Ok(status),
        },
        None => {
            let of_tables =
                common.place.run(EXPLAINED, async |store| explain(arguments, &Subject::Tables(store)).await);
            file_hint::hinting(of_tables, "tollgate explain --file tollgate.yaml")
        }
    }
}

async fn explain(arguments: &Arguments, subject: &Subject<'_>) -> Result<ExitStatus> {
    let Arguments { request: line, parts, api_key_id, stage, invoke, common, .. } = arguments;
    let host = match parts.host().or(line.host()).map(str::to_owned) {
        Some(host) => host,
        None => match (common.place.local_host()?, stage) {
            (Some(host), _) => host,
            (None, Some(stage)) => match subject.host_of(stage).await? {
                Some(host) => host,
                None => return Ok(subject.no_stage(stage)),
            },
            (None, None) => String::new(),
        },
    };
    let what = line.without_query();
    let request = match parts.request(line, &host) {
        Ok(request) => request,
        Err(error) => {
            note(format_args!("tollgate: {what} would be refused: {error}"));
            return Ok(ExitStatus::Invalid);
        }
    };
    let Some(key) = subject.caller_key(api_key_id.as_deref()).await? else {
        return Ok(subject.no_key(api_key_id.as_deref().unwrap_or_default()));
    };
    let clients = if *invoke { Some(common.place.clients().await?) } else { None };
    let asked = if arguments.canary { AskedVersion::Canary } else { AskedVersion::ByRequest };
    let (explained, answer) = subject.explain(&request, asked, &key, clients).await?;
    if let Some(refusal) = explained.refusal()
        && matches!(refusal.error, GatewayError::StageUnavailable { .. })
    {
        let words = refusal.error.to_string();
        return Err(StoreError::new("finding the deployment", words).into());
    }
    if let (Some(asked), Some(found)) = (stage, &explained.stage)
        && *asked != found.name
    {
        note(format_args!("tollgate: the stage of this request is {}, not {asked}", found.name));
        return Ok(ExitStatus::Invalid);
    }
    if asked == AskedVersion::Canary
        && let Some(ExplainedStage { name, version: StageVersion::Own, .. }) = &explained.stage
    {
        note(format_args!("tollgate: {name} has no canary that is on"));
        return Ok(ExitStatus::NotFound);
    }
    let inspected = match (subject, explained.lookup()) {
        (Subject::Tables(store), Some(lookup)) if lookup.bypass.is_none() && !host.is_empty() => {
            Some(InspectedEntry::find(store, lookup, &request).await?)
        }
        (Subject::Tables(_) | Subject::File(..), _) => None,
    };
    let method = line.method().to_owned();
    let explanation = Explanation { explained, inspected, answer, method };
    explanation.note(api_key_id.as_deref(), &host);
    common.output.write(|| json::to_json(&explanation), |out| text::write(out, &explanation))?;
    Ok(explanation.status())
}

impl Explanation {
    /// Says on stderr what an operator may miss.
    fn note(&self, api_key_id: Option<&str>, host: &str) {
        let refused_by = self.explained.refusal().map(|refusal| &refusal.error);
        if host.is_empty() && matches!(refused_by, Some(GatewayError::StageNotFound { .. })) {
            note(
                "tollgate: a stage may have hosts: say the host with a whole URL or with -H 'Host: …', or --stage",
            );
        }
        if let (Some(_), Some(route)) = (api_key_id, &self.explained.route)
            && route.api_key == ExplainedApiKey::NotRequired
        {
            note_key_counts_for_nothing(&route.key);
        }
        if self.inspected.as_ref().is_some_and(InspectedEntry::depends_on_the_address) {
            note(
                "tollgate: X-Forwarded-For tells the answers apart, and the gateway adds the client's address, which is not known here",
            );
        }
    }

    fn status(&self) -> ExitStatus {
        match self.explained.refusal() {
            Some(refusal) => ExitStatus::of_refusal(&refusal.error),
            None => ExitStatus::Ok,
        }
    }

    /// `None`: the request is refused before the cache is asked.
    fn cache_part(&self) -> Option<CachePart<'_>> {
        let lookup = self.explained.route.as_ref()?.lookup.as_ref()?;
        let has_host = self.explained.stage.as_ref().is_some_and(|stage| !stage.host.is_empty());
        let is_host_part =
            lookup.as_ref().is_ok_and(|lookup| lookup.parts.iter().any(|part| part.name == "host"));
        let key = if has_host || !is_host_part { KeyState::Known } else { KeyState::WithoutHost };
        Some(CachePart { lookup, key, inspected: self.inspected.as_ref() })
    }
}

/// A line of the text: a name and its value.
fn write_line(out: &mut impl Write, name: &str, value: &str) -> io::Result<()> {
    let line = format!("{name:<11}  {}", text_table::printable(value));
    writeln!(out, "{}", line.trim_end())
}
