//! A deployment as it is kept: the items it was made of, deflated, under an id that says what is in it.

use std::{
    fmt,
    io::{Read, Write},
};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::footprint::Footprint;
use crate::{error::StoreError, json::read_objects};

/// The items of one stage, in the order of their route keys.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The first half of the SHA-256 of the items as JSON, in lower-case hex.
    pub id: String,
    pub deflated: Vec<u8>,
}

/// The items of a snapshot as JSON, which are those that its id names.
pub struct Unpacked(Vec<u8>);

/// Packs items one by one, so that they need not all be in memory at once.
pub struct Packer {
    digest: Sha256,
    deflated: DeflateEncoder<Vec<u8>>,
    bytes: usize,
    footprint: Footprint,
}

/// More than any table's worth of routes, and less than an instance's memory.
const MAX_BYTES: usize = 64 << 20;

/// The items are more than a deployment may have, in bytes of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    pub bytes: usize,
    pub most: usize,
}

impl Default for Packer {
    fn default() -> Self {
        Self {
            digest: Sha256::new(),
            deflated: DeflateEncoder::new(Vec::new(), Compression::best()),
            bytes: 0,
            footprint: Footprint::default(),
        }
    }
}

impl Packer {
    pub fn add(&mut self, item: &Map<String, Value>) {
        let json = serde_json::to_vec(item).expect("JSON values are JSON");
        self.footprint.add(&json);
        self.write(if self.bytes == 0 { b"[" } else { b"," });
        self.write(&json);
    }

    /// The memory that an instance needs for the items so far.
    pub fn footprint(&self) -> Footprint {
        self.footprint
    }

    /// # Errors
    ///
    /// No instance would load it.
    pub fn finish(mut self) -> Result<Snapshot, TooLarge> {
        self.write(if self.bytes == 0 { b"[]" } else { b"]" });
        if self.bytes > MAX_BYTES {
            return Err(TooLarge { bytes: self.bytes, most: MAX_BYTES });
        }
        let deflated = self.deflated.finish().expect("a Vec takes all");
        Ok(Snapshot { id: id_of(self.digest), deflated })
    }

    fn write(&mut self, json: &[u8]) {
        self.bytes += json.len();
        // What is too large is only counted.
        if self.bytes <= MAX_BYTES {
            self.digest.update(json);
            self.deflated.write_all(json).expect("a Vec takes all");
        }
    }
}

impl Snapshot {
    /// # Errors
    ///
    /// The bytes are not those that were packed under this id: a part is missing, or is another's.
    pub fn unpack(&self) -> Result<Unpacked, StoreError> {
        let mut json = Vec::new();
        let mut inflated = DeflateDecoder::new(&*self.deflated).take(MAX_BYTES as u64);
        inflated
            .read_to_end(&mut json)
            .map_err(|error| StoreError::new("inflating the deployment", error))?;
        if id_of(Sha256::new_with_prefix(&json)) != self.id {
            let cause = format!("the parts are not those of {}", self.id);
            return Err(StoreError::new("checking the deployment", cause));
        }
        Ok(Unpacked(json))
    }
}

impl Unpacked {
    /// Hands each item to `take`, in their order.
    ///
    /// # Errors
    ///
    /// It is no list of items.
    pub fn each(&self, take: impl FnMut(Map<String, Value>)) -> Result<(), StoreError> {
        read_objects(&self.0, take).map_err(|error| StoreError::new("parsing the deployment", error))
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "deployment {}, {} bytes", self.id, self.deflated.len())
    }
}

fn id_of(digest: Sha256) -> String {
    digest.finalize()[..16].iter().fold(String::with_capacity(32), |id, byte| format!("{id}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pack(items: &[Value]) -> Result<Snapshot, TooLarge> {
        let mut packer = Packer::default();
        items.iter().for_each(|item| packer.add(item.as_object().unwrap()));
        packer.finish()
    }

    fn unpack(id: &str, deflated: &[u8]) -> Result<Vec<Value>, StoreError> {
        let mut items = Vec::new();
        let snapshot = Snapshot { id: id.to_owned(), deflated: deflated.to_owned() };
        snapshot.unpack()?.each(|item| items.push(Value::Object(item)))?;
        Ok(items)
    }

    #[test]
    fn comes_back_as_it_was_and_refuses_other_bytes() {
        let items = [json!({ "stage": "v1", "routeKey": "GET /", "n": 12_345 }), json!({ "stage": "v1" })];
        for (items, expected) in [
            (&items[..0], "4f53cda18c2baa0c0354bb5f9a3ecbe5"),
            (&items[..1], "c2ee50f6549f5adadc6fd1b4872eb6f7"),
            (&items[..], "9936acbe19ee7f52ffd0b4dba011d088"),
        ] {
            let Snapshot { id, deflated } = pack(items).unwrap();
            assert_eq!(id, expected);
            assert_eq!(unpack(&id, &deflated).unwrap(), items);
            for cut in 0..deflated.len() {
                assert!(unpack(&id, &deflated[..cut]).is_err(), "{cut} bytes of {}", deflated.len());
            }
            assert!(unpack("ffff", &deflated).is_err());
        }
    }

    #[test]
    fn comes_back_whatever_its_names_are() {
        let body = json!({ "$serde_json::private::RawValue": "[", "$serde_json::private::Number": "x" });
        let items = [json!({ "routeKey": "GET /", "integration": { "type": "MOCK", "body": body } })];
        let Snapshot { id, deflated } = pack(&items).unwrap();
        assert_eq!(unpack(&id, &deflated).unwrap(), items);
    }

    #[test]
    fn more_than_an_instance_would_load_is_not_packed() {
        let item = json!({ "description": "x".repeat(MAX_BYTES) });
        assert_eq!(pack(&[item]), Err(TooLarge { bytes: MAX_BYTES + 20, most: MAX_BYTES }));
    }
}
