//! Blind sessions: log-ins of partners that leave no line of sftp-server though they should.
//!
//! That alone is no proof, since a client may log in and open nothing. It is sure where sshd says that it starts sftp for
//! the log-in; it is probable where sshd's configuration leaves the partner nothing but an internal-sftp that logs, and two
//! log-ins in a row, each of two seconds or more, or several shorter ones, left nothing. It is not where sshd's own process of
//! the log-in, which is locked in as sftp-server is, could tell all of the end: then the client asked for nothing.

use std::time::Duration;

use super::Monitor;
use super::monitor::ENDING;
use crate::domain::alerts::{Blind, Content};
use crate::domain::base::evict::evict;
use crate::domain::base::numbers::add;
use crate::domain::base::process::Process;
use crate::domain::base::time::Time;
use crate::domain::record::Record;
use crate::domain::sessions::{Connection, KEPT, LoginWithoutTransfers, Membership, SftpSession};
use crate::domain::state::NoticeKind;

/// How long a log-in may last without a line of sftp-server before it is judged.
const LASTING: Duration = Duration::from_secs(5 * 60);

/// A shorter log-in proves little: the client may have changed its mind. Scripts that put a small file take no longer.
const SHORTEST: Duration = Duration::from_secs(2);

/// So many log-ins in a row that are not shorter make it probable.
const IN_A_ROW: u64 = 2;

/// So many in a row make it probable, however short they are.
const SEVERAL: u64 = 5;

/// Do these log-ins in a row, some of them short, make it probable?
fn is_probable(unseen: u64, short: u64) -> bool {
    unseen.saturating_sub(short) >= IN_A_ROW || unseen >= SEVERAL
}

impl LoginWithoutTransfers {
    /// When it is judged: its end's lines may still cross, or it has lasted long enough.
    pub(super) fn due(&self) -> Time {
        match self.ended {
            Some(ended) => ended.plus(ENDING),
            None => self.since.plus(LASTING),
        }
    }

    /// May a session of sftp-server be this log-in's? Where the log does not tell them apart, it may.
    fn may_be_of(&self, session: &SftpSession) -> bool {
        let apart = |a: &Option<String>, b: &Option<String>| match (a, b) {
            (Some(a), Some(b)) => a != b,
            _ => false,
        };
        self.user == session.user
            && self.boot == session.boot
            && !apart(&self.session, &session.session)
            && !apart(&self.address, &session.address)
    }
}

impl Monitor<'_> {
    /// A partner logged in: from here on a line of sftp-server is waited for.
    pub(super) fn await_sftp(&mut self, login: &Connection, record: &Record<'_>) {
        // Without a time nobody can tell how long it lasts.
        let timed = login.at != Time::default();
        if login.standing != Membership::Partner || !timed || record.origin.past {
            return;
        }
        let unseen = &mut self.daily.resume.sessions.unseen;
        if unseen.len() >= KEPT {
            evict(unseen, KEPT - 1, |_| (), |u| u.user.clone(), |at, _| at);
            self.daily
                .note(NoticeKind::SessionsForgotten, login.at, 1, None);
        }
        self.daily
            .resume
            .sessions
            .unseen
            .push(LoginWithoutTransfers {
                boot: login.boot,
                pid: login.pid,
                user: login.user.clone().unwrap_or_default(),
                address: login.address.clone(),
                session: login.session.clone(),
                since: login.at,
                ended: None,
                started: false,
                forced: record.forced && !self.rules.foreign,
            });
    }

    /// A session of sftp-server shows itself: the log-ins that it may belong to are not blind.
    pub(super) fn sftp_seen(&mut self, session: &SftpSession, at: Time) {
        let resume = &mut self.daily.resume;
        resume
            .sessions
            .unseen
            .retain(|unseen| !unseen.may_be_of(session));
        if let Some(known) = resume.known.get_mut(&session.user) {
            (known.unseen, known.unseen_short) = (0, 0);
        }
        self.sftp_works(session, at);
    }

    /// No line of sftp-server is to be waited for: sshd itself says why there is none.
    pub(super) fn excused(&mut self, user: &str) {
        let unseen = &mut self.daily.resume.sessions.unseen;
        unseen.retain(|unseen| unseen.user != user);
    }

    /// A second line of a log-in's end, `Disconnected from user U …`, by the account's own process. In a chroot without
    /// /dev/log that process gets one line out, the first, over a socket that was open before.
    pub(super) fn can_log(&mut self, record: &Record<'_>) {
        let event = &record.event;
        let (Some(user), at) = (event.user.as_deref(), record.origin.time) else {
            return;
        };
        let user = String::from_utf8_lossy(user);
        if !self.speaks_for(record.origin.uid, self.known_uid(&user)) {
            return;
        }
        let just_ended = |unseen: &LoginWithoutTransfers| {
            unseen.boot == record.origin.boot
                && unseen.user == user
                && unseen.address.as_deref() == event.address.as_deref()
                && unseen.ended.is_some_and(|ended| at.since(ended) <= ENDING)
        };
        let resume = &mut self.daily.resume;
        let before = resume.sessions.unseen.len();
        resume
            .sessions
            .unseen
            .retain(|unseen| unseen.started || !just_ended(unseen));
        if resume.sessions.unseen.len() < before {
            if let Some(known) = resume.known.get_mut(&*user) {
                (known.unseen, known.unseen_short) = (0, 0);
            }
        }
    }

    /// Entries are missing: discards pending checks for blind sessions.
    pub fn nothing_is_proved(&mut self) {
        self.daily.resume.sessions.unseen.clear();
    }

    /// sshd says that it starts a session for a log-in; if it is one of sftp, its lines must come.
    pub(super) fn session_starting(&mut self, record: &Record<'_>) {
        let event = &record.event;
        let what = event.detail.as_deref().unwrap_or_default();
        let sftp = what == "subsystem 'sftp'"
            || what.starts_with("forced-command ")
                && (what.contains("internal-sftp") || what.contains("sftp-server"));
        let login = event
            .address
            .as_deref()
            .filter(|_| sftp)
            .and_then(|address| self.daily.resume.sessions.login_from(address, event.port));
        let Some((boot, pid)) = login else { return };
        if !self.speaks_for(record.origin.uid, self.uid_of_login((boot, pid))) {
            return;
        }
        let unseen = &mut self.daily.resume.sessions.unseen;
        for unseen in unseen.iter_mut().filter(|u| (u.boot, u.pid) == (boot, pid)) {
            unseen.started = true;
        }
    }

    /// A log-in ended; its session, where the end's lines tell it.
    pub(super) fn unseen_ended(&mut self, login: Process, session: Option<&str>, at: Time) {
        let unseen = &mut self.daily.resume.sessions.unseen;
        for unseen in unseen.iter_mut().filter(|u| (u.boot, u.pid) == login) {
            unseen.ended = unseen.ended.or(Some(at));
            if let Some(session) = session {
                unseen.session = Some(session.to_owned());
            }
        }
    }

    /// When the next log-in is judged.
    pub(super) fn unseen_due(&self) -> Option<Time> {
        let unseen = &self.daily.resume.sessions.unseen;
        unseen.iter().map(LoginWithoutTransfers::due).min()
    }

    /// Judges the log-ins whose time has come before `time`.
    pub(super) fn judge_unseen(&mut self, time: Time) {
        let unseen = &mut self.daily.resume.sessions.unseen;
        if unseen.iter().all(|unseen| unseen.due() > time) {
            return;
        }
        let (due, waiting) = std::mem::take(unseen)
            .into_iter()
            .partition(|unseen| unseen.due() <= time);
        *unseen = waiting;
        let due: Vec<LoginWithoutTransfers> = due;
        for unseen in due {
            self.judge(unseen);
        }
    }

    fn judge(&mut self, unseen: LoginWithoutTransfers) {
        let at = unseen.ended.unwrap_or(unseen.due());
        let known = self.known(&unseen.user);
        let blind = if unseen.started {
            1
        } else if unseen.forced {
            let before = is_probable(known.unseen, known.unseen_short);
            add(&mut known.unseen, 1);
            if at.since(unseen.since) < SHORTEST {
                add(&mut known.unseen_short, 1);
            }
            match (before, is_probable(known.unseen, known.unseen_short)) {
                (_, false) => return,
                // Those before it are blind as well, it turns out.
                (false, true) => known.unseen,
                (true, true) => 1,
            }
        } else {
            return;
        };
        self.count_blind(&unseen, at, blind);
    }

    fn count_blind(&mut self, unseen: &LoginWithoutTransfers, at: Time, blind: u64) {
        let counters = self.counters(at, &unseen.user);
        add(&mut counters.blind, blind);
        let sessions = counters.blind;
        let today = self.daily.date;
        let silent = self.rules.silent;
        let known = self.known(&unseen.user);
        // Told once a day: it is no alert about each session but about the set-up.
        if silent || known.blind_told == Some(today) {
            return;
        }
        known.blind_told = Some(today);
        let content = Content::Blind(Blind {
            partner: unseen.user.clone(),
            full_name: self.full_name(&unseen.user),
            sure: unseen.started,
            sessions,
            at,
        });
        self.say(at, content);
    }
}
