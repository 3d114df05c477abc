//! Slack is away for hours or days while much happens: the state stays small, what is told afterwards is little and true,
//! and every day's table comes, once and in order.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/daemon.rs"]
mod daemon;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use daemon::{Daemon, PARIS, PARTNERS, partner, time};
use sftp_monitor::adapters::config::Config;
use sftp_monitor::adapters::store::Store;
use sftp_monitor::commands::digest::Tables;
use sftp_monitor::domain::alerts::Content;
use sftp_monitor::domain::base::time::Time;
use sftp_monitor::domain::delivery::{self, Turn};
use sftp_monitor::domain::routes::Routes;
use sftp_monitor::domain::slack_reply::{AfterPost, PostResult, Refusal};
use sftp_monitor::domain::state::Resume;

/// Minutes after midnight from which on a digest closes the day.
const CLOSES_FROM: u32 = 23 * 60;

fn away() -> PostResult {
    PostResult::Retry {
        ambiguous: false,
        why: "connection refused".to_owned(),
    }
}

/// Log-ins, failures and uploads that were told of each partner.
fn told(contents: &[(Content, bool)]) -> BTreeMap<String, [u64; 3]> {
    let mut told: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    let mut add = |partner: &String, counts: [u64; 3]| {
        let sums = told.entry(partner.clone()).or_default();
        sums.iter_mut()
            .zip(counts)
            .for_each(|(sum, count)| *sum += count);
    };
    for content in contents.iter().flat_map(|(content, _)| content.parts()) {
        match content {
            Content::Logins(logins) => add(&logins.partner, [logins.count, logins.answered, 0]),
            Content::Failures(failures) => add(&failures.partner, [0, failures.count, 0]),
            Content::Files(files) => add(&files.partner, [0, 0, files.count]),
            Content::Sweep(sweep) => {
                for (partner, row) in &sweep.partners {
                    add(partner, [0, row.failures, 0]);
                }
            }
            Content::Summary(summary) => {
                for (partner, row) in &summary.partners {
                    add(partner, [row.logins, row.failures, row.uploads]);
                }
            }
            other => panic!("{other:?}"),
        }
    }
    told
}

fn expected(written: u64) -> BTreeMap<String, [u64; 3]> {
    let each = written / 5 / PARTNERS;
    let all = (0..PARTNERS).map(|n| (partner(n), [2 * each, each, 2 * each]));
    all.collect()
}

/// Log-ins, failures and uploads of each partner, over all days.
fn counted(state: &Path, now: Time) -> BTreeMap<String, [u64; 3]> {
    let daily = Store::open(state)
        .unwrap()
        .load(PARIS.local(now))
        .unwrap()
        .unwrap();
    let mut sums: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    let closed = daily.resume.closed.iter().flat_map(|day| &day.partners);
    for (partner, c) in closed.chain(daily.partners.iter()) {
        let [logins, failures, uploads] = sums.entry(partner.clone()).or_default();
        *logins += c.success;
        *failures += c.failed;
        *uploads += c.upload;
    }
    sums
}

#[test]
fn a_hundred_thousand_events_while_slack_is_away_for_a_day_stay_small_and_end_in_few_messages() {
    let directory = tempfile::tempdir().unwrap();
    let mut daemon = Daemon::new(directory.path(), time("2026-03-30T06:00:00+02:00"));
    let ten_minutes = Duration::from_secs(600);
    let mut largest = 0;
    for _ in 0..125 {
        daemon.happen(800, ten_minutes);
        daemon.post(&away());
        largest = largest.max(
            directory
                .path()
                .join("daily.json")
                .metadata()
                .unwrap()
                .len(),
        );
    }
    assert_eq!(daemon.written, 100_000);
    assert!(largest < 256 << 10, "the state has had {largest} bytes");
    daemon.rest();
    assert_eq!(counted(directory.path(), daemon.now), expected(100_000));
    assert_eq!(told(&daemon.told), expected(100_000));
    let first = &daemon.told[0].0;
    assert!(matches!(first, Content::Summary(_)), "{first:?}");
    // Beyond the summary only what the windows held that were open when Slack came back.
    let most = 1 + 3 * usize::try_from(PARTNERS).unwrap();
    assert!(daemon.told.len() <= most, "{} messages", daemon.told.len());
}

#[test]
fn a_storm_of_fifty_thousand_events_in_a_minute_is_told_at_a_message_a_second_at_most_and_exactly()
{
    let directory = tempfile::tempdir().unwrap();
    let mut daemon = Daemon::new(directory.path(), time("2026-03-30T06:00:00+02:00"));
    for _ in 0..60 {
        // A second's events in quarters, and as many chances to post.
        for _ in 0..4 {
            daemon.happen(225, Duration::from_millis(250));
            daemon.post(&PostResult::Accepted { at: None });
        }
    }
    assert!(daemon.told.len() <= 60, "{} messages", daemon.told.len());
    daemon.rest();
    assert_eq!(counted(directory.path(), daemon.now), expected(54_000));
    assert_eq!(told(&daemon.told), expected(54_000));
}

#[test]
fn three_days_of_slack_being_away_bring_three_tables_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let store = || Store::open(directory.path()).unwrap();
    let mut daemon = Daemon::new(directory.path(), time("2026-03-30T06:00:00+02:00"));
    for day in ["2026-03-30", "2026-03-31", "2026-04-01"] {
        daemon.now = time(&format!("{day}T12:00:00+02:00"));
        daemon.happen(100, Duration::from_secs(600));
        let evening = time(&format!("{day}T23:59:00+02:00"));
        let mut tables = Tables::new(store(), PARIS, CLOSES_FROM, Routes::to("C1"));
        tables.close(evening).unwrap();
        let Some((Turn::Post(first), _lock)) = tables.take(evening, Duration::ZERO).unwrap() else {
            panic!("nothing to post on {day}");
        };
        assert_eq!(first.id, "2026-03-30");
        tables.settle(&first, 1, &away(), evening).unwrap();
    }
    let mut now = time("2026-04-02T23:59:00+02:00");
    let mut tables = Tables::new(store(), PARIS, CLOSES_FROM, Routes::to("C1"));
    tables.close(now).unwrap();
    let mut posted = Vec::new();
    while let Some((Turn::Post(day), lock)) = tables.take(now, Duration::ZERO).unwrap() {
        tables
            .settle(&day, 1, &PostResult::Accepted { at: None }, now)
            .unwrap();
        let uploads: u64 = day.partners.values().map(|counters| counters.upload).sum();
        posted.push(format!("{}: {uploads} uploads", day.id));
        drop(lock);
        now = now.plus(Duration::from_secs(2));
    }
    let days = [
        "2026-03-30: 40 uploads",
        "2026-03-31: 40 uploads",
        "2026-04-01: 40 uploads",
        "2026-04-02: 0 uploads",
    ];
    assert_eq!(posted, days);
}

#[test]
fn a_summary_whose_reply_was_lost_says_so_also_when_more_has_joined_it() {
    let directory = tempfile::tempdir().unwrap();
    let mut daemon = Daemon::new(directory.path(), time("2026-03-30T06:00:00+02:00"));
    let lost = PostResult::Retry {
        ambiguous: true,
        why: "no reply".to_owned(),
    };
    for _ in 0..2 {
        daemon.happen(100, Duration::from_secs(1));
        daemon.now = daemon.now.plus(Duration::from_secs(1_000));
        daemon.commit(Vec::new());
        daemon.post(&lost);
    }
    daemon.rest();
    let summaries = daemon
        .told
        .iter()
        .filter(|(content, _)| matches!(content, Content::Summary(_)));
    let marked: Vec<bool> = summaries.map(|(_, repeated)| *repeated).collect();
    assert_eq!(marked, [false, true, true]);
}

#[test]
fn a_clock_that_was_far_ahead_for_a_moment_holds_no_alert_back() {
    let directory = tempfile::tempdir().unwrap();
    let mut daemon = Daemon::new(directory.path(), time("2026-03-30T06:00:00+02:00"));
    daemon.happen(5, Duration::from_secs(1));
    daemon.rest();
    let right = daemon.now;
    daemon.now = time("2036-03-30T06:00:00+02:00");
    daemon.happen(5, Duration::from_secs(1));
    daemon.now = right.plus(Duration::from_secs(60));
    daemon.written = 100;
    daemon.happen(5, Duration::from_secs(1));
    daemon.rest();
    // The first partner's again.
    let logins: u64 = daemon
        .told
        .iter()
        .map(|(content, _)| match content {
            Content::Logins(logins) => logins.count,
            Content::Summary(summary) => summary.partners.values().map(|row| row.logins).sum(),
            _ => 0,
        })
        .sum();
    assert_eq!(logins, 6);
    let daily = Store::open(directory.path())
        .unwrap()
        .load(PARIS.local(daemon.now))
        .unwrap()
        .unwrap();
    assert_eq!(daily.date.to_string(), "2026-03-30");
}

fn not_invited() -> PostResult {
    PostResult::Configuration(Refusal {
        code: "not_in_channel".to_owned(),
        detail: String::new(),
    })
}

#[test]
fn a_bot_that_is_not_invited_tries_soon_at_first_and_at_once_when_anything_was_posted_elsewhere() {
    let directory = tempfile::tempdir().unwrap();
    let mut daemon = Daemon::new(directory.path(), time("2026-03-30T10:00:00+02:00"));
    daemon.happen(1, Duration::from_secs(1));
    let (begun, mut tries) = (daemon.now, Vec::new());
    let refusal = |daemon: &Daemon| {
        let mut store = Store::open(directory.path()).unwrap();
        let daily = store.load(PARIS.local(daemon.now)).unwrap().unwrap();
        daily.resume.slack_trouble
    };
    while daemon.now.since(begun) < Duration::from_secs(1_800) {
        daemon.now = daemon.now.plus(Duration::from_secs(1));
        let before = refusal(&daemon).map(|refusal| refusal.at);
        daemon.post(&not_invited());
        let after = refusal(&daemon).map(|refusal| refusal.at);
        if before != after {
            tries.push(daemon.now.since(begun).as_secs());
        }
    }
    assert_eq!(tries, [1, 6, 16, 36, 76, 156, 316, 636, 1_276]);
    let told = refusal(&daemon).unwrap();
    assert_eq!(told.code.as_deref(), Some("not_in_channel"));
    assert_eq!(told.since.since(begun), Duration::from_secs(1));
    // Somebody invites it, and another process posts.
    let mut store = Store::open(directory.path()).unwrap();
    store
        .commit(PARIS.local(daemon.now), |daily, _| {
            delivery::note_answer(
                daily,
                &PostResult::Accepted { at: None },
                &AfterPost::Done,
                daemon.now,
            );
        })
        .unwrap();
    for _ in 0..5 {
        daemon.now = daemon.now.plus(Duration::from_secs(1));
        daemon.post(&PostResult::Accepted { at: None });
    }
    assert_eq!(daemon.told.len(), 1);
    assert_eq!(refusal(&daemon), None);
}

fn refused_by(channel: &'static str) -> impl Fn(&str) -> PostResult {
    move |posted_to| match posted_to == channel {
        true => not_invited(),
        false => PostResult::Accepted { at: None },
    }
}

/// Ten events in a minute, and what is posted meanwhile.
fn one_by_one(daemon: &mut Daemon, answer: Answers<'_>) {
    for _ in 0..10 {
        daemon.happen(1, Duration::from_secs(1));
        for _ in 0..5 {
            daemon.now = daemon.now.plus(Duration::from_secs(1));
            daemon.commit(Vec::new());
            daemon.post_to(answer);
        }
    }
}

/// Failures go to another channel.
fn failures_apart() -> Routes {
    let text = "[slack]\nchannel = \"C1\"\n[[route]]\nkinds = [\"failure\"]\nchannel = \"C2\"\n";
    Config::parse(Path::new("c.toml"), text).unwrap().routes
}

#[test]
fn a_channel_that_refuses_delays_nothing_and_its_messages_go_to_the_main_one_until_it_takes_them() {
    let directory = tempfile::tempdir().unwrap();
    let mut daemon = Daemon::new(directory.path(), time("2026-03-30T10:00:00+02:00"));
    daemon.read(failures_apart());
    let refusing = |daemon: &Daemon| {
        let mut store = Store::open(directory.path()).unwrap();
        let daily = store.load(PARIS.local(daemon.now)).unwrap().unwrap();
        assert_eq!(daily.resume.slack_trouble, None);
        daily.resume.refusing
    };
    let begun = daemon.now;
    let mut tried = Vec::new();
    for minute in 0..60 {
        let before = daemon.tries.len();
        one_by_one(&mut daemon, &refused_by("C2"));
        if daemon.tries[before..]
            .iter()
            .any(|(way, _)| way.channel == "C2")
        {
            tried.push(minute);
        }
    }
    // Tried now and then, each time a little later, and each message of it went to the main channel at once.
    assert_eq!(tried, [0, 1, 3, 8, 16, 32]);
    let instead = Some(("C2".to_owned(), "not_in_channel".to_owned()));
    let told = |taken: &Daemon| {
        let all = taken.tries.iter().filter(|(_, is_taken)| *is_taken);
        all.map(|(way, _)| (way.channel.clone(), way.instead_of.clone()))
            .collect::<Vec<_>>()
    };
    let all = told(&daemon);
    assert!(all.contains(&("C1".to_owned(), None)), "{all:?}");
    assert!(all.contains(&("C1".to_owned(), instead.clone())), "{all:?}");
    assert!(all.iter().all(|(channel, _)| channel == "C1"), "{all:?}");
    // No message came twice, and none may have.
    assert_eq!(all.len(), daemon.told.len());
    assert!(daemon.told.iter().all(|(_, repeated)| !repeated));
    let known = refusing(&daemon);
    assert_eq!(known["C2"].code.as_deref(), Some("not_in_channel"));
    assert!(known["C2"].since.since(begun) < Duration::from_secs(60));
    // Somebody invites the bot, and reloads: the channel is tried at once.
    daemon.read(failures_apart());
    daemon.tries.clear();
    one_by_one(&mut daemon, &refused_by("nobody"));
    daemon.rest();
    assert!(
        daemon
            .tries
            .iter()
            .all(|(way, is_taken)| *is_taken && way.instead_of.is_none())
    );
    assert!(daemon.tries.iter().any(|(way, _)| way.channel == "C2"));
    assert!(refusing(&daemon).is_empty());
}

#[test]
fn the_main_channel_that_refuses_as_well_keeps_the_message() {
    let directory = tempfile::tempdir().unwrap();
    let mut daemon = Daemon::new(directory.path(), time("2026-03-30T10:00:00+02:00"));
    daemon.read(failures_apart());
    one_by_one(&mut daemon, &|_| not_invited());
    assert!(daemon.told.is_empty());
    assert!(daemon.committer.waiting() > 0);
    daemon.rest();
    assert!(daemon.told.iter().all(|(_, repeated)| !repeated));
}

/// The table of the first two partners also goes to C2.
fn table_apart(all: &str) -> Routes {
    let text = format!(
        "[slack]\nchannel = \"C1\"\n{all}[[route]]\nkinds = [\"digest\"]\npartners = [\"partner00\", \"partner01\"]\nchannel = \"C2\"\n"
    );
    Config::parse(Path::new("c.toml"), &text).unwrap().routes
}

/// Slack's answer to a post in this channel.
type Answers<'a> = &'a dyn Fn(&str) -> PostResult;

/// Counts log-ins of several partners, and returns what runs a digest at a time: the tables that Slack took, each with its channel
/// and the number of its partners.
fn digests(state: &Path, log_ins: u64) -> impl Fn(&str, &Routes, Answers<'_>) -> Vec<String> {
    let mut daemon = Daemon::new(state, time("2026-03-30T10:00:00+02:00"));
    daemon.happen(log_ins, Duration::from_secs(300));
    daemon.rest();
    move |at, routes, answer| tables_posted(state, routes, time(at), answer)
}

/// The state after digests.
fn kept(state: &Path) -> Resume {
    let mut store = Store::open(state).unwrap();
    let now = PARIS.local(time("2026-04-01T10:00:00+02:00"));
    store.load(now).unwrap().unwrap().resume
}

fn tables_posted(state: &Path, routes: &Routes, now: Time, answer: Answers<'_>) -> Vec<String> {
    let mut tables = Tables::new(
        Store::open(state).unwrap(),
        PARIS,
        CLOSES_FROM,
        routes.clone(),
    );
    tables.close(now).unwrap();
    let (mut now, mut posted) = (now, Vec::new());
    while let Some((Turn::Post(day), lock)) = tables.take(now, Duration::ZERO).unwrap() {
        let channel = tables.channel(&day).to_owned();
        let answer = answer(&channel);
        if matches!(answer, PostResult::Accepted { .. }) {
            posted.push(format!(
                "{} to {channel}, {} partners",
                day.id,
                day.partners.len()
            ));
        }
        tables.settle(&day, 1, &answer, now).unwrap();
        drop(lock);
        now = now.plus(Duration::from_secs(2));
    }
    posted
}

#[test]
fn a_routes_table_that_is_refused_waits_and_the_table_of_all_is_neither_delayed_nor_repeated() {
    let directory = tempfile::tempdir().unwrap();
    let run = digests(directory.path(), 100);
    let (routes, broken) = (table_apart(""), refused_by("C2"));
    assert_eq!(
        run("2026-03-30T23:59:00+02:00", &routes, &broken),
        ["2026-03-30 to C1, 20 partners"]
    );
    // The unit tries again: nothing is closed for that, and nothing comes twice.
    assert!(run("2026-03-31T00:09:00+02:00", &routes, &broken).is_empty());
    assert_eq!(
        run("2026-03-31T23:59:00+02:00", &routes, &broken),
        ["2026-03-31 to C1, 0 partners"]
    );
    assert_eq!(
        run("2026-04-01T10:00:00+02:00", &routes, &refused_by("nobody")),
        [
            "2026-03-30 to C2, 2 partners",
            "2026-03-31 to C2, 0 partners"
        ]
    );
    let resume = kept(directory.path());
    assert!(resume.closed.is_empty() && resume.refusing.is_empty());
    assert_eq!(resume.posted.len(), 2);
}

#[test]
fn a_routes_table_waits_no_more_when_the_route_is_gone_and_a_lost_reply_repeats_that_table_alone() {
    let directory = tempfile::tempdir().unwrap();
    let run = digests(directory.path(), 100);
    let lost = |channel: &str| match channel {
        "C2" => PostResult::Retry {
            ambiguous: true,
            why: "timed out".to_owned(),
        },
        _ => PostResult::Accepted { at: None },
    };
    assert_eq!(
        run("2026-03-30T23:59:00+02:00", &table_apart(""), &lost),
        ["2026-03-30 to C1, 20 partners"]
    );
    let closed = kept(directory.path()).closed;
    assert!(closed[0].is_posted && closed[0].routed["C2"].maybe_repeated);
    assert!(!closed[0].waits());
    assert!(run("2026-03-31T00:10:00+02:00", &Routes::to("C1"), &lost).is_empty());
    assert!(kept(directory.path()).closed.is_empty());
}

#[test]
fn the_moved_table_of_all_goes_to_the_main_channel_if_its_own_refuses_it() {
    let directory = tempfile::tempdir().unwrap();
    let run = digests(directory.path(), 10);
    let moved = table_apart("[[route]]\nkinds = [\"digest\"]\nchannel = \"C3\"\n");
    assert_eq!(
        run("2026-03-30T23:59:00+02:00", &moved, &refused_by("C3")),
        [
            "2026-03-30 to C1, 2 partners",
            "2026-03-30 to C2, 2 partners"
        ]
    );
}
