//! The heartbeat: fetches a URL while all is well, so that an external watcher notices trouble.

use std::time::Duration;

use anyhow::Context;
use reqwest::{Client, Url};
use tokio::time::Instant;

use super::flight::{Flight, landed};
use crate::adapters::log::{Priority, line};
use crate::adapters::slack::ProxySettings;
use crate::domain::base::time::Time;

/// How often the URL is fetched.
const EVERY: Duration = Duration::from_secs(5 * 60);

/// The pause before the next check after one that found trouble.
const AGAIN: Duration = Duration::from_secs(30);

/// The timeout of a whole fetch.
const FETCH: Duration = Duration::from_secs(10);

/// How long a message or a table may wait for Slack before it is overdue.
const OVERDUE: Duration = Duration::from_secs(600);

/// The oldest message or table that waits for Slack: its time, and the moment since which this process knows it. The second
/// stays right if the clock is set back.
#[derive(Clone, Copy)]
struct Oldest(Time, Instant);

impl Oldest {
    fn is_overdue(&self, now: Time, clock: Instant) -> bool {
        now.since(self.0) >= OVERDUE || clock.saturating_duration_since(self.1) >= OVERDUE
    }
}

/// Fetches the URL of `[heartbeat]`, if there is one.
pub(super) struct Heartbeat {
    target: Option<(Client, Url)>,
    next: Instant,
    oldest: Option<Oldest>,
    fetching: Option<Flight<Result<(), String>>>,
    failing: bool,
}

impl Heartbeat {
    pub(super) fn new(url: Option<&Url>) -> anyhow::Result<Self> {
        let target = url.map(|url| {
            Ok::<_, anyhow::Error>((client(url, &ProxySettings::Environment)?, url.clone()))
        });
        Ok(Heartbeat {
            target: target.transpose()?,
            next: Instant::now(),
            oldest: None,
            fetching: None,
            failing: false,
        })
    }

    /// When the next check is due; `None` without a URL, and while a fetch is in flight.
    pub(super) fn due(&self) -> Option<Instant> {
        (self.target.is_some() && self.fetching.is_none()).then_some(self.next)
    }

    /// Fetches the URL if that is due and all is well. `oldest` is the time of the oldest message or table that waits for
    /// Slack.
    pub(super) fn turn(&mut self, oldest: Option<Time>, now: Time, well: bool) {
        let known = self.oldest.filter(|known| Some(known.0) == oldest);
        self.oldest = known.or(oldest.map(|oldest| Oldest(oldest, Instant::now())));
        if self.due().is_none_or(|due| due > Instant::now()) {
            return;
        }
        let overdue = self
            .oldest
            .is_some_and(|oldest| oldest.is_overdue(now, Instant::now()));
        let Some((client, url)) = self.target.as_ref().filter(|_| well && !overdue) else {
            self.next = Instant::now() + AGAIN;
            return;
        };
        self.next = Instant::now() + EVERY;
        self.fetching = Some(Box::pin(fetch(client.clone(), url.clone())));
    }

    /// Waits for the fetch in flight; without one, waits forever.
    pub(super) async fn fetched(&mut self) {
        let fetched = landed(&mut self.fetching).await;
        match (fetched, self.failing) {
            (Err(why), false) => line(
                Priority::Warning,
                &format!("heartbeat.url cannot be fetched: {why}"),
            ),
            (Ok(()), true) => line(Priority::Notice, "heartbeat.url is fetched again"),
            (Err(_), true) | (Ok(()), false) => return,
        }
        self.failing = !self.failing;
    }
}

/// Creates a client for this URL with this proxy.
pub(crate) fn client(url: &Url, proxy: &ProxySettings) -> anyhow::Result<Client> {
    let builder = proxy.builder(url.as_str(), None)?.timeout(FETCH);
    builder
        .build()
        .context("setting up the client for the heartbeat")
}

/// Fetches the URL. The URL may be a secret: errors do not contain it.
pub(crate) async fn fetch(client: Client, url: Url) -> Result<(), String> {
    let answer = client.get(url).send().await;
    let answer = answer.map_err(crate::adapters::slack::chain)?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        status => Err(format!("it answers {status}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_ten_minutes_is_overdue_also_where_the_clock_was_set_back() {
        let at = |minutes: u64| Time::default().plus(Duration::from_secs(minutes * 60));
        let begun = Instant::now();
        let later = |minutes: u64| begun + Duration::from_secs(minutes * 60);
        let oldest = Oldest(at(91), begun);
        assert!(!oldest.is_overdue(at(100), later(9)));
        assert!(oldest.is_overdue(at(101), later(9)));
        assert!(!oldest.is_overdue(at(40), later(9)));
        assert!(oldest.is_overdue(at(40), later(10)));
    }
}
