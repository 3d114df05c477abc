//! Blind partners: the configuration shows that their files cannot be seen.

use super::Monitor;
use crate::domain::directory::Unseen;
use crate::domain::state::NoticeKind;

impl Monitor<'_> {
    /// Adds a notice that the day's figures may be incomplete, and reports new cases.
    pub fn cannot_see(&mut self, unseen: &[Unseen]) {
        // Journals of other machines contain nothing about the sshd of this one.
        for one in unseen.iter().filter(|_| !self.rules.foreign) {
            let names = Some(one.names.clone()).filter(|names| !names.is_empty());
            self.daily.note(NoticeKind::Unseen, self.now, 0, names);
            if one.news && !self.rules.silent {
                self.say(self.now, one.content.clone());
            }
        }
    }
}
