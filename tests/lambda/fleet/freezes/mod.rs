//! A gateway that is frozen between requests again and again, as Lambda does it, while the servers that it speaks to
//! close the connections that it has kept: no client sees one, and nothing happens twice.
//!
//! `FREEZES` sets how many.

mod closing_proxy;
mod frozen_gateway;

use std::env;

use self::{
    closing_proxy::{ClosingProxy, Ending},
    frozen_gateway::{EventArrival, FrozenGateway, RequestKind},
};

/// What is closed during a freeze.
#[derive(Clone, Copy, Debug)]
struct Closing {
    store: Option<Ending>,
    functions: Option<Ending>,
}

const CLOSINGS: [Closing; 7] = [
    Closing { store: None, functions: None },
    Closing { store: Some(Ending::Finish), functions: Some(Ending::Finish) },
    Closing { store: Some(Ending::Finish), functions: None },
    Closing { store: None, functions: Some(Ending::Finish) },
    Closing { store: Some(Ending::Reset), functions: Some(Ending::Reset) },
    Closing { store: Some(Ending::Reset), functions: None },
    Closing { store: None, functions: Some(Ending::Reset) },
];

/// Each kind of request after each closing, with each arrival of the event, twice.
fn freezes() -> usize {
    let default = 2 * RequestKind::ALL.len() * CLOSINGS.len() * EventArrival::ALL.len();
    env::var("FREEZES").map_or(default, |text| text.parse().expect("FREEZES is a number"))
}

/// The freeze with this number: what is closed during it, and what is asked after it.
struct Freeze {
    number: usize,
    kind: RequestKind,
    closing: Closing,
    arrival: EventArrival,
}

impl Freeze {
    fn new(number: usize) -> Self {
        let (kinds, arrivals) = (RequestKind::ALL, EventArrival::ALL);
        let (round, rounds) = (number / kinds.len(), CLOSINGS.len());
        Self {
            number,
            kind: kinds[number % kinds.len()],
            closing: CLOSINGS[round % rounds],
            arrival: arrivals[round / rounds % arrivals.len()],
        }
    }
}

#[tokio::test]
async fn no_client_sees_a_freeze_and_every_request_happens_once() {
    let gateway = FrozenGateway::start().await;
    let freezes = freezes();
    let mut closed = ClosedConnections::default();
    for freeze in (0..freezes).map(Freeze::new) {
        let Freeze { number, kind, closing, arrival } = freeze;
        let close = async || {
            closed.of_store.close(&gateway.store, closing.store).await;
            closed.of_functions.close(&gateway.functions, closing.functions).await;
        };
        let answer = gateway.frozen_request(kind, number, arrival, close).await;
        let request = format!("request {number}, {kind:?} after {closing:?}, {arrival:?}");
        assert_eq!(answer, kind.answer(number), "{request}\n{}", gateway.last_lines());
    }
    println!("{freezes} freezes, {closed:?}");
    // Every request calls DynamoDB, half of them a function.
    let ClosedConnections { of_store, of_functions } = closed;
    assert!(of_store.connections >= of_store.times && 2 * of_functions.connections >= of_functions.times);
    gateway.assert_each_happened_once(freezes).await;
}

#[derive(Debug, Default)]
struct ClosedConnections {
    of_store: Closed,
    of_functions: Closed,
}

#[derive(Debug, Default)]
struct Closed {
    times: usize,
    connections: usize,
}

impl Closed {
    async fn close(&mut self, proxy: &ClosingProxy, ending: Option<Ending>) {
        if let Some(ending) = ending {
            self.times += 1;
            self.connections += proxy.close_all(ending).await;
        }
    }
}
