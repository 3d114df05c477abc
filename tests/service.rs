//! The daemon as a service: reload, heartbeat, and what is told when a unit of it failed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use support::program::{Daemon, World};
use support::service::{obstacle, wait_for};
use support::slack::Answer;

const LOGIN: &str = "sshd[100]: Accepted password for alice from 192.0.2.7 port 5000 ssh2";
const FAILURE: &str = "sshd[200]: Failed password for bob from 192.0.2.8 port 5001 ssh2";

fn configure(world: &World, change: impl Fn(&str) -> String) {
    let path = world.path("config.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, change(&text)).unwrap();
}

#[test]
fn a_reload_takes_a_good_configuration() {
    let world = World::new();
    let daemon = world.daemon();
    world.told("Surveillance active");
    configure(&world, |text| {
        let english = text.replace("[slack]", "[slack]\nlanguage = \"en\"");
        english.replace("\"alice\", ", "\"carol\", ")
    });
    let told = daemon.reload();
    let reloading = told.iter().find(|told| told.contains("RELOADING=1"));
    assert!(reloading.unwrap().contains("MONOTONIC_USEC="), "{told:#?}");
    // Who is a partner is asked anew as well: alice no longer is one, carol is.
    world.write(LOGIN);
    world.write("sshd[300]: Accepted password for carol from 192.0.2.9 port 5002 ssh2");
    world.write(FAILURE);
    let texts = world.told("🔴 Log-in failed for Bob");
    assert!(
        texts
            .iter()
            .any(|text| text.contains("Carol logged in from 192.0.2.9")),
        "{texts:#?}"
    );
    assert!(
        !texts.iter().any(|text| text.contains("Alice")),
        "{texts:#?}"
    );
    daemon.stop();
}

#[test]
fn a_reload_holds_from_what_is_read_with_the_new_partners_on_and_is_ready_then() {
    let world = World::new();
    let daemon = world.daemon();
    world.told("Surveillance active");
    world.state(|state| state["resume"]["outbox"] == serde_json::json!([]));
    let obstacle = obstacle(&world);
    world.write(LOGIN);
    wait_for(&world, "nothing is lost, trying again");
    // This log-in was read while alice was a partner whose log-ins are told.
    configure(&world, |text| {
        format!("[alerts]\nlogin = false\n{text}").replace("\"alice\", ", "\"carol\", ")
    });
    daemon.signal("-HUP");
    let told = daemon.tells("RELOADING=1");
    assert!(
        !told.iter().any(|told| told.contains("READY=1")),
        "{told:?}"
    );
    std::thread::sleep(Duration::from_millis(500));
    let told = daemon.told();
    assert!(
        !told.iter().any(|told| told.contains("READY=1")),
        "{told:?}"
    );
    std::fs::remove_dir(obstacle).unwrap();
    daemon.tells("READY=1");
    let state = world.state(|state| state["partners"]["alice"]["success"] == 1);
    assert_eq!(state["partners"]["carol"], serde_json::Value::Null);
    world.told("✅ Alice s'est connecté");
    world.write(LOGIN);
    world.write("sshd[300]: Accepted password for carol from 192.0.2.9 port 5002 ssh2");
    let state = world.state(|state| state["partners"]["carol"]["success"] == 1);
    assert_eq!(state["partners"]["alice"]["success"], 1);
    daemon.stop();
}

#[test]
fn a_bad_configuration_is_refused_and_the_one_before_it_stays() {
    let world = World::new();
    let daemon = world.daemon();
    let mut check = world.command(&["check", "--syntax"]);
    configure(&world, |text| {
        text.replace("[slack]", "[slack]\nlangage = \"en\"")
    });
    let wrong = check.output().unwrap();
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert_eq!(wrong.status.code(), Some(78), "{said}");
    assert!(
        said.contains("config.toml:") && said.contains(": unknown key \"langage\""),
        "{said}"
    );
    let told = daemon.reload();
    let status = told.last().unwrap();
    assert!(
        status.contains("new configuration refused") && status.contains("unknown key \"langage\""),
        "{told:#?}"
    );
    let said = world.said();
    assert!(
        said.contains("the new configuration is refused, and the previous one stays")
            && said.contains("did you mean \"language\"?"),
        "{said}"
    );
    world.write(LOGIN);
    world.told("✅ Alice s'est connecté depuis 192.0.2.7");
    // A good one ends it.
    let feed = "[[expect]]\npartner = \"alice\"\nfiles = \"*\"\nby = \"07:30\"\n";
    configure(&world, |text| {
        text.replace("langage", "language") + &feed.repeat(2)
    });
    let right = check.output().unwrap();
    assert!(right.status.success());
    let said = String::from_utf8(right.stderr).unwrap();
    assert!(said.contains("this one is left out"), "{said}");
    let told = daemon.reload();
    assert!(!told.last().unwrap().contains("refused"), "{told:#?}");
    daemon.stop();
}

#[test]
fn a_failure_is_one_entry_of_the_log_and_a_file_says_how_large_it_is() {
    let world = World::new();
    let daemon = world.daemon();
    world.write(FAILURE);
    world.write(
        "sshd[200]: Connection closed by authenticating user bob 192.0.2.8 port 5001 [preauth]",
    );
    world.write("internal-sftp[300]: session opened for local user alice from [192.0.2.7]");
    world.write("internal-sftp[300]: close \"/upload/a.xml\" bytes read 0 written 48312");
    world.told("a uploadé a.xml");
    daemon.stop();
    let said = world.said();
    let of_bob: Vec<&str> = said.lines().filter(|line| line.contains("bob")).collect();
    assert_eq!(of_bob.len(), 1, "{said}");
    assert!(
        of_bob[0].starts_with("login_failed: bob from 192.0.2.8 (counts as a failure"),
        "{said}"
    );
    assert!(
        said.contains("upload: alice, /upload/a.xml, 48312 bytes ("),
        "{said}"
    );
}

#[test]
fn a_reload_that_asks_for_another_source_says_that_it_takes_a_start() {
    let world = World::new();
    let daemon = world.daemon();
    configure(&world, |text| text.replace("auth.log\"", "other.log\""));
    daemon.reload();
    let said = world.said();
    assert!(said.contains("systemctl restart sftp-monitor"), "{said}");
    world.write(LOGIN);
    world.told("✅ Alice s'est connecté");
    daemon.stop();
}

#[test]
fn the_heartbeat_is_fetched_once_reading_stands_at_the_present() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut world = World::new();
    world.config += &format!(
        "[heartbeat]\nurl = \"http://{}/ping/some-uuid\"\n",
        listener.local_addr().unwrap()
    );
    let daemon = world.daemon();
    let (mut stream, _) = listener.accept().unwrap();
    let mut request = String::new();
    BufReader::new(&stream).read_line(&mut request).unwrap();
    assert_eq!(request, "GET /ping/some-uuid HTTP/1.1\r\n");
    stream
        .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        .unwrap();
    drop(stream);
    for _ in 0..200 {
        if world.said().contains("heartbeat.url cannot be fetched") {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let said = world.said();
    assert!(
        said.contains("heartbeat.url cannot be fetched: it answers 404 Not Found"),
        "{said}"
    );
    // The address may be a secret.
    assert!(!said.contains("some-uuid"), "{said}");
    daemon.stop();
}

#[test]
fn a_unit_that_failed_is_told_with_how_it_ended() {
    let world = World::new();
    let mut command = world.command(&["notify-failure", "sftp-monitor.service"]);
    command.env("MONITOR_SERVICE_RESULT", "exit-code");
    command.env("MONITOR_EXIT_STATUS", "78");
    assert!(command.status().unwrap().success());
    assert_eq!(
        world.slack.texts(),
        [
            "🚨 La surveillance est arrêtée sur sftp1 : sftp-monitor.service a échoué (code de sortie 78)"
        ]
    );
}

#[test]
fn a_stop_that_was_told_is_told_to_be_over_once_the_next_daemon_runs() {
    let world = World::new();
    world.daemon().stop();
    let told = world.run(&["notify-failure", "sftp-monitor.service"]);
    assert!(told.status.success(), "{told:?}");
    // A daemon that ends at once does not end the trouble.
    world.daemon().stop();
    let daemon = world.daemon();
    world.told("✅ La surveillance de sftp1 a repris, après ");
    // It is told once.
    while world.path("state/.stop-told").exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
    daemon.stop();
}

#[test]
fn a_table_that_failed_is_no_stop() {
    let world = World::new();
    let told = world.run(&["notify-failure", "sftp-monitor-digest.service"]);
    assert!(told.status.success(), "{told:?}");
    assert!(!world.path("state/.stop-told").exists());
}

#[test]
fn a_unit_that_failed_of_its_configuration_is_told_all_the_same() {
    let mut world = World::new();
    world.config = "langage = \"en\"\n[alerts]\nlogin = 7\n".to_owned();
    let output = world.run(&["notify-failure", "sftp-monitor-digest.service"]);
    assert!(output.status.success(), "{output:?}");
    let texts = world.slack.texts();
    assert_eq!(
        texts,
        ["🚨 Le tableau du jour n'est pas posté pour sftp1 : sftp-monitor-digest.service a échoué"]
    );
}

#[test]
fn a_failure_that_slack_cannot_be_told_now_is_tried_again_later() {
    let world = World::new();
    world.slack.always(Answer::Refused("invalid_auth"));
    let output = world.run(&["notify-failure", "sftp-monitor.service"]);
    assert_eq!(output.status.code(), Some(75), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("invalid_auth"), "{said}");
    world.slack.always(Answer::Refused("no_text"));
    let output = world.run(&["notify-failure", "sftp-monitor.service"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

#[test]
fn a_refusal_is_shown_with_its_mend_until_a_line_of_check_was_posted() {
    let world = World::new();
    world.slack.always(Answer::Refused("not_in_channel"));
    let daemon = world.daemon();
    world.state(|state| state["resume"]["slack_trouble"]["code"] == "not_in_channel");
    let status = || String::from_utf8(world.run(&["status"]).stdout).unwrap();
    let mend = "not_in_channel: the bot is not in the channel: type `/invite @BOT` there, in Slack";
    assert!(status().contains(mend), "{}", status());
    assert!(world.said().contains(mend), "{}", world.said());
    let check = |argument: &[&str]| {
        let out = world.run(&[&["check"], argument].concat());
        String::from_utf8(out.stdout).unwrap()
    };
    let said = check(&["--json"]);
    assert!(
        said.contains("1 message waits for Slack, which accepted none at the last try"),
        "{said}"
    );
    daemon.stop();
    // It takes the service's own next try, or this.
    world.slack.always(Answer::Ok);
    let posted = check(&["--send"]);
    let state = world.state(|state| state["resume"]["slack_trouble"].is_null());
    assert_eq!(
        state["resume"]["outbox"].as_array().unwrap().len(),
        1,
        "{posted}"
    );
    assert!(!status().contains("not_in_channel"), "{}", status());
}

/// A daemon that is told to notify this socket, and what the socket got.
fn notifying(world: &World, address: &str, notify: UnixDatagram) -> Daemon {
    let timeout = Some(Duration::from_secs(30));
    notify.set_read_timeout(timeout).unwrap();
    let mut command = world.command(&["run"]);
    command.env("NOTIFY_SOCKET", address);
    Daemon {
        child: command.stderr(world.log_file()).spawn().unwrap(),
        notify,
    }
}

#[test]
fn a_service_manager_that_reads_nothing_holds_nothing_up_and_is_told_once_it_reads() {
    let world = World::new();
    let socket = world.path("full");
    let notify = UnixDatagram::bind(&socket).unwrap();
    let other = UnixDatagram::unbound().unwrap();
    other.set_nonblocking(true).unwrap();
    while other.send_to(b"STATUS=another's", &socket).is_ok() {}
    let daemon = notifying(&world, socket.to_str().unwrap(), notify);
    world.told("Surveillance active");
    world.write(LOGIN);
    world.told("✅ Alice s'est connecté depuis 192.0.2.7");
    world.write(FAILURE);
    world.write(
        "sshd[200]: Connection closed by authenticating user bob 192.0.2.8 port 5001 [preauth]",
    );
    world.state(|state| state["partners"]["bob"]["failed"] == 1);
    let told = daemon.tells("READY=1");
    let ready = told.last().unwrap();
    assert!(
        ready.contains("STATUS=") && ready.contains("1 failure,"),
        "{ready}"
    );
    let said = world.said();
    assert_eq!(
        said.matches("the service manager does not read").count(),
        1,
        "{said}"
    );
    daemon.signal("-TERM");
    daemon.tells("STOPPING=1");
    daemon.stop();
}

#[test]
fn a_service_manager_may_listen_at_an_abstract_address() {
    let world = World::new();
    let name = format!("sftp-monitor-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let notify = UnixDatagram::bind_addr(&address).unwrap();
    let daemon = notifying(&world, &format!("@{name}"), notify);
    daemon.tells("READY=1");
    daemon.signal("-TERM");
    daemon.tells("STOPPING=1");
    daemon.stop();
}
