//! Checks `slack.ca-file` and `webhook.ca-file`: whether the service may read it, which may differ for the user of this command.

use std::path::Path;

use super::access::{Access, look_as};
use super::finding::{CheckReport, Finding};
use super::machine::MachineFacts;
use super::words::path;
use crate::adapters::config::CaFile;

/// The name of the matter.
const NAME: &str = "ca-file";

pub(super) fn look(machine: &MachineFacts<'_>, report: &mut CheckReport) {
    let (slack, webhook) = (&machine.config.slack, &machine.config.webhook);
    let files = [
        ("slack.ca-file", &slack.ca_file),
        ("webhook.ca-file", &webhook.ca_file),
    ];
    for (key, file) in files {
        report
            .findings
            .extend(file.as_ref().map(|file| found(machine, key, file)));
    }
}

fn found(machine: &MachineFacts<'_>, key: &str, file: &CaFile) -> Finding {
    // This user has already read the file, and only root may look as another user.
    let access = match machine.root {
        true => look_as(file.path(), machine.units),
        false => Access::Yes,
    };
    judge(
        (key, file.path()),
        file.certificates().len(),
        file.is_hidden(),
        access,
    )
}

/// Judges a file with this number of certificates, which the sandbox may hide.
fn judge((key, file): (&str, &Path), roots: usize, hidden: bool, access: Access) -> Finding {
    let (shown, word) = (file.display(), path(file));
    let problem = |said: &str| Finding::problem(NAME, format!("{shown} {said}"));
    match access {
        _ if hidden => problem(&format!(
            "is hidden from the service by its sandbox: copy it, and set {key} to the copy"
        ))
        .fixed_by(format!(
            "sudo install -m 644 {word} /etc/sftp-monitor/ca.pem"
        )),
        Access::Yes => Finding::ok(NAME, format!("{shown}, further roots: {roots}")),
        Access::Denied => problem("cannot be read by the service's user")
            .fixed_by(format!("sudo chmod a+r {word}")),
        Access::Missing(why) | Access::Unknown(why) => {
            Finding::warning(NAME, format!("{shown}: {why}"))
        }
        Access::NoUser(user) => Finding::warning(
            NAME,
            format!("{shown}: there is no user {user} who could read it"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_root_can_read_and_the_service_cannot_is_a_problem() {
        let said = |path: &str, hidden, access| {
            judge(("slack.ca-file", Path::new(path)), 2, hidden, access).told()
        };
        assert_eq!(
            said("/etc/sftp-monitor/ca.pem", false, Access::Yes),
            "ok ca-file: /etc/sftp-monitor/ca.pem, further roots: 2\n"
        );
        assert_eq!(
            said("/etc/sftp-monitor/ca.pem", false, Access::Denied),
            "problem ca-file: /etc/sftp-monitor/ca.pem cannot be read by the service's user\n  \
             > sudo chmod a+r /etc/sftp-monitor/ca.pem\n"
        );
        assert_eq!(
            said("/root/my ca.pem", true, Access::Yes),
            "problem ca-file: /root/my ca.pem is hidden from the service by its sandbox: copy it, and set slack.ca-file to \
             the copy\n  > sudo install -m 644 '/root/my ca.pem' /etc/sftp-monitor/ca.pem\n"
        );
    }
}
