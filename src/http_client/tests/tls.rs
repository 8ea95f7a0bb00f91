//! TLS: whose certificates are trusted, and for which names.

use std::{error::Error, sync::Arc};

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

use super::{
    super::{
        connector::{Connector, https, with_tls},
        tls_server::TlsServer,
    },
    soon,
};

/// The outcome of connecting to a host of the server.
async fn connected(connector: HttpsConnector<HttpConnector>, host: &str, server: &TlsServer) -> String {
    let uri: Uri = format!("https://{host}:{}", server.port).parse().unwrap();
    let connection = soon(Connector::of(connector).connect::<http_body_util::Full<bytes::Bytes>>(&uri)).await;
    match connection {
        Ok(_) => "connected".to_owned(),
        Err(error) => {
            let mut words = Vec::new();
            let mut next: Option<&dyn Error> = Some(&*error);
            while let Some(error) = next {
                words.push(error.to_string());
                next = error.source();
            }
            words.last().cloned().unwrap_or_default()
        }
    }
}

/// A connector that trusts the server's certificate, besides nothing.
fn trusting(server: &TlsServer) -> HttpsConnector<HttpConnector> {
    let mut roots = RootCertStore::empty();
    roots.add(server.certificate.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    with_tls(HttpsConnectorBuilder::new().with_tls_config(config), HttpConnector::new())
}

#[tokio::test]
async fn a_certificate_counts_if_a_root_has_signed_it_and_for_its_name_alone() {
    let server = TlsServer::start("").await;
    assert_eq!(connected(trusting(&server), "localhost", &server).await, "connected");
    let other_name = connected(trusting(&server), "127.0.0.1", &server).await;
    assert!(other_name.contains("certificate not valid for name \"127.0.0.1\""), "{other_name}");
    let unknown = connected(https(HttpConnector::new()), "localhost", &server).await;
    assert_eq!(unknown, "invalid peer certificate: UnknownIssuer");
}
