//! Guards the addresses of servers that items name, such as targets: public ones, and those that the operator lists.
//!
//! Without it, whoever can write an item or a DNS record could read what only this Lambda can reach: its
//! own Runtime API, credentials endpoints (`169.254.169.254`), and everything else in its VPC (SSRF).

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use crate::address_range::AddressRange;

/// Says which addresses may be connected to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AddressGuard {
    allowed: Arc<[AddressRange]>,
    public: PublicAddresses,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum PublicAddresses {
    #[default]
    Allowed,
    IfListed,
}

impl AddressGuard {
    /// Takes CIDR ranges (`10.0.0.0/8`, `fd00::/8`) and addresses (`10.1.2.3`) that are allowed although
    /// they are not public. Fails with every entry that is neither; bits below the prefix must be zero, so
    /// that `10.1.2.3/8` does not open more than was meant.
    pub fn parse(allowed: &[String]) -> Result<Self, Vec<String>> {
        let (good, bad): (Vec<_>, Vec<_>) = allowed
            .iter()
            .map(|text| text.parse::<AddressRange>().map_err(|_| text))
            .partition(Result::is_ok);
        if bad.is_empty() {
            Ok(Self { allowed: good.into_iter().flatten().collect(), public: PublicAddresses::Allowed })
        } else {
            Err(bad.into_iter().filter_map(Result::err).cloned().collect())
        }
    }

    /// The guard that allows the listed addresses and no others.
    pub fn of_listed_addresses(&self) -> Self {
        Self { allowed: Arc::clone(&self.allowed), public: PublicAddresses::IfListed }
    }

    /// True if a connection may be made to `address`.
    pub fn allows(&self, address: IpAddr) -> bool {
        let reached = reached(address);
        let listed = |network: &AddressRange| network.contains(address) || network.contains(reached);
        let is_open = self.public == PublicAddresses::Allowed && is_public(reached);
        is_open || self.allowed.iter().any(listed)
    }

    /// True if a URI may name `host`. Of names nothing is known until they are resolved; a name that ends in
    /// a number is none: resolvers take `2130706433` and `0x7f.1` for `127.0.0.1`.
    pub fn allows_host(&self, host: &str) -> bool {
        let literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if let Some(literal) = literal {
            return literal.parse::<Ipv6Addr>().is_ok_and(|address| self.allows(address.into()));
        }
        match host.parse::<Ipv4Addr>() {
            Ok(address) => self.allows(address.into()),
            Err(_) => is_name(host) && (self.public == PublicAddresses::Allowed || !self.allowed.is_empty()),
        }
    }
}

/// Ranges that IANA's special-purpose registry (RFC 6890 and its successors) does not call globally reachable.
#[rustfmt::skip]
const NOT_PUBLIC_V4: [AddressRange; 16] = [
    AddressRange::v4(0, 0, 0, 8),        // this network
    AddressRange::v4(10, 0, 0, 8),       // private
    AddressRange::v4(100, 64, 0, 10),    // shared, behind a carrier's NAT
    AddressRange::v4(127, 0, 0, 8),      // loopback
    AddressRange::v4(169, 254, 0, 16),   // link-local: AWS's metadata and credentials
    AddressRange::v4(172, 16, 0, 12),    // private
    AddressRange::v4(192, 0, 0, 24),     // protocol assignments
    AddressRange::v4(192, 0, 2, 24),     // documentation
    AddressRange::v4(192, 88, 99, 24),   // once 6to4 relays
    AddressRange::v4(192, 168, 0, 16),   // private
    AddressRange::v4(198, 18, 0, 15),    // benchmarks
    AddressRange::v4(198, 51, 100, 24),  // documentation
    AddressRange::v4(203, 0, 113, 24),   // documentation
    AddressRange::v4(224, 0, 0, 4),      // multicast
    AddressRange::v4(240, 0, 0, 4),      // reserved, and broadcast
    AddressRange::v4(192, 175, 48, 24),  // nobody's: the sink of private reverse lookups
];

/// All of IPv6 that is handed out for the Internet.
const PUBLIC_V6: AddressRange = AddressRange::v6(0x2000, 0, 3);

#[rustfmt::skip]
const NOT_PUBLIC_V6: [AddressRange; 4] = [
    AddressRange::v6(0x2001, 0, 23),     // protocol assignments, among them Teredo, which hides an IPv4 address
    AddressRange::v6(0x2001, 0xdb8, 32), // documentation
    AddressRange::v6(0x2002, 0, 16),     // 6to4, which hides an IPv4 address
    AddressRange::v6(0x3fff, 0, 20),     // documentation
];

/// Behind this prefix a NAT64 gateway (RFC 6052), such as AWS's, reaches an IPv4 address.
const NAT64: AddressRange = AddressRange::v6(0x64, 0xff9b, 96);

fn is_public(address: IpAddr) -> bool {
    let within = |networks: &[AddressRange]| networks.iter().any(|network| network.contains(address));
    match address {
        IpAddr::V4(_) => !within(&NOT_PUBLIC_V4),
        IpAddr::V6(_) => PUBLIC_V6.contains(address) && !within(&NOT_PUBLIC_V6),
    }
}

/// The address that a packet ends up at: `::ffff:127.0.0.1` is `127.0.0.1`, and so is `64:ff9b::7f00:1`.
fn reached(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(inner) if NAT64.contains(address) => {
            let [.., a, b, c, d] = inner.octets();
            Ipv4Addr::new(a, b, c, d).into()
        }
        canonical => canonical,
    }
}

/// A DNS name: letters, digits, `-` and `_` between dots, the last label not a number in any notation.
fn is_name(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (1..=63).contains(&label.len()) && label.bytes().all(legal)
    };
    let last = host.rsplit('.').next().unwrap_or(host).to_ascii_lowercase();
    let is_number = match last.strip_prefix("0x") {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => last.bytes().all(|byte| byte.is_ascii_digit()),
    };
    host.len() <= 253 && host.split('.').all(is_label) && !is_number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(allowed: &[&str]) -> AddressGuard {
        let allowed: Vec<_> = allowed.iter().map(|text| (*text).to_owned()).collect();
        AddressGuard::parse(&allowed).unwrap()
    }

    #[test]
    #[rustfmt::skip]
    fn allows_public_addresses_and_no_others() {
        let public = [
            "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "52.94.236.248", "99.255.255.255",
            "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
            "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0", "192.167.255.255",
            "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255",
            "203.0.114.0", "223.255.255.255", "2000::1", "2600:1f18::1", "2606:4700:4700::1111",
            "2a00:1450:4001::8", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
        ];
        let not_public = [
            "0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
            "127.0.0.1", "127.255.255.255", "169.254.0.1", "169.254.100.1", "169.254.169.254",
            "169.254.170.2", "172.16.0.0", "172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.1",
            "192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.1",
            "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.175.48.1",
            "::", "::1", "::2", "::7f00:1", "::127.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1",
            "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0",
            "::ffff:100.64.0.1", "64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b::10.1.2.3",
            "64:ff9b:1::1", "64:ff9b::1:0:0:1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:1ff::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "3fff:fff::1",
            "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fdff::1", "fe80::1", "febf::1", "fec0::1",
            "ff02::1", "ff0e::1",
        ];
        for (addresses, expected) in [(&public[..], true), (&not_public[..], false)] {
            for address in addresses {
                assert_eq!(guard(&[]).allows(address.parse().unwrap()), expected, "{address}");
            }
        }
    }

    #[test]
    fn allows_what_is_listed_and_nothing_near_it() {
        let cases = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", true),
            ("10.0.0.0/8", "192.168.0.1", false),
            ("10.1.0.0/16", "10.2.0.1", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("10.1.2.0/31", "10.1.2.1", true),
            ("10.1.2.0/31", "10.1.2.2", false),
            ("127.0.0.0/8", "::ffff:127.0.0.1", true),
            ("127.0.0.0/8", "64:ff9b::127.0.0.1", true),
            ("127.0.0.0/8", "::1", false),
            ("127.0.0.0/8", "169.254.169.254", false),
            ("0.0.0.0/0", "169.254.169.254", true),
            ("0.0.0.0/0", "fe80::1", false),
            ("::/0", "fe80::1", true),
            ("::/0", "10.0.0.1", false),
            ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fc12::1", false),
            (" ::1 ", "::1", true),
            ("::ffff:10.0.0.0/104", "::ffff:10.1.2.3", true),
        ];
        for (listed, address, expected) in cases {
            assert_eq!(guard(&[listed]).allows(address.parse().unwrap()), expected, "{listed} {address}");
        }
    }

    #[test]
    fn a_guard_of_listed_addresses_allows_no_public_one_and_no_name_that_cannot_be_listed() {
        let listed = guard(&["10.0.0.0/8"]).of_listed_addresses();
        assert_eq!(["10.1.2.3", "8.8.8.8"].map(|text| listed.allows(text.parse().unwrap())), [true, false]);
        let hosts = ["10.1.2.3", "issuer.internal", "8.8.8.8", "169.254.169.254"];
        assert_eq!(hosts.map(|host| listed.allows_host(host)), [true, true, false, false]);
        let none = guard(&[]).of_listed_addresses();
        assert_eq!(hosts.map(|host| none.allows_host(host)), [false; 4]);
    }

    #[test]
    #[rustfmt::skip]
    fn every_text_that_is_no_address_range_is_reported() {
        let bad = ["", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "::/129", "10.1.2.3/8", "fd00::1/8", "x", "10.0.0.0/-1"];
        let listed: Vec<_> = bad.iter().chain(&["10.0.0.0/8"]).map(|text| (*text).to_owned()).collect();
        assert_eq!(AddressGuard::parse(&listed).unwrap_err(), bad);
    }

    #[test]
    fn refuses_hosts_that_hide_an_address() {
        let cases = [
            ("example.com", true),
            ("example.com.", true),
            ("a-b_c.example", true),
            ("xn--bcher-kva.example", true),
            ("8.8.8.8", true),
            ("[2606:4700:4700::1111]", true),
            ("1.example", true),
            ("0xfe.example", true),
            ("127.0.0.1", false),
            ("127.0.0.1.", false),
            ("127.1", false),
            ("2130706433", false),
            ("017700000001", false),
            ("0x7f000001", false),
            ("0x7f.1", false),
            ("0X7F.0X1", false),
            ("127.0.0.0x", false),
            ("0177.0.0.01", false),
            ("8.8.2056", false),
            ("[::1]", false),
            ("[::ffff:127.0.0.1]", false),
            ("[::ffff:7f00:1]", false),
            ("[64:ff9b::a9fe:a9fe]", false),
            ("[fe80::1%25eth0]", false),
            ("[v1.x]", false),
            ("[::1", false),
            ("::1", false),
            ("", false),
            (".", false),
            ("a..b", false),
            ("ex%61mple.com", false),
            ("bücher.example", false),
        ];
        for (host, expected) in cases {
            assert_eq!(guard(&[]).allows_host(host), expected, "{host}");
        }
    }
}
