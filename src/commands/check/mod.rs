//! `check`: everything that must be right; each matter gives its facts and the command that fixes a fault.
//! Uses the domain, the adapters, `status`, and the heartbeat of `run`.
//!
//! Each matter has a file. Its `look` gathers the facts and adds findings to the report; a pure function `judge` makes the
//! findings, so that the tests of a matter are tables. `whole` lists the matters in their order. Facts that this user may
//! not read are named in one line at the end; root can read all of them.

mod access;
mod account_fault;
mod accounts;
mod admission;
mod arrived;
mod ca_file;
mod channel;
mod chroot;
mod clock;
mod configuration;
mod dev_log;
mod dev_log_fault;
mod edit;
mod expected;
mod finding;
mod heartbeat;
mod journal;
mod machine;
mod muted;
mod network;
mod partners;
mod print;
mod probe;
mod reboot;
mod refusal;
mod running;
mod scripts;
mod sftp_command;
mod slack;
mod slack_facts;
mod source;
mod source_facts;
mod sshd;
mod state;
mod token;
mod units;
mod waiting;
mod webhook;
mod whole;
mod words;

use std::path::Path;

use crate::adapters::log::{Priority, line};
use crate::commands::cli::{self, Cli};
use crate::commands::clock::now;
use crate::commands::mute::change;
use crate::commands::output;
use crate::domain::base::time::Zone;
use crate::domain::delivery;
use crate::domain::slack_reply::{AfterPost, PostResult};
use finding::Severity;
use print::Look;

/// Runs the command. Exit code 1 if there are warnings, 2 if there are problems.
pub fn command(cli: &Cli, arguments: &cli::CheckArgs) -> anyhow::Result<u8> {
    if arguments.syntax {
        let right = configuration::syntax(cli.config.as_deref())?;
        return output::to_output(|out| Ok(writeln!(out, "{right}").map(|()| 0)?));
    }
    let (mut findings, posted) = whole::findings(cli, arguments.send);
    if rustix::process::geteuid().is_root() && without_sudo() {
        let remedies = findings
            .iter_mut()
            .filter_map(|found| found.remedy.as_mut());
        remedies.for_each(|remedy| *remedy = without_its_sudo(remedy));
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
            true => output::json_line(out, &findings)?,
            false => print::text(&findings, look, out)?,
        }
        Ok(match worst {
            None | Some(Severity::Ok) => 0,
            Some(Severity::Warning) => 1,
            Some(Severity::Problem) => 2,
        })
    })?;
    // This must be the last step: in it root becomes the service's user.
    let ended = posted.map(|zone| end_pause(&cli.state_directory(), zone));
    if let Some(Err(error)) = ended {
        let told = format!(
            "Slack accepts messages, but the service could not be told and waits for its own next try: {error:#}"
        );
        line(Priority::Warning, &told);
    }
    Ok(code)
}

/// Ends the pause of sending after a test line was posted, so that waiting messages need not wait for the service's next try.
fn end_pause(directory: &Path, zone: Zone) -> anyhow::Result<()> {
    if !directory.join("daily.json").exists() {
        return Ok(());
    }
    let accepted = PostResult::Accepted { at: None };
    change(directory, zone, |daily| {
        delivery::note_answer(daily, &accepted, &AfterPost::Done, now());
    })
}

/// Is this root's own shell, on a machine without sudo?
fn without_sudo() -> bool {
    std::env::var_os("SUDO_USER").is_none()
        && !["/usr/bin/sudo", "/usr/local/bin/sudo"]
            .iter()
            .any(|path| Path::new(path).exists())
}

/// The command for root, without sudo. It is removed only where a command begins: a group may also be named sudo.
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
