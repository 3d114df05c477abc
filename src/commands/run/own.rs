//! Reports the daemon's own trouble in Slack without the state: the beginning and the end of each episode.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::flight::{Flight, landed};
use super::post::Sender;
use crate::adapters::log::{Priority, line};
use crate::adapters::store::StopTold;
use crate::commands::clock::now;
use crate::domain::alerts::Layout;
use crate::domain::base::time::Time;
use crate::domain::render::{MonitorPart, OwnTrouble};
use crate::domain::slack_reply::{AfterPost, PostResult, RateLimiter};

/// How long trouble must last before it is reported, and be away before its end is reported. A log rotation is no trouble, and
/// trouble that comes and goes is one episode.
const STANDS: Duration = Duration::from_secs(15);

/// One episode of trouble.
#[derive(Debug)]
struct Episode {
    begun: Instant,
    since: Time,
    why: String,
    /// Since when the trouble is away.
    gone: Option<(Instant, Time)>,
    /// Whether Slack accepted the report of the beginning, or refused it for good.
    told: bool,
}

impl Episode {
    /// When the next report is due; `None` if there is none.
    fn due(&self) -> Option<Instant> {
        match self.gone {
            None if self.told => None,
            None => Some(self.begun + STANDS),
            Some((gone, _)) => Some(gone + STANDS),
        }
    }
}

/// The current episodes, by kind of trouble.
#[derive(Debug, Default)]
struct Episodes(BTreeMap<MonitorPart, Episode>);

impl Episodes {
    /// Takes in the state of one kind: the cause of the trouble, or `None` if it works.
    fn note(&mut self, what: MonitorPart, why: Option<&str>, clock: Instant, now: Time) {
        match (self.0.get_mut(&what), why) {
            (None, None) => {}
            (None, Some(why)) => {
                let episode = Episode {
                    begun: clock,
                    since: now,
                    why: why.to_owned(),
                    gone: None,
                    told: false,
                };
                self.0.insert(what, episode);
            }
            (Some(episode), Some(_)) => episode.gone = None,
            (Some(episode), None) => {
                episode.gone.get_or_insert((clock, now));
            }
        }
        // Trouble that ended before it was reported is never reported.
        let over = |episode: &Episode| episode.gone.is_some() && !episode.told;
        self.0.retain(|_, episode| !over(episode));
    }

    /// An episode whose beginning was reported by another process, and that is over since now.
    fn begin_told(&mut self, what: MonitorPart, since: Time, clock: Instant, now: Time) {
        let episode = Episode {
            begun: clock,
            since,
            why: String::new(),
            gone: Some((clock, now)),
            told: true,
        };
        self.0.insert(what, episode);
    }

    fn due(&self) -> Option<Instant> {
        self.0.values().filter_map(Episode::due).min()
    }

    /// The report that is due now.
    fn next(&self, clock: Instant) -> Option<OwnTrouble> {
        let mut due = self.0.iter();
        let (what, episode) = due.find(|(_, e)| e.due().is_some_and(|due| due <= clock))?;
        Some(OwnTrouble {
            what: *what,
            why: episode.why.clone(),
            since: episode.since,
            until: episode.gone.map(|(_, at)| at),
        })
    }

    /// Notes that this report is settled.
    fn said(&mut self, trouble: &OwnTrouble) {
        match (trouble.until, self.0.get_mut(&trouble.what)) {
            (Some(_), _) => drop(self.0.remove(&trouble.what)),
            (None, Some(episode)) => episode.told = true,
            (None, None) => {}
        }
    }
}

/// Posts the reports.
#[derive(Default)]
pub(super) struct Teller {
    episodes: Episodes,
    limiter: RateLimiter,
    form: Layout,
    posting: Option<Flight<(OwnTrouble, PostResult)>>,
    /// Slack was told that no daemon ran.
    stop_told: Option<StopTold>,
}

impl Teller {
    /// Begins with the end of the stop that Slack was told of, if there is one.
    pub(super) fn new(stop_told: Option<StopTold>) -> Self {
        let mut teller = Teller::default();
        if let Some(told) = &stop_told {
            let (clock, now) = (Instant::now(), now());
            (teller.episodes).begin_told(MonitorPart::Daemon, told.at, clock, now);
        }
        teller.stop_told = stop_told;
        teller
    }

    /// Takes in the state of each kind: the cause of the trouble, or `None` if it works.
    pub(super) fn note(&mut self, troubles: &[(MonitorPart, Option<String>)], now: Time) {
        for (what, why) in troubles {
            let why = why.as_deref();
            self.episodes.note(*what, why, Instant::now(), now);
        }
    }

    /// When to post the next report; `None` without one, and while a post is in flight.
    pub(super) fn due(&self, now: Time) -> Option<Instant> {
        let due = self.episodes.due().filter(|_| self.posting.is_none())?;
        let ready = self.limiter.ready_at(now, None).since(now);
        Some(due.max(Instant::now() + ready))
    }

    /// Posts the report that is due now.
    pub(super) fn turn(&mut self, sender: &Sender, now: Time) {
        if self.due(now).is_none_or(|due| due > Instant::now()) {
            return;
        }
        if let Some(trouble) = self.episodes.next(Instant::now()) {
            let posting = sender.post_trouble(&trouble, self.form);
            self.posting = Some(Box::pin(async { (trouble, posting.await) }));
        }
    }

    /// Waits for the post in flight; without one, waits forever.
    pub(super) async fn posted(&mut self) {
        let (trouble, answer) = landed(&mut self.posting).await;
        self.settle(&trouble, &answer, now());
    }

    fn settle(&mut self, trouble: &OwnTrouble, answer: &PostResult, now: Time) {
        match self.limiter.settle(self.form, answer, now) {
            AfterPost::Done => {}
            AfterPost::Again { form } => {
                self.form = form;
                return;
            }
            AfterPost::Park { error } | AfterPost::Gone { error } => line(
                Priority::Error,
                &format!(
                    "Slack refused for good the message that {}: {error}",
                    trouble.what.said()
                ),
            ),
            AfterPost::Pause { .. } | AfterPost::Fix { .. } => return,
        }
        self.form = Layout::default();
        self.episodes.said(trouble);
        if trouble.what == MonitorPart::Daemon {
            self.stop_told.take().into_iter().for_each(StopTold::remove);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_seconds(1_774_843_675);

    /// The reports for these events (second, cause), each posted at once: the second, and whether it reports the beginning.
    fn told(happens: &[(u64, Option<&str>)], until: u64) -> Vec<(u64, bool)> {
        let begun = Instant::now();
        let (mut episodes, mut told) = (Episodes::default(), Vec::new());
        let mut why = None;
        for second in 0..until {
            let after = Duration::from_secs(second);
            if let Some((_, now)) = happens.iter().find(|(at, _)| *at == second) {
                why = *now;
            }
            episodes.note(MonitorPart::State, why, begun + after, NOW.plus(after));
            if let Some(trouble) = episodes.next(begun + after) {
                told.push((second, trouble.until.is_none()));
                episodes.said(&trouble);
            }
        }
        told
    }

    #[test]
    fn it_is_told_once_when_it_stands_and_once_when_it_is_over() {
        assert_eq!(
            told(&[(0, Some("full")), (100, None)], 200),
            [(15, true), (115, false)]
        );
        // Another cause, or the same cause again, belongs to the same episode.
        assert_eq!(
            told(&[(0, Some("full")), (50, Some("read-only"))], 200),
            [(15, true)]
        );
        let flaps = [
            (0, Some("full")),
            (20, None),
            (30, Some("full")),
            (60, None),
        ];
        assert_eq!(told(&flaps, 200), [(15, true), (75, false)]);
    }

    #[test]
    fn what_is_over_before_it_is_told_is_never_told() {
        assert_eq!(told(&[(0, Some("full")), (14, None)], 200), []);
    }
}
