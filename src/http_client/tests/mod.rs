//! Kept connections, with a real server that closes, stalls and breaks off.

mod broken;
mod kept;
mod tls;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header::HOST};
use http_body_util::Full;

use super::{
    KeptBody, KeptConnections, MOST_ANSWER_BYTES, SendError,
    scripted_server::{ScriptedServer, soon},
};

type Connections = KeptConnections<Full<Bytes>>;

fn client(server: &ScriptedServer) -> Connections {
    KeptConnections::new(server.url.parse().unwrap())
}

fn request() -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(Bytes::from_static(b"ask")));
    request.headers_mut().insert(HOST, "a".parse().unwrap());
    request
}

/// Sends a request; what hangs fails.
async fn send(client: &Connections) -> Result<Response<KeptBody<Full<Bytes>>>, SendError> {
    soon(client.send(request())).await
}

/// Sends a request and reads its body.
async fn get(client: &Connections) -> (StatusCode, Bytes) {
    let response = send(client).await.unwrap();
    (response.status(), soon(response.into_body().read(MOST_ANSWER_BYTES)).await.unwrap())
}
