//! The prices: public list prices of one region at one time, each with its page.
//!
//! A price that AWS changes is changed here and nowhere else.

pub const REGION: &str = "us-east-1";
pub const DATE: &str = "November 2026";

/// Something that AWS bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Billed {
    LambdaRequests,
    LambdaTime,
    WriteUnits,
    ReadUnits,
    LogLines,
    Metrics,
    RestRequests,
    RestCache,
    HttpRequests,
    AlbHours,
    AlbCapacity,
}

/// A row of the price list.
#[derive(Clone, Copy, Debug)]
pub struct Price {
    pub name: &'static str,
    /// Units that one price is for.
    pub per: f64,
    /// Units up to which a price holds, and the price in dollars.
    pub tiers: &'static [(f64, f64)],
    /// Units a month that every account has for nothing. What AWS gave for the first twelve months only is not
    /// counted: accounts since July 2025 have no such months.
    pub free: f64,
    pub page: &'static str,
}

const M: f64 = 1e6;
const G: f64 = 1e9;
const ALL_UNITS: f64 = f64::INFINITY;

const LAMBDA: &str = "https://aws.amazon.com/lambda/pricing/";
const DYNAMODB: &str = "https://aws.amazon.com/dynamodb/pricing/on-demand/";
const CLOUDWATCH: &str = "https://aws.amazon.com/cloudwatch/pricing/";
const API_GATEWAY: &str = "https://aws.amazon.com/api-gateway/pricing/";
const LOAD_BALANCING: &str = "https://aws.amazon.com/elasticloadbalancing/pricing/";

impl Billed {
    pub const ALL: [Self; 11] = [
        Self::LambdaRequests,
        Self::LambdaTime,
        Self::WriteUnits,
        Self::ReadUnits,
        Self::LogLines,
        Self::Metrics,
        Self::RestRequests,
        Self::RestCache,
        Self::HttpRequests,
        Self::AlbHours,
        Self::AlbCapacity,
    ];

    #[rustfmt::skip]
    pub fn price(self) -> Price {
        let row = |name, per, tiers, free, page| Price { name, per, tiers, free, page };
        match self {
            //                         what                              per   up to, dollars                free   page
            Self::LambdaRequests => row("Lambda requests",               M,    &[(ALL_UNITS, 0.20)],         M,     LAMBDA),
            Self::LambdaTime     => row("Lambda GB-seconds, arm64",      1.0,  &[(7.5 * G, 0.000_013_333_4),
                                                                                 (18.75 * G, 0.000_012_000_1),
                                                                                 (ALL_UNITS, 0.000_010_666_7)], 400e3, LAMBDA),
            Self::WriteUnits     => row("DynamoDB write units",          M,    &[(ALL_UNITS, 0.625)],        0.0,   DYNAMODB),
            Self::ReadUnits      => row("DynamoDB read units",           M,    &[(ALL_UNITS, 0.125)],        0.0,   DYNAMODB),
            Self::LogLines       => row("CloudWatch GB of access lines", 1.0,  &[(10e3, 0.50), (30e3, 0.25),
                                                                                 (50e3, 0.10), (ALL_UNITS, 0.05)], 5.0, CLOUDWATCH),
            Self::Metrics        => row("CloudWatch metrics",            1.0,  &[(10e3, 0.30), (ALL_UNITS, 0.10)], 10.0, CLOUDWATCH),
            Self::RestRequests   => row("REST API requests",             M,    &[(333.0 * M, 3.50), (G, 2.80),
                                                                                 (20.0 * G, 2.38), (ALL_UNITS, 1.51)], 0.0, API_GATEWAY),
            Self::RestCache      => row("REST API cache hours, 0.5 GB",  1.0,  &[(ALL_UNITS, 0.02)],         0.0,   API_GATEWAY),
            Self::HttpRequests   => row("HTTP API requests, 512 KB",     M,    &[(300.0 * M, 1.00), (ALL_UNITS, 0.90)], 0.0, API_GATEWAY),
            Self::AlbHours       => row("ALB hours",                     1.0,  &[(ALL_UNITS, 0.0225)],       0.0,   LOAD_BALANCING),
            Self::AlbCapacity    => row("ALB LCU-hours",                 1.0,  &[(ALL_UNITS, 0.008)],        0.0,   LOAD_BALANCING),
        }
    }
}

/// Says if what every account has for nothing is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreeTier {
    Counted,
    NotCounted,
}

impl Price {
    /// The price of so many units of a month.
    pub fn dollars(&self, units: f64, free_tier: FreeTier) -> f64 {
        let billed = match free_tier {
            FreeTier::Counted => (units - self.free).max(0.0),
            FreeTier::NotCounted => units,
        };
        let mut from = 0.0;
        let mut dollars = 0.0;
        for (up_to, price) in self.tiers {
            dollars += (billed.min(*up_to) - from).max(0.0) / self.per * price;
            from = *up_to;
        }
        dollars
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_beyond_a_tier_have_the_next_price() {
        let cases = [
            (Billed::RestRequests, 333e6, 333.0 * 3.50),
            (Billed::RestRequests, 1e9, 333.0 * 3.50 + 667.0 * 2.80),
            (Billed::RestRequests, 21e9, 333.0 * 3.50 + 667.0 * 2.80 + 19_000.0 * 2.38 + 1_000.0 * 1.51),
            (Billed::HttpRequests, 500e6, 300.0 + 200.0 * 0.90),
            // 60 TB, which the announcement of the tiers has as its example: 12,500 dollars.
            (Billed::LogLines, 60e3, 12_500.0),
            (Billed::LambdaRequests, 0.0, 0.0),
        ];
        for (billed, units, expected) in cases {
            let dollars = billed.price().dollars(units, FreeTier::NotCounted);
            assert!((dollars - expected).abs() < 1e-6, "{billed:?} {units}: {dollars}");
        }
    }

    #[test]
    fn the_free_tier_is_taken_off_the_units() {
        let price = Billed::LambdaRequests.price();
        for (units, expected) in [(0.0, 0.0), (1e6, 0.0), (3e6, 0.40)] {
            let dollars = price.dollars(units, FreeTier::Counted);
            assert!((dollars - expected).abs() < 1e-9, "{units}: {dollars}");
        }
    }
}
