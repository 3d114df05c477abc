//! The latest log-in, failure and file of each partner; reports partners without a log-in for long.

use super::Monitor;
use crate::domain::alerts::{Content, File, Quiet, Seen, SeenFile, Transfer};
use crate::domain::base::time::Time;

impl Monitor<'_> {
    /// The partner's last activity.
    pub(super) fn seen(&mut self, partner: &str) -> &mut Seen {
        &mut self.known(partner).seen
    }

    /// Does anything need the facts of a file that is counted: a message, or an expected feed?
    pub(super) fn needs_facts(&self) -> bool {
        !self.rules.silent || !self.rules.expects.is_empty()
    }

    /// Remembers an uploaded file, complete or not.
    pub(super) fn saw_file(&mut self, partner: &str, at: Time, what: Transfer, file: &File) {
        if what.is_upload() {
            let file = file.clone();
            self.seen(partner).file = Some(SeenFile {
                at,
                what,
                file,
                removed: false,
            });
        }
    }

    /// Reports partners without a log-in for longer than the configured time, once each.
    pub(super) fn judge_quiet(&mut self, until: Time) {
        let (rules, now) = (self.rules, self.now);
        let mut told = Vec::new();
        for (partner, known) in self.daily.resume.known.iter_mut() {
            let after = rules.alerts_for(partner).quiet_after;
            if after.is_zero() {
                continue;
            }
            let seen = &mut known.seen;
            let since = match seen.login {
                Some(login) => login,
                None => *seen.watched.get_or_insert(now),
            };
            let at = since.plus(after);
            if !seen.quiet && at <= until {
                seen.quiet = true;
                told.push(Quiet {
                    partner: partner.clone(),
                    full_name: known.full_name.clone(),
                    since,
                    never: seen.login.is_none(),
                    at,
                });
            }
        }
        told.sort_by(|a, b| a.partner.cmp(&b.partner));
        for quiet in told {
            self.say(quiet.at, Content::Quiet(quiet));
        }
    }

    /// When the next partner has been without a log-in for too long.
    pub(super) fn quiet_due(&self) -> Option<Time> {
        let known = self.daily.resume.known.iter();
        let due = known.filter_map(|(partner, known)| {
            let after = self.rules.alerts_for(partner).quiet_after;
            let seen = &known.seen;
            let since = seen.login.or(seen.watched)?;
            (!after.is_zero() && !seen.quiet).then(|| since.plus(after))
        });
        due.min()
    }
}
