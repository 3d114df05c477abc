//! All matters, in the order in which they depend on one another.

use std::time::{Duration, Instant};

use super::finding::{CheckReport, Finding, Severity};
use super::machine::{MachineFacts, ServedPartner, ServingSshd, of_account};
use super::source_facts::SourceFacts;
use super::units::Units;
use super::{
    accounts, admission, ca_file, channel, chroot, clock, configuration, dev_log, dev_log_fault,
    expected, heartbeat, journal, partners, running, scripts, sftp_command, slack, source, sshd,
    state, webhook,
};
use crate::adapters::sshd_config::Sshds;
use crate::adapters::userdb::Roster;
use crate::commands::cli::Cli;
use crate::commands::clock::now;
use crate::domain::base::time::Zone;

/// How long sshd is asked for one partner after another before its files are read instead.
const ASKING: Duration = Duration::from_secs(10);

/// A matter: it looks at the machine and adds its findings to the report.
type Inspection = fn(&MachineFacts<'_>, &mut CheckReport);

/// The matters that need a configuration.
const MATTERS: [Inspection; 11] = [
    channel::look,
    ca_file::look,
    slack::look,
    heartbeat::look,
    webhook::look,
    partners::look,
    expected::look,
    source::look,
    look_here,
    clock::look,
    scripts::look,
];

/// The matters of this machine's sshd.
const HERE: [Inspection; 5] = [
    journal::look,
    sshd::look,
    each_sshd,
    chroot::look,
    dev_log::look,
];

/// Makes the findings; also returns the time zone of the state's dates if a test line was posted.
pub(super) fn findings(cli: &Cli, send: bool) -> (Vec<Finding>, Option<Zone>) {
    let root = rustix::process::geteuid().is_root();
    let now = now();
    let units = Units::gather();
    let (config, finding) = configuration::load(cli.config.as_deref(), &units, root);
    let zone = config.as_ref().map_or(Zone::Machine, |config| config.zone);
    let mut report = CheckReport::default();
    report.findings.push(finding);
    if let Some(config) = &config {
        let roster = Roster::gather(&config.partners);
        let mut sshds = Sshds::open(root);
        let of_here = config.source.journal_directory.is_none();
        let partners = match of_here {
            true => served(&roster, &mut sshds),
            false => Vec::new(),
        };
        let source = SourceFacts::gather(config, &units, root);
        let serving = sshds.iter().zip(partners).map(|(sshd, partners)| {
            let ssh = units.ssh().of(sshd.started());
            ServingSshd {
                sshd,
                ssh,
                partners,
            }
        });
        let machine = MachineFacts {
            config,
            units: &units,
            roster: &roster,
            sshds: &sshds,
            serving: serving.collect(),
            // If this user may not read the log, a missing line proves nothing.
            log: source.chosen().or(root.then(|| source.intended())),
            source,
            root,
            send,
            now,
        };
        MATTERS.iter().for_each(|look| look(&machine, &mut report));
    }
    state::look(
        &cli.state_directory(),
        &units,
        (zone, now),
        root,
        &mut report,
    );
    let of_chroot = |found: &Finding| [chroot::NAME, dev_log_fault::NAME].contains(&found.name);
    let mut told = report.findings.iter().filter(|found| of_chroot(found));
    let chroot_told = told.any(|found| found.status == Severity::Problem);
    let units = running::judge(&units, zone, chroot_told);
    report.findings.extend(units);
    if !report.unseen.is_empty() {
        let said = format!("not checked: {}; this needs root", report.unseen.join(", "));
        let finding = Finding::warning("view", said).fixed_by("sudo sftp-monitor check");
        report.findings.push(finding);
    }
    (report.findings, report.posted.then_some(zone))
}

/// Runs the matters of this machine's sshd; journals of other machines tell nothing about it.
fn look_here(machine: &MachineFacts<'_>, report: &mut CheckReport) {
    if machine.config.source.journal_directory.is_none() {
        HERE.iter().for_each(|look| look(machine, report));
    }
}

/// Checks how each sshd treats the partners that it lets in. A finding that several sshds share is reported once.
fn each_sshd(machine: &MachineFacts<'_>, report: &mut CheckReport) {
    if !machine.root {
        report.unseen.push("sshd's settings for each partner");
        if !accounts::can_see() {
            report.unseen.push("expiry dates");
        }
    }
    if machine.serving.iter().any(|one| !one.partners.is_empty()) {
        report.findings.extend(accounts::seen_by_service());
    }
    for one in &machine.serving {
        let mut found = sshd::quiet(&one.partners, one.ssh);
        found.extend(one.sshd.failed().map(|why| sshd::refused(why, one.ssh)));
        found.extend(sftp_command::look(one, machine.root));
        found.extend(accounts::look(one, machine));
        found.extend(admission::look(one, &machine.config.partners.group));
        found.into_iter().for_each(|finding| report.add(finding));
    }
}

/// Finds out how each sshd treats each partner that has an account here and that it lets in.
fn served<'a>(roster: &'a Roster, sshds: &mut Sshds) -> Vec<Vec<ServedPartner<'a>>> {
    let until = Instant::now() + ASKING;
    let mut all: Vec<Vec<ServedPartner<'a>>> = sshds.iter().map(|_| Vec::new()).collect();
    for (name, partner) in &roster.partners {
        let Some(account) = partner.account() else {
            continue;
        };
        if Instant::now() > until {
            sshds.stop_asking("asking about all partners takes too long");
        }
        for (number, effective) in sshds.effective(&of_account(name, account)) {
            all[number].push(ServedPartner {
                name,
                account,
                effective,
            });
        }
    }
    all
}
