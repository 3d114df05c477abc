//! How soon the daemon is ready where the journal is large.

use std::time::Duration;

use crate::figures::{middle_and_high, timed};
use crate::support::journal::{Boot, Journals};
use crate::support::program::World;

/// How large the journal is.
const SIZE: u64 = 1 << 30;

/// How much one of its entries holds.
const ENTRY: usize = 60 * 1024;

/// How often it is started again.
const STARTS: usize = 10;

/// Text that no compression makes much smaller.
fn noise(from: u64) -> String {
    let mut state = from.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut letter = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'!' + (state % 94) as u8)
    };
    (0..ENTRY).map(|_| letter()).collect()
}

/// The first start, and later ones.
pub(crate) fn start() {
    let Some(journals) = Journals::new() else {
        return;
    };
    let mut boot = Boot::number(1);
    let mut live = journals.follow("system.journal");
    for n in 0..SIZE / ENTRY as u64 {
        live.append(&boot.other(&noise(n)));
        if n % 10 == 0 {
            let accepted = "Accepted password for alice from 192.0.2.7 port 5 ssh2";
            live.append(&boot.sshd(100 + u32::try_from(n).unwrap(), accepted));
        }
    }
    live.close();
    let files = std::fs::read_dir(journals.path()).unwrap();
    let size: u64 = files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum();
    println!("  a journal of {} MiB", size >> 20);
    let world = World::of_journal(journals.path());
    let (daemon, first) = timed(|| world.daemon());
    daemon.listen();
    world.told("Surveillance active");
    daemon.stop();
    let mut times: Vec<Duration> = (0..STARTS)
        .map(|_| {
            let (daemon, took) = timed(|| world.daemon());
            daemon.listen();
            daemon.stop();
            took
        })
        .collect();
    let (middle, high) = middle_and_high(&mut times);
    println!("  ready after {first:.1?}; after {middle:.1?} again, at most {high:.1?}");
}
