//! Items → deployment: validated as one, all problems at once, and packed.

use std::{collections::BTreeSet, mem, sync::Arc};

use serde_json::{Map, Value};

use super::{
    Deployment, Packer, Snapshot,
    api::Api,
    footprint::Footprint,
    guards::{Mistakable, mistakable},
    index::{ItemKind, ItemKinds},
    packed_items::PackedItems,
    packer::TooLarge,
    pointer::{Pointing, Unusable},
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

/// What is got of a stage without a route.
pub const NO_ROUTE: &str = "no route";

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

/// Reads items one by one, and keeps nothing of them: for whoever watches what their readers ask for.
#[cfg(feature = "cli")]
pub fn read_only(source: DeploymentSource<'_>, items: &[Map<String, Value>]) {
    let mut validator = Validator::new(source);
    items.iter().for_each(|item| validator.add(item));
    drop(validator.finish());
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
        let Validated { kinds: Parsed { value, mut warnings }, sound, api } = validator.finish();
        let mut warn = |deployment: &Deployment| warnings.extend(warnings_of_mistakable(source, deployment));
        let built = match value {
            Ok(kinds) => built(source, packer, kinds).inspect(|built| warn(&built.deployment)),
            Err(invalid) => {
                if let Some(deployment) = deployment_of_sound(source, packer, sound, api) {
                    warn(&deployment);
                }
                Err(invalid)
            }
        };
        Parsed { value: built, warnings }
    }
}

/// The routes of which nothing is wrong, to be looked at beside the problems of others.
fn deployment_of_sound(
    source: DeploymentSource<'_>,
    packer: Packer,
    sound: ItemKinds,
    api: Api,
) -> Option<Deployment> {
    let snapshot = packer.finish(sound, String::new()).ok()?;
    let items = PackedItems::open(&Arc::new(snapshot)).ok()??;
    Deployment::new(api, items, source).ok()
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
    let deployment = deployment.map_err(|why| {
        InvalidConfiguration(why.problems(source.table, source.stage, &snapshot.id, Pointing::Stage))
    })?;
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
    /// The places of routes with which something is wrong, though they are routes.
    flawed: BTreeSet<usize>,
    /// The authorizers that routes ask.
    asked: BTreeSet<Arc<str>>,
}

/// The outcome of a validation.
pub struct Validated {
    /// The kinds of the items, or everything that is wrong with them.
    pub kinds: Parsed<ItemKinds>,
    /// The kinds as if all items with which something is wrong were disabled.
    sound: ItemKinds,
    api: Api,
}

impl<'a> Validator<'a> {
    pub fn new(source: DeploymentSource<'a>) -> Self {
        let (waiting, kinds, written) = (Vec::new(), Vec::new(), Vec::new());
        let (report, flawed) = (Report::default(), BTreeSet::new());
        let asked = BTreeSet::new();
        Self { source, report, api: None, waiting, kinds, written, flawed, asked }
    }

    /// Reads the next item. The `$api` item comes first, or in the order of the route keys.
    pub fn add(&mut self, item: &Map<String, Value>) {
        let text = route_key(item);
        let place = self.kinds.len();
        self.kinds.push(None);
        self.written.push(text.to_owned());
        let api = match self.api.take() {
            Some(api) if text == API => {
                self.kinds[place] = Some(ItemKind::Api);
                self.reader().problem(API, "routeKey", "a second one", "one such item, before all others");
                api
            }
            Some(api) => {
                self.read(place, item, &api);
                api
            }
            None if text < API => return self.waiting.push((place, item.clone())),
            None if text == API => {
                self.kinds[place] = Some(ItemKind::Api);
                self.begin(item)
            }
            None => {
                let api = self.begin(&Map::new());
                self.read(place, item, &api);
                api
            }
        };
        self.api = Some(api);
    }

    /// Ends with everything that is wrong with what was added, or the kinds of the items.
    pub fn finish(mut self) -> Validated {
        let api = match self.api.take() {
            Some(api) => api,
            None => self.begin(&Map::new()),
        };
        self.check_routes(&api);
        self.warn_of_unasked_authorizers(&api);
        let Self { report, kinds, flawed, .. } = self;
        let sound_kind = |(place, kind): (usize, &Option<ItemKind>)| {
            kind.filter(|_| !flawed.contains(&place)).unwrap_or(ItemKind::Disabled)
        };
        let sound = kinds.iter().enumerate().map(sound_kind).collect();
        let mut findings = report.into_findings();
        findings.problems.sort();
        Validated { kinds: Parsed::new(kinds.into_iter().collect(), findings), sound, api }
    }

    /// Reads the `$api` item, and what waited for it.
    fn begin(&mut self, api: &Map<String, Value>) -> Api {
        let api = self.reader().api(api);
        self.reader().check_models(&api);
        self.reader().check_signers(&api);
        for (place, item) in mem::take(&mut self.waiting) {
            self.read(place, &item, &api);
        }
        api
    }

    fn read(&mut self, place: usize, item: &Map<String, Value>, api: &Api) {
        let problems = self.report.problem_count();
        self.kinds[place] = match self.reader().route(&self.written[place], item, api) {
            RouteItem::Route(route) => {
                self.asked.extend(route.authorizer.iter().map(|authorizer| Arc::clone(&authorizer.id)));
                Some(ItemKind::Route(RouteFacts::of(&route)))
            }
            RouteItem::Disabled => Some(ItemKind::Disabled),
            RouteItem::Wrong => None,
        };
        if self.report.problem_count() > problems {
            self.flawed.insert(place);
        }
    }

    /// Two items that no request can tell apart are a problem of both; the message names them.
    fn check_routes(&mut self, api: &Api) {
        let is_route = |place: &usize| matches!(self.kinds[*place], Some(ItemKind::Route(_)));
        let places: Vec<usize> = (0..self.kinds.len()).filter(is_route).collect();
        if places.is_empty() && self.kinds.iter().all(Option::is_some) {
            self.reader().problem("*", "routeKey", NO_ROUTE, "at least one route item that is enabled");
        }
        let keys: Vec<_> =
            places.iter().filter_map(|place| RouteKey::parse(&self.written[*place]).ok()).collect();
        let Err(conflicts) = Router::new(&keys, api.trailing_slash) else { return };
        for Conflict(earlier, later) in conflicts {
            let (earlier, later) = (&self.written[places[earlier]], places[later]);
            let written = &self.written[later];
            let expected = format!("a route that {earlier:?} does not serve already");
            self.reader().problem(written, "routeKey", &format!("{written:?}"), &expected);
            self.flawed.insert(later);
        }
    }

    /// An operator who defines one means to protect something with it. Where items have problems it is not known which
    /// authorizers their routes ask.
    fn warn_of_unasked_authorizers(&self, api: &Api) {
        if self.report.problem_count() > 0 {
            return;
        }
        for name in api.authorizers.names().filter(|name| !self.asked.contains(*name)) {
            let (field, got) = (format!("authorizers.{name}"), "an authorizer that no route asks");
            let expected = format!("authorizerId {name} in a route or in $api, or no such authorizer");
            self.report.add_warning(self.reader().problem_of(API, &field, got, &expected));
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
