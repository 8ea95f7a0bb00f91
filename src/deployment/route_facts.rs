//! The facts of a route that requests for other routes depend on, so that they are known before the route is read.

use super::{
    Guards, Route,
    encoding::{Reader, put_number},
};
use crate::{
    authorizers::{ApiKeyUse, AuthorizerGuard},
    caller::KeySource,
    limits::throttle::Throttle,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RouteFacts {
    pub guards: Guards,
    pub cors: RouteCors,
}

/// The origin of a route's CORS policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RouteCors {
    Own,
    /// That of the API, if it has one.
    OfApi,
}

const API_KEYS: [ApiKeyUse; 3] = [
    ApiKeyUse::NotRequired,
    ApiKeyUse::Required(KeySource::Header),
    ApiKeyUse::Required(KeySource::Authorizer),
];
/// Added to the byte of the key's use: facts without an authorizer are written as before there were authorizers.
const WITH_AUTHORIZER: u8 = 0x80;
const CORS: [RouteCors; 2] = [RouteCors::OfApi, RouteCors::Own];

/// The optional facts that follow.
const THROTTLE: u8 = 1;
const ADDRESSES: u8 = 2;
const CALLER_THROTTLE: u8 = 4;

impl RouteFacts {
    /// What each takes where it is written.
    pub const LEAST_BYTES: usize = 3;

    pub fn of(route: &Route) -> Self {
        Self {
            guards: route.guards(),
            cors: if route.cors.is_some() { RouteCors::Own } else { RouteCors::OfApi },
        }
    }

    pub fn write(&self, bytes: &mut Vec<u8>) {
        let Guards { authorizer, api_key, throttle, caller_throttle, addresses } = self.guards;
        let with_authorizer = if authorizer.is_some() { WITH_AUTHORIZER } else { 0 };
        bytes.push(place(&API_KEYS, &api_key) | with_authorizer);
        bytes.push(place(&CORS, &self.cors));
        bytes.push(
            flag(THROTTLE, throttle.is_some())
                | flag(CALLER_THROTTLE, caller_throttle.is_some())
                | flag(ADDRESSES, addresses.is_some()),
        );
        for throttle in [throttle, caller_throttle].into_iter().flatten() {
            put_number(bytes, throttle.interval_ns());
            put_number(bytes, throttle.burst_limit());
        }
        if let Some(addresses) = addresses {
            put_number(bytes, addresses);
        }
        if let Some(AuthorizerGuard { authorizer, asked }) = authorizer {
            put_number(bytes, authorizer);
            bytes.push(u8::from(asked.is_some()));
            asked.iter().for_each(|asked| put_number(bytes, *asked));
        }
    }

    /// `None`: there are none.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let first = reader.byte()?;
        let api_key = *API_KEYS.get(usize::from(first & !WITH_AUTHORIZER))?;
        let cors = *CORS.get(usize::from(reader.byte()?))?;
        let flags = reader.byte().filter(|flags| flags & !(THROTTLE | CALLER_THROTTLE | ADDRESSES) == 0)?;
        let throttle = if flags & THROTTLE == 0 { None } else { Some(read_throttle(reader)?) };
        let caller_throttle = if flags & CALLER_THROTTLE == 0 { None } else { Some(read_throttle(reader)?) };
        let addresses = match flags & ADDRESSES {
            0 => None,
            _ => Some(reader.number()?),
        };
        let authorizer = if first & WITH_AUTHORIZER == 0 { None } else { Some(read_authorizer(reader)?) };
        Some(Self { guards: Guards { authorizer, api_key, throttle, caller_throttle, addresses }, cors })
    }
}

fn flag(flag: u8, is_set: bool) -> u8 {
    if is_set { flag } else { 0 }
}

fn read_throttle(reader: &mut Reader<'_>) -> Option<Throttle> {
    Some(Throttle::of_interval(reader.number()?, u32::try_from(reader.number()?).ok()?))
}

fn read_authorizer(reader: &mut Reader<'_>) -> Option<AuthorizerGuard> {
    let authorizer = reader.number()?;
    let asked = match reader.byte()? {
        0 => None,
        1 => Some(reader.number()?),
        _ => return None,
    };
    Some(AuthorizerGuard { authorizer, asked })
}

fn place<T: PartialEq>(all: &[T], one: &T) -> u8 {
    let place = all.iter().position(|other| other == one).expect("all are listed");
    u8::try_from(place).expect("they are few")
}
