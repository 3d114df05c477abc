//! What an answer of the receiver means, and how long to wait before the next try.

use std::fmt;
use std::time::Duration;

use crate::domain::base::time::Time;
use crate::domain::slack_reply::answer::pause;
use crate::domain::slack_reply::rate_limiter::doubled;

/// The pause after the first failed try; it doubles with each further one.
const FIRST: Duration = Duration::from_secs(2);

/// The longest pause while the receiver does not answer.
const MOST: Duration = Duration::from_secs(5 * 60);

/// The result of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The receiver has the event.
    Accepted,
    /// The receiver asks for a pause.
    Wait {
        /// The duration.
        pause: Duration,
        /// The status.
        status: u16,
    },
    /// It failed this time, or nobody knows: try again.
    Failed {
        /// The failure in words.
        why: String,
        /// The event may have arrived, so that the failure may be about it.
        arrived: bool,
    },
    /// The receiver refuses this event, or all.
    Refused {
        /// The status.
        status: u16,
    },
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Delivery::Accepted => f.write_str("ok"),
            Delivery::Wait { status, .. } => write!(f, "HTTP {status}"),
            Delivery::Failed { why, .. } => f.write_str(why),
            Delivery::Refused { status } => match status {
                401 => f.write_str("HTTP 401: does it know the secret?"),
                404 => f.write_str("HTTP 404: is it the right address?"),
                410 => f.write_str("HTTP 410: the receiver is gone for good"),
                status => write!(f, "HTTP {status}"),
            },
        }
    }
}

/// The result for an answer with this status and `Retry-After` header.
pub fn classify(status: u16, retry_after: Option<&str>, now: Time) -> Delivery {
    match (status, retry_after) {
        (200..=299, _) => Delivery::Accepted,
        (429, _) | (503, Some(_)) => Delivery::Wait {
            pause: pause(retry_after, now),
            status,
        },
        (300..=399, _) => Delivery::Failed {
            why: format!("HTTP {status}: redirects are not followed"),
            arrived: false,
        },
        // 408 and 425 ask for another try.
        (400..=407 | 409..=424 | 426..=499, _) => Delivery::Refused { status },
        _ => Delivery::Failed {
            why: format!("HTTP {status}"),
            arrived: true,
        },
    }
}

/// The pauses between tries that fail.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    failed: u32,
}

impl Backoff {
    /// The pause after this try.
    pub fn after(&mut self, delivery: &Delivery) -> Duration {
        match delivery {
            Delivery::Accepted => {
                self.failed = 0;
                Duration::ZERO
            }
            Delivery::Wait { pause, .. } => (*pause).max(FIRST),
            Delivery::Failed { .. } | Delivery::Refused { .. } => {
                let pause = doubled(FIRST, self.failed, MOST);
                self.failed = self.failed.saturating_add(1);
                pause
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_seconds(1_774_843_675); // 2026-03-30 04:07:55 UTC

    #[test]
    fn each_status_means_one_thing() {
        for (status, retry_after, meant) in [
            (200, None, "ok"),
            (202, None, "ok"),
            (204, Some("9"), "ok"),
            (429, Some("7"), "wait 7"),
            (429, None, "wait 30"),
            (429, Some("99999"), "wait 900"),
            (429, Some("Mon, 30 Mar 2026 04:08:05 GMT"), "wait 10"),
            (503, Some("20"), "wait 20"),
            (503, None, "again"),
            (500, Some("20"), "again"),
            (408, None, "again"),
            (425, None, "again"),
            (302, None, "again"),
            (999, None, "again"),
            (400, None, "refused"),
            (401, None, "refused"),
            (410, None, "refused"),
            (422, None, "refused"),
        ] {
            let said = match classify(status, retry_after, NOW) {
                Delivery::Accepted => "ok".to_owned(),
                Delivery::Wait { pause, .. } => format!("wait {}", pause.as_secs()),
                Delivery::Failed { .. } => "again".to_owned(),
                Delivery::Refused { .. } => "refused".to_owned(),
            };
            assert_eq!(said, meant, "{status} {retry_after:?}");
        }
    }

    #[test]
    fn pauses_double_up_to_five_minutes_and_end_with_a_success() {
        let mut backoff = Backoff::default();
        let failed = classify(500, None, NOW);
        let pauses: Vec<u64> = (0..10).map(|_| backoff.after(&failed).as_secs()).collect();
        assert_eq!(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(backoff.after(&Delivery::Accepted), Duration::ZERO);
        assert_eq!(backoff.after(&failed).as_secs(), 2);
        // A receiver that asks to come again at once is not asked without pause.
        let at_once = classify(429, Some("0"), NOW);
        assert_eq!(backoff.after(&at_once).as_secs(), 2);
    }
}
