//! The one call that goes out to Slack: `chat.postMessage`.

use std::error::Error;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{Response, redirect};
use serde::Serialize;
use serde_json::Value;

use super::answer::{Verdict, classify};
use crate::alerts::Rendered;
use crate::config::{Slack, Token};

/// For the connection to stand, TLS included.
const CONNECT: Duration = Duration::from_secs(5);
/// For a whole post, from the name lookup to the last byte of the answer.
pub const POST: Duration = Duration::from_secs(10);
/// The most that is read of an answer. Slack echoes the message, blocks and all, several times longer than it was sent.
const ANSWER_MOST: usize = 256 * 1024;

/// The way to one channel of one workspace; a clone shares it.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    channel: String,
    token: Token,
    authorization: HeaderValue,
}

/// The fields of a post. <https://docs.slack.dev/reference/methods/chat.postMessage>
#[derive(Serialize)]
struct Post<'a> {
    channel: &'a str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocks: Option<&'a Value>,
    // Slack would fetch addresses that an attacker wrote into the log, make links of them, or format what they enclose.
    unfurl_links: bool,
    unfurl_media: bool,
    link_names: bool,
    mrkdwn: bool,
    parse: &'static str,
}

impl Client {
    /// A client for this channel; nothing is sent yet.
    pub fn new(slack: &Slack, token: &Token) -> anyhow::Result<Self> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(POST)
            // Never hand the token to another host.
            .redirect(redirect::Policy::none())
            // Messages are rare, and a kept connection that the other side has closed meanwhile fails in a way that leaves
            // open whether the message arrived.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("sftp-monitor/", env!("CARGO_PKG_VERSION")));
        if slack.api_url.starts_with("http:") {
            // Plain http goes to loopback only; a proxy would be given the token in clear.
            builder = builder.no_proxy();
        }
        let mut authorization = HeaderValue::try_from(format!("Bearer {}", token.expose()))
            .ok()
            .context("the Slack token holds characters that no token has")?;
        authorization.set_sensitive(true);
        Ok(Client {
            http: builder.build().context("setting up the client for Slack")?,
            url: format!("{}/chat.postMessage", slack.api_url),
            channel: slack.channel.clone(),
            token: token.clone(),
            authorization,
        })
    }

    /// Posts a message, in at most this time.
    pub async fn post(&self, message: &Rendered, at_most: Duration) -> Verdict {
        let post = Post {
            channel: &self.channel,
            text: &message.text,
            blocks: message.blocks.as_ref(),
            unfurl_links: false,
            unfurl_media: false,
            link_names: false,
            mrkdwn: false,
            parse: "none",
        };
        let request = self
            .http
            .post(&self.url)
            .timeout(at_most)
            .header(AUTHORIZATION, self.authorization.clone())
            // Without the charset Slack warns in its answer. Set before the body, which would else add a header of its own.
            .header(CONTENT_TYPE, "application/json; charset=utf-8")
            .json(&post);
        match request.send().await {
            Ok(response) => self.answered(response).await,
            Err(error) => not_answered(error),
        }
    }

    async fn answered(&self, mut response: Response) -> Verdict {
        let status = response.status().as_u16();
        let header = response.headers().get(RETRY_AFTER);
        let retry_after = header
            .and_then(|value| value.to_str().ok())
            .map(String::from);
        let mut body = Vec::new();
        let mut broken = None;
        while body.len() < ANSWER_MOST {
            match response.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => {
                    broken = Some(error);
                    break;
                }
            }
        }
        // An answer may echo the request; what is logged of it must not hold the token.
        let body = String::from_utf8_lossy(&body).replace(self.token.expose(), "…");
        let now = SystemTime::now().into();
        match (
            classify(status, retry_after.as_deref(), body.as_bytes(), now),
            broken,
        ) {
            (Verdict::Retry { ambiguous, why }, Some(error)) => Verdict::Retry {
                ambiguous,
                why: format!("{why}: {}", chain(error)),
            },
            (verdict, _) => verdict,
        }
    }
}

fn not_answered(error: reqwest::Error) -> Verdict {
    // Nothing was sent while there was no connection: name lookup, TCP, TLS, a proxy's refusal. After that nobody knows.
    let ambiguous = !error.is_connect() && !error.is_builder();
    Verdict::Retry {
        ambiguous,
        why: chain(error),
    }
}

/// An error with its causes, in one line.
fn chain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        // Several layers repeat the one below.
        if !said.contains(&words) {
            said.push_str(": ");
            said.push_str(&words);
        }
        cause = inner.source();
    }
    crate::clean::clean(&said, crate::clean::PATH)
}
