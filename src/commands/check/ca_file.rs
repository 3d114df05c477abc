//! `slack.ca-file`: whether the service may read it, which is not who runs this command.

use std::path::Path;

use super::access::{Access, look_as};
use super::finding::Finding;
use super::units::Units;
use super::words::path;
use crate::adapters::config::Config;

/// The name of the matter.
const NAME: &str = "ca-file";

/// What was seen of the file, which this user has read already.
pub(super) struct Facts<'a> {
    path: &'a Path,
    /// How many certificates it holds.
    roots: usize,
    /// The sandbox hides it.
    hidden: bool,
    /// Whether the service's user may read it.
    access: Access,
}

/// Nothing where the configuration names no file.
pub(super) fn gather<'a>(config: &'a Config, units: &Units, root: bool) -> Option<Facts<'a>> {
    let file = config.slack.ca_file.as_ref()?;
    Some(Facts {
        path: file.path(),
        roots: file.certificates().len(),
        hidden: file.is_hidden(),
        // Only root may look as somebody else.
        access: match root {
            true => look_as(file.path(), units),
            false => Access::Yes,
        },
    })
}

pub(super) fn judge(facts: &Facts<'_>) -> Finding {
    let (shown, word) = (facts.path.display(), path(facts.path));
    match &facts.access {
        _ if facts.hidden => Finding::problem(
            NAME,
            format!("{shown} is hidden from the service by its sandbox: copy it, and set slack.ca-file to the copy"),
        )
        .mended_by(format!("sudo install -m 644 {word} /etc/sftp-monitor/ca.pem")),
        Access::Yes => Finding::ok(NAME, format!("{shown}, further roots: {}", facts.roots)),
        Access::Denied => Finding::problem(
            NAME,
            format!("{shown} cannot be read by the service's user"),
        )
        .mended_by(format!("sudo chmod a+r {word}")),
        Access::Missing(why) | Access::Unknown(why) => {
            Finding::warning(NAME, format!("{shown}: {why}"))
        }
        Access::NoUser(user) => {
            Finding::warning(NAME, format!("{shown}: there is no user {user} who could read it"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_root_can_read_and_the_service_cannot_is_a_problem() {
        let said = |path: &str, hidden, access| {
            let path = Path::new(path);
            judge(&Facts {
                path,
                roots: 2,
                hidden,
                access,
            })
            .told()
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
