//! An HTTP server on loopback, for `HTTP_PROXY`: it says scripted bytes, what it got, or what an origin says.

use std::{
    collections::HashMap,
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// The response of one path; every other path answers as the origin does.
#[derive(Clone, Debug)]
pub enum Script {
    /// These bytes; then the connection is closed.
    Says(String),
    /// The function's result for the request, as [`Target::received`] tells it; then the connection is closed.
    Answers(fn(&str) -> String),
    /// These bytes, when it is let go; it tells when it is asked.
    Waits { asked: Arc<Notify>, go: Arc<Notify>, says: String },
    /// Nothing, for ever.
    Never,
}

/// The response where no script has one; the connection is kept. An HTTP response to a request, as
/// [`Target::received`] tells it. Nothing: it hangs up.
type Origin = dyn Fn(&str) -> String + Send + Sync;

pub struct Target {
    pub port: u16,
    received: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Target {
    /// Says what it got, where no script says otherwise.
    pub async fn start(scripts: impl IntoIterator<Item = (&'static str, Script)>) -> Self {
        let told =
            |request: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{request}", request.len());
        Self::start_with(scripts.into_iter().collect(), Arc::new(told)).await
    }

    /// Says what `origin` does.
    pub async fn of(origin: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self::start_with(HashMap::new(), Arc::new(origin)).await
    }

    async fn start_with(scripts: HashMap<&'static str, Script>, origin: Arc<Origin>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let answers = Arc::new((scripts, origin));
        let port = listener.local_addr().unwrap().port();
        let target = Self { port, received: Arc::default(), connections: Arc::default() };
        let (received, connections) = (Arc::clone(&target.received), Arc::clone(&target.connections));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(converse(stream, port, Arc::clone(&received), Arc::clone(&answers)));
            }
        });
        target
    }

    /// The requests since this was last asked, headers in order, `PORT` for the port.
    pub fn received(&self) -> Vec<String> {
        std::mem::take(&mut *self.received.lock().unwrap())
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

async fn converse(
    mut stream: TcpStream,
    port: u16,
    received: Arc<Mutex<Vec<String>>>,
    answers: Arc<(HashMap<&'static str, Script>, Arc<Origin>)>,
) {
    let (scripts, origin) = &*answers;
    while let Some(request) = read(&mut stream).await {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let (line, headers) = head.split_once("\r\n").unwrap_or((head, ""));
        let mut headers: Vec<&str> = headers.lines().collect();
        headers.sort_unstable();
        let line = line.strip_suffix(" HTTP/1.1").unwrap();
        let text = format!("{line}\n{}\n\n{body}", headers.join("\n")).replace(&port.to_string(), "PORT");
        received.lock().unwrap().push(text.clone());
        let path = line.split(' ').nth(1).unwrap().split('?').next().unwrap();
        let says = match scripts.get(path) {
            Some(Script::Never) => pending().await,
            Some(Script::Waits { asked, go, says }) => {
                asked.notify_one();
                go.notified().await;
                Some(says.clone())
            }
            Some(Script::Says(bytes)) => Some(bytes.clone()),
            Some(Script::Answers(answer)) => Some(answer(&text)),
            None => None,
        };
        match says {
            Some(bytes) => {
                // A client that does not like what it reads may hang up.
                let is_written = stream.write_all(bytes.as_bytes()).await.is_ok();
                // Otherwise the client takes its end for that of the response. A connection that could be kept is: the
                // client may send the next request before it sees that this one has ended.
                if !(is_written && says_its_length(&bytes)) {
                    return;
                }
            }
            None => match origin(&text) {
                nothing if nothing.is_empty() => return,
                bytes => stream.write_all(bytes.as_bytes()).await.unwrap(),
            },
        }
    }
}

/// True for a response that is as long as its `Content-Length` says.
fn says_its_length(response: &str) -> bool {
    let Some((head, body)) = response.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    length.and_then(|length| length.parse().ok()) == Some(body.len())
}

/// A request with its body, by `Content-Length`; `None` when the client hangs up.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let (mut bytes, mut buffer, mut wanted) = (Vec::new(), vec![0; 1 << 16], usize::MAX);
    while bytes.len() < wanted {
        let length = stream.read(&mut buffer).await.ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&buffer[..length]);
        if wanted == usize::MAX
            && let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n")
        {
            let head = String::from_utf8_lossy(&bytes[..end]);
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            wanted = end + 4 + length.map_or(0, |length| length.parse::<usize>().unwrap());
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
