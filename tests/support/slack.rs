//! A stand-in for Slack: an HTTP listener on loopback that writes down what it is sent and answers as it is told.
//!
//! ```ignore
//! let slack = Slack::answering([Answer::Limited(Some("2")), Answer::Ok]);   // then Ok for ever
//! let config = format!("[slack]\napi-url = \"{}\"\n…", slack.url);
//! …
//! let posts = slack.wait_for(2);
//! assert_eq!(posts[0].text(), "✅ Alice s'est connecté …");
//! ```

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long [`Slack::wait_for`] waits before it gives up.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a connection is held open by [`Answer::Silence`].
const SILENCE: Duration = Duration::from_secs(60);

/// What the listener does with a post that it has read and written down.
#[derive(Clone, Debug)]
pub enum Answer {
    /// 200 and `"ok":true` with an echo of the message, as Slack does.
    Ok,
    /// 200, `"ok":false` and this code.
    Refused(&'static str),
    /// 429 with this `Retry-After`.
    Limited(Option<&'static str>),
    /// This status and this body.
    Status(u16, String),
    /// 302 to this address.
    Redirect(String),
    /// These bytes, whatever they are.
    Raw(Vec<u8>),
    /// 200 and a body of so many bytes, or as many as are taken.
    Long(u64),
    /// Nothing, and the connection stays open.
    Silence,
    /// Nothing, and the connection ends: the reply is lost.
    Close,
    /// 200 and the first bytes of `"ok":true`, then the connection ends.
    Cut,
}

/// A post as it arrived.
#[derive(Clone, Debug)]
pub struct Post {
    /// When it had arrived whole.
    pub at: Instant,
    /// `POST /api/chat.postMessage HTTP/1.1`
    pub request: String,
    /// The headers, by name in small letters.
    pub headers: BTreeMap<String, String>,
    /// The body; null where it is no JSON.
    pub body: Value,
    /// The body's bytes.
    pub bytes: Vec<u8>,
}

impl Post {
    /// The field `text`.
    pub fn text(&self) -> &str {
        self.body["text"].as_str().unwrap_or_default()
    }

    /// The field `blocks` as JSON text; empty where there is none.
    pub fn blocks(&self) -> String {
        self.body
            .get("blocks")
            .map(Value::to_string)
            .unwrap_or_default()
    }
}

#[derive(Default)]
struct Inner {
    posts: Vec<Post>,
    script: VecDeque<Answer>,
    /// The answer when the script has ended.
    default: Option<Answer>,
    /// The answers to one method, whatever the script says.
    methods: BTreeMap<&'static str, Answer>,
    stopped: bool,
}

/// The listener; it stops when it is dropped.
pub struct Slack {
    /// What belongs into `slack.api-url`.
    pub url: String,
    address: SocketAddr,
    shared: Arc<(Mutex<Inner>, Condvar)>,
}

impl Slack {
    /// One that takes everything.
    pub fn start() -> Slack {
        Slack::answering([])
    }

    /// One that gives these answers in turn, then takes everything.
    pub fn answering(script: impl IntoIterator<Item = Answer>) -> Slack {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Inner {
            script: script.into_iter().collect(),
            ..Inner::default()
        };
        let shared = Arc::new((Mutex::new(inner), Condvar::new()));
        let theirs = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if theirs.0.lock().unwrap().stopped {
                    return;
                }
                let theirs = Arc::clone(&theirs);
                thread::spawn(move || serve(stream.unwrap(), &theirs));
            }
        });
        Slack {
            url: format!("http://{address}/api"),
            address,
            shared,
        }
    }

    /// From now on this answer to each call of a method.
    pub fn always_to(&self, method: &'static str, answer: Answer) {
        let mut inner = self.shared.0.lock().unwrap();
        inner.methods.insert(method, answer);
    }

    /// From now on this answer, wherever the script has none.
    pub fn always(&self, answer: Answer) {
        self.shared.0.lock().unwrap().default = Some(answer);
    }

    /// One more answer at the script's end.
    pub fn then(&self, answer: Answer) {
        self.shared.0.lock().unwrap().script.push_back(answer);
    }

    /// What has arrived so far.
    pub fn posts(&self) -> Vec<Post> {
        self.shared.0.lock().unwrap().posts.clone()
    }

    /// The texts of what has arrived so far.
    pub fn texts(&self) -> Vec<String> {
        self.posts()
            .iter()
            .map(|post| post.text().to_string())
            .collect()
    }

    /// Waits until so many posts have arrived; panics with those that have if it takes too long.
    pub fn wait_for(&self, count: usize) -> Vec<Post> {
        let inner = self.shared.0.lock().unwrap();
        let short = |inner: &mut Inner| inner.posts.len() < count;
        let (inner, waited) = self
            .shared
            .1
            .wait_timeout_while(inner, PATIENCE, short)
            .unwrap();
        let posts = inner.posts.clone();
        drop(inner);
        assert!(
            !waited.timed_out(),
            "{count} posts expected, there are {posts:#?}"
        );
        posts
    }
}

impl Drop for Slack {
    fn drop(&mut self) {
        if let Ok(mut inner) = self.shared.0.lock() {
            inner.stopped = true;
        }
        // Wakes the accepting thread, so that it sees that it is over.
        TcpStream::connect(self.address).ok();
    }
}

fn serve(mut stream: TcpStream, shared: &(Mutex<Inner>, Condvar)) {
    let Some(post) = read(&stream) else { return };
    let (request, body) = (post.request.clone(), post.body.clone());
    let answer = {
        let mut inner = shared.0.lock().unwrap();
        inner.posts.push(post);
        let of_method = inner
            .methods
            .iter()
            .find(|(method, _)| request.contains(**method));
        let of_method = of_method.map(|(_, answer)| answer.clone());
        let scripted = of_method.or_else(|| inner.script.pop_front());
        scripted
            .or_else(|| inner.default.clone())
            .unwrap_or(Answer::Ok)
    };
    shared.1.notify_all();
    // The other side may have gone; that is its own affair.
    reply(&mut stream, &answer, &body).ok();
}

fn read(stream: &TcpStream) -> Option<Post> {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    reader.read_line(&mut request).ok()?;
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        // One that is sent twice shows as a list, as proxies take it (RFC 9110, 5.3).
        headers
            .entry(name.to_lowercase())
            .and_modify(|known: &mut String| *known = format!("{known}, {}", value.trim()))
            .or_insert_with(|| value.trim().to_string());
    }
    // A question by HEAD has no body; a connection without a request is none at all.
    let length = match headers.get("content-length") {
        Some(length) => length.parse().ok()?,
        None if request.starts_with("HEAD ") => 0,
        None => return None,
    };
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes).ok()?;
    Some(Post {
        at: Instant::now(),
        request: request.trim_end().to_string(),
        headers,
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        bytes,
    })
}

fn reply(stream: &mut TcpStream, answer: &Answer, post: &Value) -> std::io::Result<()> {
    let json = "Content-Type: application/json; charset=utf-8\r\n";
    match answer {
        Answer::Ok => {
            let message = serde_json::json!({ "text": post["text"], "blocks": post["blocks"] });
            let body = format!(
                r#"{{"ok":true,"channel":{},"ts":"1503435956.000247","message":{message}}}"#,
                post["channel"]
            );
            whole(stream, "200 OK", json, &body)
        }
        Answer::Refused(code) => whole(
            stream,
            "200 OK",
            json,
            &format!(r#"{{"ok":false,"error":"{code}"}}"#),
        ),
        Answer::Limited(after) => {
            let after = after
                .map(|after| format!("Retry-After: {after}\r\n"))
                .unwrap_or_default();
            let body = r#"{"ok":false,"error":"ratelimited"}"#;
            whole(
                stream,
                "429 Too Many Requests",
                &format!("{json}{after}"),
                body,
            )
        }
        Answer::Status(status, body) => whole(stream, &format!("{status} Whatever"), "", body),
        Answer::Redirect(to) => whole(stream, "302 Found", &format!("Location: {to}\r\n"), ""),
        Answer::Raw(bytes) => stream.write_all(bytes),
        Answer::Long(length) => {
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
            )?;
            std::io::copy(&mut std::io::repeat(b'x').take(*length), stream).map(drop)
        }
        Answer::Silence => {
            thread::sleep(SILENCE);
            Ok(())
        }
        Answer::Close => Ok(()),
        Answer::Cut => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"ok\":true,\"chan")
        }
    }
}

fn whole(stream: &mut TcpStream, status: &str, headers: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())
}
