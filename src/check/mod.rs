//! `check`: everything that must be right, each matter with what was seen and the command that mends it.
//!
//! Each matter has a file: it gathers what is seen at the edge, and judges it in a function that is pure, so that the tests
//! of a matter are tables. What this user may not see is named in one line at the end; as root everything is seen.

mod chroot;
mod configuration;
mod dev_log;
mod expected;
mod finding;
mod partners;
mod print;
mod probe;
mod sftp_command;
mod slack;
mod source;
mod state;
mod token;
mod units;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use crate::alerts::Voice;
use crate::cli::{self, Cli};
use crate::config::Config;
use crate::directory::Roster;
use crate::output;
use crate::sshd_config::{self, Effective, Sshd, expand};
use crate::time::{Time, Zone};
use finding::{Finding, Status};
use units::Units;

/// How long sshd is asked about partner after partner before its files are read instead.
const ASKING: Duration = Duration::from_secs(10);

/// Runs the command. Exit code 1 where there are warnings, 2 where there are problems.
pub fn command(cli: &Cli, arguments: &cli::Check) -> anyhow::Result<u8> {
    let findings = findings(cli)?;
    let worst = findings.iter().map(|found| found.status).max();
    // NO_COLOR: <https://no-color.org>.
    let colourless = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
    output::to_output(|out| {
        match arguments.json {
            true => print::json(&findings, out)?,
            false => print::text(&findings, output::is_terminal() && !colourless, out)?,
        }
        Ok(match worst {
            None | Some(Status::Ok) => 0,
            Some(Status::Warning) => 1,
            Some(Status::Problem) => 2,
        })
    })
}

fn findings(cli: &Cli) -> anyhow::Result<Vec<Finding>> {
    let root = rustix::process::geteuid().is_root();
    let now = Time::from(SystemTime::now());
    let units = Units::gather();
    let mut findings = Vec::new();
    let mut unseen = Vec::new();
    let (config, finding) = configuration::load(cli.config.as_deref());
    findings.push(finding);
    let zone = config.as_ref().map_or(Zone::Machine, |config| config.zone);
    if let Some(config) = &config {
        of_slack(config, root, &mut findings, &mut unseen)?;
        of_partners(config, &units, root, &mut findings, &mut unseen);
    }
    let directory = cli.state_directory();
    let seen = state::gather(&directory, zone, now);
    match state::judge(&seen, &directory, root) {
        Some(finding) => findings.push(finding),
        None => unseen.push("the state"),
    }
    findings.extend(units::judge(&units, zone));
    if !unseen.is_empty() {
        let said = format!("not seen: {}; run as root", unseen.join(", "));
        findings.push(Finding::warning("view", said).mended_by("sudo sftp-monitor check"));
    }
    if root && without_sudo() {
        findings.iter_mut().for_each(for_root);
    }
    Ok(findings)
}

fn of_slack(
    config: &Config,
    root: bool,
    findings: &mut Vec<Finding>,
    unseen: &mut Vec<&'static str>,
) -> anyhow::Result<()> {
    let found = token::find(root);
    match token::judge(&found) {
        Some(finding) => findings.push(finding),
        None => unseen.push("the token, and what Slack says of it"),
    }
    if let token::Found::At(token) = &found {
        findings.push(slack::judge(&slack::gather(config, token)?));
    }
    Ok(())
}

/// The partners, where the log comes from, and all that lies between the two.
fn of_partners(
    config: &Config,
    units: &Units,
    root: bool,
    findings: &mut Vec<Finding>,
    unseen: &mut Vec<&'static str>,
) {
    let roster = Roster::gather(&config.partners);
    let group = &config.partners.group;
    findings.extend(partners::judge(&roster, group, &Voice::of(config)));
    findings.extend(expected::judge(&expected::gather(config)));
    let source = source::Facts::gather(config, units, root);
    findings.push(source::judge(&source));
    // Journals of other machines say nothing about this one's sshd.
    if config.source.journal_directory.is_some() {
        return;
    }
    let mut sshd = Sshd::open(root);
    let effective = effective(&roster, &mut sshd);
    if !root {
        unseen.push("sshd's own word on each partner");
    }
    let logging = effective
        .iter()
        .map(|(name, effective)| (*name, &effective.logging, effective.subsystem));
    findings.extend(sftp_command::judge(&sftp_command::Facts {
        partners: logging.collect(),
        asked: sshd.asked(),
        ssh: units.ssh(),
    }));
    let (chroots, free, unknown) = chroots(&roster, &effective);
    findings.extend(chroot::judge(&chroots, &free, &unknown));
    let tried = dev_log::gather(&chroots, &free, &source.chosen());
    let not_seen = |facts: &dev_log::Facts| facts.own == probe::Reached::NotSeen;
    match tried {
        Some(facts) if !not_seen(&facts) => {
            findings.extend(dev_log::judge(&facts, &units.devlog()));
        }
        _ if !root && !effective.is_empty() => unseen.push("whether each /dev/log reaches the log"),
        _ => {}
    }
}

/// What sshd does with each partner that has an account here.
fn effective<'a>(roster: &'a Roster, sshd: &mut Sshd) -> BTreeMap<&'a str, Effective> {
    let until = Instant::now() + ASKING;
    let mut effective = BTreeMap::new();
    for (name, partner) in &roster.partners {
        let Some(account) = &partner.account else {
            continue;
        };
        if Instant::now() > until {
            sshd.stop_asking("asking about all partners takes too long");
        }
        let groups = account.groups.as_deref();
        let asked = sshd.effective(&sshd_config::Partner { name, groups });
        effective.insert(name.as_str(), asked);
    }
    effective
}

/// The chroots, each with who is locked into it; who is in none; and of whom it is unknown.
fn chroots<'a>(
    roster: &Roster,
    effective: &BTreeMap<&'a str, Effective>,
) -> (Vec<chroot::Chroot>, Vec<&'a str>, Vec<&'a str>) {
    let mut paths: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    let (mut free, mut unknown) = (Vec::new(), Vec::new());
    for (&name, effective) in effective {
        let account = roster
            .partners
            .get(name)
            .and_then(|partner| partner.account.as_ref());
        match (&effective.chroot, account) {
            (sshd_config::Chroot::Directory(template), Some(account)) => {
                let path = expand(template, name, account);
                paths.entry(path).or_default().push(name.to_owned());
            }
            (sshd_config::Chroot::None, _) => free.push(name),
            _ => unknown.push(name),
        }
    }
    let chroots = paths
        .into_iter()
        .map(|(path, partners)| chroot::Chroot::gather(path, partners));
    (chroots.collect(), free, unknown)
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
        *remedy = remedy.replace("sudo ", "").replace("sudoedit ", "editor ");
    }
}
