//! The program's entry: parse, dispatch, print the error chain, pick the exit code.

use std::process::ExitCode;

use clap::Parser;
use sftp_monitor::cli::{self, Command};
use sftp_monitor::exit;
use sftp_monitor::log::{Priority, line};

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    sftp_monitor::log::least(match (&cli.command, cli.verbose) {
        // Whatever it finds is one of its matters.
        (Command::Check(_), _) => Priority::Error,
        (_, true) => Priority::Debug,
        (_, false) => Priority::Info,
    });
    let result = match &cli.command {
        Command::Run(arguments) => sftp_monitor::daemon::command(&cli, arguments),
        Command::Digest(arguments) => sftp_monitor::digest::command(&cli, arguments),
        Command::NotifyFailure(arguments) => sftp_monitor::notify_failure::command(&cli, arguments),
        Command::Status(arguments) => sftp_monitor::status::command(&cli, arguments),
        Command::Check(arguments) => sftp_monitor::check::command(&cli, arguments),
        Command::Devlog(arguments) => sftp_monitor::devlog::command(&cli, arguments),
        Command::Explain(arguments) => sftp_monitor::explain::command(&cli, arguments),
        Command::Expect(arguments) => sftp_monitor::expect::command(&cli, arguments),
        Command::Report(arguments) => sftp_monitor::report::command(&cli, arguments),
        Command::Completions(arguments) => sftp_monitor::completions::command(arguments),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            line(
                Priority::Error,
                &format!("sftp-monitor: {}", exit::said(&error)),
            );
            ExitCode::from(exit::code(&error))
        }
    }
}
