//! Clients that request a shell in addition to their working sftp session, to find out what the server supports (rclone, for
//! example): sshd refuses this, but the partner can work.

use std::time::Duration;

use super::Monitor;
use crate::domain::alerts::{Content, Hindered, Works};
use crate::domain::base::time::Time;
use crate::domain::record::Record;
use crate::domain::sessions::SftpSession;

/// A client that opens sftp within this time before or after another request can work.
const PROBED: Duration = Duration::from_secs(60);

/// Can these be the same address? If one is unknown, yes.
fn may_be(a: Option<&str>, b: Option<&str>) -> bool {
    a.is_none() || b.is_none() || a == b
}

impl Monitor<'_> {
    /// Has this record's connection opened sftp, or recently another connection of the partner from that address?
    pub(super) fn has_sftp(&self, record: &Record<'_>, partner: &str) -> bool {
        let (event, at) = (&record.event, record.origin.time);
        let resume = &self.daily.resume;
        let address = event.address.as_deref();
        let login = address.and_then(|from| resume.sessions.login_from(from, event.port));
        let login = login.and_then(|login| resume.sessions.connections.get(&login));
        if login.is_some_and(|login| login.alive.is_some()) {
            return true;
        }
        let lately = resume.known.get(partner).and_then(|k| k.sftp.as_ref());
        lately.is_some_and(|(opened, from)| {
            let lately = at.since(*opened) <= PROBED && *opened <= at.plus(PROBED);
            lately && may_be(from.as_deref(), address)
        })
    }

    /// Reports after a minute that something other than sftp was requested, unless sftp is opened before that.
    pub(super) fn tell_unless_sftp(&mut self, record: &Record<'_>, hindered: Hindered) {
        let process = (record.origin.boot, record.origin.pid);
        if let Some(hindered) = self.daily.resume.alerts.join_waiting(hindered) {
            let content = Content::Hindered(hindered);
            self.tell_later(process, record.origin.time, PROBED, content);
        }
    }

    /// An sftp session of a partner was seen: the partner can work from that address, so waiting alerts that say otherwise
    /// are removed.
    pub(super) fn sftp_works(&mut self, session: &SftpSession, at: Time) {
        let resume = &mut self.daily.resume;
        let Some(known) = resume.known.get_mut(&session.user) else {
            return;
        };
        let address = session.address.as_deref();
        let (opened, from) = known.sftp.get_or_insert_default();
        *opened = at;
        from.clone_from(&session.address);
        let kinds = ["not-sftp", "no-subsystem", "chroot"];
        self.look_again((&kinds, &session.user), |content| match content {
            Content::Hindered(h) => !may_be(h.addresses.last().map(String::as_str), address),
            _ => true,
        });
        self.works_again(&session.user, at);
    }

    /// Reports that a partner's sessions work, if a message said that they do not.
    fn works_again(&mut self, partner: &str, at: Time) {
        if self.rules.silent || self.daily.resume.matters.is_empty() {
            return;
        }
        let works = Content::Works(Works {
            partner: partner.to_owned(),
            full_name: self.full_name(partner),
            at,
        });
        let resume = &self.daily.resume;
        if resume.matters.await_event(&works, &resume.outbox) {
            self.say(at, works);
        }
    }
}
