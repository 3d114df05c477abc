//! When the next post may go out, and what becomes of a message after Slack's answer.

use std::time::Duration;

use super::answer::{PAUSE_MOST, Refusal, Verdict};
use crate::domain::alerts::Form;
use crate::domain::base::time::Time;

/// Between two posts: Slack allows about one a second to a channel.
/// <https://docs.slack.dev/apis/web-api/rate-limits>
pub const BETWEEN: Duration = Duration::from_millis(1_100);
/// After the first failed try; doubled with each further one.
pub const BACK_OFF: Duration = Duration::from_secs(2);
/// The longest back-off: how late the first message after an outage may be.
pub const BACK_OFF_MOST: Duration = Duration::from_secs(5 * 60);
/// After the first try while the token, the channel or the app is wrong, when a person is at work on it; doubled with each
/// further one.
pub const MENDING: Duration = Duration::from_secs(5);
/// The longest pause between these tries: Slack may switch off apps that keep knocking.
pub const MENDING_MOST: Duration = Duration::from_secs(15 * 60);
/// How far ahead a pause may end that is believed: the longest that is set, and as much again, since another process may have
/// set it after this one looked at the clock, or the clock was set right meanwhile. Beyond that it was set back.
pub const PAUSE_BELIEVED: Duration = PAUSE_MOST.saturating_mul(2);
/// Tries with a code that nobody knows, before the message goes out as mere text, and if that fails is parked.
pub const UNKNOWN_TRIES: u32 = 4;

/// What becomes of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Slack has it: remove it.
    Done,
    /// Post it once more in this plainer form.
    Again {
        /// The form, to be kept with the message.
        form: Form,
    },
    /// Slack refuses it for good: keep it aside, with this error.
    Park {
        /// Slack's error.
        error: String,
    },
    /// Keep it where it is and send nothing before then.
    Pause {
        /// Until when.
        until: Time,
        /// It may have arrived: mark it.
        maybe_repeated: bool,
        /// Slack asked for the pause, so it holds for other processes as well: keep it in the state.
        asked: bool,
    },
    /// Keep it where it is: a person has to mend the token, the channel or the app. It is tried again then, or as soon as
    /// anything is posted.
    Mend {
        /// When.
        until: Time,
    },
}

/// How many tries in a row have failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// In any way that asks for a back-off.
    pub failed: u32,
    /// Of the message at the head, with a code that is not known.
    pub unknown: u32,
    /// Refused for what a person has to mend.
    pub refused: u32,
}

/// What follows from Slack's verdict on a message of this form, after these tries (this one not among them).
pub fn settle(form: Form, verdict: &Verdict, tries: Tries, now: Time) -> Next {
    let pause = |length, maybe_repeated, asked| Next::Pause {
        until: now.plus(length),
        maybe_repeated,
        asked,
    };
    match verdict {
        Verdict::Accepted => Next::Done,
        Verdict::Wait { pause: length, .. } => pause(*length, false, true),
        Verdict::Retry { ambiguous, .. } => pause(back_off(tries.failed), *ambiguous, false),
        Verdict::Configuration(_) => Next::Mend {
            until: now.plus(doubled(MENDING, tries.refused, MENDING_MOST)),
        },
        Verdict::Content(refusal) => plainer(form, refusal),
        Verdict::Unknown(refusal) if tries.unknown + 1 >= UNKNOWN_TRIES => match form {
            Form::Text => park(refusal),
            Form::Blocks | Form::Preformatted => Next::Again { form: Form::Text },
        },
        Verdict::Unknown(_) => pause(back_off(tries.failed), false, false),
    }
}

fn plainer(form: Form, refusal: &Refusal) -> Next {
    match form {
        Form::Blocks => Next::Again {
            form: Form::Preformatted,
        },
        Form::Preformatted => Next::Again { form: Form::Text },
        Form::Text => park(refusal),
    }
}

fn park(refusal: &Refusal) -> Next {
    Next::Park {
        error: refusal.to_string(),
    }
}

/// How long to hold back after so many failed tries before this one.
fn back_off(failed: u32) -> Duration {
    doubled(BACK_OFF, failed, BACK_OFF_MOST)
}

fn doubled(first: Duration, times: u32, most: Duration) -> Duration {
    first
        .saturating_mul(2u32.saturating_pow(times.min(16)))
        .min(most)
}

/// What a sender remembers from one post to the next, in memory only: after a start it simply tries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    tries: Tries,
    last: Option<Time>,
    pause_until: Option<Time>,
}

impl Pace {
    /// When the next post may begin; not after `now` where it may at once. `asked` is the pause that the state keeps.
    pub fn ready_at(&self, now: Time, asked: Option<Time>) -> Time {
        // A pause that is too long, a post later than now: the clock was set back meanwhile.
        let real = |until: &Time| *until <= now.plus(PAUSE_BELIEVED);
        let spaced = self
            .last
            .filter(|last| *last <= now)
            .map(|last| last.plus(BETWEEN));
        [spaced, self.pause_until.filter(real), asked.filter(real)]
            .into_iter()
            .flatten()
            .max()
            .unwrap_or(now)
    }

    /// What becomes of the message that was just posted in this form, and until when nothing more is sent.
    pub fn settle(&mut self, form: Form, verdict: &Verdict, now: Time) -> Next {
        let next = settle(form, verdict, self.tries, now);
        self.last = Some(now);
        self.pause_until = match next {
            Next::Pause { until, .. } | Next::Mend { until } => Some(until),
            _ => None,
        };
        self.tries = match (&next, verdict) {
            (Next::Pause { asked: false, .. }, Verdict::Unknown(_)) => Tries {
                failed: self.tries.failed.saturating_add(1),
                unknown: self.tries.unknown.saturating_add(1),
                ..self.tries
            },
            (Next::Pause { asked: false, .. }, Verdict::Retry { .. }) => Tries {
                failed: self.tries.failed.saturating_add(1),
                ..self.tries
            },
            (Next::Mend { .. }, _) => Tries {
                refused: self.tries.refused.saturating_add(1),
                ..self.tries
            },
            (Next::Pause { .. } | Next::Again { .. }, _) => self.tries,
            (Next::Done | Next::Park { .. }, _) => Tries::default(),
        };
        next
    }

    /// Something was posted elsewhere: whatever kept messages back is over.
    pub fn over(&mut self) {
        self.pause_until = None;
        self.tries = Tries::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_seconds(1_774_843_675);

    fn refusal() -> Refusal {
        Refusal {
            code: "some_code".into(),
            detail: String::new(),
        }
    }

    fn retry(ambiguous: bool) -> Verdict {
        let why = "HTTP 500".into();
        Verdict::Retry { ambiguous, why }
    }

    fn seconds(next: &Next, now: Time) -> u64 {
        match next {
            Next::Pause { until, .. } | Next::Mend { until } => until.since(now).as_secs(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn back_off_doubles_up_to_five_minutes_and_ends_with_a_success() {
        let mut pace = Pace::default();
        let waits: Vec<u64> = (0..10)
            .map(|_| seconds(&pace.settle(Form::Blocks, &retry(false), NOW), NOW))
            .collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(
            pace.settle(Form::Blocks, &Verdict::Accepted, NOW),
            Next::Done
        );
        assert_eq!(
            seconds(&pace.settle(Form::Blocks, &retry(false), NOW), NOW),
            2
        );
    }

    #[test]
    fn only_an_ambiguous_failure_marks_the_message() {
        for ambiguous in [false, true] {
            let next = settle(Form::Blocks, &retry(ambiguous), Tries::default(), NOW);
            assert!(
                matches!(next, Next::Pause { maybe_repeated, asked: false, .. } if maybe_repeated == ambiguous)
            );
        }
    }

    #[test]
    fn a_refused_message_gets_plainer_twice_and_is_then_parked() {
        let verdict = Verdict::Content(refusal());
        let mut form = Form::Blocks;
        let mut pace = Pace::default();
        let mut forms = Vec::new();
        while let Next::Again { form: plainer } = pace.settle(form, &verdict, NOW) {
            form = plainer;
            forms.push(form);
        }
        assert_eq!(forms, [Form::Preformatted, Form::Text]);
        assert_eq!(
            pace.settle(form, &verdict, NOW),
            Next::Park {
                error: "some_code".into()
            }
        );
    }

    #[test]
    fn an_unknown_code_is_tried_a_few_times_then_as_text_then_parked() {
        let verdict = Verdict::Unknown(refusal());
        let mut pace = Pace::default();
        for _ in 0..5 {
            // An outage before it does not count against the message.
            pace.settle(Form::Blocks, &retry(false), NOW);
        }
        for _ in 1..UNKNOWN_TRIES {
            assert!(matches!(
                pace.settle(Form::Blocks, &verdict, NOW),
                Next::Pause { .. }
            ));
        }
        assert_eq!(
            pace.settle(Form::Blocks, &verdict, NOW),
            Next::Again { form: Form::Text }
        );
        assert!(matches!(
            pace.settle(Form::Text, &verdict, NOW),
            Next::Park { .. }
        ));
        assert!(matches!(
            pace.settle(Form::Blocks, &verdict, NOW),
            Next::Pause { .. }
        ));
    }

    #[test]
    fn a_wrong_token_is_tried_again_soon_at_first_then_every_quarter_of_an_hour() {
        let mut pace = Pace::default();
        let wrong = Verdict::Configuration(refusal());
        let waits: Vec<u64> = (0..10)
            .map(|_| seconds(&pace.settle(Form::Blocks, &wrong, NOW), NOW))
            .collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
        assert_eq!(pace.ready_at(NOW, None), NOW.plus(MENDING_MOST));
        pace.over();
        assert_eq!(pace.ready_at(NOW, None), NOW.plus(BETWEEN));
        assert_eq!(seconds(&pace.settle(Form::Blocks, &wrong, NOW), NOW), 5);
    }

    #[test]
    fn posts_keep_their_distance_and_the_pause_that_slack_asked_for() {
        let mut pace = Pace::default();
        assert_eq!(pace.ready_at(NOW, None), NOW);
        pace.settle(Form::Blocks, &Verdict::Accepted, NOW);
        assert_eq!(pace.ready_at(NOW, None), NOW.plus(BETWEEN));
        let minute = NOW.plus(Duration::from_secs(60));
        assert_eq!(pace.ready_at(NOW, Some(minute)), minute);
        let wait = Verdict::Wait {
            pause: Duration::from_secs(30),
            why: "429".into(),
        };
        let next = pace.settle(Form::Blocks, &wait, NOW);
        assert!(matches!(
            next,
            Next::Pause {
                asked: true,
                maybe_repeated: false,
                ..
            }
        ));
        assert_eq!(pace.ready_at(NOW, None).since(NOW).as_secs(), 30);
    }

    #[test]
    fn the_longest_pause_holds_for_a_process_that_looked_at_the_clock_before_another_was_asked_for_it()
     {
        let asked = NOW.plus(PAUSE_MOST);
        let before = NOW.minus(Duration::from_secs(30));
        assert_eq!(Pace::default().ready_at(before, Some(asked)), asked);
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_silence_the_monitor() {
        let mut pace = Pace::default();
        pace.settle(Form::Blocks, &Verdict::Accepted, NOW);
        let year_before = NOW.minus(Duration::from_secs(365 * 86_400));
        assert_eq!(pace.ready_at(year_before, None), year_before);
        assert_eq!(pace.ready_at(year_before, Some(NOW)), year_before);
    }
}
