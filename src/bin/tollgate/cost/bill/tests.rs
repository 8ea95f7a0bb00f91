//! Bills against arithmetic by hand, and properties of every bill.

use proptest::{option, prelude::*};

use super::*;

const ALL: [Product; 4] = [Product::Tollgate, Product::RestApi, Product::HttpApi, Product::Alb];

/// Ten million requests to a target of 50 ms.
const TEN_MILLION: Workload = Workload {
    requests: 10e6,
    target_ms: 50.0,
    memory_mb: 128.0,
    hit_share: None,
    keys: None,
    log_bytes: 500.0,
    answer_bytes: 1_000.0,
};

fn assert_bill(product: Product, workload: &Workload, expected: &[(Billed, f64, f64)]) {
    let bill = product.bill(workload, FreeTier::NotCounted);
    assert_eq!(bill.lines.len(), expected.len(), "{bill:?}");
    for (line, (billed, units, dollars)) in bill.lines.iter().zip(expected) {
        let is_close = |got: f64, expected: f64| (got - expected).abs() <= expected * 1e-6;
        assert_eq!(line.billed, *billed);
        assert!(
            is_close(line.units, *units) && is_close(line.dollars, *dollars),
            "{line:?} {units} {dollars}"
        );
    }
}

/// Reckoned by hand. A month has 730 h of 3,600 s, so 3.805175 requests a second come. The stages are read with
/// 1 request of 1 + 5 × 3.805175 = 20.025875, half a unit each.
#[test]
fn a_plain_month_costs_what_it_is_by_hand() {
    let lines = [
        (Billed::LambdaRequests, 10e6, 2.0),
        // 10M × 0.0565 s × 1/8 GB, at 0.0000133334.
        (Billed::LambdaTime, 70_625.0, 0.941_671_375),
        (Billed::WriteUnits, 0.0, 0.0),
        (Billed::ReadUnits, 249_677.0, 0.031_209_6),
        (Billed::LogLines, 5.0, 2.5),
        (Billed::Metrics, 5.0, 1.5),
    ];
    assert_bill(Product::Tollgate, &TEN_MILLION, &lines);
    assert_bill(
        Product::RestApi,
        &TEN_MILLION,
        &[(Billed::RestRequests, 10e6, 35.0), (Billed::LogLines, 5.0, 2.5)],
    );
    assert_bill(
        Product::HttpApi,
        &TEN_MILLION,
        &[(Billed::HttpRequests, 10e6, 10.0), (Billed::LogLines, 5.0, 2.5)],
    );
    // 3.805175 × 3,600 × 2,000 bytes = 27.39726 MB an hour, of 400 MB.
    let lcu_hours = 50.0;
    assert_bill(
        Product::Alb,
        &TEN_MILLION,
        &[(Billed::AlbHours, 730.0, 16.425), (Billed::AlbCapacity, lcu_hours, 0.4)],
    );
}

/// By hand: 380.5175 requests a second; hits of 6.5 ms and misses of 72 ms hold 52.35 ms on average, so 19.9201
/// instances are at work, and 1 of 1 + 380.5175/19.9201/10 × T requests is the first of its key and instance within T.
#[test]
fn keys_and_a_cache_cost_what_they_are_by_hand() {
    let workload = Workload { requests: 1e9, keys: Some(10.0), hit_share: Some(0.3), ..TEN_MILLION };
    let first_within = |keys: f64, seconds: f64| 1.0 / (1.0 + 380.517_503_8 / 19.920_091_3 / keys * seconds);
    let write = 1.37 * first_within(10.0, 1.0) + first_within(10.0, 60.0) + 0.7 * 2.0;
    let read = 0.5 * first_within(1.0, 5.0) + 0.5 * first_within(10.0, 60.0) + 0.5;
    let (write, read) = (write.min(1.0 + first_within(10.0, 60.0) + 1.4) * 1e9, read * 1e9);
    let lines = [
        (Billed::LambdaRequests, 1e9, 200.0),
        (Billed::LambdaTime, 6_543_750.0, 87.250_436),
        (Billed::WriteUnits, write, write * 0.625e-6),
        (Billed::ReadUnits, read, read * 0.125e-6),
        (Billed::LogLines, 500.0, 250.0),
        (Billed::Metrics, 8.0, 2.4),
    ];
    assert_bill(Product::Tollgate, &workload, &lines);
    let rest = [
        // 333M at 3.50 and 667M at 2.80.
        (Billed::RestRequests, 1e9, 3_033.1),
        (Billed::LogLines, 500.0, 250.0),
        (Billed::RestCache, 730.0, 14.6),
    ];
    assert_bill(Product::RestApi, &workload, &rest);
    assert!((Product::Tollgate.target_calls(&workload) - 0.7e9).abs() < 1.0);
    assert!((Product::HttpApi.target_calls(&workload) - 1e9).abs() < 1.0);
}

#[test]
fn no_requests_cost_what_is_fixed() {
    let workload = Workload { requests: 0.0, keys: Some(1_000.0), hit_share: Some(0.3), ..TEN_MILLION };
    let fixed =
        [(Product::Tollgate, 0.0), (Product::RestApi, 14.6), (Product::HttpApi, 0.0), (Product::Alb, 16.425)];
    for (product, expected) in fixed {
        let dollars = product.bill(&workload, FreeTier::NotCounted).dollars();
        assert!((dollars - expected).abs() < 1e-9, "{product:?}: {dollars}");
    }
}

fn workloads() -> impl Strategy<Value = Workload> {
    let sizes = (0.0..1e12, 0.0..900_000.0, 128.0..10_240.0);
    let features = (option::of(0.0..=1.0), option::of(1.0..1e9));
    (sizes, features, 0.0..1e4, 0.0..6e6).prop_map(
        |((requests, target_ms, memory_mb), (hit_share, keys), log_bytes, answer_bytes)| Workload {
            requests,
            target_ms,
            memory_mb,
            hit_share,
            keys,
            log_bytes,
            answer_bytes,
        },
    )
}

/// A step upwards may be lost in the rounding.
fn assert_no_less(workload: &Workload, more: &Workload) -> Result<(), TestCaseError> {
    for product in ALL {
        for free_tier in [FreeTier::Counted, FreeTier::NotCounted] {
            let [less, more] = [workload, more].map(|workload| product.bill(workload, free_tier).dollars());
            prop_assert!(less <= more * (1.0 + 1e-9), "{:?}: {} {}", product, less, more);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn more_requests_cost_no_less(workload in workloads(), factor in 1.0..1000.0) {
        assert_no_less(&workload, &Workload { requests: workload.requests * factor, ..workload })?;
    }

    #[test]
    fn a_slower_target_more_memory_and_longer_lines_cost_no_less(workload in workloads(), factor in 1.0..10.0) {
        assert_no_less(&workload, &Workload { target_ms: workload.target_ms * factor, ..workload })?;
        assert_no_less(&workload, &Workload { memory_mb: workload.memory_mb * factor, ..workload })?;
        assert_no_less(&workload, &Workload { log_bytes: workload.log_bytes * factor, ..workload })?;
    }

    #[test]
    fn the_free_tier_makes_nothing_dearer(workload in workloads()) {
        for product in ALL {
            let [free, full] = [FreeTier::Counted, FreeTier::NotCounted]
                .map(|free_tier| product.bill(&workload, free_tier).dollars());
            prop_assert!((0.0..=full).contains(&free), "{:?}: {} {}", product, free, full);
        }
    }
}
