//! Values of several tables: zones, durations and times of day.

use std::time::Duration;

use toml::{Spanned, Value};

use crate::adapters::config::duration;
use crate::adapters::config::file::{ConfigError, Text, nearest};
use crate::domain::base::time::Zone;

pub(super) fn zone(
    timezone: Option<Spanned<String>>,
    key: &str,
    text: &Text<'_>,
) -> Result<Zone, ConfigError> {
    let Some(name) = timezone else {
        return Ok(Zone::Machine);
    };
    name.get_ref().parse().map(Zone::Named).map_err(|_| {
        let hint = nearest_zone(name.get_ref())
            .map_or("for example \"Europe/Paris\"".to_owned(), |zone| {
                format!("did you mean \"{zone}\"?")
            });
        text.wrong(
            Some(name.span()),
            format!("{key}: there is no zone \"{}\"; {hint}", name.get_ref()),
        )
    })
}

/// The zone that was probably meant: in other case, without its continent, or mistyped.
fn nearest_zone(name: &str) -> Option<&'static str> {
    let zones = || chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
    let city = |zone: &str| {
        zone.rsplit('/')
            .next()
            .is_some_and(|city| city.eq_ignore_ascii_case(name))
    };
    zones()
        .find(|zone| zone.eq_ignore_ascii_case(name))
        .or_else(|| zones().find(|zone| city(zone)))
        .or_else(|| nearest(name, zones()))
}

pub(super) fn duration(
    value: Option<Spanned<String>>,
    default: Duration,
    key: &str,
    text: &Text<'_>,
) -> Result<Duration, ConfigError> {
    let Some(value) = value else {
        return Ok(default);
    };
    duration::duration(value.get_ref()).ok_or_else(|| {
        let what = format!(
            "{key}: \"{}\" is no duration; for example \"30s\", \"5m\", \"2h\", \"3d\"",
            value.get_ref()
        );
        text.wrong(Some(value.span()), what)
    })
}

/// A time of day of a key, with one that would be right.
pub(super) fn time_of_day(
    value: &Spanned<Value>,
    (key, example): (&str, &str),
    text: &Text<'_>,
) -> Result<u32, ConfigError> {
    let minutes = value.get_ref().as_str().and_then(duration::time_of_day);
    minutes.ok_or_else(|| {
        let said = value.get_ref();
        // TOML has times of its own, which are as good, but not what is documented.
        let quoted = if said.is_str() { "" } else { " in quotes" };
        let what = format!("{key}: {said} is no time of day{quoted}; for example \"{example}\"");
        text.wrong(Some(value.span()), what)
    })
}
