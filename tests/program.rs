//! The real program against the outside world: logs, a Slack on loopback, a service manager's socket.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::os::unix::net::UnixDatagram;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;
use support::journal::{Boot, Journals};
use support::program::World;
use support::slack::Answer;

const LOGIN: &str = "sshd[100]: Accepted password for alice from 192.0.2.7 port 5000 ssh2";
const FAILURE: &str = "sshd[200]: Failed password for bob from 192.0.2.8 port 5001 ssh2";
const OPENED: &str = "internal-sftp[300]: session opened for local user alice from [192.0.2.7]";

fn uploaded(name: &str) -> String {
    format!("internal-sftp[300]: close \"/upload/{name}\" bytes read 0 written 48312")
}

#[test]
fn a_login_a_failure_and_an_upload_are_told_and_counted() {
    let world = World::new();
    world.write("sshd[90]: Accepted password for alice from 192.0.2.7 port 4000 ssh2");
    world.write(OPENED);
    let daemon = world.daemon();
    world.told("👀 Surveillance active sur sftp1");
    world.write(LOGIN);
    world.write(FAILURE);
    world.write(&uploaded("feed.xml.filepart"));
    world.write(
        "internal-sftp[300]: rename old \"/upload/feed.xml.filepart\" new \"/upload/feed.xml\"",
    );
    world.write("sshd[400]: Failed password for invalid user admin from 203.0.113.9 port 1 ssh2");
    let texts = world.told("📄 Alice a uploadé feed.xml");
    assert!(
        texts
            .iter()
            .any(|text| text.starts_with("✅ Alice s'est connecté depuis 192.0.2.7")),
        "{texts:#?}"
    );
    assert!(
        texts.iter().any(
            |text| text.starts_with("🔴 Échec de connexion de Bob — check if password changed")
        ),
        "{texts:#?}"
    );
    assert!(
        !texts.iter().any(|text| text.contains("filepart")),
        "{texts:#?}"
    );
    let state = world.state(|state| state["resume"]["outbox"] == json!([]));
    assert_eq!(
        state["partners"]["alice"],
        json!({"success": 1, "failed": 0, "upload": 1, "download": 0})
    );
    assert_eq!(
        state["partners"]["bob"],
        json!({"success": 0, "failed": 1, "upload": 0, "download": 0})
    );
    assert_eq!(state["unknown_attempts"], 1);
    daemon.stop();
}

#[test]
fn a_password_that_was_right_is_not_told_as_wrong_though_sshd_says_so_only_afterwards() {
    let world = World::new();
    let daemon = world.daemon();
    world.told("👀 Surveillance active sur sftp1");
    world.write(FAILURE);
    world.state(|state| state["partners"]["bob"]["failed"] == 1);
    world.write(
        "sshd[200]: fatal: Access denied for user bob by PAM account configuration [preauth]",
    );
    let texts = world.told("🔴 Échec de connexion de Bob — compte refusé par PAM");
    assert!(
        !texts.iter().any(|text| text.contains("password")),
        "{texts:#?}"
    );
    let state = world.state(|state| state["resume"]["outbox"] == json!([]));
    assert_eq!(state["partners"]["bob"]["failed"], 1);
    daemon.stop();
}

#[test]
fn a_log_of_which_no_line_can_be_read_is_told_at_once_and_once() {
    let world = World::new();
    let daemon = world.daemon();
    world.told("👀 Surveillance active sur sftp1");
    let unknown = "2026-11-23 09:04:24 XYZ sftp1 sshd[934]: Accepted password for alice from 192.0.2.7 port 55119 ssh2\n";
    world.write_raw(unknown);
    let texts = world.told("⚠️ Le journal ne peut pas être lu : 1 ligne de sshd ou de sftp-server");
    assert!(
        texts
            .iter()
            .any(|text| text.contains("XYZ sftp1 sshd[934]: Accepted password for alice")),
        "{texts:#?}"
    );
    world.write_raw(unknown);
    world.write_raw("a line of nobody's\n");
    let notice = |state: &serde_json::Value| state["resume"]["day"]["notices"][0].clone();
    let state = world.state(|state| notice(state)["count"] == 2);
    assert_eq!(notice(&state)["kind"], "no-envelope");
    assert_eq!(state["partners"], json!({}));
    // From here on it can be: nothing more is told, and what could not be read stays noted.
    world.write(LOGIN);
    world.write_raw(unknown);
    let state = world.state(|state| notice(state)["count"] == 3);
    assert_eq!(state["partners"]["alice"]["success"], 1);
    world.state(|state| state["resume"]["outbox"] == json!([]));
    let told = world.slack.texts();
    let warnings = told
        .iter()
        .filter(|text| text.contains("ne peut pas être lu"));
    assert_eq!(warnings.count(), 1, "{told:#?}");
    assert!(
        world
            .said()
            .contains("have an unknown format and are not counted"),
        "{}",
        world.said()
    );
    let status = world.run(&["status"]);
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(
        status.contains("3 lines of sshd or sftp-server in no known envelope"),
        "{status}"
    );
    daemon.stop();
}

#[test]
fn a_log_of_which_some_lines_can_be_read_has_a_notice_of_the_others_and_no_warning() {
    let world = World::new();
    world.write(LOGIN);
    let daemon = world.daemon();
    world.told("👀 Surveillance active sur sftp1");
    let unknown =
        "23/11 09:05 sftp1 internal-sftp[7874]: close \"/in/a.zip\" bytes read 0 written 81116\n";
    world.write_raw(unknown);
    world.write(FAILURE);
    let state = world.state(|state| state["partners"]["bob"]["failed"] == 1);
    assert_eq!(state["resume"]["day"]["notices"][0]["count"], 1);
    world.told("🔴 Échec de connexion de Bob");
    // Five in a row: the log was given another form.
    for _ in 0..5 {
        world.write_raw(unknown);
    }
    world.told("⚠️ Le journal ne peut pas être lu : ");
    // A file of a process whose log-in nobody saw is nobody's, and that is said too.
    world.write("internal-sftp[7874]: close \"/in/a.zip\" bytes read 0 written 81116");
    world.state(|state| state["resume"]["day"]["notices"][1]["kind"] == "unattributed");
    let output = world.run(&["digest", "--dry-run"]);
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    for said in [
        "6 lignes de sshd ou de sftp-server d'un format inconnu — « 23/11 09:05 sftp1",
        "1 fichier de sessions inconnues",
    ] {
        assert!(table.contains(said), "{table}");
    }
    let output = world.run(&["status"]);
    let status = String::from_utf8_lossy(&output.stdout).into_owned();
    for said in [
        "6 lines of sshd or sftp-server in no known envelope: not counted (23/11 09:05 sftp1",
        "1 transfer by processes whose log-in nobody saw: credited to nobody",
    ] {
        assert!(status.contains(said), "{status}");
    }
    daemon.stop();
}

#[test]
fn what_happens_while_it_is_away_is_counted_once_and_what_is_old_is_told_in_one_summary() {
    let world = World::new();
    let daemon = world.daemon();
    world.write(LOGIN);
    world.state(|state| state["partners"]["alice"]["success"] == 1);
    daemon.kill();
    let stamp = (chrono::Local::now() - chrono::Duration::minutes(30)).to_rfc3339();
    for n in 0..5 {
        world.write_raw(&format!(
            "{stamp} sftp1 sshd[5{n}]: Accepted publickey for bob from 192.0.2.9 port {n} ssh2\n"
        ));
    }
    world.write("sshd[101]: Accepted password for alice from 192.0.2.7 port 5002 ssh2");
    let daemon = world.daemon();
    let texts = world.told("5");
    world.state(|state| {
        state["partners"]["bob"]["success"] == 5 && state["partners"]["alice"]["success"] == 2
    });
    assert_eq!(
        texts
            .iter()
            .filter(|text| text.starts_with("✅ Bob"))
            .count(),
        0,
        "{texts:#?}"
    );
    daemon.kill();
    world.daemon().stop();
    let state = world.state(|_| true);
    assert_eq!(state["partners"]["bob"]["success"], 5);
    assert_eq!(state["partners"]["alice"]["success"], 2);
}

#[test]
fn the_journal_is_followed_and_forgeries_count_nothing() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let now = u64::try_from(chrono::Utc::now().timestamp_micros()).unwrap();
    let mut boot = Boot::number(1).with_clock(now - 60_000_000);
    let mut live = journals.follow("system.journal");
    live.append(&boot.sshd(10, "Server listening on 0.0.0.0 port 22."));
    let world = World::of_journal(journals.path());
    let daemon = world.daemon();
    boot.clock = u64::try_from(chrono::Utc::now().timestamp_micros()).unwrap();
    live.append(&boot.sshd(
        100,
        "Accepted password for alice from 192.0.2.7 port 5000 ssh2",
    ));
    live.append(&boot.entry(
        "sshd",
        1002,
        101,
        "Accepted password for bob from 192.0.2.66 port 5000 ssh2",
    ));
    live.append(&boot.sftp(
        1002,
        102,
        "session opened for local user alice from [192.0.2.66]",
    ));
    world.told("✅ Alice s'est connecté depuis 192.0.2.7");
    world.state(|state| {
        state["partners"]["alice"]["success"] == 1
            && state["resume"]["forged"] == 1
            && state["resume"]["outbox"] == json!([])
    });
    daemon.kill();
    live.append(&boot.sshd(
        103,
        "Accepted password for bob from 192.0.2.8 port 5000 ssh2",
    ));
    let daemon = world.daemon();
    let texts = world.told("✅ Bob s'est connecté depuis 192.0.2.8");
    assert_eq!(
        texts
            .iter()
            .filter(|text| text.starts_with("✅ Alice"))
            .count(),
        1,
        "{texts:#?}"
    );
    assert!(
        !texts.iter().any(|text| text.contains("192.0.2.66")),
        "{texts:#?}"
    );
    daemon.stop();
}

/// How much of each mapped file of a journal is in this process's memory, in KiB (proc_pid_smaps(5)).
fn journal_in_memory(pid: u32) -> Vec<u64> {
    let smaps = std::fs::read_to_string(format!("/proc/{pid}/smaps")).unwrap();
    let mut found = Vec::new();
    let mut of_journal = false;
    for line in smaps.lines() {
        if line.contains(" r--s ") {
            of_journal = line.ends_with(".journal");
        } else if let Some(rss) = line.strip_prefix("Rss:").filter(|_| of_journal) {
            found.push(rss.trim().trim_end_matches(" kB").parse().unwrap());
            of_journal = false;
        }
    }
    found
}

#[test]
fn while_nothing_is_written_no_page_of_the_journal_stays_in_memory_and_the_next_log_in_is_told() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let now = || u64::try_from(chrono::Utc::now().timestamp_micros()).unwrap();
    let mut boot = Boot::number(1).with_clock(now() - 60_000_000);
    let mut live = journals.follow("system.journal");
    live.append(&boot.sshd(10, "Server listening on 0.0.0.0 port 22."));
    let world = World::of_journal(journals.path());
    let daemon = world.daemon();
    for (pid, user, told) in [(100, "alice", "✅ Alice"), (101, "bob", "✅ Bob")] {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let kept = journal_in_memory(daemon.child.id());
            assert!(!kept.is_empty(), "libsystemd has mapped the journal");
            if kept.iter().all(|kib| *kib == 0) {
                break;
            }
            assert!(Instant::now() < until, "pages stay: {kept:?} KiB");
            std::thread::sleep(Duration::from_millis(50));
        }
        boot.clock = now();
        let text = format!("Accepted password for {user} from 192.0.2.7 port 5000 ssh2");
        live.append(&boot.sshd(pid, &text));
        world.told(told);
    }
    daemon.stop();
}

#[test]
fn going_from_one_source_to_the_other_and_back_counts_nothing_twice() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let clock = || u64::try_from(chrono::Utc::now().timestamp_micros()).unwrap();
    let mut boot = Boot::number(1).with_clock(clock() - 60_000_000);
    let mut live = journals.follow("system.journal");
    live.append(&boot.sshd(10, "Server listening on 0.0.0.0 port 22."));
    let mut world = World::of_journal(journals.path());
    let of_journal = world.config.clone();
    let log = world.log();
    let of_log = format!(
        "[source]\nkind = \"auth-log\"\nauth-log = \"{}\"\n",
        log.display()
    );
    let mut login = |world: &World, pid: u32, user: &str| {
        let text = format!("Accepted password for {user} from 192.0.2.7 port {pid} ssh2");
        boot.clock = clock();
        live.append(&boot.sshd(pid, &text));
        world.write(&format!("sshd[{pid}]: {text}"));
        // The log's stamp of a line is some microseconds later than the journal's: what follows it lies behind both.
        boot.clock = clock() + 1_000;
        live.append(&boot.sshd(pid, "Connection closed by 192.0.2.7 port 1"));
    };
    let counted = |world: &World, user: &str, count: u64| {
        world.state(|state| state["partners"][user]["success"] == count)
    };
    let daemon = world.daemon();
    login(&world, 100, "alice");
    counted(&world, "alice", 1);
    daemon.stop();
    world.config = of_log;
    let daemon = world.daemon();
    login(&world, 101, "alice");
    counted(&world, "alice", 2);
    daemon.stop();
    world.config = of_journal;
    let daemon = world.daemon();
    login(&world, 102, "alice");
    login(&world, 103, "bob");
    let state = counted(&world, "bob", 1);
    assert_eq!(state["partners"]["alice"]["success"], 3, "{state:#}");
    let notices = state["resume"]["day"]["notices"].as_array().unwrap();
    assert_eq!(notices.len(), 2, "{notices:#?}");
    daemon.stop();
}

#[test]
fn a_directory_with_the_journals_of_two_machines_is_refused() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut one = Boot::number(1);
    let mut other = Boot::number(2).of_machine("0123456789abcdef0123456789abcdef");
    journals.write(
        "one.journal",
        &[one.sshd(1, "Server listening on 0.0.0.0 port 22.")],
    );
    journals.write(
        "other.journal",
        &[other.sshd(1, "Server listening on 0.0.0.0 port 22.")],
    );
    let output = World::of_journal(journals.path()).run(&["run"]);
    assert_eq!(
        output.status.code(),
        Some(78),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn rotation_loses_nothing_and_counts_nothing_twice() {
    let world = World::new();
    let daemon = world.daemon();
    world.write(LOGIN);
    world.state(|state| state["partners"]["alice"]["success"] == 1);
    std::fs::rename(world.log(), world.path("auth.log.1")).unwrap();
    world.write("sshd[101]: Accepted password for alice from 192.0.2.7 port 5001 ssh2");
    world.state(|state| state["partners"]["alice"]["success"] == 2);
    daemon.stop();
    world.write("sshd[102]: Accepted password for alice from 192.0.2.7 port 5002 ssh2");
    std::fs::rename(world.path("auth.log.1"), world.path("auth.log.2")).unwrap();
    std::fs::rename(world.log(), world.path("auth.log.1")).unwrap();
    world.write("sshd[103]: Accepted password for alice from 192.0.2.7 port 5003 ssh2");
    let daemon = world.daemon();
    world.state(|state| state["partners"]["alice"]["success"] == 4);
    daemon.stop();
}

#[test]
fn slack_being_down_stops_no_counting_and_loses_no_message() {
    let world = World::new();
    world.slack.always(Answer::Status(500, String::new()));
    let daemon = world.daemon();
    world.write(LOGIN);
    world.write(FAILURE);
    world.state(|state| state["partners"]["bob"]["failed"] == 1);
    daemon.stop();
    world.slack.always(Answer::Ok);
    let daemon = world.daemon();
    let posts = world.slack.posts().len();
    world.told("🔴 Échec de connexion de Bob");
    world.told("✅ Alice");
    let state = world.state(|state| state["resume"]["outbox"] == json!([]));
    assert_eq!(state["partners"]["alice"]["success"], 1);
    assert!(posts < world.slack.posts().len());
    daemon.stop();
}

#[test]
fn a_pause_that_slack_asks_for_is_obeyed() {
    let world = World::new();
    world.slack.then(Answer::Limited(Some("3")));
    let daemon = world.daemon();
    let posts = world.slack.wait_for(2);
    assert!(
        posts[1].at - posts[0].at >= Duration::from_secs(3),
        "{:?}",
        posts[1].at - posts[0].at
    );
    daemon.stop();
}

#[test]
fn a_pause_that_slack_asked_of_the_digest_is_obeyed_by_the_daemon() {
    let world = World::new();
    let daemon = world.daemon();
    world.told("Surveillance active");
    world.state(|state| state["resume"]["outbox"] == json!([]));
    world.write(LOGIN);
    world.write(FAILURE);
    // One of the two goes out; the other waits a second, and the digest comes in between.
    world.slack.wait_for(2);
    world.slack.then(Answer::Limited(Some("3")));
    let mut digest = world.command(&["digest", "--yes"]).spawn().unwrap();
    let limited = world.slack.wait_for(3)[2].at;
    world.told("🔴 Échec de connexion de Bob");
    for post in &world.slack.posts()[3..] {
        let pause = post.at - limited;
        assert!(
            pause >= Duration::from_secs(3),
            "{pause:?}: {}",
            post.text()
        );
    }
    assert!(digest.wait().unwrap().success());
    daemon.stop();
}

#[test]
fn a_lost_reply_repeats_the_message_and_says_so_outside_its_text() {
    let world = World::new();
    world.slack.then(Answer::Close);
    let daemon = world.daemon();
    let posts = world.slack.wait_for(2);
    assert_eq!(posts[0].text(), posts[1].text());
    assert_ne!(posts[0].blocks(), posts[1].blocks());
    world.state(|state| state["resume"]["outbox"] == json!([]));
    daemon.stop();
}

#[test]
fn an_edit_that_hangs_delays_no_message_and_is_tried_again() {
    let world = World::new();
    world.slack.always_to("chat.update", Answer::Silence);
    let daemon = world.daemon();
    world.write(FAILURE);
    world.told("🔴");
    world.write("sshd[201]: Accepted password for bob from 192.0.2.8 port 5001 ssh2");
    world.told("✅ Bob");
    let edits = || {
        let posts = world.slack.posts().into_iter();
        posts.filter(|post| post.request.contains("chat.update"))
    };
    while edits().next().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    world.write(LOGIN);
    world.told("✅ Alice");
    assert_eq!(edits().count(), 1);
    world.state(|state| state["resume"]["outbox"] == json!([]));
    // Who starts next edits it.
    daemon.kill();
    world.slack.always_to("chat.update", Answer::Ok);
    let daemon = world.daemon();
    let shown = |state: &serde_json::Value| {
        let matters = state["resume"]["matters"].as_array();
        matters.is_some_and(|all| all.iter().all(|matter| matter["edit"].is_null()))
    };
    world.state(shown);
    let last = edits().next_back().unwrap();
    assert!(
        last.text().contains("✅ Bob") && last.text().contains("🔴"),
        "{}",
        last.text()
    );
    daemon.stop();
}

#[test]
fn a_message_that_slack_refuses_gets_plainer_and_is_parked_and_the_queue_moves() {
    let world = World::new();
    for _ in 0..3 {
        world.slack.then(Answer::Refused("invalid_blocks"));
    }
    let daemon = world.daemon();
    let posts = world.slack.wait_for(3);
    assert!(posts[2].body["blocks"].is_null(), "{}", posts[2].body);
    world.write(LOGIN);
    world.told("✅ Alice");
    let state = world.state(|state| state["resume"]["outbox"] == json!([]));
    assert_eq!(state["resume"]["parked"].as_array().unwrap().len(), 1);
    daemon.stop();
}

#[test]
fn a_wrong_token_loses_no_message() {
    let world = World::new();
    world.slack.always(Answer::Refused("invalid_auth"));
    let daemon = world.daemon();
    world.write(LOGIN);
    world.state(|state| {
        state["resume"]["outbox"]
            .as_array()
            .is_some_and(|outbox| outbox.len() == 2)
    });
    world.slack.wait_for(1);
    daemon.stop();
    assert!(world.said().contains("invalid_auth"), "{}", world.said());
    assert!(!world.said().contains("xoxb-test"));
}

#[test]
fn it_ends_within_five_seconds_though_slack_hangs_and_keeps_the_message() {
    let world = World::new();
    world.slack.always(Answer::Silence);
    let daemon = world.daemon();
    world.slack.wait_for(1);
    let took = daemon.stop();
    assert!(took < Duration::from_secs(5), "{took:?}");
    let state = world.state(|_| true);
    assert_eq!(state["resume"]["outbox"][0]["maybe_repeated"], true);
}

#[test]
fn a_log_that_cannot_be_written_ends_nothing() {
    let world = World::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let daemon = world.daemon_logging_to(full.unwrap());
    world.slack.always(Answer::Status(500, String::new()));
    world.write(LOGIN);
    world.state(|state| state["partners"]["alice"]["success"] == 1);
    daemon.stop();
}

#[test]
fn the_service_manager_hears_of_readiness_status_and_life() {
    let world = World::new();
    world.slack.always(Answer::Silence);
    let socket = world.path("own");
    let notify = std::os::unix::net::UnixDatagram::bind(&socket).unwrap();
    notify
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let mut command = world.command(&["run"]);
    command
        .env("NOTIFY_SOCKET", &socket)
        .env("WATCHDOG_USEC", "900000");
    let mut child = command.spawn().unwrap();
    let mut heard = String::new();
    let until = Instant::now() + Duration::from_secs(20);
    while !(heard.contains("READY=1") && heard.contains("STATUS=") && heard.contains("WATCHDOG=1"))
    {
        assert!(Instant::now() < until, "{heard}");
        let mut buffer = [0; 4096];
        let length = notify.recv(&mut buffer).unwrap();
        heard.push_str(&String::from_utf8_lossy(&buffer[..length]));
        heard.push('\n');
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_digest_posts_each_day_once_however_often_it_runs() {
    let world = World::new();
    let daemon = world.daemon();
    world.write(LOGIN);
    world.write("sshd[400]: Failed password for invalid user admin from 203.0.113.9 port 1 ssh2");
    world.state(|state| state["unknown_attempts"] == 1);
    world.slack.always(Answer::Status(500, String::new()));
    std::thread::sleep(Duration::from_millis(100));
    let output = world.run(&["digest", "--dry-run"]);
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("would be closed"),
        "{output:?}"
    );
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("Partenaire"),
        "{output:?}"
    );
    world.state(|state| state["unknown_attempts"] == 1);
    world.slack.always(Answer::Ok);
    for _ in 0..2 {
        let output = world.run(&["digest", "--yes"]);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let tables = world
        .slack
        .texts()
        .iter()
        .filter(|text| text.contains("Activité SFTP"))
        .count();
    assert_eq!(tables, 1, "{:#?}", world.slack.texts());
    let state = world.state(|state| state["partners"] == json!({}));
    assert_eq!(state["resume"]["closed"], json!([]));
    daemon.stop();
}

#[test]
fn a_log_that_is_none_is_for_somebody_to_mend_first() {
    let world = World::new();
    std::fs::rename(world.log(), world.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(world.path("elsewhere"), world.log()).unwrap();
    let output = world.run(&["run"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert!(said.contains("name the log itself"), "{said}");
}

#[test]
fn a_second_daemon_is_refused_and_a_missing_token_says_how_to_set_it() {
    let world = World::new();
    let daemon = world.daemon();
    assert_eq!(world.run(&["run"]).status.code(), Some(75));
    daemon.stop();
    let output = world
        .command(&["run"])
        .env_remove("SLACK_BOT_TOKEN")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("/etc/credstore/slack-bot-token"), "{said}");
    assert_eq!(world.run(&["run", "--from-start"]).status.code(), Some(2));
}

#[test]
fn a_dry_run_prints_and_touches_nothing() {
    let world = World::new();
    let mut command = world.command(&["run", "--dry-run", "--partners", "alice"]);
    command
        .env_remove("SLACK_BOT_TOKEN")
        .stdout(std::fs::File::create(world.path("out")).unwrap());
    let mut child = command.spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    let mut port = 5000;
    loop {
        port += 1;
        world.write(&format!(
            "sshd[{port}]: Accepted password for alice from 192.0.2.7 port {port} ssh2"
        ));
        let out = std::fs::read_to_string(world.path("out")).unwrap();
        if out.contains("✅ Alice s'est connecté depuis 192.0.2.7") {
            break;
        }
        assert!(Instant::now() < until, "{out}");
        std::thread::sleep(Duration::from_millis(50));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!world.path("state").exists());
    assert!(world.slack.posts().is_empty());
}

#[test]
fn a_dry_run_beside_the_scripts_begins_with_their_figures_and_leaves_their_file_alone() {
    let world = World::new();
    std::fs::create_dir(world.path("state")).unwrap();
    let today = chrono::Local::now().format("%Y-%m-%d");
    let file = world.path("state/daily.json");
    let text = format!(
        "{{\"date\":\"{today}\",\"partners\":{{\"alice\":{{\"success\":7}}}},\"unknown_attempts\":3}}"
    );
    std::fs::write(&file, &text).unwrap();
    let notify = UnixDatagram::bind(world.path("dry")).unwrap();
    let mut command = world.command(&["run", "--dry-run", "--partners", "alice"]);
    command
        .env("NOTIFY_SOCKET", world.path("dry"))
        .stdout(Stdio::null())
        .stderr(world.log_file());
    let mut child = command.spawn().unwrap();
    let mut buffer = [0; 4096];
    let status = loop {
        let length = notify.recv(&mut buffer).unwrap();
        let told = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if told.contains("log-ins") {
            break told;
        }
    };
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        status.contains("7 log-ins") && status.contains("3 unknown attempts"),
        "{status}"
    );
    let said = world.said();
    assert!(
        said.contains("counting continues from the figures in "),
        "{said}"
    );
    assert!(!said.contains("there is no daily.json"), "{said}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    assert_eq!(std::fs::read_dir(world.path("state")).unwrap().count(), 1);
}

#[test]
fn the_file_that_the_old_scripts_left_is_taken_over_and_one_that_is_deleted_starts_anew() {
    let world = World::new();
    let today = chrono::Local::now().format("%Y-%m-%d");
    std::fs::create_dir(world.path("state")).unwrap();
    let text = format!(
        "{{\"date\":\"{today}\",\"partners\":{{\"alice\":{{\"success\":7,\"failed\":1,\"upload\":2,\"download\":0}}}},\"unknown_attempts\":3}}"
    );
    std::fs::write(world.path("state/daily.json"), text).unwrap();
    let daemon = world.daemon();
    world.write(LOGIN);
    // A file that is deleted while a commit is under way is replaced by it: so not before all is quiet.
    let state = world.state(|state| {
        state["partners"]["alice"]["success"] == 8 && state["resume"]["outbox"] == json!([])
    });
    assert_eq!(state["unknown_attempts"], 3);
    std::fs::remove_file(world.path("state/daily.json")).unwrap();
    world.write("sshd[101]: Accepted password for alice from 192.0.2.7 port 5001 ssh2");
    let state = world.state(|state| state["partners"]["alice"]["success"] == 1);
    assert_eq!(
        state["resume"]["day"]["notices"][0]["kind"],
        "state-deleted"
    );
    daemon.stop();
}

#[test]
fn what_came_after_the_scripts_wrote_their_file_last_is_counted_by_the_first_start() {
    let world = World::new();
    std::fs::create_dir(world.path("state")).unwrap();
    world.write(LOGIN);
    let today = chrono::Local::now().format("%Y-%m-%d");
    let text = format!(
        "{{\"date\":\"{today}\",\"partners\":{{\"alice\":{{\"success\":1,\"failed\":0,\"upload\":0,\"download\":0}}}},\"unknown_attempts\":0}}"
    );
    std::fs::write(world.path("state/daily.json"), text).unwrap();
    // The script was stopped; ours does not run yet.
    world.write("sshd[101]: Accepted password for alice from 192.0.2.7 port 5001 ssh2");
    let daemon = world.daemon();
    world.write("sshd[102]: Accepted password for alice from 192.0.2.7 port 5002 ssh2");
    world.state(|state| state["partners"]["alice"]["success"] == 3);
    daemon.stop();
}

#[test]
fn a_table_of_a_day_on_which_no_monitor_ran_says_since_when() {
    let mut world = World::new();
    world.config.push_str("[digest]\ncloses-from = \"23:59\"\n");
    let daemon = world.daemon();
    world.told("👀 Surveillance active");
    // A daemon without a watchdog says at its start and at its end alone that it lives.
    let long_ago = || {
        let lock = world.path("state").join(".run.lock");
        let mut touch = std::process::Command::new("touch");
        assert!(
            touch
                .args(["-d", "-20 minutes"])
                .arg(lock)
                .status()
                .unwrap()
                .success()
        );
    };
    let digest = |how: &str| {
        let output = world.run(&["digest", how]);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let arrested = "Surveillance arrêtée depuis le ";
    long_ago();
    assert!(!digest("--dry-run").contains(arrested));
    world.write(LOGIN);
    world.told("s'est connecté");
    daemon.stop();
    assert!(!digest("--dry-run").contains(arrested), "it has just ended");
    long_ago();
    assert!(digest("--dry-run").contains(arrested));
    digest("--yes");
    let posts = world.slack.posts();
    assert!(posts.last().unwrap().blocks().contains(arrested));
}

#[test]
fn a_failure_goes_to_its_routes_channel_with_a_mention_and_to_the_main_one_if_that_one_refuses_it()
{
    let mut world = World::new();
    world.config += "[[route]]\nkinds = [\"failure\"]\nchannel = \"C2\"\nmention = \"S012AB3CD\"\n";
    let daemon = world.daemon();
    world.told("👀 Surveillance active sur sftp1");
    world.slack.then(Answer::Refused("not_in_channel"));
    world.write(FAILURE);
    let posts = world.slack.wait_for(3);
    let channels: Vec<&str> = posts
        .iter()
        .map(|post| post.body["channel"].as_str().unwrap())
        .collect();
    assert_eq!(channels, ["C0APAF806F8", "C2", "C0APAF806F8"]);
    let said = "destiné au canal C2, qui l'a refusé : not_in_channel";
    for (post, instead) in [(&posts[1], false), (&posts[2], true)] {
        let blocks = post.blocks();
        assert!(
            blocks.contains("\"usergroup_id\":\"S012AB3CD\""),
            "{blocks}"
        );
        assert_eq!(blocks.contains(said), instead, "{blocks}");
    }
    let state = world.state(|state| state["resume"]["outbox"] == json!([]));
    assert_eq!(state["resume"]["refusing"]["C2"]["code"], "not_in_channel");
    assert_eq!(state["resume"].get("slack_trouble"), None);
    let status = world.run(&["status"]);
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(status.contains("C2 refused the last message"), "{status}");
    // The log-in has another route: it is no reply, and mentions nobody.
    world.write("sshd[500]: Accepted password for bob from 192.0.2.8 port 5001 ssh2");
    let posts = world.slack.wait_for(5);
    let is_post = |post: &&support::slack::Post| post.request.contains("chat.postMessage");
    let login = posts.iter().rfind(is_post).unwrap();
    assert!(
        login.text().starts_with("✅ Bob s'est connecté"),
        "{login:#?}"
    );
    assert_eq!(login.body["channel"], "C0APAF806F8");
    assert_eq!(login.body.get("thread_ts"), None);
    assert!(!login.blocks().contains("usergroup"), "{login:#?}");
    daemon.stop();
    let said = world.said();
    assert!(
        said.contains("Slack's channel C2 refuses messages: not_in_channel"),
        "{said}"
    );
}

#[test]
fn a_failed_unit_is_told_in_the_channel_for_the_monitors_own_messages_or_in_the_main_one() {
    let mut world = World::new();
    world.config += "[[route]]\nkinds = [\"own\"]\nchannel = \"C2\"\n";
    world.slack.then(Answer::Refused("is_archived"));
    let run = world.run(&["notify-failure", "sftp-monitor.service"]);
    assert!(run.status.success(), "{run:?}");
    let posts = world.slack.posts();
    let channels: Vec<&str> = posts
        .iter()
        .map(|post| post.body["channel"].as_str().unwrap())
        .collect();
    assert_eq!(channels, ["C2", "C0APAF806F8"]);
    assert!(posts[1].blocks().contains("destiné au canal C2"));
}
