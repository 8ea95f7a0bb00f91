//! URLs that let whoever has them make one request for a while: Signature Version 4 in the query.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>

use std::{
    fmt::Write,
    time::{Duration, SystemTime},
};

use http::{HeaderMap, HeaderValue, header::HOST};
use percent_encoding::utf8_percent_encode;

use super::{
    ServiceClient,
    call::ServiceCall,
    canonical::{self, RESERVED},
    signature::{ALGORITHM, Signed, Signer, timestamp},
};
use crate::{calendar::Day, clock};

impl Signer {
    /// The query of a URL by which anybody can make this request of `host` until `lifetime` is over, or until the
    /// credentials end. Its headers are the client's own.
    pub(super) fn presigned_query(
        &self,
        signed: Signed<'_>,
        host: &HeaderValue,
        lifetime: Duration,
        now: SystemTime,
    ) -> String {
        let seconds = clock::milliseconds(now) / 1_000;
        let timestamp = timestamp(seconds);
        let encoded = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
        let scope = self.scope(&timestamp[..8]);
        let credential = encoded(&format!("{}/{scope}", self.credentials.access_key_id()));
        let mut query = signed.query.to_owned();
        if !query.is_empty() {
            query.push('&');
        }
        let _ = write!(
            query,
            "X-Amz-Algorithm={ALGORITHM}&X-Amz-Credential={credential}&X-Amz-Date={timestamp}\
             &X-Amz-Expires={}&X-Amz-SignedHeaders=host",
            lifetime.as_secs()
        );
        if let Some(token) = self.credentials.session_token() {
            let token = encoded(token.to_str().unwrap_or_default());
            let _ = write!(query, "&X-Amz-Security-Token={token}");
        }
        let headers = HeaderMap::from_iter([(HOST, host.clone())]);
        let canonical = canonical::presigned_request(Signed { query: &query, ..signed }, &headers, self.form);
        query.push_str("&X-Amz-Signature=");
        self.push_signature(&mut query, &canonical.text, Day::of(seconds), &timestamp);
        query
    }
}

impl ServiceClient {
    /// The URL by which anybody can make this call until `lifetime` is over.
    pub fn presigned_url(&self, call: &ServiceCall, lifetime: Duration) -> String {
        let inner = &*self.0;
        let path = format!("{}{}", inner.path_prefix, call.path_and_query.path());
        let query = call.path_and_query.query().unwrap_or_default();
        let signed = Signed { method: &call.method, path: &path, query, body: &[] };
        let query = inner.signer.presigned_query(signed, &inner.host, lifetime, inner.clock.now());
        let host = inner.host.to_str().unwrap_or_default();
        format!("{}://{host}{path}?{query}", inner.scheme)
    }
}
