//! A Slack on loopback: takes messages and says ok, or what else it is told to say.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use anyhow::Result;
use serde_json::Value;

/// What Slack answers to a message that it takes.
pub(crate) const OK: &str = r#"{"ok":true,"channel":"C0APAF806F8","ts":"1.0"}"#;

/// What it answers, once it would take a message, to whoever asks whose token it is.
const IDENTITY: &str = r#"{"ok":true,"team":"Example","user":"sftp-monitor"}"#;

/// What is answered to a message. None: nothing comes, and the connection stays open.
pub(crate) type Answer = Option<String>;

/// Takes messages, one connection after the other, until the listener fails.
pub(crate) fn serve(listener: &TcpListener, on_message: impl Fn(&Value) -> Answer) {
    let mut open = Vec::new();
    for request in listener.incoming().flatten() {
        match take(request, &on_message) {
            Ok(unanswered) => open.extend(unanswered),
            Err(error) => eprintln!("a request that is none: {error}"),
        }
    }
}

/// Takes a request as Slack would; returns the connection where it is to stay open.
fn take(stream: TcpStream, on_message: &impl Fn(&Value) -> Answer) -> Result<Option<TcpStream>> {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 {
            return Ok(None);
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
    let Some(mut answer) = on_message(&serde_json::from_slice(&body)?) else {
        return Ok(Some(reader.into_inner()));
    };
    if answer == OK && request.contains("/auth.test ") {
        answer = IDENTITY.to_owned();
    }
    write!(
        reader.get_mut(),
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-oauth-scopes: chat:write\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
        answer.len()
    )?;
    Ok(None)
}
