//! Asks sshd itself for its settings for a partner; if sshd does not answer, reads its files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::effective::{Effective, of_files, of_printed};
use super::file::{PROGRAM, on_disk};
use super::in_force::possible;
use super::{Admission, Directive, InForce, MatchAccount, Missing, in_force, words};
use crate::adapters::program::{self, How};
use crate::adapters::sshd_config::Started;

/// Without this directory sshd neither prints nor tests its configuration. sshd's own unit creates it, but later in the boot,
/// and perhaps never if a socket starts sshd.
const PRIVILEGE_SEPARATION: &str = "/run/sshd";

/// The directory that distributions include.
const DROP_INS: &str = "/etc/ssh/sshd_config.d";

/// The time limit for sshd to print its configuration: it needs milliseconds.
const DEADLINE: Duration = Duration::from_secs(5);

/// The client's address in the question to sshd: a reserved one, since a partner's address is unknown (RFC 5737).
pub const ADDRESS: &str = "192.0.2.1";

/// sshd's configuration, to be asked for one partner after another.
#[derive(Debug)]
pub struct Sshd {
    /// How sshd was started.
    started: Started,
    /// The directives of its files, or the reason why they cannot be read.
    directives: Result<Vec<Directive>, String>,
    /// The reason why sshd cannot be asked. It is kept once, since it is the same for all partners.
    refused: Option<String>,
    /// sshd was asked and refused, for the reason in `refused`; false after a time-out.
    failed: bool,
    /// sshd's answers, by the directives under a `Match` that hold: if these are the same for two partners, so is the answer.
    said: BTreeMap<Vec<Option<bool>>, Effective>,
}

impl Sshd {
    /// Opens the configuration of an sshd that was started so. Only root may ask sshd itself, because it reads its host keys.
    pub fn open(root: bool, started: Started) -> Sshd {
        if root {
            make_privilege_separation_directory();
        }
        let refused = match (root, Path::new(PROGRAM).exists()) {
            (true, true) => None,
            (true, false) => Some(format!("there is no {PROGRAM}")),
            (false, _) => Some("only root may ask sshd".to_owned()),
        };
        let directives = on_disk(started.path(), &started.options);
        Sshd {
            directives: directives.map_err(|error| error.to_string()),
            started,
            refused,
            failed: false,
            said: BTreeMap::new(),
        }
    }

    /// How sshd was started.
    pub fn started(&self) -> &Started {
        &self.started
    }

    /// The reason why sshd refused to answer, although it may be asked: usually its configuration is wrong.
    pub fn failed(&self) -> Option<&str> {
        self.refused.as_deref().filter(|_| self.failed)
    }

    /// The reason why its files are read instead of asking it.
    pub fn unasked(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// The reason why its files cannot be read.
    pub fn unreadable(&self) -> Option<&str> {
        self.directives.as_ref().err().map(String::as_str)
    }

    fn directives(&self) -> &[Directive] {
        self.directives.as_deref().unwrap_or_default()
    }

    /// Its files, as far as they are known, and the directory that distributions include.
    pub fn files(&self) -> BTreeSet<PathBuf> {
        let directives = self.directives();
        let usual = [self.started.path().to_owned(), DROP_INS.into()];
        let of_files = directives.iter().filter(|one| one.line > 0);
        let all = of_files.map(|one| one.file.clone());
        all.chain(usual).collect()
    }

    /// The files that contain this keyword.
    pub(super) fn files_with(&self, keyword: &str) -> impl Iterator<Item = PathBuf> {
        let with = self
            .directives()
            .iter()
            .filter(move |one| one.keyword == keyword && one.line > 0);
        with.map(|one| one.file.clone())
    }

    /// Makes it read only the files from now on, because asking sshd takes too long.
    pub fn stop_asking(&mut self, why: &str) {
        self.refused.get_or_insert_with(|| why.to_owned());
    }

    /// Does any setting of these partners depend on more than the account and the port, such as the client's address?
    pub fn depends_on_more<'p>(
        &self,
        mut partners: impl Iterator<Item = MatchAccount<'p>>,
    ) -> bool {
        let directives = self.directives();
        partners.any(|partner| depends_on_client(directives, &partner))
    }

    /// The list of users or groups whose effect on this partner depends on more than its account, as written in the files.
    pub fn admission_depends(&self, partner: &MatchAccount<'_>) -> Option<Missing> {
        let directives = self.directives();
        let why = "it is inside a Match that depends on more than the account";
        Admission::depends(directives, partner).map(|one| one.missing(why, one.text.clone()))
    }

    /// The settings for this partner.
    pub fn effective(&mut self, partner: &MatchAccount<'_>) -> Effective {
        let alike = self.directives.as_ref().ok().map(|directives| {
            let conditional = directives.iter().filter(|one| one.is_conditional());
            conditional.map(|one| one.holds(partner)).collect()
        });
        if let Some(said) = alike.as_ref().and_then(|alike| self.said.get(alike)) {
            return said.clone();
        }
        if let Some(effective) = self.asked_of_each_port(partner) {
            // If the groups are unknown, the answer may not hold for other partners.
            if let Some(alike) = alike.filter(|_| partner.groups.is_some()) {
                self.said.insert(alike, effective.clone());
            }
            return effective;
        }
        match &self.directives {
            Ok(directives) => of_files(directives, partner),
            Err(why) => Effective::unknown(why.clone()),
        }
    }

    /// The list that keeps this partner out, if there is one, as written in the files.
    pub fn kept_out(&self, partner: &MatchAccount<'_>, effective: &Effective) -> Option<Missing> {
        let keyword = effective.admission.refuses(partner)?;
        let directives = self.directives();
        let possible = possible(directives, &keyword.to_ascii_lowercase(), partner);
        Some(match possible.into_iter().flatten().next() {
            Some(one) => {
                let listed = words::words(&one.value).join(" ");
                one.missing(keyword, format!("{keyword} {listed}"))
            }
            None => Directive::anywhere(String::new(), String::new(), keyword.to_owned())
                .missing(keyword, format!("{keyword} ")),
        })
    }

    /// sshd's answers for an account at each port that it listens on; of several the one with the worst fault.
    fn asked_of_each_port(&mut self, partner: &MatchAccount<'_>) -> Option<Effective> {
        let first = self.first_port();
        let mut answers = vec![self.ask(partner.name, first)?];
        if self.matches_by("localport") {
            let others = ports(&answers[0]).into_iter().filter(|&port| port != first);
            for port in others {
                answers.push(self.ask(partner.name, port)?);
            }
        }
        let answers = answers
            .iter()
            .map(|printed| of_answer(printed, self.directives.as_deref().ok(), partner));
        answers.max_by_key(|answer| (answer.quiet.is_some(), !answer.logs()))
    }

    /// Does a `Match` use this criterion?
    fn matches_by(&self, criterion: &str) -> bool {
        let directives = self.directives();
        let mut matches = directives.iter().filter(|one| one.keyword == "match");
        matches.any(|one| {
            words::words(&one.value).iter().any(|word| {
                let name = word.split('=').next().unwrap_or_default();
                name.eq_ignore_ascii_case(criterion)
            })
        })
    }

    /// The port of the first `Port`, or sshd's default.
    fn first_port(&self) -> u16 {
        let directives = self.directives();
        let mut ports = directives.iter().filter(|one| one.keyword == "port");
        ports.find_map(|one| one.value.parse().ok()).unwrap_or(22)
    }

    /// sshd's output for an account; `None` if sshd does not answer.
    fn ask(&mut self, name: &str, port: u16) -> Option<String> {
        // A comma would begin another attribute, so such a name is looked up in the files.
        if self.refused.is_some() || name.contains(',') {
            return None;
        }
        let mut connection = format!("user={name},host={ADDRESS},addr={ADDRESS}");
        // sshd requires these if a Match uses them (servconf.c, match_test_missing_fatal); versions that do not know the
        // criterion refuse them.
        let local = [
            ("localport", format!("lport={port}")),
            ("localaddress", format!("laddr={ADDRESS}")),
            ("rdomain", "rdomain=".to_owned()),
        ];
        for (_, told) in local.iter().filter(|(asked, _)| self.matches_by(asked)) {
            connection.push(',');
            connection.push_str(told);
        }
        let mut command = Command::new(PROGRAM);
        command.args(["-T", "-C", &connection]);
        let file = self.started.file.iter();
        command.args(file.flat_map(|file| [Path::new("-f"), file]));
        let options = self.started.options.iter();
        command.args(options.flat_map(|option| ["-o", option]));
        match program::text(&mut command, DEADLINE) {
            Ok(printed) => Some(printed),
            Err(why) => {
                // A time-out does not mean that sshd refuses its configuration.
                self.failed = !matches!(why.how, How::NoAnswer(_));
                self.refused = Some(why.to_string());
                None
            }
        }
    }
}

/// Reads sshd's answer for one client. If its files give other clients other settings, the result is `Partly`.
pub(super) fn of_answer(
    printed: &str,
    directives: Option<&[Directive]>,
    partner: &MatchAccount<'_>,
) -> Effective {
    let effective = of_printed(printed, directives);
    let Some(directives) = directives.filter(|_| effective.logs()) else {
        return effective;
    };
    match in_force(directives, partner) {
        logging @ InForce::Partly(_) if depends_on_client(directives, partner) => Effective {
            logging,
            ..effective
        },
        _ => effective,
    }
}

/// Do these settings depend on more than the account and the port, such as the client's address?
fn depends_on_client(directives: &[Directive], partner: &MatchAccount<'_>) -> bool {
    let told = ["forcecommand", "subsystem", "chrootdirectory", "loglevel"];
    let mut matter = directives
        .iter()
        .filter(|one| told.contains(&one.keyword.as_str()));
    matter.any(|one| one.depends_on_client(partner))
}

/// The ports that sshd listens on, from its output.
fn ports(printed: &str) -> BTreeSet<u16> {
    let lines = printed
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(keyword, _)| keyword.eq_ignore_ascii_case("listenaddress"));
    lines
        .filter_map(|(_, address)| {
            // The form is `[::]:22`, or with a routing domain `[::]:22 rdomain x`.
            let address = address.split(' ').next()?;
            address.rsplit_once(':')?.1.parse().ok()
        })
        .collect()
}

fn make_privilege_separation_directory() {
    let path = Path::new(PRIVILEGE_SEPARATION);
    // If this fails, sshd gives an error, and its files are read instead.
    let _ =
        std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o755).create(path);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::super::{ConfigFiles, parse};
    use super::*;

    fn depends(text: &str, name: &str) -> bool {
        let files = ConfigFiles {
            read: &|_| Ok(text.to_owned()),
            list: &|_| Ok(Vec::new()),
        };
        let directives = parse(Path::new("/etc/ssh/sshd_config"), &files).unwrap();
        let sshd = Sshd {
            started: Started::default(),
            directives: Ok(directives),
            refused: None,
            failed: false,
            said: BTreeMap::new(),
        };
        let groups = Some(&[] as &[String]);
        sshd.depends_on_more(std::iter::once(MatchAccount { name, groups }))
    }

    #[test]
    fn an_address_matters_where_it_decides_on_what_is_told_here() {
        let text = "Match User bob Address 10.0.0.0/8\nForceCommand internal-sftp\n";
        assert!(depends(text, "bob"));
        assert!(!depends(text, "alice"));
        let banner = "Match Address 10.0.0.0/8\nBanner /etc/issue\n";
        assert!(!depends(banner, "bob"));
    }
}
