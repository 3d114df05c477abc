//! The webhook: each event arrives, with the same id in each try, whatever the receiver does; and Slack waits for none of it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use support::program::{Daemon, World};
use support::slack::{Answer, Post, Slack};

const LOGIN: &str = "sshd[100]: Accepted password for alice from 192.0.2.7 port 5000 ssh2";
const FAILURE: &str = "sshd[200]: Failed password for bob from 192.0.2.8 port 5001 ssh2";
const OPENED: &str = "internal-sftp[300]: session opened for local user alice from [192.0.2.7]";

/// `secret` in base64.
const SECRET: &str = "whsec_cXVpdGUgYSBzZWNyZXQgdGhpbmc=";

/// A world with a receiver that gives these answers, and is sent these kinds.
fn world(receiver: &Slack, keys: &str) -> World {
    let mut world = World::new();
    let webhook = format!(
        "[webhook]\nurl = \"{}/hook?key=hidden\"\n{keys}",
        receiver.url
    );
    world.config = format!("{webhook}{}", world.config);
    world
}

fn daemon(world: &World) -> Daemon {
    let mut command = world.command(&["run"]);
    command
        .env("SFTP_MONITOR_WEBHOOK_SECRET", SECRET)
        .stderr(world.log_file());
    world.ready(command)
}

fn kinds(posts: &[Post]) -> Vec<&str> {
    let kinds = posts.iter().map(|post| &post.body["type"]);
    kinds.map(|kind| kind.as_str().unwrap()).collect()
}

fn id(post: &Post) -> &str {
    post.body["id"].as_str().unwrap()
}

fn waiting(state: &Value) -> usize {
    let waiting = state["resume"]["alerts"]["events"]["waiting"].as_array();
    waiting.map_or(usize::MAX, Vec::len)
}

#[test]
fn each_event_is_posted_by_itself_as_a_signed_cloud_event() {
    let receiver = Slack::start();
    let world = world(&receiver, "");
    world.write("sshd[90]: Accepted password for alice from 192.0.2.7 port 4000 ssh2");
    world.write(OPENED);
    let daemon = daemon(&world);
    receiver.wait_for(1);
    world.write(LOGIN);
    world.write(FAILURE);
    world.write("internal-sftp[300]: close \"/upload/feed.xml.part\" bytes read 0 written 48312");
    world
        .write("internal-sftp[300]: rename old \"/upload/feed.xml.part\" new \"/upload/feed.xml\"");
    // Slack is not told of downloads: of the webhook, its own kinds alone decide.
    world.write("internal-sftp[300]: close \"/out/prices.csv\" bytes read 7 written 0");
    let mut posts = receiver.wait_for(5);
    posts[1..].sort_by(|a, b| a.body["type"].as_str().cmp(&b.body["type"].as_str()));
    assert_eq!(
        kinds(&posts),
        [
            "sftp-monitor.own.started",
            "sftp-monitor.download",
            "sftp-monitor.failure",
            "sftp-monitor.login",
            "sftp-monitor.upload",
        ]
    );
    let upload = &posts[4].body;
    let fixed = |key: &str| upload[key].clone();
    assert_eq!(
        ["specversion", "source", "subject", "datacontenttype"].map(fixed),
        ["1.0", "/sftp-monitor/sftp1", "alice", "application/json"].map(Value::from)
    );
    assert_eq!(
        upload["data"],
        json!({
            "partner": "alice",
            "name": "Alice",
            "result": "upload",
            "count": 1,
            "files": [{"path": "/upload/feed.xml", "bytes": 48312, "address": "192.0.2.7"}],
            "text": upload["data"]["text"],
        })
    );
    let text = upload["data"]["text"].as_str().unwrap();
    assert!(text.starts_with("📄 Alice a uploadé feed.xml"), "{text}");
    let key = STANDARD
        .decode(SECRET.trim_start_matches("whsec_"))
        .unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    for post in &posts {
        let header = |name: &str| post.headers[name].as_str();
        assert!(post.request.starts_with("POST /api/hook?key=hidden "));
        assert_eq!(
            header("content-type"),
            "application/cloudevents+json; charset=utf-8"
        );
        assert_eq!(header("webhook-id"), id(post));
        let signed = format!("{}.{}.", id(post), header("webhook-timestamp"));
        let signed = [signed.as_bytes(), &post.bytes].concat();
        let signature = header("webhook-signature").strip_prefix("v1,").unwrap();
        hmac::verify(&key, &signed, &STANDARD.decode(signature).unwrap()).unwrap();
    }
    let state = world.state(|state| waiting(state) == 0);
    daemon.stop();
    let mut said = world.said() + &state.to_string();
    assert!(!said.contains("webhook"), "{said}");
    for arguments in [
        &["status"][..],
        &["status", "--json"],
        &["check"],
        &["check", "-v", "--send"],
    ] {
        let mut command = world.command(arguments);
        let output = command
            .env("SFTP_MONITOR_WEBHOOK_SECRET", SECRET)
            .output()
            .unwrap();
        said += &String::from_utf8_lossy(&[output.stdout, output.stderr].concat());
    }
    assert!(said.contains("webhook.url accepted a test event"), "{said}");
    assert!(!said.contains("webhook.url accepts no event"), "{said}");
    for secret in ["hidden", "whsec_", "cXVpdGUgYSBz", "quite a secret"] {
        assert!(!said.contains(secret), "{said}");
    }
    let posts = receiver.posts();
    assert_eq!(kinds(&posts[posts.len() - 1..]), ["sftp-monitor.test"]);
}

#[test]
fn a_receiver_that_hangs_delays_neither_slack_nor_reading_nor_the_end() {
    let receiver = Slack::start();
    receiver.always(Answer::Silence);
    let world = world(&receiver, "");
    let daemon = daemon(&world);
    receiver.wait_for(1);
    world.write(LOGIN);
    world.told("✅ Alice s'est connecté depuis 192.0.2.7");
    let state = world.state(|state| state["resume"]["outbox"] == json!([]));
    assert_eq!(state["partners"]["alice"]["success"], 1);
    assert_eq!(waiting(&state), 2);
    assert!(daemon.stop() < Duration::from_secs(5));
}

#[test]
fn whatever_it_answers_the_event_comes_again_with_the_same_id_until_it_is_accepted() {
    for answer in [
        Answer::Status(500, String::new()),
        Answer::Status(401, "who are you?".to_owned()),
        Answer::Limited(Some("1")),
        Answer::Close,
        Answer::Raw(b"HTTP/1.1 2".to_vec()),
    ] {
        let receiver = Slack::answering([answer.clone()]);
        let world = world(&receiver, "kinds = [\"login\"]\n");
        let daemon = daemon(&world);
        world.write(LOGIN);
        let posts = receiver.wait_for(2);
        assert_eq!(kinds(&posts), ["sftp-monitor.login"; 2], "{answer:?}");
        assert_eq!(posts[0].bytes, posts[1].bytes, "{answer:?}");
        assert!(posts[1].at - posts[0].at >= Duration::from_millis(1_900));
        world.state(|state| waiting(state) == 0);
        daemon.stop();
        let said = world.said();
        assert!(said.contains("the webhook accepts no event: "), "{said}");
        assert!(said.contains("the webhook accepts events again"), "{said}");
        assert!(!said.contains("hidden"), "{said}");
    }
}

#[test]
fn an_answer_without_end_is_not_waited_for() {
    let receiver = Slack::answering([
        Answer::Long(1 << 30),
        Answer::Raw(b"HTTP/1.1 204 Done\r\nContent-Length: 9\r\n\r\n1".to_vec()),
    ]);
    let world = world(&receiver, "kinds = [\"login\"]\n");
    let daemon = daemon(&world);
    world.write(LOGIN);
    world.write(LOGIN);
    let begun = Instant::now();
    let posts = receiver.wait_for(2);
    assert_ne!(id(&posts[0]), id(&posts[1]));
    world.state(|state| waiting(state) == 0);
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(receiver.posts().len(), 2);
    daemon.stop();
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Slack::start();
    let receiver = Slack::answering([Answer::Redirect(elsewhere.url.clone())]);
    let world = world(&receiver, "kinds = [\"login\"]\n");
    let daemon = daemon(&world);
    world.write(LOGIN);
    receiver.wait_for(2);
    assert!(elsewhere.posts().is_empty());
    daemon.stop();
}

#[test]
fn a_daemon_that_was_killed_goes_on_and_what_was_accepted_before_comes_once_more_at_most() {
    let receiver = Slack::start();
    receiver.always(Answer::Silence);
    let world = world(&receiver, "kinds = [\"login\"]\n");
    let daemon_before = daemon(&world);
    for _ in 0..3 {
        world.write(LOGIN);
    }
    world.state(|state| waiting(state) == 3);
    let first = receiver.wait_for(1).remove(0);
    daemon_before.kill();
    receiver.always(Answer::Ok);
    let daemon_after = daemon(&world);
    let posts = receiver.wait_for(4);
    assert_eq!(id(&posts[1]), id(&first));
    let mut ids: Vec<&str> = posts.iter().map(id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    world.state(|state| waiting(state) == 0);
    daemon_after.stop();
}

#[test]
fn while_it_is_down_a_thousand_events_are_kept_and_it_is_told_first_how_many_were_not() {
    let receiver = Slack::start();
    receiver.always(Answer::Status(503, String::new()));
    let world = world(&receiver, "kinds = [\"login\"]\n");
    let daemon = daemon(&world);
    let stamp = chrono::Local::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, false);
    let line = format!("{stamp} sftp1 {LOGIN}\n");
    world.write_raw(&line.repeat(1_200));
    let state = world.state(|state| state["partners"]["alice"]["success"] == 1_200);
    let events = &state["resume"]["alerts"]["events"];
    let lost = events["lost"].as_u64().unwrap();
    // Once it was tried to tell of those that were lost, that is an event which waits too.
    let logins = |events: &Value| {
        let waiting = events["waiting"].as_array().unwrap().iter();
        waiting
            .filter(|event| event["told"]["content"].is_object())
            .count()
    };
    assert_eq!(logins(events) as u64 + lost, 1_200);
    assert!(logins(events) <= 1_000);
    let status = world.run(&["status"]);
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(status.contains("Webhook"), "{status}");
    receiver.always(Answer::Ok);
    let left = world.state(|state| {
        let events = &state["resume"]["alerts"]["events"];
        events["dropped"].is_null() && waiting(state) == logins(events) && waiting(state) < 890
    });
    // Lines that were read between two tries are told apart: each such event keeps its number and its id.
    let posts = receiver.posts();
    let told = |post: &&Post| post.body["type"] == "sftp-monitor.dropped";
    let count = |post: &Post| post.body["data"]["count"].as_u64().unwrap();
    let notices = posts.iter().filter(told);
    let counts: BTreeMap<&str, u64> = notices.map(|post| (id(post), count(post))).collect();
    assert_eq!(counts.values().sum::<u64>(), lost, "{counts:?}");
    let first = posts.iter().position(|post| told(&post)).unwrap();
    let accepted = posts.iter().rposition(|post| id(post) == id(&posts[first]));
    let (tries, rest) = posts[first..].split_at(accepted.unwrap() + 1 - first);
    assert!(tries.iter().all(|post| id(post) == id(&posts[first])));
    // Each log-in that was accepted came after it.
    let accepted = logins(events) - logins(&left["resume"]["alerts"]["events"]);
    let after = kinds(rest);
    let after = after.iter().filter(|kind| **kind == "sftp-monitor.login");
    assert!(after.count() >= accepted);
    daemon.stop();
}

#[test]
fn without_a_secret_events_are_not_signed_and_the_log_says_so() {
    let receiver = Slack::start();
    let world = world(&receiver, "kinds = [\"own\"]\n");
    let daemon = world.daemon();
    let posts = receiver.wait_for(1);
    assert!(!posts[0].headers.contains_key("webhook-signature"));
    daemon.stop();
    let said = world.said();
    assert!(
        said.contains("the webhook's events are not signed"),
        "{said}"
    );
}

#[test]
fn the_table_of_a_day_that_was_closed_is_an_event_too() {
    let receiver = Slack::start();
    let world = world(&receiver, "kinds = [\"digest\"]\n");
    let daemon = daemon(&world);
    world.write(LOGIN);
    world.state(|state| state["partners"]["alice"]["success"] == 1);
    assert!(world.run(&["digest"]).status.success());
    world.write(LOGIN);
    let posts = receiver.wait_for(1);
    assert_eq!(posts[0].body["type"], "sftp-monitor.digest");
    let data = &posts[0].body["data"];
    assert_eq!(data["total"]["logins"], 1);
    assert_eq!(data["partners"]["alice"]["logins"], 1);
    daemon.stop();
}

#[test]
fn a_reload_takes_another_receiver_and_what_waits_goes_there() {
    let (before, after) = (Slack::start(), Slack::start());
    before.always(Answer::Status(500, String::new()));
    let mut world = world(&before, "kinds = [\"login\"]\n");
    let daemon = daemon(&world);
    world.write(LOGIN);
    let first = before.wait_for(1).remove(0);
    world.config = world.config.replace(&before.url, &after.url);
    // Writes the configuration.
    world.command(&[]);
    let pid = daemon.child.id().to_string();
    std::process::Command::new("kill")
        .args(["-HUP", &pid])
        .status()
        .unwrap();
    let posts = after.wait_for(1);
    assert_eq!(id(&posts[0]), id(&first));
    daemon.stop();
}
