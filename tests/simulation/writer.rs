//! Who writes into the log: connections that are let in or not, and the sftp sessions of partners.

use std::cell::{Cell, RefCell};

use crate::dice::Dice;
use crate::journal::Written;
use crate::users::{PARTNERS, STRANGER};
use sftp_monitor::domain::base::time::Time;

/// What an entry counts, and for whom: nobody is anyone who is no partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Counts {
    pub(crate) partner: Option<&'static str>,
    pub(crate) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    Login,
    Failure,
    Upload,
    Download,
}

/// An open sftp session and what it is about to log.
struct Session {
    user: &'static str,
    uid: u32,
    pid: u32,
    lines: Vec<(String, Option<What>)>,
}

#[derive(Default)]
pub(crate) struct Writer {
    pids: Cell<u32>,
    files: Cell<u64>,
    sessions: RefCell<Vec<Session>>,
    /// The uploads that broke off, with their partner: they may be tried again.
    broken: RefCell<Vec<(&'static str, String)>>,
}

impl Writer {
    /// Processes end with the machine.
    pub(crate) fn reboot(&self) {
        self.sessions.borrow_mut().clear();
    }

    /// The next entry.
    pub(crate) fn next(&self, dice: &Dice, now: Time) -> Written {
        let mut sessions = self.sessions.borrow_mut();
        if !sessions.is_empty() && dice.roll(3) > 0 {
            let at = dice.index(sessions.len());
            let session = &mut sessions[at];
            let (line, what) = session.lines.remove(0);
            let counts = what.map(|what| Counts {
                partner: Some(session.user),
                what,
            });
            let from = ("internal-sftp", session.uid, session.pid);
            if session.lines.is_empty() {
                sessions.remove(at);
            }
            return Written::new(from, now, line, counts);
        }
        drop(sessions);
        self.connection(dice, now)
    }

    fn connection(&self, dice: &Dice, now: Time) -> Written {
        self.pids.set(self.pids.get() + 1);
        let pid = 1_000 + self.pids.get();
        let (user, uid) = PARTNERS[dice.index(2)];
        // A partner that tries again comes from where it came before.
        let elsewhere = format!("10.0.{}.{} port 5000", pid >> 8 & 255, pid & 255);
        let from = match dice.once_in(2) {
            true => format!("192.0.2.{} port 5000", uid - 1_000),
            false => elsewhere.clone(),
        };
        let partner = |what| {
            Some(Counts {
                partner: Some(user),
                what,
            })
        };
        let stranger = Some(Counts {
            partner: None,
            what: What::Failure,
        });
        let (message, uid, counts) = match dice.roll(9) {
            0..=2 => {
                self.begin(dice, user, uid, pid, &from);
                let line = format!("Accepted password for {user} from {from} ssh2");
                (line, 0, partner(What::Login))
            }
            3 => {
                let line = format!("Failed password for {user} from {from} ssh2");
                (line, 0, partner(What::Failure))
            }
            4 => {
                // A log-in soon afterwards from there tells it too, and no alert counts it.
                let said = "Connection closed by authenticating user";
                let line = format!("{said} {user} {elsewhere} [preauth]");
                (line, 0, partner(What::Failure))
            }
            5 => {
                let line = format!("Failed password for invalid user admin from {from} ssh2");
                (line, 0, stranger)
            }
            6 => {
                let line = format!("Failed password for {} from {from} ssh2", STRANGER.0);
                (line, 0, stranger)
            }
            // The group's own list knows her, whatever sshd says.
            7 => {
                let line = format!("Failed password for invalid user alice from {from} ssh2");
                let counts = Counts {
                    partner: Some(PARTNERS[0].0),
                    what: What::Failure,
                };
                (line, 0, Some(counts))
            }
            // Another user's: forged.
            _ => {
                let line = format!("Accepted password for {user} from {from} ssh2");
                (line, STRANGER.1, None)
            }
        };
        Written::new(("sshd", uid, pid), now, message, counts)
    }

    /// What a log-in's sftp session will log.
    fn begin(&self, dice: &Dice, user: &'static str, uid: u32, pid: u32, from: &str) {
        let address = from.split(' ').next().unwrap_or_default();
        let mut lines = vec![(
            format!("session opened for local user {user} from [{address}]"),
            None,
        )];
        let mut broken = self.broken.borrow_mut();
        let own = broken.iter().position(|(of, _)| *of == user);
        if let Some(own) = own.filter(|_| dice.once_in(2)) {
            let (_, name) = broken.remove(own);
            let open = format!("open \"{name}\" flags WRITE,CREATE,TRUNCATE mode 0644");
            let close = format!("close \"{name}\" bytes read 0 written 9");
            lines.extend([(open, None), (close, Some(What::Upload))]);
        }
        for _ in 0..dice.roll(4) {
            self.files.set(self.files.get() + 1);
            let number = self.files.get();
            if dice.once_in(3) {
                let open = format!("open \"/out/{number}.xml\" flags READ mode 0666");
                let close = format!("close \"/out/{number}.xml\" bytes read {number} written 0");
                lines.extend([(open, None), (close, Some(What::Download))]);
                continue;
            }
            let name = format!("/in/{number}.xml");
            if dice.once_in(3) {
                let open = format!("open \"{name}\" flags WRITE,CREATE,TRUNCATE mode 0644");
                let close = format!("forced close \"{name}\" bytes read 0 written {number}");
                lines.extend([(open, None), (close, None)]);
                broken.push((user, name));
                // The connection is gone.
                break;
            }
            let open = format!("open \"{name}.part\" flags WRITE,CREATE,TRUNCATE mode 0644");
            let close = format!("close \"{name}.part\" bytes read 0 written {number}");
            lines.extend([(open, None), (close, Some(What::Upload))]);
            if dice.once_in(2) {
                lines.push((format!("rename old \"{name}.part\" new \"{name}\""), None));
            }
        }
        lines.push((
            format!("session closed for local user {user} from [{address}]"),
            None,
        ));
        self.sessions.borrow_mut().push(Session {
            user,
            uid,
            pid: pid + 100_000,
            lines,
        });
    }
}
