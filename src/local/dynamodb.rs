//! DynamoDB on a laptop: dynoxide, in memory or in a file, served on a thread of its own.

use std::{
    fs, io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    thread::JoinHandle,
    time::Duration,
};

use dynoxide::{Database, DynoxideError, server::serve_with_shutdown};
use thiserror::Error;
use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
    time::interval,
};

/// The time between two deletions of expired items. DynamoDB takes up to days.
const SWEEP_INTERVAL: Duration = Duration::from_secs(5);

const FILE_NAME: &str = "dynamodb.sqlite";

#[derive(Debug, Error)]
pub enum DynamodbError {
    #[error("cannot keep data in {}", directory.display())]
    Directory { directory: PathBuf, source: io::Error },
    #[error("cannot open the database")]
    Database(#[from] DynoxideError),
    #[error("cannot serve the database")]
    Serve(#[from] io::Error),
}

/// A DynamoDB under way; dropped, it ends by itself.
pub struct Dynamodb {
    pub address: SocketAddr,
    /// The same data without HTTP.
    pub database: Database,
    runtime: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Dynamodb {
    /// Serves the data of `directory`, or none yet, in memory.
    ///
    /// # Errors
    /// The file cannot be opened or the thread cannot be started.
    pub fn start(listener: TcpListener, directory: Option<&Path>) -> Result<Self, DynamodbError> {
        let database = match directory {
            None => Database::memory()?,
            Some(directory) => open(directory)?,
        };
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        // One mutex guards the data: waiting for it must not hold up the host. The second worker serves while
        // the first waits.
        let runtime =
            Builder::new_multi_thread().worker_threads(2).thread_name("dynamodb").enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = database.clone();
        let thread = std::thread::Builder::new().name("dynamodb".to_owned()).spawn(move || {
            runtime.block_on(async move {
                let stopped = async move { drop(stopped.await) };
                if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                    // It ends only when it is stopped.
                    drop(serve_with_shutdown(listener, served, stopped).await);
                }
            });
            runtime.shutdown_timeout(Duration::from_millis(100));
        })?;
        Ok(Self { address, database, runtime: handle, stop: Some(stop), thread: Some(thread) })
    }

    /// From now on deletes what has expired, by the machine's clock.
    pub fn delete_expired(&self) {
        self.runtime.spawn(sweep(self.database.clone()));
    }

    /// Waits until requests under way are done and the data are written.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(tokio::task::spawn_blocking(move || thread.join()).await);
        }
    }
}

fn open(directory: &Path) -> Result<Database, DynamodbError> {
    fs::create_dir_all(directory)
        .map_err(|source| DynamodbError::Directory { directory: directory.to_owned(), source })?;
    let file = directory.join(FILE_NAME);
    let database = Database::new(&file.to_string_lossy())?;
    database.disable_bulk_loading()?;
    Ok(database)
}

async fn sweep(database: Database) {
    let mut ticks = interval(SWEEP_INTERVAL);
    loop {
        ticks.tick().await;
        let database = database.clone();
        // A sweep that fails is tried again; readers compare `expiresAt` themselves.
        drop(tokio::task::spawn_blocking(move || database.sweep_ttl()).await);
    }
}
