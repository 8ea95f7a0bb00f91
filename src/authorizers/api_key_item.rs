//! An item of the API keys' table: all of a key but its value.
//!
//! Attributes that decide about requests are read strictly: an item with a bad one is no key. Attributes that only
//! people read (`name`, `description`, `tags`) may say anything.

use serde_json::{Map, Value};

use super::{KeyHash, KeyValue};
use crate::{
    error::ItemId,
    item::{self, Fields, Parsed},
    limits::usage_plan::{USAGE_PLAN_ID, UsagePlan},
};

/// An API key, as its item describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its name in logs and counters.
    pub id: String,
    pub enabled: bool,
    /// Seconds since 1970, from which on it is no key any more.
    pub expires_at: Option<u64>,
    pub usage_plan_id: Option<String>,
    /// `None`: all that its plan covers.
    pub stages: Option<Vec<String>>,
    pub customer_id: Option<String>,
    /// May have cached responses replaced by `Cache-Control: max-age=0`.
    pub may_invalidate_cache: bool,
}

/// The end of the year 9999. A number beyond it is in milliseconds, and would never come.
const LATEST_SECONDS: u64 = 253_402_300_799;

/// Attributes that decide nothing; the last three are written by `tollgate keys`.
const FOR_PEOPLE: [&str; 7] =
    ["keyHash", "name", "description", "tags", "createdAt", "rotatedFrom", "rotatedTo"];

impl ApiKey {
    /// Reads an item of `table`.
    pub fn parse(table: &str, item: &Map<String, Value>) -> Parsed<Self> {
        item::read(ItemId { table, key: &Self::key_of(item) }, item, Self::read)
    }

    /// The name of an item in problems: `id=…`, or the first digits of its hash. A text that is no hash may be the
    /// value.
    pub fn key_of(item: &Map<String, Value>) -> String {
        let text = |name: &str| item.get(name).and_then(Value::as_str);
        let hash = text("keyHash");
        match text("id").filter(|id| !is_value(id, hash)) {
            Some(id) => format!("id={id}"),
            None => {
                let hash = hash.filter(|hash| KeyHash::is_one(hash));
                format!("keyHash={}…", hash.map_or("", |hash| &hash[..12]))
            }
        }
    }

    pub fn is_expired(&self, now_seconds: u64) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now_seconds)
    }

    fn read(fields: &Fields<'_>) -> Option<Self> {
        fields.withhold(KeyValue::stands_in);
        for name in FOR_PEOPLE {
            fields.skip(name);
        }
        let id = id(fields);
        let enabled = fields.boolean("enabled");
        let expires_at = fields.integer("expiresAt", 0..=LATEST_SECONDS);
        let usage_plan_id = fields.parsed("usagePlanId", USAGE_PLAN_ID, |value| {
            // Logs show it.
            let is_id = |id: &&str| UsagePlan::is_id(id) && !KeyValue::stands_in(id);
            value.as_str().filter(is_id).map(str::to_owned)
        });
        let stages = fields.strings("stages");
        let customer_id = fields.string("customerId");
        let invalidate_cache = fields.boolean("invalidateCache");
        Some(Self {
            id: fields.require("id", id, "an id")?,
            enabled: enabled.unwrap_or(true),
            expires_at,
            usage_plan_id,
            stages,
            customer_id,
            may_invalidate_cache: invalidate_cache.unwrap_or(false),
        })
    }
}

fn id(fields: &Fields<'_>) -> Option<String> {
    let hash = fields.value("keyHash").and_then(Value::as_str);
    if fields.value("id").and_then(Value::as_str).is_some_and(|id| is_value(id, hash)) {
        fields.problem("id", item::WITHHELD, "a name that is no key's value: logs and counters show it");
        return None;
    }
    fields.parsed("id", "letters, digits, - and _, at most 64", |value| {
        let id = value.as_str()?;
        // Counters join it with `#`.
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        ((1..=64).contains(&id.len()) && id.bytes().all(legal)).then(|| id.to_owned())
    })
}

/// True if an id is a value: one of ours, whosever it is, or any that this very key has, hashed or not.
fn is_value(id: &str, key_hash: Option<&str>) -> bool {
    let is_own =
        |value: KeyValue| key_hash.is_some_and(|hash| hash == id || hash == value.hash().to_string());
    KeyValue::stands_in(id) || KeyValue::parse(id.as_bytes()).is_ok_and(is_own)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(item: &Value) -> Parsed<ApiKey> {
        ApiKey::parse("keys", item.as_object().expect("an object"))
    }

    #[test]
    fn reads_an_api_key_item_with_few_or_all_attributes() {
        let least = ApiKey {
            id: "k1".to_owned(),
            enabled: true,
            expires_at: None,
            usage_plan_id: None,
            stages: None,
            customer_id: None,
            may_invalidate_cache: false,
        };
        let all = ApiKey {
            id: "k1".to_owned(),
            enabled: false,
            expires_at: Some(1_798_761_600),
            usage_plan_id: Some("gold".to_owned()),
            stages: Some(vec!["v1".to_owned(), "v2".to_owned()]),
            customer_id: Some("42".to_owned()),
            may_invalidate_cache: true,
        };
        let full = json!({ "keyHash": "00", "id": "k1", "name": ["x"], "description": 1, "enabled": "False",
            "expiresAt": "1798761600", "usagePlanId": "gold", "stages": ["v1", "v2"], "customerId": 42,
            "invalidateCache": "True",
            "tags": 7, "createdAt": 1, "rotatedFrom": "k0", "rotatedTo": "k2" });
        assert_eq!(
            parse(&json!({ "id": "k1", "keyHash": "00" })),
            Parsed { value: Ok(least), warnings: vec![] }
        );
        assert_eq!(parse(&full), Parsed { value: Ok(all), warnings: vec![] });
    }

    #[test]
    fn reports_all_problems_and_warnings_of_an_api_key_item_at_once() {
        let item = json!({ "keyHash": "0123456789abcdef".repeat(4), "enabled": "maybe", "expiresAt": 1_798_761_600_000u64,
            "usagePlanId": ["gold"], "stages": {"v1": true}, "customerId": [], "expires": 1, "stage": "v1" });
        assert_eq!(
            parse(&item).value.unwrap_err().to_string(),
            r#"keys [keyHash=0123456789ab…] enabled: got "maybe", expected true or false
keys [keyHash=0123456789ab…] expiresAt: got 1798761600000, expected a whole number from 0 to 253402300799
keys [keyHash=0123456789ab…] usagePlanId: got ["gold"], expected letters, digits, ., - and _, at most 128
keys [keyHash=0123456789ab…] stages: got {"v1":true}, expected a list of strings
keys [keyHash=0123456789ab…] customerId: got [], expected a string
keys [keyHash=0123456789ab…] id: got nothing, expected an id
keys [keyHash=0123456789ab…] expires: got …, expected nothing of this name; did you mean expiresAt?
keys [keyHash=0123456789ab…] stage: got …, expected nothing of this name; did you mean stages?"#
        );
        let problem = |item: &Value| parse(item).value.unwrap_err().to_string();
        assert_eq!(
            problem(&json!({ "id": "a#b" })),
            r#"keys [id=a#b] id: got "a#b", expected letters, digits, - and _, at most 64"#
        );
        // A value where its hash should be.
        assert_eq!(
            problem(&json!({ "keyHash": "hush".repeat(16) })),
            "keys [keyHash=…] id: got nothing, expected an id"
        );
        let warnings = parse(&json!({ "id": "k1", "usagePlan": "gold" })).warnings;
        assert_eq!(
            warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [r#"keys [id=k1] usagePlan: got …, expected nothing of this name; did you mean usagePlanId?"#]
        );
    }

    /// A value of our own.
    const OURS: &str = "tg_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd_2hSk8Z";

    #[test]
    fn an_id_that_is_a_keys_value_is_refused_and_not_shown() {
        let typo = OURS.replace("_2hSk8Z", "_000000");
        let (within, imported) = (format!("acme-{OURS}"), "x".repeat(40));
        let hash = |value: &str| KeyValue::parse(value.as_bytes()).expect("a key").hash().to_string();
        for (id, hash) in [
            (OURS, hash(OURS)),
            (OURS, hash(&imported)),
            (&typo, hash(&imported)),
            (&within, hash(&imported)),
            (&imported, hash(&imported)),
        ] {
            let expected = format!(
                "keys [keyHash={}…] id: got …, expected a name that is no key's value: logs and counters show it",
                &hash[..12]
            );
            let message = parse(&json!({ "keyHash": hash, "id": id })).value.unwrap_err().to_string();
            assert_eq!(message, expected, "{id}");
        }
        let other = json!({ "keyHash": hash(OURS), "id": imported });
        assert!(parse(&other).value.is_ok(), "as long as a value, but not this key's");
        for unhashed in [json!({ "id": OURS }), json!({ "keyHash": imported, "id": imported })] {
            let message = parse(&unhashed).value.unwrap_err().to_string();
            assert!(message.starts_with("keys [keyHash=…] id: got …,"), "{message}");
        }
    }

    #[test]
    fn problems_and_warnings_show_nothing_that_may_be_a_keys_value() {
        let warnings =
            parse(&json!({ "id": "k1", "value": "hush-hush", "customer": [OURS], OURS: 1 })).warnings;
        assert_eq!(
            warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "keys [id=k1] customer: got …, expected nothing of this name; did you mean customerId?",
                "keys [id=k1] …: got …, expected nothing of this name",
                "keys [id=k1] value: got …, expected nothing of this name",
            ]
        );
        let item = json!({ "id": "k1", "enabled": OURS, "expiresAt": "soon", "stages": { "v1": OURS },
            "usagePlanId": OURS });
        assert_eq!(
            parse(&item).value.unwrap_err().to_string(),
            "keys [id=k1] enabled: got …, expected true or false\n\
             keys [id=k1] expiresAt: got \"soon\", expected a whole number from 0 to 253402300799\n\
             keys [id=k1] usagePlanId: got …, expected letters, digits, ., - and _, at most 128\n\
             keys [id=k1] stages: got …, expected a list of strings"
        );
    }

    #[test]
    fn a_key_expires_at_its_second() {
        let key = parse(&json!({ "id": "k1", "expiresAt": 100 })).value.unwrap();
        assert_eq!([99, 100, 101].map(|now| key.is_expired(now)), [false, true, true]);
        let key = parse(&json!({ "id": "k1" })).value.unwrap();
        assert!(!key.is_expired(u64::MAX));
    }
}
