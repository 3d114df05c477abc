//! Taking one record in: what every rule makes of it, in order.

use std::time::Duration;

use crate::domain::alerts::{Alerts, Content, Outbox};
use crate::domain::base::process::{Boot, Process};
use crate::domain::base::time::Time;
use crate::domain::directory::Answer;
use crate::domain::openssh::{EventName, Kind};
use crate::domain::record::Record;
use crate::domain::rules::forged::{forged, forged_by};
use crate::domain::rules::monitor::{ENDING, Monitor};
use crate::domain::rules::settings::{Verdict, wanted};
use crate::domain::sessions::{KEPT, Standing};
use crate::domain::state::NoticeKind;

impl Monitor<'_> {
    /// Takes one record in.
    pub fn apply(&mut self, record: &Record<'_>) -> Verdict {
        let origin = &record.origin;
        if !origin.past {
            let counted = &mut self.daily.resume.counted_until;
            *counted = origin.time.max(*counted);
        }
        self.pass(origin.time);
        self.note_boot(origin.boot, origin.time);
        self.past_endings(origin.past);
        self.learn(record);
        self.keep_pace(record);
        if let Some(uid) = forged(record) {
            self.forgery(record);
            return Verdict::new(EventName::Ignored, None, forged_by(uid));
        }
        if record.event.kind != Kind::NoEnvelope {
            self.could_be_read();
        }
        match record.event.kind {
            Kind::Lost => {
                self.nothing_is_proved();
                self.notice(
                    record,
                    NoticeKind::Dropped,
                    u64::from(record.event.repeated),
                    None,
                );
                Verdict::new(EventName::Lost, None, "journald dropped messages")
            }
            Kind::SessionOpened
            | Kind::SessionClosed
            | Kind::Open(_)
            | Kind::Close { .. }
            | Kind::Rename { .. }
            | Kind::Remove
            | Kind::Mkdir
            | Kind::Rmdir
            | Kind::Status
            | Kind::WriteError
            | Kind::OpenDirectory
            | Kind::CloseDirectory
            | Kind::Request => self.transfer(record),
            Kind::SessionOver => {
                self.session_over(record);
                Verdict::new(EventName::Ignored, None, "the log-in's end, says logind")
            }
            Kind::Unparsed => self.unparsed(record),
            Kind::NoEnvelope => self.without_envelope(record),
            _ => self.auth(record),
        }
    }

    /// What was due before an event happens before it, though both are read at once.
    pub(super) fn pass(&mut self, time: Time) {
        if self.alerts_due().is_some_and(|due| due < time) {
            let before = time.minus(Duration::from_micros(1));
            self.end_sessions(before);
            self.judge_unseen(before);
            self.let_out(before, false);
        }
    }

    /// Lets out what is due when all events before `time` are known; `caught_up` when reading has reached the present.
    pub fn advance(&mut self, time: Time, caught_up: bool) {
        self.set_right();
        self.end_sessions(time);
        self.judge_unseen(time);
        self.forget(time);
        self.let_out(time, caught_up);
        if caught_up {
            self.judge_unread(time);
            self.judge_feeds(time);
            self.judge_quiet(time);
        }
    }

    /// Forgets what is over, and what is too much: that is noted.
    pub(super) fn forget(&mut self, time: Time) {
        if let Some(limit) = self.rules.limit {
            let paces = &mut self.daily.resume.sessions.paces;
            paces.forget(time, limit.interval, KEPT);
        }
        let (forgotten, sessions) = self.daily.resume.sessions.forget(time);
        for session in &sessions {
            for handle in &session.handles {
                self.other_half_was_read(session, handle, session.past);
            }
        }
        if forgotten > 0 {
            self.daily
                .note(NoticeKind::SessionsForgotten, time, forgotten, None);
        }
    }

    /// Lets nothing wait for a time that a clock which ran ahead has left.
    pub(super) fn set_right(&mut self) {
        let now = self.now;
        let sessions = &mut self.daily.resume.sessions;
        let endings = sessions
            .sftp
            .0
            .values_mut()
            .filter_map(|s| s.ending.as_mut());
        for ending in endings.filter(|ending| **ending > now.plus(ENDING)) {
            *ending = now.minus(ENDING);
        }
        let counted = &mut self.daily.resume.counted_until;
        *counted = now.min(*counted);
        let rules = |partner: &str| self.rules.alerts_for(partner);
        self.daily.resume.alerts.set_right(now, &rules);
    }

    pub(super) fn let_out(&mut self, time: Time, caught_up: bool) {
        let resume = &mut self.daily.resume;
        let mut outbox = Outbox {
            messages: &mut resume.outbox,
            next: &mut resume.next_message,
        };
        let rules = |partner: &str| self.rules.alerts_for(partner);
        resume.alerts.advance(
            time,
            self.now,
            caught_up,
            &rules,
            &mut outbox,
            self.in_flight,
        );
    }

    /// When `advance` has something to do next, as far as time alone brings it.
    pub fn due(&self) -> Option<Time> {
        let due = [self.alerts_due(), self.feeds_due(), self.quiet_due()];
        due.into_iter().flatten().min()
    }

    /// The same without deadlines: those are judged only when reading has reached the present.
    pub(super) fn alerts_due(&self) -> Option<Time> {
        let resume = &self.daily.resume;
        let endings = resume
            .sessions
            .sftp
            .0
            .values()
            .filter_map(|s| s.ending.map(|at| at.plus(ENDING)));
        endings
            .chain(self.unseen_due())
            .chain(resume.alerts.due(&|partner| self.rules.alerts_for(partner)))
            .chain(Alerts::ages(&resume.outbox, self.in_flight))
            .min()
    }

    /// Tells something of a partner, unless the configuration does not want it.
    pub(super) fn tell(&mut self, at: Time, content: Content) {
        if self.rules.silent {
            return;
        }
        self.let_out(at, false);
        let Some((_, partner)) = content.group() else {
            return;
        };
        let rules = self.rules;
        if !wanted(&content, &rules.alerts_for(partner)) {
            return;
        }
        let resume = &mut self.daily.resume;
        let mut outbox = Outbox {
            messages: &mut resume.outbox,
            next: &mut resume.next_message,
        };
        resume
            .alerts
            .tell(at, self.now, content, &|p| rules.alerts_for(p), &mut outbox);
    }

    /// Tells something of a partner some seconds later. Returns the id by which it can be changed meanwhile.
    pub(super) fn tell_later(
        &mut self,
        process: Process,
        at: Time,
        delay: Duration,
        content: Content,
    ) -> Option<u64> {
        let (_, partner) = content.group()?;
        if self.rules.silent || !wanted(&content, &self.rules.alerts_for(partner)) {
            return None;
        }
        Some(self.daily.resume.alerts.wait(process, at, delay, content))
    }

    /// Tells something that stands alone.
    pub(super) fn say(&mut self, at: Time, content: Content) {
        let resume = &mut self.daily.resume;
        let mut outbox = Outbox {
            messages: &mut resume.outbox,
            next: &mut resume.next_message,
        };
        outbox.push(at, content);
    }

    /// A boot that was not seen before ends every session of the boots before it.
    pub(super) fn note_boot(&mut self, boot: Boot, time: Time) {
        let sessions = &mut self.daily.resume.sessions;
        if boot.is_unknown() || sessions.boot == boot {
            return;
        }
        let known = !sessions.boot.is_unknown();
        sessions.boot = boot;
        if known {
            sessions.connections.0.retain(|(of, _), _| *of == boot);
            // The machine went down: what was to come did not.
            sessions.unseen.retain(|unseen| unseen.boot == boot);
            for sftp in sessions.sftp.0.values_mut().filter(|s| s.boot != boot) {
                sftp.ending = sftp.ending.or(Some(time.minus(ENDING)));
            }
        }
    }

    /// Marks the sessions that have just ended where that counts nothing.
    pub(super) fn past_endings(&mut self, past: bool) {
        if past {
            let sftp = self.daily.resume.sessions.sftp.0.values_mut();
            sftp.filter(|s| s.ending.is_some())
                .for_each(|s| s.past = true);
        }
    }

    /// Keeps what the user database says of partners, and decides what waited for it.
    pub(super) fn learn(&mut self, record: &Record<'_>) {
        let name = record.event.user.as_deref().or(record.account.as_deref());
        if let (Some(name), Some(answer)) = (name, &record.answer) {
            self.answer(&String::from_utf8_lossy(name), answer);
        }
    }

    /// What is known of an account after the user database was asked, or not.
    pub(super) fn standing(&self, user: &str, answer: Option<&Answer>) -> Standing {
        match answer {
            Some(Answer::Partner { .. }) => Standing::Partner,
            Some(Answer::Other { .. }) => Standing::Stranger,
            Some(Answer::Unknown) if !self.daily.resume.known.contains_key(user) => {
                Standing::Undecided
            }
            None if !self.daily.resume.known.contains_key(user) => Standing::Stranger,
            Some(Answer::Unknown) | None => Standing::Partner,
        }
    }

    /// Can the sender of a line speak for an account of this uid? Root can. An account whose uid nobody knows can speak
    /// for itself only where it lives on another machine.
    pub(super) fn speaks_for(&self, sender: Option<u32>, own: Option<u32>) -> bool {
        sender
            .filter(|&sender| sender != 0)
            .is_none_or(|sender| own.map_or(self.rules.foreign, |own| own == sender))
    }

    /// The uid of a partner, as the user database last told it.
    pub(super) fn known_uid(&self, user: &str) -> Option<u32> {
        self.daily.resume.known.get(user)?.uid
    }

    pub(super) fn full_name(&self, user: &str) -> Option<String> {
        self.daily
            .resume
            .known
            .get(user)
            .and_then(|known| known.full_name.clone())
    }

    pub(super) fn notice(
        &mut self,
        record: &Record<'_>,
        kind: NoticeKind,
        count: u64,
        detail: Option<String>,
    ) {
        if !record.origin.past {
            self.roll(record.origin.time);
            self.daily.note(kind, record.origin.time, count, detail);
        }
    }
}
