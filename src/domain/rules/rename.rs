//! Renames of files. An upload is stored in several places: its alert, or its event while the user database does not answer;
//! the files of its partner's feeds; the partner's last activity. Each place has its own data (the added bytes, the full
//! size, the reported name), so they are no copies of each other. Every rename goes through here, and so does every refusal.

use std::borrow::Cow;

use super::transfer::text;
use super::{Monitor, RuleOutcome};
use crate::domain::alerts::{Content, File};
use crate::domain::base::process::Process;
use crate::domain::base::text::lossy;
use crate::domain::base::time::Time;
use crate::domain::openssh::{Event, EventName, rename_splits};
use crate::domain::record::Record;
use crate::domain::sessions::{Last, SftpSession};

/// How many recent uploads of a session can still be renamed.
const RENAMED: usize = 16;

impl Monitor<'_> {
    /// A file was renamed: if it was just uploaded, its alert gets the new name.
    pub(super) fn rename(
        &mut self,
        session: &mut SftpSession,
        record: &Record<'_>,
        link: bool,
    ) -> RuleOutcome {
        let process = (session.boot, session.pid);
        let (at, cut) = (record.origin.time, record.event.cut);
        let waiting = self.just_uploaded(process, at);
        let before = names(&record.event).next();
        let before = before.map(|(from, _)| text(Some(&from)));
        if !self.daily.resume.day.troubled.is_empty() {
            for (from, to) in names(&record.event) {
                self.gone_on(&session.user, &lossy(&from));
                self.gone_on(&session.user, &lossy(&to));
            }
        }
        session
            .rename_refused
            .take_if(|refused| before.as_ref() == Some(refused));
        for (from_bytes, to) in names(&record.event) {
            let from = text(Some(&from_bytes));
            let pair = [&*from_bytes, &*to];
            let feed = self.feed_renamed(process, &session.user, at, pair, (link, cut));
            let alert = waiting.iter().find(|(_, path)| *path == from);
            let mut alert = alert.map(|(id, _)| *id);
            let mut undecided = None;
            match self.waiting_upload(process, alert, Some(&from)) {
                Some(file) => {
                    file.rename(&to);
                    file.was.get_or_insert_with(|| from.clone());
                    let was_cut = std::mem::replace(&mut file.cut, cut);
                    undecided = Some(file.path.clone()).filter(|_| alert.is_none() && !was_cut);
                    alert = alert.filter(|_| !was_cut);
                }
                None if feed => {}
                None => continue,
            }
            if let Some(id) = alert {
                // If a late feed received its file under this name, the feed's own message names it.
                let told = feed && self.told_by_feed(&session.user, &text(Some(&to)), at);
                self.daily.resume.alerts.told_elsewhere(id, told);
            }
            session.last = Some(Last::Rename {
                told: feed || alert.is_some(),
                alert,
                from,
                undecided,
            });
            return session.outcome(EventName::Rename, "names the file that was just uploaded");
        }
        session.last = before.filter(|_| !link).map(|from| Last::Rename {
            alert: None,
            from,
            undecided: None,
            told: false,
        });
        let told = match link {
            true => "a further name: counts nothing",
            false => "counts nothing",
        };
        session.outcome(EventName::Rename, told)
    }

    /// A rename was refused: the old name is restored in each place.
    pub(super) fn take_name_back(
        &mut self,
        session: &SftpSession,
        from: &str,
        (alert, undecided, told): (Option<u64>, Option<String>, bool),
    ) {
        let process = (session.boot, session.pid);
        if told {
            self.feed_change_refused(process, &session.user, from);
        }
        if let Some(alert) = alert {
            self.daily.resume.alerts.told_elsewhere(alert, false);
        }
        if let Some(file) = self.waiting_upload(process, alert, undecided.as_deref()) {
            file.rename(from.as_bytes());
            (file.cut, file.was) = (false, None);
        }
    }

    /// The file of an unreported upload: in a waiting alert, or else in an event that waits for the user database.
    fn waiting_upload(
        &mut self,
        process: Process,
        alert: Option<u64>,
        undecided: Option<&str>,
    ) -> Option<&mut File> {
        match alert {
            Some(id) => self.daily.resume.alerts.waiting_file(id),
            None => self.undecided_file(process, undecided?),
        }
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

/// A name before and after a rename.
type Pair<'e> = (Cow<'e, [u8]>, Cow<'e, [u8]>);

/// The names in a rename line: one pair, or several if the names themselves contain the separator.
fn names<'e>(event: &'e Event<'_>) -> impl Iterator<Item = Pair<'e>> {
    let exact = event.path.as_deref().zip(event.target.as_deref());
    let exact = exact.map(|(from, to)| (Cow::Borrowed(from), Cow::Borrowed(to)));
    let splits = event.detail.as_deref().into_iter();
    let splits = splits.flat_map(|detail| rename_splits(detail, event.postauth));
    exact.into_iter().chain(splits)
}
