//! Notices in words: what makes a day's figures less than certain.

use chrono::NaiveDate;

use crate::domain::base::clean::{HOST, clean};
use crate::domain::base::language::{Language, Noun};
use crate::domain::base::time::Time;
use crate::domain::render::Voice;
use crate::domain::render::reasons;
use crate::domain::state::{Notice, NoticeKind};

/// A notice in one line.
pub(super) fn told(notice: &Notice, date: NaiveDate, voice: &Voice) -> String {
    if let Some(said) = hidden(notice, voice) {
        return format!("⚠️ {said}");
    }
    let said = match voice.language {
        Language::French => french(notice, date, voice),
        Language::English => english(notice, date, voice),
    };
    let detail = notice
        .detail
        .as_deref()
        .map(|detail| format!(" — {}", self::detail(notice.kind, detail, voice)));
    format!("⚠️ {said}{}", detail.unwrap_or_default())
}

/// More about it.
fn detail(kind: NoticeKind, detail: &str, voice: &Voice) -> String {
    let language = voice.language;
    match kind {
        NoticeKind::Gap => reasons::said(detail, language, HOST),
        NoticeKind::NoEnvelope => reasons::log_line(detail, language, HOST),
        NoticeKind::Unseen => {
            let accounts = detail.split(", ");
            let names: Vec<String> = accounts.map(|name| voice.partner(name, None)).collect();
            names.join(", ")
        }
        NoticeKind::SourceChanged => {
            let (from, to) = detail.split_once(" -> ").unwrap_or(("", detail));
            let from = match from {
                "another source" => language.pick("une autre source", "another source"),
                from => from,
            };
            let journal = |source: &str| match source {
                "journal" => language.pick("le journal", "the journal").to_owned(),
                source => clean(source, HOST),
            };
            format!("{} → {}", journal(from), journal(to))
        }
        _ => clean(detail, HOST),
    }
}

/// What a partner may have hidden: `3 fichiers ouverts en écriture par Alice et jamais fermés dans le journal`; none for
/// the other notices.
fn hidden(notice: &Notice, voice: &Voice) -> Option<String> {
    let (language, period) = (voice.language, period(notice, voice));
    let who = match notice.detail.as_deref() {
        Some(account) => voice.partner(account, None),
        None => language
            .pick("plusieurs partenaires", "several partners")
            .to_owned(),
    };
    let files = |french, english| {
        let files = language.count(notice.count, Noun::File);
        let s = match language.is_one(notice.count) {
            true => "",
            false => "s",
        };
        match language {
            Language::French => format!(
                "{files} ouvert{s} en {french} par {who} et jamais fermé{s} dans le journal{period}"
            ),
            Language::English => {
                format!("{files} opened for {english} by {who} and never closed in the log{period}")
            }
        }
    };
    let sessions = |french, english| {
        let sessions = language.count(notice.count, Noun::Session);
        let of = language.of(&who);
        match language {
            Language::French => {
                format!("{sessions} {of}{who} {french}{period} : des transferts peuvent manquer")
            }
            Language::English => {
                format!("{sessions} {of}{who} {english}{period}: transfers may be missing")
            }
        }
    };
    Some(match notice.kind {
        NoticeKind::WritingUnclosed => files("écriture", "writing"),
        NoticeKind::ReadingUnclosed => files("lecture", "reading"),
        NoticeKind::Descriptors => sessions(
            "à court de descripteurs pour le journal",
            "short of descriptors for the log",
        ),
        NoticeKind::EndUnseen => sessions("sans fin dans le journal", "without an end in the log"),
        // Outside of sessions one unit of sshd holds the lines of all.
        NoticeKind::Flood if notice.detail.is_none() => match language {
            Language::French => format!(
                "Lignes de sshd près de la limite de journald{period} : d'autres peuvent manquer"
            ),
            Language::English => {
                format!("Lines of sshd near journald's limit{period}: others may be missing")
            }
        },
        NoticeKind::Flood => sessions("près de la limite de journald", "near journald's limit"),
        _ => return None,
    })
}

fn french(notice: &Notice, date: NaiveDate, voice: &Voice) -> String {
    let (period, at) = (period(notice, voice), at(notice.from, date, voice));
    let some = |one: &str, many: &str| match notice.count {
        0 => format!("des {many}"),
        1 => format!("1 {one}"),
        count => format!("{} {many}", Language::French.number(count)),
    };
    match notice.kind {
        NoticeKind::Gap => {
            format!("Journal incomplet{period} : des entrées ont disparu avant d'être lues")
        }
        NoticeKind::Dropped => format!("journald a perdu {}{period}", some("message", "messages")),
        NoticeKind::Unreadable => format!(
            "Non lu{period} : {}",
            some("entrée illisible", "entrées illisibles")
        ),
        NoticeKind::Unattributed => format!(
            "Non attribué{period} : {} de sessions inconnues",
            some("fichier", "fichiers")
        ),
        NoticeKind::UnknownDirection => format!(
            "Non compté{period} : {} de sens inconnu",
            some("transfert", "transferts")
        ),
        NoticeKind::Undecided => format!(
            "Annuaire des comptes sans réponse{period} : {}",
            some("événement perdu", "événements perdus")
        ),
        NoticeKind::StateDeleted => format!(
            "daily.json supprimé{} par un autre programme, les chiffres ne comptent que depuis — {} recompte la journée",
            self::at(notice.to, date, voice),
            again(date)
        ),
        NoticeKind::StateDamaged => {
            format!("daily.json trouvé endommagé{at}, repris d'une copie plus ancienne ou de zéro")
        }
        NoticeKind::SourceChanged => format!("Source des journaux changée{at}"),
        NoticeKind::Forged => format!(
            "Lignes falsifiées{period} : {} au nom de sshd, sans effet",
            some("ligne", "lignes")
        ),
        NoticeKind::Unparsed => format!(
            "Non compris{period} : {} de sshd ou de sftp-server",
            some("ligne", "lignes")
        ),
        NoticeKind::NoEnvelope => format!(
            "Non compté{period} : {} de sshd ou de sftp-server d'un format inconnu",
            some("ligne", "lignes")
        ),
        NoticeKind::Down if notice.to == Time::default() => {
            format!(
                "Surveillance arrêtée{period} : ce qui s'est passé ensuite n'est pas compté ici"
            )
        }
        NoticeKind::Down => {
            format!("Surveillance arrêtée{period} : ce qui s'est passé a été compté après coup")
        }
        // Told above, with their partner.
        NoticeKind::WritingUnclosed
        | NoticeKind::ReadingUnclosed
        | NoticeKind::Descriptors
        | NoticeKind::EndUnseen
        | NoticeKind::Flood => String::new(),
        NoticeKind::Unseen => format!("Fichiers sûrement ou peut-être invisibles{period}"),
        NoticeKind::SessionsForgotten => {
            format!("Trop de sessions ouvertes{period} : les plus anciennes ont été oubliées")
        }
    }
}

fn english(notice: &Notice, date: NaiveDate, voice: &Voice) -> String {
    let (period, at) = (period(notice, voice), at(notice.from, date, voice));
    let some = |one: &str, many: &str| match notice.count {
        0 => format!("some {many}"),
        1 => format!("1 {one}"),
        count => format!("{} {many}", Language::English.number(count)),
    };
    match notice.kind {
        NoticeKind::Gap => {
            format!("Log incomplete{period}: entries vanished before they were read")
        }
        NoticeKind::Dropped => format!("journald lost {}{period}", some("message", "messages")),
        NoticeKind::Unreadable => format!(
            "Not read{period}: {}",
            some("unreadable entry", "unreadable entries")
        ),
        NoticeKind::Unattributed => format!(
            "Attributed to nobody{period}: {} of unknown sessions",
            some("file", "files")
        ),
        NoticeKind::UnknownDirection => format!(
            "Not counted{period}: {} of unknown direction",
            some("transfer", "transfers")
        ),
        NoticeKind::Undecided => format!(
            "User database without an answer{period}: {}",
            some("lost event", "lost events")
        ),
        NoticeKind::StateDeleted => format!(
            "daily.json deleted{} by another program, the figures count from then on — {} counts the whole day",
            self::at(notice.to, date, voice),
            again(date)
        ),
        NoticeKind::StateDamaged => {
            format!("daily.json found damaged{at}, taken from an older copy or begun anew")
        }
        NoticeKind::SourceChanged => format!("Source of the logs changed{at}"),
        NoticeKind::Forged => format!(
            "Forged lines{period}: {} in sshd's name, without effect",
            some("line", "lines")
        ),
        NoticeKind::Unparsed => format!(
            "Not understood{period}: {} of sshd or sftp-server",
            some("line", "lines")
        ),
        NoticeKind::NoEnvelope => format!(
            "Not counted{period}: {} of sshd or sftp-server in an unknown format",
            some("line", "lines")
        ),
        NoticeKind::Down if notice.to == Time::default() => {
            format!("The monitor has not run{period}: what happened after that is not counted here")
        }
        NoticeKind::Down => {
            format!("The monitor did not run{period}: what happened was counted later")
        }
        // Told above, with their partner.
        NoticeKind::WritingUnclosed
        | NoticeKind::ReadingUnclosed
        | NoticeKind::Descriptors
        | NoticeKind::EndUnseen
        | NoticeKind::Flood => String::new(),
        NoticeKind::Unseen => format!("Files surely or perhaps not seen{period}"),
        NoticeKind::SessionsForgotten => {
            format!("Too many sessions open{period}: the oldest were forgotten")
        }
    }
}

/// ` du 29/03 à 22h10 au 30/03 à 06h07`; nothing where nobody knows.
fn period(notice: &Notice, voice: &Voice) -> String {
    let language = voice.language;
    let moment = |time| language.moment(time, voice.zone);
    let (from, to) = (moment(notice.from), moment(notice.to));
    let unknown = Time::default();
    match (notice.from == unknown, notice.to == unknown) {
        (true, true) => String::new(),
        (true, false) => format!(" {} {to}", language.pick("avant le", "before")),
        (false, true) => format!(" {} {from}", language.pick("depuis le", "since")),
        (false, false) if from == to => format!(" {} {from}", language.pick("le", "on")),
        (false, false) => match language {
            Language::French => format!(" du {from} au {to}"),
            Language::English => format!(" from {from} to {to}"),
        },
    }
}

/// The command that counts a whole day again, from the log.
fn again(date: NaiveDate) -> String {
    format!("sudo sftp-monitor report --since {date} --until {date}")
}

/// ` à 23h59`, with the date where it is another.
fn at(time: Time, date: NaiveDate, voice: &Voice) -> String {
    let language = voice.language;
    if time == Time::default() {
        String::new()
    } else if voice.zone.date(time) == date {
        let clock = language.clock(time, voice.zone);
        format!(" {} {clock}", language.pick("à", "at"))
    } else {
        let moment = language.moment(time, voice.zone);
        format!(" {} {moment}", language.pick("le", "on"))
    }
}
