//! Lines of sftp-server: finds the session of each line, applies the line to it, and ends sessions.

use super::forged::forged_by;
use super::{Monitor, RuleOutcome};
use crate::domain::alerts::{File, Transfer};
use crate::domain::base::process::Process;
use crate::domain::base::table::Keyed;
use crate::domain::base::text::lossy;
use crate::domain::base::time::Time;
use crate::domain::directory::Answer;
use crate::domain::openssh::{EventName, Kind};
use crate::domain::pending::Pending;
use crate::domain::record::Record;
use crate::domain::sessions::{ENDING, Handle, Last, Membership, SftpSession};
use crate::domain::state::NoticeKind;

/// The reason text for a request that concerns no file.
const NO_FILE: &str = "a request that counts nothing";

impl Monitor<'_> {
    /// Handles a line of sftp-server.
    pub(super) fn transfer(&mut self, record: &Record<'_>) -> RuleOutcome {
        let process = (record.origin.boot, record.origin.pid);
        if matches!(record.event.kind, Kind::SessionOpened) {
            return self.session_opened(record, process);
        }
        // The session is taken out of the table, because its line changes both the session and the rest of the state.
        let (place, mut session) = match self.take_session(record, process) {
            Ok(taken) => taken,
            Err(outcome) => return outcome,
        };
        if session.at == Time::default() {
            self.sftp_seen(&session, record.origin.time);
        }
        session.at = record.origin.time;
        if matches!(record.event.kind, Kind::SessionClosed) {
            let outcome = session.outcome(EventName::SessionClosed, "the session's own end");
            self.finish(*session, record.origin.time, true, record.origin.past);
            return outcome;
        }
        let outcome = self.request(&mut session, record);
        self.put_back(place, session);
        outcome
    }

    /// Handles a line of a session that continues.
    fn request(&mut self, session: &mut SftpSession, record: &Record<'_>) -> RuleOutcome {
        let last = session.last.take();
        match record.event.kind {
            Kind::Open(flags) => {
                session.descriptors.open();
                self.open(session, record, flags)
            }
            Kind::Close { forced } => {
                session.descriptors.close();
                self.close(session, record, forced)
            }
            Kind::OpenDirectory => {
                session.descriptors.open();
                session.last = Some(Last::OpenDirectory);
                session.outcome(EventName::Ignored, NO_FILE)
            }
            Kind::CloseDirectory => {
                session.descriptors.close();
                session.outcome(EventName::Ignored, NO_FILE)
            }
            Kind::Rename { link } => self.rename(session, record, link),
            Kind::Status => self.status(session, record, last),
            Kind::WriteError => self.write_error(session, record),
            Kind::Remove => self.remove(session, record),
            Kind::Mkdir => {
                let path = text(record.event.path.as_deref());
                session.last = Some(Last::Mkdir { path });
                session.outcome(EventName::Mkdir, "counts nothing")
            }
            Kind::Rmdir => session.outcome(EventName::Rmdir, "counts nothing"),
            _ => session.outcome(EventName::Ignored, NO_FILE),
        }
    }

    /// Puts a session back into the table. Sessions without a pid are not kept, because they cannot be distinguished.
    fn put_back(&mut self, place: Option<usize>, session: Box<SftpSession>) {
        let sftp = &mut self.daily.resume.sessions.sftp;
        match place {
            Some(place) => sftp.give_back(place, session),
            None if session.pid != 0 => drop(sftp.put(session)),
            None => {}
        }
    }

    fn session_opened(&mut self, record: &Record<'_>, process: Process) -> RuleOutcome {
        let (origin, event) = (&record.origin, &record.event);
        let user = lossy(event.user.as_deref().unwrap_or_default()).into_owned();
        let standing = self.standing(&user, record.answer.as_ref());
        if let Some(sender) = origin.uid.filter(|_| !event.postauth) {
            if !self.may_be(sender, &user, record.answer.as_ref()) {
                self.forgery(record);
                return RuleOutcome::ignored(forged_by(sender));
            }
        }
        if let Some(earlier) = self.daily.resume.sessions.sftp.remove(&process) {
            self.finish(*earlier, origin.time, false, origin.past);
        }
        let sessions = &mut self.daily.resume.sessions;
        let (session, at) = (origin.session.as_deref(), origin.time);
        let address = event
            .address
            .as_deref()
            .filter(|address| sessions.login_lives(&user, address, session, at));
        let session = SftpSession {
            boot: origin.boot,
            pid: origin.pid,
            at: origin.time,
            since: origin.time,
            address: address.map(str::to_owned),
            uid: origin.uid.filter(|_| !event.postauth),
            session: origin.session.as_deref().map(str::to_owned),
            standing,
            user,
            ..SftpSession::default()
        };
        self.sftp_seen(&session, at);
        self.put_back(None, Box::new(session));
        let reason = match standing {
            Membership::Partner if process.1 == 0 && origin.uid.is_none() => {
                "names an account but no process: files of lines without a process are credited to nobody"
            }
            Membership::Partner => "names the account of this process",
            Membership::Undecided => {
                "the user database does not answer: the files of this session wait"
            }
            _ => "no partner: what it does counts nothing",
        };
        RuleOutcome::new(EventName::SessionOpened, standing.partner(), reason)
    }

    /// Can a process with this uid log on behalf of this account?
    fn may_be(&self, sender: u32, user: &str, answer: Option<&Answer>) -> bool {
        let uid = match answer {
            Some(Answer::Partner { uid, .. } | Answer::Other { uid }) => {
                // An account that does not exist here cannot have logged in here.
                return uid.map_or(self.rules.foreign, |uid| uid == sender);
            }
            Some(Answer::Unknown) | None => self.known_uid(user),
        };
        uid.is_none_or(|uid| uid == sender)
    }

    /// Takes the session of the record's process out of its place in the table, or creates one from the journal's data.
    fn take_session(
        &mut self,
        record: &Record<'_>,
        process: Process,
    ) -> Result<(Option<usize>, Box<SftpSession>), RuleOutcome> {
        let origin = &record.origin;
        let sftp = &mut self.daily.resume.sessions.sftp;
        let known = match record.event.kind {
            Kind::SessionClosed => sftp.remove(&process).map(|session| (None, session)),
            _ => sftp.lend(&process).map(|(at, session)| (Some(at), session)),
        };
        if let Some((place, session)) = known {
            let uids = session.uid.zip(origin.uid);
            if record.event.postauth || uids.is_none_or(|(own, sender)| own == sender) {
                return Ok((place, session));
            }
            // The pid now belongs to another user's process: the earlier session has ended.
            let ended = match place {
                Some(place) => {
                    sftp.give_back(place, session);
                    sftp.remove(&process)
                }
                None => Some(session),
            };
            if let Some(session) = ended {
                self.finish(*session, origin.time, false, origin.past);
            }
        }
        let new = SftpSession {
            boot: origin.boot,
            pid: origin.pid,
            since: origin.time,
            ..SftpSession::default()
        };
        if record.event.postauth {
            let login = self.daily.resume.sessions.connections.get(&process);
            return match login.filter(|login| login.accepted) {
                Some(login) => {
                    let session = SftpSession {
                        user: login.user.clone().unwrap_or_default(),
                        address: login.address.clone(),
                        standing: login.standing,
                        session: login.session.clone(),
                        ..new
                    };
                    Ok((None, Box::new(session)))
                }
                None => Err(self.unattributed(record)),
            };
        }
        let Some(uid) = origin.uid else {
            return Err(self.unattributed(record));
        };
        let account = record.account.as_deref().map(|name| text(Some(name)));
        let Some(user) = account.or_else(|| self.known_by_uid(uid)) else {
            return Err(self.unattributed(record));
        };
        let standing = self.standing(&user, record.answer.as_ref());
        let session = origin.session.as_deref().map(str::to_owned);
        let session = SftpSession {
            user,
            standing,
            uid: Some(uid),
            session,
            ..new
        };
        Ok((None, Box::new(session)))
    }

    /// The partner with this uid, from the last answers of the user database; `None` if several have it.
    pub(super) fn known_by_uid(&self, uid: u32) -> Option<String> {
        let known = self.daily.resume.known.iter();
        let mut known = known.filter(|(_, known)| known.uid == Some(uid));
        let (name, _) = known.next()?;
        known.next().is_none().then(|| name.clone())
    }

    /// Handles a line of a process whose log-in was not seen: it is attributed to no partner.
    fn unattributed(&mut self, record: &Record<'_>) -> RuleOutcome {
        let event = record.event.name();
        if let Kind::Close { .. } = record.event.kind {
            self.notice(record, NoticeKind::Unattributed, 1, None);
        }
        RuleOutcome::new(
            event,
            None,
            "no session of this process was seen: credited to nobody",
        )
    }

    /// Ends a session that was taken out of the table. Transfers of open files were interrupted. If the session ended by
    /// itself, their result is unknown: sftp-server logs a close for each file that is still open at the end, and a status
    /// for each file that it could not open.
    fn finish(&mut self, session: SftpSession, at: Time, clean: bool, past: bool) {
        let (mut written, mut read) = (Vec::new(), Vec::new());
        for handle in &session.handles {
            self.other_half_was_read(&session, handle, past);
            if handle.refused {
                if let Some(status) = &handle.write_status {
                    self.write_refused(&session, (at, past), &handle.path, status);
                }
                continue;
            }
            let file = session.file_of(handle);
            let broken_off = match (handle.is_unknown(), handle.write, clean) {
                (true, ..) => Transfer::Unknown,
                (false, true, false) => Transfer::UploadInterrupted,
                (false, false, false) => Transfer::DownloadInterrupted,
                (false, true, true) => {
                    written.push(file);
                    continue;
                }
                (false, false, true) => {
                    read.push(file);
                    continue;
                }
            };
            self.file_at(&session, at, past, broken_off, file);
        }
        if let Some(from) = &session.rename_refused {
            self.write_refused(&session, (at, past), from, "Failure");
        }
        if !past {
            self.unclosed(&session, at, Transfer::UploadUnclosed, written);
            self.unclosed(&session, at, Transfer::DownloadUnclosed, read);
            self.note_hidden(&session, at, clean);
        }
    }

    /// Ends the sessions whose log-in ended long enough before `time`.
    pub(super) fn end_sessions(&mut self, time: Time) {
        let over = |s: &&SftpSession| s.ending.is_some_and(|at| at.plus(ENDING) <= time);
        let ending = self.daily.resume.sessions.ending();
        let over: Vec<Process> = ending.take_while(over).map(Keyed::key).collect();
        for process in over {
            if let Some(session) = self.daily.resume.sessions.sftp.remove(&process) {
                let (at, past) = (session.ending.unwrap_or(time), session.past);
                self.finish(*session, at, false, past);
            }
        }
    }

    /// Counts a file at the time of the record.
    pub(super) fn file(
        &mut self,
        session: &SftpSession,
        record: &Record<'_>,
        what: Transfer,
        file: File,
    ) {
        self.file_at(session, record.origin.time, record.origin.past, what, file);
    }

    pub(super) fn file_at(
        &mut self,
        session: &SftpSession,
        at: Time,
        past: bool,
        what: Transfer,
        mut file: File,
    ) {
        let process = (session.boot, session.pid);
        let (user, partner) = (&session.user, session.standing == Membership::Partner);
        // A whole file that is only counted needs no address.
        let whole = matches!(what, Transfer::Upload | Transfer::Download);
        if !(whole && partner) || self.needs_facts() {
            file.address.clone_from(&session.address);
        }
        match (past, partner) {
            (false, true) => drop(self.count_file(process, at, user, what, file)),
            (false, false) => {
                let whose = (session.standing, session.uid);
                self.count(process, at, whose, user, Pending::File(what, file));
            }
            // It is no longer counted, but the feed that is expected today has arrived.
            (true, true) if self.needs_facts() => self.feed_file(process, at, user, what, &file),
            (true, _) => {}
        }
    }
}

impl SftpSession {
    /// The file of an open handle.
    pub(super) fn file_of(&self, handle: &Handle) -> File {
        File {
            path: handle.path.clone(),
            cut: handle.cut,
            resumed: handle.is_resumed(),
            may_be_new: handle.may_be_new(),
            address: self.address.clone(),
            ..File::default()
        }
    }
}

/// A name as text, with U+FFFD for bytes that are not UTF-8; empty if there is no name.
pub(super) fn text(bytes: Option<&[u8]>) -> String {
    lossy(bytes.unwrap_or_default()).into_owned()
}
