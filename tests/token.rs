//! Nothing that the program writes anywhere holds the token, nor what it can be made of, whatever Slack or a proxy answers.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use sftp_monitor::adapters::config::{Slack as Settings, Token};
use sftp_monitor::adapters::slack::{POST, SlackClient};
use sftp_monitor::domain::base::language::Language;
use sftp_monitor::domain::render::Rendered;
use support::program::{Daemon, World};
use support::slack::{Answer, Slack};

/// No part of it would be found by chance.
const TOKEN: &str = "xoxb-8675309424-2718281828-Zq7Kx9Vw3Rt5Yp1Lm8Nb2Hc4";

/// So many of its letters and digits in a row are a part of it.
const PART: usize = 10;

/// The letters and digits of a text in small, after its escapes (of JSON, addresses, HTML) were undone as often as there are any.
fn squeezed(text: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(text).into_owned();
    let escape =
        regex::Regex::new(r"\\u([0-9a-fA-F]{4})|%([0-9a-fA-F]{2})|&#x([0-9a-fA-F]{2});").unwrap();
    while escape.is_match(&text) {
        let undone = escape.replace_all(&text, |found: &regex::Captures| {
            let digits = found.iter().skip(1).flatten().next().unwrap().as_str();
            let code = u32::from_str_radix(digits, 16).unwrap();
            // An escaped backslash begins no escape of what stands behind it by chance.
            char::from_u32(code).unwrap_or('?').to_string()
        });
        text = undone.into_owned();
    }
    text.retain(|c| c.is_ascii_alphanumeric());
    text.to_ascii_lowercase()
}

fn assert_without_token(what: &str, text: &[u8]) {
    let said = squeezed(text);
    let token = squeezed(TOKEN.as_bytes());
    let found = (0..=token.len() - PART)
        .map(|at| &token[at..at + PART])
        .find(|part| said.contains(part));
    assert_eq!(found, None, "{what}: {}", String::from_utf8_lossy(text));
}

fn every_file(directory: &Path, visit: &mut impl FnMut(&Path, Vec<u8>)) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => every_file(&path, visit),
            false if path.is_file() => visit(&path, std::fs::read(&path).unwrap()),
            false => {}
        }
    }
}

/// What a command prints within a second: one that waits for Slack is not waited for.
fn for_a_second(command: &mut Command) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().unwrap();
    let out = file.reopen().unwrap();
    let errors = out.try_clone().unwrap();
    let mut child = command.stdout(out).stderr(errors).spawn().unwrap();
    for _ in 0..100 {
        if child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let _ = child.kill();
    child.wait().unwrap();
    std::fs::read(file.path()).unwrap()
}

/// The token as somebody's answer may show it: in each a JSON string is given, without its quotes.
fn echoes() -> Vec<(&'static str, String)> {
    let each = |of: &dyn Fn(char) -> String| TOKEN.chars().map(of).collect::<String>();
    let code = |c: char| u32::from(c);
    vec![
        ("as it is", TOKEN.to_owned()),
        ("with its header", format!("Bearer {TOKEN}")),
        ("its signs escaped", TOKEN.replace('-', "\\u002d")),
        (
            "all of it escaped",
            each(&|c| format!("\\u{:04x}", code(c))),
        ),
        ("escaped twice", each(&|c| format!("\\\\u{:04x}", code(c)))),
        ("as in an address", TOKEN.replace('-', "%2D")),
        (
            "all of it as in an address",
            each(&|c| format!("%{:02X}", code(c))),
        ),
        ("as in HTML", each(&|c| format!("&#x{:02x};", code(c)))),
        ("in capitals", TOKEN.to_uppercase()),
        (
            "with what cannot be seen between",
            each(&|c| format!("{c}\\u200b")),
        ),
        ("with blanks between", TOKEN.replace('-', " ")),
        ("with line ends", each(&|c| format!("{c}\\n"))),
        ("without its beginning", TOKEN[16..].to_owned()),
        ("without its end", TOKEN[..40].to_owned()),
        (
            "at the end of a long text",
            format!("{}{TOKEN}", "a ".repeat(140)),
        ),
    ]
}

/// An answer with this in each of its fields and headers.
fn answer(ok: bool, error: &str, echo: &str) -> Answer {
    let body = format!(
        r#"{{"ok":{ok},"error":"{error}","needed":"{echo}","provided":"chat:write,{echo}","team":"{echo}","user":"{echo}",
            "url":"https://{echo}.slack.com/","warning":"{echo}","channel":{{"name":"{echo}","is_member":true}},
            "response_metadata":{{"messages":["[ERROR] {echo}","{echo} [json-pointer:/blocks/{echo}]"],"warnings":["{echo}"]}}}}"#
    );
    // A header holds neither line ends nor what JSON makes of them.
    let header = echo.replace("\\n", "");
    let head = format!(
        "HTTP/1.1 200 {header}\r\nConnection: close\r\nX-OAuth-Scopes: chat:write,channels:read,{header}\r\nRetry-After: {header}\r\n\
         X-Slack-Req-Id: {header}\r\nServer: {header}\r\nLocation: http://127.0.0.1:1/{header}\r\n{header}: {header}\r\n"
    );
    // A line of the head that is none ends the answer: where that is so the fields alone are looked at.
    let head = match echo.contains([' ', '\\', '&', '%']) {
        true => head
            .lines()
            .filter(|line| !line.starts_with(&header))
            .map(|line| format!("{line}\r\n"))
            .collect(),
        false => head,
    };
    Answer::Raw(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes())
}

/// A daemon with the token; what it tells the service manager comes into the socket.
fn daemon(world: &World) -> Daemon {
    let socket = world.path("notify");
    let _ = std::fs::remove_file(&socket);
    let notify = UnixDatagram::bind(&socket).unwrap();
    notify
        .set_read_timeout(Some(Duration::from_millis(100)))
        .unwrap();
    let mut command = world.command(&["run", "-v"]);
    command
        .env("SLACK_BOT_TOKEN", TOKEN)
        .env("NOTIFY_SOCKET", socket)
        .stderr(world.log_file());
    Daemon {
        child: command.spawn().unwrap(),
        notify,
    }
}

/// What the service manager was told, until the status says this.
fn status(notify: &UnixDatagram, until: &str) -> String {
    let mut heard = String::new();
    for _ in 0..200 {
        let mut buffer = [0; 4096];
        if let Ok(length) = notify.recv(&mut buffer) {
            heard += &String::from_utf8_lossy(&buffer[..length]);
        }
        if heard.contains(until) {
            return heard;
        }
    }
    panic!("never heard of {until}: {heard}");
}

/// Every answer that may hold an echo.
fn answers(echo: &str) -> [Answer; 5] {
    [
        answer(false, echo, echo),
        answer(false, "invalid_auth", echo),
        answer(false, "ratelimited", echo),
        answer(false, &format!("ratelimited {echo}"), echo),
        answer(true, echo, echo),
    ]
}

#[tokio::test]
async fn nothing_of_an_answer_holds_what_it_echoes_in_any_form() {
    for (how, echo) in echoes() {
        for answer in answers(&echo) {
            let slack = Slack::start();
            slack.always(answer.clone());
            let settings = Settings {
                channel_unset: false,
                channel: "C0APAF806F8".into(),
                label: "sftp1".into(),
                api_url: slack.url.clone(),
                ca_file: None,
                language: Language::French,
            };
            let client = SlackClient::new(&settings, &Token::new(TOKEN.into(), "a test")).unwrap();
            let message = Rendered {
                text: "a".into(),
                blocks: None,
            };
            let posted = client.post(&message, POST).await;
            let said = format!(
                "{posted} {posted:?} {:?} {:?}",
                client.identity().await,
                client.channel().await
            );
            assert_without_token(&format!("{how}: {answer:?}"), said.as_bytes());
            assert_eq!(slack.posts().len(), 3);
        }
    }
}

/// What the commands print that ask Slack; the second tries again for a minute, and is not waited for.
fn printed(world: &World) -> Vec<u8> {
    let mut check = world.command(&["check", "--send", "-v"]);
    let check = check.env("SLACK_BOT_TOKEN", TOKEN).output().unwrap();
    assert!(!check.stdout.is_empty());
    let mut notify = world.command(&["notify-failure", "x.service", "-v"]);
    let notified = for_a_second(notify.env("SLACK_BOT_TOKEN", TOKEN));
    [check.stdout, check.stderr, notified].concat()
}

/// Those of which each would be seen by another person.
fn some_echoes() -> Vec<(&'static str, String)> {
    let some = ["its signs escaped", "escaped twice", "in capitals"];
    echoes()
        .into_iter()
        .filter(|(how, _)| some.contains(how))
        .collect()
}

#[test]
fn no_command_shows_what_an_answer_echoes() {
    let world = World::new();
    for (how, echo) in some_echoes() {
        for answer in answers(&echo) {
            world.slack.always(answer.clone());
            let printed = printed(&world);
            assert_without_token(&format!("{how} {answer:?}"), &printed);
        }
    }
}

#[test]
fn the_daemon_writes_nothing_of_what_an_answer_echoes() {
    for (how, echo) in some_echoes() {
        for code in [&echo, "invalid_auth"] {
            let world = World::new();
            world.slack.always(answer(false, code, &echo));
            let daemon = daemon(&world);
            world.write("sshd[9]: Accepted password for alice from 192.0.2.7 port 5000 ssh2");
            world.slack.wait_for(1);
            let line = std::fs::read(format!("/proc/{}/cmdline", daemon.child.id())).unwrap();
            assert_without_token("the command line", &line);
            let heard = status(&daemon.notify, "Slack");
            assert_without_token(&format!("the status {how}"), heard.as_bytes());
            for arguments in [&["status"][..], &["status", "--json"], &["digest", "-v"]] {
                let mut command = world.command(arguments);
                let printed = for_a_second(command.env("SLACK_BOT_TOKEN", TOKEN));
                assert_without_token(&format!("{arguments:?} {how}"), &printed);
            }
            daemon.kill();
            let mut files = 0;
            every_file(&world.path(""), &mut |path, text| {
                files += 1;
                assert_without_token(&format!("{} {how}", path.display()), &text);
            });
            assert!(files > 3, "log, state and configuration were looked at");
        }
    }
}

#[test]
fn no_command_shows_the_token_of_what_is_no_answer_of_slack() {
    let world = World::new();
    for answer in [
        Answer::Refused("invalid_auth"),
        Answer::Status(500, format!("{{\"ok\":false,\"error\":\"{TOKEN}\"}}")),
        Answer::Status(403, format!("<html>Bearer {TOKEN}")),
        Answer::Redirect(format!("http://127.0.0.1:1/{TOKEN}")),
        Answer::Raw(format!("{TOKEN}\r\n\r\n").into_bytes()),
        Answer::Raw(format!("HTTP/1.1 200 OK\r\n{TOKEN}\r\n\r\n").into_bytes()),
        Answer::Raw(format!("HTTP/1.1 200 OK\r\nContent-Length: {TOKEN}\r\n\r\n{{").into_bytes()),
        Answer::Raw(
            format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{TOKEN}\r\n")
                .into_bytes(),
        ),
        Answer::Close,
    ] {
        world.slack.always(answer.clone());
        assert_without_token(&format!("{answer:?}"), &printed(&world));
    }
}

#[test]
fn a_token_that_cannot_be_one_is_not_shown_either() {
    let world = World::new();
    for token in [format!("{TOKEN} and more"), format!("{TOKEN}\u{1b}[2J")] {
        for command in ["run", "digest", "check"] {
            let output = world
                .command(&[command])
                .env("SLACK_BOT_TOKEN", &token)
                .output()
                .unwrap();
            assert!(!output.status.success());
            assert_without_token(command, &[output.stdout, output.stderr].concat());
        }
    }
}
