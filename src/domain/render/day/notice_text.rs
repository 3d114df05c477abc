//! Notices in words: remarks that a day's figures may be incomplete.

use chrono::NaiveDate;

use crate::domain::base::clean::{HOST, clean};
use crate::domain::base::language::Language;
use crate::domain::base::time::Time;
use crate::domain::render::say::{Phrase, slots};
use crate::domain::render::{Voice, catalog, reasons};
use crate::domain::state::{Notice, NoticeKind};

/// The time of a notice if it is unknown.
const UNKNOWN: Time = Time(0);

/// The texts of a notice: for Slack in French and in English, and for a terminal.
fn texts(notice: &Notice) -> [&'static str; 3] {
    let name = match notice.kind {
        NoticeKind::Gap => "notice-gap",
        NoticeKind::Dropped => "notice-dropped",
        NoticeKind::Unreadable => "notice-unreadable",
        NoticeKind::Unattributed => "notice-unattributed",
        NoticeKind::UnknownDirection => "notice-unknown-direction",
        NoticeKind::WritingUnclosed => "notice-writing-unclosed",
        NoticeKind::ReadingUnclosed => "notice-reading-unclosed",
        NoticeKind::Descriptors => "notice-descriptors",
        NoticeKind::EndUnseen => "notice-end-unseen",
        // Outside of sessions, all lines of sshd belong to one unit.
        NoticeKind::Flood if notice.detail.is_none() => "notice-flood-outside",
        NoticeKind::Flood => "notice-flood",
        NoticeKind::Undecided => "notice-undecided",
        NoticeKind::StateDeleted => "notice-state-deleted",
        NoticeKind::StateDamaged => "notice-state-damaged",
        NoticeKind::SourceChanged => "notice-source-changed",
        NoticeKind::Forged => "notice-forged",
        NoticeKind::Unparsed => "notice-unparsed",
        NoticeKind::NoEnvelope => "notice-no-envelope",
        NoticeKind::Down if notice.to == UNKNOWN => "notice-down-still",
        NoticeKind::Down => "notice-down",
        NoticeKind::Muted => "notice-muted",
        NoticeKind::Unseen => "notice-unseen",
        NoticeKind::SessionsForgotten => "notice-sessions-forgotten",
    };
    catalog::texts(name)
}

/// A notice as one line of a day's table.
pub(super) fn told(notice: &Notice, date: NaiveDate, voice: &Voice) -> String {
    let some = match notice.count {
        0 => voice.language.pick("des", "some").to_owned(),
        count => voice.language.number(count),
    };
    let who = match notice.detail.as_deref() {
        Some(account) => voice.partner(account, None),
        None => voice.say(Phrase("plusieurs partenaires", "several partners"), &[]),
    };
    let whom = match notice.partner.as_deref() {
        Some(account) => voice.partner(account, None),
        None => voice.say(Phrase("Des partenaires", "Some partners"), &[]),
    };
    let of = voice.language.of(&who);
    let period = period(notice, voice);
    let [begin, end] = [notice.from, notice.to].map(|time| at(time, date, voice));
    let again = format!("sudo sftp-monitor report --since {date} --until {date}");
    let [french, english, _] = texts(notice);
    let said = voice.say(
        Phrase(french, english),
        slots![some, who, whom, of, period, begin, end, again],
    );
    let detail = notice
        .detail
        .as_deref()
        .map(|detail| self::detail(notice.kind, detail, voice));
    let mark = match notice.kind {
        NoticeKind::Muted => "🔕",
        _ => "⚠️",
    };
    format!("{mark} {said}{}", detail.unwrap_or_default())
}

/// A notice in a few English words, for a terminal. Its detail is not cleaned here.
pub fn notice_in_short(notice: &Notice) -> String {
    let some = match notice.count {
        0 => "some".to_owned(),
        count => count.to_string(),
    };
    let [_, _, short] = texts(notice);
    let whom = notice.partner.as_deref().unwrap_or("some partners");
    let said = Language::English.say(Phrase("", short), slots![some, whom]);
    match &notice.detail {
        Some(detail) => format!("{said} ({detail})"),
        None => said,
    }
}

/// The detail of a notice in words, with a dash before it.
fn detail(kind: NoticeKind, detail: &str, voice: &Voice) -> String {
    let language = voice.language;
    let detail = match kind {
        NoticeKind::Gap => reasons::said(detail, language, HOST),
        NoticeKind::NoEnvelope => reasons::log_line(detail, language, HOST),
        NoticeKind::Unseen => {
            let accounts = detail.split(", ");
            let names: Vec<String> = accounts.map(|name| voice.partner(name, None)).collect();
            names.join(", ")
        }
        NoticeKind::SourceChanged => {
            let (from, to) = detail.split_once(" -> ").unwrap_or(("", detail));
            let source = |source: &str| match source {
                "another source" => language
                    .pick("une autre source", "another source")
                    .to_owned(),
                "journal" => language.pick("le journal", "the journal").to_owned(),
                source => clean(source, HOST),
            };
            format!("{} → {}", source(from), source(to))
        }
        // The text already names the partner in the detail.
        NoticeKind::WritingUnclosed
        | NoticeKind::ReadingUnclosed
        | NoticeKind::Descriptors
        | NoticeKind::EndUnseen
        | NoticeKind::Flood => return String::new(),
        NoticeKind::Dropped
        | NoticeKind::Unreadable
        | NoticeKind::Unattributed
        | NoticeKind::UnknownDirection
        | NoticeKind::Undecided
        | NoticeKind::StateDeleted
        | NoticeKind::StateDamaged
        | NoticeKind::SessionsForgotten
        | NoticeKind::Forged
        | NoticeKind::Unparsed
        | NoticeKind::Muted
        | NoticeKind::Down => clean(detail, HOST),
    };
    format!(" — {detail}")
}

/// ` du 29/03 à 22h10 au 30/03 à 06h07`; empty if the times are unknown.
fn period(notice: &Notice, voice: &Voice) -> String {
    let (from, to) = (voice.moment(notice.from), voice.moment(notice.to));
    let text = match (notice.from == UNKNOWN, notice.to == UNKNOWN) {
        (true, true) => return String::new(),
        (true, false) => Phrase(" avant le {to}", " before {to}"),
        (false, true) => Phrase(" depuis le {from}", " since {from}"),
        (false, false) if from == to => Phrase(" le {from}", " on {from}"),
        (false, false) => Phrase(" du {from} au {to}", " from {from} to {to}"),
    };
    voice.say(text, slots![from, to])
}

/// ` à 23h59`, with the date if it is another one.
fn at(time: Time, date: NaiveDate, voice: &Voice) -> String {
    let (clock, moment) = (voice.language.clock(time, voice.zone), voice.moment(time));
    let text = match voice.zone.date(time) == date {
        _ if time == UNKNOWN => return String::new(),
        true => Phrase(" à {clock}", " at {clock}"),
        false => Phrase(" le {moment}", " on {moment}"),
    };
    voice.say(text, slots![clock, moment])
}
