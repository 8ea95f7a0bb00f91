//! Items → deployment: validated as one, all problems at once, and packed.

use std::{mem, sync::Arc};

use serde_json::{Map, Value};

use super::{
    Deployment, Packer, Snapshot,
    api::Api,
    footprint::Footprint,
    guards::{Mistakable, mistakable},
    index::{ItemKind, ItemKinds},
    packed_items::PackedItems,
    packer::TooLarge,
    pointer::Unusable,
    route_facts::RouteFacts,
    route_item::{DeploymentSource, ItemReader, RouteItem},
    validation,
};
use crate::{
    error::{InvalidConfiguration, ItemId, Problem},
    item::{Parsed, Report},
    router::{Conflict, RouteKey, Router},
};

/// The sort key of the item that holds what the whole API shares.
pub const API: &str = "$api";

/// Validates and resolves the route items of a stage and its `$api` item, in any order.
pub fn parse(source: DeploymentSource<'_>, items: &[Map<String, Value>]) -> Parsed<Deployment> {
    let is_api = |item: &&Map<String, Value>| route_key(item) == API;
    let mut builder = Builder::new(source);
    for item in items.iter().filter(is_api).chain(items.iter().filter(|item| !is_api(item))) {
        builder.add(item);
    }
    let Parsed { value, warnings } = builder.finish();
    Parsed { value: value.map(|built| built.deployment), warnings }
}

/// Makes a deployment of a stage's items, which come one by one in the order of their route keys.
pub struct Builder<'a> {
    source: DeploymentSource<'a>,
    validator: Validator<'a>,
    packer: Packer,
}

/// A deployment, and as it is stored.
#[derive(Debug)]
pub struct Built {
    pub deployment: Deployment,
    pub snapshot: Arc<Snapshot>,
}

impl<'a> Builder<'a> {
    pub fn new(source: DeploymentSource<'a>) -> Self {
        Self { source, validator: Validator::new(source), packer: Packer::new(source.stage) }
    }

    /// Reads the next item. The `$api` item comes first, or in the order of the route keys.
    pub fn add(&mut self, item: &Map<String, Value>) {
        self.packer.add(item);
        self.validator.add(item);
    }

    /// The memory that an instance needs for the items so far.
    pub fn footprint(&self) -> Footprint {
        self.packer.footprint()
    }

    /// Everything that is wrong with what was added, or the deployment.
    pub fn finish(self) -> Parsed<Built> {
        let Self { source, validator, packer } = self;
        let Parsed { value, mut warnings } = validator.finish();
        let built = value.and_then(|kinds| built(source, packer, kinds));
        if let Ok(built) = &built {
            warnings.extend(warnings_of_mistakable(source, &built.deployment));
        }
        Parsed { value: built, warnings }
    }
}

fn built(
    source: DeploymentSource<'_>,
    packer: Packer,
    kinds: ItemKinds,
) -> Result<Built, InvalidConfiguration> {
    let whole = |got: &str, expected: &str| {
        let item = ItemId { table: source.table, key: &format!("stage={}", source.stage) };
        InvalidConfiguration(vec![Problem::new(item, "*", got, expected)])
    };
    let mark = validation::mark(source.stage_variables, &kinds);
    let packed = packer.finish(kinds, mark);
    let snapshot = packed.map_err(|TooLarge { bytes, most }| {
        whole(&format!("items of {bytes} bytes as JSON"), &format!("at most {most} bytes"))
    })?;
    let snapshot = Arc::new(snapshot);
    let items = PackedItems::open(&snapshot).map_err(Unusable::from);
    let items = items.and_then(|items| items.ok_or(Unusable::NotWhole));
    let deployment = items.and_then(|items| Deployment::open(items, source));
    let deployment = deployment
        .map_err(|why| InvalidConfiguration(why.problems(source.table, source.stage, &snapshot.id)))?;
    Ok(Built { deployment, snapshot })
}

/// Validates a stage's items one by one, and keeps no route: 10,000 of them as they are served take much memory.
pub struct Validator<'a> {
    source: DeploymentSource<'a>,
    report: Report,
    api: Option<Api>,
    /// Items that came before it is clear what the API says, by their places.
    waiting: Vec<(usize, Map<String, Value>)>,
    /// The kinds of the items; `None`: something is wrong with it.
    kinds: Vec<Option<ItemKind>>,
    /// The route keys as written.
    written: Vec<String>,
}

impl<'a> Validator<'a> {
    pub fn new(source: DeploymentSource<'a>) -> Self {
        let (waiting, kinds, written) = (Vec::new(), Vec::new(), Vec::new());
        Self { source, report: Report::default(), api: None, waiting, kinds, written }
    }

    /// Reads the next item. The `$api` item comes first, or in the order of the route keys.
    pub fn add(&mut self, item: &Map<String, Value>) {
        let text = route_key(item);
        let place = self.kinds.len();
        self.kinds.push(None);
        self.written.push(text.to_owned());
        match &self.api {
            Some(_) if text == API => {
                self.kinds[place] = Some(ItemKind::Api);
                self.reader().problem(API, "routeKey", "a second one", "one such item, before all others");
            }
            Some(_) => self.read(place, item),
            None if text < API => self.waiting.push((place, item.clone())),
            None if text == API => {
                self.kinds[place] = Some(ItemKind::Api);
                self.begin(item);
            }
            None => {
                self.begin(&Map::new());
                self.read(place, item);
            }
        }
    }

    /// Everything that is wrong with what was added, or the kinds of the items.
    pub fn finish(mut self) -> Parsed<ItemKinds> {
        if self.api.is_none() {
            self.begin(&Map::new());
        }
        self.check_routes();
        let Self { report, kinds, .. } = self;
        let mut findings = report.into_findings();
        findings.problems.sort();
        Parsed::new(kinds.into_iter().collect(), findings)
    }

    fn begin(&mut self, api: &Map<String, Value>) {
        self.api = Some(self.reader().api(api));
        for (place, item) in mem::take(&mut self.waiting) {
            self.read(place, &item);
        }
    }

    fn read(&mut self, place: usize, item: &Map<String, Value>) {
        let Some(api) = &self.api else { return };
        self.kinds[place] = match self.reader().route(&self.written[place], item, api) {
            RouteItem::Route(route) => Some(ItemKind::Route(RouteFacts::of(&route))),
            RouteItem::Disabled => Some(ItemKind::Disabled),
            RouteItem::Wrong => None,
        };
    }

    /// Two items that no request can tell apart are a problem of both; the message names them.
    fn check_routes(&self) {
        let reader = self.reader();
        if self.kinds.iter().flatten().all(|kind| !matches!(kind, ItemKind::Route(_)))
            && self.kinds.iter().all(Option::is_some)
        {
            reader.problem("*", "routeKey", "no route", "at least one route item that is enabled");
        }
        let is_route = |kind: &Option<ItemKind>| matches!(kind, Some(ItemKind::Route(_)));
        let routes = self.written.iter().zip(&self.kinds).filter(|(_, kind)| is_route(kind));
        let written: Vec<&str> = routes.map(|(written, _)| written.as_str()).collect();
        let keys: Vec<_> = written.iter().filter_map(|written| RouteKey::parse(written).ok()).collect();
        let Some(api) = &self.api else { return };
        let Err(conflicts) = Router::new(&keys, api.trailing_slash) else { return };
        for Conflict(earlier, later) in conflicts {
            let expected = format!("a route that {:?} does not serve already", written[earlier]);
            reader.problem(written[later], "routeKey", &format!("{:?}", written[later]), &expected);
        }
    }

    fn reader(&self) -> ItemReader<'_> {
        ItemReader { source: self.source, report: &self.report }
    }
}

/// Each is the operator's to judge: its target may tell the paths apart.
fn warnings_of_mistakable(source: DeploymentSource<'_>, deployment: &Deployment) -> Vec<Problem> {
    let report = Report::default();
    let reader = ItemReader { source, report: &report };
    let written = |index: usize| deployment.routes.key(index);
    let warning = |mistakable: Mistakable| {
        let Mistakable { route, paths, guarded } = mistakable;
        let paths = paths.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let guarded = guarded.iter().map(|index| written(*index)).collect::<Vec<_>>().join(", ");
        let got = format!("a route for {paths} that asks for less than {guarded}");
        let expected = format!("a route of its own for {paths}, unless the target has nothing there");
        reader.problem_of(written(route), "routeKey", &got, &expected)
    };
    mistakable(deployment).into_iter().map(warning).collect()
}

pub fn route_key(item: &Map<String, Value>) -> &str {
    item.get("routeKey").and_then(Value::as_str).unwrap_or_default()
}
