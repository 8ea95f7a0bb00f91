//! A body that is read for what it says, and goes on all the same.

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};

use crate::message::{Body, BoxError};

/// The longest body that is read: as much as a function can return.
const MOST_BYTES: usize = 6 << 20;

/// A body after a look at it.
pub struct PeekedBody {
    /// To be sent on.
    pub body: Body,
    /// All of it; `None`: it is longer than what is read, or broke off.
    pub whole: Option<Bytes>,
}

impl PeekedBody {
    /// Reads `body` to its end, or up to the piece that makes it too long.
    pub async fn of(body: Body) -> Self {
        let mut stream = match body {
            Body::Whole(bytes) => {
                let whole = Some(bytes.clone()).filter(|bytes| bytes.len() <= MOST_BYTES);
                return Self { body: Body::Whole(bytes), whole };
            }
            Body::Stream(stream) => stream,
        };
        let mut begun = BytesMut::new();
        while begun.len() <= MOST_BYTES {
            match stream.next().await {
                Some(Ok(piece)) => begun.extend_from_slice(&piece),
                Some(Err(error)) => return Self::going_on(begun, stream::iter([Err(error)])),
                None => {
                    let whole = begun.freeze();
                    return Self { body: Body::Whole(whole.clone()), whole: Some(whole) };
                }
            }
        }
        Self::going_on(begun, stream)
    }

    fn going_on(
        begun: BytesMut,
        rest: impl futures_util::Stream<Item = Result<Bytes, BoxError>> + Send + 'static,
    ) -> Self {
        let body = stream::iter([Ok(begun.freeze())]).chain(rest);
        Self { body: Body::Stream(body.boxed()), whole: None }
    }
}
