//! The span of time that a report covers.

use anyhow::anyhow;

use crate::domain::base::time::{Time, Zone};
use crate::domain::base::when::When;

/// A span of time. Both ends belong to it, as with journalctl.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first moment.
    pub since: Option<Time>,
    /// The last moment.
    pub until: Option<Time>,
}

impl Span {
    /// The span from the first moment of `since` to the last moment of `until`, seen from `now`.
    pub fn of(
        since: Option<&When>,
        until: Option<&When>,
        zone: Zone,
        now: Time,
    ) -> anyhow::Result<Span> {
        let since = since.map(|when| when.first(zone, now));
        let until = until.map(|when| when.last(zone, now));
        if let (Some(since), Some(until)) = (since, until) {
            if since > until {
                let (since, until) = (zone.second(since), zone.second(until));
                return Err(anyhow!(
                    "--since is {since}, which is after --until, {until}: name the earlier one as --since"
                ));
            }
        }
        Ok(Span { since, until })
    }

    /// Whether this time belongs to the span.
    pub fn holds(&self, time: Time) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARIS: Zone = Zone::Named(chrono_tz::Europe::Paris);

    fn span(since: &str, until: &str, now: &str) -> anyhow::Result<Span> {
        let when = |text: &str| text.parse::<When>().expect("a day");
        let now = chrono::DateTime::parse_from_rfc3339(now).expect("a time");
        Span::of(Some(&when(since)), Some(&when(until)), PARIS, now.into())
    }

    #[test]
    fn both_ends_belong_to_it() {
        let span = span("yesterday", "today", "2026-03-30T10:00:00+02:00").expect("a span");
        let told = |time: Option<Time>| PARIS.local(time.expect("an end")).to_rfc3339();
        assert_eq!(told(span.since), "2026-03-29T00:00:00+01:00");
        assert_eq!(told(span.until), "2026-03-30T23:59:59.999999+02:00");
    }

    #[test]
    fn an_end_before_the_beginning_is_refused_with_both() {
        let refused = span("now", "-2h", "2026-03-30T10:00:00+02:00").expect_err("no span");
        assert_eq!(
            refused.to_string(),
            "--since is 2026-03-30 10:00:00, which is after --until, 2026-03-30 08:00:00: name the earlier one as --since"
        );
    }
}
