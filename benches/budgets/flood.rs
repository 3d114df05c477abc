//! A flood: failed log-ins of made-up names, twenty thousand a second, for a minute.

use std::time::{Duration, Instant};

use crate::Row;
use crate::backlog::state;
use crate::figures::{processor, status};
use crate::support::nss::Trouble;
use crate::support::program::World;

/// How many failures a second.
const A_SECOND: usize = 20_000;

/// For how many seconds.
const SECONDS: usize = 60;

/// In so many pieces a second they are written.
const PIECES: usize = 20;

/// Writes the flood as it would come, and watches the daemon.
pub(crate) fn flood() -> Vec<Row> {
    // It counts the questions, where a mount namespace can be had.
    let trouble = Trouble::new();
    let world = World::new();
    let mut command = world.command(&["run"]);
    if let Some(trouble) = &trouble {
        command = trouble.around(command);
    }
    let mut daemon = command.stderr(world.log_file()).spawn().unwrap();
    world.told("Surveillance active");
    let (pid, begun) = (daemon.id(), Instant::now());
    let commits = || state(&world)["resume"]["commits"].as_u64().unwrap_or(0);
    let counted = || state(&world)["unknown_attempts"].as_u64().unwrap_or(0);
    let before = commits();
    let mut resident = Vec::new();
    for piece in 0..SECONDS * PIECES {
        world.write_raw(&failures(piece));
        if piece % (10 * PIECES) == 0 {
            resident.push(status(pid, "VmRSS").unwrap_or(0));
        }
        let next = begun + Duration::from_millis((1_000 / PIECES * (piece + 1)) as u64);
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    let written = begun.elapsed();
    let all = (SECONDS * A_SECOND) as u64;
    println!(
        "  {all} failures written in {written:.1?}, {} counted by then",
        counted()
    );
    while counted() < all {
        assert!(
            begun.elapsed() < Duration::from_secs(300),
            "never counted: {}",
            world.said()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    println!(
        "  all counted {:.2?} after the last",
        begun.elapsed() - written
    );
    let most = status(pid, "VmHWM").unwrap_or(0);
    println!("  resident every ten seconds: {resident:?} KiB, at most {most} KiB");
    println!(
        "  {} commits, {:.1?} of processor time",
        commits() - before,
        processor(pid)
    );
    if let Some(trouble) = &trouble {
        let asked = trouble.asked();
        let made_up = asked.iter().filter(|name| name.contains("madeup")).count();
        println!(
            "  {} questions to the user database, {made_up} for made-up names",
            asked.len()
        );
    }
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    Vec::new()
}

/// The lines of one piece, each failure as sshd logs it.
fn failures(piece: usize) -> String {
    let stamp = chrono::Local::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, false);
    let mut text = String::new();
    for n in 0..A_SECOND / PIECES {
        let number = piece * A_SECOND / PIECES + n;
        let (pid, port) = (1_000 + number % 30_000, number % 60_000 + 1);
        let who = format!("user madeup{number} from 203.0.113.9 port {port}");
        text += &format!("{stamp} sftp1 sshd[{pid}]: Invalid {who}\n");
        text += &format!("{stamp} sftp1 sshd[{pid}]: Failed password for invalid {who} ssh2\n");
    }
    text
}
