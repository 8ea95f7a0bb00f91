//! The copy of one request, and what the other API says to it.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt, Full};
use tokio::time::timeout;

use super::{
    body_sum::{BodySum, SumOfPieces, Unreadable},
    line::ShadowLine,
};
use crate::{
    context::Context,
    http_client::{GuardedClient, GuardedSendError},
    integrations::http::HttpTargets,
    message::Request,
};

/// The longest that the other API may take. The instance serves nobody meanwhile.
const LONGEST: Duration = Duration::from_secs(5);

/// A copy that is still to be sent.
#[derive(Debug)]
pub struct ShadowCopy {
    request: http::Request<Full<Bytes>>,
    client: GuardedClient,
    /// The time at which Lambda ends the invocation.
    deadline: SystemTime,
    /// The line that will tell what came of it.
    pub line: ShadowLine,
}

/// The response of the other API, as far as it is compared.
#[derive(Debug)]
pub struct ShadowResponse {
    pub status: StatusCode,
    pub sum: BodySum,
}

impl ShadowCopy {
    pub(super) fn new(
        request: http::Request<Full<Bytes>>,
        client: GuardedClient,
        context: &Context<'_>,
    ) -> Self {
        Self { request, client, deadline: context.request.deadline, line: ShadowLine::of(context) }
    }

    /// Sends it, and reads the whole response: in five seconds at most, and in the Lambda's own time.
    ///
    /// # Errors
    ///
    /// The words of why there is no response.
    pub async fn send(self, targets: &HttpTargets, now: SystemTime) -> Result<ShadowResponse, &'static str> {
        let Self { request, client, deadline, line: _ } = self;
        let longest = Request::time_until(deadline, now).min(LONGEST);
        let exchange = async {
            let sent = targets.send(&client, request).await;
            let (head, mut body) = sent.map_err(|error| words(&error))?.into_parts();
            let mut sum = SumOfPieces::new(&head.headers);
            while let Some(frame) = body.frame().await {
                match frame {
                    Ok(frame) => frame.data_ref().into_iter().for_each(|piece| sum.add(piece)),
                    Err(_) => {
                        let sum = BodySum::Unreadable(Unreadable::NotWhole);
                        return Ok(ShadowResponse { status: head.status, sum });
                    }
                }
            }
            Ok(ShadowResponse { status: head.status, sum: sum.finish() })
        };
        timeout(longest, exchange).await.unwrap_or(Err("it took too long"))
    }
}

/// Without the cause: it may hold an address.
fn words(error: &GuardedSendError) -> &'static str {
    match error {
        GuardedSendError::Unreachable(_) => "no connection",
        GuardedSendError::NotHttp => "no HTTP response",
        GuardedSendError::BrokeOff(_) => "the connection broke off",
    }
}
