//! Muted partners: their mutes end when reading has passed the time.

use super::Monitor;
use crate::domain::alerts::report_ended;
use crate::domain::base::time::Time;

impl Monitor<'_> {
    /// Reports the mutes that have ended when all events before `time` are known.
    pub(super) fn end_mutes(&mut self, time: Time) {
        let Some(ends) = self
            .daily
            .resume
            .alerts
            .mute_ends()
            .filter(|&ends| ends <= time)
        else {
            return;
        };
        // A day that ends before the mute has it in its table.
        self.roll(ends);
        for (partner, mute) in self.daily.resume.alerts.take_ended(time) {
            self.daily.note_mute(&partner, &mute.terms);
            let full_name = self.full_name(&partner);
            let (_, mut outbox) = self.daily.resume.alerts_and_outbox();
            report_ended((partner, full_name), mute, &mut outbox);
        }
    }
}
