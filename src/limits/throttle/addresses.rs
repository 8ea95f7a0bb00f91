//! The throttle of each client address, on this instance alone: a flood from one costs no read and no write.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use super::{Bucket, RETRY_AFTER_STOP, Taken, Throttle};
use crate::{clock::milliseconds, error::GatewayError, ttl_cache::Generations};

/// The buckets of the addresses that were seen last.
#[derive(Debug)]
pub struct Addresses(Mutex<Generations<BucketKey, Bucket>>);

/// The requests of a network to a stage.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct BucketKey {
    network: ClientNetwork,
    stage: String,
}

/// The networks that have an address.
#[derive(Clone, Copy, Debug)]
struct Subscriber {
    network: ClientNetwork,
    /// Of IPv6 only.
    site: Option<ClientNetwork>,
}

/// The addresses that share their first `prefix_bits` with this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct ClientNetwork {
    address: IpAddr,
    prefix_bits: u32,
}

/// An address beyond so many networks is no longer told apart from a new one.
const NETWORKS: usize = 16_384;
/// A subscriber has at least a /64 of IPv6, and may call from any address of it.
const SUBSCRIBER_BITS: u32 = 64;
/// A site may have a /48, which is 65,536 of them (RFC 6177).
const SITE_BITS: u32 = 48;
/// So many subscribers' tokens are a site's.
const SITE_SHARE: NonZeroU32 = NonZeroU32::new(16).expect("it is not 0");

impl Default for Addresses {
    fn default() -> Self {
        Self(Mutex::new(Generations::new(NETWORKS)))
    }
}

impl Addresses {
    /// Takes one request of `source_ip` to a stage. A text that is no address is not limited: a platform wrote it.
    /// Of IPv6 it takes from the subscriber's bucket and from the site's, from both or neither.
    ///
    /// # Errors
    ///
    /// [`GatewayError::Throttled`].
    pub fn admit(
        &self,
        throttle: &Throttle,
        source_ip: &str,
        stage: &str,
        now: SystemTime,
    ) -> Result<(), GatewayError> {
        if throttle.lets_nothing_through() {
            return Err(GatewayError::Throttled { retry_after: RETRY_AFTER_STOP });
        }
        let Ok(address) = source_ip.parse() else { return Ok(()) };
        let now_ms = milliseconds(now);
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let subscriber = Subscriber::of(address);
        let key = |network| BucketKey { network, stage: stage.to_owned() };
        let Some(site) = subscriber.site.map(key) else {
            return take(buckets.get_or_default(&key(subscriber.network)), throttle, now_ms);
        };
        // The site first: a request that it refuses makes no bucket, and so drives out nobody else's.
        let of_site = throttle.times(SITE_SHARE);
        take(buckets.get_or_default(&site), &of_site, now_ms)?;
        let taken = take(buckets.get_or_default(&key(subscriber.network)), throttle, now_ms);
        if taken.is_err() {
            buckets.get_or_default(&site).give_back(&of_site, 1);
        }
        taken
    }
}

fn take(bucket: &mut Bucket, throttle: &Throttle, now_ms: u64) -> Result<(), GatewayError> {
    match bucket.take(throttle, now_ms, 1) {
        Taken::Tokens => Ok(()),
        Taken::RetryAfter(wait) => {
            Err(GatewayError::Throttled { retry_after: wait.max(Duration::from_millis(1)) })
        }
    }
}

impl Subscriber {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => {
                Self { network: ClientNetwork { address: address.into(), prefix_bits: 32 }, site: None }
            }
            IpAddr::V6(address) => {
                let network = |prefix_bits: u32| {
                    let bits = address.to_bits() & !(u128::MAX >> prefix_bits);
                    ClientNetwork { address: Ipv6Addr::from_bits(bits).into(), prefix_bits }
                };
                Self { network: network(SUBSCRIBER_BITS), site: Some(network(SITE_BITS)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_has_the_tokens_of_16_subscribers() {
        let throttle = Throttle::new(1.0, 2).unwrap();
        let addresses = Addresses::default();
        let admit = |address: &str, ms| {
            addresses.admit(&throttle, address, "v1", SystemTime::UNIX_EPOCH + Duration::from_millis(ms))
        };
        let admitted = |site: &str, ms| {
            (0..100).filter(|subscriber| admit(&format!("{site}:{subscriber:x}::1"), ms).is_ok()).count()
        };
        // What a subscriber's own bucket refuses is not taken from its site's.
        assert_eq!((0..50).filter(|_| admit("2001:db8:1:1::1", 0).is_ok()).count(), 2);
        assert_eq!(admitted("2001:db8:1", 0), 30);
        let Err(GatewayError::Throttled { retry_after }) = admit("2001:db8:1:ffff::1", 0) else {
            panic!("its site has nothing left")
        };
        assert_eq!(retry_after, Duration::from_millis(63));
        assert_eq!(admitted("2001:db8:1", 1000), 16);
        assert_eq!(admitted("2001:db8:2", 1000), 32);
    }

    #[test]
    fn addresses_of_one_subscriber_share_a_bucket_and_those_of_others_do_not() {
        let throttle = Throttle::new(1.0, 1).unwrap();
        let addresses = Addresses::default();
        let cases = [
            ("192.0.2.1", "v1", true),
            ("192.0.2.1", "v1", false),
            ("::ffff:192.0.2.1", "v1", false),
            ("192.0.2.1", "v2", true),
            ("192.0.2.2", "v1", true),
            ("2001:db8::1", "v1", true),
            ("2001:db8::ffff:2", "v1", false),
            ("2001:db8:0:1::1", "v1", true),
            ("unknown", "v1", true),
            ("unknown", "v1", true),
        ];
        for (index, (address, stage, expected)) in cases.into_iter().enumerate() {
            let admitted = addresses.admit(&throttle, address, stage, SystemTime::UNIX_EPOCH).is_ok();
            assert_eq!(admitted, expected, "case {index}: {address} {stage}");
        }
        let later = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        assert!(addresses.admit(&throttle, "192.0.2.1", "v1", later).is_ok());
    }
}
