//! The calls to Slack: `chat.postMessage`, `chat.update`, and the calls that only ask.

use std::time::{Duration, SystemTime};

use anyhow::Context;
use reqwest::Response;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use serde::Serialize;
use serde_json::Value;

use super::proxy::ProxySettings;
use crate::adapters::config::{Slack, Token};
use crate::domain::alerts::SlackRef;
use crate::domain::base::clean;
use crate::domain::base::numbers::is_default;
use crate::domain::base::stop::said;
use crate::domain::render::Rendered;
use crate::domain::slack_reply::Body;
use crate::domain::slack_reply::answer::{PostResult, classify};

/// Timeout for the connection, including TLS.
const CONNECT: Duration = Duration::from_secs(5);
/// Timeout for a whole post, from the name lookup to the last byte of the answer.
pub const POST: Duration = Duration::from_secs(10);
/// The most bytes that are read of an answer. Slack repeats the message and its blocks, several times longer than it was
/// sent.
const ANSWER_MOST: usize = 256 * 1024;

/// A client for one channel of one workspace; a clone shares its connections.
#[derive(Clone)]
pub struct SlackClient {
    http: reqwest::Client,
    api_url: String,
    pub(super) channel: String,
    token: Token,
    authorization: HeaderValue,
}

/// An answer with `ok`.
pub(crate) struct SlackAnswer {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// The fields of a post or an edit. <https://docs.slack.dev/reference/methods/chat.postMessage>,
/// <https://docs.slack.dev/reference/methods/chat.update>
#[derive(Serialize)]
struct Post<'a> {
    channel: &'a str,
    /// The message to edit.
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<&'a str>,
    /// The first message of the thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_ts: Option<&'a str>,
    /// The reply is shown in the channel too.
    #[serde(skip_serializing_if = "is_default")]
    reply_broadcast: bool,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocks: Option<&'a Value>,
    // Otherwise Slack would fetch addresses that an attacker wrote into the log, make links of them, or apply their
    // formatting.
    unfurl_links: bool,
    unfurl_media: bool,
    link_names: bool,
    mrkdwn: bool,
    parse: &'static str,
}

/// Where a message goes.
#[derive(Clone, Copy)]
enum PostTarget<'a> {
    Channel,
    Thread(&'a SlackRef, bool),
    Edit(&'a SlackRef),
}

impl SlackClient {
    /// A client for this channel; it sends nothing yet.
    pub fn new(slack: &Slack, token: &Token) -> anyhow::Result<Self> {
        Self::by(&ProxySettings::Environment, slack, token)
    }

    /// The same with these proxy settings.
    pub fn by(proxy: &ProxySettings, slack: &Slack, token: &Token) -> anyhow::Result<Self> {
        let builder = proxy.builder(&slack.api_url, slack.ca_file.as_ref())?;
        let builder = builder.connect_timeout(CONNECT).timeout(POST);
        let mut authorization = HeaderValue::try_from(format!("Bearer {}", token.expose()))
            .ok()
            .context("the Slack token has characters that are not allowed in a token")?;
        authorization.set_sensitive(true);
        Ok(SlackClient {
            http: builder.build().context("setting up the client for Slack")?,
            api_url: slack.api_url.clone(),
            channel: slack.channel.clone(),
            token: token.clone(),
            authorization,
        })
    }

    /// The same client for another channel.
    pub fn to(&self, channel: &str) -> SlackClient {
        SlackClient {
            channel: channel.to_owned(),
            ..self.clone()
        }
    }

    /// Posts a message, within this time.
    pub async fn post(&self, message: &Rendered, at_most: Duration) -> PostResult {
        self.send("chat.postMessage", message, PostTarget::Channel, at_most)
            .await
    }

    /// Posts a reply in the thread of a message. `for_all`: it is shown in the channel too.
    pub async fn reply(&self, message: &Rendered, first: &SlackRef, for_all: bool) -> PostResult {
        let place = PostTarget::Thread(first, for_all);
        self.send("chat.postMessage", message, place, POST).await
    }

    /// Edits a message.
    pub async fn edit(&self, message: &Rendered, of: &SlackRef) -> PostResult {
        self.send("chat.update", message, PostTarget::Edit(of), POST)
            .await
    }

    async fn send(
        &self,
        method: &str,
        message: &Rendered,
        place: PostTarget<'_>,
        at_most: Duration,
    ) -> PostResult {
        let (first, edited, for_all) = match place {
            PostTarget::Channel => (None, None, false),
            PostTarget::Thread(first, for_all) => (Some(first), None, for_all),
            PostTarget::Edit(of) => (None, Some(of), false),
        };
        let known = first.or(edited).map(|known| known.channel.as_str());
        let post = Post {
            channel: known.unwrap_or(&self.channel),
            ts: edited.map(|of| of.ts.as_str()),
            thread_ts: first.map(|first| first.ts.as_str()),
            reply_broadcast: for_all,
            text: &message.text,
            blocks: message.blocks.as_ref(),
            unfurl_links: false,
            unfurl_media: false,
            link_names: false,
            mrkdwn: false,
            parse: "none",
        };
        let response = match self.request(method, &post, at_most).await {
            Ok(response) => response,
            Err(answer) => return answer,
        };
        let (status, retry_after) = (response.status().as_u16(), retry_after(&response));
        let (body, broken) = self.body(response).await;
        let now = SystemTime::now().into();
        let answer = classify(status, retry_after.as_deref(), &body, now);
        match (self.in_place(answer, known), broken) {
            (PostResult::Retry { ambiguous, why }, Some(error)) => PostResult::Retry {
                ambiguous,
                why: format!("{why}: {}", chain(error)),
            },
            (answer, _) => answer,
        }
    }

    /// The answer, seen from where the message goes: without a thread or an edit nothing can be gone, and in another channel
    /// than today's, where the bot may not write any more, everything is.
    fn in_place(&self, answer: PostResult, known: Option<&str>) -> PostResult {
        let elsewhere = known.is_some_and(|channel| channel != self.channel);
        match answer {
            PostResult::Gone(refusal) if known.is_none() => PostResult::Unknown(refusal),
            PostResult::Configuration(refusal) if elsewhere && refusal.is_of_channel() => {
                PostResult::Gone(refusal)
            }
            answer => answer,
        }
    }

    /// Calls a method that only asks. An answer other than `ok` is returned as the error.
    pub(crate) async fn call(
        &self,
        method: &str,
        arguments: &Value,
        at_most: Duration,
    ) -> Result<SlackAnswer, PostResult> {
        let response = self.request(method, arguments, at_most).await?;
        let (status, retry_after) = (response.status().as_u16(), retry_after(&response));
        let headers = response.headers().clone();
        let (body, _) = self.body(response).await;
        let now = SystemTime::now().into();
        match classify(status, retry_after.as_deref(), &body, now) {
            PostResult::Accepted { .. } => Ok(SlackAnswer {
                headers,
                body: match body {
                    Body::Object(answer) => answer,
                    Body::BeginsOk | Body::Other => Value::Null,
                },
            }),
            answer => Err(answer),
        }
    }

    async fn request(
        &self,
        method: &str,
        arguments: &impl Serialize,
        at_most: Duration,
    ) -> Result<Response, PostResult> {
        self.http
            .post(format!("{}/{method}", self.api_url))
            .timeout(at_most)
            .header(AUTHORIZATION, self.authorization.clone())
            // Without the charset, Slack adds a warning to its answer. The header is set before the body, which would add its
            // own otherwise.
            .header(CONTENT_TYPE, "application/json; charset=utf-8")
            .json(arguments)
            .send()
            .await
            .map_err(not_answered)
    }

    /// The body of the answer, and the error that cut it off.
    async fn body(&self, mut response: Response) -> (Body, Option<reqwest::Error>) {
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
        (Body::of(&body, self.token.expose()), broken)
    }
}

pub(crate) fn retry_after(response: &Response) -> Option<String> {
    let header = response.headers().get(RETRY_AFTER)?;
    header.to_str().ok().map(String::from)
}

fn not_answered(error: reqwest::Error) -> PostResult {
    PostResult::Retry {
        ambiguous: may_have_arrived(&error),
        why: chain(error),
    }
}

/// An error before the connection was made means that nothing was sent: name lookup, TCP, TLS, or a refusal by the proxy.
/// Any later error leaves open whether the other side received the request.
pub(crate) fn may_have_arrived(error: &reqwest::Error) -> bool {
    !error.is_connect() && !error.is_builder()
}

/// An error with its causes, in one line, without the address, which may hold a secret.
pub(crate) fn chain(error: reqwest::Error) -> String {
    clean::clean(&said(&error.without_url().into()), clean::PATH)
}
