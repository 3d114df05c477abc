//! The digest: closes the day, and posts the table of every closed day that Slack has not accepted yet, oldest first.
//! Uses the domain, the adapters and `status`.

mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Write};
use std::time::Duration;

use anyhow::Context;

use crate::adapters::config::{Config, Token};
use crate::adapters::log::{Priority, Topic, about, line};
use crate::adapters::slack::{POST, ProxySettings, SlackClient};
use crate::adapters::store::{SendLock, Store, become_owner};
use crate::adapters::userdb::Accounts;
use crate::commands::cli::{self, Cli};
use crate::commands::clock::{now, wait};
use crate::commands::digest::tables::names;
use crate::domain::alerts::NAMES_KEPT;
use crate::domain::base::stop::{self, Stop};
use crate::domain::base::time::{Time, Zone};
use crate::domain::days::{self, Closing};
use crate::domain::delivery::Turn;
use crate::domain::directory::{Answer, Directory};
use crate::domain::render::{Voice, day_messages};
use crate::domain::slack_reply::{AfterPost, PostResult};
use crate::domain::state::{ClosedDay, Counters, Daily, Idle};
use crate::domain::tables::REFUSED_KEPT;

pub use tables::Tables;

/// How long a run waits for another process that is posting: a post takes at most ten seconds.
const LOCK: Duration = Duration::from_secs(30);

/// How long a run waits for Slack in total; the next run posts the rest.
const PATIENCE: Duration = Duration::from_secs(120);

/// One run of digest.
struct Digest {
    tables: Tables,
    /// Language, zone and names for the messages.
    voice: Voice,
    client: SlackClient,
    /// The user database; `None` if idle partners are not to be named.
    accounts: Option<Accounts>,
}

/// Whether a run at this time closes the open day early. Then a person must confirm it.
fn closes_early(daily: &Daily, zone: Zone, now: Time, closes_from: u32) -> bool {
    let mut copy = daily.clone();
    let from = chrono::Timelike::num_seconds_from_midnight(&zone.local(now).time()) / 60;
    let before = from < closes_from && copy.date == zone.date(now);
    before
        && !days::close_for_digest(&mut copy, zone, now, closes_from)
            .closed
            .is_empty()
}

/// Adds the names from the user database to the voice.
fn with_names(mut voice: Voice, names: BTreeMap<String, String>) -> Voice {
    for (account, name) in names {
        voice.names.entry(account).or_insert(name);
    }
    voice
}

impl Digest {
    /// Closes the day, then posts all closed days.
    async fn run(mut self) -> anyhow::Result<u8> {
        let (closing, names) = self.tables.close(now())?;
        self.voice = with_names(self.voice, names);
        say(&closing, "is closed");
        self.name_idle()?;
        self.send().await
    }

    /// Records the idle partners of closed days that have no such record yet.
    fn name_idle(&mut self) -> anyhow::Result<()> {
        let Some(accounts) = &mut self.accounts else {
            return Ok(());
        };
        let local = self.tables.zone.local(now());
        let daily = self.tables.store.load(local)?.unwrap_or_default();
        let mut days = daily.resume.closed;
        days.retain(|day| day.day.idle.is_none());
        if days.is_empty() {
            return Ok(());
        }
        // If the user database does not answer, no partner is named: the next run asks again.
        let Some(listed) = accounts.listed_partners() else {
            return Ok(());
        };
        let mut found = Vec::new();
        for day in days {
            found.push((idle(&day, &listed, accounts), day.id));
        }
        self.tables.store.commit(local, |daily, _| {
            for (idle, id) in found {
                let mut closed = daily.resume.closed.iter_mut();
                // A table that was posted in part stays as it is.
                if let Some(day) = closed.find(|day| day.id == id && day.messages_posted == 0) {
                    day.day.idle.get_or_insert(idle);
                }
            }
        })?;
        Ok(())
    }

    /// Posts closed days until none waits, Slack fails or the time is up. Returns the exit code.
    async fn send(&mut self) -> anyhow::Result<u8> {
        let until = now().plus(PATIENCE);
        let mut code = 0;
        loop {
            let Some((turn, lock)) = self.tables.take(now(), LOCK)? else {
                let why = "another process has been posting for 30 seconds";
                return Err(Stop::Later(why.to_owned()).into());
            };
            match turn {
                // The unit tries the tables of routes again.
                Turn::Done if code == 0 && self.tables.left() => return Ok(stop::LATER),
                Turn::Done => return Ok(code),
                Turn::Wait(ready) if ready > until => {
                    let told =
                        "Slack asks for a longer pause than this run waits; the next run continues";
                    line(Priority::Warning, told);
                    return Ok(stop::LATER);
                }
                Turn::Wait(ready) => {
                    // Releases the lock, so that other processes may post meanwhile.
                    drop(lock);
                    tokio::time::sleep(ready.since(now())).await;
                }
                Turn::Post(day) => match self.post(&day, &lock).await? {
                    AfterPost::Done | AfterPost::Again { .. } => {}
                    AfterPost::Park { .. } | AfterPost::Gone { .. } => code = 1,
                    AfterPost::Pause { until: pause, .. } if pause <= until => {}
                    AfterPost::Pause { .. } | AfterPost::Fix { .. } => return Ok(stop::LATER),
                },
            }
        }
    }

    /// Posts the next message of a day, while the lock is held.
    async fn post(&mut self, day: &ClosedDay, _lock: &SendLock) -> anyhow::Result<AfterPost> {
        let messages = day_messages(day, &self.voice, self.tables.zone.date(now()));
        let answer = match messages.get(day.messages_posted) {
            Some(message) => {
                let channel = self.tables.channel(day);
                let moved = self.tables.routes.table_channel();
                let code = self.tables.refusing.get(moved);
                let message = match code.filter(|_| day.of_route.is_none()) {
                    Some(code) => (message.clone()).instead_of(moved, code, self.voice.language),
                    None => message.clone(),
                };
                self.client.to(channel).post(&message, POST).await
            }
            None => PostResult::Accepted { at: None },
        };
        let (next, dropped) = self.tables.settle(day, messages.len(), &answer, now())?;
        if let Some(dropped) = dropped {
            let whose = match dropped.is_posted {
                true => "a route's table",
                false => "its table",
            };
            let told = format!(
                "{}: Slack refused {whose}, which is no longer kept, because {REFUSED_KEPT} later ones were refused as well",
                dropped.id
            );
            about(Topic::DAY_REFUSED, Priority::Error, &told);
        }
        let (topic, priority, told) = match &next {
            AfterPost::Done => {
                let told = format!("message {} posted", day.messages_posted + 1);
                (Topic::DAY_POSTED, Priority::Info, told)
            }
            AfterPost::Park { error } | AfterPost::Gone { error } => {
                let told = format!("Slack refused the table for good: {error}; it is kept");
                (Topic::DAY_REFUSED, Priority::Error, told)
            }
            AfterPost::Again { .. } | AfterPost::Pause { .. } | AfterPost::Fix { .. } => {
                (Topic::SLACK_FAILING, Priority::Warning, answer.to_string())
            }
        };
        let id = match &day.of_route {
            Some(channel) => format!("{} for {channel}", day.id),
            None => day.id.clone(),
        };
        about(topic, priority, &format!("{id}: {told}"));
        Ok(next)
    }
}

/// The listed partners that did nothing on a day.
fn idle(day: &ClosedDay, listed: &[Vec<u8>], accounts: &mut Accounts) -> Idle {
    let name = |account: &Vec<u8>| String::from_utf8_lossy(account).into_owned();
    let of_day = |account: &String| day.partners.get(account);
    let away = |account: &String| of_day(account).is_none_or(|c| *c == Counters::default());
    // The group may spell an account differently from the user database, whose spelling is used for counting.
    let folded: BTreeSet<String> = day
        .partners
        .keys()
        .map(|name| name.to_lowercase())
        .collect();
    let mut own = |account: String| match folded.contains(&account.to_lowercase()) {
        true => match accounts.account(account.as_bytes()) {
            Answer::Partner {
                name: Some(name), ..
            } => name,
            _ => account,
        },
        false => account,
    };
    let away_too = listed.iter().map(name).filter(away).map(&mut own);
    let idle: Vec<String> = away_too.filter(away).collect();
    let named = idle.iter().take(NAMES_KEPT);
    let partners = named.map(|account| match accounts.account(account.as_bytes()) {
        Answer::Partner { full_name, .. } => (account.clone(), full_name),
        _ => (account.clone(), None),
    });
    Idle {
        partners: partners.collect(),
        count: idle.len() as u64,
    }
}

/// Logs which days were closed, or would be.
fn say(closing: &Closing, closed: &str) {
    for id in &closing.closed {
        line(Priority::Info, &format!("{id} {closed}"));
    }
    for id in &closing.empty {
        line(
            Priority::Info,
            &format!("{id}: nothing happened since the part before it; nothing to post"),
        );
    }
}

/// Runs `sftp-monitor digest`.
pub fn command(cli: &Cli, arguments: &cli::DigestArgs) -> anyhow::Result<u8> {
    let mut config = Config::load(cli.config.as_deref())?;
    let path = cli.state_directory();
    let (zone, closes_from) = (config.zone, config.digest.closes_from);
    if arguments.dry_run {
        let daily = crate::commands::status::load(&path, zone, now(), "digest --dry-run")?;
        let down = tables::down_since(&Store::open(&path)?, now());
        return print(daily.unwrap_or_default(), down, &mut config);
    }
    // Reads both as root: no other user may read them.
    let (token, proxy) = (
        Token::find("sftp-monitor-digest.service")?,
        ProxySettings::find(),
    );
    become_owner(&path)?;
    let mut store = Store::open(&path)?;
    let early = store.load(zone.local(now()));
    if let Ok(Some(daily)) = early {
        if closes_early(&daily, zone, now(), closes_from) && !arguments.yes && !confirmed(&daily)? {
            return Err(Stop::Usage("nothing was closed".to_owned()).into());
        }
    }
    let client = SlackClient::by(&proxy, &config.slack, &token)?;
    let idle = config.digest.idle;
    let accounts = idle.then(|| Accounts::of(&mut config));
    let digest = Digest {
        tables: Tables::new(store, zone, closes_from, config.routes.clone()),
        voice: config.voice(),
        client,
        accounts,
    };
    wait(digest.run()).context("starting")?
}

/// Prints the messages that a run would post.
fn print(mut daily: Daily, down: Option<Time>, config: &mut Config) -> anyhow::Result<u8> {
    let (zone, now) = (config.zone, now());
    let idle_too = config.digest.idle;
    let mut accounts = idle_too.then(|| Accounts::of(config));
    let voice = with_names(config.voice(), names(&daily));
    let closing = days::close_for_digest(&mut daily, zone, now, config.digest.closes_from);
    if let Some(from) = down {
        days::mark_down(&mut daily, zone, &closing, from);
    }
    say(&closing, "would be closed");
    let listed = accounts.as_mut().and_then(Accounts::listed_partners);
    let closed = daily.resume.closed.iter_mut();
    let mut out = std::io::stdout().lock();
    for day in closed {
        if let (Some(accounts), Some(listed), None) = (&mut accounts, &listed, &day.day.idle) {
            day.day.idle = Some(idle(day, listed, accounts));
        }
        let all = day.waits().then(|| day.clone());
        let tables = config.routes.waiting_tables(day);
        let tables = tables.map(|channel| config.routes.table(day, channel));
        for day in all.into_iter().chain(tables) {
            if let Some(channel) = &day.of_route {
                writeln!(out, "{channel}:")?;
            }
            let messages = day_messages(&day, &voice, zone.date(now));
            for message in messages.into_iter().skip(day.messages_posted) {
                writeln!(out, "{}\n", message.plain().trim_end())?;
            }
        }
    }
    Ok(0)
}

/// Asks a person on a terminal before the day is closed for everyone. Returns true without a terminal.
fn confirmed(daily: &Daily) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(true);
    }
    eprint!(
        "Close {} now, before its time, and post its table for everyone? [y/N] ",
        daily.date
    );
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
