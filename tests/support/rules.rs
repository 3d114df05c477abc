//! Plays scenarios: entries through the real rules, time as the daemon lets it pass, a Slack that takes everything.

use std::collections::BTreeMap;
use std::time::Duration;

use sftp_monitor::domain::alerts::{Content, Message, MuteTerms, Outbox, SlackRef, ThreadReply};
use sftp_monitor::domain::base::process::Boot;
use sftp_monitor::domain::base::time::Time;
use sftp_monitor::domain::days;
use sftp_monitor::domain::delivery::{self, Turn};
use sftp_monitor::domain::directory::Answer;
use sftp_monitor::domain::record::{Entry, Origin, Record};
use sftp_monitor::domain::render::{Voice, day_messages, render, render_content};
use sftp_monitor::domain::routes::Routes;
use sftp_monitor::domain::rules::{Monitor, Rules};
use sftp_monitor::domain::sessions::Limit;
use sftp_monitor::domain::slack_reply::AfterPost;
use sftp_monitor::domain::state::Daily;
use sftp_monitor::domain::tables;

use crate::said::counted;
use crate::scenario::{Line, SETTLED, Step, config, shortened};
use crate::users::{Account, Users};

/// How long after the last step a scenario goes on, so that all that waits gets out.
const LAST: Duration = Duration::from_secs(7_200);

/// What the table's line says of a feed that is no more what was delivered.
const CHANGED: &str = ", modifié ou supprimé le ";

/// What the table's lines say of odd files of a feed.
const ODD: [&str; 5] = [
    ": fichier interdit",
    ": fichiers interdits",
    " : plus de ",
    " : plus d'un ",
    ": même nom",
];

/// A scenario being played.
struct Player {
    rules: Rules,
    voice: Voice,
    routes: Routes,
    closes_from: u32,
    users: Users,
    daily: Daily,
    now: Time,
    /// When the first thing happened: times of that date are told without it.
    began: Time,
    down: Vec<(Time, Time)>,
    past: Time,
    /// Entries that nobody has read yet, and when somebody will.
    absent: Option<(Time, Vec<Line>)>,
    show_asked: bool,
    /// Slack says where each message is.
    threads: bool,
    told: Vec<String>,
    posted: Vec<String>,
    contents: Vec<(Time, Content)>,
    shown: Vec<(String, String)>,
}

/// What is told in these steps, and what is counted.
pub fn played(steps: &[Step]) -> [String; 2] {
    Player::new(steps).finished(steps).played()
}

/// What is posted in these steps, and when.
#[allow(dead_code, reason = "other tests read the texts")]
pub fn posted(steps: &[Step]) -> Vec<(Time, Content)> {
    Player::new(steps).finished(steps).contents
}

/// What is shown in these steps, posts and edits, and in which channel.
#[allow(dead_code, reason = "other tests read the texts")]
pub fn shown(steps: &[Step]) -> Vec<(String, String)> {
    Player::new(steps).finished(steps).shown
}

impl Player {
    fn new(steps: &[Step]) -> Self {
        let config = config(steps);
        let limit = steps.iter().find_map(|step| match *step {
            Step::JournalLimit(burst, seconds) => Some(Limit {
                burst,
                interval: Duration::from_secs(seconds),
            }),
            _ => None,
        });
        Player {
            rules: Rules {
                limit,
                ..config.rules()
            },
            voice: config.voice(),
            routes: config.routes,
            closes_from: config.digest.closes_from,
            users: Users::default(),
            daily: Daily::default(),
            now: Time::default(),
            began: Time::default(),
            down: Vec::new(),
            past: Time::default(),
            absent: None,
            show_asked: false,
            threads: false,
            told: Vec::new(),
            posted: Vec::new(),
            contents: Vec::new(),
            shown: Vec::new(),
        }
    }

    /// After these steps, and after all that waits.
    fn finished(mut self, steps: &[Step]) -> Self {
        steps.iter().for_each(|step| self.step(step));
        self.read_absent();
        self.pass(self.now.plus(LAST));
        self
    }

    /// What is told, and what is counted.
    fn played(self) -> [String; 2] {
        let told = self.told.iter().map(|line| format!("{line}\n")).collect();
        [told, self.counted()]
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Account {
                name,
                uid,
                full_name,
                partner,
                listed,
            } => {
                let uid = Some(*uid);
                let answer = match partner {
                    true => Answer::Partner {
                        uid,
                        full_name: full_name.clone(),
                        name: None,
                    },
                    false => Answer::Other { uid },
                };
                let account = Account {
                    answer,
                    listed: *listed,
                    silent: None,
                    forced: false,
                };
                self.users
                    .accounts
                    .borrow_mut()
                    .insert(name.clone(), account);
            }
            Step::Silent { name, until } => {
                let until = until.unwrap_or(Time(i64::MAX));
                self.users
                    .accounts
                    .borrow_mut()
                    .get_mut(name)
                    .unwrap()
                    .silent = Some(until);
            }
            Step::IgnoresCase => self.users.ignores_case = true,
            Step::Forced { name } => {
                self.users
                    .accounts
                    .borrow_mut()
                    .get_mut(name)
                    .unwrap()
                    .forced = true;
            }
            Step::Config { .. } | Step::JournalLimit(..) => {}
            Step::Reload { line } => {
                let (table, line) = ("route".to_owned(), line.clone());
                self.routes = config(&[Step::Config { table, line }]).routes;
            }
            Step::SlackDown(from, to) => self.down.push((*from, *to)),
            Step::Past(until) => self.past = *until,
            Step::Absent(until) => self.absent = Some((*until, Vec::new())),
            Step::OpenDate(date) => self.daily.date = *date,
            Step::ShowAsked => self.show_asked = true,
            Step::Threads => self.threads = true,
            Step::Restart => {
                let text = serde_json::to_string(&self.daily).unwrap();
                self.daily = serde_json::from_str(&text).unwrap();
            }
            Step::Clock(time) => {
                self.pass_to(*time);
                if self.began == Time::default() {
                    // The daemon's first commit.
                    self.commit(None, true);
                }
            }
            Step::Digest(time) => self.digest(*time),
            Step::Ack { .. } | Step::Mute { .. } => self.person(step),
            Step::Expiries(time, all) => {
                self.pass_to(*time);
                self.monitor().expire(all);
                self.commit(None, true);
            }
            Step::Entry(line) => match &mut self.absent {
                Some((_, lines)) => lines.push(line.clone()),
                None => {
                    self.pass_to(line.time);
                    self.commit(Some(line), true);
                }
            },
        }
    }

    /// Reads what was logged while nobody read.
    fn read_absent(&mut self) {
        if let Some((until, lines)) = self.absent.take() {
            self.now = self.now.max(until);
            for line in &lines {
                self.commit(Some(line), false);
            }
            self.commit(None, true);
        }
    }

    fn pass_to(&mut self, time: Time) {
        self.read_absent();
        self.pass(time);
    }

    /// Time passes: what is due is done when it is due.
    fn pass(&mut self, until: Time) {
        for _ in 0..10_000 {
            let due = self.monitor().due().map(|due| due.plus(SETTLED));
            let up = self
                .down
                .iter()
                .map(|(_, to)| *to)
                .filter(|to| *to > self.now);
            let accounts = self.users.accounts.borrow();
            let answers: Vec<Time> = accounts.values().filter_map(|a| a.silent).collect();
            drop(accounts);
            let answers = answers.into_iter().filter(|at| *at > self.now);
            let Some(next) = due
                .into_iter()
                .chain(up)
                .chain(answers)
                .min()
                .filter(|next| *next <= until)
            else {
                self.now = self.now.max(until);
                return;
            };
            self.now = self.now.max(next);
            self.commit(None, true);
        }
        panic!("something is due for ever at {}", self.now.utc());
    }

    fn monitor(&mut self) -> Monitor<'_> {
        Monitor {
            rules: &self.rules,
            daily: &mut self.daily,
            now: self.now,
            in_flight: None,
        }
    }

    /// One commit, as the daemon makes it.
    fn commit(&mut self, line: Option<&Line>, caught_up: bool) {
        if self.began == Time::default() {
            self.began = self.now;
        }
        days::settle(&mut self.daily, self.rules.zone, self.now);
        self.users.now = self.now;
        let verdict = line.and_then(|line| {
            let record = Record::of(self.entry(line), &mut self.users.clone());
            let verdict = record.map(|record| self.monitor().apply(&record.into_owned()));
            line.explain.then_some(verdict)
        });
        for user in self.monitor().questions() {
            let answer = self.users.answer(&user);
            self.monitor().answer(&user, &answer);
        }
        let read = line.map_or(self.now, |line| line.time);
        let until = if caught_up {
            self.now.minus(SETTLED)
        } else {
            read
        };
        self.monitor().advance(until, caught_up);
        if let (Some(line), Some(verdict)) = (line, verdict) {
            let said = verdict.map_or("no event".to_owned(), |v| {
                format!("{}: {}", v.event, v.reason)
            });
            self.told.push(format!("{} {said}", self.clock(line.time)));
        }
        if caught_up {
            self.post();
        }
    }

    fn entry<'a>(&self, line: &'a Line) -> Entry<'a> {
        let origin = Origin {
            time: line.time,
            boot: Boot(if line.uid.is_some() { line.boot } else { 0 }),
            identifier: line.identifier.as_bytes().into(),
            pid: line.pid,
            uid: line.uid,
            session: line.session.as_deref().map(Into::into),
            past: line.time < self.past,
            ..Origin::default()
        };
        Entry {
            origin,
            message: line.message.as_bytes(),
            dropped: line.dropped,
            over: line.over,
        }
    }

    /// A person runs a command.
    fn person(&mut self, step: &Step) {
        match step {
            Step::Mute {
                at,
                name,
                until,
                why,
            } => {
                self.pass_to(*at);
                self.mute(*at, name, *until, why.clone());
            }
            Step::Ack {
                at,
                name,
                what,
                why,
            } => {
                self.pass_to(*at);
                let reply = ThreadReply::Taken {
                    by: Some("ops".to_owned()),
                    why: why.clone(),
                    at: *at,
                };
                let taken = self
                    .outbox()
                    .take_care((name, what.as_deref()), &reply, *at);
                let said = format!("{} ack: {}", self.clock(*at), taken.len());
                self.told.push(said);
            }
            _ => {}
        }
        self.commit(None, true);
    }

    fn outbox(&mut self) -> Outbox<'_> {
        let resume = &mut self.daily.resume;
        Outbox {
            messages: &mut resume.outbox,
            next: &mut resume.next_message,
            matters: &mut resume.matters,
        }
    }

    /// What the commands do, in a process of their own.
    fn mute(&mut self, at: Time, name: &str, until: Option<Time>, why: Option<String>) {
        let Daily { resume, .. } = &mut self.daily;
        let Some(until) = until else {
            let ends = resume.alerts.unmute(name, at);
            let said = if ends {
                "unmute"
            } else {
                "unmute: is not muted"
            };
            return self.told.push(format!("{} {said}", self.clock(at)));
        };
        let terms = MuteTerms {
            since: at,
            until,
            why,
            by: Some("ops".to_owned()),
        };
        let mut outbox = Outbox {
            messages: &mut resume.outbox,
            next: &mut resume.next_message,
            matters: &mut resume.matters,
        };
        resume.alerts.mute(name, terms, &mut outbox);
        self.told.push(format!("{} mute", self.clock(at)));
    }

    /// The channel of a message that does not go to the main one, and whom it mentions.
    fn way(&self, message: &Message) -> String {
        let to = self.routes.of(&message.content);
        let channel = to.channel.filter(|channel| *channel != self.routes.main);
        let mention = to.mention.filter(|_| message.matter.is_none());
        let mention = mention.map(|id| format!("@{id} "));
        channel.map(|id| format!("{id} ")).unwrap_or_default() + &mention.unwrap_or_default()
    }

    fn is_down(&self) -> bool {
        self.down
            .iter()
            .any(|(from, to)| *from <= self.now && self.now < *to)
    }

    fn post(&mut self) {
        while !self.is_down() {
            let Turn::Post(message) =
                delivery::take_message(&mut self.daily, None, &self.routes, self.now)
            else {
                break;
            };
            let mark = match (&message.thread, message.content.is_for_all()) {
                (Some(_), true) => "↳ (to all) ".to_owned(),
                (Some(_), false) => "↳ ".to_owned(),
                (None, _) => self.way(&message),
            };
            let text = render(&message, &self.voice).text;
            self.tell(&mark, &text);
            let channel = match &message.thread {
                Some(first) => first.channel.clone(),
                None => self.routes.of(&message.content).channel.unwrap().to_owned(),
            };
            self.shown.push((channel.clone(), text));
            let at = self.threads.then(|| SlackRef {
                channel,
                ts: format!("1.{}", message.id),
            });
            let daily = &mut self.daily;
            delivery::settle_message(daily, &message, &AfterPost::Done, at.as_ref());
            self.contents.push((self.now, message.content));
        }
        while let (Some(edit), false) = (delivery::take_edit(&self.daily), self.is_down()) {
            let shown = render_content(&edit.shown(), edit.form, &self.voice);
            self.tell("✎ ", &shown.text);
            let channel = edit.at.as_ref().unwrap().channel.clone();
            self.shown.push((channel, shown.text));
            delivery::settle_edit(&mut self.daily, &edit, &AfterPost::Done, self.now);
        }
    }

    fn tell(&mut self, mark: &str, text: &str) {
        let text = shortened(text)
            .replace('\n', "\n    ")
            .replace('\u{202F}', " ");
        self.told
            .push(format!("{} {mark}{text}", self.clock(self.now)));
    }

    fn digest(&mut self, at: Time) {
        self.pass_to(at);
        let zone = self.rules.zone;
        let closing = days::close_for_digest(&mut self.daily, zone, at, self.closes_from);
        let mut said = format!("{} digest", self.clock(at));
        for (what, ids) in [
            ("closes", &closing.closed),
            ("has nothing to post of", &closing.empty),
        ] {
            if !ids.is_empty() {
                said += &format!(" {what} {}", ids.join(", "));
            }
        }
        self.told.push(said);
        while !self.is_down() {
            let Turn::Post(day) =
                tables::take_day(&mut self.daily, None, &self.routes, &BTreeMap::new(), at)
            else {
                break;
            };
            for message in day_messages(&day, &self.voice, zone.date(at)) {
                let text = shortened(&message.text)
                    .replace('\n', "\n    ")
                    .replace('\u{202F}', " ");
                let channel = day.of_route.as_deref();
                let channel = channel.unwrap_or(self.routes.table_channel());
                let is_main = channel == self.routes.main;
                let to = if is_main {
                    String::new()
                } else {
                    format!("{channel} ")
                };
                self.told.push(format!("{} {to}{text}", self.clock(at)));
                let plain = message.plain().replace('\u{202F}', " ");
                let is_odd = |line: &str| ODD.iter().any(|odd| line.contains(odd));
                let feeds = plain.lines().filter(|line| {
                    line.starts_with(['⏰', '✅', '🔕']) || line.contains(CHANGED) || is_odd(line)
                });
                self.told.extend(feeds.map(|line| format!("    {line}")));
            }
            if day.of_route.is_some() {
                tables::settle_day(&mut self.daily, &day, 1, &AfterPost::Done, &self.routes);
                continue;
            }
            self.posted.push(counted(
                &day.id,
                &day.partners,
                day.unknown_attempts,
                &day.day,
                &|time| self.clock(time),
            ));
            tables::settle_day(&mut self.daily, &day, 1, &AfterPost::Done, &self.routes);
        }
    }

    /// A time as people write it, to the tenth of a second.
    fn clock(&self, time: Time) -> String {
        let local = self.rules.zone.local(time);
        let date = match local.date_naive() {
            date if date == self.rules.zone.date(self.began) => String::new(),
            date => date.format("%d/%m ").to_string(),
        };
        let tenths = match local.timestamp_subsec_millis() / 100 {
            0 => String::new(),
            tenths => format!(".{tenths}"),
        };
        format!("{date}{}{tenths}", local.format("%H:%M:%S"))
    }

    /// What was counted, day by day, and what is left.
    fn counted(&self) -> String {
        let mut lines = self.posted.clone();
        for day in &self.daily.resume.closed {
            lines.push(
                "waits for Slack: ".to_owned()
                    + &counted(
                        &day.id,
                        &day.partners,
                        day.unknown_attempts,
                        &day.day,
                        &|time| self.clock(time),
                    ),
            );
        }
        let part = match self.daily.resume.day.part {
            0 | 1 => String::new(),
            part => format!(".{part}"),
        };
        let date = format!("{}{part}", self.daily.date);
        let resume = &self.daily.resume;
        lines.push(counted(
            &date,
            &self.daily.partners.clone().into_map(),
            self.daily.unknown_attempts,
            &resume.day,
            &|time| self.clock(time),
        ));
        let left = [
            ("forged", resume.forged),
            (
                "waiting for the user database",
                resume.undecided.len() as u64,
            ),
            ("waiting for Slack", resume.outbox.len() as u64),
            ("sftp sessions open", resume.sessions.sftp.len() as u64),
        ];
        for (what, count) in left.into_iter().filter(|(_, count)| *count > 0) {
            lines.push(format!("{what}: {count}"));
        }
        if self.show_asked {
            lines.push(format!("asked: {}", self.users.asked.borrow().join(", ")));
        }
        lines.iter().map(|line| format!("{line}\n")).collect()
    }
}
