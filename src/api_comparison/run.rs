//! All requests to both sides: so many a second, so many at once, their outcomes in the order of the requests.

use std::{num::NonZeroUsize, time::Duration};

use futures_util::{StreamExt, stream};
use tokio::time::{MissedTickBehavior, interval};

use super::{
    asking::Asker, difference, report::Exchange, request::ComparedRequest, route_names::RouteNames,
    rules::Rules, secrets::Secrets, side::Side,
};

/// The most that is asked of the sides.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// From one request to the next; each goes to both sides.
    pub between: Duration,
    pub at_once: NonZeroUsize,
}

/// The two sides, and by what they are compared.
pub struct Comparison<'a> {
    pub asker: &'a Asker,
    pub left: &'a Side,
    pub right: &'a Side,
    pub rules: &'a Rules,
    pub routes: &'a RouteNames,
    pub secrets: &'a Secrets,
}

/// Sends each request to both sides, and compares what they say.
pub async fn compare_all(
    comparison: &Comparison<'_>,
    requests: Vec<ComparedRequest>,
    pace: Pace,
) -> Vec<Exchange> {
    let mut ticks = interval(pace.between.max(Duration::from_millis(1)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let paced = stream::unfold((ticks, requests.into_iter()), |(mut ticks, mut rest)| async move {
        let request = rest.next()?;
        ticks.tick().await;
        Some((request, (ticks, rest)))
    });
    let asked = paced.map(|request| comparison.of(request));
    asked.buffered(pace.at_once.get()).collect().await
}

impl Comparison<'_> {
    async fn of(&self, request: ComparedRequest) -> Exchange {
        let (left, right) =
            tokio::join!(self.asker.ask(self.left, &request), self.asker.ask(self.right, &request));
        let route = self.routes.name(&request.method, request.path());
        let differences = difference::compare(&left, &right, self.rules.of_route(&route));
        let mut secrets = self.secrets.clone();
        secrets.add_named(&request.headers);
        secrets.add_parameters(&request.target);
        Exchange::new(&request, route, [left, right], differences, &secrets)
    }
}
