//! Frames of `application/vnd.amazon.eventstream`, as InvokeWithResponseStream sends them.
//!
//! <https://smithy.io/2.0/aws/amazon-eventstream.html>

use bytes::{BufMut, Bytes, BytesMut};
use serde_json::json;

use super::invoke_result::FunctionError;

/// A chunk of the function's response.
pub fn payload_chunk(chunk: Bytes) -> Bytes {
    frame("PayloadChunk", "application/octet-stream", &chunk)
}

/// The end, good or bad.
pub fn invoke_complete(error: Option<&FunctionError>) -> Bytes {
    let payload = match error {
        None => json!({}),
        Some(error) => {
            let details = String::from_utf8_lossy(&error.payload);
            json!({ "ErrorCode": "Unhandled", "ErrorDetails": details })
        }
    };
    frame("InvokeComplete", "application/json", payload.to_string().as_bytes())
}

fn frame(event_type: &str, content_type: &str, payload: &[u8]) -> Bytes {
    const TEXT: u8 = 7;
    /// Lengths and their checksum, checksum of all.
    const AROUND: usize = 12 + 4;
    let mut headers = BytesMut::new();
    for (name, value) in
        [(":message-type", "event"), (":event-type", event_type), (":content-type", content_type)]
    {
        headers.put_u8(u8::try_from(name.len()).expect("a short name"));
        headers.put_slice(name.as_bytes());
        headers.put_u8(TEXT);
        headers.put_u16(u16::try_from(value.len()).expect("a short value"));
        headers.put_slice(value.as_bytes());
    }
    let length = |bytes: usize| u32::try_from(bytes).expect("a chunk of the response is far from 4 GB");
    let mut frame = BytesMut::with_capacity(AROUND + headers.len() + payload.len());
    frame.put_u32(length(AROUND + headers.len() + payload.len()));
    frame.put_u32(length(headers.len()));
    frame.put_u32(crc32fast::hash(&frame));
    frame.put_slice(&headers);
    frame.put_slice(payload);
    frame.put_u32(crc32fast::hash(&frame));
    frame.freeze()
}
