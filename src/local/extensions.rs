//! The Extensions API: an extension that registers learns of invocations and of the shutdown. A process without an
//! extension gets no SIGTERM, here as on Lambda.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::clock::Clock;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum EventKind {
    Invoke,
    Shutdown,
}

struct Extension {
    id: String,
    kinds: Vec<EventKind>,
    events: mpsc::UnboundedSender<Value>,
    inbox: std::sync::Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Value>>>,
}

/// The outcome of telling an instance of its shutdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ShutdownNotice {
    Sent,
    /// Nobody has registered to hear of it.
    NoExtension,
}

/// The extensions of one instance.
#[derive(Default)]
pub(super) struct Extensions(Mutex<Vec<Extension>>);

impl Extensions {
    fn lock(&self) -> MutexGuard<'_, Vec<Extension>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the new extension's identifier.
    pub fn register(&self, kinds: Vec<EventKind>) -> String {
        let id = Uuid::new_v4().to_string();
        let (events, inbox) = mpsc::unbounded_channel();
        let inbox = std::sync::Arc::new(tokio::sync::Mutex::new(inbox));
        self.lock().push(Extension { id: id.clone(), kinds, events, inbox });
        id
    }

    /// The next event of an extension, as soon as there is one; none for an unknown identifier.
    pub async fn next(&self, id: &str) -> Option<Value> {
        let inbox = self.lock().iter().find(|extension| extension.id == id)?.inbox.clone();
        let mut inbox = inbox.lock().await;
        inbox.recv().await
    }

    pub fn invoked(&self, request_id: &str, function_arn: &str, trace_id: &str, deadline: SystemTime) {
        self.tell(EventKind::Invoke, || {
            json!({
                "eventType": "INVOKE",
                "deadlineMs": epoch_ms(deadline),
                "requestId": request_id,
                "invokedFunctionArn": function_arn,
                "tracing": { "type": "X-Amzn-Trace-Id", "value": trace_id },
            })
        });
    }

    /// Tells every extension of the shutdown.
    pub fn shut_down(&self, limit: Duration) -> ShutdownNotice {
        self.tell(EventKind::Shutdown, || {
            let deadline = Clock::System.now() + limit;
            json!({
                "eventType": "SHUTDOWN",
                "shutdownReason": "spindown",
                "deadlineMs": epoch_ms(deadline),
            })
        });
        if self.lock().is_empty() { ShutdownNotice::NoExtension } else { ShutdownNotice::Sent }
    }

    fn tell(&self, kind: EventKind, event: impl Fn() -> Value) {
        for extension in self.lock().iter().filter(|extension| extension.kinds.contains(&kind)) {
            // The receiver lives as long as the extension.
            drop(extension.events.send(event()));
        }
    }
}

/// Milliseconds since 1970, 0 for a time before.
pub(super) fn epoch_ms(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis())
}
