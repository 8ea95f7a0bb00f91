//! Where Tollgate is the cheaper one: the spans of targets and of requests, found by reckoning bill after bill.

use super::{
    amount::float,
    bill::Product,
    prices::FreeTier,
    workload::{LONGEST_TARGET_MS, MOST_REQUESTS, Workload},
};

/// Bills are reckoned at so many points of a power of ten; two break-evens nearer to each other are not found.
const POINTS_OF_TEN: u32 = 24;
const HALVINGS: u32 = 60;

/// From the first to the second; `None` is the end of what is possible.
type Span = (Option<f64>, Option<f64>);

/// The spans of a variable, in its order, where Tollgate costs less than a peer.
#[derive(Clone, Debug)]
pub struct CheaperSpans {
    pub spans: Vec<Span>,
}

impl CheaperSpans {
    /// By the target's time, in ms, with the workload's requests.
    pub fn by_target(workload: &Workload, peer: Product, free_tier: FreeTier) -> Self {
        Self::find(float(LONGEST_TARGET_MS), |target_ms| {
            saved(&Workload { target_ms, ..*workload }, peer, free_tier)
        })
    }

    /// By requests a month, with the workload's target.
    pub fn by_requests(workload: &Workload, peer: Product, free_tier: FreeTier) -> Self {
        Self::find(float(MOST_REQUESTS), |requests| {
            saved(&Workload { requests, ..*workload }, peer, free_tier)
        })
    }

    /// Looks from 1 to `last` where `saved` is over 0.
    fn find(last: f64, saved: impl Fn(f64) -> f64) -> Self {
        let is_cheaper = |at: f64| saved(at) > 0.0;
        let step = 10_f64.powf(1.0 / f64::from(POINTS_OF_TEN));
        let mut spans = Vec::new();
        let mut at = 1.0;
        let mut since = is_cheaper(at).then_some(None);
        while at < last {
            let next = (at * step).min(last);
            if is_cheaper(next) != since.is_some() {
                let turn = turning_point(at, next, is_cheaper);
                match since.take() {
                    Some(from) => spans.push((from, Some(turn))),
                    None => since = Some(Some(turn)),
                }
            }
            at = next;
        }
        spans.extend(since.map(|from| (from, None)));
        Self { spans }
    }

    /// The spans in words: `below 454 ms`, `always`, `never`.
    pub fn words(&self, amount: impl Fn(f64) -> String) -> String {
        let span = |(from, to): &Span| match (from, to) {
            (None, None) => "always".to_owned(),
            (None, Some(to)) => format!("below {}", amount(*to)),
            (Some(from), None) => format!("above {}", amount(*from)),
            (Some(from), Some(to)) => format!("{} to {}", amount(*from), amount(*to)),
        };
        match &self.spans[..] {
            [] => "never".to_owned(),
            spans => spans.iter().map(span).collect::<Vec<_>>().join(", "),
        }
    }
}

fn saved(workload: &Workload, peer: Product, free_tier: FreeTier) -> f64 {
    let [own, other] = [Product::Tollgate, peer].map(|product| product.bill(workload, free_tier).dollars());
    other - own
}

/// The place between two where the answer changes.
fn turning_point(mut low: f64, mut high: f64, is_cheaper: impl Fn(f64) -> bool) -> f64 {
    let at_low = is_cheaper(low);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if is_cheaper(middle) == at_low {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    type Saved = fn(f64) -> f64;

    #[test]
    fn spans_are_found_and_worded() {
        let cases: [(Saved, &str); 6] = [
            (|_| 1.0, "always"),
            (|_| 0.0, "never"),
            (|at| 454.0 - at, "below 454 ms"),
            (|at| at - 2_500.0, "above 2500 ms"),
            (|at| (at - 20.0) * (3_000.0 - at), "20 ms to 3000 ms"),
            (|at| (at - 20.0) * (at - 3_000.0), "below 20 ms, above 3000 ms"),
        ];
        for (saved, expected) in cases {
            let words = CheaperSpans::find(900_000.0, saved).words(|at| format!("{} ms", at.round()));
            assert_eq!(words, expected);
        }
    }

    #[test]
    fn the_break_evens_are_where_both_bills_are_equal() {
        let workload = Workload {
            requests: 1e8,
            target_ms: 0.0,
            memory_mb: 128.0,
            hit_share: None,
            keys: None,
            log_bytes: 500.0,
            answer_bytes: 1_000.0,
        };
        for peer in Product::PEERS {
            for (from, to) in CheaperSpans::by_target(&workload, peer, FreeTier::NotCounted).spans {
                for target_ms in [from, to].into_iter().flatten() {
                    let left = saved(&Workload { target_ms, ..workload }, peer, FreeTier::NotCounted);
                    assert!(left.abs() < 1e-6, "{peer:?} at {target_ms} ms: {left}");
                }
            }
        }
        // 0.80 a million less 1.50 of metrics and what refreshing takes, for 0.0016667 a million and millisecond.
        let spans = CheaperSpans::by_target(&workload, Product::HttpApi, FreeTier::NotCounted).spans;
        let [(None, Some(turn))] = spans[..] else { panic!("{spans:?}") };
        assert!((460.0..470.0).contains(&turn), "{turn}");
    }
}
