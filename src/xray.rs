//! Subsegments of X-Ray, one for each call of a target: a datagram to the daemon that stands beside a function with active
//! tracing. Where a request is not sampled nothing is sent, and before the first that is there is not even a socket.

use std::{
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    sync::OnceLock,
    time::{Duration, SystemTime},
};

use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    digest::{Sha256, hex},
    trace_context::sampled_parent,
};

/// The daemon, and the way to it.
#[derive(Debug)]
pub struct Xray {
    daemon: SocketAddr,
    /// `None`: there is no way out.
    socket: OnceLock<Option<UdpSocket>>,
}

/// The call of a target.
#[derive(Clone, Copy, Debug)]
pub struct TargetCall<'a> {
    pub route_key: &'a str,
    /// Of the request that it was made for.
    pub request_id: &'a str,
    pub began: SystemTime,
    pub ended: SystemTime,
    /// `None`: the target has not answered.
    pub status: Option<StatusCode>,
    /// The id that an AWS service gave the call.
    pub aws_request_id: Option<&'a str>,
}

/// Before each document (X-Ray Developer Guide, "Sending segment documents to the X-Ray daemon").
const HEADER: &str = "{\"format\":\"json\",\"version\":1}\n";
const MAX_NAME_CHARS: usize = 200;

impl Xray {
    pub fn new(daemon: SocketAddr) -> Self {
        Self { daemon, socket: OnceLock::new() }
    }

    /// Tells of a call, if the request is sampled. A daemon that does not listen is nobody's trouble.
    pub fn tell(&self, trace_id: &str, call: &TargetCall<'_>) {
        let Some(document) = subsegment(trace_id, call) else { return };
        if let Some(socket) = self.socket.get_or_init(socket) {
            let _ = socket.send_to(format!("{HEADER}{document}").as_bytes(), self.daemon);
        }
    }
}

/// One that waits for nobody.
fn socket() -> Option<UdpSocket> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.set_nonblocking(true).ok()?;
    Some(socket)
}

fn subsegment(trace_id: &str, call: &TargetCall<'_>) -> Option<Value> {
    let (root, parent) = sampled_parent(trace_id)?;
    let TargetCall { route_key, request_id, began, ended, status, aws_request_id } = *call;
    let mut document = json!({
        "type": "subsegment",
        "id": hex(&Sha256::of(format!("{root} {request_id} {}", seconds(began)))[..8]),
        "trace_id": root,
        "parent_id": parent,
        "name": name(route_key),
        "namespace": "remote",
        "start_time": seconds(began),
        "end_time": seconds(ended),
    });
    match status {
        Some(status) => {
            document["http"] = json!({ "response": { "status": status.as_u16() } });
            document["error"] = status.is_client_error().into();
            document["throttle"] = (status == StatusCode::TOO_MANY_REQUESTS).into();
            document["fault"] = status.is_server_error().into();
        }
        None => document["fault"] = true.into(),
    }
    if let Some(id) = aws_request_id {
        document["aws"] = json!({ "request_id": id });
    }
    Some(document)
}

/// The route key in the signs that a name may have.
fn name(route_key: &str) -> String {
    let legal = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_.:/%&#=+\\-@".contains(c);
    route_key.chars().map(|c| if legal(c) { c } else { '_' }).take(MAX_NAME_CHARS).collect()
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_told_only_where_the_request_is_sampled() {
        let began = SystemTime::UNIX_EPOCH + Duration::from_millis(1_500);
        let call = TargetCall {
            route_key: "GET /orders/{id}",
            request_id: "r1",
            began,
            ended: began + Duration::from_millis(250),
            status: Some(StatusCode::TOO_MANY_REQUESTS),
            aws_request_id: Some("a1"),
        };
        let root = "Root=1-67891233-abcdef012345678912345678";
        let sampled = format!("{root};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a:0");
        assert_eq!(
            subsegment(&sampled, &call).unwrap(),
            json!({ "type": "subsegment", "id": "03aabd28eeccd87e", "trace_id": "1-67891233-abcdef012345678912345678",
                "parent_id": "53995c3f42cd8ad8", "name": "GET /orders/_id_", "namespace": "remote", "start_time": 1.5,
                "end_time": 1.75, "http": { "response": { "status": 429 } }, "error": true, "throttle": true,
                "fault": false, "aws": { "request_id": "a1" } })
        );
        let failed = subsegment(&sampled, &TargetCall { status: None, ..call }).unwrap();
        assert_eq!((&failed["fault"], &failed["http"]), (&json!(true), &Value::Null));
        let xray = Xray::new(([127, 0, 0, 1], 9).into());
        for not in
            [&format!("{root};Parent=53995c3f42cd8ad8;Sampled=0"), &format!("{root};Sampled=1"), root, ""]
        {
            xray.tell(not, &call);
            assert!(xray.socket.get().is_none(), "{not}");
        }
    }
}
