//! Slack for the machines: prints the text of each message that it takes on a line of its own, with line ends made visible.
//! `  ↳ ` stands before what it takes in a thread, `  ↳ # ` where it is shown in the channel as well, `  ✎ ` before a message's
//! new text.
//!
//! `machine-slack ADDRESS [FILE [RECORD]]`: while FILE exists, no message is taken; with `silence` in it nothing is answered
//! at all, with `lost` the message is taken and nothing is answered, else what stands in it is the code of Slack's refusal. A
//! method's name or a channel's id before any of them is for it alone. RECORD gets each message as a line of JSON: when it came, the
//! method, its `ts`, what was answered, and the message itself; the messages that it holds at the start have been taken.

#[path = "../../packaging/demo/slack.rs"]
mod slack;

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use slack::{Call, Kind, Messages};

/// What Slack says of the channel, and so to a message alone: whose token it is, it answers all the same.
const OF_THE_CHANNEL: [&str; 3] = ["not_in_channel", "channel_not_found", "is_archived"];

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next();
    let listener = TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:8088"))?;
    let refusal = arguments.next();
    let mut messages = Messages::default();
    let mut record = match arguments.next() {
        Some(path) => Some(recorded(&path, &mut messages)?),
        None => None,
    };
    slack::serve(&listener, |call| {
        let said = refusal
            .as_ref()
            .and_then(|path| std::fs::read_to_string(path).ok());
        let word = said.as_deref().and_then(|said| of_call(said, call));
        let answer = match word {
            None | Some("lost") => messages.answer(call),
            Some(code) => slack::refusal(code),
        };
        note(record.as_mut(), call, word, &answer);
        if answer["ok"] == true {
            print(call);
        }
        Some(answer).filter(|_| !matches!(word, Some("silence" | "lost")))
    });
    Ok(())
}

/// What FILE says of this call.
fn of_call<'a>(said: &'a str, call: &Call) -> Option<&'a str> {
    let said = said.trim();
    let word = match said.split_once(' ') {
        Some((of, word)) if of == call.method || call.arguments["channel"] == of => word,
        Some(_) => return None,
        None => said,
    };
    (call.kind() != Kind::Question || !OF_THE_CHANNEL.contains(&word)).then_some(word)
}

/// RECORD, open for more; the messages in it have been taken.
fn recorded(path: &str, messages: &mut Messages) -> anyhow::Result<File> {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .read(true)
        .open(path)?;
    let mut before = String::new();
    file.read_to_string(&mut before)?;
    for line in before.lines() {
        let noted: Value = serde_json::from_str(line)?;
        if let (Some(channel), Some(ts)) =
            (noted["message"]["channel"].as_str(), noted["ts"].as_str())
        {
            messages.add(channel, ts);
        }
    }
    Ok(file)
}

fn note(record: Option<&mut File>, call: &Call, word: Option<&str>, answer: &Value) {
    if let (Some(record), true) = (record, call.kind() != Kind::Question) {
        let at = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let code = answer["error"].as_str().or(word).unwrap_or("ok");
        let noted = json!({"at": at, "method": call.method, "ts": answer["ts"], "answer": code, "message": call.arguments});
        let _ = writeln!(record, "{noted}");
    }
}

fn print(call: &Call) {
    let before = match call.kind() {
        Kind::Message => "",
        Kind::Reply => "  ↳ ",
        Kind::Broadcast => "  ↳ # ",
        Kind::Edit => "  ✎ ",
        Kind::Question => return,
    };
    let text = call.text().replace('\n', "\\n");
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{before}{text}").and_then(|()| out.flush());
}
