//! The trusted proxy in front of the function URL: its secret, and the host and address that it says.

use std::net::IpAddr;

use http::{
    HeaderMap, HeaderValue,
    header::{HOST, USER_AGENT},
};

use crate::{environment::TrustedProxy, error::GatewayError, message::Origin};

/// The secret that a trusted proxy sends, and that nobody else gets to see.
const PROXY_SECRET: &str = "x-tollgate-origin";
const FORWARDED_HOST: &str = "x-forwarded-host";
const FORWARDED_PROTO: &str = "x-forwarded-proto";
const VIEWER_ADDRESS: &str = "cloudfront-viewer-address";

/// Takes host, scheme and address from the platform, unless the proxy's secret came along.
pub fn trust(
    mut headers: HeaderMap,
    origin: &mut Origin,
    proxy: &TrustedProxy,
) -> Result<HeaderMap, GatewayError> {
    let sent = headers.remove(PROXY_SECRET);
    origin.user_agent = text(&headers, USER_AGENT.as_str()).unwrap_or_default().to_owned();
    let trusted = match (&proxy.secret, &sent) {
        (Some(secret), Some(sent)) => equal_in_constant_time(secret.0.as_bytes(), sent.as_bytes()),
        (None, _) | (_, None) => false,
    };
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
        if let Some(address) = text(&headers, VIEWER_ADDRESS).and_then(viewer_ip) {
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
fn viewer_ip(address: &str) -> Option<IpAddr> {
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
