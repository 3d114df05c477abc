//! Slack for the machines: prints the text of each message that it takes on a line of its own, with line ends made visible.
//!
//! `machine-slack ADDRESS [FILE [RECORD]]`: while FILE exists, no message is taken; with `silence` in it nothing is answered
//! at all, else what stands in it is the code of Slack's refusal. RECORD gets each message as a line of JSON: when it came,
//! what was answered, and the message itself.

#[path = "../../packaging/demo/slack.rs"]
mod slack;

use std::fs::OpenOptions;
use std::io::Write;
use std::net::TcpListener;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// What Slack says of the channel, and so to a message alone: whose token it is, it answers all the same.
const OF_THE_CHANNEL: [&str; 3] = ["not_in_channel", "channel_not_found", "is_archived"];

fn main() -> anyhow::Result<()> {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:8088".to_owned());
    let refusal = std::env::args().nth(2);
    let record = std::env::args()
        .nth(3)
        .map(|path| OpenOptions::new().create(true).append(true).open(path))
        .transpose()?;
    let listener = TcpListener::bind(address)?;
    slack::serve(&listener, |message| {
        // Without a text it is a question, not a message.
        let text = message["text"].as_str();
        let told = refusal
            .as_ref()
            .and_then(|path| std::fs::read_to_string(path).ok());
        let code = told
            .as_deref()
            .map(str::trim)
            .filter(|code| text.is_some() || !OF_THE_CHANNEL.contains(code));
        if let (Some(mut record), Some(_)) = (record.as_ref(), text) {
            let _ = writeln!(record, "{}", noted(message, code.unwrap_or("ok")));
        }
        match (code, text) {
            (Some("silence"), _) => return None,
            (Some(code), _) => return Some(json!({"ok": false, "error": code}).to_string()),
            (None, Some(text)) => {
                let mut out = std::io::stdout().lock();
                let _ = writeln!(out, "{}", text.replace('\n', "\\n")).and_then(|()| out.flush());
            }
            (None, None) => {}
        }
        Some(slack::OK.to_owned())
    });
    Ok(())
}

fn noted(message: &Value, answer: &str) -> Value {
    let at = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    json!({"at": at, "answer": answer, "message": message})
}
