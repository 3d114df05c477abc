//! The real program while the system under it fails: system calls that are cut off, disks that are full, a power cut, files
//! that others damage. What needs root is left out without it, and says so.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../support/mod.rs"]
mod support;

mod apart;
mod damage;
mod digests;
mod disk;
mod kill_loop;
mod power;
mod sources;
mod sweep;
mod watch;
