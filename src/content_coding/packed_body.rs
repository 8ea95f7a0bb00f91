//! A whole body as it is stored: in the coding that nearly every client takes.

use bytes::Bytes;

use super::{ContentCoding, Fault, unpacked};

/// A body in its coding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedBody {
    form: PackedForm,
    bytes: Bytes,
}

/// The form of a packed body. It stands in the extensions of a response whose bytes are such a body, and whose headers do
/// not say so: those of an answer that is not one client's yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackedForm {
    coding: ContentCoding,
    plain_length: usize,
}

impl PackedBody {
    /// `None`: the body would not be smaller.
    pub fn pack(plain: &Bytes) -> Option<Self> {
        let coding = ContentCoding::Gzip;
        Some(Self { form: PackedForm { coding, plain_length: plain.len() }, bytes: coding.packed(plain)? })
    }

    /// Of bytes that [`pack`](Self::pack) has made of so many.
    pub fn stored(bytes: Bytes, plain_length: usize) -> Self {
        Self { form: PackedForm { coding: ContentCoding::Gzip, plain_length }, bytes }
    }

    pub fn of(form: PackedForm, bytes: Bytes) -> Self {
        Self { form, bytes }
    }

    pub fn form(&self) -> PackedForm {
        self.form
    }

    pub fn coding(&self) -> ContentCoding {
        self.form.coding
    }

    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    pub fn plain_length(&self) -> usize {
        self.form.plain_length
    }

    /// The body itself.
    ///
    /// # Errors
    ///
    /// The bytes are no such body: somebody else has written them.
    pub fn plain(&self) -> Result<Bytes, Fault> {
        let plain = unpacked(self.form.coding, &self.bytes, self.form.plain_length)?;
        if plain.len() < self.form.plain_length { Err(Fault::TooShort) } else { Ok(plain.into()) }
    }
}
