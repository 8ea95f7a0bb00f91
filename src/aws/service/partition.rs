//! Partitions: groups of regions with accounts of their own.

/// A group of regions with accounts of its own.
pub struct Partition {
    pub domain: &'static str,
    pub iam_host: &'static str,
    pub iam_region: &'static str,
    /// The host of IoT's data, before the region.
    pub iot_data_label: &'static str,
}

/// The partition of a region (botocore's `partitions.json` and `endpoints.json`).
#[rustfmt::skip]
pub fn partition(region: &str) -> Partition {
    const PARTITIONS: [(&str, [&str; 3]); 8] = [
        ("cn-",     ["amazonaws.com.cn", "iam.cn-north-1.amazonaws.com.cn",     "cn-north-1"]),
        ("us-gov-", ["amazonaws.com",    "iam.us-gov.amazonaws.com",            "us-gov-west-1"]),
        ("us-iso-", ["c2s.ic.gov",       "iam.us-iso-east-1.c2s.ic.gov",        "us-iso-east-1"]),
        ("us-isob-", ["sc2s.sgov.gov",   "iam.us-isob-east-1.sc2s.sgov.gov",    "us-isob-east-1"]),
        ("us-isof-", ["csp.hci.ic.gov",  "iam.us-isof-south-1.csp.hci.ic.gov",  "us-isof-south-1"]),
        ("eu-isoe-", ["cloud.adc-e.uk",  "iam.eu-isoe-west-1.cloud.adc-e.uk",   "eu-isoe-west-1"]),
        ("eusc-",   ["amazonaws.eu",     "iam.eusc-de-east-1.amazonaws.eu",     "eusc-de-east-1"]),
        ("",        ["amazonaws.com",    "iam.amazonaws.com",                   "us-east-1"]),
    ];
    let found = PARTITIONS.iter().find(|(prefix, _)| region.starts_with(prefix));
    let (_, [domain, iam_host, iam_region]) = found.expect("the last prefix is everything's");
    let iot_data_label = if region.starts_with("cn-") { "data.ats.iot" } else { "data-ats.iot" };
    Partition { domain, iam_host, iam_region, iot_data_label }
}
