//! Counts an event for its day, and reports it.

use std::cmp::Reverse;
use std::time::Duration;

use super::Monitor;
use crate::domain::alerts::{Content, Failures, File, Files, Logins, Transfer};
use crate::domain::base::evict::{take_out, to_evict};
use crate::domain::base::numbers::add;
use crate::domain::base::process::Process;
use crate::domain::base::time::Time;
use crate::domain::days;
use crate::domain::pending::RefusedAttempt;
use crate::domain::state::{Counters, NoticeKind, Troubled};

/// How long an upload's alert waits for a rename in the same session: clients that upload under a temporary name rename the
/// file at once.
const RENAME: Duration = Duration::from_secs(2);

/// How long a failure that is known only from the connection's end waits for a log-in from the same address.
const ABANDONED: Duration = Duration::from_secs(10);

/// How many addresses with failures are remembered for each partner, for "after N failures".
const FAILED_FROM: usize = 8;

/// How many interrupted or failed transfers of each kind a day's table names: the first ones, evenly over the partners.
const TROUBLED_KEPT: usize = 10;

impl Monitor<'_> {
    /// Changes the counters of a partner on the day that an event of this time counts for.
    pub(super) fn add<R>(
        &mut self,
        at: Time,
        partner: &str,
        change: impl FnOnce(&mut Counters) -> R,
    ) -> R {
        self.roll(at);
        self.daily.partners.change(partner, change)
    }

    pub(super) fn roll(&mut self, at: Time) {
        days::roll(self.daily, self.rules.zone, at, self.now);
    }

    /// A partner logged in.
    pub(super) fn count_login(
        &mut self,
        at: Time,
        partner: &str,
        address: Option<&str>,
        method: &str,
        fingerprint: Option<&str>,
    ) {
        self.add(at, partner, |counters| add(&mut counters.success, 1));
        if let Some(address) = address {
            self.came_from(address, partner, at, true);
        }
        let silent = self.rules.silent;
        let after_failures = self.daily.resume.known.change(partner, |known| {
            known.refused = None;
            if silent {
                known.seen.login = known.seen.login.max(Some(at));
                known.seen.quiet = false;
            }
            address.and_then(|address| known.failures.remove(address))
        });
        let after_failures = after_failures.unwrap_or(0);
        if silent {
            return;
        }
        self.daily.resume.alerts.waiting.retain(|waiting| {
            let from = |f: &Failures| f.addresses.first().map(String::as_str) == address;
            let same = |f: &Failures| f.partner == partner && from(f);
            !matches!(&waiting.content, Content::Failures(f) if same(f))
        });
        if let Some(address) = address {
            let kinds = ["turned-away", "attempts-turned-away"];
            self.look_again((&kinds, partner), |content| match content {
                Content::Hindered(hindered) => {
                    hindered.addresses.retain(|away| away != address);
                    !hindered.addresses.is_empty()
                }
                _ => true,
            });
        }
        let answered = match address.filter(|_| after_failures > 0) {
            Some(address) => self.answer_failures(partner, address),
            None => 0,
        };
        let (new_address, new_key) = self.is_new(partner, address, fingerprint);
        let logins = Logins {
            partner: partner.to_owned(),
            full_name: self.full_name(partner),
            count: 1,
            new_addresses: address
                .filter(|_| new_address)
                .map(str::to_owned)
                .into_iter()
                .collect(),
            new_keys: u64::from(new_key),
            addresses: address.map(str::to_owned).into_iter().collect(),
            at,
            method: method.to_owned(),
            after_failures,
            answered,
        };
        let seen = self.seen(partner);
        seen.login = seen.login.max(Some(at));
        if std::mem::take(&mut seen.quiet) {
            let quiet = |c: &Content| matches!(c, Content::Quiet(q) if q.partner == partner);
            let flying = self.in_flight;
            let resume = &mut self.daily.resume;
            resume.alerts.take_kept(quiet);
            let outbox = &mut resume.outbox;
            outbox.retain(|m| Some(m.id) == flying || !quiet(&m.content));
        }
        self.tell(at, Content::Logins(logins));
    }

    /// A log-in answers the failures from its address: if the log-in is reported, waiting failures are not. Returns their
    /// number.
    fn answer_failures(&mut self, partner: &str, address: &str) -> u64 {
        if self.rules.silent || !self.rules.alerts_for(partner).login {
            return 0;
        }
        let mut answered = 0;
        self.look_again((&["failure"], partner), |content| match content {
            Content::Failures(failures) => {
                add(&mut answered, failures.answered_from(address));
                failures.count > 0
            }
            _ => true,
        });
        answered
    }

    /// Checks the waiting alerts of these kinds and this partner again, and removes facts that are no longer true.
    pub(super) fn look_again(
        &mut self,
        of: (&[&str], &str),
        holds: impl FnMut(&mut Content) -> bool,
    ) {
        if self.rules.silent {
            return;
        }
        let (alerts, mut outbox) = self.daily.resume.alerts_and_outbox();
        alerts.look_again(of, &mut outbox, self.in_flight, holds);
    }

    /// Counts a refused attempt of a partner.
    pub(super) fn count_failure(
        &mut self,
        process: Process,
        at: Time,
        partner: &str,
        refused: RefusedAttempt,
    ) {
        let today = self.add(at, partner, |counters| {
            add(&mut counters.failed, refused.count);
            counters.failed
        });
        if let Some(address) = &refused.address {
            self.came_from(address, partner, at, false);
            let resume = &mut self.daily.resume;
            let used = &resume.addresses;
            let failures = &mut resume.known.of(partner).failures;
            if failures.len() >= FAILED_FROM && !failures.contains_key(address) {
                // An attacker with many addresses must not evict an address with many failures, or one of the partner's own.
                let own = |address| {
                    used.get(address)
                        .is_some_and(|used| used.logged_in.contains(partner))
                };
                let fewest = failures
                    .iter()
                    .min_by_key(|(address, count)| (own(*address), **count));
                if let Some(fewest) = fewest.map(|(address, _)| address.clone()) {
                    failures.remove(&fewest);
                }
            }
            add(failures.entry(address.clone()).or_default(), refused.count);
        }
        self.seen(partner).failure = Some(at);
        if self.rules.silent {
            return;
        }
        let own = refused
            .address
            .as_ref()
            .is_some_and(|a| self.logged_in_from(a, partner, at));
        let content = Content::Failures(Failures {
            partner: partner.to_owned(),
            full_name: self.full_name(partner),
            count: refused.count,
            cause: refused.cause,
            addresses: refused.address.into_iter().collect(),
            at,
            method: refused.method,
            today,
            own,
            each: Vec::new(),
        });
        match refused.abandoned {
            true => drop(self.tell_later(process, at, ABANDONED, content)),
            false => self.tell(at, content),
        }
    }

    /// Counts a refused attempt for an account that is no partner.
    pub(super) fn count_unknown(&mut self, at: Time, count: u64) {
        self.roll(at);
        add(&mut self.daily.unknown_attempts, count);
    }

    /// Counts a partner's transfer, complete or not. Returns the id of an alert that waits for a rename.
    pub(super) fn count_file(
        &mut self,
        process: Process,
        at: Time,
        partner: &str,
        what: Transfer,
        mut file: File,
    ) -> Option<u64> {
        // If nobody is told of the file, it is only counted.
        let needs_facts = self.needs_facts();
        if needs_facts {
            self.complete(partner, what, &mut file);
            self.feed_file(process, at, partner, what, &file);
            self.saw_file(partner, at, what, &file);
        }
        match what {
            Transfer::Upload => self.add(at, partner, |c| add(&mut c.upload, 1)),
            Transfer::Download => self.add(at, partner, |c| add(&mut c.download, 1)),
            Transfer::UploadInterrupted => {
                self.add(at, partner, |c| add(&mut c.upload_interrupted, 1));
            }
            Transfer::UploadFailed => self.add(at, partner, |c| add(&mut c.upload_failed, 1)),
            Transfer::DownloadInterrupted => {
                self.add(at, partner, |c| add(&mut c.download_interrupted, 1));
            }
            Transfer::Unknown => {
                self.roll(at);
                self.daily
                    .note_of(NoticeKind::UnknownDirection, at, partner, file.path.clone());
            }
            Transfer::UploadUnclosed | Transfer::DownloadUnclosed => {
                self.count_unclosed(at, partner, what, vec![file]);
                return None;
            }
        }
        if needs_facts {
            self.name_troubled(partner, what, &file);
        }
        if self.rules.silent {
            return None;
        }
        // The message about the feed already names the file.
        let whole = matches!(what, Transfer::Upload | Transfer::Download);
        if whole && self.told_by_feed(partner, &file.path, at) {
            return None;
        }
        let files = Files::one(partner, self.full_name(partner), what, file, at);
        match what {
            Transfer::Upload => self.tell_later(process, at, RENAME, Content::Files(files)),
            Transfer::Download => {
                self.tell(at, Content::Files(files));
                None
            }
            _ => {
                self.tell(at, Content::Troubled(files));
                None
            }
        }
    }

    /// Adds what the log shows of the file's earlier transfers, and notes that these went on.
    fn complete(&mut self, partner: &str, what: Transfer, file: &mut File) {
        file.resumed &= what.is_upload();
        if file.resumed {
            let held = self.held(partner, file);
            file.whole = held
                .zip(file.bytes)
                .map(|(held, added)| held.saturating_add(added));
        }
        if what.is_upload() {
            self.gone_on(partner, &file.path);
        }
    }

    /// Keeps the name of an interrupted or failed transfer for the day's table.
    fn name_troubled(&mut self, partner: &str, what: Transfer, file: &File) {
        let (failed, download) = match what {
            Transfer::UploadInterrupted => (false, false),
            Transfer::UploadFailed => (true, false),
            Transfer::DownloadInterrupted => (false, true),
            _ => return,
        };
        let troubled = &mut self.daily.resume.day.troubled;
        let same = |t: &&mut Troubled| {
            let own = (t.failed, t.download, t.partner.as_str()) == (failed, download, partner);
            own && t.file.is_again(file)
        };
        if let Some(known) = troubled.iter_mut().find(same) {
            let again = known.file.again.saturating_add(1);
            known.file = File {
                again,
                ..file.clone()
            };
            known.gone_on = false;
            return;
        }
        troubled.push(Troubled {
            partner: partner.to_owned(),
            failed,
            download,
            file: file.clone(),
            gone_on: false,
        });
        let all = troubled.iter().enumerate();
        let alike = all.filter(|(_, t)| (t.failed, t.download) == (failed, download));
        let alike: Vec<(usize, &Troubled)> = alike.collect();
        let gone = to_evict(
            alike.into_iter(),
            TROUBLED_KEPT,
            |_| (),
            |t| &t.partner,
            |at, _| Reverse(*at),
        );
        take_out(troubled, gone);
    }
}
