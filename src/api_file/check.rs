//! Everything that is wrong or odd in an API file: its text, its sections, its items; each with its place.
//!
//! The items are read by the code that reads those of the tables: what it says of an item's field is brought back to the
//! place where the field is written.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::{Map, Value};

use super::{
    file_items::{ApiFile, FileItem, FileStage},
    file_problem::{FileProblem, LineDisplay, Rule, Severity},
    first_request::FirstRequest,
    item_size::too_large,
    layout,
    loader::Loader,
    local_function::LocalFunction,
    local_table::LocalTable,
    node::Node,
    problem_place::place,
    references::{KeyReferences, RouteKeys, check_plan, shapes, take},
    resource_findings::stage_variables,
    source::{Sources, Span},
};
use crate::{
    authorizers::KeyValue,
    deployment::{API, DeploymentSource, NO_ROUTE, conflicts_among, parse},
    error::{ItemId, Problem},
    item::{Findings, Parsed, WITHHELD},
    stages::StageSettings,
};

/// The names that problems have for the tables: those of the sections.
pub(super) const STAGES: &str = "stages";
pub(super) const ROUTES: &str = "routes";
const PLANS: &str = "usagePlans";
const KEYS: &str = "apiKeys";

/// A file that was checked.
#[derive(Debug)]
pub struct CheckedFile {
    pub sources: Sources,
    pub api: ApiFile,
    /// Problems and warnings, in the order of their places.
    pub problems: Vec<FileProblem>,
    /// The places of secrets, whose lines are not shown.
    pub(super) secrets: Vec<Span>,
}

impl CheckedFile {
    pub fn is_valid(&self) -> bool {
        self.problems.iter().all(|problem| problem.severity == Severity::Warning)
    }
}

/// Reads an API file and all that it includes, and checks it.
///
/// # Errors
///
/// The file cannot be read.
pub fn check(path: &Path) -> io::Result<CheckedFile> {
    check_edited(path, BTreeMap::new())
}

/// The same, with other texts in the places of what some files hold, by their paths without links.
///
/// # Errors
///
/// The file cannot be read.
pub fn check_edited(path: &Path, edited: BTreeMap<PathBuf, String>) -> io::Result<CheckedFile> {
    let (loader, root) = Loader::open(path, edited, "tollgate: 1 and the sections of an API")?;
    Ok(checked(loader, root))
}

/// Checks a text that is in no file, under a name for messages. It can include nothing.
pub fn check_text(name: &str, text: &str) -> CheckedFile {
    let (loader, root) = Loader::of_text(name, text);
    checked(loader, root)
}

fn checked(mut loader: Loader, root: Option<Arc<Node>>) -> CheckedFile {
    let api = root.map(|root| layout::read(&mut loader, &root)).unwrap_or_default();
    let Loader { sources, mut problems, secrets, failed_includes, .. } = loader;
    // A place that is not understood has no more to tell.
    let broken: BTreeSet<Span> = problems.iter().map(|problem| problem.span).chain(failed_includes).collect();
    let mut items = ItemCheck { broken: broken.clone(), sources: &sources, problems: Vec::new() };
    items.check(&api);
    let is_new = |problem: &FileProblem| !broken.contains(&problem.span);
    problems.extend(items.problems.into_iter().filter(is_new));
    FileProblem::sort(&mut problems);
    withhold(&mut problems, &secrets, &sources);
    CheckedFile { sources, api, problems, secrets }
}

/// Lets no problem show a line in which a secret stands, or may stand: in a text that is no YAML nobody knows.
pub(super) fn withhold(problems: &mut [FileProblem], secrets: &[Span], sources: &Sources) {
    for problem in problems {
        let source = sources.of(problem.span);
        let line = source.position(problem.span.start).line;
        let is_there = |secret: &Span| {
            let of_file = secret.file == problem.span.file;
            of_file && (source.position(secret.start).line..=source.position(secret.end).line).contains(&line)
        };
        let text = source.line(line);
        let may_be_there =
            problem.rule == Rule::Syntax && ["value", "keyHash"].iter().any(|name| text.contains(name));
        if secrets.iter().any(is_there) || may_be_there {
            problem.line = LineDisplay::Withheld;
        }
    }
}

struct ItemCheck<'s> {
    /// Places that are not understood.
    broken: BTreeSet<Span>,
    sources: &'s Sources,
    problems: Vec<FileProblem>,
}

/// An item's name for people, and where it stands.
pub(super) struct PlacedItem<'a> {
    subject: String,
    item: &'a FileItem,
}

impl ItemCheck<'_> {
    fn check(&mut self, api: &ApiFile) {
        let mut settings = Vec::new();
        for stage in &api.stages {
            settings.extend(self.stage(stage));
        }
        let settings: Vec<&StageSettings> = settings.iter().collect();
        for (name, conflict) in conflicts_among(&settings) {
            if let Some(stage) = api.stages.iter().find(|stage| stage.settings.name == name) {
                let item = PlacedItem { subject: format!("stage {name}"), item: &stage.settings };
                self.add(&item, Severity::Problem, &conflict.problem(STAGES, &name));
            }
        }
        self.keys_and_plans(api);
        self.section(&api.functions, "function", LocalFunction::parse);
        self.section(&api.tables, "table", LocalTable::parse);
        self.section(&api.first_requests, "request", FirstRequest::parse);
    }

    /// Checks a section that is for a laptop.
    fn section<T>(
        &mut self,
        items: &[FileItem],
        noun: &str,
        parse: impl Fn(&str, &Map<String, Value>) -> Parsed<T>,
    ) {
        for item in items {
            let mut findings = Findings::default();
            take(parse(&item.name, &item.to_item([])), &mut findings);
            let placed = PlacedItem { subject: format!("{noun} {}", item.name), item };
            self.add_all(findings, |_| &placed);
        }
    }

    /// Checks a stage with its routes; its settings, if they are valid.
    fn stage(&mut self, stage: &FileStage) -> Option<StageSettings> {
        let name = &stage.settings.name;
        let item = stage.settings.to_item([("stage", name)]);
        let stage_variables = stage_variables(&item);
        let own = PlacedItem { subject: format!("stage {name}"), item: &stage.settings };
        let mut findings = Findings::default();
        let settings = take(StageSettings::parse(STAGES, &item), &mut findings);
        self.add_all(findings, |_| &own);
        self.add_size(&own, STAGES, &item);
        let stage_variables = &stage_variables;
        // A file does not say how the function URL is called.
        let source =
            DeploymentSource { table: ROUTES, stage: name, stage_variables, function_url_auth_type: None };
        let mut findings = Findings::default();
        let routes = stage.to_items().routes;
        take(parse(source, &routes), &mut findings);
        let is_within = |span: &Span| {
            span.file == stage.extent.file && (stage.extent.start..=stage.extent.end).contains(&span.start)
        };
        if self.broken.iter().any(is_within) {
            // Its routes may be among what is not understood.
            findings.problems.retain(|problem| problem.got != NO_ROUTE);
        }
        let items = placed_routes(stage);
        self.add_all(findings, |problem| items.get(&problem.key).unwrap_or(&own));
        for item in &routes {
            let of_key = item.get("routeKey").and_then(Value::as_str).map(|key| problem_key(name, key));
            let placed = of_key.and_then(|key| items.get(&key)).unwrap_or(&own);
            self.add_size(placed, ROUTES, item);
        }
        settings
    }

    fn keys_and_plans(&mut self, api: &ApiFile) {
        let keys: Vec<_> = api.api_keys.iter().map(|key| key.to_item([("id", &key.name)])).collect();
        let plans: Vec<_> =
            api.usage_plans.iter().map(|plan| plan.to_item([("usagePlanId", &plan.name)])).collect();
        let references = KeyReferences::new([KEYS, PLANS], &api.stage_names, &keys, &plans);
        for (key, item) in keys.iter().zip(&api.api_keys) {
            let mut findings = Findings::default();
            references.check(key, &mut findings);
            let name = if KeyValue::stands_in(&item.name) { WITHHELD } else { &item.name };
            let placed = PlacedItem { subject: format!("API key {name}"), item };
            self.add_all(findings, |_| &placed);
            self.add_size(&placed, KEYS, key);
        }
        let named = |name: &String| (name.clone(), BTreeSet::new());
        let mut route_keys: RouteKeys = api.stage_names.iter().map(named).collect();
        for FileStage { settings, routes, .. } in &api.stages {
            route_keys.insert(settings.name.clone(), shapes(routes.iter().map(|route| route.name.as_str())));
        }
        for (plan, item) in plans.iter().zip(&api.usage_plans) {
            let mut findings = Findings::default();
            check_plan(PLANS, plan, &route_keys, &mut findings);
            let placed = PlacedItem { subject: format!("usage plan {}", item.name), item };
            self.add_all(findings, |_| &placed);
            self.add_size(&placed, PLANS, plan);
        }
    }

    fn add_all<'a>(&mut self, findings: Findings, placed: impl Fn(&Problem) -> &'a PlacedItem<'a>) {
        let Findings { problems, warnings } = findings;
        problems.iter().for_each(|problem| self.add(placed(problem), Severity::Problem, problem));
        warnings.iter().for_each(|warning| self.add(placed(warning), Severity::Warning, warning));
    }

    /// Adds that DynamoDB would not take the item, if it is so.
    fn add_size(&mut self, placed: &PlacedItem<'_>, table: &str, item: &Map<String, Value>) {
        if let Some(problem) = too_large(ItemId { table, key: "" }, item) {
            self.add(placed, Severity::Problem, &problem);
        }
    }

    fn add(&mut self, placed: &PlacedItem<'_>, severity: Severity, problem: &Problem) {
        self.problems.push(located(placed, severity, problem, self.sources));
    }
}

/// A problem of an item at its place in the file.
pub(super) fn located(
    placed: &PlacedItem<'_>,
    severity: Severity,
    problem: &Problem,
    sources: &Sources,
) -> FileProblem {
    let (expected, hint) = match problem.expected.split_once("; did you mean ") {
        Some((expected, meant)) => (expected, Some(format!("did you mean {meant}"))),
        None => (problem.expected.as_str(), None),
    };
    let Problem { field, got, .. } = problem;
    let field = if field == "*" { String::new() } else { format!("{field}: ") };
    let is_secret = got == WITHHELD || field.contains(WITHHELD);
    FileProblem {
        severity,
        hint,
        line: if is_secret { LineDisplay::Withheld } else { LineDisplay::Shown },
        ..FileProblem::item(
            place(placed.item, problem, sources),
            format!("{field}got {got}, expected {expected}"),
        )
        .about(&placed.subject)
    }
}

/// The items of a stage's routes by their keys in problems.
pub(super) fn placed_routes(stage: &FileStage) -> HashMap<String, PlacedItem<'_>> {
    let name = &stage.settings.name;
    let items = stage.api.iter().chain(&stage.routes);
    let placed = items.map(|item| {
        let subject = format!("stage {name}, {}", if item.name == API { "api" } else { &item.name });
        (problem_key(name, &item.name), PlacedItem { subject, item })
    });
    placed.collect()
}

/// The key of a route's item as a problem tells it.
pub(super) fn problem_key(stage: &str, route_key: &str) -> String {
    let key = format!("stage={stage} routeKey={route_key}");
    Problem::new(ItemId { table: ROUTES, key: &key }, "", "", "").key
}
