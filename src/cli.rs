//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Tells an operations team, in Slack, what the partners of an OpenSSH SFTP server do.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    /// The configuration [default: /etc/sftp-monitor/config.toml, which may be missing]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the state is [default: $STATE_DIRECTORY, else /var/lib/sftp-monitor]
    #[arg(long, global = true, value_name = "DIRECTORY")]
    pub state_directory: Option<PathBuf>,
    /// Say more in the log
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Follow the log, count, and tell Slack: the daemon
    Run(Run),
    /// Close the day, and post the table of every closed day not yet posted
    Digest(Digest),
    /// Today's table, where reading stands, what waits for Slack
    Status(Status),
    /// What the monitor takes each line of a log for, and why: one JSON object a line
    Explain(Explain),
    /// Counters per day and partner, from logs
    Report(Report),
}

/// `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// Print the messages in place of posting them; needs no token, keeps its state in memory, touches nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Read an auth.log from its beginning; refused where a position is stored
    #[arg(long)]
    pub from_start: bool,
    /// With --dry-run: the partners, where their accounts do not exist on this machine
    #[arg(long, value_name = "A,B,C", value_delimiter = ',', requires = "dry_run")]
    pub partners: Option<Vec<String>>,
}

/// `digest`.
#[derive(Debug, Args)]
pub struct Digest {
    /// Print the tables that would be posted; change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Close the day before its time without asking
    #[arg(long)]
    pub yes: bool,
}

/// `status`.
#[derive(Debug, Args)]
pub struct Status {
    /// As one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// Logs, also compressed by gzip; - is standard input [default: -]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The partners, where their accounts do not exist on this machine
    #[arg(long, value_name = "A,B,C", value_delimiter = ',')]
    pub partners: Option<Vec<String>>,
}

/// `report`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("from").required(true))]
pub struct Report {
    /// Read these logs, also compressed by gzip; - is standard input
    #[arg(long, value_name = "FILE", num_args = 1.., group = "from")]
    pub auth_log: Vec<PathBuf>,
    /// Read the machine's own journal
    #[arg(long, group = "from")]
    pub journal: bool,
    /// Read the journals in this directory
    #[arg(long, value_name = "DIRECTORY", group = "from")]
    pub journal_directory: Option<PathBuf>,
    /// From this date or time on: 2026-03-30, or "2026-03-30 06:00"
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Up to this date, the day included, or up to this time
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// As a table or as JSON
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
    /// The partners, where their accounts do not exist on this machine
    #[arg(long, value_name = "A,B,C", value_delimiter = ',')]
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

impl Cli {
    /// Where the state is: as told, else as systemd says, else in its place.
    pub fn state_directory(&self) -> PathBuf {
        let systemd = || std::env::var("STATE_DIRECTORY").ok().filter(|given| !given.is_empty());
        let first = |given: String| given.split(':').next().unwrap_or_default().into();
        let own = || PathBuf::from("/var/lib/sftp-monitor");
        self.state_directory.clone().or_else(|| systemd().map(first)).unwrap_or_else(own)
    }
}
