//! `tollgate auth explain`.

use std::{
    fmt,
    io::{self, Read, Write},
};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tollgate::{
    authorizers::{ApiKeyUse, ExplainedAuthorizer, Verdict},
    deployment::{RouteAuthorization, inspect},
    error::{GatewayError, StoreError, chain},
    gateway::{ExplainedAccess, ExplainedCaller, explain_caller},
};

use crate::{
    checked_rules::{api_key, authorizer, principal_id, rule_to_json, why, write_rules},
    common_args::{CommonArgs, SERVED},
    exit_status::ExitStatus,
    notes::note,
    request_arg::{RequestLine, RequestParts},
    text_table,
};

/// Say which rules of its route a request keeps and which it breaks, and who its caller would be
///
/// It goes by what is served now. Nobody is asked but the tables and, where they are not in the item, the issuer for its
/// keys; nothing is counted. A token is never shown, and of its claims only those that a rule compares.
///
/// Exit code 3: the request would be refused. 4: no stage or no route serves it.
#[derive(clap::Args)]
#[command(verbatim_doc_comment, allow_missing_positional = true)]
#[command(after_help = "\
Examples:
  tollgate auth explain 'GET /v1/orders' -H 'Authorization: Bearer eyJ…'
  tollgate auth explain - 'GET https://api.example.com/v1/orders' < token
  tollgate auth explain eyJ… 'POST /v1/orders' --source-ip 198.51.100.7 -o json")]
pub struct Arguments {
    /// A token, which is put where the route's authorizer looks for one; - reads it from stdin, so that no history of a
    /// shell has it.
    token: Option<String>,
    /// Method and URL, or path. A path alone is of a stage that has no hosts.
    request: String,
    #[command(flatten)]
    parts: RequestParts,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// The tables cannot be read, or have nothing that could be served; stdin has no token.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { token, request, parts, common } = arguments;
    // Not clap's to parse: where the arguments are the wrong way round, it would show the token.
    let line: RequestLine = match request.parse() {
        Ok(line) => line,
        Err(words) => {
            note(format_args!("tollgate: the last argument is no request: {words}"));
            return Ok(ExitStatus::WrongUse);
        }
    };
    let token = token.as_deref().map(token_of).transpose()?;
    common.place.run(SERVED, async |store| {
        let local = common.place.local_host()?;
        let host = parts.host().or(line.host()).or(local.as_deref()).unwrap_or_default();
        let refused = |error: &GatewayError| {
            let is_host_unknown = host.is_empty() && matches!(error, GatewayError::StageNotFound { .. });
            let hint =
                if is_host_unknown { "; say the host with a whole URL or with -H 'Host: …'" } else { "" };
            let what = line.without_query();
            note(format_args!("tollgate: {what} would be refused: {}{hint}", chain(error)));
            Ok(ExitStatus::of_refusal(error))
        };
        let request = match parts.request(&line, host) {
            Ok(request) => request,
            Err(error) => return refused(&error),
        };
        let served = inspect(store, host, &request.path).await?;
        let explained = match explain_caller(&served, request, token.as_deref()).await {
            Ok(explained) => explained,
            Err(error @ GatewayError::StageUnavailable { .. }) => {
                return Err(StoreError::new("finding the deployment", error).into());
            }
            Err(error) => return refused(&error),
        };
        if token.is_some() && explained.explained.is_none() {
            note("tollgate: the route asks no authorizer, so the token counts for nothing");
        }
        common.output.write(|| to_json(&explained), |out| write(out, &explained, &line))?;
        Ok(if explained.refusal().is_some() { ExitStatus::Invalid } else { ExitStatus::Ok })
    })
}

fn token_of(argument: &str) -> Result<String> {
    let mut token = argument.to_owned();
    if argument == "-" {
        token.clear();
        // More than the longest token that the gateway reads.
        io::stdin().take(1 << 16).read_to_string(&mut token).context("cannot read a token from stdin")?;
    }
    Ok(token.trim().to_owned())
}

/// The answer that the request would get, as far as it is known here.
struct Answer<'a>(&'a ExplainedCaller);

impl fmt::Display for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ExplainedCaller { access, explained, api_key, .. } = self.0;
        if let Some(error) = self.0.refusal() {
            return write!(f, "refused: {}, {}", error.refusal().status.as_u16(), chain(error));
        }
        let mut open = Vec::new();
        if let Some(Verdict::Asks(whom)) = explained.as_ref().map(|explained| &explained.verdict) {
            open.push(format!("as {whom} says; it is not asked here"));
        }
        if matches!(access, Some(ExplainedAccess::DependsOnAddress)) {
            open.push("as the client's address says: --source-ip".to_owned());
        }
        if matches!(access, Some(ExplainedAccess::DependsOnSigner)) {
            open.push("as the policy says of who has signed".to_owned());
        }
        if *api_key != ApiKeyUse::NotRequired {
            open.push("as the API key says".to_owned());
        }
        if open.is_empty() { f.write_str("let in") } else { write!(f, "{}", open.join("; ")) }
    }
}

fn write(out: &mut impl Write, explained: &ExplainedCaller, request: &RequestLine) -> io::Result<()> {
    write_line(out, "stage", &explained.stage)?;
    let route = &explained.route_key;
    write_line(out, "route", &format!("{route}, {}", why(route, request.method())))?;
    let access = explained.access.as_ref().map(ToString::to_string);
    write_line(out, "access", &access.unwrap_or_else(|| "no address lists and no policy".to_owned()))?;
    write_line(out, "authorizer", &authorizer(&explained.authorizer))?;
    if let Some(ExplainedAuthorizer { rules, verdict, claim_names }) = &explained.explained {
        writeln!(out)?;
        write_rules(out, rules)?;
        writeln!(out)?;
        write_caller(out, verdict, claim_names)?;
    }
    write_line(out, "API key", api_key(explained.api_key))?;
    write_line(out, "answer", &Answer(explained).to_string())
}

fn write_line(out: &mut impl Write, name: &str, value: &str) -> io::Result<()> {
    writeln!(out, "{name:<10}  {}", text_table::printable(value))
}

fn write_caller(out: &mut impl Write, verdict: &Verdict, claim_names: &[String]) -> io::Result<()> {
    if let Verdict::LetsIn(principal) = verdict {
        write_line(out, "principal", principal_id(principal))?;
        write_line(out, "identity", principal.identity().as_str())?;
    }
    if claim_names.is_empty() { Ok(()) } else { write_line(out, "claims", &claim_names.join(", ")) }
}

fn to_json(explained: &ExplainedCaller) -> Value {
    let (id, type_name, scopes) = match &explained.authorizer {
        RouteAuthorization::None | RouteAuthorization::Opened => (None, None, None),
        RouteAuthorization::By(asked, _) => (Some(&*asked.id), Some(asked.type_name()), Some(asked.scopes())),
    };
    let authorizer =
        explained.explained.as_ref().map(|ExplainedAuthorizer { rules, claim_names, verdict }| {
            let principal = match verdict {
                Verdict::LetsIn(principal) => Some(principal),
                Verdict::Refuses(_) | Verdict::Asks(_) => None,
            };
            json!({
                "authorizerId": id,
                "type": type_name,
                "authorizationScopes": scopes,
                "rules": rules.iter().map(rule_to_json).collect::<Vec<_>>(),
                "principalId": principal.and_then(|principal| principal.id()),
                "identity": principal.map(|principal| principal.identity().as_str()),
                "claims": claim_names,
            })
        });
    json!({
        "stage": explained.stage,
        "routeKey": explained.route_key,
        "access": explained.access.as_ref().map(ToString::to_string),
        "authorizer": authorizer,
        "apiKeyRequired": explained.api_key != ApiKeyUse::NotRequired,
        "isRefused": explained.refusal().is_some(),
        "answer": Answer(explained).to_string(),
    })
}
