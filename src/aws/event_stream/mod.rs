//! Event streams (`application/vnd.amazon.eventstream`), from bytes to messages.
//!
//! A message is bounded, its headers can be read and its checksums are right, or reading it is an error.
//!
//! <https://smithy.io/2.0/aws/amazon-eventstream.html>

use bytes::{Bytes, BytesMut};

use super::call::error_message;

/// Total length, length of the headers, checksum of both.
const PRELUDE_BYTES: usize = 12;
const CHECKSUM_BYTES: usize = 4;
/// The most that AWS's own decoders take.
const MAX_MESSAGE_BYTES: usize = 24 * 1024 * 1024;

/// Reads messages from bytes that come in any pieces.
#[derive(Debug, Default)]
pub struct Decoder {
    /// The beginning of a message that did not come in one piece.
    begun: BytesMut,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Message {
    /// As they were sent; they can be read.
    headers: Bytes,
    pub payload: Bytes,
}

/// The reason why there is no event.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventStreamError {
    #[error("an event stream with a message of impossible lengths")]
    Lengths,
    #[error("an event stream with a message of {bytes} bytes")]
    TooLong { bytes: usize },
    #[error("an event stream with a wrong checksum")]
    Checksum,
    #[error("an event stream with headers that cannot be read")]
    Headers,
    #[error("an event stream with a message that is neither event nor exception")]
    MessageType,
    /// The service says that it failed.
    #[error("{code}: {message}")]
    Failed { code: String, message: String },
}

impl Decoder {
    /// Takes the next message from `bytes`; `None` if it has not come whole, and `bytes` are used up. After an error
    /// nothing more can be read.
    ///
    /// The payload is not copied if the message is in one piece.
    ///
    /// # Errors
    ///
    /// This is no event stream.
    pub fn decode(&mut self, bytes: &mut Bytes) -> Result<Option<Message>, EventStreamError> {
        if self.begun.is_empty() && bytes.len() >= PRELUDE_BYTES {
            let prelude = Prelude::read(bytes)?;
            if bytes.len() >= prelude.message_bytes {
                return Message::read(prelude, bytes.split_to(prelude.message_bytes)).map(Some);
            }
        }
        if !self.has_first(PRELUDE_BYTES, bytes) {
            return Ok(None);
        }
        let prelude = Prelude::read(&self.begun)?;
        if !self.has_first(prelude.message_bytes, bytes) {
            return Ok(None);
        }
        Message::read(prelude, self.begun.split().freeze()).map(Some)
    }

    /// Takes from `bytes` what the first `wanted` bytes of the message lack, and says if they are there now.
    fn has_first(&mut self, wanted: usize, bytes: &mut Bytes) -> bool {
        let lacking = wanted.saturating_sub(self.begun.len()).min(bytes.len());
        self.begun.extend_from_slice(&bytes.split_to(lacking));
        self.begun.len() >= wanted
    }
}

#[derive(Clone, Copy, Debug)]
struct Prelude {
    message_bytes: usize,
    header_bytes: usize,
}

impl Prelude {
    fn read(bytes: &[u8]) -> Result<Self, EventStreamError> {
        let lengths = bytes.get(..8).ok_or(EventStreamError::Lengths)?;
        if number(bytes, 8)? != crc32fast::hash(lengths) {
            return Err(EventStreamError::Checksum);
        }
        let [message_bytes, header_bytes] = [number(bytes, 0)? as usize, number(bytes, 4)? as usize];
        if message_bytes > MAX_MESSAGE_BYTES {
            return Err(EventStreamError::TooLong { bytes: message_bytes });
        }
        if message_bytes < PRELUDE_BYTES + header_bytes.saturating_add(CHECKSUM_BYTES) {
            return Err(EventStreamError::Lengths);
        }
        Ok(Self { message_bytes, header_bytes })
    }
}

impl Message {
    /// Reads a whole message.
    fn read(prelude: Prelude, bytes: Bytes) -> Result<Self, EventStreamError> {
        let checked = prelude.message_bytes - CHECKSUM_BYTES;
        if number(&bytes, checked)? != crc32fast::hash(&bytes[..checked]) {
            return Err(EventStreamError::Checksum);
        }
        let payload_at = PRELUDE_BYTES + prelude.header_bytes;
        let message = Self {
            headers: bytes.slice(PRELUDE_BYTES..payload_at),
            payload: bytes.slice(payload_at..checked),
        };
        message.headers().try_for_each(|header| header.map(drop))?;
        Ok(message)
    }

    /// The event's type: `PayloadChunk`.
    ///
    /// # Errors
    ///
    /// `Failed` of an exception and of an error of the service; `MessageType` of what is neither, nor an event.
    pub fn event_type(&self) -> Result<&str, EventStreamError> {
        let failed = |code: Option<&str>, message| EventStreamError::Failed {
            code: code.unwrap_or("an error without a code").to_owned(),
            message,
        };
        match self.text(":message-type") {
            Some("event") => self.text(":event-type").ok_or(EventStreamError::MessageType),
            Some("exception") => Err(failed(self.text(":exception-type"), error_message(&self.payload))),
            Some("error") => {
                let message = self.text(":error-message").unwrap_or_default().to_owned();
                Err(failed(self.text(":error-code"), message))
            }
            Some(_) | None => Err(EventStreamError::MessageType),
        }
    }

    /// The text of a header, of a repeated one the last; `None` if it is no text.
    fn text(&self, name: &str) -> Option<&str> {
        self.headers().flatten().filter(|header| header.name == name).last()?.text
    }

    fn headers(&self) -> Headers<'_> {
        Headers(&self.headers)
    }
}

/// The headers that are still to be read.
struct Headers<'a>(&'a [u8]);

struct Header<'a> {
    name: &'a str,
    /// `None`: it is a number, bytes, a time, ….
    text: Option<&'a str>,
}

impl<'a> Iterator for Headers<'a> {
    type Item = Result<Header<'a>, EventStreamError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let header = self.read().ok_or(EventStreamError::Headers);
        if header.is_err() {
            self.0 = &[];
        }
        Some(header)
    }
}

impl<'a> Headers<'a> {
    fn read(&mut self) -> Option<Header<'a>> {
        const TEXT: u8 = 7;
        let [name_bytes] = *self.take(1)? else { return None };
        let name = std::str::from_utf8(self.take(usize::from(name_bytes))?).ok()?;
        let [kind] = *self.take(1)? else { return None };
        let value_bytes = match kind {
            // true, false
            0 | 1 => 0,
            // 8, 16, 32 and 64 bits
            2 => 1,
            3 => 2,
            4 => 4,
            5 => 8,
            // bytes, text
            6 | TEXT => {
                let [high, low] = *self.take(2)? else { return None };
                usize::from(u16::from_be_bytes([high, low]))
            }
            // milliseconds since 1970
            8 => 8,
            // a UUID
            9 => 16,
            _ => return None,
        };
        let value = self.take(value_bytes)?;
        let text = if kind == TEXT { Some(std::str::from_utf8(value).ok()?) } else { None };
        Some(Header { name, text })
    }

    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(taken)
    }
}

/// The big-endian number at an offset.
fn number(bytes: &[u8], at: usize) -> Result<u32, EventStreamError> {
    let number = bytes.get(at..).and_then(|bytes| bytes.first_chunk());
    number.map(|number| u32::from_be_bytes(*number)).ok_or(EventStreamError::Lengths)
}

#[cfg(test)]
mod tests;
