//! Blind partners: the configuration shows that their files cannot be seen.

use super::Monitor;
use crate::domain::alerts::Content;
use crate::domain::directory::Unseen;
use crate::domain::state::NoticeKind;

impl Monitor<'_> {
    /// Adds a notice that the day's figures may be incomplete, and reports new cases.
    pub fn cannot_see(&mut self, unseen: &[Unseen]) {
        // Journals of other machines contain nothing about the sshd of this one.
        for one in unseen.iter().filter(|_| !self.rules.foreign) {
            let names = Some(one.names.clone()).filter(|names| !names.is_empty());
            self.daily.note(NoticeKind::Unseen, self.now, 0, names);
            if one.news && !self.rules.silent && !self.stands(&one.content) {
                self.say(self.now, one.content.clone());
            }
        }
    }

    /// Was the same told before, and is its end still awaited? After a start or a reload, all trouble is news once more.
    fn stands(&self, content: &Content) -> bool {
        let mut matters = self.daily.resume.matters.iter();
        matters.any(|matter| matter.is_open() && matter.content == *content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::Rules;
    use crate::domain::state::Daily;

    #[test]
    fn trouble_that_stands_is_told_once_though_each_start_finds_it() {
        let (rules, mut daily) = (Rules::default(), Daily::default());
        let unseen = |name: &str| Unseen {
            content: Content::Unseen {
                partners: vec![name.to_owned()],
                count: 1,
                full_names: Default::default(),
                known: true,
                why: "no /dev/log".to_owned(),
            },
            names: name.to_owned(),
            news: true,
        };
        for (name, messages) in [("dora", 1), ("dora", 1), ("erin", 2)] {
            let mut monitor = Monitor {
                rules: &rules,
                daily: &mut daily,
                now: Default::default(),
                in_flight: None,
            };
            monitor.cannot_see(&[unseen(name)]);
            assert_eq!(daily.resume.outbox.len(), messages, "{name}");
        }
    }
}
