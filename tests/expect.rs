//! Feeds that must arrive, with the real program: told once whatever is restarted, listed, replayed over the shipped logs.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io::Write as _;
use std::process::{Command, Stdio};

use chrono::{Days, Local, Timelike};
use serde_json::{Value, json};
use support::journal::{Boot, Journals};
use support::program::World;

const UPLOAD: &str = "internal-sftp[300]: close \"/upload/feed.xml\" bytes read 0 written 500";
const OPENED: &str = "internal-sftp[300]: session opened for local user alice from [192.0.2.7]";
const LOG: &str = "tests/samples/openssh-9.2-debian12/info.auth.log";

/// A world in which alice must send a file by the beginning of each day.
fn world() -> World {
    let mut world = World::new();
    world.config.push_str(
        "[alerts]\ngroup-window = \"0s\"\n[[expect]]\npartner = \"alice\"\nfiles = \"*.xml\"\nby = \"00:00\"\nmention = \"S012AB3CD\"\n",
    );
    world
}

/// The state says that the feed was watched for since yesterday.
fn watched_since_yesterday(world: &World) {
    let path = world.path("state").join("daily.json");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let yesterday = Local::now().date_naive() - Days::new(1);
    let watched = &mut state["resume"]["feeds"]["watched"];
    let watched = watched.as_object_mut().unwrap().values_mut().next();
    watched.unwrap()["from"] = json!(yesterday);
    std::fs::write(&path, state.to_string()).unwrap();
}

/// Slack has taken all, and the state knows: what is killed before that may say it once more.
fn settled(world: &World) {
    world.state(|state| {
        let matters = state["resume"]["matters"].as_array();
        let edited = matters.is_none_or(|all| all.iter().all(|matter| matter["edit"] != true));
        edited && state["resume"]["outbox"] == json!([])
    });
}

fn stdout(world: &World, arguments: &[&str]) -> String {
    let output = world.run(arguments);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The daemon starts with two expectations, and `expect` says how they stand.
fn starts_with_feeds(world: &World, states: [&str; 2]) {
    let daemon = world.daemon();
    world.state(|state| {
        let watched = state["resume"]["feeds"]["watched"].as_object();
        watched.is_some_and(|watched| watched.len() == 2)
    });
    let feeds: Value = serde_json::from_str(&stdout(world, &["expect", "--json"])).unwrap();
    let said = [&feeds[0]["state"], &feeds[1]["state"]];
    assert_eq!(said, states, "{feeds}");
    daemon.stop();
}

#[test]
fn what_is_missing_is_told_once_and_once_more_when_it_is_there_whatever_is_restarted() {
    let world = world();
    let daemon = world.daemon();
    world.state(|state| state["resume"]["feeds"]["watched"].is_object());
    daemon.stop();
    watched_since_yesterday(&world);
    // Down at the deadline: told when reading has caught up.
    let daemon = world.daemon();
    world.told("⏰ Alice n'a pas livré *.xml");
    let posts = world.slack.posts();
    let missing = posts.iter().find(|post| post.text().starts_with('⏰'));
    let called = r#"{"type":"usergroup","usergroup_id":"S012AB3CD"}"#;
    assert!(missing.unwrap().blocks().contains(called));
    let listed = stdout(&world, &["expect"]);
    assert!(listed.contains("missing since "), "{listed}");
    assert!(stdout(&world, &["status"]).contains("alice *.xml by 00:00: missing since"));
    settled(&world);
    daemon.kill();
    let daemon = world.daemon();
    world.write(OPENED);
    world.write(UPLOAD);
    world.told("✅ Alice a livré feed.xml");
    settled(&world);
    daemon.kill();
    let daemon = world.daemon();
    world.write("internal-sftp[300]: close \"/upload/other.xml\" bytes read 0 written 500");
    world.told("a uploadé other.xml");
    let posts = world.slack.posts();
    let told = |mark: char, how: &str| {
        let of = |post: &&support::slack::Post| {
            post.text().starts_with(mark) && post.request.contains(how)
        };
        posts.iter().filter(of).count()
    };
    let posted = [
        told('⏰', "chat.postMessage"),
        told('✅', "chat.postMessage"),
    ];
    assert_eq!(posted, [1, 1], "{posts:#?}");
    assert_eq!(told('✅', "chat.update"), 1, "{posts:#?}");
    let feeds: Value = serde_json::from_str(&stdout(&world, &["expect", "--json"])).unwrap();
    assert_eq!(feeds[0]["state"], "late", "{feeds}");
    assert_eq!(feeds[0]["last_arrival"]["path"], "/upload/other.xml");
    let status: Value = serde_json::from_str(&stdout(&world, &["status", "--json"])).unwrap();
    assert_eq!(status["feeds"][0]["state"], "late", "{status}");
    daemon.stop();
}

#[test]
fn a_reload_brings_new_expectations_and_refuses_bad_ones() {
    let world = World::new();
    let daemon = world.daemon();
    world.told("Surveillance active");
    let path = world.path("config.toml");
    let before = std::fs::read_to_string(&path).unwrap();
    let reload = || {
        let pid = daemon.child.id().to_string();
        Command::new("kill").args(["-HUP", &pid]).status().unwrap();
        let mut buffer = [0; 4096];
        loop {
            let length = daemon.notify.recv(&mut buffer).unwrap();
            let told = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if told.contains("READY=1") {
                return told;
            }
        }
    };
    let expect = |rest: &str| {
        format!("{before}[[expect]]\npartner = \"alice\"\nfiles = \"*.xml\"\n{rest}\n")
    };
    std::fs::write(&path, expect("by = \"24:00\"")).unwrap();
    let told = reload();
    assert!(told.contains("\"24:00\" is not a time of day"), "{told}");
    // Due some seconds from now: nothing else happens that could wake the daemon.
    let now = Local::now();
    let (by, grace) = (now.format("%H:%M"), now.second() + 5);
    std::fs::write(
        &path,
        expect(&format!("by = \"{by}\"\ngrace = \"{grace}s\"")),
    )
    .unwrap();
    assert!(!reload().contains("refused"));
    world.told("⏰ Alice n'a pas livré *.xml");
    daemon.stop();
}

/// The state of the first feed, once the daemon has looked back for it.
fn state_of_feed(world: &World, expect: &mut Command, arrived: bool) -> Value {
    world.state(|state| {
        let watched = state["resume"]["feeds"]["watched"].as_object();
        let first = watched.and_then(|watched| watched.values().next());
        first.is_some_and(|first| first["day"]["arrived"].is_number() == arrived)
    });
    let listed = expect.output().unwrap().stdout;
    let feeds: Value = serde_json::from_slice(&listed).unwrap();
    feeds[0]["state"].clone()
}

#[test]
fn an_expectation_at_noon_knows_the_file_that_came_at_nine() {
    let world = World::new();
    let daemon = world.daemon();
    world.write(OPENED);
    world.write(UPLOAD);
    world.told("a uploadé feed.xml");
    settled(&world);
    let mut expect = world.command(&["expect", "--json"]);
    let path = world.path("config.toml");
    let before = std::fs::read_to_string(&path).unwrap();
    let feed = "[[expect]]\npartner = \"alice\"\nfiles = \"*.xml\"\nby = \"23:59\"\n";
    std::fs::write(&path, before + feed).unwrap();
    let pid = daemon.child.id().to_string();
    Command::new("kill").args(["-HUP", &pid]).status().unwrap();
    assert_eq!(state_of_feed(&world, &mut expect, true), "on-time");
    // The table of the day counts it once, and what comes after it counts as before.
    world.write("internal-sftp[300]: remove name \"/upload/feed.xml\"");
    assert_eq!(state_of_feed(&world, &mut expect, false), "waiting");
    world.write(UPLOAD);
    assert_eq!(state_of_feed(&world, &mut expect, true), "on-time");
    settled(&world);
    world.state(|state| {
        state["resume"]["day"]["feeds"]
            .as_array()
            .is_some_and(|feeds| feeds.len() == 1)
    });
    world.state(|state| state["partners"]["alice"]["upload"] == json!(2));
    daemon.stop();
}

#[test]
fn an_expectation_at_a_start_knows_the_files_of_its_window_in_logs_that_were_rotated() {
    let mut world = World::new();
    world.config.push_str("[alerts]\ngroup-window = \"0s\"\n");
    let daemon = world.daemon();
    let earlier = (Local::now() - chrono::TimeDelta::days(2)).to_rfc3339();
    for line in [OPENED, UPLOAD] {
        world.write_raw(&format!("{earlier} sftp1 {line}\n"));
    }
    world.told("Rattrapage");
    settled(&world);
    daemon.stop();
    let rotated = world.log().with_extension("log.1");
    std::fs::rename(world.log(), &rotated).unwrap();
    world.write("internal-sftp[300]: session closed for local user alice from [192.0.2.7]");
    // The day's counters begin anew, and know nothing of the file.
    assert!(world.run(&["digest", "--yes"]).status.success());
    let feed = |files: &str, from: &str| {
        format!("[[expect]]\npartner = \"alice\"\nfiles = \"{files}\"\nby = \"23:59\"\n{from}")
    };
    let day = Local::now().format("%a");
    world.config.push_str(&feed(
        "*.xml",
        &format!("days = \"{day}\"\nfrom = \"4 days before\"\n"),
    ));
    world.config.push_str(&feed("*.csv", ""));
    starts_with_feeds(&world, ["on-time", "waiting"]);
}

#[test]
fn an_expectation_at_noon_knows_the_file_of_a_log_that_was_rotated_and_compressed_since() {
    let mut world = World::new();
    world.config.push_str("[alerts]\ngroup-window = \"0s\"\n");
    let daemon = world.daemon();
    world.write(OPENED);
    world.write(UPLOAD);
    world.told("a uploadé feed.xml");
    let rotated = |nth: u32| world.log().with_extension(format!("log.{nth}"));
    for (newest, name) in [(1, "second.csv"), (2, "third.csv")] {
        for nth in (1..newest).rev() {
            std::fs::rename(rotated(nth), rotated(nth + 1)).unwrap();
        }
        std::fs::rename(world.log(), rotated(1)).unwrap();
        world.write(&format!(
            "internal-sftp[300]: close \"/upload/{name}\" bytes read 0 written 500"
        ));
        world.told(&format!("a uploadé {name}"));
    }
    let compressed = Command::new("gzip").arg(rotated(2)).status();
    assert!(compressed.unwrap().success());
    settled(&world);
    let mut expect = world.command(&["expect", "--json"]);
    let path = world.path("config.toml");
    let before = std::fs::read_to_string(&path).unwrap();
    let feed = "[[expect]]\npartner = \"alice\"\nfiles = \"feed.xml\"\nby = \"23:59\"\n";
    std::fs::write(&path, before + feed).unwrap();
    let pid = daemon.child.id().to_string();
    Command::new("kill").args(["-HUP", &pid]).status().unwrap();
    assert_eq!(state_of_feed(&world, &mut expect, true), "on-time");
    world.state(|state| state["partners"]["alice"]["upload"] == json!(3));
    daemon.stop();
}

#[test]
fn where_the_log_no_longer_shows_the_files_of_today_an_expectation_begins_tomorrow_and_says_so() {
    let mut world = World::new();
    world.config.push_str("[alerts]\ngroup-window = \"0s\"\n");
    let daemon = world.daemon();
    world.write(OPENED);
    world.write(UPLOAD);
    world.told("a uploadé feed.xml");
    settled(&world);
    daemon.stop();
    std::fs::remove_file(world.log()).unwrap();
    world.write("sshd[10]: Server listening on :: port 22.");
    world.config.push_str(
        "[[expect]]\npartner = \"alice\"\nfiles = \"*.xml\"\nby = \"23:59\"\n[[expect]]\npartner = \"bob\"\nfiles = \"*.xml\"\nby = \"23:59\"\n",
    );
    starts_with_feeds(&world, ["unknown", "waiting"]);
    let tomorrow = Local::now().date_naive() + Days::new(1);
    let said = world.said();
    let expected = format!("*.xml of alice by 23:59 is judged from {tomorrow} on");
    assert!(said.contains(&expected), "{said}");
}

#[test]
fn an_expectation_knows_from_the_journal_what_came_before_it() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let now = u64::try_from(Local::now().timestamp_micros()).unwrap();
    let mut boot = Boot::number(1).with_clock(now - 60_000_000);
    let mut items = vec![boot.sftp(
        1001,
        300,
        "session opened for local user alice from [192.0.2.7]",
    )];
    for name in ["a.xml", "b.csv"] {
        let close = format!("close \"/upload/{name}\" bytes read 0 written 500");
        items.push(boot.sftp(1001, 300, &close));
    }
    items.push(boot.sftp(1001, 300, "remove name \"/upload/b.csv\""));
    // The journal was rotated since the first file.
    journals.write("system@1.journal", &items[..2]);
    journals.write("system.journal", &items[2..]);
    let mut world = World::of_journal(journals.path());
    let daemon = world.daemon();
    world.state(|state| state["resume"]["journals"].is_object());
    daemon.stop();
    for files in ["*.xml", "*.csv"] {
        world.config.push_str(&format!(
            "[[expect]]\npartner = \"alice\"\nfiles = \"{files}\"\nby = \"23:59\"\n"
        ));
    }
    starts_with_feeds(&world, ["on-time", "waiting"]);
}

#[test]
fn each_partner_that_a_pattern_names_has_its_own_state_and_one_that_joins_later_too() {
    let mut world = World::new();
    world.config.push_str(
        "[[expect]]\npartner = [\"al*\", \"b?b\"]\nfiles = \"*.xml\"\nby = \"23:59\"\n[[expect]]\npartner = \"shop-*\"\nfiles = \"*\"\nby = \"23:59\"\n",
    );
    let daemon = world.daemon();
    world.write(OPENED);
    world.write(UPLOAD);
    world.told("a uploadé feed.xml");
    let mut expect = world.command(&["expect", "--json"]);
    let states = |expect: &mut Command| {
        let listed = expect.output().unwrap().stdout;
        let feeds: Vec<Value> = serde_json::from_slice(&listed).unwrap();
        let state =
            |feed: &Value| format!("{} {}", feed["partner"], feed["state"]).replace('"', "");
        feeds.iter().map(state).collect::<Vec<_>>()
    };
    settled(&world);
    assert_eq!(states(&mut expect), ["alice on-time", "bob waiting"]);
    assert!(
        world
            .said()
            .contains("[[expect]]: no partner matches shop-*")
    );
    let status = stdout(&world, &["status"]);
    assert!(status.contains("bob *.xml by 23:59: waiting"), "{status}");
    let path = world.path("config.toml");
    let more = std::fs::read_to_string(&path)
        .unwrap()
        .replace("\"bob\"]", "\"bob\", \"albert\"]");
    std::fs::write(&path, more).unwrap();
    let pid = daemon.child.id().to_string();
    Command::new("kill").args(["-HUP", &pid]).status().unwrap();
    world.state(|state| {
        let watched = state["resume"]["feeds"]["watched"].as_object();
        watched.is_some_and(|watched| watched.len() == 3)
    });
    assert_eq!(
        states(&mut expect),
        ["albert waiting", "alice on-time", "bob waiting"]
    );
    daemon.stop();
}

#[test]
fn a_partner_that_is_none_and_an_expectation_that_is_there_twice_are_warnings() {
    let mut world = world();
    let twice = "[[expect]]\npartner = \"mallory\"\nfiles = \"*.xml\"\nby = \"07:30\"\n".repeat(2);
    world.config.push_str(&twice);
    let daemon = world.daemon();
    let said = world.said();
    assert!(
        said.contains("[[expect]]: mallory is not a partner"),
        "{said}"
    );
    // There is no such account: no group can take it in.
    assert!(
        said.contains("can arrive: `sudoedit /") && said.contains("/config.toml`"),
        "{said}"
    );
    assert!(said.contains("this one is left out"), "{said}");
    daemon.stop();
}

#[test]
fn a_replay_says_what_the_days_of_a_log_would_have_brought() {
    let mut world = World::new();
    world.config = "timezone = \"Europe/Paris\"\n".to_owned();
    for (partner, files, rest) in [
        ("alice", "*.xml", "by = \"19:54\""),
        ("alice", "feed2.xml", "by = \"19:55\""),
        ("alice", "/upload/five/*", "by = \"20:00\"\ncount = 4"),
        (
            "bob",
            "*.csv",
            "by = \"19:54\"\ncount = 3\nexcept = [\"2026-11-24\"]",
        ),
    ] {
        world.config.push_str(&format!(
            "[[expect]]\npartner = \"{partner}\"\nfiles = \"{files}\"\n{rest}\n"
        ));
    }
    let replay = |last: &[&str]| {
        let words = "expect --replay --since 2026-11-23 --until 2026-11-24 --partners alice,bob";
        let words: Vec<&str> = words.split(' ').chain(last.iter().copied()).collect();
        stdout(&world, &words)
    };
    let told = replay(&["--auth-log", LOG]);
    let expected = include_str!("texts/replay.txt");
    assert_eq!(told.replace('\u{202F}', "␣"), expected, "{told}");
    // The same log through a pipe, which can be read once.
    let words = "expect --replay --since 2026-11-23 --until 2026-11-24 --partners alice,bob --auth-log /dev/stdin";
    let words: Vec<&str> = words.split(' ').collect();
    let mut command = world.command(&words);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut piped = command.spawn().unwrap();
    let (mut stdin, log) = (piped.stdin.take().unwrap(), std::fs::read(LOG).unwrap());
    let writes = std::thread::spawn(move || stdin.write_all(&log));
    let piped = piped.wait_with_output().unwrap();
    writes.join().unwrap().unwrap();
    assert_eq!(String::from_utf8(piped.stdout).unwrap(), told);
    let told: Value = serde_json::from_str(&replay(&["--json", "--auth-log", LOG])).unwrap();
    let outcomes: Vec<&str> = (told["days"].as_array().unwrap().iter())
        .map(|day| day["outcome"].as_str().unwrap())
        .collect();
    let first = ["late", "missing", "missing", "on-time"];
    assert_eq!(outcomes[..4], first, "{told}");
    assert_eq!(
        told["told"][2],
        json!({"time": "2026-11-23T19:54:32+01:00",
            "text": "✅ Alice a livré feed.xml — moins d'une minute de retard (*.xml attendu le 23/11 à 19h54)"})
    );
}

#[test]
fn a_replay_tries_names_ranges_sizes_and_downloads_on_the_past() {
    let mut world = World::new();
    world.config = r#"
timezone = "Europe/Paris"
[[expect]]
partner = "alice"
matches = '^part\d\.csv$'
names = ["parts-{day before %Y%m%d}.done"]
count = "1..1"
forbid = ["*.exe"]
by = "07:30"
[[expect]]
partner = "alice"
files = "stock.csv"
warn-if-same = true
total-size = "..1 kB"
by = "07:30"
[[expect]]
partner = "alice"
files = "export.csv"
direction = "download"
by = "08:00"
"#
    .to_owned();
    let close = |date: u32, time: &str, path: &str, read: u32, written: u32| {
        let line = format!("close \"{path}\" bytes read {read} written {written}");
        world.write_raw(&format!(
            "2026-11-{date}T{time}+01:00 sftp1 internal-sftp[300]: {line}\n"
        ));
    };
    for date in [20, 21] {
        world.write_raw(&format!("2026-11-{date}T06:00:00+01:00 sftp1 {OPENED}\n"));
        close(date, "06:00:01", "/in/part1.csv", 0, 500);
        close(date, "06:00:02", "/in/parts-20261119.done", 0, 1);
        close(date, "06:00:03", "/in/stock.csv", 0, 1_500);
        close(date, "08:30:00", "/out/export.csv", 12_345, 0);
    }
    close(21, "09:00:00", "/in/part2.csv", 0, 500);
    close(21, "09:00:00", "/in/tool.exe", 0, 500);
    let log = world.log();
    let words = "expect --replay --since 2026-11-20 --until 2026-11-21 --partners alice --auth-log";
    let words: Vec<&str> = words.split(' ').chain(log.to_str()).collect();
    let told = stdout(&world, &words);
    let expected = include_str!("texts/replay_files.txt");
    assert_eq!(told.replace('\u{202F}', "␣"), expected, "{told}");
}

#[test]
fn a_replay_says_of_each_missed_day_that_its_feed_came_again() {
    let mut world = World::new();
    world.config = "timezone = \"Europe/Paris\"\n[[expect]]\npartner = \"alice\"\nnames = [\"feed-{%d}.xml\"]\nby = \"07:30\"\n".to_owned();
    for (date, time) in [(20, "06:00:00"), (23, "06:00:00"), (25, "07:31:00")] {
        let close =
            format!("internal-sftp[300]: close \"/in/feed-{date}.xml\" bytes read 0 written 500");
        for line in [OPENED, &close] {
            world.write_raw(&format!("2026-11-{date}T{time}+01:00 sftp1 {line}\n"));
        }
    }
    let log = world.log();
    let words =
        "expect --replay --json --since 2026-11-20 --until 2026-11-26 --partners alice --auth-log";
    let words: Vec<&str> = words.split(' ').chain(log.to_str()).collect();
    let told: Value = serde_json::from_str(&stdout(&world, &words)).unwrap();
    let days = told["days"].as_array().unwrap().iter();
    let days: Vec<String> = days
        .map(|day| {
            format!("{} {} {}", day["files"], day["outcome"], day["arrived_at"]).replace('"', "")
        })
        .collect();
    assert_eq!(
        days,
        [
            "feed-20.xml on-time 2026-11-20T06:00:00+01:00",
            "feed-21.xml recovered 2026-11-23T06:00:00+01:00",
            "feed-22.xml recovered 2026-11-23T06:00:00+01:00",
            "feed-23.xml on-time 2026-11-23T06:00:00+01:00",
            "feed-24.xml recovered 2026-11-25T07:31:00+01:00",
            "feed-25.xml late 2026-11-25T07:31:00+01:00",
            "feed-26.xml missing null",
        ]
    );
}

#[test]
fn an_expectation_at_noon_knows_what_came_at_nine_and_must_not() {
    let world = World::new();
    let daemon = world.daemon();
    world.write(OPENED);
    world.write("internal-sftp[300]: close \"/upload/tool.exe\" bytes read 0 written 500");
    world.told("a uploadé tool.exe");
    settled(&world);
    let listings = [&["expect"][..], &["status"], &["expect", "--json"]];
    let mut listings = listings.map(|words| world.command(words));
    let path = world.path("config.toml");
    let before = std::fs::read_to_string(&path).unwrap();
    let feed = "[[expect]]\npartner = \"alice\"\nfiles = \"*.xml\"\nby = \"23:59\"\nforbid = [\"*.exe\"]\n";
    std::fs::write(&path, before + feed).unwrap();
    let pid = daemon.child.id().to_string();
    Command::new("kill").args(["-HUP", &pid]).status().unwrap();
    world.told("⚠️ Alice a déposé tool.exe, qui ne doit pas arriver (interdit : *.exe)");
    settled(&world);
    let listed = listings.each_mut().map(|listing| {
        let listed = listing.output().unwrap().stdout;
        String::from_utf8(listed).unwrap()
    });
    for listed in &listed[..2] {
        assert!(listed.contains("waiting; forbidden: tool.exe"), "{listed}");
    }
    let feeds: Value = serde_json::from_str(&listed[2]).unwrap();
    assert_eq!(
        feeds[0]["odd"][0]["paths"][0], "/upload/tool.exe",
        "{feeds}"
    );
    daemon.stop();
}

#[test]
fn a_replay_takes_no_feed_for_missing_of_which_its_log_does_not_tell() {
    let mut world = World::new();
    world.config = "timezone = \"Europe/Paris\"\n[[expect]]\npartner = \"alice\"\nfiles = \"*.xml\"\nby = \"07:30\"\n".to_owned();
    for date in 20..23 {
        for (time, line) in [("06:00:00", OPENED), ("06:00:01", UPLOAD)] {
            world.write_raw(&format!("2026-11-{date}T{time}+01:00 sftp1 {line}\n"));
        }
    }
    let replay = |since: &str, until: &str| {
        let log = world.log();
        let log = log.to_str().unwrap();
        let words = [
            "expect",
            "--replay",
            "--since",
            since,
            "--until",
            until,
            "--partners",
            "alice",
            "--auth-log",
            log,
        ];
        let output = world.run(&words);
        assert!(output.status.success(), "{output:?}");
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap())
    };
    let [told, warned] = replay("2026-11-01", "2026-11-22");
    assert!(!told.contains('⏰'), "{told}");
    assert_eq!(told.matches("on time").count(), 3, "{told}");
    assert!(
        warned.contains("the log begins on 2026-11-20 06:00:00"),
        "{warned}"
    );
    let [told, warned] = replay("2026-11-21", "2026-11-23");
    assert_eq!(told.matches('⏰').count(), 1, "{told}");
    assert!(
        warned.contains("the log ends on 2026-11-22 06:00:01"),
        "{warned}"
    );
    // What was due before --since was told before it.
    let [told, warned] = replay("2026-11-22 07:31", "2026-11-22");
    assert!(told.starts_with("No deadline"), "{told}");
    assert!(warned.is_empty(), "{warned}");
    let [told, _] = replay("2026-11-22 07:30", "2026-11-22");
    assert!(told.contains("on time"), "{told}");
}
