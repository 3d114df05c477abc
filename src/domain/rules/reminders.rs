//! Reminders: of feeds that stay missing, and of uploads that broke off and do not come whole.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Monitor, Rules};
use crate::domain::alerts::{Content, Transfer};
use crate::domain::base::time::Time;

/// How often this is reminded of.
fn every(rules: &Rules, content: &Content) -> Duration {
    match content {
        Content::FeedMissing(missing) => {
            let expected = rules.expects.by_id(&missing.id);
            expected.map_or(Duration::ZERO, |expected| expected.remind)
        }
        Content::Troubled(files) => match files.what {
            Transfer::UploadInterrupted | Transfer::UploadFailed | Transfer::UploadUnclosed => {
                rules.alerts_for(&files.partner).remind
            }
            _ => Duration::ZERO,
        },
        _ => Duration::ZERO,
    }
}

/// Until when partners are muted.
type Muted = BTreeMap<String, Time>;

/// How often this is reminded of, and not before which time: a mute keeps reminders back.
fn reminding(rules: &Rules, muted: &Muted, content: &Content) -> Option<(Duration, Time)> {
    let every = every(rules, content);
    let muted = content.partner().and_then(|partner| muted.get(partner));
    let from = muted.copied().unwrap_or(Time(i64::MIN));
    (!every.is_zero()).then_some((every, from))
}

impl Monitor<'_> {
    /// Reminds of what is due, when all events before `time` are known.
    pub(super) fn remind(&mut self, time: Time) {
        if self.reminders_due().is_some_and(|due| due <= time) {
            let (rules, muted) = (self.rules, self.muted());
            let (_, mut outbox) = self.daily.resume.alerts_and_outbox();
            outbox.remind(&|content| reminding(rules, &muted, content), time);
        }
    }

    /// When the next reminder is due.
    pub(super) fn reminders_due(&self) -> Option<Time> {
        let (rules, muted) = (self.rules, self.muted());
        let matters = &self.daily.resume.matters;
        matters.reminder_due(&|content| reminding(rules, &muted, content), self.now)
    }

    fn muted(&self) -> Muted {
        let muted = self.daily.resume.alerts.muted.iter();
        let until = muted.map(|(partner, mute)| (partner.clone(), mute.terms.until));
        until.collect()
    }
}
