//! Reads values as people write them: durations, times of day, zones, numbers, addresses and paths.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;
use toml::Value;

use super::keys::{hint, nearest};
use crate::domain::base::time::Zone;

/// The longest duration that is accepted: a year.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// The shortest time between two reminders.
const REMIND_LEAST: Duration = Duration::from_secs(60);

/// A duration as numbers with units: `30s`, `5m`, `2h`, `3d`, `1h 30m`.
pub(super) fn duration(text: String) -> Result<Duration, String> {
    let duration = humantime::parse_duration(&text).ok();
    duration
        .filter(|duration| *duration <= LONGEST)
        .ok_or_else(|| {
            format!("\"{text}\" is not a duration; for example \"30s\", \"5m\", \"2h\", \"3d\"")
        })
}

/// Reads the time between two reminders, `"0s"` for none.
pub(super) fn remind(text: String) -> Result<Duration, String> {
    match duration(text.clone())? {
        every if every.is_zero() || every >= REMIND_LEAST => Ok(every),
        _ => Err(format!(
            "\"{text}\" is less than a minute; for example \"30m\", \"2h\", or \"0s\" for no reminders"
        )),
    }
}

/// Reads `HH:MM` as minutes after midnight. The error shows `example`.
pub(super) fn time_of_day(example: &str) -> impl Fn(Value) -> Result<u32, String> {
    move |value| {
        value.as_str().and_then(minutes).ok_or_else(|| {
            // A TOML time is accepted too, but not documented.
            let missing = if value.is_str() {
                "a time of day"
            } else {
                "in quotes"
            };
            format!("{value} is not {missing}; for example \"{example}\"")
        })
    }
}

/// `HH:MM` as minutes after midnight.
pub(super) fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<u32>().ok().filter(|_| digits)
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// Reads a zone by its name; the error suggests the most similar name.
pub(super) fn zone(name: String) -> Result<Zone, String> {
    name.parse().map(Zone::Named).map_err(|_| {
        let hint = hint(nearest_zone(&name), "for example \"Europe/Paris\"");
        format!("there is no zone \"{name}\"; {hint}")
    })
}

/// The most similar zone: for a name in other case, without its continent, or mistyped.
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

/// Reads a text that must not be empty. The error shows `example`.
pub(super) fn not_empty(example: &str) -> impl Fn(String) -> Result<String, String> {
    move |text| match text.trim().is_empty() {
        true => Err(format!("empty; for example \"{example}\"")),
        false => Ok(text),
    }
}

/// Reads one value, or a list of them. `empty` is the error for an empty list.
pub(super) fn one_or_more<T, All: FromIterator<T>>(
    value: &Value,
    empty: &str,
    one: impl Fn(&Value) -> Result<T, String>,
) -> Result<All, String> {
    let all = value
        .as_array()
        .map_or(std::slice::from_ref(value), Vec::as_slice);
    match all {
        [] => Err(empty.to_owned()),
        all => all.iter().map(one).collect(),
    }
}

/// Reads a whole number from 1 to `most`. The hint is the end of the error.
pub(super) fn number(most: u32, hint: &str) -> impl Fn(i64) -> Result<u32, String> {
    move |number| {
        let fitting = u32::try_from(number).ok();
        fitting
            .filter(|number| (1..=most).contains(number))
            .ok_or_else(|| format!("a number from 1 to {most} is needed{hint}"))
    }
}

/// Reads an absolute path.
pub(super) fn absolute(path: PathBuf) -> Result<PathBuf, String> {
    match path.is_absolute() {
        true => Ok(path),
        false => Err("a path that begins with / is needed".to_owned()),
    }
}

/// Reads such an address, or none from an empty text.
pub(super) fn optional_address(example: &str) -> impl Fn(String) -> Result<Option<Url>, String> {
    move |url| match url.as_str() {
        "" => Ok(None),
        url => address(url, example).map(Some),
    }
}

/// Reads an address that transmits secrets safely: https, or plain http towards this machine.
pub(super) fn address(url: &str, example: &str) -> Result<Url, String> {
    let parsed = Url::parse(url).map_err(|error| format!("{error}; for example \"{example}\""))?;
    let loopback = match parsed.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    match parsed.scheme() {
        "https" => Ok(parsed),
        "http" if loopback => Ok(parsed),
        "http" => Err(
            "others can read plain http on the network: use https (http is allowed only for this machine)"
                .to_owned(),
        ),
        _ => Err("neither https nor http".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        for (text, seconds) in [
            ("0s", Some(0)),
            ("30s", Some(30)),
            ("5m", Some(300)),
            ("2h", Some(7_200)),
            ("3d", Some(259_200)),
        ] {
            let expected = seconds.map(Duration::from_secs);
            assert_eq!(duration(text.to_owned()).ok(), expected, "{text}");
        }
        for wrong in [
            "",
            "5",
            "-5s",
            "five minutes",
            "2 years",
            "99999999999999999999s",
        ] {
            assert!(duration(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_of_day_is_two_digits_a_colon_two_digits() {
        assert_eq!(minutes("23:00"), Some(23 * 60));
        assert_eq!(minutes("00:00"), Some(0));
        for wrong in [
            "24:00", "23:60", "7:30", "+7:30", "07:3", "23h00", "23:00:00", "",
        ] {
            assert_eq!(minutes(wrong), None, "{wrong}");
        }
    }
}
