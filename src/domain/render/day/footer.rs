//! The lines under the table: expected feeds, failed transfers, refused writes, blind partners, days without data, notices.

use chrono::{Days, NaiveDate};

use super::{feeds_text, notice_text};
use crate::domain::alerts::Transfer;
use crate::domain::base::clean::escape;
use crate::domain::base::language::{Language, Noun};
use crate::domain::render::blocks::{TextLine, plain, ranked_within};
use crate::domain::render::phrase::{list_within, transfers_said};
use crate::domain::render::say::{Phrase, slots};
use crate::domain::render::{Voice, file_text, odd_text};
use crate::domain::state::{ClosedDay, Counters, NoticeKind, Troubled};

/// The most bytes of these lines; lines that do not fit are counted.
const FOOTER_MOST: usize = 1_700;

/// The most bytes of file names in one line, so that their number is always shown.
const NAMES_MOST: usize = 500;

/// The rank of remarks that figures may be incomplete: they get room before all other lines.
const CERTAIN: u8 = 0;

/// The rank of lines about feeds that are missing or late.
const FEEDS: u8 = 1;

/// The rank of lines with file names: a partner who sends such files must not displace the other lines.
const NAMES: u8 = 2;

/// The lines under the table of a day.
pub(super) fn lines(day: &ClosedDay, voice: &Voice) -> Vec<TextLine> {
    let mut lines: Vec<(u8, String)> = Vec::new();
    let feeds = feeds_text::of_the_day(&day.day.feeds, voice);
    lines.extend(feeds.into_iter().map(|line| (FEEDS, line)));
    let odd = day
        .day
        .odd
        .iter()
        .map(|odd| odd_text::of_the_day(odd, voice));
    lines.extend(odd.map(|line| (NAMES, line)));
    let troubled = [
        Transfer::UploadInterrupted,
        Transfer::UploadFailed,
        Transfer::DownloadInterrupted,
    ];
    let troubled = troubled.map(|what| self::troubled(day, what, voice));
    lines.extend(troubled.into_iter().flatten().map(|line| (NAMES, line)));
    lines.extend(refused(day, voice).map(|line| (FEEDS, line)));
    let uncertain = [
        blind(day, voice),
        without_data(&day.day.without_data, voice.language),
    ];
    lines.extend(uncertain.into_iter().flatten().map(|line| (CERTAIN, line)));
    lines.extend(day.day.notices.iter().map(|notice| {
        let rank = match notice.kind {
            NoticeKind::UnknownDirection => NAMES,
            NoticeKind::Muted => FEEDS,
            _ => CERTAIN,
        };
        (rank, notice_text::told(notice, day.date, voice))
    }));
    let rest = |more: usize| {
        let more = voice.language.number(more as u64);
        let text = Phrase("… et {more} de plus", "… and {more} more");
        voice.line(text, slots![more])
    };
    let lines = lines.into_iter().map(|(rank, line)| (rank, plain(line)));
    ranked_within(lines.collect(), FOOTER_MOST, rest)
}

/// `2 uploads interrompus : a.xml d'Alice (1,5 ko) et b.xml de Bob`
fn troubled(day: &ClosedDay, what: Transfer, voice: &Voice) -> Option<String> {
    let language = voice.language;
    let [failed, download] =
        [Transfer::UploadFailed, Transfer::DownloadInterrupted].map(|of| of == what);
    let number = |counters: &Counters| match (failed, download) {
        (true, _) => counters.upload_failed,
        (false, false) => counters.upload_interrupted,
        (false, true) => counters.download_interrupted,
    };
    let alike = |file: &&Troubled| (file.failed, file.download) == (failed, download);
    let files: Vec<&Troubled> = day.day.troubled.iter().filter(alike).collect();
    let repeats = file_text::different(files.iter().map(|troubled| &troubled.file), u64::MAX);
    let repeats = u64::MAX - repeats;
    let files: Vec<String> = files.into_iter().map(|t| file(t, voice)).collect();
    let counted = day.partners.values().map(number);
    let counted = counted.fold(0, u64::saturating_add);
    let count = counted.max((files.len() as u64).saturating_add(repeats));
    if count == 0 {
        return None;
    }
    let mut used = 0;
    let fits = |file: &&String| {
        used += escape(file).len();
        used <= NAMES_MOST
    };
    let fitting = files.iter().take_while(fits).count();
    let files = &files[..fitting];
    let transfers = transfers_said(what, count, language);
    let which = list_within(files, count.saturating_sub(repeats), language);
    let which = if files.is_empty() { "" } else { &which };
    let text = Phrase("⚠️ {transfers}[ : {which}]", "⚠️ {transfers}[: {which}]");
    Some(voice.say(text, slots![transfers, which]))
}

/// `Sans activité : Bob, Carol`
pub(super) fn idle(day: &ClosedDay, voice: &Voice) -> Option<String> {
    let language = voice.language;
    // A partner is not called idle if the counters may lack its activity.
    let incomplete = day.day.notices.iter().any(|n| n.kind.leaves_out());
    let idle = day.day.idle.as_ref();
    let idle = idle.filter(|idle| idle.count > 0 && !incomplete)?;
    let partners = idle.partners.iter();
    let names: Vec<String> = partners
        .map(|(account, full_name)| voice.partner(account, full_name.as_deref()))
        .collect();
    // The names, then the number of the others: a list of idle partners, not a sentence.
    let more = idle.count.saturating_sub(names.len() as u64);
    let others = match more {
        0 => String::new(),
        _ => language.count(more, Noun::Other),
    };
    let list = names.join(", ");
    let text = Phrase::of("idle");
    Some(voice.say(text, slots![list, others]))
}

/// `3 sessions d'Alice et 1 session de Bob sans trace de fichiers : sftp-monitor check`
fn blind(day: &ClosedDay, voice: &Voice) -> Option<String> {
    let language = voice.language;
    let partners = day.partners.iter().filter(|(_, c)| c.blind > 0);
    let partners: Vec<String> = partners
        .map(|(account, counters)| {
            let sessions = language.count(counters.blind, Noun::Session);
            let partner = voice.partner(account, None);
            format!("{sessions} {}{partner}", language.of(&partner))
        })
        .collect();
    if partners.is_empty() {
        return None;
    }
    let list = list_within(&partners, partners.len() as u64, language);
    let text = Phrase::of("day-blind");
    Some(voice.say(text, slots![list]))
}

/// `Écriture refusée : Alice (3 fois) et Bob (1 fois)`
fn refused(day: &ClosedDay, voice: &Voice) -> Option<String> {
    let language = voice.language;
    let partners = day.partners.iter().filter(|(_, c)| c.write_refused > 0);
    let partners: Vec<String> = partners
        .map(|(account, counters)| {
            let times = language.count(counters.write_refused, Noun::Time);
            format!("{} ({times})", voice.partner(account, None))
        })
        .collect();
    let list = list_within(&partners, partners.len() as u64, language);
    let text = Phrase("⚠️ Écriture refusée : {list}", "⚠️ Writing refused: {list}");
    (!partners.is_empty()).then(|| voice.say(text, slots![list]))
}

/// `feed.xml d'Alice (1,5 ko)`
fn file(troubled: &Troubled, voice: &Voice) -> String {
    let language = voice.language;
    let name = file_text::name(&troubled.file) + &file_text::times(&troubled.file);
    let size = file_text::resumed(&troubled.file, "", language);
    let size = size.or_else(|| troubled.file.bytes.map(|bytes| language.size(bytes)));
    let size = size.map_or(String::new(), |size| format!(" ({size})"));
    let partner = voice.partner(&troubled.partner, None);
    let of = language.of(&partner);
    format!("{name} {of}{partner}{size}")
}

/// `Jours sans données : du 27/03 au 29/03`
fn without_data(dates: &[NaiveDate], language: Language) -> Option<String> {
    let mut runs: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for &date in dates {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add_days(Days::new(1)) == Some(date) => *last = date,
            _ => runs.push((date, date)),
        }
    }
    let run = |(first, last): &(NaiveDate, NaiveDate)| {
        let (from, to) = (language.date(*first), language.date(*last));
        match first == last {
            true => from,
            false => language.say(
                Phrase("du {from} au {to}", "{from} to {to}"),
                slots![from, to],
            ),
        }
    };
    let runs: Vec<String> = runs.iter().map(run).collect();
    let list = list_within(&runs, runs.len() as u64, language);
    let n = language.number(dates.len() as u64);
    let text = Phrase::of("without-data");
    (!dates.is_empty()).then(|| language.say(text, slots![n, list]))
}
