//! One HTTP/1.1 server on loopback: the function URL, the Invoke API and each instance's Runtime API are such servers.

use std::{io, net::SocketAddr, time::Duration};

use axum::{Router, serve::ListenerExt};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::timeout};

use super::prompt_listener::PromptListener;

/// The time that requests under way may still take when the server stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// A running server; dropped, it stops without waiting.
pub struct Server {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Handlers find the client's address as `ConnectInfo<SocketAddr>`.
    ///
    /// # Errors
    /// The listener has no address any more.
    pub fn start(listener: TcpListener, router: Router) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        // The tap does nothing, but axum tells the client's address only of its own types.
        let listener = PromptListener(listener).tap_io(|_| {});
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let task = tokio::spawn(async move {
            let stopped = async move { drop(stopped.await) };
            // axum's server retries failed accepts itself and returns only after `stopped`.
            drop(axum::serve(listener, service).with_graceful_shutdown(stopped).await);
        });
        Ok(Self { address, stop: Some(stop), task })
    }

    /// Takes no new connections, and waits a bounded time for the requests that are under way.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        drop(timeout(STOP_TIMEOUT, &mut self.task).await);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
