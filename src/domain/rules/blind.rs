//! Blind sessions: partners' log-ins without a line of sftp-server, although there should be one.
//!
//! A missing line alone is no proof, because a client may log in and open nothing. A session is surely blind if sshd logs
//! that it starts sftp for the log-in. It is probably blind if sshd's configuration allows the partner only an internal-sftp
//! that logs, and two log-ins in a row, each of two seconds or more, or several shorter ones, left no line. It is not blind
//! if sshd's own process of the log-in, which runs in the same chroot as sftp-server, could log all lines of the end: in
//! this case the client requested nothing.

use std::time::Duration;

use super::Monitor;
use crate::domain::alerts::{Blind, Content};
use crate::domain::base::numbers::add;
use crate::domain::base::process::Process;
use crate::domain::base::table::{Keyed, Table};
use crate::domain::base::text::lossy;
use crate::domain::base::time::Time;
use crate::domain::record::Record;
use crate::domain::sessions::{
    Connection, ENDING, KEPT, LoginWithoutTransfers, Membership, SftpSession, UnseenMark,
};
use crate::domain::state::NoticeKind;

/// A shorter log-in proves little: the client may have changed its mind. Scripts that upload a small file take no longer.
const SHORTEST: Duration = Duration::from_secs(2);

/// This number of longer log-ins in a row makes it probable.
const IN_A_ROW: u64 = 2;

/// This number of log-ins in a row makes it probable, even if they are short.
const SEVERAL: u64 = 5;

/// Are the sessions probably blind after these log-ins in a row, some of them short?
fn is_probable(unseen: u64, short: u64) -> bool {
    unseen.saturating_sub(short) >= IN_A_ROW || unseen >= SEVERAL
}

impl LoginWithoutTransfers {
    /// Can this session of sftp-server belong to this log-in? Yes, unless the log shows that they differ.
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
    /// A partner logged in: a line of sftp-server is expected from now on.
    pub(super) fn await_sftp(&mut self, login: &Connection, record: &Record<'_>) {
        // Without a time, its duration is unknown.
        let timed = login.at != Time::default();
        if login.standing != Membership::Partner || !timed || record.origin.past {
            return;
        }
        let unseen = &mut self.daily.resume.sessions.unseen;
        unseen.put(LoginWithoutTransfers {
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
        // Some more are allowed, so that this does not run for each log-in.
        if unseen.len() > KEPT + KEPT / 4 {
            let gone = unseen
                .evict(KEPT, |_| true, |_| (), |u| u.user.clone(), |u| u.since)
                .len() as u64;
            self.daily
                .note(NoticeKind::SessionsForgotten, login.at, gone, None);
        }
    }

    /// A session of sftp-server was seen: the log-ins that it may belong to are not blind.
    pub(super) fn sftp_seen(&mut self, session: &SftpSession, at: Time) {
        self.no_longer_unseen(&session.user, |unseen| unseen.may_be_of(session));
        let resume = &mut self.daily.resume;
        if let Some(known) = resume.known.get_mut(&session.user) {
            (known.unseen, known.unseen_short) = (0, 0);
        }
        self.sftp_works(session, at);
    }

    /// No line of sftp-server is expected: sshd itself logs the reason.
    pub(super) fn excused(&mut self, user: &str) {
        self.no_longer_unseen(user, |_| true);
    }

    /// Removes the log-ins of this account for which `works` is true. Returns whether there was one.
    fn no_longer_unseen(
        &mut self,
        user: &str,
        works: impl Fn(&LoginWithoutTransfers) -> bool,
    ) -> bool {
        let unseen = &mut self.daily.resume.sessions.unseen;
        if unseen.is_empty() {
            return false;
        }
        let mark = UnseenMark::of(user);
        let before = unseen.len();
        let gone = |unseen: &&LoginWithoutTransfers| unseen.user == user && works(unseen);
        let next = |table: &Table<_>| table.marked(mark).find(gone).map(Keyed::key);
        while let Some(gone) = next(unseen) {
            unseen.remove(&gone);
        }
        unseen.len() < before
    }

    /// Handles a second line about a log-in's end, `Disconnected from user U …`, from the account's own process. In a chroot
    /// without /dev/log, that process can log only one line, the first, over a socket that was already open.
    pub(super) fn can_log(&mut self, record: &Record<'_>) {
        let event = &record.event;
        let (Some(user), at) = (event.user.as_deref(), record.origin.time) else {
            return;
        };
        let user = lossy(user);
        if !self.speaks_for(record.origin.uid, self.known_uid(&user)) {
            return;
        }
        let just_ended = |unseen: &LoginWithoutTransfers| {
            unseen.boot == record.origin.boot
                && unseen.address.as_deref() == event.address.as_deref()
                && unseen.ended.is_some_and(|ended| at.since(ended) <= ENDING)
        };
        if self.no_longer_unseen(&user, |unseen| !unseen.started && just_ended(unseen)) {
            if let Some(known) = self.daily.resume.known.get_mut(&user) {
                (known.unseen, known.unseen_short) = (0, 0);
            }
        }
    }

    /// Entries are missing: discards pending checks for blind sessions.
    pub fn nothing_is_proved(&mut self) {
        self.daily.resume.sessions.unseen = Table::default();
    }

    /// sshd logs that it starts a session for a log-in; if it is an sftp session, lines must follow.
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
        self.change_unseen((boot, pid), |unseen| unseen.started = true);
    }

    /// Changes the log-ins of this process.
    fn change_unseen(&mut self, login: Process, change: impl Fn(&mut LoginWithoutTransfers)) {
        let unseen = &mut self.daily.resume.sessions.unseen;
        let own = unseen.marked(UnseenMark::Login(login)).map(Keyed::key);
        for key in own.collect::<Vec<_>>() {
            unseen.change(&key, &change);
        }
    }

    /// Notes the end of a log-in, and its session if the lines of the end name it.
    pub(super) fn unseen_ended(&mut self, login: Process, session: Option<&str>, at: Time) {
        self.change_unseen(login, |unseen| {
            unseen.ended = unseen.ended.or(Some(at));
            if let Some(session) = session {
                unseen.session = Some(session.to_owned());
            }
        });
    }

    /// When the next log-in is judged.
    pub(super) fn unseen_due(&self) -> Option<Time> {
        self.daily.resume.sessions.unseen.first(UnseenMark::Due)
    }

    /// Judges the log-ins that are due before or at `time`.
    pub(super) fn judge_unseen(&mut self, time: Time) {
        while self.unseen_due().is_some_and(|due| due <= time) {
            let unseen = &mut self.daily.resume.sessions.unseen;
            let next = unseen.marked(UnseenMark::Due).next().map(Keyed::key);
            let Some(next) = next.and_then(|next| unseen.remove(&next)) else {
                return;
            };
            self.judge(*next);
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
                // The earlier ones now count as blind too.
                (false, true) => known.unseen,
                (true, true) => 1,
            }
        } else {
            return;
        };
        self.count_blind(&unseen, at, blind);
    }

    fn count_blind(&mut self, unseen: &LoginWithoutTransfers, at: Time, blind: u64) {
        let sessions = self.add(at, &unseen.user, |counters| {
            add(&mut counters.blind, blind);
            counters.blind
        });
        let today = self.daily.date;
        let silent = self.rules.silent;
        let known = self.known(&unseen.user);
        // Reported once a day, because the problem is the configuration and not each session.
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
