//! Encrypted connections: rustls with ring, and a certificate that is always checked.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::Names;
use crate::StoreError;

/// Trusts the system's authorities, or only those of `root_certificates` (`sslrootcert=` of the URL).
pub(super) fn connector(
    root_certificates: Option<&Path>,
    names: &Names,
) -> Result<MakeRustlsConnect, StoreError> {
    let failed = |detail: String| StoreError::Tls {
        server: names.server.clone(),
        detail,
    };
    let mut roots = RootCertStore::empty();
    match root_certificates.filter(|path| *path != Path::new("system")) {
        Some(path) => {
            let unreadable = |cause: String| failed(format!("sslrootcert {}: {cause}", path.display()));
            let certificates =
                CertificateDer::pem_file_iter(path).map_err(|error| unreadable(error.to_string()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
                roots
                    .add(certificate)
                    .map_err(|error| unreadable(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(unreadable("it holds no certificate".to_owned()));
            }
        }
        None => {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
            if roots.is_empty() {
                return Err(failed(
                    "this machine has no certificate authorities (ca-certificates)".to_owned(),
                ));
            }
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
