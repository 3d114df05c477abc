//! More than is usual: a backlog, a flood, many partners, no descriptors, a pause. Nothing is timed here; memory is held
//! against generous ceilings. `make bench` measures.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fmt::Write as _;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::nss::Trouble;
use support::program::{Daemon, World};

/// How many lines a test writes that wants many: enough to show what grows, few enough for every run of the tests.
const LINES: usize = 100_000;

/// The most memory that the program may ever have had, in KiB. It needs a third of it.
const MEMORY_MOST: u64 = 64 * 1024;

fn lines() -> usize {
    let given = std::env::var("LOAD_LINES").ok();
    given.map_or(LINES, |lines| lines.parse().unwrap())
}

/// A figure of `/proc/PID/status`, in KiB.
fn memory(pid: u32, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn measured(what: &str, since: Instant, pid: u32) {
    let most = memory(pid, "VmHWM");
    println!("{what}: {:?}, at most {most} KiB", since.elapsed());
    assert!(most < MEMORY_MOST, "{what}: {most} KiB");
}

/// In how many parts a flood comes, after each of which the memory is looked at.
const PARTS: usize = 4;

/// A line of the present, or of so many minutes before it.
fn line(minutes: i64, text: &str) -> String {
    let at = chrono::Local::now() - chrono::Duration::minutes(minutes);
    format!(
        "{} sftp1 {text}\n",
        at.to_rfc3339_opts(chrono::SecondsFormat::Micros, false)
    )
}

#[test]
fn a_backlog_is_counted_whole_and_told_in_a_few_messages() {
    let world = World::new();
    world.daemon().stop();
    // All of it within a moment, which is worse than any log.
    let session = |n: usize| {
        let (login, sftp, name) = (2 * n + 10, 2 * n + 11, ["alice", "bob"][n % 2]);
        let mut text = line(
            40,
            &format!(
                "sshd[{login}]: Accepted publickey for {name} from 192.0.2.7 port 5 ssh2: ED25519 SHA256:x"
            ),
        );
        let mut said = |what: &str| text += &line(40, &format!("internal-sftp[{sftp}]: {what}"));
        said(&format!(
            "session opened for local user {name} from [192.0.2.7]"
        ));
        said("open \"/in/feed.xml\" flags WRITE,CREATE,TRUNCATE mode 0644");
        said("close \"/in/feed.xml\" bytes read 0 written 7");
        said(&format!(
            "session closed for local user {name} from [192.0.2.7]"
        ));
        text += &line(
            40,
            &format!("sshd[{login}]: pam_unix(sshd:session): session closed for user {name}"),
        );
        text + &line(
            40,
            "sshd[5]: Failed password for invalid user admin from 203.0.113.9 port 1 ssh2",
        )
    };
    let sessions = lines() / 7;
    let mut text = String::new();
    (0..sessions).for_each(|n| text += &session(n));
    world.write_raw(&text);
    let begun = Instant::now();
    let daemon = world.daemon();
    read_on(&daemon);
    // The machine is slow at times, and a debug build always.
    let counted = |state: &Value| state["unknown_attempts"] == sessions;
    while !counted(&read(&world)) {
        assert!(begun.elapsed() < Duration::from_secs(300), "never counted");
        assert!(
            read(&world).to_string().len() < 256 * 1024,
            "the state grew"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    measured("a backlog", begun, daemon.child.id());
    let state = world.state(|state| state["resume"]["outbox"] == serde_json::json!([]));
    let sum = |counter: &str| {
        let of = |name: &str| state["partners"][name][counter].as_u64().unwrap();
        usize::try_from(of("alice") + of("bob")).unwrap()
    };
    assert_eq!(
        [sum("success"), sum("upload"), sum("failed")],
        [sessions, sessions, 0]
    );
    world.told("connexions");
    daemon.stop();
    let told = world.slack.texts();
    assert!(told.len() <= 4, "{} messages: {told:#?}", told.len());
}

/// Reads what the daemon tells the service manager, as that does: it would else wait for somebody to.
fn read_on(daemon: &Daemon) {
    let notify = daemon.notify.try_clone().unwrap();
    notify.set_read_timeout(None).unwrap();
    std::thread::spawn(move || while notify.recv(&mut [0; 4096]).is_ok() {});
}

fn read(world: &World) -> Value {
    let text = std::fs::read_to_string(world.path("state/daily.json")).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

#[test]
fn a_flood_of_made_up_names_takes_no_memory_and_asks_the_user_database_for_none_of_them() {
    let Some(trouble) = Trouble::new() else {
        return;
    };
    let world = World::new();
    let mut command = trouble.around(world.command(&["run"]));
    command.stderr(std::fs::File::create(world.path("daemon.log")).unwrap());
    let mut daemon = Killed(command.spawn().unwrap());
    world.told("Surveillance active");
    world.write("sshd[9]: Accepted password for alice from 192.0.2.7 port 5 ssh2");
    world.state(|state| state["partners"]["alice"]["success"] == 1);
    let (all, mut before) = (lines(), 0);
    for part in 0..PARTS {
        let mut text = String::new();
        for n in (part * all / PARTS..(part + 1) * all / PARTS).step_by(2) {
            let (pid, port) = (1_000 + n % 30_000, n % 60_000 + 1);
            text += &line(
                0,
                &format!("sshd[{pid}]: Invalid user madeup{n} from 203.0.113.9 port {port}"),
            );
            text += &line(
                0,
                &format!(
                    "sshd[{pid}]: Failed password for invalid user madeup{n} from 203.0.113.9 port {port} ssh2"
                ),
            );
        }
        world.write_raw(&text);
        let begun = Instant::now();
        let counted = |state: &Value| {
            state["unknown_attempts"].as_u64() >= Some((all / 2 / PARTS * (part + 1)) as u64)
        };
        while !counted(&read(&world)) {
            assert!(begun.elapsed() < Duration::from_secs(300), "never counted");
            std::thread::sleep(Duration::from_millis(50));
        }
        let now = memory(daemon.0.id(), "VmRSS");
        measured("a flood", begun, daemon.0.id());
        // The most of the parts before: how much is read at once depends on how busy the machine is.
        assert!(
            part + 1 < PARTS || now < before + 8 * 1024,
            "it grew from {before} to {now} KiB"
        );
        before = before.max(now);
    }
    let asked = trouble.asked();
    assert!(asked.iter().any(|name| name == "alice"), "{asked:?}");
    let made_up: Vec<&String> = asked
        .iter()
        .filter(|name| name.contains("madeup"))
        .collect();
    assert!(made_up.is_empty(), "asked for {made_up:?}");
    assert!(read(&world).to_string().len() < 256 * 1024);
    daemon.0.kill().unwrap();
}

/// A process that does not outlive the test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn ten_thousand_partners_are_counted_each() {
    let mut names = String::new();
    (0..10_000).for_each(|n| write!(names, "\"partner{n}\",").unwrap());
    let world = World::new();
    let begun = Instant::now();
    let mut text = String::new();
    for n in 0..10_000 {
        text += &line(
            0,
            &format!(
                "sshd[{}]: Accepted publickey for partner{n} from 192.0.2.7 port 5 ssh2: ED25519 SHA256:x",
                n + 10
            ),
        );
    }
    std::fs::write(world.log(), text).unwrap();
    // The configuration that the world writes ends in its own list of partners.
    let command = world.command(&["run", "--from-start"]);
    let path = world.path("config.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    let config = config.replace("users = [", &format!("users = [{names}"));
    std::fs::write(&path, format!("{config}[alerts]\nlogin = false\n")).unwrap();
    let mut daemon = Killed(spawned(command, &world));
    while read(&world)["partners"]
        .as_object()
        .is_none_or(|all| all.len() < 10_000)
    {
        assert!(
            begun.elapsed() < Duration::from_secs(300),
            "never counted\n{}",
            world.said()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    measured("ten thousand partners", begun, daemon.0.id());
    daemon.0.kill().unwrap();
}

fn spawned(mut command: Command, world: &World) -> Child {
    command.stderr(std::fs::File::create(world.path("daemon.log")).unwrap());
    command.spawn().unwrap()
}

/// Sets how many files a process may have open; prlimit(1) is util-linux's.
fn files(pid: u32, most: &str) {
    let done = Command::new("prlimit")
        .args(["--pid", &pid.to_string(), &format!("--nofile={most}:")])
        .status();
    assert!(done.unwrap().success());
}

#[test]
fn without_descriptors_it_says_so_in_a_few_lines_and_goes_on_when_there_are_some() {
    let world = World::new();
    let daemon = world.daemon();
    world.told("Surveillance active");
    world.state(|state| state["resume"]["outbox"] == serde_json::json!([]));
    let said = world.said().lines().count();
    files(daemon.child.id(), "3");
    for n in 0..50 {
        world.write(&format!(
            "sshd[{}]: Accepted password for alice from 192.0.2.7 port 5 ssh2",
            100 + n
        ));
        std::thread::sleep(Duration::from_millis(40));
    }
    let lines = world.said().lines().count() - said;
    assert!((1..10).contains(&lines), "{lines} lines:\n{}", world.said());
    files(daemon.child.id(), "1024");
    world.state(|state| state["partners"]["alice"]["success"] == 50);
    world.told("Alice");
    daemon.stop();
}

#[test]
fn a_stopped_process_goes_on_where_it_stood() {
    let world = World::new();
    let daemon = world.daemon();
    let pid = daemon.child.id().to_string();
    let signal = |name: &str| {
        assert!(
            Command::new("kill")
                .args([name, &pid])
                .status()
                .unwrap()
                .success()
        )
    };
    signal("-STOP");
    for n in 0..20 {
        world.write(&format!(
            "sshd[{}]: Accepted password for alice from 192.0.2.7 port 5 ssh2",
            100 + n
        ));
    }
    std::thread::sleep(Duration::from_secs(2));
    signal("-CONT");
    world.state(|state| state["partners"]["alice"]["success"] == 20);
    daemon.stop();
}
