//! Tells an operations team, in Slack, what the partners of an OpenSSH SFTP server do.
//!
//! # The way of a log line
//!
//! A [`source`] (the journal, or auth.log through its rotations) hands out entries in order, from a position. [`entry`] is
//! what such an entry is: where it comes from, and a message that is still bytes. [`openssh`] knows the wording of sshd and
//! sftp-server and turns a message into an event, or into nothing; [`directory`] says who an account is. Both together
//! make a record. All of this may block, and lives in the thread of [`reader`].
//!
//! [`monitor`] holds the rules: records and the time go in, and the [`state`] changes, which is counters, open
//! [`sessions`], and messages that wait. It is pure: no clock, no file, no socket. [`days`] says which day an event counts
//! for and when one is closed, [`expect`] which feeds must arrive and by when. [`alerts`] gathers what is told, keeps it as
//! facts, and makes words of it at the very end, in the [`language`] of the configuration; [`clean`] makes harmless what came
//! from a log.
//!
//! [`daemon`] is the loop around it: it commits batches of records, posts the head of the outbox to [`slack`], and tells
//! the service manager ([`service`]) that all turns. [`digest`] is another process on the same state: it closes the day and
//! posts its table. [`outbox`] is what both do to the state when something was posted. [`notify_failure`] says in Slack that one
//! of them failed.
//!
//! # The other commands
//!
//! [`explain`] and [`report`] run the same rules over logs of the past, [`status`] shows the state, and [`output`] is what
//! they share of printing. [`check`] looks at everything that must be right and names what mends it, [`devlog`] is the mend of
//! the commonest fault; both ask [`sshd_config`] what sshd does with a partner, and [`program`] asks other programs.
//! [`cli`] and [`config`] are how a person tells the program what to do, [`log`] and [`exit`] how it answers. [`completions`] writes
//! what a shell needs to complete all this.

// No panic, and no dependency that nothing uses. Of the program alone: a test may panic, and has dependencies of its own.
#![cfg_attr(
    not(test),
    warn(
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        unused_crate_dependencies
    )
)]

pub mod alerts;
pub mod check;
pub mod clean;
pub mod cli;
pub mod completions;
pub mod config;
mod crowd;
pub mod daemon;
pub mod days;
pub mod devlog;
pub mod digest;
pub mod directory;
pub mod entry;
pub mod exit;
pub mod expect;
pub mod explain;
pub mod language;
pub mod log;
pub mod monitor;
pub mod notify_failure;
pub mod openssh;
pub mod outbox;
pub mod output;
pub mod program;
pub mod reader;
pub mod report;
pub mod service;
pub mod sessions;
pub mod sight;
pub mod slack;
pub mod source;
pub mod sshd_config;
pub mod state;
pub mod status;
pub mod time;
