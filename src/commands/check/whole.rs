//! All matters in the order in which they depend on one another.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use super::finding::{Finding, Status};
use super::obstacle::Means;
use super::units::Units;
use super::{
    accounts, admission, ca_file, channel, chroot, clock, configuration, dev_log, expected,
    heartbeat, journal, partners, reboot, refusal, running, scripts, sftp_command, slack, source,
    sshd, state, token, waiting,
};
use crate::adapters::config::Config;
use crate::adapters::service;
use crate::adapters::source::choice::Log;
use crate::adapters::sshd_config::{self, Effective, Sshd, Sshds, expand};
use crate::adapters::userdb::Roster;
use crate::commands::check::arrived::Reached;
use crate::commands::cli::Cli;
use crate::domain::base::time::{Time, Zone};

/// How long sshd is asked about partner after partner before its files are read instead.
const ASKING: Duration = Duration::from_secs(10);

/// What the matters are looked at with.
struct View {
    root: bool,
    now: Time,
    units: Units,
    findings: Vec<Finding>,
    /// What this user may not see.
    unseen: Vec<&'static str>,
    /// What a refusal of Slack is mended with.
    mending: Option<refusal::Means>,
    /// A line was posted.
    posted: bool,
}

/// All that is found; and where a line was posted, the zone of the state's dates.
pub(super) fn findings(cli: &Cli, send: bool) -> anyhow::Result<(Vec<Finding>, Option<Zone>)> {
    let mut view = View {
        root: rustix::process::geteuid().is_root(),
        now: Time::from(SystemTime::now()),
        units: Units::gather(),
        findings: Vec::new(),
        unseen: Vec::new(),
        mending: None,
        posted: false,
    };
    let (config, finding) = configuration::load(cli.config.as_deref(), &view.units, view.root);
    view.findings.push(finding);
    let zone = config.as_ref().map_or(Zone::Machine, |config| config.zone);
    if let Some(config) = &config {
        view.slack(config, send)?;
        let heartbeat = heartbeat::gather(config, &view.units, view.root)?;
        view.findings
            .extend(heartbeat.map(|seen| heartbeat::judge(&seen, config)));
        view.partners(config);
        view.others(config);
    }
    view.state(cli, zone);
    let of_chroot = |found: &Finding| [chroot::NAME, dev_log::NAME].contains(&found.name);
    let chroot_told = view
        .findings
        .iter()
        .any(|found| of_chroot(found) && found.status == Status::Problem);
    let units = running::judge(&view.units, zone, chroot_told);
    view.findings.extend(units);
    if !view.unseen.is_empty() {
        let said = format!("not seen: {}; run as root", view.unseen.join(", "));
        let finding = Finding::warning("view", said).mended_by("sudo sftp-monitor check");
        view.findings.push(finding);
    }
    Ok((view.findings, view.posted.then_some(zone)))
}

impl View {
    fn slack(&mut self, config: &Config, send: bool) -> anyhow::Result<()> {
        self.findings.extend(channel::of_name(config));
        let roots = ca_file::gather(config, &self.units, self.root);
        self.findings.extend(roots.as_ref().map(ca_file::judge));
        let found = token::find(self.root);
        match token::judge(&found) {
            Some(finding) => self.findings.push(finding),
            None => self.unseen.push("the token, and what Slack says of it"),
        }
        if let Some(token) = found.token() {
            let facts = slack::gather(
                config,
                (token, token::store(&found)),
                &self.units,
                self.root,
                send,
            )?;
            self.findings.extend(slack::judge(&facts));
            self.posted = facts.posted();
            self.mending = Some(facts.means());
        }
        Ok(())
    }

    /// The partners, where the log comes from, and all that lies between the two.
    fn partners(&mut self, config: &Config) {
        let roster = Roster::gather(&config.partners);
        self.findings
            .extend(partners::judge(&roster, config, &config.voice()));
        self.findings
            .extend(expected::judge(&expected::gather(config)));
        let source = source::Facts::gather(config, &self.units, self.root);
        match !self.root && source.chosen().is_none() {
            // What this user may not read says nothing about the service, which has groups of its own.
            true => self.unseen.push("the log that the service reads"),
            false => self.findings.push(source::judge(&source)),
        }
        // Journals of other machines say nothing about this one's sshd.
        if config.source.journal_directory.is_some() {
            return;
        }
        // Where this user may not read, a line that is not found says nothing.
        let looked_into = match self.root {
            true => Some(source.intended()),
            false => source.chosen(),
        };
        if looked_into == Some(Log::Journal) {
            let facts = journal::gather(&self.units, self.now);
            self.findings.extend(journal::judge(&facts, self.now));
        }
        let mut sshds = Sshds::open(self.root);
        let effective = effective(&roster, &mut sshds);
        if !self.root {
            self.unseen.push("sshd's own word on each partner");
            self.unseen.push("what expires");
        }
        let facts = sshd::gather(&sshds, &self.units, config);
        self.findings.extend(sshd::judge(&facts));
        for (sshd, effective) in sshds.iter().zip(&effective) {
            // What is so of each sshd is said once.
            for finding in self.of_sshd(sshd, effective, &roster, config) {
                if !self.findings.contains(&finding) {
                    self.findings.push(finding);
                }
            }
        }
        let files = sshds.files_with("chrootdirectory");
        self.chroots(&roster, &effective, looked_into.as_ref(), &files);
    }

    /// What an sshd does with the partners that it lets in.
    fn of_sshd(
        &self,
        sshd: &Sshd,
        effective: &BTreeMap<&str, Effective>,
        roster: &Roster,
        config: &Config,
    ) -> Vec<Finding> {
        let ssh = self.units.ssh().of(sshd.started());
        let of = |name| sshd_config::Partner {
            name,
            groups: groups(roster, name),
        };
        let mut found = sshd::quiet(effective, ssh);
        found.extend(sshd.failed().map(|why| sshd::refused(why, ssh)));
        let logging = effective
            .iter()
            .map(|(name, effective)| (*name, &effective.logging, effective.subsystem));
        found.extend(sftp_command::judge(&sftp_command::Facts {
            partners: logging.collect(),
            keys: keys(roster, effective),
            asked: sshd.asked(),
            depends: sshd.depends_on_more(effective.keys().map(|&name| of(name))),
            ssh,
            root: self.root,
        }));
        let facts = accounts::gather(roster, effective, config.zone, self.now);
        found.extend(accounts::judge(&facts, ssh));
        let group = &config.partners.group;
        let kept_out = effective.iter().filter_map(|(&name, effective)| {
            let groups = groups(roster, name);
            let list = sshd.kept_out(&of(name), effective)?;
            let member = groups.is_some_and(|groups| groups.contains(group));
            Some((name, list, member))
        });
        let depends = effective
            .keys()
            .filter_map(|&name| Some((name, sshd.admission_depends(&of(name))?)));
        found.extend(admission::judge(&admission::Facts {
            kept_out: kept_out.collect(),
            depends: depends.collect(),
            group,
            ssh,
        }));
        found
    }

    fn chroots(
        &mut self,
        roster: &Roster,
        effective: &[BTreeMap<&str, Effective>],
        source: Option<&Log>,
        files: &[PathBuf],
    ) {
        let (chroots, free, unknown) = chroots(roster, effective);
        self.findings
            .extend(chroot::judge(&chroots, &free, &unknown));
        let tried = dev_log::gather(&chroots, &free, source);
        let seen = tried.filter(|facts| facts.own != Reached::NotSeen);
        match seen {
            Some(facts) => {
                let means = Means {
                    devlog: &self.units.devlog(),
                    files,
                    ssh: self.units.ssh(),
                };
                self.findings.extend(dev_log::judge(&facts, &means));
                let until_reboot = reboot::gather(&facts.chroots, &self.units);
                self.findings
                    .extend(reboot::judge(&until_reboot, &self.units));
            }
            None if !self.root && effective.iter().any(|of_one| !of_one.is_empty()) => {
                self.unseen.push("whether each /dev/log reaches the log");
            }
            None => {}
        }
    }

    /// What lies beside the way from sshd to Slack.
    fn others(&mut self, config: &Config) {
        let facts = clock::gather(config.zone, config.digest.closes_from);
        self.findings
            .extend(clock::judge(&facts, self.units.next, self.now));
        let started = scripts::gather(&config.slack.channel);
        self.findings.extend(scripts::judge(&started));
        if !self.root {
            self.unseen.push("the users' crontabs");
        }
    }

    fn state(&mut self, cli: &Cli, zone: Zone) {
        let directory = cli.state_directory();
        let seen = state::gather(&directory, zone, self.now);
        self.findings
            .extend(service::trouble().map(|why| state::troubled(&why)));
        match state::judge(&seen, &directory, self.root) {
            Some(finding) => self.findings.push(finding),
            None => self.unseen.push("the state"),
        }
        if let Some(daily) = seen.daily() {
            // What was refused before a line was taken is over.
            let refusal = daily.resume.slack_trouble.as_ref();
            let refusal = refusal.filter(|_| !self.posted);
            let waiting = waiting::Facts {
                daily,
                refusal,
                mending: self.mending.as_ref(),
                units: &self.units,
            };
            self.findings.extend(waiting::judge(&waiting, self.now));
        }
    }
}

fn groups<'a>(roster: &'a Roster, name: &str) -> Option<&'a [String]> {
    let account = roster.partners.get(name)?.account()?;
    account.groups.as_deref()
}

/// What each sshd does with each partner that has an account here and that it lets in.
fn effective<'a>(roster: &'a Roster, sshds: &mut Sshds) -> Vec<BTreeMap<&'a str, Effective>> {
    let until = Instant::now() + ASKING;
    let mut all = vec![BTreeMap::new(); sshds.iter().count()];
    for (name, partner) in &roster.partners {
        let Some(account) = partner.account() else {
            continue;
        };
        if Instant::now() > until {
            sshds.stop_asking("asking about all partners takes too long");
        }
        let groups = account.groups.as_deref();
        for (number, effective) in sshds.effective(&sshd_config::Partner { name, groups }) {
            all[number].insert(name.as_str(), effective);
        }
    }
    all
}

/// The keys of partners whose command is an sftp-server that logs no files.
fn keys<'a>(
    roster: &Roster,
    effective: &BTreeMap<&'a str, Effective>,
) -> Vec<(&'a str, sshd_config::Missing)> {
    let accounts = effective.iter().filter_map(|(&name, effective)| {
        let account = roster.partners.get(name)?.account()?;
        Some((name, effective, account))
    });
    accounts
        .flat_map(|(name, effective, account)| {
            let files = effective.keys.iter();
            // A path that is not absolute is one below the account's home (sshd_config(5), AuthorizedKeysFile).
            let files = files.map(move |file| account.home.join(expand(file, name, account)));
            files
                .flat_map(|file| sshd_config::silent_keys(&file))
                .map(move |key| (name, key))
        })
        .collect()
}

/// The chroots, each with who is locked into it; who is in none; and of whom it is unknown.
fn chroots<'a>(
    roster: &Roster,
    effective: &[BTreeMap<&'a str, Effective>],
) -> (Vec<chroot::Chroot>, Vec<&'a str>, Vec<&'a str>) {
    let mut paths: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    let (mut free, mut unknown) = (BTreeSet::new(), BTreeSet::new());
    for (&name, effective) in effective.iter().flatten() {
        let partner = roster.partners.get(name);
        let account = partner.and_then(|partner| partner.account());
        match (&effective.chroot, account) {
            (sshd_config::Chroot::Directory(template), Some(account)) => {
                let path = expand(template, name, account);
                paths.entry(path).or_default().insert(name.to_owned());
            }
            (sshd_config::Chroot::None, _) => drop(free.insert(name)),
            _ => drop(unknown.insert(name)),
        }
    }
    let chroots = paths
        .into_iter()
        .map(|(path, partners)| chroot::Chroot::gather(path, partners.into_iter().collect()));
    let list = |names: BTreeSet<&'a str>| names.into_iter().collect();
    (chroots.collect(), list(free), list(unknown))
}
