//! The template that is tried: a file's, or one that a route of an API file has.

use std::{fs, io::ErrorKind, path::Path};

use anyhow::Context;
use tollgate::{
    api_file::FileStage,
    deployment::{RouteIntegration, Served, served_of_items},
    error::{GatewayError, chain},
    integrations::{ChosenTemplate, Side},
    template::mapping_template::Overrides,
};

use super::{
    input_file::InputFile,
    rendering::{Outcome, Tried, Written},
    tested_request::{NoRequest, TestedRequest},
};
use crate::{
    check_file::{self, FileOutcome},
    exit_status::ExitStatus,
    notes::note,
    output_format::OutputFormat,
};

/// A template of a route, as it is asked for.
pub struct RouteTemplate<'a> {
    pub file: &'a Path,
    pub output: OutputFormat,
    pub stage: Option<&'a str>,
    pub route_key: &'a str,
    pub content_type: Option<&'a str>,
    /// What chooses a response; `None`: the request's template is meant.
    pub answer: Option<&'a str>,
}

/// The result of a try.
pub enum TryOutcome {
    Tried(Box<Tried>),
    /// There was nothing to try; the operator was told.
    Refused(ExitStatus),
}

/// Tries the template of a file.
///
/// # Errors
///
/// The file cannot be read.
pub fn try_file(file: &str, input: &InputFile) -> anyhow::Result<TryOutcome> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            note(format_args!("tollgate: there is no file {file}"));
            return Ok(TryOutcome::Refused(ExitStatus::NotFound));
        }
        Err(error) => return Err(error).with_context(|| format!("reading {file}")),
    };
    let request = match TestedRequest::new(input, None, None) {
        Ok(request) => request,
        Err(error) => return Ok(no_request(&error)),
    };
    let (side, body) = match &input.integration_response {
        Some(_) => (Side::Response, input.answered_body()),
        None => (Side::Request, input.body()),
    };
    let written = Written { name: file.to_owned(), text, side, content_type: None };
    Ok(TryOutcome::Tried(Tried::new(written, &request, &body, &Overrides::default()).into()))
}

/// Tries the template that a route has for the request, or for its response.
///
/// # Errors
///
/// The file cannot be read.
pub fn try_route(asked: &RouteTemplate<'_>, input: &InputFile) -> anyhow::Result<TryOutcome> {
    let checked = match check_file::valid(asked.file, asked.output)? {
        FileOutcome::Valid(checked) => checked,
        FileOutcome::Refused(status) => return Ok(TryOutcome::Refused(status)),
    };
    let items: Vec<_> = checked.api.stages.iter().map(FileStage::to_items).collect();
    let served = served_of_items(&items)?;
    let stage = match stage_of(&served, asked) {
        Ok(stage) => stage,
        Err(status) => return Ok(TryOutcome::Refused(status)),
    };
    match served.route_integration(stage, asked.route_key) {
        Ok(route) => Ok(try_integration(&route, asked, input)),
        Err(error) => {
            note(format_args!("tollgate: {error}"));
            Ok(TryOutcome::Refused(ExitStatus::NotFound))
        }
    }
}

/// The stage whose route is meant. `Err`: there is none or there are several, which was told.
fn stage_of<'a>(served: &'a Served, asked: &RouteTemplate<'a>) -> Result<&'a str, ExitStatus> {
    if let Some(stage) = asked.stage {
        return Ok(stage);
    }
    let key = asked.route_key;
    match served.stages_with_route(key)[..] {
        [] => {
            note(format_args!("tollgate: no stage of the file has a route {key}"));
            Err(ExitStatus::NotFound)
        }
        [only] => Ok(only),
        ref several => {
            note(format_args!("tollgate: stages {} have a route {key}: say --stage", several.join(", ")));
            Err(ExitStatus::WrongUse)
        }
    }
}

fn try_integration(route: &RouteIntegration<'_>, asked: &RouteTemplate<'_>, input: &InputFile) -> TryOutcome {
    let key = route.route_key;
    let Some(integration) = route.integration.non_proxy() else {
        let kind = route.integration.type_name();
        note(format_args!("tollgate: {key} has an integration {kind}, which maps nothing by templates"));
        return TryOutcome::Refused(ExitStatus::Invalid);
    };
    let request = match TestedRequest::new(input, asked.content_type, Some(route)) {
        Ok(request) => request,
        Err(error) => return no_request(&error),
    };
    let headers = &request.request.headers;
    let chosen = match integration.request_template(headers) {
        Ok(chosen) => chosen,
        Err(error) => return refused(&error),
    };
    let written = written(chosen, Side::Request, format!("{key} request"));
    let of_request = tried(written, &request, input.body(), &Overrides::default());
    let (Some(answer), false) = (asked.answer, of_request.is_failed()) else {
        return TryOutcome::Tried(of_request.into());
    };
    let chosen = match integration.response_template(answer, headers) {
        Ok(chosen) => chosen,
        Err(error) => return refused(&error),
    };
    let overrides = match of_request.outcome {
        Outcome::Rendered(rendered) => rendered.overrides,
        Outcome::Passthrough(_) | Outcome::Failed(_) => Overrides::default(),
    };
    let written = self::written(chosen, Side::Response, format!("{key} response {answer}"));
    TryOutcome::Tried(tried(written, &request, input.answered_body(), &overrides).into())
}

/// A template of a route. Without one, its text is empty.
struct Chosen {
    written: Written,
    is_template: HasTemplate,
}

#[derive(PartialEq, Eq)]
enum HasTemplate {
    Yes,
    No,
}

fn written(chosen: ChosenTemplate<'_>, side: Side, place: String) -> Chosen {
    match chosen {
        ChosenTemplate::Template { content_type, template } => Chosen {
            written: Written {
                name: format!("{place} {content_type}"),
                text: template.source().to_owned(),
                side,
                content_type: Some(content_type.to_owned()),
            },
            is_template: HasTemplate::Yes,
        },
        ChosenTemplate::Passthrough => Chosen {
            written: Written { name: place, text: String::new(), side, content_type: None },
            is_template: HasTemplate::No,
        },
    }
}

fn tried(chosen: Chosen, request: &TestedRequest, body: String, overrides: &Overrides) -> Tried {
    match chosen.is_template {
        HasTemplate::Yes => Tried::new(chosen.written, request, &body, overrides),
        HasTemplate::No => Tried::passthrough(chosen.written, body),
    }
}

fn no_request(error: &NoRequest) -> TryOutcome {
    match error {
        NoRequest::Input(words) => note(format_args!("tollgate: the input: {words}")),
        NoRequest::Refused(error) => return refused(error),
    }
    TryOutcome::Refused(ExitStatus::Invalid)
}

fn refused(error: &GatewayError) -> TryOutcome {
    note(format_args!("tollgate: the request would be refused: {}", chain(error)));
    TryOutcome::Refused(ExitStatus::of_refusal(error))
}
