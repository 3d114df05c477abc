//! `devlog`: every partner's chroot gets a `/dev/log` that leads to journald. Uses the domain and the adapters.
//!
//! A partner's sftp-server runs inside the chroot and logs to the `/dev/log` there; without it every line is lost without an
//! error. journald cannot listen on further sockets, so its socket is bound into each chroot. Bind mounts end at a shutdown
//! and with the socket's unit, and partners change: this command runs after each such change. It leaves its findings about
//! the partners for the service ([`left`]).

mod bind;
mod walk;

use std::fs::{self, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use rustix::fs::FlockOperation;

use crate::adapters::config::Config;
use crate::adapters::log::{Priority, line};
use crate::adapters::sight::watched::WatchedPaths;
use crate::adapters::sight::{DevLog, Sight, left};
use crate::adapters::sshd_config::Sshds;
use crate::adapters::userdb::{Known, Roster};
use crate::commands::cli::{self, Cli};
use crate::domain::base::names::names;
use crate::domain::base::stop::{Stop, said};
use bind::{Done, Socket};

/// How long sshd is asked for one partner after another before its files are read instead: ssh waits for this at boot.
const ASKING: Duration = Duration::from_secs(20);

/// Runs the command. Exit code 1 if a partner was refused.
pub fn command(cli: &Cli, arguments: &cli::DevlogArgs) -> anyhow::Result<u8> {
    if !rustix::process::geteuid().is_root() {
        let why = "devlog binds a socket into the partners' chroots, and only root can do this: `sudo sftp-monitor devlog`";
        return Err(Stop::Setup(why.to_owned()).into());
    }
    if arguments.settle {
        settle(cli);
        return Ok(0);
    }
    Ok(u8::from(!once(cli, false)?))
}

/// Repeats rounds after each change, until every partner's `/dev/log` leads to journald, and the watched files have been
/// unchanged for a while.
fn settle(cli: &Cli) {
    let mut told = String::new();
    loop {
        let begun = WatchedPaths::now(left::read().as_ref());
        let was_old = begun.is_old();
        let outcome = once(cli, true);
        if let Err(error) = &outcome {
            let why = said(error);
            if why != told {
                line(Priority::Error, &format!("{why}; trying again"));
                told = why;
            }
        }
        if !begun.is_of_same(&WatchedPaths::now(left::read().as_ref())) {
            continue;
        }
        let done = matches!(outcome, Ok(true));
        // A round may miss a change from just before it: a unit is enabled first, and systemd knows it a moment later.
        if !begun.wait_for_change(done) && was_old {
            left::waits(false);
            return;
        }
    }
}

/// Runs one round. With `quiet` it logs only new facts. Returns whether every partner's `/dev/log` leads to journald, as far as is
/// known.
fn once(cli: &Cli, quiet: bool) -> anyhow::Result<bool> {
    let path = cli.config.as_deref();
    let config = match (Config::load(path), Config::of_partners_alone(path)) {
        (Ok(config), _) => config,
        (Err(error), None) => return Err(error.into()),
        // An error elsewhere in the file must not stop the logging of files: lost lines cannot be recovered.
        (Err(error), Some(config)) => {
            if !quiet {
                let told = format!("{error}; its settings of partners are used nevertheless");
                line(Priority::Warning, &told);
            }
            config
        }
    };
    let _alone = alone().with_context(|| format!("opening {}", left::DIRECTORY))?;
    let before = left::read().unwrap_or_default();
    left::looks().with_context(|| format!("writing in {}", left::DIRECTORY))?;
    // Even if this round fails, there is a next one.
    left::waits(true);
    let roster = Roster::gather(&config.partners);
    if roster.group.is_none() {
        let why = "the user database does not answer, so the partners are unknown";
        return Err(Stop::Later(why.to_owned()).into());
    }
    let socket = Socket::present().map_err(|refused| Stop::Later(refused.to_string()))?;
    let mut sshds = Sshds::open(true);
    let mut sight = Sight::gather(&roster, &mut sshds, Instant::now() + ASKING);
    let mut done = all_known(&roster, &sight, &before, quiet);
    let chroots = sight.chroots();
    if chroots.is_empty() && !quiet {
        line(Priority::Info, "no partner has a chroot");
    }
    for (path, partners) in &chroots {
        let names = names(partners);
        let log = path.join("dev/log");
        let is_there = fs::symlink_metadata(path).is_ok();
        let mut dev_log = DevLog::Reaches;
        let (priority, said) = match bind::bind(path, socket) {
            Ok(Done::Already) => (Priority::Info, "leads to journald already".to_owned()),
            Ok(Done::Bound) => (Priority::Notice, "leads to journald now".to_owned()),
            Ok(Done::Renewed) => {
                let said = "leads to journald again: it led to a socket that no longer exists";
                (Priority::Notice, said.to_owned())
            }
            Err(refused) => {
                done = false;
                dev_log = match is_there {
                    true => DevLog::Nowhere(refused.to_string()),
                    false => DevLog::NoChroot,
                };
                (Priority::Error, format!("refused: {refused}"))
            }
        };
        let known = partners.iter().all(|name| {
            let seen = before.partners.get(name);
            seen.is_some_and(|seen| seen.chroots.get(path) == Some(&dev_log))
        });
        let news = match dev_log {
            DevLog::Reaches => priority == Priority::Notice,
            // A chroot that does not exist yet is only reported to a person.
            DevLog::NoChroot => false,
            DevLog::Unknown | DevLog::Nowhere(_) => !known,
        };
        if news || !quiet {
            line(priority, &format!("{names}: {}: {said}", log.display()));
        }
        sight.found(path, &dev_log);
    }
    left::write(&sight).with_context(|| format!("writing {}", left::path().display()))?;
    // A change during this run, or just after it, triggers no path unit.
    left::waits(!done || !WatchedPaths::now(Some(&sight)).is_old());
    Ok(done)
}

/// Reports the partners whose chroot is unknown. Returns whether there are none.
fn all_known(roster: &Roster, sight: &Sight, before: &Sight, quiet: bool) -> bool {
    let mut known = true;
    for (name, seen) in &sight.partners {
        if !seen.somewhere {
            continue;
        }
        known = false;
        if quiet && before.partners.get(name) == Some(seen) {
            continue;
        }
        let partner = roster.partners.get(name);
        let said = match partner.map(|partner| &partner.account) {
            Some(Known::NoAnswer) => format!("{name}: the user database does not answer"),
            _ => format!("{name}: which ChrootDirectory sshd gives it is unknown"),
        };
        line(Priority::Error, &said);
    }
    known
}

/// Takes the lock that lets only one `devlog` run: two would both bind over the same file.
fn alone() -> std::io::Result<File> {
    let path = Path::new(left::DIRECTORY);
    if !path.is_dir() {
        fs::DirBuilder::new().mode(0o755).create(path)?;
    }
    let directory = File::open(path)?;
    rustix::fs::flock(&directory, FlockOperation::LockExclusive)?;
    Ok(directory)
}
