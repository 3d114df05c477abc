//! A Slack on loopback: takes every message and says ok.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use anyhow::Result;
use serde_json::Value;

/// What Slack answers to a message that it takes.
const OK: &str = r#"{"ok":true,"channel":"C0APAF806F8","ts":"1.0"}"#;

/// What it answers to the question whose token it is.
const IDENTITY: &str = r#"{"ok":true,"team":"Example","user":"sftp-monitor"}"#;

/// Takes messages, one connection after the other, until the listener fails.
pub(crate) fn serve(listener: &TcpListener, on_message: impl Fn(&Value)) {
    for request in listener.incoming().flatten() {
        if let Err(error) = take(request, &on_message) {
            eprintln!("a request that is none: {error}");
        }
    }
}

/// Takes a request as Slack would.
fn take(stream: TcpStream, on_message: &impl Fn(&Value)) -> Result<()> {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 {
            return Ok(());
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
        if header.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let answer = match request.contains("/auth.test ") {
        true => IDENTITY,
        false => {
            on_message(&serde_json::from_slice(&body)?);
            OK
        }
    };
    write!(
        reader.get_mut(),
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-oauth-scopes: chat:write\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
        answer.len()
    )?;
    Ok(())
}
