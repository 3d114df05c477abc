//! Expected feeds under a day's table, in words.

use crate::domain::base::clean::clean;
use crate::domain::base::language::{Language, Noun};
use crate::domain::base::time::Time;
use crate::domain::expect::{Feed, Outcome};
use crate::domain::render::Voice;
use crate::domain::render::feed_text::PATTERN;

/// The lines of a day's table about its expected feeds: what is missing first, what was on time in one line.
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
        let when = language.pick("à l'heure", "on time");
        lines.push(format!("✅ {feeds} {when}"));
    }
    lines
}

/// `⏰ *.xml d'Alice : pas arrivé (3 sur 4), attendu le 30/03 à 07h30`
fn of_one(feed: &Feed, voice: &Voice) -> String {
    let language = voice.language;
    let partner = voice.partner(&feed.partner, feed.full_name.as_deref());
    let files = clean(&feed.files, PATTERN);
    let moment = |at: Time| language.moment(at, voice.zone);
    let due = moment(feed.due);
    let said = match (feed.outcome, feed.at) {
        (Outcome::Missing, _) | (_, None) => {
            let of = match feed.count {
                1 => String::new(),
                count => format!(
                    " ({} {} {})",
                    language.number(u64::from(feed.arrived)),
                    language.pick("sur", "of"),
                    language.number(u64::from(count))
                ),
            };
            let since = feed.since.map(|since| match language {
                Language::French => format!(", manque depuis le {}", moment(since)),
                Language::English => format!(", missing since {}", moment(since)),
            });
            let since = since.unwrap_or_default();
            match language {
                Language::French => format!("pas arrivé{of}, attendu le {due}{since}"),
                Language::English => format!("not there{of}, expected by {due}{since}"),
            }
        }
        (Outcome::OnTime, Some(at)) => match language {
            Language::French => format!("arrivé à l'heure le {}", moment(at)),
            Language::English => format!("arrived on time on {}", moment(at)),
        },
        (_, Some(at)) => {
            let late = language.lasting(at.since(feed.due));
            let zone = voice.zone;
            let clock = language.clock(at, zone);
            // On the same date the time of day is enough.
            let at = match (language, zone.date(at) == zone.date(feed.due)) {
                (Language::French, true) => format!("à {clock}"),
                (Language::French, false) => format!("le {}", moment(at)),
                (Language::English, true) => format!("at {clock}"),
                (Language::English, false) => format!("on {}", moment(at)),
            };
            match language {
                Language::French => format!("arrivé {at}, attendu le {due} ({late} de retard)"),
                Language::English => format!("arrived {at}, expected by {due} ({late} late)"),
            }
        }
    };
    let changed = feed.changed.map(moment).map(|at| match language {
        Language::French => format!(", modifié ou supprimé le {at}"),
        Language::English => format!(", changed or removed on {at}"),
    });
    let sign = match (&changed, feed.at) {
        (Some(_), _) => "⚠️",
        (None, Some(_)) if feed.outcome != Outcome::Missing => "✅",
        (None, _) => "⏰",
    };
    let changed = changed.unwrap_or_default();
    let of = language.of(&partner);
    match language {
        Language::French => format!("{sign} {files} {of}{partner} : {said}{changed}"),
        Language::English => format!("{sign} {files} {of}{partner}: {said}{changed}"),
    }
}
