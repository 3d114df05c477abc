//! The client against a listener on loopback that misbehaves in every way we know of.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::json;
use sftp_monitor::adapters::config::{Slack as Settings, Token};
use sftp_monitor::adapters::slack::{POST, SlackClient};
use sftp_monitor::domain::alerts::SlackRef;
use sftp_monitor::domain::base::language::Language;
use sftp_monitor::domain::render::Rendered;
use sftp_monitor::domain::slack_reply::PostResult;
use support::slack::{Answer, Slack};

const TOKEN: &str = "xoxb-0123456789-secret";

fn client(url: &str) -> SlackClient {
    let settings = Settings {
        channel_unset: false,
        channel: "C0APAF806F8".into(),
        label: "sftp1".into(),
        api_url: url.into(),
        ca_file: None,
        language: Language::French,
    };
    SlackClient::new(&settings, &Token::new(TOKEN.into(), "a test")).unwrap()
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
    let at = Some(first("C0APAF806F8"));
    assert_eq!(post(&slack).await, PostResult::Accepted { at });
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
    let posted = client(&slack.url).post(&plain, POST).await;
    assert!(matches!(posted, PostResult::Accepted { .. }), "{posted:?}");
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

fn first(channel: &str) -> SlackRef {
    SlackRef {
        channel: channel.to_owned(),
        ts: "1503435956.000247".to_owned(),
    }
}

#[tokio::test]
async fn a_reply_and_an_edit_name_the_first_message_and_are_as_defused_as_a_post() {
    let slack = Slack::start();
    let client = client(&slack.url);
    let accepted = PostResult::Accepted {
        at: Some(first("C0APAF806F8")),
    };
    assert_eq!(client.post(&message(), POST).await, accepted);
    for for_all in [false, true] {
        let at = first("C0APAF806F8");
        assert_eq!(client.reply(&message(), &at, for_all).await, accepted);
    }
    client.edit(&message(), &first("C0APAF806F8")).await;
    let posts = slack.wait_for(4);
    let mut fields = json!({
        "channel": "C0APAF806F8",
        "text": "📄 alice a uploadé &lt;!channel&gt;",
        "blocks": [{"type": "rich_text", "elements": []}],
        "unfurl_links": false, "unfurl_media": false, "link_names": false, "mrkdwn": false, "parse": "none",
    });
    fields["thread_ts"] = json!("1503435956.000247");
    assert_eq!(posts[1].body, fields);
    fields["reply_broadcast"] = json!(true);
    assert_eq!(posts[2].body, fields);
    assert_eq!(posts[3].request, "POST /api/chat.update HTTP/1.1");
    assert_eq!(posts[3].body["ts"], "1503435956.000247");
    assert_eq!(posts[3].body["parse"], "none");
    assert!(posts[3].body.get("thread_ts").is_none());
}

#[tokio::test]
async fn what_is_gone_is_told_from_what_a_person_can_mend() {
    // The code, where the first message is, and what becomes of an edit.
    for (code, channel, gone) in [
        ("message_not_found", "C0APAF806F8", true),
        ("edit_window_closed", "C0APAF806F8", true),
        ("cant_update_message", "C0APAF806F8", true),
        ("thread_not_found", "C0APAF806F8", true),
        ("channel_not_found", "C0OTHER", true),
        ("is_archived", "C0OTHER", true),
        ("channel_not_found", "C0APAF806F8", false),
        ("invalid_auth", "C0OTHER", false),
    ] {
        let slack = Slack::answering([Answer::Refused(code), Answer::Refused(code)]);
        let client = client(&slack.url);
        let edited = client.edit(&message(), &first(channel)).await;
        let replied = client.reply(&message(), &first(channel), false).await;
        for answer in [edited, replied] {
            let is_gone = matches!(answer, PostResult::Gone(_));
            assert_eq!(is_gone, gone, "{code} {channel}: {answer:?}");
            assert!(is_gone || matches!(answer, PostResult::Configuration(_)));
        }
    }
    // A message that answers nothing cannot be gone.
    let posted = verdict(Answer::Refused("thread_not_found")).await;
    assert!(matches!(posted, PostResult::Unknown(_)), "{posted:?}");
}

#[tokio::test]
async fn an_edit_whose_answer_is_lost_or_late_is_tried_again() {
    for answer in [
        Answer::Close,
        Answer::Status(502, "<html>".into()),
        Answer::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok".to_vec()),
    ] {
        let slack = Slack::answering([answer]);
        let lost = client(&slack.url)
            .edit(&message(), &first("C0APAF806F8"))
            .await;
        assert!(matches!(lost, PostResult::Retry { .. }), "{lost:?}");
    }
    let slack = Slack::answering([Answer::Limited(Some("7"))]);
    let limited = client(&slack.url)
        .edit(&message(), &first("C0APAF806F8"))
        .await;
    let seven = Duration::from_secs(7);
    assert!(matches!(limited, PostResult::Wait { pause, .. } if pause == seven));
}
