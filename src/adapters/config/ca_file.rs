//! `slack.ca-file`: a file of certificates that are used as roots in addition to the system's roots.

use std::path::{Path, PathBuf};

use reqwest::Certificate;

use super::values::absolute;

/// Directories that the units' sandbox hides (systemd.exec(5), ProtectHome= and PrivateTmp=).
const HIDDEN: [&str; 5] = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"];

/// The certificates of a file, and its path.
#[derive(Clone, Debug)]
pub struct CaFile {
    path: PathBuf,
    certificates: Vec<Certificate>,
}

impl CaFile {
    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The certificates, at least one.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Is the file in a directory that the units' sandbox hides?
    pub fn is_hidden(&self) -> bool {
        is_hidden(&self.path)
    }

    fn read(path: &Path) -> Result<CaFile, String> {
        let shown = path.display();
        let text = std::fs::read(path).map_err(|error| {
            let hint = match is_hidden(path) {
                true => {
                    "; the service sees nothing there: copy it to a place like /etc/sftp-monitor"
                }
                false => "",
            };
            format!("{shown}: {error}{hint}")
        })?;
        let wrong = |error| {
            let cause = anyhow::Error::from(error);
            let cause = cause.root_cause();
            format!("{shown}: a certificate in it cannot be read ({cause})")
        };
        let certificates = Certificate::from_pem_bundle(&text).map_err(wrong)?;
        if certificates.is_empty() {
            return Err(format!(
                "{shown} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"
            ));
        }
        // Only building a client checks the content of the certificates.
        let client = reqwest::Client::builder().tls_certs_only(certificates.iter().cloned());
        client.build().map_err(wrong)?;
        Ok(CaFile {
            path: path.to_owned(),
            certificates,
        })
    }
}

fn is_hidden(path: &Path) -> bool {
    HIDDEN.iter().any(|hidden| path.starts_with(hidden))
}

/// Reads the certificates in the file that the key names; `None` for an empty path.
pub(super) fn ca_file(path: PathBuf) -> Result<Option<CaFile>, String> {
    match path.as_os_str().is_empty() {
        true => Ok(None),
        false => CaFile::read(&absolute(path)?).map(Some),
    }
}
