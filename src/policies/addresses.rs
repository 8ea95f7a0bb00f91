//! `ipAllow` and `ipDeny`: the client addresses that an API or a route lets in.

use std::{net::IpAddr, str::FromStr};

use crate::{
    address_range::{AddressRange, NotARange},
    digest::Sha256,
    error::GatewayError,
    item::Fields,
};

/// The lists of `$api` or of a route. An address in `deny` is kept out, whatever `allow` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressLists {
    /// `None`: everybody who is not denied.
    allow: Option<Vec<AddressRange>>,
    deny: Vec<AddressRange>,
}

impl AddressLists {
    /// Reads `ipAllow` and `ipDeny`; `None`: every address is let in.
    pub fn parse(fields: &Fields<'_>) -> Option<Self> {
        let allow = fields.strings("ipAllow");
        if allow.as_ref().is_some_and(Vec::is_empty) {
            fields.problem("ipAllow", "[]", "at least one address range, or no such attribute");
        }
        let allow = allow.map(|texts| ranges(fields, "ipAllow", &texts));
        let deny = fields.strings("ipDeny").unwrap_or_default();
        let deny = ranges(fields, "ipDeny", &deny);
        (allow.is_some() || !deny.is_empty()).then_some(Self { allow, deny })
    }

    /// The ranges of `ipAllow`; `None`: everybody who is not denied.
    pub fn allow(&self) -> Option<&[AddressRange]> {
        self.allow.as_deref()
    }

    /// The ranges of `ipDeny`.
    pub fn deny(&self) -> &[AddressRange] {
        &self.deny
    }

    /// Refuses a client by its address. A text that is no address is let in by no list.
    ///
    /// # Errors
    ///
    /// [`GatewayError::AccessDenied`].
    pub fn check(&self, source_ip: &str) -> Result<(), GatewayError> {
        let address = IpAddr::from_str(source_ip)
            .map_err(|_| GatewayError::AccessDenied("the client's address is not known".into()))?;
        let listed = |ranges: &[AddressRange]| ranges.iter().any(|range| range.contains(address));
        if listed(&self.deny) {
            return Err(GatewayError::AccessDenied("the client's address is in ipDeny".into()));
        }
        match &self.allow {
            Some(allow) if !listed(allow) => {
                Err(GatewayError::AccessDenied("the client's address is not in ipAllow".into()))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The same of two that have the same ranges, in whatever order.
    pub fn digest(&self) -> u64 {
        let text = |ranges: &[AddressRange]| {
            let mut ranges = ranges.to_vec();
            ranges.sort_unstable();
            ranges.iter().map(|range| format!("{range} ")).collect::<String>()
        };
        let allow = self.allow.as_deref().map(text).unwrap_or_default();
        let digest = Sha256::default().with(allow).with("|").with(text(&self.deny)).finish();
        u64::from_le_bytes(digest[..8].try_into().expect("it is longer"))
    }
}

fn ranges(fields: &Fields<'_>, name: &'static str, texts: &[String]) -> Vec<AddressRange> {
    let parsed = texts.iter().map(|text| {
        let not = |not: NotARange| fields.problem(name, &format!("{text:?}"), &not.to_string());
        text.parse().map_err(not).ok()
    });
    parsed.flatten().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::read;

    fn lists(item: &Value) -> (Option<AddressLists>, Vec<String>) {
        read(item, |fields| AddressLists::parse(&fields))
    }

    #[test]
    fn an_address_is_let_in_if_it_is_allowed_and_not_denied() {
        let both = json!({ "ipAllow": ["198.51.100.0/24", "2001:db8::/32"], "ipDeny": "198.51.100.7" });
        let deny = json!({ "ipDeny": ["0.0.0.0/1", "::ffff:192.0.2.1"] });
        let cases = [
            (&both, "198.51.100.8", "-"),
            (&both, "::ffff:198.51.100.8", "-"),
            (&both, "198.51.100.7", "ipDeny"),
            (&both, "::ffff:198.51.100.7", "ipDeny"),
            (&both, "198.51.101.1", "not in ipAllow"),
            (&both, "2001:db8:1::1", "-"),
            (&both, "2001:db9::1", "not in ipAllow"),
            (&both, "", "not known"),
            (&deny, "192.0.2.2", "-"),
            (&deny, "192.0.2.1", "ipDeny"),
            (&deny, "127.255.255.255", "ipDeny"),
            (&deny, "128.0.0.0", "-"),
            (&deny, "2001:db8::1", "-"),
            (&deny, "unknown", "not known"),
        ];
        for (item, address, expected) in cases {
            let (lists, problems) = lists(item);
            assert_eq!(problems, Vec::<String>::new());
            let outcome = lists.unwrap().check(address);
            let told = outcome.err().map_or("-".to_owned(), |error| error.to_string());
            assert!(told.ends_with(expected), "{item} {address}: {told}");
        }
    }

    #[test]
    fn lists_that_are_none_are_problems() {
        let bad = json!({ "ipAllow": [], "ipDeny": ["10.1.2.3/8", "here", "10.0.0.0/8"] });
        let expected = [
            "ipAllow: got [], expected at least one address range, or no such attribute",
            r#"ipDeny: got "10.1.2.3/8", expected a range without bits behind its prefix: 10.0.0.0/8"#,
            r#"ipDeny: got "here", expected an address range such as 10.0.0.0/8"#,
        ];
        assert_eq!(lists(&bad).1, expected);
        for open in [json!({}), json!({ "ipDeny": [] })] {
            assert_eq!(lists(&open), (None, Vec::new()), "{open}");
        }
    }

    #[test]
    fn lists_have_one_digest_if_they_let_in_the_same_ranges() {
        let digest = |item: Value| lists(&item).0.unwrap().digest();
        let (a, b) = ("192.0.2.0/24", "2001:db8::/32");
        let own = digest(json!({ "ipAllow": [a, b] }));
        assert_eq!(digest(json!({ "ipAllow": [b, a], "ipDeny": [] })), own);
        let others = [
            json!({ "ipAllow": [a] }),
            json!({ "ipDeny": [a, b] }),
            json!({ "ipAllow": [a], "ipDeny": [b] }),
        ];
        for other in others {
            assert_ne!(digest(other.clone()), own, "{other}");
        }
    }
}
