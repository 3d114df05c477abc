//! Messages and lines of the day's table about odd files of expected feeds.

use super::blocks::plain;
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
    let language = voice.language;
    let partner = voice.partner(&odd.partner, odd.full_name.as_deref());
    let files = clean(&odd.files, PATTERN);
    let due = voice.moment_if(odd.due);
    let (names, n) = (names(odd, usize::MAX, voice), language.number(odd.count));
    let got = match odd.download {
        true => language.pick("récupéré", "fetched"),
        false => language.pick("livré", "delivered"),
    };
    let (mut most, mut by) = (String::new(), String::new());
    let text = match &odd.odd {
        Odd::Forbidden { by: patterns } => {
            by = forbidden_by(patterns, voice);
            Phrase(
                "⚠️ {*partner} a déposé {names}, qui ne {n|doit|doivent} pas arriver (interdit : {by})",
                "⚠️ {*partner} sent {names}, which must not come (forbidden: {by})",
            )
        }
        Odd::TooMany { most: 1 } => Phrase(
            "⚠️ {*partner} a {got} plus d'un fichier {files} : {names} est de trop[ (attendu le {due})]",
            "⚠️ {*partner} {got} more than one file {files}: {names} is one too many[ (expected by {due})]",
        ),
        Odd::TooMany { most: limit } => {
            most = language.number((*limit).into());
            Phrase(
                "⚠️ {*partner} a {got} plus de {most} fichiers {files} : {names} est de trop[ (attendu le {due})]",
                "⚠️ {*partner} {got} more than {most} files {files}: {names} is one too many[ (expected by {due})]",
            )
        }
        Odd::TooLarge { most: limit } => {
            most = language.size(*limit);
            Phrase(
                "⚠️ {*partner} a {got} plus de {most} de {files}, avec {names}[ (attendu le {due})]",
                "⚠️ {*partner} {got} more than {most} of {files}, with {names}[ (expected by {due})]",
            )
        }
        Odd::Same => Phrase(
            "⚠️ {*partner} a {got} {names}, même nom et même taille que la fois d'avant : peut-être un ancien export[ ({files} attendu le {due})]",
            "⚠️ {*partner} {got} {names}, the same name and size as the time before: perhaps an old export[ ({files} expected by {due})]",
        ),
    };
    let detail = |file: &File| {
        let mut detail = vec![clean(&file.path, PATH)];
        detail.extend(file.bytes.map(|bytes| language.size(bytes)));
        plain(detail.join(" · "))
    };
    Draft {
        lines: vec![voice.line(text, slots![partner, got, files, names, n, due, most, by])],
        details: odd.found.iter().map(detail).collect(),
        context: vec![voice.moment(odd.at)],
        ..Draft::default()
    }
}

/// `*.xml d'Alice : fichier interdit arrivé : outil.exe`
pub(super) fn of_the_day(odd: &FeedOdd, voice: &Voice) -> String {
    let language = voice.language;
    let partner = voice.partner(&odd.partner, odd.full_name.as_deref());
    let of = language.of(&partner);
    let files = clean(&odd.files, PATTERN);
    let (names, n) = (names(odd, NAMES_MOST, voice), language.number(odd.count));
    let mut most = String::new();
    let text = match &odd.odd {
        Odd::Forbidden { .. } => Phrase(
            "⚠️ {files} {of}{partner} : {n|fichier interdit arrivé|fichiers interdits arrivés} : {names}",
            "⚠️ {files} {of}{partner}: forbidden {n|file|files} came: {names}",
        ),
        Odd::TooMany { most: 1 } => Phrase(
            "⚠️ {files} {of}{partner} : plus d'un fichier",
            "⚠️ {files} {of}{partner}: more than one file",
        ),
        Odd::TooMany { most: limit } => {
            most = language.number((*limit).into());
            Phrase(
                "⚠️ {files} {of}{partner} : plus de {most} fichiers",
                "⚠️ {files} {of}{partner}: more than {most} files",
            )
        }
        Odd::TooLarge { most: limit } => {
            most = language.size(*limit);
            Phrase(
                "⚠️ {files} {of}{partner} : plus de {most} en tout",
                "⚠️ {files} {of}{partner}: more than {most} in all",
            )
        }
        Odd::Same => Phrase(
            "⚠️ {files} {of}{partner} : même nom et même taille que la fois d'avant : {names}",
            "⚠️ {files} {of}{partner}: the same name and size as the time before: {names}",
        ),
    };
    voice.say(text, slots![files, of, partner, names, n, most])
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
