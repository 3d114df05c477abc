//! The heartbeat: an address that is fetched while all is well, so that whoever watches it notices when it is not.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use reqwest::{Client, Url, redirect};

use crate::log::{Priority, line};
use crate::time::Time;

/// How often the address is fetched.
const EVERY: Duration = Duration::from_secs(5 * 60);

/// How soon it is looked again whether all is well, where it was not.
const AGAIN: Duration = Duration::from_secs(30);

/// For a whole fetch.
const FETCH: Duration = Duration::from_secs(10);

/// How long a message or a table may wait for Slack before all is not well.
const OVERDUE: Duration = Duration::from_secs(600);

/// Is all well, as far as times tell: when the source was last read without an error, and since when the oldest message or
/// table waits for Slack?
pub(super) fn is_well((read, oldest): (Time, Option<Time>), now: Time) -> bool {
    now.since(read) < super::BLIND && oldest.is_none_or(|oldest| now.since(oldest) < OVERDUE)
}

/// A fetch under way, and what came of it.
type Fetching = Pin<Box<dyn Future<Output = Result<(), String>>>>;

/// Fetches the address of `[heartbeat]`, if there is one.
pub(super) struct Heartbeat {
    target: Option<(Client, Url)>,
    next: Time,
    fetching: Option<Fetching>,
    failing: bool,
}

impl Heartbeat {
    pub(super) fn new(url: Option<&Url>) -> reqwest::Result<Self> {
        let target = match url {
            None => None,
            Some(url) => {
                let mut builder = Client::builder()
                    .timeout(FETCH)
                    .redirect(redirect::Policy::none())
                    .pool_max_idle_per_host(0)
                    .user_agent(concat!("sftp-monitor/", env!("CARGO_PKG_VERSION")));
                if url.scheme() == "http" {
                    // Plain http goes to this machine only, which no proxy can reach.
                    builder = builder.no_proxy();
                }
                Some((builder.build()?, url.clone()))
            }
        };
        Ok(Heartbeat {
            target,
            next: Time::default(),
            fetching: None,
            failing: false,
        })
    }

    /// When it is looked next whether all is well; none where there is nothing to fetch.
    pub(super) fn due(&self) -> Option<Time> {
        (self.target.is_some() && self.fetching.is_none()).then_some(self.next)
    }

    /// Fetches the address if it is time and all is well.
    pub(super) fn turn(&mut self, now: Time, well: bool) {
        // A time far ahead is one of before the clock was set back.
        if self
            .due()
            .is_none_or(|due| due > now && due <= now.plus(EVERY))
        {
            return;
        }
        let Some((client, url)) = self.target.as_ref().filter(|_| well) else {
            self.next = now.plus(AGAIN);
            return;
        };
        self.next = now.plus(EVERY);
        let request = client.get(url.clone());
        self.fetching = Some(Box::pin(async move {
            // The address may be a secret: errors are told without it.
            let answer = request.send().await.map_err(|e| e.without_url());
            let answer = answer.map_err(|e| crate::slack::chain(&e))?;
            match answer.status() {
                status if status.is_success() => Ok(()),
                status => Err(format!("it answers {status}")),
            }
        }));
    }

    /// Waits for the fetch under way, if there is one.
    pub(super) async fn fetched(&mut self) {
        let fetched = match &mut self.fetching {
            Some(fetching) => fetching.await,
            None => std::future::pending().await,
        };
        self.fetching = None;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_well_while_the_source_is_read_and_nothing_waits_for_long() {
        let at = |minutes: u64| Time::default().plus(Duration::from_secs(minutes * 60));
        let now = at(100);
        assert!(is_well((at(100), None), now));
        assert!(is_well((at(99), Some(at(91))), now));
        assert!(!is_well((at(97), None), now));
        assert!(!is_well((at(100), Some(at(90))), now));
    }
}
