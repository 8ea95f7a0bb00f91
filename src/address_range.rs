//! Ranges of addresses as operators write them: `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.7`.
//!
//! An IPv4 address inside an IPv6 one is the IPv4 address: `::ffff:192.0.2.7` is `192.0.2.7`.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// The addresses that share their first `prefix` bits with this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressRange {
    base: IpAddr,
    prefix: u8,
}

/// The reason why a text is no range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARange {
    #[error("an address range such as 10.0.0.0/8")]
    Malformed,
    /// Nobody knows if the range or the address was meant.
    #[error("a range without bits behind its prefix: {0}")]
    HostBits(AddressRange),
}

impl AddressRange {
    pub const fn v4(a: u8, b: u8, c: u8, prefix: u8) -> Self {
        Self { base: IpAddr::V4(Ipv4Addr::new(a, b, c, 0)), prefix }
    }

    pub const fn v6(a: u16, b: u16, prefix: u8) -> Self {
        Self { base: IpAddr::V6(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0)), prefix }
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        width(address) == width(self.base) && (bits(address) ^ bits(self.base)) & self.mask() == 0
    }

    /// Ones where addresses of the range are all the same; for IPv4 the low 32 bits count.
    fn mask(&self) -> u128 {
        u128::MAX.checked_shl((width(self.base) - self.prefix).into()).unwrap_or(0)
    }

    /// The range without the bits behind its prefix.
    fn network(self) -> Self {
        let bits = bits(self.base) & self.mask();
        let base = match self.base {
            IpAddr::V4(_) => Ipv4Addr::from_bits(u32::try_from(bits).expect("they were 32")).into(),
            IpAddr::V6(_) => Ipv6Addr::from_bits(bits).into(),
        };
        Self { base, prefix: self.prefix }
    }
}

/// An address alone is a range of one.
impl FromStr for AddressRange {
    type Err = NotARange;

    fn from_str(text: &str) -> Result<Self, NotARange> {
        let (base, prefix) = match text.trim().split_once('/') {
            Some((base, prefix)) => (base, Some(prefix)),
            None => (text.trim(), None),
        };
        let base: IpAddr = base.parse().map_err(|_| NotARange::Malformed)?;
        let prefix = prefix.map_or(Some(width(base)), |prefix| {
            let is_number = prefix.bytes().all(|byte| byte.is_ascii_digit());
            prefix.parse().ok().filter(|prefix| is_number && *prefix <= width(base))
        });
        let prefix = prefix.ok_or(NotARange::Malformed)?;
        let range = match (base.to_canonical(), prefix.checked_sub(V4_IN_V6_BITS)) {
            (inner @ IpAddr::V4(_), Some(prefix)) if base.is_ipv6() => Self { base: inner, prefix },
            _ => Self { base, prefix },
        };
        if range.network() == range { Ok(range) } else { Err(NotARange::HostBits(range.network())) }
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.prefix)
    }
}

/// The bits before an IPv4 address in an IPv6 one (RFC 4291 §2.5.5.2).
const V4_IN_V6_BITS: u8 = 96;

const fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_range_has_the_addresses_of_its_prefix() {
        let cases = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("10.1.2.0/31", "10.1.2.1", true),
            ("10.1.2.0/31", "10.1.2.2", false),
            ("0.0.0.0/0", "203.0.113.7", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "203.0.113.7", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("198.51.100.0/24", "::ffff:198.51.100.9", true),
            ("::ffff:198.51.100.0/120", "198.51.100.9", true),
            ("::ffff:198.51.100.9", "198.51.100.9", true),
            (" ::1 ", "::1", true),
        ];
        for (range, address, expected) in cases {
            let range: AddressRange = range.parse().unwrap();
            assert_eq!(range.contains(address.parse().unwrap()), expected, "{range} {address}");
        }
    }

    #[test]
    fn a_text_that_is_no_range_says_what_would_be_one() {
        let malformed = "an address range such as 10.0.0.0/8";
        let cases = [
            ("", malformed),
            ("x", malformed),
            ("10.0.0/8", malformed),
            ("10.0.0.0/", malformed),
            ("10.0.0.0/33", malformed),
            ("10.0.0.0/+8", malformed),
            ("10.0.0.0/-1", malformed),
            ("010.0.0.1", malformed),
            ("::/129", malformed),
            ("fe80::1%eth0", malformed),
            ("10.1.2.3/8", "a range without bits behind its prefix: 10.0.0.0/8"),
            ("2001:db8::1/32", "a range without bits behind its prefix: 2001:db8::/32"),
            ("::ffff:10.1.2.3/104", "a range without bits behind its prefix: 10.0.0.0/8"),
        ];
        for (text, expected) in cases {
            let not = text.parse::<AddressRange>().unwrap_err();
            assert_eq!(not.to_string(), expected, "{text}");
        }
    }

    proptest! {
        /// An address is in a range if and only if it is within the bounds that the prefix leaves.
        #[test]
        fn a_range_is_an_interval(base: u32, prefix in 0..=32u8, address: u32) {
            let size = 1_u64 << (32 - prefix);
            let first = u64::from(base) / size * size;
            let first_address = Ipv4Addr::from_bits(u32::try_from(first).unwrap());
            let range: AddressRange = format!("{first_address}/{prefix}").parse().unwrap();
            let expected = (first..first + size).contains(&u64::from(address));
            let address = Ipv4Addr::from_bits(address);
            prop_assert_eq!(range.contains(address.into()), expected);
            prop_assert_eq!(range.contains(address.to_ipv6_mapped().into()), expected);
        }
    }
}
