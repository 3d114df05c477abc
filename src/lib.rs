//! Tells an operations team, in Slack, what the partners of an OpenSSH SFTP server do.
//!
//! Three layers; imports go down only, and `tests/layers.rs` holds them to it.
//!
//! - [`commands`] is what a person or a unit runs, a file or folder each.
//! - [`adapters`] is what talks to the world outside, one thing each.
//! - [`domain`] is the rules. It is pure: no clock, no file, no socket.
//!
//! # The way of a log line
//!
//! A [`source`] (the journal, or auth.log through its rotations) hands out entries in order, from a position. [`record`] says
//! what such an entry is: where it comes from, and a message that is still bytes. [`openssh`] knows the wording of sshd and
//! sftp-server and turns a message into an event, or into nothing; [`userdb`] says who an account is. Both together
//! make a record. All of this may block, and lives in the thread of [`reader`].
//!
//! [`rules`] takes records and the time, and changes the [`state`], which is counters, open [`sessions`], and messages that
//! wait. [`days`] says which day an event counts for and when one is closed, [`expect`] which feeds must arrive and by when.
//! [`alerts`] gathers what is told, and keeps it as facts; [`render`] makes words of it at the very end, in the language of
//! the configuration.
//!
//! [`run`] is the loop around it: it commits batches of records to the [`store`], posts the head of the outbox to [`slack`],
//! and tells the service manager ([`service`]) that all turns. [`digest`] is another process on the same state: it closes the
//! day and posts its table. [`delivery`] is what both do to the state when something is posted, [`slack_reply`] what an
//! answer of Slack means. [`notify_failure`] says in Slack that one of them failed.
//!
//! # The other commands
//!
//! [`explain`] and [`report`] run the same rules over logs of the past ([`archive`]), [`status`] shows the state, and
//! [`output`] is what they share of printing. [`check`] looks at everything that must be right and names what mends it,
//! [`devlog`] is the mend of the commonest fault; both ask [`sshd_config`] what sshd does with a partner, and [`program`] asks
//! other programs. [`sight`] says whose files the log shows at all. [`cli`] and [`config`] are how a person tells the program
//! what to do, [`log`] and [`stop`] how it answers. [`completions`] writes what a shell needs to complete all this.
//!
//! [`source`]: adapters::source
//! [`record`]: domain::record
//! [`openssh`]: domain::openssh
//! [`userdb`]: adapters::userdb
//! [`reader`]: adapters::reader
//! [`rules`]: domain::rules
//! [`state`]: domain::state
//! [`sessions`]: domain::sessions
//! [`days`]: domain::days
//! [`expect`]: domain::expect
//! [`alerts`]: domain::alerts
//! [`render`]: domain::render
//! [`run`]: commands::run
//! [`store`]: adapters::store
//! [`slack`]: adapters::slack
//! [`service`]: adapters::service
//! [`digest`]: commands::digest
//! [`delivery`]: domain::delivery
//! [`slack_reply`]: domain::slack_reply
//! [`notify_failure`]: commands::notify_failure
//! [`explain`]: commands::explain
//! [`report`]: commands::report
//! [`archive`]: adapters::archive
//! [`status`]: commands::status
//! [`output`]: commands::output
//! [`check`]: commands::check
//! [`devlog`]: commands::devlog
//! [`sshd_config`]: adapters::sshd_config
//! [`program`]: adapters::program
//! [`sight`]: adapters::sight
//! [`cli`]: commands::cli
//! [`config`]: adapters::config
//! [`log`]: adapters::log
//! [`stop`]: domain::base::stop
//! [`completions`]: commands::completions

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

pub mod adapters;
pub mod commands;
pub mod domain;
