//! The log itself goes: vacuumed while the program is away, closed to it, or gone while it runs.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::apart::{apart, run};
use crate::support::journal::{Boot, Journals};
use crate::support::program::World;

const LOGIN: &str = "Accepted password for alice from 192.0.2.7 port 5000 ssh2";

fn boot() -> Boot {
    let now = u64::try_from(chrono::Utc::now().timestamp_micros()).unwrap();
    Boot::number(1).with_clock(now - 60_000_000)
}

#[test]
fn what_was_vacuumed_while_it_was_away_is_a_gap_in_the_table_and_the_rest_counts_once() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = boot();
    journals.write(
        "system.journal",
        &[boot.sshd(10, "Server listening on :: port 22.")],
    );
    let world = World::of_journal(journals.path());
    let daemon = world.daemon();
    journals.write("system.journal", &[boot.sshd(11, LOGIN)]);
    world.state(|state| state["partners"]["alice"]["success"] == 1);
    daemon.kill();
    journals.write("system.journal", &[boot.sshd(12, LOGIN)]);
    journals.rename("system.journal", "system@1.journal");
    journals.write("system.journal", &[boot.sshd(13, LOGIN)]);
    journals.remove("system@1.journal");
    let daemon = world.daemon();
    let state = world.state(|state| state["partners"]["alice"]["success"] == 2);
    assert_eq!(state["resume"]["day"]["notices"][0]["kind"], "gap");
    daemon.stop();
    assert!(
        world.said().contains("entries are missing from"),
        "{}",
        world.said()
    );
    let output = world.run(&["digest", "--dry-run"]);
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(table.contains('⚠'), "{table}");
}

/// libsystemd reads journal files through mappings, and what is cut off under a mapping ends the process that looks at it.
#[test]
fn a_journal_file_that_is_cut_off_under_the_daemon_ends_it_and_its_restart_counts_right_and_says_so()
 {
    let Some(journals) = Journals::new() else {
        return;
    };
    for length in [0, 4096] {
        let mut boot = boot();
        journals.write(
            "system.journal",
            &[
                boot.sshd(10, LOGIN),
                boot.sshd(11, "Server listening on :: port 22."),
            ],
        );
        let world = World::of_journal(journals.path());
        let mut daemon = world.daemon();
        journals.write("system.journal", &[boot.sshd(12, LOGIN)]);
        world.state(|state| state["partners"]["alice"]["success"] == 1);
        let file = journals.file("system.journal");
        let cut = std::fs::OpenOptions::new().write(true).open(&file).unwrap();
        cut.set_len(length).unwrap();
        drop(cut);
        // What journald does with a damaged file: it sets it aside, and goes on in another.
        journals.rename("system.journal", "system@1.journal~");
        journals.write("system.journal", &[boot.sshd(13, LOGIN)]);
        let until = Instant::now() + Duration::from_secs(20);
        let mut ended = None;
        while ended.is_none() && Instant::now() < until {
            ended = daemon.child.try_wait().unwrap();
            let text = std::fs::read_to_string(world.path("state/daily.json")).unwrap();
            if text.contains("\"success\":2") {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let signal = ended.and_then(|status| status.signal());
        assert!(
            ended.is_none() || signal == Some(7),
            "{ended:?}: by SIGBUS, or not at all"
        );
        drop(daemon);
        // What Restart=on-failure in the unit does after a signal.
        let daemon = world.daemon();
        let state = world.state(|state| state["partners"]["alice"]["success"] == 2);
        assert_eq!(
            state["resume"]["day"]["notices"][0]["kind"], "gap",
            "{length}: {state:#}"
        );
        daemon.stop();
        journals.remove("system@1.journal~");
        journals.remove("system.journal");
    }
    let unit = std::fs::read_to_string("units/sftp-monitor.service").unwrap();
    assert!(unit.contains("\nRestart=on-failure\n"));
}

#[test]
fn a_log_that_is_gone_for_a_while_is_said_once_and_read_on_at_the_same_place() {
    let world = World::new();
    let daemon = world.daemon();
    let login = |pid: u32| world.write(&format!("sshd[{pid}]: {LOGIN}"));
    login(1);
    world.state(|state| state["partners"]["alice"]["success"] == 1);
    let (log, away) = (world.log(), world.path("away"));
    std::fs::rename(&log, &away).unwrap();
    std::fs::create_dir(&log).unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    let said = "the log cannot be read";
    while !world.said().contains(said) {
        assert!(Instant::now() < until, "{}", world.said());
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(world.said().matches(said).count(), 1, "{}", world.said());
    std::fs::remove_dir(&log).unwrap();
    std::fs::rename(&away, &log).unwrap();
    login(2);
    world.state(|state| state["partners"]["alice"]["success"] == 2);
    daemon.stop();
}

#[test]
fn a_journal_that_this_user_may_not_read_is_no_quiet_one() {
    if !apart("sources::a_journal_that_this_user_may_not_read_is_no_quiet_one") {
        return;
    }
    let machine = std::fs::read_to_string("/etc/machine-id").unwrap();
    run("mount", &["-t", "tmpfs", "tmpfs", "/var/log"]);
    let directory = format!("/var/log/journal/{}", machine.trim());
    std::fs::create_dir_all(&directory).unwrap();
    run(
        "install",
        &[
            "-m",
            "640",
            "/dev/null",
            &format!("{directory}/system.journal"),
        ],
    );
    let mut world = World::new();
    world.config = "[source]\nkind = \"journal\"\n".to_owned();
    let plain = world.command(&["run"]);
    run("chmod", &["-R", "a+rwX", world.path("").to_str().unwrap()]);
    let program = plain.get_program().to_owned();
    run(
        "install",
        &[
            "-m",
            "755",
            program.to_str().unwrap(),
            world.path("program").to_str().unwrap(),
        ],
    );
    let output = Command::new("setpriv")
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
        .arg(world.path("program"))
        .args(plain.get_args())
        .env("SLACK_BOT_TOKEN", "xoxb-test")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert!(said.contains("systemd-journal"), "{said}");
}
