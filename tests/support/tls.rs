//! What lies between the program and Slack: TLS with a certificate that no system knows, and a proxy that takes CONNECT.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::Context;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A certificate for this machine, issued by itself, and its key.
#[derive(Clone)]
pub(crate) struct Certificate {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Certificate {
    /// Makes one in this directory.
    pub(crate) fn make(directory: &Path) -> anyhow::Result<Certificate> {
        let made = Certificate {
            certificate: directory.join("ca.pem"),
            key: directory.join("key.pem"),
        };
        let output = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"])
            .args(["-pkeyopt", "ec_paramgen_curve:prime256v1"])
            .args(["-subj", "/CN=Slack in a test"])
            .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .arg("-keyout")
            .arg(&made.key)
            .arg("-out")
            .arg(&made.certificate)
            .output()
            .context("openssl, which makes the certificate")?;
        let said = String::from_utf8_lossy(&output.stderr);
        anyhow::ensure!(output.status.success(), "openssl: {said}");
        Ok(made)
    }

    fn acceptor(&self) -> anyhow::Result<TlsAcceptor> {
        let chain = CertificateDer::pem_file_iter(&self.certificate)?;
        let chain = chain.collect::<Result<Vec<_>, _>>()?;
        let key = PrivateKeyDer::from_pem_file(&self.key)?;
        let config = ServerConfig::builder().with_no_client_auth();
        Ok(Arc::new(config.with_single_cert(chain, key)?).into())
    }
}

/// Takes TLS, and hands what is in it to a Slack that speaks without.
pub(crate) async fn terminate(
    listener: TcpListener,
    certificate: &Certificate,
    plain: SocketAddr,
) -> anyhow::Result<()> {
    let acceptor = certificate.acceptor()?;
    let listener = listening(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let mut client = acceptor.accept(stream).await?;
            let mut slack = TcpStream::connect(plain).await?;
            copy_bidirectional(&mut client, &mut slack).await
        });
    }
}

/// Connects whoever asks to where it asks, and says where.
pub(crate) async fn proxy(listener: TcpListener, on_connect: impl Fn(&str)) -> anyhow::Result<()> {
    let listener = listening(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        let mut stream = BufReader::new(stream);
        let (mut request, mut header) = (String::new(), String::new());
        stream.read_line(&mut request).await?;
        while stream.read_line(&mut header).await? > "\r\n".len() {
            header.clear();
        }
        let Some(target) = request
            .strip_prefix("CONNECT ")
            .and_then(|rest| rest.split(' ').next())
        else {
            continue;
        };
        on_connect(target);
        let target = target.to_owned();
        tokio::spawn(async move {
            let mut server = TcpStream::connect(target).await?;
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            copy_bidirectional(&mut stream, &mut server).await
        });
    }
}

fn listening(listener: TcpListener) -> std::io::Result<tokio::net::TcpListener> {
    listener.set_nonblocking(true)?;
    tokio::net::TcpListener::from_std(listener)
}
