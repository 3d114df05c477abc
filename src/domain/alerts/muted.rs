//! Mutes: the alerts of a muted partner are kept back, and one message at the end reports them.

use std::collections::BTreeMap;

use super::{
    Alerts, Cause, Content, LONGEST_MUTE, Message, Mute, MuteEnded, MuteTerms, Outbox, merge,
};
use crate::domain::base::numbers::add;
use crate::domain::base::time::Time;

impl Alerts {
    /// Mutes a partner, or changes the terms of its mute. Alerts that wait in a window or in the outbox are kept back too,
    /// unless Slack may have them already.
    pub fn mute(&mut self, partner: &str, terms: MuteTerms, outbox: &mut Outbox<'_>) {
        self.agenda.note(terms.until);
        let mute = self.muted.entry(partner.to_owned()).or_default();
        let since = match mute.terms.since {
            Time(0) => terms.since,
            since => since,
        };
        mute.terms = MuteTerms { since, ..terms };
        let own = |content: &Content| content.group().is_some_and(|(_, of)| of == partner);
        for group in self.groups.values_mut() {
            if let Some((since, content)) = group.gathered.take_if(|(_, content)| own(content)) {
                merge::fold(&mut mute.summary, since, content);
            }
        }
        for message in std::mem::take(outbox.messages) {
            if own(&message.content) && !message.maybe_repeated {
                merge::fold(&mut mute.summary, message.since, message.content);
            } else {
                outbox.messages.push(message);
            }
        }
    }

    /// Ends a partner's mute at this time, once all events before it are known. False if the partner is not muted then.
    pub fn unmute(&mut self, partner: &str, at: Time) -> bool {
        let muted = self.muted.get_mut(partner);
        let muted = muted.filter(|mute| mute.terms.until > at);
        let ends = muted.map(|mute| mute.terms.until = at).is_some();
        if ends {
            self.agenda.note(at);
        }
        ends
    }

    /// Keeps a message back if it is about a muted partner; else returns it. If it ends a matter, the first message of that
    /// shows it: an edit notifies nobody.
    pub(super) fn keep_back(
        &mut self,
        at: Time,
        content: Content,
        outbox: &mut Outbox<'_>,
    ) -> Option<Content> {
        let muted = content.mutable().and_then(|p| self.muted.get_mut(p));
        let Some(mute) = muted.filter(|mute| at < mute.terms.until) else {
            return Some(content);
        };
        outbox.end_quietly(at, &content);
        mute.keep(at, content, outbox.next);
        None
    }

    /// Corrects the cause of the latest refused password that a mute has kept back.
    pub(super) fn set_muted_cause(&mut self, partner: &str, at: Time, cause: Cause) {
        let muted = self.muted.get_mut(partner);
        let muted = muted.filter(|mute| mute.terms.since <= at && at < mute.terms.until);
        let row = muted.and_then(|mute| mute.summary.partners.get_mut(partner));
        let Some(causes) = row.map(|row| &mut row.causes) else {
            return;
        };
        if let Some(passwords) = causes.get_mut(&Cause::Password).filter(|count| **count > 0) {
            *passwords -= 1;
            add(causes.entry(cause).or_default(), 1);
        }
    }

    /// Reports something that stands alone.
    pub(crate) fn say(&mut self, at: Time, content: Content, outbox: &mut Outbox<'_>) {
        if let Some(content) = self.keep_back(at, content, outbox) {
            outbox.push(at, content);
        }
    }

    /// Takes back the messages that a mute keeps and for which `meant` is true.
    pub(crate) fn take_kept(&mut self, meant: impl Fn(&Content) -> bool) -> Vec<Content> {
        let mutes = self.muted.values_mut();
        let taken = mutes.flat_map(|mute| {
            let (taken, kept) = std::mem::take(&mut mute.kept)
                .into_iter()
                .partition(|message| meant(&message.content));
            mute.kept = kept;
            let taken: Vec<Message> = taken;
            taken
        });
        taken.map(|message| message.content).collect()
    }

    /// When the next mute ends.
    pub(crate) fn mute_ends(&self) -> Option<Time> {
        self.muted.values().map(|mute| mute.terms.until).min()
    }

    /// Takes the mutes that have ended when all events before `time` are known.
    pub(crate) fn take_ended(&mut self, time: Time) -> Vec<(String, Mute)> {
        let (ended, muted): (BTreeMap<_, _>, _) = std::mem::take(&mut self.muted)
            .into_iter()
            .partition(|(_, mute)| mute.terms.until <= time);
        self.muted = muted;
        self.settle_agenda();
        ended.into_iter().collect()
    }

    /// Corrects times in the future, left by a clock that ran ahead: no mute is longer than [`LONGEST_MUTE`].
    pub(super) fn clamp_mutes(&mut self, now: Time) {
        for mute in self.muted.values_mut() {
            mute.terms.since = mute.terms.since.min(now);
            mute.terms.until = mute.terms.until.min(now.plus(LONGEST_MUTE));
        }
    }
}

/// The messages at the end of a mute: what was kept back, then each message that is still so.
pub(crate) fn report_ended(
    (partner, full_name): (String, Option<String>),
    mute: Mute,
    outbox: &mut Outbox<'_>,
) {
    let until = mute.terms.until;
    let (last, past): (Vec<Message>, Vec<Message>) = mute
        .kept
        .into_iter()
        .partition(|m| m.content.nature().lasts);
    let ended = MuteEnded {
        partner,
        full_name,
        terms: mute.terms,
        summary: mute.summary,
        more: mute.more,
    };
    let past = past.into_iter().map(|message| message.content).collect();
    outbox.push(until, Content::MuteEnded { ended, past });
    for message in last {
        outbox.push_kept(Message {
            since: until,
            ..message
        });
    }
}
