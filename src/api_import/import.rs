//! Files, answers and options → an API file and a report.

use std::{collections::BTreeMap, io, path::PathBuf};

use serde_json::{Map, Value};

use super::{
    aws_cli::{CliAnswers, HashedKey},
    cdk_output::{CdkOutput, templates_in},
    cloudformation::{self, ApiOfTemplate},
    definition::{ApiKind, Definition, Sourced},
    input_form::InputForm,
    method_settings::StageWithSettings,
    names, openapi,
    options::ImportOptions,
    policy_stage::{self, StageOfOrigin},
    report::{Answers, ImportReport, Ledger},
    source::{NodeId, Tree, read_file, read_text},
    stage_choice::ChosenStages,
    writer::{self, WrittenFile},
};
use crate::api_file::{Severity, Span, check_text};

/// A file of the input, or its text under a name. A folder is CDK's: its one template with an API is meant.
#[derive(Clone, Debug)]
pub enum Input {
    File(PathBuf),
    Text { name: String, text: String },
}

/// What came of an import.
#[derive(Debug)]
pub struct Imported {
    /// The API file. `None`: there are errors, or questions.
    pub text: Option<String>,
    /// What the role of the gateway needs.
    pub role_policy: Option<Value>,
    /// The parameters to deploy the gateway's template with, where they are not their defaults.
    pub template_parameters: BTreeMap<&'static str, String>,
    /// The keys of the AWS CLI's answers, hashed: an API file holds none.
    pub api_keys: Vec<HashedKey>,
    pub report: ImportReport,
    /// The tree that the report is about.
    pub tree: Tree,
}

/// Imports an API; `map` is the file of answers.
///
/// # Errors
///
/// A file cannot be read.
pub fn import(inputs: &[Input], map: Option<&Input>, options: &ImportOptions) -> io::Result<Imported> {
    // The answers have places too, but are no input: the report says nothing of them.
    let mut answers_tree = Tree::default();
    let mut ledger = Ledger::default();
    let mut tree = Tree::default();
    if let Some(map) = map {
        let root = read(&mut answers_tree, map)?;
        match root.map(|root| Answers::of(answers_tree.at(root))) {
            Ok(Some(answers)) => ledger = Ledger::new(answers),
            Ok(None) => ledger.problem_of_map(&answers_tree, Span::beginning(0), "expected a map of answers"),
            Err(problem) => ledger.problem_of_map(&answers_tree, problem.span, &problem.words),
        }
    }
    let (mut roots, mut beside) = (Vec::new(), Vec::new());
    for input in inputs {
        let (input, others) = opened(input)?;
        roots.extend(read_or_tell(&mut tree, &mut ledger, &input)?);
        for other in others {
            beside.extend(read_or_tell(&mut tree, &mut ledger, &other)?);
        }
    }
    let mut keys = Vec::new();
    let definition = read_all(&mut tree, &mut ledger, &roots, options).map(|read| {
        keys = read.keys;
        read.definition
    });
    for root in beside {
        cloudformation::claim_beside(&mut tree, &mut ledger, root, options);
    }
    ledger.warn_of_unused_answers(&answers_tree);
    let (mut text, mut role_policy, mut template_parameters) = (None, None, BTreeMap::new());
    if let Some(definition) = definition.filter(|_| ledger.is_complete()) {
        let written = writer::write(&tree, &definition);
        check(&mut ledger, &written);
        if ledger.is_complete() {
            let permissions = writer::target_permissions(&definition);
            role_policy = writer::role_policy(&permissions);
            template_parameters = writer::template_parameters(&definition, &permissions);
            text = Some(written.text);
        }
    }
    let report = ImportReport::of(&tree, ledger);
    Ok(Imported { text, role_policy, template_parameters, api_keys: keys, report, tree })
}

type ReadInput = Result<NodeId, super::source::SourceProblem>;

/// The file of an input, and the files beside it that say more of its API: a folder is CDK's.
fn opened(input: &Input) -> io::Result<(Input, Vec<Input>)> {
    match input {
        Input::File(path) if path.is_dir() => {
            let CdkOutput { template, beside } = templates_in(path)?;
            Ok((Input::File(template), beside.into_iter().map(Input::File).collect()))
        }
        Input::File(_) | Input::Text { .. } => Ok((input.clone(), Vec::new())),
    }
}

/// The value of an input. `None`: an error says why there is none.
fn read_or_tell(tree: &mut Tree, ledger: &mut Ledger, input: &Input) -> io::Result<Option<NodeId>> {
    match read(tree, input)? {
        Ok(root) => Ok(Some(root)),
        Err(problem) => {
            ledger.error_at(problem.span, problem.words);
            Ok(None)
        }
    }
}

fn read(tree: &mut Tree, input: &Input) -> io::Result<ReadInput> {
    match input {
        Input::File(path) => read_file(tree, path),
        Input::Text { name, text } => Ok(read_text(tree, name, text)),
    }
}

/// The API that the files hold, and its keys.
struct ReadApi {
    definition: Definition,
    keys: Vec<HashedKey>,
}

/// A document of the input, or one that a template became, with its stages and plans.
struct Document {
    root: NodeId,
    kind: Option<ApiKind>,
    stages: Vec<StageWithSettings>,
    /// The name of its one stage, before `--stage` said another.
    renamed: Option<String>,
    usage_plans: BTreeMap<String, Sourced<Map<String, Value>>>,
}

/// Reads the one API that the files hold.
fn read_all(
    tree: &mut Tree,
    ledger: &mut Ledger,
    roots: &[NodeId],
    options: &ImportOptions,
) -> Option<ReadApi> {
    let mut of_cli = CliAnswers::default();
    let Some(document) = document_in(tree, ledger, roots, options, &mut of_cli) else {
        of_cli.refuse(tree, ledger);
        return None;
    };
    let Document { root, kind, mut stages, renamed, usage_plans } = document;
    let root = of_cli.complete(tree, ledger, root);
    let of_template = stages.first().map(|stage| stage.stage.name.clone());
    let chosen = of_cli.choose(tree, ledger, root, options.stage.clone().or(of_template));
    if let Some(stage) = of_cli.stage(tree, ledger, &chosen) {
        match stages.first_mut() {
            Some(first) => first.add(stage),
            None => stages.push(stage),
        }
    }
    let origin = match stages.is_empty() {
        true => StageOfOrigin::of_document(tree.at(root), options),
        false => renamed.map_or(StageOfOrigin::Kept, StageOfOrigin::Named),
    };
    let options = ImportOptions { kind, stage: chosen.stage.clone(), ..options.clone() };
    let mut definition = openapi::read(ledger, tree.at(root), &options, stages)?;
    definition.usage_plans = usage_plans;
    let keys = of_cli.add_to(tree, ledger, &mut definition, &chosen);
    policy_stage::adapt(ledger, tree.at(root), &mut definition, origin);
    Some(ReadApi { definition, keys })
}

/// Finds the document of the input, or makes the one that a template or the AWS CLI's answers are; hands those answers on.
fn document_in(
    tree: &mut Tree,
    ledger: &mut Ledger,
    roots: &[NodeId],
    options: &ImportOptions,
    of_cli: &mut CliAnswers,
) -> Option<Document> {
    let mut found = None;
    for root in roots {
        match InputForm::of(tree.at(*root)) {
            InputForm::OpenApi | InputForm::Template if found.is_some() => {
                ledger.error(tree.at(*root), "a second API: import one at a time");
            }
            InputForm::OpenApi => {
                // The names in an export of Tollgate are API Gateway's.
                let is_export = openapi::own_extensions::is_export(tree.at(*root));
                let root = if is_export { *root } else { names::resolved(tree, ledger, *root) };
                found = Some(Document {
                    root,
                    kind: options.kind,
                    stages: Vec::new(),
                    renamed: None,
                    usage_plans: BTreeMap::new(),
                });
            }
            InputForm::Template => {
                let Some(api) = cloudformation::read(tree, ledger, *root, options) else { continue };
                let ApiOfTemplate { kind, document, stages, mut usage_plans } = api;
                let chosen = ChosenStages::of(ledger, tree.at(*root), stages, options.stage.as_deref());
                usage_plans.values_mut().for_each(|plan| chosen.adapt(&mut plan.value));
                let (renamed, stages) = (chosen.renamed().map(str::to_owned), chosen.stages);
                found = Some(Document { root: document, kind: Some(kind), stages, renamed, usage_plans });
            }
            InputForm::AwsCli(kind) => of_cli.add(kind, *root),
            form @ (InputForm::ServerlessSource | InputForm::AsyncApi | InputForm::Unknown) => {
                ledger.error(tree.at(*root), refusal(form));
            }
        }
    }
    if found.is_none()
        && let Some(ApiOfTemplate { kind, document, stages, usage_plans }) =
            of_cli.document(tree, ledger, options)
    {
        found = Some(Document { root: document, kind: Some(kind), stages, renamed: None, usage_plans });
    }
    found
}

/// What is said of a form that is not read.
fn refusal(form: InputForm) -> &'static str {
    match form {
        InputForm::OpenApi | InputForm::Template | InputForm::AwsCli(_) | InputForm::Unknown => {
            "this is no definition of an API: expected OpenAPI, Swagger or a CloudFormation template"
        }
        InputForm::ServerlessSource => {
            "serverless.yml itself: run `serverless package`, and import .serverless/cloudformation-template-update-stack.json"
        }
        InputForm::AsyncApi => "AsyncAPI describes a WebSocket API, which a function URL cannot serve",
    }
}

/// Finds what `tollgate check` would: it is told at the place of the input that it comes from.
fn check(ledger: &mut Ledger, written: &WrittenFile) {
    let checked = check_text("tollgate.yaml", &written.text);
    for problem in &checked.problems {
        let source = checked.sources.of(problem.span);
        let line = source.position(problem.span.start).line;
        let subject = problem.subject.as_deref().map(|subject| format!("{subject}: ")).unwrap_or_default();
        let hint = problem.hint.as_deref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        let words = format!("{subject}{}{hint}", problem.message);
        let span = written.origin(line).unwrap_or(Span::beginning(0));
        match problem.severity {
            Severity::Problem => ledger.error_at(span, words),
            Severity::Warning => ledger.warning_at(span, words),
        }
    }
}
