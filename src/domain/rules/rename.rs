//! Files that get another name: the alert of an upload that waits tells the new one.

use super::transfer::text;
use super::{Monitor, RuleOutcome};
use crate::domain::alerts::Content;
use crate::domain::base::process::Process;
use crate::domain::base::time::Time;
use crate::domain::openssh::{Event, EventName, rename_splits};
use crate::domain::record::Record;
use crate::domain::sessions::{Last, SftpSession};

/// How many uploads that a session just finished can still be renamed.
const RENAMED: usize = 16;

impl Monitor<'_> {
    /// A file just uploaded got another name: the alert tells that one.
    pub(super) fn rename(
        &mut self,
        session: &mut SftpSession,
        record: &Record<'_>,
        link: bool,
    ) -> RuleOutcome {
        let process = (session.boot, session.pid);
        let (at, cut) = (record.origin.time, record.event.cut);
        let waiting = self.just_uploaded(process, at);
        let names = names(&record.event);
        let before = names.first().map(|(from, _)| text(Some(from)));
        for (from, to) in &names {
            self.gone_on(&session.user, &text(Some(from)));
            self.gone_on(&session.user, &text(Some(to)));
        }
        session
            .rename_refused
            .take_if(|refused| before.as_ref() == Some(refused));
        for (from_bytes, to) in names {
            let from = text(Some(&from_bytes));
            let pair = [&*from_bytes, &*to];
            let feed = self.feed_renamed(process, &session.user, at, pair, (link, cut));
            let alert = waiting.iter().find(|(_, path)| *path == from);
            let mut alert = alert.map(|(id, _)| *id);
            let file = match alert {
                Some(id) => self.daily.resume.alerts.waiting_file(id),
                None => self.undecided_file(process, &from),
            };
            match file {
                Some(file) => {
                    file.rename(&to);
                    let earlier = std::mem::replace(&mut file.cut, cut);
                    alert = alert.filter(|_| !earlier);
                }
                None if feed => {}
                None => continue,
            }
            if let Some(id) = alert {
                // Where a late feed got its file by this name, its own message names the file.
                let told = feed && self.told_by_feed(&session.user, &text(Some(&to)), at);
                self.daily.resume.alerts.told_elsewhere(id, told);
            }
            session.last = Some(Last::Rename {
                told: feed || alert.is_some(),
                alert,
                from,
            });
            return session.outcome(EventName::Rename, "names the file that was just uploaded");
        }
        session.last = before.filter(|_| !link).map(|from| Last::Rename {
            alert: None,
            from,
            told: false,
        });
        let told = match link {
            true => "a further name: counts nothing",
            false => "counts nothing",
        };
        session.outcome(EventName::Rename, told)
    }

    /// The uploads of a process whose alerts wait, the latest first.
    fn just_uploaded(&self, process: Process, time: Time) -> Vec<(u64, String)> {
        let waiting = self.daily.resume.alerts.waiting.iter().rev();
        let own = waiting.filter(|w| w.process == process && w.at <= time);
        own.filter_map(|w| match &w.content {
            Content::Files(files) => files.files.first().map(|f| (w.id, f.path.clone())),
            _ => None,
        })
        .take(RENAMED)
        .collect()
    }
}

/// The names that a rename may be about: one pair, or several where the names themselves contain what stands between them.
fn names(event: &Event<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
    let exact = event.path.as_deref().zip(event.target.as_deref());
    let exact = exact.map(|(from, to)| (from.to_owned(), to.to_owned()));
    let splits = event.detail.as_deref().into_iter();
    let splits = splits.flat_map(|detail| rename_splits(detail, event.postauth));
    let splits = splits.map(|(from, to)| (from.into_owned(), to.into_owned()));
    exact.into_iter().chain(splits).collect()
}
