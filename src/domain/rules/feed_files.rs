//! Files of partners with expected feeds: uploaded, uploaded again, resumed or removed, in any session.

use super::{Monitor, RuleOutcome};
use crate::domain::alerts::{File, Loss, Transfer};
use crate::domain::base::process::Process;
use crate::domain::base::text::lossy;
use crate::domain::base::time::Time;
use crate::domain::expect::{Expectation, Uploaded, is_same, moved};
use crate::domain::openssh::EventName;
use crate::domain::record::Record;
use crate::domain::rules::transfer::text;
use crate::domain::sessions::{Last, SftpSession};
use crate::domain::state::Troubled;

impl Monitor<'_> {
    /// Handles a partner's file that arrived, or whose transfer was interrupted.
    pub(super) fn feed_file(
        &mut self,
        process: Process,
        at: Time,
        partner: &str,
        what: Transfer,
        file: &File,
    ) {
        let broken = match what {
            Transfer::Upload => false,
            Transfer::UploadInterrupted | Transfer::UploadFailed => true,
            Transfer::Download => return self.feed_fetched(at, partner, file),
            // Without a close line it is unknown whether the file exists.
            Transfer::UploadUnclosed
            | Transfer::DownloadInterrupted
            | Transfer::DownloadUnclosed
            | Transfer::Unknown => return,
        };
        let rules = self.rules;
        let own = || rules.feeds_from(partner);
        if !broken {
            for expected in own() {
                // This must come before the count: a feed that was not watched, and whose files may have arrived unseen, is
                // not judged today.
                self.watched(expected);
            }
        }
        // If no data was added, the file is unchanged; if the name was truncated, the file is unknown.
        let untouched = file.resumed && file.bytes == Some(0);
        if untouched || file.cut || own().next().is_none() {
            return;
        }
        self.judge_forbidden(at);
        let file = self.whole(partner, file);
        let name = file.name_in_state();
        let fresh = self.fresh(at);
        let files = &mut self.daily.resume.feeds.uploads;
        files.retain_of(partner, |known| !known.is(partner, &name));
        files.push(Uploaded {
            broken,
            fresh,
            ..Uploaded::new(process, partner, at, file.clone())
        });
        for expected in own() {
            match (broken, expected.takes(&file)) {
                (false, true) => self.feed_there(expected, at, &file),
                (false, false) => self.feed_gone(expected, at, &file, Some(loss(expected, &file))),
                (true, _) => self.feed_gone(expected, at, &file, Some(Loss::Broken)),
            }
        }
    }

    /// A partner fetched a file.
    fn feed_fetched(&mut self, at: Time, partner: &str, file: &File) {
        let rules = self.rules;
        for expected in rules.expects.of(partner).filter(|e| e.wanted.download) {
            self.watched(expected);
            if expected.takes(file) {
                self.feed_there(expected, at, file);
            }
        }
    }

    /// The file with its full size: the old size plus the added data.
    fn whole(&self, partner: &str, file: &File) -> File {
        let name = file.name_in_state();
        let mut files = self.daily.resume.feeds.uploads.of(partner).rev();
        let known = files.find(|known| file.resumed && !known.gone && known.is(partner, &name));
        let bytes = match known.map(|known| known.file.bytes) {
            Some(held) => held
                .zip(file.bytes)
                .map(|(held, added)| held.saturating_add(added)),
            None => file.bytes,
        };
        File {
            bytes,
            resumed: false,
            may_be_new: false,
            whole: None,
            ..file.clone()
        }
    }

    /// The size of a file before it was resumed, if the day's log shows it: after an interrupted upload, or for a partner
    /// with a feed.
    pub(super) fn held(&self, partner: &str, file: &File) -> Option<u64> {
        let name = file.name_in_state();
        let mut files = self.daily.resume.feeds.uploads.of(partner).rev();
        if let Some(known) = files.find(|known| !known.gone && known.is(partner, &name)) {
            return known.file.bytes;
        }
        let mut broken = self.daily.resume.day.troubled.iter().rev();
        let own = |t: &&Troubled| {
            t.partner == partner && !t.download && !t.gone_on && t.file.is_again(file)
        };
        let broken = &broken.find(own)?.file;
        // If the interrupted upload was itself a resumed one, its size is only that of the added data.
        broken.whole.or(broken.bytes.filter(|_| !broken.resumed))
    }

    /// Notes that an interrupted file was written, removed or renamed later.
    pub(super) fn gone_on(&mut self, partner: &str, path: &str) {
        for broken in &mut self.daily.resume.day.troubled {
            if !broken.gone_on && broken.partner == partner && is_same(&broken.file.path, path) {
                broken.gone_on = true;
            }
        }
    }

    /// Earlier changes by this process to the partner's files were not refused, and will not be undone. Also keeps the files
    /// of feeds that the path may name and that are known only by name.
    pub(super) fn keep_delivered(&mut self, process: Process, partner: &str, at: Time, path: &str) {
        self.judge_forbidden(at);
        let rules = self.rules;
        let feeds = &mut self.daily.resume.feeds;
        let own = feeds.uploads.of_mut(partner);
        for known in own.filter(|u| u.process == process) {
            known.before = None;
        }
        let days = rules.feeds_from(partner);
        let days = days.filter_map(|e| feeds.watched.get(&e.id)?.day.as_ref());
        let meant = |name: &&String| {
            let file = File::of_state(name);
            is_same(name, path) || moved(&file, [path.as_bytes(), b""]).is_some()
        };
        let unknown = |name: &&String| {
            let mut files = feeds.uploads.of(partner);
            !files.any(|known| !known.gone && known.is(partner, name))
        };
        let names = days.flat_map(|day| &day.names).filter(meant);
        let names: Vec<String> = names.filter(unknown).cloned().collect();
        for name in names {
            let file = File::of_state(&name);
            let files = &mut self.daily.resume.feeds.uploads;
            files.push(Uploaded::new(process, partner, at, file));
        }
    }

    /// A file was removed: it no longer belongs to a feed.
    pub(super) fn remove(&mut self, session: &mut SftpSession, record: &Record<'_>) -> RuleOutcome {
        let process = (session.boot, session.pid);
        self.gone_on(&session.user, &text(record.event.path.as_deref()));
        let path = record.event.path.as_deref().filter(|_| !record.event.cut);
        let removed =
            path.filter(|path| self.removed(process, &session.user, record.origin.time, path));
        if let Some(path) = removed {
            let path = lossy(path).into_owned();
            session.last = Some(Last::Remove { path });
            return session.outcome(EventName::Remove, "a file that came lately");
        }
        session.outcome(EventName::Remove, "counts nothing")
    }

    fn removed(&mut self, process: Process, partner: &str, at: Time, path: &[u8]) -> bool {
        if !self.is_expected(partner) {
            return false;
        }
        let mut file = File::default();
        file.rename(path);
        let name = file.name_in_state();
        self.keep_delivered(process, partner, at, &name);
        let same = |known: &&mut Uploaded| !known.gone && known.is(partner, &name);
        let files = &mut self.daily.resume.feeds.uploads;
        let Some(known) = files.of_mut(partner).rev().find(same) else {
            return false;
        };
        let file = known.file.clone();
        (known.gone, known.process) = (true, process);
        known.before = Some(File::of_state(&name));
        if let Some(seen) = self.seen(partner).file.as_mut() {
            seen.removed |= is_same(&seen.file.name_in_state(), &name);
        }
        let rules = self.rules;
        for expected in rules.feeds_from(partner) {
            self.feed_gone(expected, at, &file, Some(Loss::Removed));
        }
        true
    }

    pub(super) fn is_expected(&self, partner: &str) -> bool {
        self.rules.feeds_from(partner).next().is_some()
    }
}

/// How a delivered file was lost when this file took its name.
pub(super) fn loss(expected: &Expectation, file: &File) -> Loss {
    match expected.wanted.is_too_large(file) {
        true => Loss::ReplacedByLarger,
        false => Loss::Replaced,
    }
}
