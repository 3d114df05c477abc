//! TLS and a proxy for the machines, before their stand-in for Slack: `machine-tls DIRECTORY`.
//!
//! On 127.0.0.1:8443 it takes TLS with a certificate that it makes in DIRECTORY (`ca.pem`, `key.pem`),
//! and hands what is in it to 127.0.0.1:8088; on 127.0.0.1:3128 it is a proxy, and prints where it connects to.

#[path = "../support/tls.rs"]
mod tls;

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use anyhow::Context;

fn main() -> anyhow::Result<()> {
    let directory = std::env::args().nth(1).context("which directory?")?;
    let certificate = tls::Certificate::make(Path::new(&directory))?;
    let (encrypted, proxy) = (
        TcpListener::bind("127.0.0.1:8443")?,
        TcpListener::bind("127.0.0.1:3128")?,
    );
    let plain = SocketAddr::from(([127, 0, 0, 1], 8088));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        tokio::try_join!(
            tls::terminate(encrypted, &certificate, plain),
            tls::proxy(proxy, |target| {
                let mut out = std::io::stdout().lock();
                let _ = writeln!(out, "{target}").and_then(|()| out.flush());
            })
        )
    })?;
    Ok(())
}
