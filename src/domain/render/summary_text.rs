//! What happened while nobody could tell, in one message.

use super::blocks::{BLOCKS_MOST, Line, TEXT_MOST, bold, plain, span, weight, within};
use super::{Voice, file_text};
use crate::domain::alerts::{Cause, Obstacle, Summary, SummaryRow, Transfer};
use crate::domain::base::language::{Language, Noun};
use crate::domain::render::phrase::{Told, advice, list_within};

/// What the label and the lines around the partners take of a message's blocks, at most.
const AROUND: usize = 1_500;

/// From when to when, the totals, and a line for each partner, as many as fit.
pub(crate) fn tell(summary: &Summary, voice: &Voice) -> Told {
    let language = voice.language;
    let mut totals = SummaryRow::default();
    let mut rows = Vec::new();
    for (account, row) in &summary.partners {
        totals.add(SummaryRow {
            names: Vec::new(),
            ..row.clone()
        });
        let line = |with_names: bool| {
            let partner = voice.partner(account, row.full_name.as_deref());
            let said = row_said(row, language, with_names).join(", ");
            let said = format!("{}{said}", language.pick(" : ", ": "));
            vec![bold(partner), span(said)]
        };
        if !row_said(row, language, false).is_empty() {
            rows.push([line(true), line(false)]);
        }
    }
    let head = head(summary, &totals, voice);
    let rest = |more: usize| {
        let partners = language.count(more as u64, Noun::Partner);
        plain(match language {
            Language::French => format!("… et {partners} de plus"),
            Language::English => format!("… and {partners} more"),
        })
    };
    let cut = |most: usize, rows: Vec<[Line; 2]>| {
        let mut lines = vec![head.clone()];
        let most = most - weight(&lines);
        lines.extend(within(named_where_it_fits(rows, most), most, rest));
        lines
    };
    let repeated = language.pick(
        "en partie peut-être déjà publié",
        "some of it may be a repeat",
    );
    Told {
        short: Some(cut(TEXT_MOST, rows.clone())),
        lines: cut(BLOCKS_MOST - AROUND, rows),
        context: summary
            .maybe_repeated
            .then(|| repeated.into())
            .into_iter()
            .collect(),
        ..Told::default()
    }
}

/// Each row with its names as long as all the others fit without theirs: no partner's names keep out another.
fn named_where_it_fits(rows: Vec<[Line; 2]>, most: usize) -> Vec<Line> {
    let heavy = |line: &Line| weight(std::slice::from_ref(line));
    let mut used: usize = rows.iter().map(|[_, brief]| heavy(brief)).sum();
    let choose = |[named, brief]: [Line; 2]| {
        let with_names = used - heavy(&brief) + heavy(&named);
        if with_names > most {
            return brief;
        }
        used = with_names;
        named
    };
    rows.into_iter().map(choose).collect()
}

fn head(summary: &Summary, totals: &SummaryRow, voice: &Voice) -> Line {
    let language = voice.language;
    let from = language.moment(summary.from, voice.zone);
    let to = language.moment(summary.to, voice.zone);
    let said = row_said(totals, language, false);
    let said = match said.is_empty() {
        true => String::new(),
        false => format!(" — {}", said.join(", ")),
    };
    plain(match language {
        Language::French => format!("📋 Rattrapage du {from} au {to}{said}"),
        Language::English => format!("📋 Catching up, from {from} to {to}{said}"),
    })
}

/// What a row counts, without what it counts none of.
fn row_said(row: &SummaryRow, language: Language, with_names: bool) -> Vec<String> {
    let mut said = Vec::new();
    let mut say = |number: u64, words: String| {
        if number > 0 {
            said.push(words);
        }
    };
    say(row.logins, language.count(row.logins, Noun::Login));
    let mut failures = language.count(row.failures, Noun::Failure);
    if with_names {
        failures += &causes(row, language);
    }
    say(row.failures, failures);
    let mut uploads = language.count(row.uploads, Noun::File);
    if with_names && !row.names.is_empty() {
        uploads += &format!(" ({})", names(row, language));
    }
    say(row.uploads, uploads);
    say(row.downloads, language.count(row.downloads, Noun::Download));
    for (what, count) in &row.transfers {
        say(*count, transfers(*what, *count, language));
    }
    for (obstacle, count) in &row.obstacles {
        let times = language.count(*count, Noun::Time);
        say(*count, format!("{} {times}", kept_by(*obstacle, language)));
    }
    let times = language.count(row.turned_away, Noun::Time);
    say(
        row.turned_away,
        match language {
            Language::French => format!("tentatives écartées par sshd {times}"),
            Language::English => format!("attempts turned away by sshd {times}"),
        },
    );
    said
}

fn names(row: &SummaryRow, language: Language) -> String {
    let mut names: Vec<(&str, u64)> = Vec::new();
    for name in &row.names {
        match names.iter_mut().find(|(known, _)| known == name) {
            Some((_, times)) => *times += 1,
            None => names.push((name, 1)),
        }
    }
    let again = (row.names.len() - names.len()) as u64;
    let shown = |(name, times): &(&str, u64)| match times {
        1 => file_text::name_of(name),
        times => format!("{} ×{times}", file_text::name_of(name)),
    };
    let names: Vec<String> = names.iter().map(shown).collect();
    list_within(&names, row.uploads.saturating_sub(again), language)
}

/// Why the failures were refused, where it was not the password: ` (clé refusée ×2)`.
fn causes(row: &SummaryRow, language: Language) -> String {
    let causes = row.causes.iter();
    let causes = causes.filter(|(cause, count)| **cause != Cause::Password && **count > 0);
    let said: Vec<String> = causes
        .map(|(cause, count)| format!("{} ×{}", advice(*cause, language), language.number(*count)))
        .collect();
    match said.is_empty() {
        true => String::new(),
        false => format!(" ({})", said.join(", ")),
    }
}

/// `2 uploads interrompus`
fn transfers(what: Transfer, count: u64, language: Language) -> String {
    let s = match (language, language.is_one(count)) {
        (Language::French, false) => "s",
        _ => "",
    };
    let counted = |noun| language.count(count, noun);
    match (language, what) {
        (_, Transfer::Upload) => counted(Noun::Upload),
        (_, Transfer::Download) => counted(Noun::Download),
        (Language::French, Transfer::UploadInterrupted) => {
            format!("{} interrompu{s}", counted(Noun::Upload))
        }
        (Language::English, Transfer::UploadInterrupted) => {
            format!("{} broken off", counted(Noun::Upload))
        }
        (Language::French, Transfer::DownloadInterrupted) => {
            format!("{} interrompu{s}", counted(Noun::Download))
        }
        (Language::English, Transfer::DownloadInterrupted) => {
            format!("{} broken off", counted(Noun::Download))
        }
        (Language::French, Transfer::UploadFailed) => {
            format!(
                "{} en échec sur le disque du serveur",
                counted(Noun::Upload)
            )
        }
        (Language::English, Transfer::UploadFailed) => {
            format!("{} failed on the server's disk", counted(Noun::Upload))
        }
        (Language::French, Transfer::Unknown) => {
            format!("{} transféré{s} dans un sens inconnu", counted(Noun::File))
        }
        (Language::English, Transfer::Unknown) => {
            format!(
                "{} transferred in an unknown direction",
                counted(Noun::File)
            )
        }
        (Language::French, Transfer::UploadUnclosed | Transfer::DownloadUnclosed) => {
            format!("{} jamais fermé{s} dans le journal", counted(Noun::File))
        }
        (Language::English, Transfer::UploadUnclosed | Transfer::DownloadUnclosed) => {
            format!("{} never closed in the log", counted(Noun::File))
        }
    }
}

/// What kept the partner from working, before how many times.
fn kept_by(obstacle: Obstacle, language: Language) -> &'static str {
    match obstacle {
        Obstacle::NotSftp => language.pick(
            "autre chose que sftp demandé",
            "something other than sftp asked for",
        ),
        Obstacle::Subsystem => language.pick("sftp non lancé par sshd", "sftp not started by sshd"),
        Obstacle::Chroot => language.pick("chroot refusé par sshd", "chroot refused by sshd"),
        Obstacle::WriteRefused => language.pick("écriture refusée", "writing refused"),
        Obstacle::TurnedAway => {
            language.pick("adresse écartée par sshd", "address turned away by sshd")
        }
        Obstacle::AttemptsTurnedAway => language.pick(
            "tentatives écartées par sshd",
            "attempts turned away by sshd",
        ),
    }
}
