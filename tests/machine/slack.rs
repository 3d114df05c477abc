//! Slack for the machines: prints each message's text on a line of its own, with line ends made visible.

#[path = "../../packaging/demo/slack.rs"]
mod slack;

use std::io::Write;
use std::net::TcpListener;

fn main() -> anyhow::Result<()> {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:8088".to_owned());
    let listener = TcpListener::bind(address)?;
    slack::serve(&listener, |message| {
        let text = message["text"]
            .as_str()
            .unwrap_or_default()
            .replace('\n', "\\n");
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{text}").and_then(|()| out.flush());
    });
    Ok(())
}
