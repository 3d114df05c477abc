//! The program is killed at, or refused, each system call of its commits in turn (strace's fault injection). All errors at
//! every call: `FAULTS_SWEEP=all`; else one after the other.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use chrono::Timelike;
use serde_json::{Value, json};

use crate::support::program::World;
use crate::watch::Watcher;

/// The system calls that a commit is made of.
const CALLS: [&str; 6] = ["openat", "write", "fsync", "linkat", "renameat", "unlinkat"];

/// What a call may answer.
const ERRORS: [&str; 4] = ["ENOSPC", "EIO", "EROFS", "EDQUOT"];

/// How many temporary files of one process are watched.
const TEMPORARY: u32 = 8;

/// How long a run may take: strace is slow.
const PATIENCE: Duration = Duration::from_secs(30);

/// What happens at a call.
#[derive(Clone, Copy, Debug)]
enum Injected {
    Kill,
    Error(&'static str),
}

/// What is tried at the n-th call.
fn injections(number: usize) -> Vec<Injected> {
    let all = std::env::var("FAULTS_SWEEP").is_ok_and(|value| value == "all");
    let errors: Vec<&str> = match all {
        true => ERRORS.to_vec(),
        false => vec![ERRORS[number % ERRORS.len()]],
    };
    let errors = errors.into_iter().map(Injected::Error);
    [Injected::Kill].into_iter().chain(errors).collect()
}

/// The program with something injected at the n-th of these calls in the state directory.
fn injected(
    world: &World,
    arguments: &[&str],
    call: &str,
    number: usize,
    what: Injected,
) -> Command {
    let plain = world.command(arguments);
    let state = world.path("state");
    // -D: the program is our child, strace is its; so the program's pid, which names its temporary files, is the shell's.
    let temporary = format!("{}/.daily.json.tmp.$$", state.display());
    let files: String = (0..TEMPORARY)
        .map(|n| format!(" -P {temporary}-{n}"))
        .collect();
    let script = format!(
        "exec strace -D -f -qqq -P {}{files} \"$@\"",
        state.display()
    );
    let mut command = Command::new("sh");
    command
        .args(["-c", &script, "sh", "-o"])
        .arg(world.path("strace"));
    let what = match what {
        Injected::Kill => "signal=SIGKILL".to_owned(),
        Injected::Error(error) => format!("error={error}"),
    };
    command.arg("-e").arg(format!("trace={call}"));
    command
        .arg("-e")
        .arg(format!("inject={call}:{what}:when={number}"));
    command
        .arg("--")
        .arg(plain.get_program())
        .args(plain.get_args());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.stdin(Stdio::null()).stderr(world.log_file());
    command
}

/// Whether the n-th call was made at all: the injection shows.
fn was_hit(world: &World, status: Option<ExitStatus>) -> bool {
    use std::os::unix::process::ExitStatusExt;
    let trace = std::fs::read_to_string(world.path("strace")).unwrap_or_default();
    let killed = status.is_some_and(|status| status.signal() == Some(9));
    killed || trace.contains("(INJECTED)")
}

fn has_strace(test: &str) -> bool {
    let there = Command::new("strace")
        .arg("-V")
        .stdout(Stdio::null())
        .status()
        .is_ok();
    if !there {
        eprintln!("SKIPPED: {test} needs strace");
    }
    there
}

fn logins(state: &Value) -> u64 {
    state["partners"]["alice"]["success"].as_u64().unwrap_or(0)
}

fn read(state: &Path) -> Value {
    let text = std::fs::read(state.join("daily.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

#[test]
fn a_daemon_cut_off_at_any_call_of_a_commit_counts_every_event_once() {
    if !has_strace("the sweep over a daemon's commits") {
        return;
    }
    let mut world = World::new();
    world.config.push_str("[alerts]\nlogin = false\n");
    world.daemon().stop();
    let watcher = Watcher::of(&world.path("state"));
    let mut written = 0;
    for call in CALLS {
        for number in 1.. {
            let mut hit = false;
            for what in injections(number) {
                written += 1;
                world.write(&format!(
                    "sshd[{written}]: Accepted password for alice from 192.0.2.7 port 5000 ssh2"
                ));
                let mut daemon = injected(&world, &["run"], call, number, what)
                    .spawn()
                    .unwrap();
                let until = Instant::now() + PATIENCE;
                let status = loop {
                    let ended = daemon.try_wait().unwrap();
                    if ended.is_some() || logins(&read(&world.path("state"))) == written {
                        break ended;
                    }
                    assert!(
                        Instant::now() < until,
                        "{call} {number} {what:?}: {}",
                        world.said()
                    );
                    std::thread::sleep(Duration::from_millis(5));
                };
                let status = status.or_else(|| {
                    // Counted: what comes after it, the removal of a second name say, is cut off as well.
                    std::thread::sleep(Duration::from_millis(50));
                    let pid = rustix::process::Pid::from_child(&daemon);
                    let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
                    daemon.wait().ok()
                });
                hit |= was_hit(&world, status);
                // Whatever it left, the next one goes on with it.
                let daemon = world.daemon();
                world.state(|state| logins(state) == written);
                daemon.stop();
                assert_eq!(
                    logins(&read(&world.path("state"))),
                    written,
                    "{call} {number} {what:?}"
                );
            }
            if !hit {
                assert!(number > 1, "no {call} was ever made");
                break;
            }
        }
    }
    watcher.end();
}

/// A zone where it is between nine and ten in the morning: from 23:00 on a day is closed once, and here it is again and again.
fn morning() -> String {
    let ahead = 9 - i64::from(chrono::Utc::now().hour());
    let ahead = if ahead < -12 { ahead + 24 } else { ahead };
    // The sign in these names is POSIX's: Etc/GMT-2 is two hours ahead.
    format!("Etc/GMT{:+}", -ahead)
}

#[test]
fn a_digest_cut_off_at_any_call_of_its_commits_posts_one_table() {
    if !has_strace("the sweep over a digest's commits") {
        return;
    }
    let mut world = World::new();
    world
        .config
        .insert_str(0, &format!("timezone = \"{}\"\n", morning()));
    world
        .config
        .push_str("[alerts]\nlogin = false\n[digest]\nidle = false\n");
    world.daemon().stop();
    let watcher = Watcher::of(&world.path("state"));
    let mut round = 0;
    for call in &CALLS[1..] {
        for number in 1.. {
            let mut hit = false;
            for what in injections(number) {
                round += 1;
                world.write(&format!(
                    "sshd[{round}]: Accepted password for alice from 192.0.2.7 port 5000 ssh2"
                ));
                let daemon = world.daemon();
                world.state(|state| logins(state) == 1);
                daemon.stop();
                let posts = world.slack.posts().len();
                let status = injected(&world, &["digest", "--yes"], call, number, what).status();
                hit |= was_hit(&world, status.ok());
                let output = world.run(&["digest", "--yes"]);
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{call} {number} {what:?}: {said}");
                let state = read(&world.path("state"));
                assert_eq!(
                    (&state["partners"], &state["resume"]["closed"]),
                    (&json!({}), &json!([]))
                );
                let tables = world.slack.posts().split_off(posts);
                let of_one = |text: &str| text.contains("1 connexion");
                let tables: Vec<_> = tables.iter().filter(|post| of_one(post.text())).collect();
                let cut_in_flight = tables.len() == 2 && tables[0].blocks() != tables[1].blocks();
                assert!(
                    tables.len() == 1 || cut_in_flight,
                    "{call} {number} {what:?}: {} tables",
                    tables.len()
                );
            }
            if !hit {
                assert!(number > 1, "no {call} was ever made");
                break;
            }
        }
    }
    watcher.end();
}
