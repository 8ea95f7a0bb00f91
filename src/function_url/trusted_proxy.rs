//! The trusted proxy in front of the function URL: its secret, and the host and address that it says.
//!
//! CloudFront cannot send `CloudFront-Viewer-Address` beside all of the viewer's headers but `Host`, and a function
//! URL wants its own `Host`. So the distribution's function (`infra/cloudfront/`) says the address in a header of ours.

use std::net::IpAddr;

use http::{
    HeaderMap, HeaderValue,
    header::{HOST, USER_AGENT},
};

use crate::{
    environment::{Secret, TrustedProxy},
    error::GatewayError,
    message::Origin,
};

/// The secret that a trusted proxy sends, and that nobody else gets to see.
const PROXY_SECRET: &str = "x-tollgate-origin";
const FORWARDED_HOST: &str = "x-forwarded-host";
const FORWARDED_PROTO: &str = "x-forwarded-proto";
/// The viewer's address as the distribution's function says it, which comes before CloudFront's own header: that one a
/// viewer may have sent.
const VIEWER_IP: &str = "x-tollgate-viewer-ip";
const VIEWER_ADDRESS: &str = "cloudfront-viewer-address";

/// Takes host, scheme and address from the platform, unless the proxy's secret came along.
pub fn trust(
    mut headers: HeaderMap,
    origin: &mut Origin,
    proxy: &TrustedProxy,
) -> Result<HeaderMap, GatewayError> {
    let sent = headers.remove(PROXY_SECRET);
    origin.user_agent = text(&headers, USER_AGENT.as_str()).unwrap_or_default().to_owned();
    let viewer_ip = headers.remove(VIEWER_IP);
    // Each is compared, so that the time does not tell which one it is.
    let trusted = sent.is_some_and(|sent| {
        let equal = |secret: &Secret| equal_in_constant_time(secret.0.as_bytes(), sent.as_bytes());
        proxy.secrets.iter().filter(|secret| equal(secret)).count() > 0
    });
    if proxy.required && !trusted {
        return Err(GatewayError::UntrustedOrigin);
    }
    if trusted {
        if let Some(host) =
            text(&headers, FORWARDED_HOST).filter(|host| host.parse::<http::uri::Authority>().is_ok())
        {
            origin.domain_prefix = host.split('.').next().unwrap_or_default().to_owned();
            origin.domain_name = host.to_owned();
        }
        let address = match viewer_ip {
            Some(ip) => ip.to_str().ok().and_then(|ip| ip.parse().ok()),
            None => text(&headers, VIEWER_ADDRESS).and_then(without_port),
        };
        if let Some(address) = address {
            origin.source_ip = address.to_string();
        }
    } else {
        // Targets build links of it, as of `Host`: a password's reset would lead wherever a client says.
        headers.remove(FORWARDED_HOST);
    }
    // Targets, and lambda_http in them, build URLs of these two.
    match HeaderValue::from_str(&origin.domain_name) {
        Ok(host) if !host.is_empty() => headers.insert(HOST, host),
        _ => headers.remove(HOST),
    };
    if headers.get(FORWARDED_PROTO).is_some_and(|scheme| scheme != "http" && scheme != "https") {
        headers.insert(FORWARDED_PROTO, HeaderValue::from_static("https"));
    }
    Ok(headers)
}

/// `198.51.100.10:46532` or `2001:db8::1:46532`, as CloudFront writes it.
fn without_port(address: &str) -> Option<IpAddr> {
    let (ip, _port) = address.rsplit_once(':')?;
    ip.trim_matches(['[', ']']).parse().ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Takes as long for a wrong secret as for the right one of the same length.
fn equal_in_constant_time(a: &[u8], b: &[u8]) -> bool {
    let differing = a.iter().zip(b).fold(0, |bits, (x, y)| bits | (x ^ y));
    a.len() == b.len() && std::hint::black_box(differing) == 0
}
