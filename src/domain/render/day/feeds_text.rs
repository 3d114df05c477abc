//! Expected feeds under a day's table, in words.

use crate::domain::base::clean::clean;
use crate::domain::base::language::Noun;
use crate::domain::expect::{Feed, Outcome};
use crate::domain::render::Voice;
use crate::domain::render::feed_text::{PATTERN, numbers};
use crate::domain::render::phrase::list_within;
use crate::domain::render::say::{Phrase, slots};

/// The lines of a day's table about its expected feeds: missing ones first, those on time together in one line.
pub(super) fn of_the_day(feeds: &[Feed], voice: &Voice) -> Vec<String> {
    let language = voice.language;
    let told = |outcome: Outcome| feeds.iter().filter(move |feed| feed.outcome == outcome);
    let in_time = |feed: &&Feed| feed.outcome == Outcome::OnTime && feed.changed.is_none();
    let troubled = [
        Outcome::Missing,
        Outcome::Late,
        Outcome::Recovered,
        Outcome::OnTime,
    ];
    let troubled = troubled
        .into_iter()
        .flat_map(told)
        .filter(|feed| !in_time(feed));
    let mut lines: Vec<String> = troubled.map(|feed| of_one(feed, voice)).collect();
    let on_time = feeds.iter().filter(in_time).count() as u64;
    if on_time > 0 {
        let feeds = language.count(on_time, Noun::Feed);
        let text = Phrase("✅ {feeds} à l'heure", "✅ {feeds} on time");
        lines.push(voice.say(text, slots![feeds]));
    }
    lines
}

/// `⏰ *.xml d'Alice : pas arrivé (3 sur 4), attendu le 30/03 à 07h30`
fn of_one(feed: &Feed, voice: &Voice) -> String {
    let language = voice.language;
    let partner = voice.partner(&feed.partner, feed.full_name.as_deref());
    let of = language.of(&partner);
    let files = clean(&feed.files, PATTERN);
    let lack = lack(feed, voice);
    let got = match feed.download {
        true => language.pick("récupéré", "fetched"),
        false => language.pick("arrivé", "arrived"),
    };
    let is_in_part = !feed.lack.names.is_empty() || feed.lack.bytes.is_some();
    let absent = match feed.download {
        _ if is_in_part => language.pick("incomplet", "incomplete"),
        true => language.pick("pas récupéré", "not fetched"),
        false => language.pick("pas arrivé", "not there"),
    };
    let (due, since) = (voice.moment(feed.due), voice.moment_if(feed.since));
    let at = feed.at.unwrap_or_default();
    let late = language.lasting(at.since(feed.due));
    let clock = language.clock(at, voice.zone);
    // On the same date the time of day is enough.
    let same_date = voice.zone.date(at) == voice.zone.date(feed.due);
    let at = voice.moment(at);
    let changed = voice.moment_if(feed.changed);
    let is_there = feed.at.is_some() && feed.outcome != Outcome::Missing;
    let sign = match is_there {
        _ if feed.changed.is_some() => "⚠️",
        true => "✅",
        false => "⏰",
    };
    let text = match feed.outcome {
        _ if !is_there => Phrase::of("day-feed-missing"),
        Outcome::OnTime => Phrase::of("day-feed-on-time"),
        Outcome::Missing | Outcome::Late | Outcome::Recovered if same_date => {
            Phrase::of("day-feed-late")
        }
        Outcome::Missing | Outcome::Late | Outcome::Recovered => Phrase::of("day-feed-recovered"),
    };
    voice.say(
        text,
        slots![
            sign, files, of, partner, got, absent, lack, due, since, at, clock, late, changed
        ],
    )
}

/// What is lacking of a missing feed: `1 sur 2 à 3, sans prices.done`.
fn lack(feed: &Feed, voice: &Voice) -> String {
    let (all, some) = numbers(feed.count, feed.arrived, &feed.lack, voice);
    let names: Vec<String> = (feed.lack.names.iter())
        .map(|name| clean(name, PATTERN))
        .collect();
    let names = list_within(&names, names.len() as u64, voice.language);
    let is_short = feed.arrived < feed.count || feed.lack.names.is_empty();
    let (have, least) = feed.lack.bytes.unwrap_or_default();
    let [have, least] = [have, least].map(|bytes| voice.language.size(bytes));
    let said = [
        (feed.count > 1 && is_short).then_some(Phrase("{some} sur {all}", "{some} of {all}")),
        (!names.is_empty()).then_some(Phrase("sans {names}", "without {names}")),
        (feed.lack.bytes.is_some() && feed.arrived >= feed.count)
            .then_some(Phrase::of("day-feed-lacks-bytes")),
    ];
    let said = said.into_iter().flatten();
    let said: Vec<String> = said
        .map(|said| voice.say(said, slots![some, all, names, have, least]))
        .collect();
    said.join(", ")
}
