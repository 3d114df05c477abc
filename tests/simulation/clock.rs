//! The machine's clock, which people set, and the zone whose dates count: near a change of its time, mostly at midnight.

use std::cell::Cell;
use std::time::Duration;

use chrono::DateTime;
use chrono_tz::Tz;
use sftp_monitor::domain::base::time::{Time, Zone};
use tokio::time::Instant;

use crate::dice::Dice;

/// Zones with a change of their time near which a simulation begins.
const CHANGES: [(Tz, &str); 13] = [
    // At midnight an hour forward: the date begins at one o'clock.
    (Tz::Africa__Cairo, "2026-04-24T00:00:00+02:00"),
    (Tz::America__Havana, "2026-03-08T00:00:00-05:00"),
    (Tz::Asia__Beirut, "2026-03-29T00:00:00+02:00"),
    (Tz::America__Asuncion, "2023-10-01T00:00:00-04:00"),
    // At midnight an hour back, or back to midnight: an hour of the date before comes twice.
    (Tz::Africa__Cairo, "2026-10-30T00:00:00+03:00"),
    (Tz::America__Havana, "2026-11-01T01:00:00-04:00"),
    (Tz::Asia__Beirut, "2026-10-25T00:00:00+03:00"),
    (Tz::America__Asuncion, "2024-03-24T00:00:00-03:00"),
    // By night.
    (Tz::Europe__Paris, "2026-03-29T02:00:00+01:00"),
    (Tz::Europe__Paris, "2026-10-25T03:00:00+02:00"),
    (Tz::Australia__Lord_Howe, "2026-04-05T02:00:00+11:00"),
    // A date that never was: 2011-12-30.
    (Tz::Pacific__Apia, "2011-12-30T00:00:00-10:00"),
    (Tz::UTC, "2026-03-30T00:00:00+00:00"),
];

/// How long before its zone's change a simulation begins at most.
const BEFORE: Duration = Duration::from_secs(30 * 3_600);

pub(crate) struct Clock {
    wall: Cell<Time>,
    /// Microseconds since the boot: nobody sets these.
    running: Cell<u64>,
    begun: Instant,
    pub(crate) zone: Zone,
}

impl Clock {
    pub(crate) fn new(dice: &Dice) -> Self {
        let (zone, change) = CHANGES[dice.index(CHANGES.len())];
        let change: DateTime<chrono::FixedOffset> = change.parse().expect("a time");
        let before = Duration::from_secs(dice.roll(BEFORE.as_secs()));
        Clock {
            wall: Cell::new(Time::from(change).minus(before)),
            running: Cell::new(0),
            begun: Instant::now(),
            zone: Zone::Named(zone),
        }
    }

    pub(crate) fn now(&self) -> Time {
        self.wall.get()
    }

    pub(crate) fn running(&self) -> u64 {
        self.running.get()
    }

    /// The same as a moment.
    pub(crate) fn moment(&self) -> Instant {
        self.begun + Duration::from_micros(self.running())
    }

    pub(crate) fn go_on(&self, length: Duration) {
        self.wall.set(self.wall.get().plus(length));
        let micros = u64::try_from(length.as_micros()).expect("some days at most");
        self.running.set(self.running.get() + micros);
    }

    /// Someone sets it back.
    pub(crate) fn set_back(&self, length: Duration) {
        self.wall.set(self.wall.get().minus(length));
    }

    /// Someone sets it ahead.
    pub(crate) fn set_ahead(&self, length: Duration) {
        self.wall.set(self.wall.get().plus(length));
    }

    pub(crate) fn reboot(&self) {
        self.running.set(0);
    }

    /// How long until shortly before, or after, the next midnight.
    pub(crate) fn until_midnight(&self, dice: &Dice) -> Duration {
        let local = self.zone.local(self.now());
        let day = local.date_naive() + chrono::Days::new(1);
        let left = day.and_time(chrono::NaiveTime::MIN) - local.naive_local();
        let around = Duration::from_secs(dice.roll(180)).saturating_sub(Duration::from_secs(1));
        (left.to_std().unwrap_or_default() + around).saturating_sub(Duration::from_secs(90))
    }
}
