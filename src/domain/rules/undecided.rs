//! Events that wait for the user database. While it does not answer, an account is neither a partner nor a stranger.

use std::cmp::Reverse;

use super::Monitor;
use crate::domain::alerts::{File, Transfer};
use crate::domain::base::evict::evict;
use crate::domain::base::process::Process;
use crate::domain::base::quick::quick;
use crate::domain::base::table::Keyed;
use crate::domain::base::time::Time;
use crate::domain::directory::Answer;
use crate::domain::pending::{Pending, Undecided};
use crate::domain::sessions::{Connection, ConnectionMark, Membership, Sessions, SftpMark};
use crate::domain::state::{KnownPartner, NoticeKind};

/// How many events wait at most. Further ones are dropped, and a notice reports this. Failures are dropped first, because
/// anyone can cause them in any name; then the latest of the account with the most.
const KEPT: usize = 1_000;

impl Monitor<'_> {
    /// Counts an event for an account, or lets it wait if the account is undecided. Returns the id of an alert that can be
    /// renamed. An sftp session also passes its uid: if the account's uid is different, the event counts for no account.
    pub(super) fn count(
        &mut self,
        process: Process,
        at: Time,
        (standing, uid): (Membership, Option<u32>),
        user: &str,
        event: Pending,
    ) -> Option<u64> {
        match standing {
            Membership::Partner => match event {
                Pending::Login {
                    address,
                    method,
                    fingerprint,
                } => self.count_login(
                    at,
                    user,
                    address.as_deref(),
                    &method,
                    fingerprint.as_deref(),
                ),
                Pending::Failure(refused) => self.count_failure(process, at, user, refused),
                Pending::File(what, file) => return self.count_file(process, at, user, what, file),
            },
            Membership::Stranger | Membership::Unasked => {
                if let Pending::Failure(refused) = event {
                    self.count_unknown(at, refused.count);
                }
            }
            Membership::Undecided => {
                let (boot, pid) = process;
                self.wait(Undecided {
                    user: user.to_owned(),
                    at,
                    boot,
                    pid,
                    uid,
                    event,
                });
            }
        }
        None
    }

    /// The file of a waiting upload of this process, by its name.
    pub(super) fn undecided_file(&mut self, process: Process, path: &str) -> Option<&mut File> {
        let waiting = self.daily.resume.undecided.iter_mut().rev();
        let mut files = waiting.filter_map(|u| match &mut u.event {
            Pending::File(Transfer::Upload, file) if (u.boot, u.pid) == process => Some(file),
            _ => None,
        });
        files.find(|file| file.path == path)
    }

    fn wait(&mut self, event: Undecided) {
        let waiting = &mut self.daily.resume.undecided;
        waiting.push(event);
        let rank = |event: &Undecided| !matches!(event.event, Pending::Failure(_));
        let whose = |event: &Undecided| event.user.clone();
        for dropped in evict(waiting, KEPT, rank, whose, |at, _| Reverse(at)) {
            self.daily.note(NoticeKind::Undecided, dropped.at, 1, None);
        }
    }

    /// The accounts about which the user database must be asked again.
    pub fn questions(&self) -> Vec<String> {
        let resume = &self.daily.resume;
        let sessions = resume.sessions.sftp.marked(SftpMark::Undecided);
        let sessions = sessions.map(|session| &session.user);
        let mut users: Vec<String> = resume
            .undecided
            .iter()
            .map(|u| &u.user)
            .chain(sessions)
            .cloned()
            .collect();
        users.sort();
        users.dedup();
        users
    }

    /// Handles the user database's answer about an account: decides the events that waited for it.
    pub fn answer(&mut self, user: &str, answer: &Answer) {
        let user = match answer {
            Answer::Partner {
                name: Some(name), ..
            } if name != user => {
                self.respell(user, name);
                name
            }
            _ => user,
        };
        let resume = &mut self.daily.resume;
        // Each line of an account brings an answer: mostly the same again.
        let same = match (answer, resume.known.get(user)) {
            (Answer::Partner { uid, full_name, .. }, Some(known)) => {
                let same_uid = uid.is_none() || known.uid == *uid;
                same_uid && (full_name.is_none() || known.full_name == *full_name)
            }
            (Answer::Other { .. }, known) => known.is_none(),
            _ => false,
        };
        if same && resume.undecided.is_empty() && !resume.sessions.any_undecided() {
            return;
        }
        let uid_of = |known: Option<&KnownPartner>| known.and_then(|known| known.uid);
        let before = uid_of(resume.known.get(user));
        match answer {
            Answer::Unknown => return,
            Answer::Partner { uid, full_name, .. } => {
                let known = resume.known.of(user);
                known.uid = uid.or(known.uid);
                if full_name.is_some() {
                    known.full_name.clone_from(full_name);
                }
            }
            Answer::Other { .. } => drop(resume.known.remove(user)),
        }
        let standing = match answer {
            Answer::Partner { .. } => Membership::Partner,
            _ => Membership::Stranger,
        };
        let foreign = self.rules.foreign;
        let told = uid_of(resume.known.get(user));
        let own = |of: Option<u32>| match (of, standing) {
            (Some(of), Membership::Partner) => told.map_or(foreign, |uid| uid == of),
            _ => true,
        };
        // The group's list shows that the account is a partner, but not its uid: whether a process is the account's stays
        // open.
        let open = |of: Option<u32>| {
            standing == Membership::Partner && of.is_some() && told.is_none() && !foreign
        };
        // Each line of a partner brings an answer. If the uid was known before, nothing was left undecided.
        if before.is_none() || before != told {
            let of_uid = |of: Option<u32>| match (open(of), own(of)) {
                (true, _) => Membership::Undecided,
                (false, true) => standing,
                (false, false) => Membership::Stranger,
            };
            decide(&mut resume.sessions, user, standing, &of_uid);
        }
        if resume.undecided.iter().any(|u| u.user == user) {
            let (decided, waiting) = std::mem::take(&mut resume.undecided)
                .into_iter()
                .partition(|u| u.user == user && !open(u.uid));
            resume.undecided = waiting;
            let decided: Vec<Undecided> = decided;
            for Undecided {
                at,
                boot,
                pid,
                uid,
                event,
                ..
            } in decided
            {
                match own(uid) {
                    true => drop(self.count((boot, pid), at, (standing, uid), user, event)),
                    false => self.daily.forged(at),
                }
            }
        }
    }

    /// Moves the data stored under another spelling of the account's name to the right name.
    fn respell(&mut self, from: &str, to: &str) {
        let resume = &mut self.daily.resume;
        resume.known.remove(from);
        let sessions = &mut resume.sessions;
        let own = |c: &&Connection| c.user.as_deref() == Some(from);
        let connections = sessions.connections.values().filter(own).map(Keyed::key);
        for process in connections.collect::<Vec<_>>() {
            sessions
                .connections
                .change(&process, |c| c.user = Some(to.to_owned()));
        }
        let sftp = sessions
            .sftp
            .values()
            .filter(|s| s.user == from)
            .map(Keyed::key);
        for process in sftp.collect::<Vec<_>>() {
            sessions
                .sftp
                .change(&process, |s| to.clone_into(&mut s.user));
        }
        for event in resume
            .undecided
            .iter_mut()
            .filter(|event| event.user == from)
        {
            to.clone_into(&mut event.user);
        }
    }
}

/// Sets the membership of undecided connections and sftp sessions of an account: a connection at once, an sftp session by
/// its uid.
fn decide(
    sessions: &mut Sessions,
    user: &str,
    standing: Membership,
    of_uid: &dyn Fn(Option<u32>) -> Membership,
) {
    let account = quick(user);
    let sftp = sessions.sftp.marked(SftpMark::UndecidedOf(account));
    let sftp: Vec<Process> = sftp.filter(|s| s.user == user).map(Keyed::key).collect();
    for process in sftp {
        sessions
            .sftp
            .change(&process, |s| s.standing = of_uid(s.uid));
    }
    let connections = sessions
        .connections
        .marked(ConnectionMark::UndecidedOf(account));
    let own = |c: &&Connection| c.user.as_deref() == Some(user);
    let connections: Vec<Process> = connections.filter(own).map(Keyed::key).collect();
    for process in connections {
        sessions
            .connections
            .change(&process, |c| c.standing = standing);
    }
}
