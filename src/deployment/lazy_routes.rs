//! The routes of a deployment, each read from its item when it is first asked for, and then kept.
//!
//! All of them were valid when the deployment was published. One that cannot be read all the same is no route, and no
//! other one takes its requests. It is read once and logged once: what is in memory does not change.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use serde_json::{Map, Value};
use tracing::error;

use super::{
    Route,
    api::Api,
    index::ItemKind,
    packed_items::{Damaged, PackedItems},
    route_facts::RouteFacts,
    route_item::{DeploymentSource, ItemReader, RouteItem},
};
use crate::{
    error::{InvalidConfiguration, chain},
    item::{Report, StageVariables},
};

pub struct LazyRoutes {
    items: PackedItems,
    /// The places of the route items among all items.
    places: Vec<u32>,
    read: Box<[OnceLock<ReadRoute>]>,
    table: String,
    stage_variables: Arc<StageVariables>,
}

/// A route, or why it cannot be read.
type ReadRoute = Result<Box<Route>, Arc<RouteFault>>;

/// The reason why a route cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RouteFault {
    #[error("the item is damaged: {0}")]
    Damaged(#[from] Damaged),
    #[error("the item is invalid: {0}")]
    Invalid(InvalidConfiguration),
    #[error("the item is another than it was when it was published")]
    Other,
}

impl LazyRoutes {
    pub fn new(items: PackedItems, table: &str, stage_variables: &Arc<StageVariables>) -> Self {
        let kinds = items.index.kinds.iter().enumerate();
        let places = kinds.filter(|(_, kind)| matches!(kind, ItemKind::Route(_)));
        let places: Vec<_> =
            places.map(|(place, _)| u32::try_from(place).expect("the items have fewer bytes")).collect();
        let read = places.iter().map(|_| OnceLock::new()).collect();
        Self { items, places, read, table: table.to_owned(), stage_variables: Arc::clone(stage_variables) }
    }

    pub fn stage(&self) -> &str {
        &self.items.index.stage
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// The route key as written.
    pub fn key(&self, index: usize) -> &str {
        self.items.index.keys.get(self.places[index] as usize)
    }

    /// The item of a route, without its stage and route key.
    ///
    /// # Errors
    ///
    /// It is damaged.
    pub fn item(&self, index: usize) -> Result<Map<String, Value>, Damaged> {
        self.items.item(self.places[index] as usize)
    }

    /// The `$api` item; `None`: there is none, or it is damaged.
    pub fn api_item(&self) -> Option<Map<String, Value>> {
        self.items.api().ok().flatten()
    }

    pub fn facts(&self, index: usize) -> RouteFacts {
        match self.items.index.kinds.get(self.places[index] as usize) {
            ItemKind::Route(facts) => facts,
            ItemKind::Api | ItemKind::Disabled => unreachable!("these are no places of routes"),
        }
    }

    /// The route at an index.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn get(&self, index: usize, api: &Api) -> Result<&Route, &Arc<RouteFault>> {
        let read = self.read[index].get_or_init(|| {
            self.route(index, api).map_err(|fault| {
                self.log(index, &fault);
                Arc::new(fault)
            })
        });
        read.as_deref()
    }

    fn log(&self, index: usize, fault: &RouteFault) {
        let (stage, route) = (self.stage(), self.key(index));
        error!(
            metric = "ConfigurationInvalid",
            stage,
            route,
            problems = chain(fault),
            "a route cannot be read; its requests are refused"
        );
    }

    fn route(&self, index: usize, api: &Api) -> Result<Box<Route>, RouteFault> {
        let item = self.items.item(self.places[index] as usize)?;
        let report = Report::default();
        let source = DeploymentSource {
            table: &self.table,
            stage: &self.items.index.stage,
            stage_variables: &self.stage_variables,
            function_url_auth_type: None,
        };
        let read = ItemReader { source, report: &report }.route(self.key(index), &item, api);
        let problems = report.into_findings().problems;
        match read {
            // What was decided by the facts holds for the route, too.
            RouteItem::Route(route) if problems.is_empty() && RouteFacts::of(&route) == self.facts(index) => {
                Ok(route)
            }
            RouteItem::Route(_) | RouteItem::Wrong if !problems.is_empty() => {
                Err(RouteFault::Invalid(InvalidConfiguration(problems)))
            }
            RouteItem::Route(_) | RouteItem::Wrong | RouteItem::Disabled => Err(RouteFault::Other),
        }
    }
}

impl fmt::Debug for LazyRoutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} routes", self.len())
    }
}
