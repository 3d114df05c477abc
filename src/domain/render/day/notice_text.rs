//! Notices in words: remarks that a day's figures may be incomplete.

use chrono::NaiveDate;

use crate::domain::base::clean::{HOST, clean};
use crate::domain::base::language::Language;
use crate::domain::base::time::Time;
use crate::domain::render::Voice;
use crate::domain::render::reasons;
use crate::domain::render::say::{Phrase, slots};
use crate::domain::state::{Notice, NoticeKind};

/// The time of a notice if it is unknown.
const UNKNOWN: Time = Time(0);

/// The texts of a notice: for Slack in French and in English, and for a terminal.
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn texts(notice: &Notice) -> [&'static str; 3] {
    match notice.kind {
        NoticeKind::Gap => [
            "Journal incomplet{period} : des entrées ont disparu avant d'être lues",
            "Log incomplete{period}: entries vanished before they were read",
            "log entries are gone unread",
        ],
        NoticeKind::Dropped => [
            "journald a perdu {some} {some|message|messages}{period}",
            "journald lost {some} {some|message|messages}{period}",
            "journald dropped {some} {some|message|messages}",
        ],
        NoticeKind::Unreadable => [
            "Non lu{period} : {some} {some|entrée illisible|entrées illisibles}",
            "Not read{period}: {some} unreadable {some|entry|entries}",
            "{some} {some|entry|entries} could not be read",
        ],
        NoticeKind::Unattributed => [
            "Non attribué{period} : {some} {some|fichier|fichiers} de sessions inconnues",
            "Attributed to nobody{period}: {some} {some|file|files} of unknown sessions",
            "{some} {some|transfer|transfers} by processes whose log-in nobody saw: credited to nobody",
        ],
        NoticeKind::UnknownDirection => [
            "Non compté{period} : {some} {some|transfert|transferts} de sens inconnu",
            "Not counted{period}: {some} {some|transfer|transfers} of unknown direction",
            "{some} {some|transfer|transfers} whose direction nobody can tell: not counted",
        ],
        NoticeKind::WritingUnclosed => [
            "{some} {some|fichier|fichiers} ouvert{some||s} en écriture par {who} et jamais fermé{some||s} dans le journal{period}",
            "{some} {some|file|files} opened for writing by {who} and never closed in the log{period}",
            "{some} {some|file|files} opened for writing and never closed in the log",
        ],
        NoticeKind::ReadingUnclosed => [
            "{some} {some|fichier|fichiers} ouvert{some||s} en lecture par {who} et jamais fermé{some||s} dans le journal{period}",
            "{some} {some|file|files} opened for reading by {who} and never closed in the log{period}",
            "{some} {some|file|files} opened for reading and never closed in the log",
        ],
        NoticeKind::Descriptors => [
            "{some} {some|session|sessions} {of}{who} à court de descripteurs pour le journal{period} : des transferts peuvent manquer",
            "{some} {some|session|sessions} {of}{who} short of descriptors for the log{period}: transfers may be missing",
            "{some} {some|session|sessions} held so many files open that transfers may be missing from the log",
        ],
        NoticeKind::EndUnseen => [
            "{some} {some|session|sessions} {of}{who} sans fin dans le journal{period} : des transferts peuvent manquer",
            "{some} {some|session|sessions} {of}{who} without an end in the log{period}: transfers may be missing",
            "{some} {some|session|sessions} whose end is not in the log: the last transfers may be missing",
        ],
        // Outside of sessions, all lines of sshd belong to one unit.
        NoticeKind::Flood if notice.detail.is_none() => [
            "Lignes de sshd près de la limite de journald{period} : d'autres peuvent manquer",
            "Lines of sshd near journald's limit{period}: others may be missing",
            "{some} {some|session|sessions} near journald's limit: transfers may be missing from the log",
        ],
        NoticeKind::Flood => [
            "{some} {some|session|sessions} {of}{who} près de la limite de journald{period} : des transferts peuvent manquer",
            "{some} {some|session|sessions} {of}{who} near journald's limit{period}: transfers may be missing",
            "{some} {some|session|sessions} near journald's limit: transfers may be missing from the log",
        ],
        NoticeKind::Undecided => [
            "Annuaire des comptes sans réponse{period} : {some} {some|événement perdu|événements perdus}",
            "User database without an answer{period}: {some} lost {some|event|events}",
            "{some} {some|event|events} too many waited for the user database: counted for nobody",
        ],
        NoticeKind::StateDeleted => [
            "daily.json supprimé{end} par un autre programme, les chiffres ne comptent que depuis — {again} recompte la journée",
            "daily.json deleted{end} by another program, the figures count from then on — {again} counts the whole day",
            "another program deleted daily.json; what was counted before is gone",
        ],
        NoticeKind::StateDamaged => [
            "daily.json trouvé endommagé{begin}, repris d'une copie plus ancienne ou de zéro",
            "daily.json found damaged{begin}, taken from an older copy or begun anew",
            "daily.json was damaged; an older one took its place",
        ],
        NoticeKind::SourceChanged => [
            "Source des journaux changée{begin}",
            "Source of the logs changed{begin}",
            "reading changed to another source",
        ],
        NoticeKind::Forged => [
            "Lignes falsifiées{period} : {some} {some|ligne|lignes} au nom de sshd, sans effet",
            "Forged lines{period}: {some} {some|line|lines} in sshd's name, without effect",
            "{some} {some|line|lines} forged in sshd's name, ignored",
        ],
        NoticeKind::Unparsed => [
            "Non compris{period} : {some} {some|ligne|lignes} de sshd ou de sftp-server",
            "Not understood{period}: {some} {some|line|lines} of sshd or sftp-server",
            "{some} {some|line|lines} of sshd or sftp-server not understood: not counted",
        ],
        NoticeKind::NoEnvelope => [
            "Non compté{period} : {some} {some|ligne|lignes} de sshd ou de sftp-server d'un format inconnu",
            "Not counted{period}: {some} {some|line|lines} of sshd or sftp-server in an unknown format",
            "{some} {some|line|lines} of sshd or sftp-server in no known envelope: not counted",
        ],
        NoticeKind::Down if notice.to == UNKNOWN => [
            "Surveillance arrêtée{period} : ce qui s'est passé ensuite n'est pas compté ici",
            "The monitor has not run{period}: what happened after that is not counted here",
            "the monitor did not run; what happened was counted later",
        ],
        NoticeKind::Down => [
            "Surveillance arrêtée{period} : ce qui s'est passé a été compté après coup",
            "The monitor did not run{period}: what happened was counted later",
            "the monitor did not run; what happened was counted later",
        ],
        NoticeKind::Muted => [
            "{whom} en sourdine{period}",
            "{whom} muted{period}",
            "{whom} was muted",
        ],
        NoticeKind::Unseen => [
            "Fichiers sûrement ou peut-être invisibles{period}",
            "Files surely or perhaps not seen{period}",
            "files of partners could not be seen",
        ],
        NoticeKind::SessionsForgotten => [
            "Trop de sessions ouvertes{period} : les plus anciennes ont été oubliées",
            "Too many sessions open{period}: the oldest were forgotten",
            "{some} {some|connection|connections} too many were open to be kept",
        ],
    }
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
