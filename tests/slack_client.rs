//! The client against a listener on loopback that misbehaves in every way we know of.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::json;
use sftp_monitor::adapters::config::{Slack as Settings, Token};
use sftp_monitor::adapters::slack::{Client, POST};
use sftp_monitor::domain::base::language::Language;
use sftp_monitor::domain::render::Rendered;
use sftp_monitor::domain::slack_reply::PostResult;
use support::slack::{Answer, Slack};

const TOKEN: &str = "xoxb-0123456789-secret";

fn client(url: &str) -> Client {
    let settings = Settings {
        channel_unset: false,
        channel: "C0APAF806F8".into(),
        label: "sftp1".into(),
        api_url: url.into(),
        ca_file: None,
        language: Language::French,
    };
    Client::new(&settings, &Token::new(TOKEN.into(), "a test")).unwrap()
}

fn message() -> Rendered {
    Rendered {
        text: "📄 alice a uploadé &lt;!channel&gt;".into(),
        blocks: Some(json!([{"type": "rich_text", "elements": []}])),
    }
}

async fn post(slack: &Slack) -> PostResult {
    client(&slack.url).post(&message(), POST).await
}

async fn verdict(answer: Answer) -> PostResult {
    post(&Slack::answering([answer])).await
}

#[tokio::test]
async fn a_post_carries_the_token_in_its_header_and_the_message_defused() {
    let slack = Slack::start();
    assert_eq!(post(&slack).await, PostResult::Accepted { at: None });
    let post = slack.wait_for(1).remove(0);
    assert_eq!(post.request, "POST /api/chat.postMessage HTTP/1.1");
    assert_eq!(post.headers["authorization"], format!("Bearer {TOKEN}"));
    assert_eq!(
        post.headers["content-type"],
        "application/json; charset=utf-8"
    );
    assert_eq!(
        post.body,
        json!({
            "channel": "C0APAF806F8",
            "text": "📄 alice a uploadé &lt;!channel&gt;",
            "blocks": [{"type": "rich_text", "elements": []}],
            "unfurl_links": false, "unfurl_media": false, "link_names": false, "mrkdwn": false, "parse": "none",
        })
    );
}

#[tokio::test]
async fn without_blocks_the_field_is_left_out() {
    let slack = Slack::start();
    let plain = Rendered {
        text: "a".into(),
        blocks: None,
    };
    assert_eq!(
        client(&slack.url).post(&plain, POST).await,
        PostResult::Accepted { at: None }
    );
    assert!(slack.wait_for(1)[0].body.get("blocks").is_none());
}

#[tokio::test]
async fn refusals_and_pauses_are_told_apart() {
    let refused = verdict(Answer::Refused("invalid_blocks")).await;
    assert!(matches!(refused, PostResult::Content(_)), "{refused:?}");
    let refused = verdict(Answer::Refused("not_in_channel")).await;
    assert!(
        matches!(refused, PostResult::Configuration(_)),
        "{refused:?}"
    );
    let refused = verdict(Answer::Refused("something_new")).await;
    assert!(matches!(refused, PostResult::Unknown(_)), "{refused:?}");
    for (header, seconds) in [
        (Some("0"), 0),
        (Some("1"), 1),
        (Some("99999"), 900),
        (Some("garbage"), 30),
        (None, 30),
        (Some("Thu, 01 Jan 2099 00:00:00 GMT"), 900),
    ] {
        let limited = verdict(Answer::Limited(header)).await;
        assert!(
            matches!(limited, PostResult::Wait { pause, .. } if pause == Duration::from_secs(seconds)),
            "{header:?}: {limited:?}"
        );
    }
}

#[tokio::test]
async fn lost_replies_and_broken_servers_leave_open_whether_it_arrived() {
    for answer in [
        Answer::Status(500, "oops".into()),
        Answer::Status(502, "<html>".into()),
        Answer::Status(200, String::new()),
        Answer::Raw(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()),
        Answer::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok".to_vec()),
        Answer::Close,
    ] {
        let lost = verdict(answer.clone()).await;
        assert!(
            matches!(
                lost,
                PostResult::Retry {
                    ambiguous: true,
                    ..
                }
            ),
            "{answer:?}: {lost:?}"
        );
    }
}

#[tokio::test]
async fn a_reply_cut_behind_its_ok_is_not_posted_twice() {
    assert_eq!(
        verdict(Answer::Cut).await,
        PostResult::Accepted { at: None }
    );
}

#[tokio::test]
async fn nobody_listening_is_certainly_not_delivered() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for url in [
        format!("http://{closed}/api"),
        "http://no-such-host.invalid/api".into(),
    ] {
        let failed = client(&url).post(&message(), POST).await;
        assert!(
            matches!(
                failed,
                PostResult::Retry {
                    ambiguous: false,
                    ..
                }
            ),
            "{url}: {failed:?}"
        );
    }
}

#[tokio::test]
async fn a_server_without_a_certificate_gets_nothing() {
    let slack = Slack::start();
    let tls = slack.url.replace("http:", "https:");
    let failed = client(&tls).post(&message(), POST).await;
    assert!(
        matches!(
            failed,
            PostResult::Retry {
                ambiguous: false,
                ..
            }
        ),
        "{failed:?}"
    );
    assert!(slack.posts().is_empty());
}

#[tokio::test]
async fn silence_ends_at_the_deadline() {
    let slack = Slack::answering([Answer::Silence]);
    let begin = Instant::now();
    let silent = client(&slack.url)
        .post(&message(), Duration::from_millis(300))
        .await;
    assert!(
        matches!(
            silent,
            PostResult::Retry {
                ambiguous: true,
                ..
            }
        ),
        "{silent:?}"
    );
    assert!(begin.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Slack::start();
    let redirected = verdict(Answer::Redirect(elsewhere.url.clone())).await;
    assert!(
        matches!(
            redirected,
            PostResult::Retry {
                ambiguous: false,
                ..
            }
        ),
        "{redirected:?}"
    );
    assert!(elsewhere.posts().is_empty());
}

#[tokio::test]
async fn a_gigabyte_of_answer_is_not_read() {
    let begin = Instant::now();
    let long = verdict(Answer::Long(1 << 30)).await;
    assert!(
        matches!(
            long,
            PostResult::Retry {
                ambiguous: true,
                ..
            }
        ),
        "{long:?}"
    );
    assert!(begin.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn the_token_is_in_no_verdict() {
    let echo = format!(r#"{{"ok":false,"error":"invalid_auth","needed":"Bearer {TOKEN}"}}"#);
    let garbage = format!("HTTP/1.1 200 {TOKEN}\r\n\r\n");
    for answer in [
        Answer::Status(200, echo),
        Answer::Raw(garbage.into_bytes()),
        Answer::Close,
    ] {
        let said = verdict(answer).await;
        assert!(!format!("{said} {said:?}").contains(TOKEN), "{said:?}");
    }
    assert!(!format!("{:?}", Token::new(TOKEN.into(), "a test")).contains(TOKEN));
}
