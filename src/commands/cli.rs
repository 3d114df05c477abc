//! The command line.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::base::when::When;

mod people;

pub use people::{AckArgs, MuteArgs, UnmuteArgs};

/// Tells an operations team, in Slack, what the partners of an OpenSSH SFTP server do.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    /// The configuration [default: /etc/sftp-monitor/config.toml, which may be missing]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The directory of the state [default: $STATE_DIRECTORY, else /var/lib/sftp-monitor]
    #[arg(long, global = true, value_name = "DIRECTORY")]
    pub state_directory: Option<PathBuf>,
    /// Write more messages to the log; with check, also show the details where there is no problem
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Follow the log, count, and post to Slack: the daemon
    Run(RunArgs),
    /// Close the day, and post the table of every closed day not yet posted
    Digest(DigestArgs),
    /// Post to Slack that a unit failed; OnFailure= of the units starts this
    NotifyFailure(NotifyFailureArgs),
    /// Show today's table, the position in the log, and the messages that wait for Slack
    Status(StatusArgs),
    /// Check the machine and show the command that fixes each problem: exit code 1 for warnings, 2 for problems
    Check(CheckArgs),
    /// Make a /dev/log that leads to journald in every partner's chroot; needs root
    Devlog(DevlogArgs),
    /// Explain how the monitor understands each line of a log: one JSON object per line
    Explain(ExplainArgs),
    /// Count per day and partner, from the log that the daemon reads or from others
    Report(ReportArgs),
    /// Show the feeds that must arrive: the next deadline, the last arrival and today's state of each
    Expect(ExpectArgs),
    /// Post to Slack that somebody takes care of a partner's open matter, and end its reminders
    Ack(AckArgs),
    /// Hold back the alerts of a partner for a while, and sum them up at the end; counting continues
    Mute(MuteArgs),
    /// End the mute of a partner now
    Unmute(UnmuteArgs),
    /// Print a script with which a shell completes commands and options
    Completions(CompletionsArgs),
}

/// `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Print the messages instead of posting them; needs no token, keeps its state in memory, changes nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Read an auth.log from its beginning; refused if a position is stored
    #[arg(long)]
    pub from_start: bool,
    /// With --dry-run: the partners, if their accounts do not exist on this machine
    #[arg(long, value_name = "A,B,C", value_delimiter = ',', value_parser = partner, requires = "dry_run")]
    pub partners: Option<Vec<String>>,
}

/// `digest`.
#[derive(Debug, Args)]
pub struct DigestArgs {
    /// Print the tables that would be posted; change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Close the day before its time without asking
    #[arg(long)]
    pub yes: bool,
}

/// `notify-failure`.
#[derive(Debug, Args)]
pub struct NotifyFailureArgs {
    /// The unit's full name: sftp-monitor.service
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub unit: String,
}

/// `status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// As one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// As a JSON list
    #[arg(long)]
    pub json: bool,
    /// Post a test message to the channel, to prove that messages arrive
    #[arg(long)]
    pub send: bool,
    /// Check only the configuration: exit code 78, and the wrong line, if a reload would refuse it
    #[arg(long, conflicts_with_all = ["json", "send"])]
    pub syntax: bool,
}

/// `devlog`.
#[derive(Debug, Args)]
pub struct DevlogArgs {
    /// Repeat as long as something changes: for the unit that the path unit starts
    #[arg(long)]
    pub settle: bool,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Logs, also compressed by gzip; - is standard input [default: -]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The partners, if their accounts do not exist on this machine
    #[arg(long, value_name = "A,B,C", value_delimiter = ',', value_parser = partner)]
    pub partners: Option<Vec<String>>,
}

/// `report`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("from"))]
pub struct ReportArgs {
    /// Read these logs, also compressed by gzip; - is standard input
    #[arg(long, value_name = "FILE", num_args = 1.., group = "from")]
    pub auth_log: Vec<PathBuf>,
    /// Read the machine's own journal
    #[arg(long, group = "from")]
    pub journal: bool,
    /// Read the journals in this directory
    #[arg(long, value_name = "DIRECTORY", group = "from")]
    pub journal_directory: Option<PathBuf>,
    /// From this day or time on: today, yesterday, "last tuesday", 2026-03-30, "2026-03-30 06:00", 06:00, "2 days ago", -2h,
    /// @SECONDS
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    pub since: Option<When>,
    /// Up to and including this day, or up to this time; now and tomorrow are possible, too
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    pub until: Option<When>,
    /// As a table or as JSON
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
    /// The partners, if their accounts do not exist on this machine
    #[arg(long, value_name = "A,B,C", value_delimiter = ',', value_parser = partner)]
    pub partners: Option<Vec<String>>,
}

/// `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// `expect`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("log").requires("replay"))]
pub struct ExpectArgs {
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// Show which messages the expectations would have caused on past days, from the log that the daemon reads or from another
    #[arg(long, requires = "since")]
    pub replay: bool,
    /// With --replay: from this day or time on, as with report: yesterday, 2026-03-30, "2 days ago", ...
    #[arg(
        long,
        value_name = "DATE",
        requires = "replay",
        allow_hyphen_values = true
    )]
    pub since: Option<When>,
    /// With --replay: up to and including this day, or up to this time
    #[arg(
        long,
        value_name = "DATE",
        requires = "replay",
        allow_hyphen_values = true
    )]
    pub until: Option<When>,
    /// With --replay: read these logs, also compressed by gzip; - is standard input
    #[arg(long, value_name = "FILE", num_args = 1.., group = "log")]
    pub auth_log: Vec<PathBuf>,
    /// With --replay: read the machine's own journal
    #[arg(long, group = "log")]
    pub journal: bool,
    /// With --replay: read the journals in this directory
    #[arg(long, value_name = "DIRECTORY", group = "log")]
    pub journal_directory: Option<PathBuf>,
    /// The partners, if their accounts do not exist on this machine
    #[arg(long, value_name = "A,B,C", value_delimiter = ',', value_parser = partner)]
    pub partners: Option<Vec<String>>,
}

/// How `report` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people.
    Table,
    /// JSON for programs.
    Json,
}

/// Reads a partner's name from a list. People put blanks around a name: they do not belong to it.
fn partner(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("a name is missing"),
        name => Ok(name.to_owned()),
    }
}

/// Where the state is unless told otherwise.
const STATE_DIRECTORY: &str = "/var/lib/sftp-monitor";

impl Cli {
    /// The directory of the state: the option's, else systemd's, else the default one.
    pub fn state_directory(&self) -> PathBuf {
        let given = self.state_directory.clone();
        given
            .or_else(|| first(&std::env::var_os("STATE_DIRECTORY")?))
            .unwrap_or_else(|| STATE_DIRECTORY.into())
    }
}

/// The first of the directories that systemd names, separated by colons (systemd.exec(5), StateDirectory=).
fn first(given: &OsStr) -> Option<PathBuf> {
    let first = given
        .as_bytes()
        .split(|&b| b == b':')
        .next()
        .filter(|first| !first.is_empty())?;
    Some(OsStr::from_bytes(first).into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn of_several_state_directories_the_first_is_taken() {
        assert_eq!(
            first(OsStr::new("/var/lib/a:/var/lib/b")),
            Some("/var/lib/a".into())
        );
        assert_eq!(first(OsStr::new("/var/lib/a")), Some("/var/lib/a".into()));
        assert_eq!(first(OsStr::new("")), None);
    }

    #[test]
    fn global_options_stand_before_or_after_the_command() {
        for words in [
            [
                "sftp-monitor",
                "--config",
                "/c",
                "--state-directory",
                "/s",
                "-v",
                "status",
            ],
            [
                "sftp-monitor",
                "status",
                "--config",
                "/c",
                "--state-directory",
                "/s",
                "-v",
            ],
        ] {
            let cli = Cli::try_parse_from(words).unwrap();
            assert_eq!(
                (cli.config, cli.state_directory, cli.verbose),
                (Some("/c".into()), Some("/s".into()), true)
            );
        }
    }

    #[test]
    fn what_cannot_be_meant_is_a_usage_error() {
        for words in [
            "sftp-monitor",
            "sftp-monitor watch",
            "sftp-monitor run --partners alice",
            "sftp-monitor report --since noon",
            "sftp-monitor report --since",
            "sftp-monitor report --journal --auth-log /var/log/auth.log",
            "sftp-monitor report --journal --format csv",
            "sftp-monitor expect --replay",
            "sftp-monitor expect --since 2026-03-30",
            "sftp-monitor expect --journal",
            "sftp-monitor run --dry-run --partners alice,,bob",
            "sftp-monitor digest --date 2026-03-30",
        ] {
            let refused = Cli::try_parse_from(words.split(' ')).unwrap_err();
            assert_eq!(refused.exit_code(), 2, "{words}");
        }
    }

    #[test]
    fn partners_are_separated_by_commas() {
        let cli =
            Cli::try_parse_from(["sftp-monitor", "explain", "--partners", "alice,bob c", "-"])
                .unwrap();
        let Command::Explain(explain) = cli.command else {
            panic!("another command")
        };
        assert_eq!(
            explain.partners,
            Some(vec!["alice".to_owned(), "bob c".to_owned()])
        );
        assert_eq!(explain.files, [PathBuf::from("-")]);
    }
}
