//! Adds notices to the open day, and joins equal notices.

use std::cmp::Reverse;

use super::Daily;
use super::notice::{Notice, NoticeKind};
use crate::domain::alerts::MuteTerms;
use crate::domain::base::clean::{HOST, clean};
use crate::domain::base::evict::{take_out, to_evict};
use crate::domain::base::numbers::add;
use crate::domain::base::time::{Time, Zone};

/// How many notices of one kind a day keeps separately. Beyond it, the notices of the partner with the most lose their
/// details, the latest first, and are counted together.
const NOTICES_KEPT: usize = 20;

impl Daily {
    /// Counts a forged line under sshd's name.
    pub fn forged(&mut self, at: Time) {
        add(&mut self.resume.forged, 1);
        self.note(NoticeKind::Forged, at, 1, None);
    }

    /// Adds a notice. Equal notices are joined, and their counts are added. If the day has too many of a kind, some are
    /// joined without their details and partner.
    pub fn note(&mut self, kind: NoticeKind, at: Time, count: u64, detail: Option<String>) {
        self.note_span(kind, (at, at), count, detail);
    }

    /// Adds one more line of a kind. The first line of the day is kept as an example.
    pub fn note_alike(&mut self, kind: NoticeKind, at: Time, line: &str) {
        let mut notices = self.resume.day.notices.iter();
        let detail = match notices.find(|notice| notice.kind == kind) {
            Some(first) => first.detail.clone(),
            None => Some(clean(line, HOST)),
        };
        self.note(kind, at, 1, detail);
    }

    /// Adds a notice about a partner.
    pub fn note_of(&mut self, kind: NoticeKind, at: Time, partner: &str, detail: String) {
        self.note_for(kind, (at, at), 1, Some(detail), Some(partner));
    }

    /// Adds a notice with a time span.
    pub fn note_span(
        &mut self,
        kind: NoticeKind,
        span: (Time, Time),
        count: u64,
        detail: Option<String>,
    ) {
        self.note_for(kind, span, count, detail, None);
    }

    /// Adds a notice about each mute of the open day that has not ended.
    pub(crate) fn note_mutes(&mut self, zone: Zone) {
        let muted = self.resume.alerts.muted.iter();
        let begun = muted.filter(|(_, mute)| zone.date(mute.terms.since) <= self.date);
        let begun: Vec<(String, MuteTerms)> = begun
            .map(|(partner, mute)| (partner.clone(), mute.terms.clone()))
            .collect();
        for (partner, terms) in begun {
            self.note_mute(&partner, &terms);
        }
    }

    /// Adds a notice about a partner's mute.
    pub(crate) fn note_mute(&mut self, partner: &str, terms: &MuteTerms) {
        let span = (terms.since, terms.until);
        self.note_for(NoticeKind::Muted, span, 0, terms.why.clone(), Some(partner));
    }

    fn note_for(
        &mut self,
        kind: NoticeKind,
        (from, to): (Time, Time),
        count: u64,
        detail: Option<String>,
        partner: Option<&str>,
    ) {
        let notices = &mut self.resume.day.notices;
        join(
            notices,
            Notice {
                kind,
                from,
                to,
                count,
                detail,
                partner: partner.map(str::to_owned),
            },
        );
        let of_kind = || notices.iter().enumerate().filter(|(_, n)| n.kind == kind);
        if of_kind().count() <= NOTICES_KEPT {
            return;
        }
        let named: Vec<_> = of_kind().filter(|(_, n)| n.detail.is_some()).collect();
        let gone = to_evict(
            named.into_iter(),
            NOTICES_KEPT - 1,
            |_| (),
            |n| &n.partner,
            |at, _| Reverse(*at),
        );
        for mut notice in take_out(notices, gone) {
            (notice.detail, notice.partner) = (None, None);
            join(notices, notice);
        }
    }
}

/// Adds a notice. If there is an equal one, only adds to its count.
fn join(notices: &mut Vec<Notice>, notice: Notice) {
    let of = |n: &&mut Notice| {
        // Between two mutes the partner was not muted.
        let apart = n.kind == NoticeKind::Muted && n.partner.is_some() && n.to < notice.from;
        let same =
            (n.kind, &n.detail, &n.partner) == (notice.kind, &notice.detail, &notice.partner);
        same && !apart
    };
    match notices.iter_mut().rev().find(of) {
        Some(alike) => {
            alike.from = alike.from.min(notice.from);
            alike.to = alike.to.max(notice.to);
            add(&mut alike.count, notice.count);
        }
        None => notices.push(notice),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_notices_a_day_has_the_first_of_another_kind_is_kept_and_no_kind_grows() {
        let mut daily = Daily::default();
        let at = Time::from_seconds(1);
        for number in 0..3 * NOTICES_KEPT {
            let path = Some(format!("/upload/{number}"));
            daily.note(NoticeKind::UnknownDirection, at, 1, path);
        }
        daily.note_span(NoticeKind::Gap, (at, at), 0, Some("vacuumed".to_owned()));
        daily.forged(at);
        let notices = &daily.resume.day.notices;
        let of = |kind| {
            let alike = notices.iter().filter(move |notice| notice.kind == kind);
            (
                alike.clone().count(),
                alike.map(|notice| notice.count).sum::<u64>(),
            )
        };
        let told = [
            NoticeKind::UnknownDirection,
            NoticeKind::Gap,
            NoticeKind::Forged,
        ]
        .map(of);
        assert_eq!(told, [(NOTICES_KEPT, 60), (1, 0), (1, 1)]);
    }

    #[test]
    fn of_lines_of_a_kind_the_first_stands_as_example_and_harmless() {
        let mut daily = Daily::default();
        for (second, line) in [(1, "first\u{1b}[2J"), (2, "second"), (3, "third")] {
            daily.note_alike(NoticeKind::NoEnvelope, Time::from_seconds(second), line);
        }
        let told = daily.resume.day.notices.iter();
        let told: Vec<_> = told
            .map(|notice| (notice.count, notice.detail.as_deref()))
            .collect();
        assert_eq!(told, [(3, Some("first\u{fffd}[2J"))]);
    }
}
