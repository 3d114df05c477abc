//! Tells an operations team, in Slack, what the partners of an OpenSSH SFTP server do.
//!
//! The source has three layers. A file imports only from its own layer and from those below; `tests/layers.rs` checks it.
//!
//! - [`commands`]: one file or folder for each command.
//! - [`adapters`]: each talks to one thing outside of the program, such as the journal, Slack or the disk.
//! - [`domain`]: the rules. They use no clock, no file and no socket.
//!
//! # The way of a log line
//!
//! A [`source`] (the journal, or auth.log and its rotated files) returns entries in order, from a position. An entry
//! ([`record`]) has an origin and a message of raw bytes. [`openssh`] knows the wording of sshd and sftp-server: it parses a
//! message into an event, or ignores it. [`userdb`] answers which user an account is, and whether that user is a partner. The
//! event and this answer together are a record. These steps may block, so they run in a thread of their own, [`reader`].
//!
//! [`rules`] applies records to the [`state`]: counters, open [`sessions`], and messages that wait. The time is an argument.
//! [`days`] decides for which day an event counts and when a day is closed. [`expect`] knows which feeds must arrive, and by
//! when. [`alerts`] gathers messages and keeps them as facts. [`render`] writes their text when they are posted, in the
//! language of the configuration. [`routes`] decides which channel each goes to.
//!
//! [`run`] is the daemon's loop: it commits batches of records to the [`store`], posts the first message of the outbox to
//! [`slack`], and reports to the service manager ([`service`]). [`digest`] is another process that works on the same state: it
//! closes the day and posts its table. [`delivery`] and [`tables`] change the state before and after a post.
//! [`webhook`] posts each alert by itself, as a CloudEvent, to another program.
//! [`slack_reply`] decides what to do after each answer of Slack. [`notify_failure`] reports in Slack that a unit failed.
//!
//! # The other commands
//!
//! [`explain`] and [`report`] apply the same rules to old logs ([`archive`]), and so does the replay of [`expect`](commands::expect),
//! which prints what is expected. [`status`] prints the state. [`mute`] and [`unmute`] keep a partner's alerts back, [`ack`] its
//! reminders. [`output`] has the
//! functions for printing that commands share. [`check`] inspects the machine, from sshd to Slack, and prints for each problem
//! the command that fixes it. [`devlog`] makes `/dev/log` available in the partners' chroots. Both ask [`sshd_config`] which
//! settings of sshd apply to a partner. [`sight`] decides whose files the log shows. [`machine`] answers the rules' questions about
//! this machine, and `look_back` looks for feeds that arrived before they were expected. [`program`] runs other programs.
//! [`cli`] parses the command line, [`config`] the configuration file. [`log`] writes to the journal, [`stop`] has the errors
//! that end a command. [`completions`] writes the files with which a shell completes commands.
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
//! [`routes`]: domain::routes
//! [`run`]: commands::run
//! [`store`]: adapters::store
//! [`slack`]: adapters::slack
//! [`service`]: adapters::service
//! [`digest`]: commands::digest
//! [`delivery`]: domain::delivery
//! [`tables`]: domain::tables
//! [`slack_reply`]: domain::slack_reply
//! [`notify_failure`]: commands::notify_failure
//! [`explain`]: commands::explain
//! [`report`]: commands::report
//! [`archive`]: adapters::archive
//! [`status`]: commands::status
//! [`mute`]: commands::mute
//! [`unmute`]: commands::unmute
//! [`ack`]: commands::ack
//! [`machine`]: adapters::machine
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
//! [`webhook`]: adapters::webhook
//! [`completions`]: commands::completions

// The program must not panic, and must have no unused dependency. Tests may panic, and have dependencies of their own.
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
