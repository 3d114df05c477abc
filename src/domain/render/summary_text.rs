//! One message about everything that happened while nothing could be reported.

use super::blocks::{AROUND, BLOCKS_MOST, TEXT_MOST, TextLine, weight, within};
use super::say::{Phrase, slots};
use super::{Voice, file_text};
use crate::domain::alerts::{Cause, MuteEnded, Obstacle, Summary, SummaryRow};
use crate::domain::base::clean::{NAME, PATH, clean};
use crate::domain::base::language::Language;
use crate::domain::base::language::Noun;
use crate::domain::render::phrase::{
    Draft, addresses, advice, list_within, new_keys, transfers_said,
};

/// The period, the totals, and a line for each partner, as many as fit.
pub(crate) fn tell(summary: &Summary, voice: &Voice) -> Draft {
    let language = voice.language;
    let mut totals = SummaryRow::default();
    let mut rows = Vec::new();
    for (account, row) in &summary.partners {
        totals.add(SummaryRow {
            names: Vec::new(),
            new_addresses: Vec::new(),
            new_keys: 0,
            ..row.clone()
        });
        let line = |with_names: bool| {
            let partner = voice.partner(account, row.full_name.as_deref());
            let said = row_said(row, language, with_names).join(", ");
            let text = Phrase("{*partner} : {said}", "{*partner}: {said}");
            voice.line(text, slots![partner, said])
        };
        if !row_said(row, language, false).is_empty() {
            rows.push([line(true), line(false)]);
        }
    }
    let head = head(summary, &totals, voice);
    let rest = |more: usize| {
        let partners = language.count(more as u64, Noun::Partner);
        let text = Phrase("… et {partners} de plus", "… and {partners} more");
        voice.line(text, slots![partners])
    };
    let cut = |most: usize, rows: Vec<[TextLine; 2]>| {
        let mut lines = vec![head.clone()];
        let most = most - weight(&lines);
        lines.extend(within(named_where_it_fits(rows, most), most, rest));
        lines
    };
    let repeated = Phrase::of("summary-repeated");
    let repeated = summary.maybe_repeated.then(|| voice.say(repeated, &[]));
    Draft {
        short: Some(cut(TEXT_MOST, rows.clone())),
        lines: cut(BLOCKS_MOST - AROUND, rows),
        context: repeated.into_iter().collect(),
        ..Draft::default()
    }
}

/// A partner's mute has ended: what was kept back. `alone` is true if no other messages follow.
pub(crate) fn mute_ended(ended: &MuteEnded, alone: bool, voice: &Voice) -> Draft {
    let partner = voice.partner(&ended.partner, ended.full_name.as_deref());
    let (of, since) = (voice.language.of(&partner), voice.moment(ended.terms.since));
    let [by, why] = [(&ended.terms.by, NAME), (&ended.terms.why, PATH)].map(|(text, most)| {
        text.as_deref()
            .map_or_else(String::new, |text| clean(text, most))
    });
    let rows = ended.summary.partners.values();
    let said = rows.flat_map(|row| row_said(row, voice.language, true));
    let mut said = said.collect::<Vec<_>>().join(", ");
    if said.is_empty() && alone {
        said = voice
            .language
            .pick("rien à signaler", "nothing to report")
            .to_owned();
    }
    let text = Phrase::of("mute-ended");
    voice.draft(text, slots![of, partner, since, by, why, said])
}

/// How many more messages about feeds there were; `None` if there were no more.
pub(crate) fn more_about_feeds(more: u64, voice: &Voice) -> Option<Draft> {
    let n = voice.language.number(more);
    let text = Phrase::of("more-about-feeds");
    (more > 0).then(|| voice.draft(text, slots![n]))
}

/// Each row with its file names, as long as all the others fit without theirs: the names of one partner displace no other
/// partner.
fn named_where_it_fits(rows: Vec<[TextLine; 2]>, most: usize) -> Vec<TextLine> {
    let heavy = |line: &TextLine| weight(std::slice::from_ref(line));
    let mut used: usize = rows.iter().map(|[_, brief]| heavy(brief)).sum();
    let choose = |[named, brief]: [TextLine; 2]| {
        let with_names = used - heavy(&brief) + heavy(&named);
        if with_names > most {
            return brief;
        }
        used = with_names;
        named
    };
    rows.into_iter().map(choose).collect()
}

fn head(summary: &Summary, totals: &SummaryRow, voice: &Voice) -> TextLine {
    let (from, to) = (voice.moment(summary.from), voice.moment(summary.to));
    let said = row_said(totals, voice.language, false).join(", ");
    let text = Phrase::of("summary");
    voice.line(text, slots![from, to, said])
}

/// The numbers of a row in words; zeros are left out.
fn row_said(row: &SummaryRow, language: Language, with_names: bool) -> Vec<String> {
    let (causes, names) = match with_names {
        true => (causes(row, language), names(row, language)),
        false => Default::default(),
    };
    let failures = language.count(row.failures, Noun::Failure);
    let uploads = language.count(row.uploads, Noun::File);
    let logins = language.count(row.logins, Noun::Login);
    let mut counts = vec![
        (row.logins, format!("{logins}{}", new(row, language))),
        (row.failures, format!("{failures}{causes}")),
        (row.uploads, format!("{uploads}{names}")),
        (row.downloads, language.count(row.downloads, Noun::Download)),
    ];
    let transfers = row.transfers.iter();
    counts.extend(transfers.map(|(what, count)| (*count, transfers_said(*what, *count, language))));
    let obstacles = row.obstacles.iter().map(|(what, count)| (*what, *count));
    let obstacles = obstacles.chain([(Obstacle::AttemptsTurnedAway, row.turned_away)]);
    counts.extend(obstacles.map(|(what, count)| {
        let times = language.count(count, Noun::Time);
        (count, language.say(kept_by(what), slots![times]))
    }));
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    counts.map(|(_, said)| said).collect()
}

/// The addresses and keys of log-ins that were not seen before, in brackets.
fn new(row: &SummaryRow, language: Language) -> String {
    let (addresses, n) = match row.new_addresses.len() as u64 {
        0 => Default::default(),
        count => (
            addresses(&row.new_addresses, language),
            language.number(count),
        ),
    };
    let keys = new_keys(row.new_keys, language);
    let text = match (addresses.is_empty(), keys.is_empty()) {
        (true, true) => return String::new(),
        (true, false) => Phrase(" ({keys})", " ({keys})"),
        _ => Phrase(
            " ({n|nouvelle adresse|nouvelles adresses} {addresses}[, {keys}])",
            " ({n|new address|new addresses} {addresses}[, {keys}])",
        ),
    };
    language.say(text, slots![n, addresses, keys])
}

/// The names of files that arrived, in brackets.
fn names(row: &SummaryRow, language: Language) -> String {
    if row.names.is_empty() {
        return String::new();
    }
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
    let list = list_within(&names, row.uploads.saturating_sub(again), language);
    format!(" ({list})")
}

/// The causes of failures, except a wrong password: ` (clé refusée ×2)`.
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

/// The obstacle that kept the partner from working, and the number of times.
fn kept_by(obstacle: Obstacle) -> Phrase {
    match obstacle {
        Obstacle::NotSftp => Phrase::of("kept-by-not-sftp"),
        Obstacle::Subsystem => Phrase::of("kept-by-subsystem"),
        Obstacle::Chroot => Phrase::of("kept-by-chroot"),
        Obstacle::WriteRefused => Phrase::of("kept-by-write-refused"),
        Obstacle::TurnedAway => Phrase::of("kept-by-turned-away"),
        Obstacle::AttemptsTurnedAway => Phrase::of("kept-by-attempts-turned-away"),
    }
}
