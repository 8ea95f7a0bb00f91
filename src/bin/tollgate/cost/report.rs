//! The bills as text and as JSON.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{
    amount::shown,
    bill::{Bill, BillLine, Product},
    break_even::CheaperSpans,
    prices::{Billed, DATE, FreeTier, REGION},
    units::RequestUnits,
    workload::Workload,
};
use crate::text_table::{self, Column};

/// All that is told of a workload.
pub struct CostReport {
    workload: Workload,
    free_tier: FreeTier,
    own: Bill,
    peers: Vec<PeerReport>,
}

struct PeerReport {
    product: Product,
    bill: Bill,
    by_target: CheaperSpans,
    by_requests: CheaperSpans,
}

const OWN_COLUMNS: [Column; 3] = [Column::left("TOLLGATE"), Column::right("UNITS"), Column::right("DOLLARS")];

const ALL_COLUMNS: [Column; 5] = [
    Column::left("A MONTH"),
    Column::right("DOLLARS"),
    Column::right("TARGET CALLS"),
    Column::left("TOLLGATE IS CHEAPER AT TARGETS"),
    Column::left("AND AT REQUESTS"),
];

const NOT_COUNTED: [&str; 5] = [
    "the target's own bill",
    "data that goes out",
    "cold starts",
    "storage",
    "throttles of routes and stages",
];

impl CostReport {
    pub fn of(workload: Workload, free_tier: FreeTier) -> Self {
        let peer = |product: Product| PeerReport {
            product,
            bill: product.bill(&workload, free_tier),
            by_target: CheaperSpans::by_target(&workload, product, free_tier),
            by_requests: CheaperSpans::by_requests(&workload, product, free_tier),
        };
        let own = Product::Tollgate.bill(&workload, free_tier);
        Self { workload, free_tier, own, peers: Product::PEERS.map(peer).into() }
    }

    /// # Errors
    ///
    /// The reader is gone.
    pub fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let free_tier = match self.free_tier {
            FreeTier::Counted => "free tier counted",
            FreeTier::NotCounted => "free tier not counted",
        };
        writeln!(out, "{}", self.headline())?;
        writeln!(out, "{REGION}, arm64, list prices of {DATE}, {free_tier}\n")?;
        text_table::write(out, &OWN_COLUMNS, &self.own_rows())?;
        writeln!(out)?;
        text_table::write(out, &ALL_COLUMNS, &self.all_rows())?;
        writeln!(out)?;
        for peer in &self.peers {
            writeln!(out, "{}", self.verdict(peer))?;
        }
        if let Some(line) = self.dearest() {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "Not counted: {}", NOT_COUNTED.join(", "))
    }

    fn headline(&self) -> String {
        let Workload { requests, target_ms, memory_mb, hit_share, keys, .. } = self.workload;
        let keys = match keys.map(shown).as_deref() {
            None => "no API keys".to_owned(),
            Some("1") => "1 API key".to_owned(),
            Some(keys) => format!("{keys} API keys"),
        };
        let cache = hit_share.map_or_else(
            || "no cache".to_owned(),
            |share| format!("{} % from the cache", shown(share * 100.0)),
        );
        let target = milliseconds(target_ms);
        format!("{} requests a month, targets of {target}, {memory_mb} MB, {keys}, {cache}", shown(requests))
    }

    fn own_rows(&self) -> Vec<Vec<String>> {
        let row = |name: &str, units: String, dollars: f64| vec![name.to_owned(), units, money(dollars)];
        let lines = &self.own.lines;
        let lines = lines.iter().map(|line| row(line.billed.price().name, shown(line.units), line.dollars));
        lines.chain([row("total", String::new(), self.own.dollars())]).collect()
    }

    fn all_rows(&self) -> Vec<Vec<String>> {
        let row = |product: Product, bill: &Bill, spans: [String; 2]| {
            let calls = shown(product.target_calls(&self.workload));
            [product.name().to_owned(), money(bill.dollars()), calls].into_iter().chain(spans).collect()
        };
        let peer = |peer: &PeerReport| {
            row(peer.product, &peer.bill, [peer.by_target.words(milliseconds), peer.by_requests.words(shown)])
        };
        let own = row(Product::Tollgate, &self.own, [String::new(), String::new()]);
        std::iter::once(own).chain(self.peers.iter().map(peer)).collect()
    }

    /// Says which of both is cheaper, where both answer, and what the other one does not do.
    fn verdict(&self, peer: &PeerReport) -> String {
        let name = peer.product.name();
        let more = peer.bill.dollars() - self.own.dollars();
        let verdict = match &*money(more.abs()) {
            "0.00" => "as much as Tollgate".to_owned(),
            difference if more < 0.0 => format!("{difference} less than Tollgate"),
            difference => format!("{difference} more than Tollgate"),
        };
        let answers = peer.product.timeout(&self.workload).is_none();
        let lacks = peer.product.lacks(&self.workload).into_iter().map(|what| format!("no {what}"));
        let words = answers.then_some(verdict).into_iter().chain(lacks).collect::<Vec<_>>().join(", ");
        format!("{name}: {words}")
    }

    /// Names the dearest line of Tollgate's bill, and says what drives it.
    fn dearest(&self) -> Option<String> {
        let line = self.own.dearest().filter(|line| line.dollars > 0.0)?;
        let (name, dollars, total) =
            (line.billed.price().name, money(line.dollars), money(self.own.dollars()));
        let why = match line.billed {
            Billed::LambdaTime => ": the function is billed while it waits for the target",
            Billed::WriteUnits => {
                ": each instance leases and counts for each key by itself, and a miss of the cache is written"
            }
            _ => "",
        };
        Some(format!("Most of Tollgate's bill is {dollars} of {total} for {name}{why}"))
    }

    pub fn to_json(&self) -> Value {
        let Workload { requests, target_ms, memory_mb, hit_share, keys, log_bytes, answer_bytes } =
            self.workload;
        let RequestUnits { write, read, held_ms } = RequestUnits::of(&self.workload);
        let whole = |number: Option<f64>| number.map(json_number);
        json!({
            "region": REGION,
            "pricesOf": DATE,
            "freeTier": self.free_tier == FreeTier::Counted,
            "workload": {
                "requests": json_number(requests), "targetMs": json_number(target_ms),
                "memoryMb": json_number(memory_mb), "hitShare": hit_share, "keys": whole(keys),
                "logBytes": json_number(log_bytes), "answerBytes": json_number(answer_bytes),
            },
            "tollgate": {
                "bill": bill_json(&self.own),
                "targetCalls": json_number(Product::Tollgate.target_calls(&self.workload)),
                "request": {
                    "writeUnits": json_number(write), "readUnits": json_number(read), "heldMs": json_number(held_ms),
                },
            },
            "peers": self.peers.iter().map(|peer| self.peer_json(peer)).collect::<Value>(),
            "prices": Billed::ALL.map(price_json),
            "notCounted": NOT_COUNTED,
        })
    }

    fn peer_json(&self, peer: &PeerReport) -> Value {
        let spans = |spans: &CheaperSpans| -> Value {
            let bound = |bound: Option<f64>| bound.map(json_number);
            spans.spans.iter().map(|(from, to)| json!({ "from": bound(*from), "to": bound(*to) })).collect()
        };
        json!({
            "name": peer.product.name(),
            "bill": bill_json(&peer.bill),
            "targetCalls": json_number(peer.product.target_calls(&self.workload)),
            "lacks": peer.product.lacks(&self.workload),
            "tollgateIsCheaper": { "targetMs": spans(&peer.by_target), "requests": spans(&peer.by_requests) },
        })
    }
}

fn bill_json(bill: &Bill) -> Value {
    let line = |line: &BillLine| {
        let name = line.billed.price().name;
        json!({ "name": name, "units": json_number(line.units), "dollars": json_number(line.dollars) })
    };
    json!({ "dollars": json_number(bill.dollars()), "lines": bill.lines.iter().map(line).collect::<Value>() })
}

fn price_json(billed: Billed) -> Value {
    let price = billed.price();
    let tier = |(up_to, dollars): &(f64, f64)| json!({ "upTo": up_to.is_finite().then(|| json_number(*up_to)), "dollars": dollars });
    json!({
        "name": price.name,
        "per": json_number(price.per),
        "tiers": price.tiers.iter().map(tier).collect::<Value>(),
        "free": json_number(price.free),
        "page": price.page,
    })
}

/// Rounded to six places; whole numbers without a point.
fn json_number(number: f64) -> Value {
    format!("{:.6}", number).trim_end_matches('0').trim_end_matches('.').parse().unwrap_or(Value::Null)
}

fn money(dollars: f64) -> String {
    format!("{dollars:.2}")
}

/// `50 ms`, `1.5 s`.
fn milliseconds(ms: f64) -> String {
    if ms < 1_000.0 { format!("{} ms", shown(ms)) } else { format!("{} s", shown(ms / 1_000.0)) }
}
