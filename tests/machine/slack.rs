//! Slack for the machines: prints the text of each message that it takes on a line of its own, with line ends made visible.
//!
//! `machine-slack ADDRESS [FILE]`: while FILE exists, no message is taken; with `silence` in it nothing is answered at all,
//! else what stands in it is the code of Slack's refusal.

#[path = "../../packaging/demo/slack.rs"]
mod slack;

use std::io::Write;
use std::net::TcpListener;

use serde_json::json;

fn main() -> anyhow::Result<()> {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:8088".to_owned());
    let refusal = std::env::args().nth(2);
    let listener = TcpListener::bind(address)?;
    slack::serve(&listener, |message| {
        let told = refusal.as_ref().map(std::fs::read_to_string);
        match told {
            Some(Ok(told)) if told.trim() == "silence" => return None,
            Some(Ok(code)) => {
                return Some(json!({"ok": false, "error": code.trim()}).to_string());
            }
            Some(Err(_)) | None => {}
        }
        // Without a text it is a question, not a message.
        if let Some(text) = message["text"].as_str() {
            let mut out = std::io::stdout().lock();
            let _ = writeln!(out, "{}", text.replace('\n', "\\n")).and_then(|()| out.flush());
        }
        Some(slack::OK.to_owned())
    });
    Ok(())
}
