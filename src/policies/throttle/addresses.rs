//! What one client address may do, on this instance alone: a flood from it costs no read and no write.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use super::{Bucket, Taken, Throttle};
use crate::{error::GatewayError, recall::Generations};

/// The buckets of the addresses that were seen last.
#[derive(Debug)]
pub struct Addresses(Mutex<Generations<(IpAddr, String), Bucket>>);

/// Whoever calls from more addresses than this is no longer told apart from a new one.
const ADDRESSES: usize = 16_384;

impl Default for Addresses {
    fn default() -> Self {
        Self(Mutex::new(Generations::new(ADDRESSES)))
    }
}

impl Addresses {
    /// Takes one request of `source_ip` to a stage. What is no address is not limited: a platform wrote it.
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
        let Ok(address) = source_ip.parse() else { return Ok(()) };
        let key = (network(address), stage.to_owned());
        let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let now_ms = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.get(&key).is_none() {
            buckets.insert(key.clone(), Bucket::default());
        }
        match buckets.get(&key).map_or(Taken::Tokens, |bucket| bucket.take(throttle, now_ms, 1)) {
            Taken::Tokens => Ok(()),
            Taken::RetryAfter(wait) => {
                Err(GatewayError::Throttled { retry_after: wait.max(Duration::from_millis(1)) })
            }
        }
    }
}

/// A subscriber has at least a /64 of IPv6, and may call from any address of it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn tells_subscribers_apart_and_not_their_addresses() {
        let throttle = Throttle::new(1.0, NonZeroU32::MIN).unwrap();
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
