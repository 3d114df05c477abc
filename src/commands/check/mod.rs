//! `check`: everything that must be right, each matter with what was seen and the command that mends it.
//! Uses the domain, the adapters and what other commands are asked for.
//!
//! Each matter has a file: it gathers what is seen at the edge, and judges it in a function that is pure, so that the tests
//! of a matter are tables. What this user may not see is named in one line at the end; as root everything is seen.

mod access;
mod accounts;
mod admission;
mod arrived;
mod ca_file;
mod channel;
mod chroot;
mod clock;
mod configuration;
mod dev_log;
mod edit;
mod expected;
mod finding;
mod heartbeat;
mod journal;
mod obstacle;
mod partners;
mod print;
mod probe;
mod proxy;
mod reboot;
mod refusal;
mod running;
mod scripts;
mod sftp_command;
mod slack;
mod slack_facts;
mod source;
mod sshd;
mod state;
mod token;
mod units;
mod waiting;
mod whole;
mod words;

use std::path::Path;
use std::time::SystemTime;

use crate::adapters::log::{Priority, line};
use crate::adapters::store::{Store, become_owner, log_recoveries};
use crate::commands::cli::{self, Cli};
use crate::commands::output;
use crate::domain::base::time::{Time, Zone};
use crate::domain::delivery;
use crate::domain::slack_reply::{Disposition, PostResult};
use finding::{Finding, Status};
use print::Look;

/// Runs the command. Exit code 1 where there are warnings, 2 where there are problems.
pub fn command(cli: &Cli, arguments: &cli::Check) -> anyhow::Result<u8> {
    if arguments.syntax {
        let right = configuration::syntax(cli.config.as_deref())?;
        return output::to_output(|out| {
            writeln!(out, "{right}")?;
            Ok(0)
        });
    }
    let (mut findings, posted) = whole::findings(cli, arguments.send)?;
    if rustix::process::geteuid().is_root() && without_sudo() {
        findings.iter_mut().for_each(for_root);
    }
    let worst = findings.iter().map(|found| found.status).max();
    // NO_COLOR: <https://no-color.org>.
    let colourless = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
    let look = Look {
        colour: output::is_terminal() && !colourless,
        width: output::terminal_width(),
        all: cli.verbose,
    };
    let code = output::to_output(|out| {
        match arguments.json {
            true => print::json(&findings, out)?,
            false => print::text(&findings, look, out)?,
        }
        Ok(match worst {
            None | Some(Status::Ok) => 0,
            Some(Status::Warning) => 1,
            Some(Status::Problem) => 2,
        })
    })?;
    // Last: root becomes the service's user by it.
    if let Some(zone) = posted {
        if let Err(error) = end_pause(&cli.state_directory(), zone) {
            let told = format!(
                "the service learns at its own next try that Slack takes messages: {error:#}"
            );
            line(Priority::Warning, &told);
        }
    }
    Ok(code)
}

/// A line was posted: what waits for Slack need not wait for the service's next try.
fn end_pause(directory: &Path, zone: Zone) -> anyhow::Result<()> {
    if !directory.join("daily.json").exists() {
        return Ok(());
    }
    become_owner(directory)?;
    let now = Time::from(SystemTime::now());
    let mut unusual = Vec::new();
    Store::open(directory)?.commit(zone.local(now), |daily, recoveries| {
        unusual = recoveries.to_vec();
        delivery::note_answer(daily, &PostResult::Accepted, &Disposition::Done, now);
    })?;
    log_recoveries(&unusual);
    Ok(())
}

/// Is this root's own shell, on a machine that has no sudo?
fn without_sudo() -> bool {
    std::env::var_os("SUDO_USER").is_none()
        && !["/usr/bin/sudo", "/usr/local/bin/sudo"]
            .iter()
            .any(|path| Path::new(path).exists())
}

/// The command as root types it.
fn for_root(finding: &mut Finding) {
    if let Some(remedy) = &mut finding.remedy {
        *remedy = without_its_sudo(remedy);
    }
}

/// Only where a command begins: a group may be called sudo, too.
fn without_its_sudo(remedy: &str) -> String {
    let (mut words, mut begins) = (Vec::new(), true);
    for word in remedy.split(' ') {
        match (word, begins) {
            ("sudo", true) => {}
            ("sudoedit", true) => words.push("editor"),
            _ => words.push(word),
        }
        begins = matches!(word, "&&" | "|");
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_without_sudo_types_the_same_commands() {
        for (remedy, as_root) in [
            (
                "sudo groupadd sudo && sudo usermod --append --groups sudo NAME",
                "groupadd sudo && usermod --append --groups sudo NAME",
            ),
            (
                "sudoedit /etc/ssh/sshd_config && sudo sshd -t",
                "editor /etc/ssh/sshd_config && sshd -t",
            ),
            ("sudo rm '/srv/sudo x/dev/log'", "rm '/srv/sudo x/dev/log'"),
            ("getent passwd sudo", "getent passwd sudo"),
            ("printf x | sudo tee /etc/x", "printf x | tee /etc/x"),
        ] {
            assert_eq!(without_its_sudo(remedy), as_root);
        }
    }
}
