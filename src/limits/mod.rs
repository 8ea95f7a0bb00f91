//! How much: usage plans with their quotas and leases, throttles, and what keys have used.

pub mod rate_limit_headers;
pub mod throttle;
pub mod usage;
pub mod usage_by_day;
pub mod usage_plan;
