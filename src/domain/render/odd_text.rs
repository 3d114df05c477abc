//! Messages and lines of the day's table about odd files of expected feeds.

use super::blocks::{TextLine, joined, plain};
use super::say::{Phrase, slots};
use super::{Voice, file_text};
use crate::domain::alerts::{FeedOdd, File, Odd};
use crate::domain::base::clean::{PATH, clean, escape};
use crate::domain::render::feed_text::PATTERN;
use crate::domain::render::phrase::{Draft, list_within};

/// The most bytes of file names in a line of the day's table.
const NAMES_MOST: usize = 500;

/// Files of a feed are odd.
pub(crate) fn odd(odd: &FeedOdd, voice: &Voice) -> Draft {
    let [text, _] = phrases(&odd.odd);
    let detail = |file: &File| {
        let mut detail = vec![clean(&file.path, PATH)];
        detail.extend(file.bytes.map(|bytes| voice.language.size(bytes)));
        plain(detail.join(" · "))
    };
    Draft {
        lines: vec![line(text, odd, usize::MAX, voice)],
        details: odd.found.iter().map(detail).collect(),
        context: vec![voice.moment(odd.at)],
        ..Draft::default()
    }
}

/// `*.xml d'Alice : fichier interdit arrivé : outil.exe`
pub(super) fn of_the_day(odd: &FeedOdd, voice: &Voice) -> String {
    let [_, text] = phrases(&odd.odd);
    joined(&[line(text, odd, NAMES_MOST, voice)])
}

/// The sentence of a message, and the line of the day's table.
fn phrases(odd: &Odd) -> [Phrase; 2] {
    let [message, of_the_day] = match odd {
        Odd::Forbidden { .. } => ["odd-forbidden", "day-odd-forbidden"],
        Odd::TooMany { most: 1 } => ["odd-more-than-one", "day-odd-more-than-one"],
        Odd::TooMany { .. } => ["odd-too-many", "day-odd-too-many"],
        Odd::TooLarge { .. } => ["odd-too-large", "day-odd-too-large"],
        Odd::Same => ["odd-same", "day-odd-same"],
    };
    [Phrase::of(message), Phrase::of(of_the_day)]
}

/// This sentence about odd files, with at most so many bytes of their names.
fn line(text: Phrase, odd: &FeedOdd, of_names: usize, voice: &Voice) -> TextLine {
    let language = voice.language;
    let partner = voice.partner(&odd.partner, odd.full_name.as_deref());
    let of = language.of(&partner);
    let files = clean(&odd.files, PATTERN);
    let due = voice.moment_if(odd.due);
    let (names, n) = (names(odd, of_names, voice), language.number(odd.count));
    let got = match odd.download {
        true => language.pick("récupéré", "fetched"),
        false => language.pick("livré", "delivered"),
    };
    let (most, by) = match &odd.odd {
        Odd::Forbidden { by } => (String::new(), forbidden_by(by, voice)),
        Odd::TooMany { most } => (language.number((*most).into()), String::new()),
        Odd::TooLarge { most } => (language.size(*most), String::new()),
        Odd::Same => Default::default(),
    };
    voice.line(
        text,
        slots![partner, of, got, files, names, n, due, most, by],
    )
}

/// As many names of the files as fit, and the number of the others.
fn names(odd: &FeedOdd, most: usize, voice: &Voice) -> String {
    let mut used = 0;
    let fits = |name: &String| {
        used += escape(name).len();
        used <= most
    };
    let names: Vec<String> = (odd.found.iter().map(file_text::name))
        .take_while(fits)
        .collect();
    list_within(&names, odd.count, voice.language)
}

/// The patterns that forbid names.
fn forbidden_by(patterns: &[String], voice: &Voice) -> String {
    let patterns: Vec<String> = patterns.iter().map(|by| clean(by, PATTERN)).collect();
    list_within(&patterns, patterns.len() as u64, voice.language)
}
