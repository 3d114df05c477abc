//! `devlog`: every partner's chroot gets a `/dev/log` that leads to journald.
//!
//! A partner's sftp-server runs inside the chroot and logs to the `/dev/log` there; without one every line is lost in
//! silence. journald cannot listen on further sockets, so its own is bound into each chroot. Bind mounts end with the
//! machine and with the socket's unit, and partners come and go: this runs whenever one of these changes.

mod bind;
mod walk;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::cli::Cli;
use crate::config::Config;
use crate::directory::{Known, Roster};
use crate::exit::Stop;
use crate::log::{Priority, line};
use crate::output::names;
use crate::sshd_config::{self, Chroot, Partner, Sshd, expand};
use bind::{Done, Socket};

/// How long sshd is asked about partner after partner before its files are read instead: ssh waits for this at boot.
const ASKING: Duration = Duration::from_secs(20);

/// Runs the command. Exit code 1 where a partner was refused.
pub fn command(cli: &Cli) -> anyhow::Result<u8> {
    if !rustix::process::geteuid().is_root() {
        let why = "devlog binds a socket into the partners' chroots, which only root may: `sudo sftp-monitor devlog`";
        return Err(Stop::Setup(why.to_owned()).into());
    }
    let config = Config::load(cli.config.as_deref())?;
    let roster = Roster::gather(&config.partners);
    if roster.group.is_none() {
        let why = "the user database does not answer: nobody knows who the partners are";
        return Err(Stop::Later(why.to_owned()).into());
    }
    let socket = Socket::present().map_err(|refused| Stop::Later(refused.to_string()))?;
    let mut sshd = Sshd::open(true, None);
    let (chroots, mut failed) = chroots(&roster, &mut sshd);
    if chroots.is_empty() {
        line(Priority::Info, "no partner is locked into a directory");
    }
    for (path, partners) in &chroots {
        let names = names(partners);
        let log = path.join("dev/log");
        let (priority, said) = match bind::bind(path, socket) {
            Ok(Done::Already) => (Priority::Info, "leads to journald already".to_owned()),
            Ok(Done::Bound) => (Priority::Notice, "leads to journald now".to_owned()),
            Ok(Done::Renewed) => {
                let said = "leads to journald again: it led to a socket that is no more";
                (Priority::Notice, said.to_owned())
            }
            Err(refused) => {
                failed = true;
                (Priority::Error, format!("refused: {refused}"))
            }
        };
        line(priority, &format!("{names}: {}: {said}", log.display()));
    }
    Ok(u8::from(failed))
}

/// Where partners are locked in, each with whom; and whether of one it cannot be known.
fn chroots(roster: &Roster, sshd: &mut Sshd) -> (BTreeMap<PathBuf, Vec<String>>, bool) {
    let until = Instant::now() + ASKING;
    let mut chroots: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    let mut unknown = false;
    for (name, partner) in &roster.partners {
        let account = match &partner.account {
            Known::Here(account) => account,
            Known::Nowhere => continue,
            Known::NoAnswer => {
                unknown = true;
                let said = format!("{name}: the user database does not answer");
                line(Priority::Error, &said);
                continue;
            }
        };
        if Instant::now() > until {
            sshd.stop_asking("it takes too long");
        }
        let groups = account.groups.as_deref();
        match sshd.effective(&Partner { name, groups }).chroot {
            Chroot::None => {}
            Chroot::Directory(template) => {
                let path = expand(&template, name, account);
                chroots.entry(path).or_default().push(name.clone());
            }
            Chroot::Unknown => {
                unknown = true;
                let file = sshd_config::PATH;
                let said = format!("{name}: which ChrootDirectory {file} gives it is unknown");
                line(Priority::Error, &said);
            }
        }
    }
    (chroots, unknown)
}
