//! A deployment as it is kept: the items it was made of, deflated, under an id that says what is in it.

use std::io::{Read, Write};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{error::StoreError, json::read_objects};

/// The items of one stage, in the order of their route keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub items: Vec<Map<String, Value>>,
}

/// More than any table's worth of routes, and less than an instance's memory.
const MAX_BYTES: usize = 64 << 20;

/// The items are more than a deployment may have, in bytes of JSON.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLarge {
    pub bytes: usize,
    pub most: usize,
}

impl Snapshot {
    /// The deployment's id, and its bytes.
    ///
    /// The id is the first half of the SHA-256 of the items as JSON, in lower-case hex.
    ///
    /// # Errors
    ///
    /// No instance would load it.
    pub fn pack(items: &[Map<String, Value>]) -> Result<(String, Vec<u8>), TooLarge> {
        let json = serde_json::to_vec(items).expect("JSON values are JSON");
        if json.len() > MAX_BYTES {
            return Err(TooLarge { bytes: json.len(), most: MAX_BYTES });
        }
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
        deflated.write_all(&json).expect("a Vec takes all");
        Ok((id_of(&json), deflated.finish().expect("a Vec takes all")))
    }

    /// Hands each item of a packed deployment to `take`, in their order.
    ///
    /// # Errors
    ///
    /// The bytes are not those that were packed under this id: a part is missing, or is another's.
    pub fn each(id: &str, bytes: &[u8], take: impl FnMut(Map<String, Value>)) -> Result<(), StoreError> {
        let mut json = Vec::new();
        let mut inflated = DeflateDecoder::new(bytes).take(MAX_BYTES as u64);
        inflated
            .read_to_end(&mut json)
            .map_err(|error| StoreError::new("inflating the deployment", error))?;
        if id_of(&json) != id {
            return Err(StoreError::new(
                "checking the deployment",
                format!("the parts are not those of {id}"),
            ));
        }
        read_objects(&json, take).map_err(|error| StoreError::new("parsing the deployment", error))
    }
}

fn id_of(json: &[u8]) -> String {
    Sha256::digest(json)[..16].iter().fold(String::with_capacity(32), |id, byte| format!("{id}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn unpacked(id: &str, bytes: &[u8]) -> Result<Snapshot, StoreError> {
        let mut items = Vec::new();
        Snapshot::each(id, bytes, |item| items.push(item))?;
        Ok(Snapshot { items })
    }

    #[test]
    fn comes_back_as_it_was_and_refuses_other_bytes() {
        let item = json!({ "stage": "v1", "routeKey": "GET /", "n": 12_345 });
        let snapshot = Snapshot { items: vec![item.as_object().unwrap().clone()] };
        let (id, bytes) = Snapshot::pack(&snapshot.items).unwrap();

        assert_eq!(id, "c2ee50f6549f5adadc6fd1b4872eb6f7");
        assert_eq!(unpacked(&id, &bytes).unwrap(), snapshot);
        for cut in 0..bytes.len() {
            assert!(unpacked(&id, &bytes[..cut]).is_err(), "{cut} bytes of {}", bytes.len());
        }
        assert!(unpacked("ffff", &bytes).is_err());
    }

    #[test]
    fn comes_back_whatever_its_names_are() {
        let body = json!({ "$serde_json::private::RawValue": "[", "$serde_json::private::Number": "x" });
        let item = json!({ "routeKey": "GET /", "integration": { "type": "MOCK", "body": body } });
        let snapshot = Snapshot { items: vec![item.as_object().unwrap().clone()] };
        let (id, bytes) = Snapshot::pack(&snapshot.items).unwrap();
        assert_eq!(unpacked(&id, &bytes).unwrap(), snapshot);
    }

    #[test]
    fn more_than_an_instance_would_load_is_not_packed() {
        let item = json!({ "description": "x".repeat(MAX_BYTES) });
        let snapshot = Snapshot { items: vec![item.as_object().unwrap().clone()] };
        assert_eq!(Snapshot::pack(&snapshot.items), Err(TooLarge { bytes: MAX_BYTES + 20, most: MAX_BYTES }));
    }
}
