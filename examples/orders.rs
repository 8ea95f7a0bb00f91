//! The target function `orders`: prices an order, as a small real API would.
//!
//! Routes: `GET …/quotes/{sku}?quantity=3` and `POST …/quotes` with
//! `{"items": [{"sku": "pen", "quantity": 3}]}`.

use lambda_http::{Body, Error, Request, RequestExt, Response, run, service_fn};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Price list: stock keeping unit, name, cents.
const PRICES: [(&str, &str, u64); 3] =
    [("pen", "Fountain pen", 2450), ("ink", "Bottle of ink", 890), ("paper", "Writing paper", 1290)];

/// Orders of this many cents and more are shipped free.
const FREE_SHIPPING_FROM: u64 = 5000;
const SHIPPING: u64 = 490;

#[derive(Deserialize)]
struct Order {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    sku: String,
    quantity: u32,
}

#[derive(Serialize)]
struct Quote {
    lines: Vec<QuoteLine>,
    shipping_cents: u64,
    total_cents: u64,
}

#[derive(Serialize)]
struct QuoteLine {
    name: &'static str,
    quantity: u32,
    cents: u64,
}

fn quote(order: &Order) -> Result<Quote, String> {
    let price = |item: &Item| {
        let (_, name, cents) = PRICES.iter().find(|(sku, _, _)| *sku == item.sku)?;
        Some(QuoteLine { name, quantity: item.quantity, cents: cents * u64::from(item.quantity) })
    };
    let lines = order
        .items
        .iter()
        .map(|item| price(item).ok_or_else(|| format!("there is no {}", item.sku)))
        .collect::<Result<Vec<_>, _>>()?;
    let goods: u64 = lines.iter().map(|line| line.cents).sum();
    let shipping_cents = if goods >= FREE_SHIPPING_FROM { 0 } else { SHIPPING };
    Ok(Quote { lines, shipping_cents, total_cents: goods + shipping_cents })
}

/// An order of one item is in the path and the query, a longer one in the body.
fn order(request: &Request) -> Result<Order, String> {
    let path = request.path_parameters();
    let Some(sku) = path.first("sku") else {
        return serde_json::from_slice(request.body()).map_err(|error| error.to_string());
    };
    let query = request.query_string_parameters();
    let quantity = query.first("quantity").unwrap_or("1");
    let quantity = quantity.parse().map_err(|_| format!("{quantity} is no quantity"))?;
    Ok(Order { items: vec![Item { sku: sku.to_owned(), quantity }] })
}

async fn handle(request: Request) -> Result<Response<Body>, Error> {
    let (status, body): (u16, Value) = match order(&request).and_then(|order| quote(&order)) {
        Ok(quote) => (200, serde_json::to_value(quote)?),
        Err(message) => (400, json!({ "message": message })),
    };
    let response = Response::builder().status(status).header("content-type", "application/json");
    Ok(response.body(Body::Text(body.to_string()))?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handle)).await
}
