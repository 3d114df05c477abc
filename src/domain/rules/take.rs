//! Applies all rules to one record, in order.

use crate::domain::alerts::{Alerts, Content};
use crate::domain::base::process::{Boot, Process};
use crate::domain::base::table::Keyed;
use crate::domain::base::text::lossy;
use crate::domain::base::time::Time;
use crate::domain::directory::Answer;
use crate::domain::openssh::{EventName, Kind};
use crate::domain::record::Record;
use crate::domain::rules::forged::{forged, forged_by};
use crate::domain::rules::monitor::Monitor;
use crate::domain::rules::settings::RuleOutcome;
use crate::domain::sessions::{ENDING, KEPT, Membership, SftpSession};
use crate::domain::state::{KnownPartner, NoticeKind};
use std::time::Duration;

/// The earlier of two times, of which each may be missing.
#[inline]
fn sooner(one: Option<Time>, other: Option<Time>) -> Option<Time> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        _ => one.or(other),
    }
}

impl Monitor<'_> {
    /// Applies the rules to one record.
    pub fn apply(&mut self, record: &Record<'_>) -> RuleOutcome {
        let origin = &record.origin;
        if !origin.past {
            let counted = &mut self.daily.resume.counted_until;
            *counted = origin.time.max(*counted);
        }
        self.flush_before(origin.time);
        self.note_boot(origin.boot, origin.time);
        self.past_endings(origin.past);
        self.learn(record);
        self.keep_pace(record);
        if let Some(uid) = forged(record) {
            self.forgery(record);
            return RuleOutcome::ignored(forged_by(uid));
        }
        self.could_be_read(record);
        match record.event.kind {
            Kind::Lost => {
                self.nothing_is_proved();
                self.notice(
                    record,
                    NoticeKind::Dropped,
                    u64::from(record.event.repeated),
                    None,
                );
                RuleOutcome::new(EventName::Lost, None, "journald dropped messages")
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
                RuleOutcome::ignored("the log-in's end, says logind")
            }
            Kind::Unparsed => self.unparsed(record),
            Kind::NoEnvelope => self.without_envelope(record),
            Kind::Connection
            | Kind::Accepted
            | Kind::Failed { .. }
            | Kind::Underway
            | Kind::PamError { .. }
            | Kind::InvalidUser
            | Kind::NotAllowed
            | Kind::MaxAttempts { .. }
            | Kind::AccessDenied
            | Kind::EndedBefore { .. }
            | Kind::GraceTimeout
            | Kind::ChildPid
            | Kind::PamOpened
            | Kind::PamClosed
            | Kind::StartingSession
            | Kind::CloseSession
            | Kind::EndedAfter
            | Kind::Hindered(_)
            | Kind::TurnedAway
            | Kind::Expired
            | Kind::AccountAsked
            | Kind::Locked
            | Kind::Accompanying => self.auth(record),
        }
    }

    /// Reports and judges everything that was due before an event, before that event is applied.
    pub(super) fn flush_before(&mut self, time: Time) {
        if self.alerts_due().is_some_and(|due| due < time) {
            let before = time.minus(Duration::from_micros(1));
            self.end_sessions(before);
            self.judge_unseen(before);
            self.report_due(before);
        }
    }

    /// Reports the alerts that are due when all events before `time` are known.
    fn report_due(&mut self, time: Time) {
        if self
            .daily
            .resume
            .alerts
            .soonest()
            .is_none_or(|soonest| soonest > time)
        {
            return;
        }
        let rules = |partner: &str| self.rules.alerts_for(partner);
        let (alerts, mut outbox) = self.daily.resume.alerts_and_outbox();
        alerts.report_due(time, self.now, &rules, &mut outbox);
        self.end_mutes(time);
    }

    /// Reports and judges everything that is due when all events before `time` are known; `caught_up` is true if reading has
    /// caught up.
    pub fn advance(&mut self, time: Time, caught_up: bool) {
        self.clamp_times();
        self.end_sessions(time);
        self.judge_unseen(time);
        self.forget(time);
        self.flush_due(time, caught_up);
        if !caught_up {
            self.note_due();
            return;
        }
        self.judge_unread(time);
        self.judge_feeds(time);
        self.judge_quiet(time);
        self.remind(time);
    }

    /// Forgets ended sessions, and evicts some if there are too many; then adds a notice.
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

    /// Corrects times in the future, left by a clock that ran ahead.
    pub(super) fn clamp_times(&mut self) {
        let now = self.now;
        let sessions = &mut self.daily.resume.sessions;
        let late = |s: &&SftpSession| s.ending.is_some_and(|at| at > now.plus(ENDING));
        let ahead: Vec<Process> = sessions
            .ending()
            .rev()
            .take_while(late)
            .map(Keyed::key)
            .collect();
        for process in ahead {
            sessions
                .sftp
                .change(&process, |s| s.ending = Some(now.minus(ENDING)));
        }
        let counted = &mut self.daily.resume.counted_until;
        *counted = now.min(*counted);
        let rules = |partner: &str| self.rules.alerts_for(partner);
        self.daily.resume.alerts.clamp_times(now, &rules);
    }

    pub(super) fn flush_due(&mut self, time: Time, caught_up: bool) {
        let rules = |partner: &str| self.rules.alerts_for(partner);
        let (now, in_flight) = (self.now, self.in_flight);
        let (alerts, mut outbox) = self.daily.resume.alerts_and_outbox();
        alerts.advance(time, now, caught_up, &rules, &mut outbox, in_flight);
        self.end_mutes(time);
    }

    /// When `advance` has to run next if no event comes.
    pub fn due(&self) -> Option<Time> {
        let resume = &self.daily.resume;
        let ages = Alerts::ages(&resume.outbox, &resume.matters, self.in_flight);
        let feeds = [self.feeds_due(), self.quiet_due(), self.reminders_due()];
        let due = [self.alerts_due(), ages].into_iter().chain(feeds);
        due.flatten().min()
    }

    /// The same without the deadlines of feeds and log-ins: those are judged only when reading has caught up.
    pub(super) fn alerts_due(&self) -> Option<Time> {
        let resume = &self.daily.resume;
        // This runs for every line: each of these looks at one value only.
        let ending = resume.sessions.next_ending().map(|at| at.plus(ENDING));
        let due = sooner(self.unseen_due(), resume.alerts.soonest());
        sooner(ending, due)
    }

    /// Reports something about a partner, unless the configuration disables it.
    pub(super) fn tell(&mut self, at: Time, content: Content) {
        if self.rules.silent {
            return;
        }
        self.report_due(at);
        if content.group().is_none() {
            return;
        }
        let rules = self.rules;
        let (alerts, mut outbox) = self.daily.resume.alerts_and_outbox();
        if outbox.is_flooded() {
            alerts.age(self.now, &mut outbox, self.in_flight);
        }
        alerts.tell(at, self.now, content, &|p| rules.alerts_for(p), &mut outbox);
    }

    /// Reports something about a partner some seconds later. Returns the id with which the alert can be changed before that.
    pub(super) fn tell_later(
        &mut self,
        process: Process,
        at: Time,
        delay: Duration,
        content: Content,
    ) -> Option<u64> {
        content.group()?;
        if self.rules.silent || !self.wants(&content) {
            return None;
        }
        Some(self.daily.resume.alerts.wait(process, at, delay, content))
    }

    /// Does the configuration have this reported, in Slack or to the webhook?
    fn wants(&self, content: &Content) -> bool {
        content.is_enabled(|partner| self.rules.alerts_for(partner))
            || self.daily.resume.alerts.events.wants(content)
    }

    /// Reports something that stands alone, unless the configuration disables it.
    pub(super) fn say(&mut self, at: Time, content: Content) {
        let enabled = content.is_enabled(|partner| self.rules.alerts_for(partner));
        let (alerts, mut outbox) = self.daily.resume.alerts_and_outbox();
        alerts.events.note(at, &content);
        if enabled {
            alerts.say(at, content, &mut outbox);
        }
    }

    /// A new boot ends every session of earlier boots.
    pub(super) fn note_boot(&mut self, boot: Boot, time: Time) {
        let sessions = &mut self.daily.resume.sessions;
        if boot.is_unknown() || sessions.boot == boot {
            return;
        }
        let known = !sessions.boot.is_unknown();
        sessions.boot = boot;
        if known {
            sessions
                .connections
                .retain(|connection| connection.boot == boot);
            // The machine went down, so the expected lines cannot come.
            sessions.unseen.retain(|unseen| unseen.boot == boot);
            let earlier = sessions.sftp.values().filter(|s| s.boot != boot);
            let earlier: Vec<Process> = earlier.map(Keyed::key).collect();
            sessions.end_sftp(&earlier, time.minus(ENDING));
        }
    }

    /// Marks the sessions that have just ended, if the end lies before the start of counting.
    pub(super) fn past_endings(&mut self, past: bool) {
        if past {
            let sessions = &mut self.daily.resume.sessions;
            let ended: Vec<Process> = sessions.ending().map(Keyed::key).collect();
            for process in ended {
                sessions.sftp.change(&process, |s| s.past = true);
            }
        }
    }

    /// Keeps the user database's answer about a partner, and decides the events that waited for it.
    pub(super) fn learn(&mut self, record: &Record<'_>) {
        let Some(answer) = &record.answer else { return };
        let name = record.event.user.as_deref().or(record.account.as_deref());
        if let Some(name) = name {
            self.answer(&lossy(name), answer);
        }
    }

    /// Whether an account is a partner, from the user database's answer or, without one, from the state.
    pub(super) fn standing(&self, user: &str, answer: Option<&Answer>) -> Membership {
        match answer {
            Some(Answer::Partner { .. }) => Membership::Partner,
            Some(Answer::Other { .. }) => Membership::Stranger,
            Some(Answer::Unknown) if !self.daily.resume.known.contains_key(user) => {
                Membership::Undecided
            }
            None if !self.daily.resume.known.contains_key(user) => Membership::Stranger,
            Some(Answer::Unknown) | None => Membership::Partner,
        }
    }

    /// Can the sender of a line log on behalf of an account with this uid? Root can. An account with an unknown uid can log
    /// for itself only if it exists on another machine.
    pub(super) fn speaks_for(&self, sender: Option<u32>, own: Option<u32>) -> bool {
        sender
            .filter(|&sender| sender != 0)
            .is_none_or(|sender| own.map_or(self.rules.foreign, |own| own == sender))
    }

    /// The uid of a partner, from the last answer of the user database.
    pub(super) fn known_uid(&self, user: &str) -> Option<u32> {
        self.daily.resume.known.get(user)?.uid
    }

    pub(super) fn full_name(&self, user: &str) -> Option<String> {
        self.daily.resume.known.get(user)?.full_name.clone()
    }

    /// The stored data of a partner.
    pub(super) fn known(&mut self, partner: &str) -> &mut KnownPartner {
        self.daily.resume.known.of(partner)
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
