//! Frames of `application/vnd.amazon.eventstream`, as InvokeWithResponseStream sends them.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use bytes::{Bytes, BytesMut};
use serde_json::json;

use super::invoke_result::FunctionError;

/// A chunk of the function's response.
pub(super) fn payload_chunk(chunk: Bytes) -> Bytes {
    frame("PayloadChunk", "application/octet-stream", chunk)
}

/// The end, good or bad.
pub(super) fn invoke_complete(error: Option<&FunctionError>) -> Bytes {
    let payload = match error {
        None => json!({}),
        Some(error) => {
            let details = String::from_utf8_lossy(&error.payload);
            json!({ "ErrorCode": "Unhandled", "ErrorDetails": details })
        }
    };
    frame("InvokeComplete", "application/json", payload.to_string().into())
}

fn frame(event_type: &'static str, content_type: &'static str, payload: Bytes) -> Bytes {
    let header = |name, value: &'static str| Header::new(name, HeaderValue::String(value.into()));
    let message = Message::new(payload)
        .add_header(header(":message-type", "event"))
        .add_header(header(":event-type", event_type))
        .add_header(header(":content-type", content_type));
    let mut buffer = BytesMut::new();
    write_message_to(&message, &mut buffer).expect("three short headers and one chunk fit into a frame");
    buffer.freeze()
}
