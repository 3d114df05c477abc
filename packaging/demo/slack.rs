//! A Slack on loopback: takes messages, replies and edits, and says ok, or what else it is told to say.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use serde_json::{Value, json};

/// What it answers to whoever asks whose token it is.
const IDENTITY: &str = r#"{"ok":true,"team":"Example","user":"sftp-monitor"}"#;

/// A call of a method, with its arguments.
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) arguments: Value,
}

/// What is answered to a call. None: nothing comes, and the connection stays open.
pub(crate) type Answer = Option<Value>;

/// What a call does in the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A message that stands in the channel.
    Message,
    /// A message in a thread, which stands there alone.
    Reply,
    /// A message in a thread that stands in the channel as well.
    Broadcast,
    /// Another text for a message.
    Edit,
    /// No message at all.
    Question,
}

impl Call {
    pub(crate) fn kind(&self) -> Kind {
        match self.method.as_str() {
            "chat.update" => Kind::Edit,
            "chat.postMessage" if self.arguments["thread_ts"].is_null() => Kind::Message,
            "chat.postMessage" if self.arguments["reply_broadcast"] == true => Kind::Broadcast,
            "chat.postMessage" => Kind::Reply,
            _ => Kind::Question,
        }
    }

    pub(crate) fn text(&self) -> &str {
        self.arguments["text"].as_str().unwrap_or_default()
    }
}

/// The messages that it has taken, by channel and `ts`.
#[derive(Default)]
pub(crate) struct Messages {
    taken: BTreeSet<(String, String)>,
    last: u128,
}

impl Messages {
    /// A message that was taken before this process began.
    pub(crate) fn add(&mut self, channel: &str, ts: &str) {
        self.taken.insert((channel.to_owned(), ts.to_owned()));
    }

    /// What Slack answers to a call that it takes; a message gets a `ts` of its own.
    pub(crate) fn answer(&mut self, call: &Call) -> Value {
        let argument = |name: &str| call.arguments[name].as_str().unwrap_or_default().to_owned();
        let channel = argument("channel");
        let ts = match call.kind() {
            Kind::Question if call.method == "auth.test" => {
                return serde_json::from_str(IDENTITY).unwrap_or_default();
            }
            Kind::Question => return json!({"ok": true}),
            Kind::Edit => argument("ts"),
            Kind::Message => self.next(),
            Kind::Reply | Kind::Broadcast if !self.has(&channel, &argument("thread_ts")) => {
                return refusal("thread_not_found");
            }
            Kind::Reply | Kind::Broadcast => self.next(),
        };
        if call.kind() == Kind::Edit && !self.has(&channel, &ts) {
            return refusal("message_not_found");
        }
        self.add(&channel, &ts);
        json!({"ok": true, "channel": channel, "ts": ts})
    }

    fn has(&self, channel: &str, ts: &str) -> bool {
        self.taken.contains(&(channel.to_owned(), ts.to_owned()))
    }

    /// The time in Slack's form, a microsecond later than the one before at least.
    fn next(&mut self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        self.last = now.map_or(0, |now| now.as_micros()).max(self.last + 1);
        format!("{}.{:06}", self.last / 1_000_000, self.last % 1_000_000)
    }
}

/// What Slack answers when it refuses a call.
pub(crate) fn refusal(code: &str) -> Value {
    json!({"ok": false, "error": code})
}

/// Takes calls, one connection after the other, until the listener fails.
pub(crate) fn serve(listener: &TcpListener, mut on_call: impl FnMut(&Call) -> Answer) {
    let mut open = Vec::new();
    for request in listener.incoming().flatten() {
        match take(request, &mut on_call) {
            Ok(unanswered) => open.extend(unanswered),
            Err(error) => eprintln!("a request that is none: {error}"),
        }
    }
}

/// Takes a request as Slack would; returns the connection where it is to stay open.
fn take(stream: TcpStream, on_call: &mut impl FnMut(&Call) -> Answer) -> Result<Option<TcpStream>> {
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
    let path = request.split(' ').nth(1).unwrap_or_default();
    let method = path
        .split('?')
        .next()
        .and_then(|path| path.rsplit('/').next());
    let call = Call {
        method: method.unwrap_or_default().to_owned(),
        arguments: serde_json::from_slice(&body)?,
    };
    let Some(answer) = on_call(&call) else {
        return Ok(Some(reader.into_inner()));
    };
    let answer = answer.to_string();
    write!(
        reader.get_mut(),
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-oauth-scopes: chat:write\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
        answer.len()
    )?;
    Ok(None)
}
