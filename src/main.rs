//! The program's entry: parses the command line, dispatches, prints the error chain and picks the exit code.

use std::process::ExitCode;

use clap::Parser;
use sftp_monitor::adapters::config::ConfigError;
use sftp_monitor::adapters::log::{self, Priority, line};
use sftp_monitor::adapters::source::journal::SeveralMachines;
use sftp_monitor::adapters::store::StateError;
use sftp_monitor::commands;
use sftp_monitor::commands::cli::{self, Command};
use sftp_monitor::domain::base::stop::{self, LATER, SETUP, Stop, USAGE};

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    log::least(match (&cli.command, cli.verbose) {
        // `check` reports problems in its own list.
        (Command::Check(arguments), _) if !arguments.syntax => Priority::Error,
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
        Command::Ack(arguments) => commands::ack::command(&cli, arguments),
        Command::Mute(arguments) => commands::mute::command(&cli, arguments),
        Command::Unmute(arguments) => commands::unmute::command(&cli, arguments),
        Command::Completions(arguments) => commands::completions::command(arguments),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            line(
                Priority::Error,
                &format!("sftp-monitor: {}", stop::said(&error)),
            );
            ExitCode::from(code(&error))
        }
    }
}

/// The exit code of an error.
fn code(error: &anyhow::Error) -> u8 {
    for cause in error.chain() {
        if let Some(stop) = cause.downcast_ref() {
            return match stop {
                Stop::Usage(_) => USAGE,
                Stop::Later(_) => LATER,
                Stop::Setup(_) => SETUP,
            };
        }
        match cause.downcast_ref() {
            // Waiting does not fix this error.
            Some(StateError::Disk { cause, .. })
                if cause.kind() == std::io::ErrorKind::PermissionDenied =>
            {
                return SETUP;
            }
            Some(StateError::Busy { .. } | StateError::Disk { .. }) => return LATER,
            Some(StateError::Refused(_)) => return SETUP,
            Some(StateError::Damaged { .. }) | None => {}
        }
        if cause.is::<SeveralMachines>() || cause.is::<ConfigError>() {
            return SETUP;
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_time_mends_is_tried_again_and_a_permission_is_not() {
        let failed = |errno: i32| {
            let cause = std::io::Error::from_raw_os_error(errno);
            let (action, path) = ("writing", "daily.json".into());
            code(&anyhow::Error::from(StateError::Disk {
                action,
                path,
                cause,
            }))
        };
        assert_eq!(failed(libc::ENOSPC), LATER);
        assert_eq!(failed(libc::EROFS), LATER);
        assert_eq!(failed(libc::EACCES), SETUP);
    }
}
