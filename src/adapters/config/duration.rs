//! Times as people write them: durations, and times of day.

use std::time::Duration;

/// The longest duration that makes sense here: a year.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// A duration as numbers with units: `30s`, `5m`, `2h`, `3d`, `1h 30m`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    humantime::parse_duration(text)
        .ok()
        .filter(|duration| *duration <= LONGEST)
}

/// `HH:MM` as minutes after midnight.
pub(super) fn time_of_day(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<u32>().ok().filter(|_| digits)
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
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
            assert_eq!(duration(text), seconds.map(Duration::from_secs), "{text}");
        }
        for wrong in [
            "",
            "5",
            "-5s",
            "five minutes",
            "2 years",
            "99999999999999999999s",
        ] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_time_of_day_is_two_digits_a_colon_two_digits() {
        assert_eq!(time_of_day("23:00"), Some(23 * 60));
        assert_eq!(time_of_day("00:00"), Some(0));
        for wrong in [
            "24:00", "23:60", "7:30", "+7:30", "07:3", "23h00", "23:00:00", "",
        ] {
            assert_eq!(time_of_day(wrong), None, "{wrong}");
        }
    }
}
