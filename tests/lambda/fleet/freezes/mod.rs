//! A gateway that is frozen between requests again and again, as Lambda does it, while the servers that it speaks to
//! close the connections that it has kept: no client sees one, and nothing happens twice.
//!
//! `FREEZES` sets how many.

mod closing_proxy;
mod frozen_gateway;

use std::env;

use self::{
    closing_proxy::Ending,
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

#[tokio::test]
async fn no_client_sees_a_freeze_and_every_request_happens_once() {
    let gateway = FrozenGateway::start().await;
    let freezes = freezes();
    let [mut of_store, mut of_functions] = [0, 0];
    for number in 0..freezes {
        let kinds = RequestKind::ALL.len();
        let kind = RequestKind::ALL[number % kinds];
        let closing = CLOSINGS[number / kinds % CLOSINGS.len()];
        let arrival = EventArrival::ALL[number / kinds / CLOSINGS.len() % EventArrival::ALL.len()];
        let close = async || {
            if let Some(ending) = closing.store {
                of_store += gateway.store.close_all(ending).await;
            }
            if let Some(ending) = closing.functions {
                of_functions += gateway.functions.close_all(ending).await;
            }
        };
        let answer = gateway.frozen_request(kind, number, arrival, close).await;
        let seen = format!("request {number}, {kind:?} after {closing:?}, {arrival:?}");
        assert_eq!(answer, kind.answer(number), "{seen}\n{}", gateway.last_lines());
    }
    println!("{freezes} freezes, {of_store} connections to DynamoDB and {of_functions} to Lambda closed");
    // Every request leaves at least one to DynamoDB.
    assert!(of_store >= freezes / 2 && of_functions >= freezes / 8, "{of_store} {of_functions}");
    gateway.assert_each_happened_once(freezes).await;
}
