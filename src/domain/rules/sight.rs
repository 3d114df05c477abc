//! Blind partners: the configuration shows that their files cannot be seen.

use super::Monitor;
use crate::domain::directory::Unseen;
use crate::domain::state::NoticeKind;

impl Monitor<'_> {
    /// The day's figures are less than certain, and what is new of it is told.
    pub fn cannot_see(&mut self, unseen: &[Unseen]) {
        // Journals of other machines say nothing about this one's sshd.
        for one in unseen.iter().filter(|_| !self.rules.foreign) {
            let names = Some(one.names.clone()).filter(|names| !names.is_empty());
            self.daily.note(NoticeKind::Unseen, self.now, 0, names);
            if one.news && !self.rules.silent {
                self.say(self.now, one.content.clone());
            }
        }
    }
}
