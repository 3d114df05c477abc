//! Decides when the next post may go out, and what happens to a message after Slack's answer.

use std::time::Duration;

use super::answer::{PAUSE_MOST, PostResult};
use super::disposition::AfterPost;
use crate::domain::alerts::Layout;
use crate::domain::base::time::Time;

/// The time between two posts: Slack allows about one post per second in a channel.
/// <https://docs.slack.dev/apis/web-api/rate-limits>
pub const BETWEEN: Duration = Duration::from_millis(1_100);
/// The pause after the first failed try; it doubles with each further one.
pub const BACK_OFF: Duration = Duration::from_secs(2);
/// The longest back-off: the longest delay of the first message after an outage.
pub const BACK_OFF_MOST: Duration = Duration::from_secs(30);
/// The pause after the first try while the token, the channel or the app is wrong and a person works on it; it doubles with each
/// further try.
pub const FIXING: Duration = Duration::from_secs(5);
/// The longest pause between these tries: Slack may disable apps that keep trying.
pub const FIXING_MOST: Duration = Duration::from_secs(15 * 60);
/// How far ahead of now the end of a pause may be: twice the longest pause, because another process may have set it after this
/// one read the clock, or the clock may have been corrected. A later end means that the clock was set back.
pub const PAUSE_BELIEVED: Duration = PAUSE_MOST.saturating_mul(2);
/// Tries with an unknown code before the message goes out as plain text, and is parked if that fails too.
pub const UNKNOWN_TRIES: u32 = 4;

/// The pause after this many earlier failures in a row: `first`, doubled with each.
pub(crate) fn doubled(first: Duration, times: u32, most: Duration) -> Duration {
    first
        .saturating_mul(2u32.saturating_pow(times.min(16)))
        .min(most)
}

/// Limits how often and how soon a sender may post. It is kept in memory only: after a start the sender simply tries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateLimiter {
    last: Option<Time>,
    pause_until: Option<Time>,
    /// Failed tries in a row that ask for a back-off.
    failed: u32,
    /// Tries in a row of the first message that got an unknown code.
    unknown: u32,
    /// Tries in a row that were refused until a person fixes something.
    refused: u32,
}

impl RateLimiter {
    /// The time at which the next post may begin; not after `now` if it may begin at once. `asked` is the pause that the state
    /// keeps.
    pub fn ready_at(&self, now: Time, asked: Option<Time>) -> Time {
        // A pause that is too long, or a post later than now, shows that the clock was set back in the meantime.
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

    /// Decides what happens to the message that was just posted in this form, and until when nothing more is sent.
    pub fn settle(&mut self, form: Layout, answer: &PostResult, now: Time) -> AfterPost {
        self.last = Some(now);
        let next = match answer {
            PostResult::Accepted { .. } => AfterPost::Done,
            PostResult::Gone(refusal) => AfterPost::Gone {
                error: refusal.to_string(),
            },
            PostResult::Wait { pause, .. } => AfterPost::Pause {
                until: now.plus(*pause),
                maybe_repeated: false,
                asked: true,
            },
            PostResult::Retry { ambiguous, .. } => self.back_off(*ambiguous, now),
            PostResult::Configuration(_) => {
                let pause = doubled(FIXING, self.refused, FIXING_MOST);
                self.refused = self.refused.saturating_add(1);
                AfterPost::Fix {
                    until: now.plus(pause),
                }
            }
            PostResult::Content(refusal) => match form {
                Layout::Blocks => AfterPost::Again {
                    form: Layout::Preformatted,
                },
                Layout::Preformatted => AfterPost::Again { form: Layout::Text },
                Layout::Text => AfterPost::park(refusal),
            },
            PostResult::Unknown(_) if self.unknown + 1 < UNKNOWN_TRIES => {
                self.unknown += 1;
                self.back_off(false, now)
            }
            PostResult::Unknown(refusal) => match form {
                Layout::Blocks | Layout::Preformatted => AfterPost::Again { form: Layout::Text },
                Layout::Text => AfterPost::park(refusal),
            },
        };
        match next {
            AfterPost::Pause { until, .. } | AfterPost::Fix { until } => {
                self.pause_until = Some(until);
            }
            AfterPost::Again { .. } => self.pause_until = None,
            AfterPost::Done | AfterPost::Gone { .. } | AfterPost::Park { .. } => self.over(),
        }
        next
    }

    /// The channel of a route refused the message that was just posted in this form: other channels may take
    /// messages at once.
    pub fn refused_by_route(&mut self, form: Layout, now: Time) -> AfterPost {
        self.settle(form, &PostResult::Accepted { at: None }, now);
        AfterPost::Again { form }
    }

    fn back_off(&mut self, maybe_repeated: bool, now: Time) -> AfterPost {
        let pause = doubled(BACK_OFF, self.failed, BACK_OFF_MOST);
        self.failed = self.failed.saturating_add(1);
        AfterPost::Pause {
            until: now.plus(pause),
            maybe_repeated,
            asked: false,
        }
    }

    /// Ends all pauses, because another post succeeded.
    pub fn over(&mut self) {
        *self = RateLimiter {
            last: self.last,
            ..RateLimiter::default()
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::slack_reply::Refusal;

    const NOW: Time = Time::from_seconds(1_774_843_675);

    fn refusal() -> Refusal {
        Refusal {
            code: "some_code".into(),
            detail: String::new(),
        }
    }

    fn retry(ambiguous: bool) -> PostResult {
        let why = "HTTP 500".into();
        PostResult::Retry { ambiguous, why }
    }

    fn seconds(next: &AfterPost, now: Time) -> u64 {
        match next {
            AfterPost::Pause { until, .. } | AfterPost::Fix { until } => until.since(now).as_secs(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn back_off_doubles_up_to_half_a_minute_and_ends_with_a_success() {
        let mut limiter = RateLimiter::default();
        let waits: Vec<u64> = (0..10)
            .map(|_| seconds(&limiter.settle(Layout::Blocks, &retry(false), NOW), NOW))
            .collect();
        assert_eq!(waits, [2, 4, 8, 16, 30, 30, 30, 30, 30, 30]);
        assert_eq!(
            limiter.settle(Layout::Blocks, &PostResult::Accepted { at: None }, NOW),
            AfterPost::Done
        );
        assert_eq!(
            seconds(&limiter.settle(Layout::Blocks, &retry(false), NOW), NOW),
            2
        );
    }

    #[test]
    fn only_an_ambiguous_failure_marks_the_message() {
        for ambiguous in [false, true] {
            let next = RateLimiter::default().settle(Layout::Blocks, &retry(ambiguous), NOW);
            assert!(
                matches!(next, AfterPost::Pause { maybe_repeated, asked: false, .. } if maybe_repeated == ambiguous)
            );
        }
    }

    #[test]
    fn a_refused_message_gets_plainer_twice_and_is_then_parked() {
        let verdict = PostResult::Content(refusal());
        let mut form = Layout::Blocks;
        let mut limiter = RateLimiter::default();
        let mut forms = Vec::new();
        while let AfterPost::Again { form: plainer } = limiter.settle(form, &verdict, NOW) {
            form = plainer;
            forms.push(form);
        }
        assert_eq!(forms, [Layout::Preformatted, Layout::Text]);
        assert_eq!(
            limiter.settle(form, &verdict, NOW),
            AfterPost::Park {
                error: "some_code".into()
            }
        );
    }

    #[test]
    fn an_unknown_code_is_tried_a_few_times_then_as_text_then_parked() {
        let verdict = PostResult::Unknown(refusal());
        let mut limiter = RateLimiter::default();
        for _ in 0..5 {
            // An outage before it does not count against the message.
            limiter.settle(Layout::Blocks, &retry(false), NOW);
        }
        for _ in 1..UNKNOWN_TRIES {
            assert!(matches!(
                limiter.settle(Layout::Blocks, &verdict, NOW),
                AfterPost::Pause { .. }
            ));
        }
        assert_eq!(
            limiter.settle(Layout::Blocks, &verdict, NOW),
            AfterPost::Again { form: Layout::Text }
        );
        assert!(matches!(
            limiter.settle(Layout::Text, &verdict, NOW),
            AfterPost::Park { .. }
        ));
        assert!(matches!(
            limiter.settle(Layout::Blocks, &verdict, NOW),
            AfterPost::Pause { .. }
        ));
    }

    #[test]
    fn a_wrong_token_is_tried_again_soon_at_first_then_every_quarter_of_an_hour() {
        let mut limiter = RateLimiter::default();
        let wrong = PostResult::Configuration(refusal());
        let waits: Vec<u64> = (0..10)
            .map(|_| seconds(&limiter.settle(Layout::Blocks, &wrong, NOW), NOW))
            .collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
        assert_eq!(limiter.ready_at(NOW, None), NOW.plus(FIXING_MOST));
        limiter.over();
        assert_eq!(limiter.ready_at(NOW, None), NOW.plus(BETWEEN));
        assert_eq!(
            seconds(&limiter.settle(Layout::Blocks, &wrong, NOW), NOW),
            5
        );
    }

    #[test]
    fn posts_keep_their_distance_and_the_pause_that_slack_asked_for() {
        let mut limiter = RateLimiter::default();
        assert_eq!(limiter.ready_at(NOW, None), NOW);
        limiter.settle(Layout::Blocks, &PostResult::Accepted { at: None }, NOW);
        assert_eq!(limiter.ready_at(NOW, None), NOW.plus(BETWEEN));
        let minute = NOW.plus(Duration::from_secs(60));
        assert_eq!(limiter.ready_at(NOW, Some(minute)), minute);
        let wait = PostResult::Wait {
            pause: Duration::from_secs(30),
            why: "429".into(),
        };
        let next = limiter.settle(Layout::Blocks, &wait, NOW);
        assert!(matches!(
            next,
            AfterPost::Pause {
                asked: true,
                maybe_repeated: false,
                ..
            }
        ));
        assert_eq!(limiter.ready_at(NOW, None).since(NOW).as_secs(), 30);
    }

    #[test]
    fn the_longest_pause_holds_for_a_process_that_looked_at_the_clock_before_another_was_asked_for_it()
     {
        let asked = NOW.plus(PAUSE_MOST);
        let before = NOW.minus(Duration::from_secs(30));
        assert_eq!(RateLimiter::default().ready_at(before, Some(asked)), asked);
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_silence_the_monitor() {
        let mut limiter = RateLimiter::default();
        limiter.settle(Layout::Blocks, &PostResult::Accepted { at: None }, NOW);
        let year_before = NOW.minus(Duration::from_secs(365 * 86_400));
        assert_eq!(limiter.ready_at(year_before, None), year_before);
        assert_eq!(limiter.ready_at(year_before, Some(NOW)), year_before);
    }
}
