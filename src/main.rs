//! The program's entry: parse, dispatch, print the error chain, pick the exit code.

use std::process::ExitCode;

use clap::Parser;
use sftp_monitor::adapters::log::{self, Priority, line};
use sftp_monitor::commands;
use sftp_monitor::commands::cli::{self, Command};
use sftp_monitor::domain::base::stop;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    log::least(match (&cli.command, cli.verbose) {
        // Whatever it finds is one of its matters.
        (Command::Check(_), _) => Priority::Error,
        (_, true) => Priority::Debug,
        (_, false) => Priority::Info,
    });
    let result = match &cli.command {
        Command::Run(arguments) => commands::run::command(&cli, arguments),
        Command::Digest(arguments) => commands::digest::command(&cli, arguments),
        Command::NotifyFailure(arguments) => commands::notify_failure::command(&cli, arguments),
        Command::Status(arguments) => commands::status::command(&cli, arguments),
        Command::Check(arguments) => commands::check::command(&cli, arguments),
        Command::Devlog(arguments) => commands::devlog::command(&cli, arguments),
        Command::Explain(arguments) => commands::explain::command(&cli, arguments),
        Command::Expect(arguments) => commands::expect::command(&cli, arguments),
        Command::Report(arguments) => commands::report::command(&cli, arguments),
        Command::Completions(arguments) => commands::completions::command(arguments),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            line(
                Priority::Error,
                &format!("sftp-monitor: {}", stop::said(&error)),
            );
            ExitCode::from(stop::code(&error))
        }
    }
}
