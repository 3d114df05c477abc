//! Matters in any order of events, answers of Slack, deletions by people and restarts: nothing is lost or told twice, what
//! ended is shown as ended, and nothing is sent to a message that is known to be gone.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use sftp_monitor::domain::alerts::{
    Blind, Cause, Content, Failures, FeedArrived, FeedMissing, File, Files, Logins, Matter,
    Message, Outbox, Seen, SlackRef, Transfer, Works,
};
use sftp_monitor::domain::base::policy::{AlertPolicy, FollowUp};
use sftp_monitor::domain::base::process::Boot;
use sftp_monitor::domain::base::time::Time;
use sftp_monitor::domain::delivery::{self, Turn};
use sftp_monitor::domain::routes::Routes;
use sftp_monitor::domain::slack_reply::AfterPost;
use sftp_monitor::domain::state::Daily;

/// An upload waits so long for a rename, as in the rules.
const RENAMED: Duration = Duration::from_secs(2);

/// What happens.
#[derive(Clone, Debug)]
enum Event {
    Login(u8),
    Failure(u8),
    Upload(u8),
    Broken(u8),
    Missing(u8),
    Arrived(u8),
    Blind,
    Works,
}

/// What Slack, people and time do.
#[derive(Clone, Debug)]
enum Step {
    Happens(Event),
    /// So many seconds pass.
    Pass(u64),
    BeginPost,
    EndPost(Reply),
    BeginEdit,
    EndEdit(Reply),
    /// Somebody deletes this message in Slack.
    Delete(usize),
    /// The daemon is killed, and starts again.
    Restart,
}

/// Slack's answer.
#[derive(Clone, Debug)]
enum Reply {
    Accepted,
    /// Accepted, but the answer is cut off before `ts`.
    Cut,
    /// Accepted, but the answer is lost.
    Lost,
    /// Not accepted this time.
    NotNow,
    /// Refused for good: for an edit, because the message is too old.
    Refused,
}

/// A message as the channel shows it.
#[derive(Debug)]
struct Shown {
    /// What it tells, without the end of its matter.
    facts: Content,
    all: Content,
    thread: Option<String>,
    for_all: bool,
    /// The first message of its thread tells this too.
    in_first: bool,
    /// It is there, and its sender knows.
    sure: bool,
    deleted: bool,
    /// The sender never knew where it is, or cannot edit it: what follows stands elsewhere.
    lost: bool,
}

type Sums = BTreeMap<String, u64>;

struct World {
    daily: Daily,
    rules: AlertPolicy,
    now: Time,
    slack: Vec<Shown>,
    /// What Slack refused for good, and whether it stood alone.
    parked: Vec<(Content, bool)>,
    posting: Option<Message>,
    editing: Option<Matter>,
    /// Messages that are known to be gone.
    gone: BTreeSet<String>,
    happened: Vec<Content>,
    /// The ends that messages tell which stand for one that is gone.
    again: Sums,
    most: usize,
}

fn part_names(content: &Content) -> Vec<(String, u64)> {
    let name = |kind: &str, of: &str| format!("{kind} {of}");
    match content {
        Content::Logins(l) => vec![(name("login", &l.partner), l.count)],
        Content::Failures(f) => vec![(name("failure", &f.partner), f.count)],
        Content::Files(f) => vec![(name("upload", &f.partner), f.count)],
        Content::Troubled(f) => vec![(name("broken", &f.partner), f.count)],
        Content::FeedMissing(f) => vec![(name("missing", &f.id), 1)],
        Content::FeedArrived(f) => vec![(name("arrived", &f.id), 1)],
        Content::Blind(b) => vec![(name("blind", &b.partner), 1)],
        Content::Works(w) => vec![(name("works", &w.partner), 1)],
        Content::Summary(summary) => {
            let rows = summary.partners.iter().flat_map(|(partner, row)| {
                let broken = row.transfers.values().sum();
                [
                    (name("login", partner), row.logins),
                    (name("failure", partner), row.failures),
                    (name("upload", partner), row.uploads),
                    (name("broken", partner), broken),
                ]
            });
            rows.collect()
        }
        other => panic!("{other:?}"),
    }
}

fn sum(sums: &mut Sums, content: &Content) {
    for (name, count) in content.parts().iter().flat_map(part_names) {
        *sums.entry(name).or_default() += count;
    }
}

/// Does one of its parts end this trouble?
fn ends(trouble: &Content, content: &Content) -> bool {
    content.parts().iter().any(|part| match (trouble, part) {
        (Content::FeedMissing(a), Content::FeedArrived(b)) => a.id == b.id && b.at >= a.due,
        (Content::Troubled(a), Content::Files(b)) => {
            let whole = |file: &File| b.files.iter().any(|f| f.path == file.path);
            a.files.iter().all(whole)
        }
        (Content::Troubled(_), Content::Summary(s)) => s.partners.values().any(|r| r.uploads > 0),
        (Content::Failures(a), Content::Logins(b)) => {
            let each = a.each.iter().map(|from| (&from.address, from.at));
            let one = a.addresses.iter().map(|from| (from, a.at));
            let mut tried = each.chain(one.filter(|_| a.each.is_empty()));
            tried.any(|(from, at)| b.at >= at && b.addresses.contains(from))
        }
        (Content::Failures(_), Content::Summary(s)) => s.partners.values().any(|r| r.logins > 0),
        (Content::Blind(a), Content::Works(b)) => b.at >= a.at,
        _ => false,
    })
}

impl World {
    fn new(follow_up: FollowUp, max_per_hour: u32) -> Self {
        World {
            daily: Daily::default(),
            rules: AlertPolicy {
                follow_up,
                max_per_hour,
                ..AlertPolicy::default()
            },
            now: Time::from_seconds(1_774_843_200),
            slack: Vec::new(),
            parked: Vec::new(),
            posting: None,
            editing: None,
            gone: BTreeSet::new(),
            happened: Vec::new(),
            again: Sums::new(),
            most: 0,
        }
    }

    fn content(&self, event: &Event) -> Content {
        let (partner, at) = ("alice".to_owned(), self.now);
        let address = |n: &u8| format!("192.0.2.{n}");
        let files = |what, n: &u8| {
            let path = format!("/{n}.csv");
            let file = File {
                path,
                ..File::default()
            };
            Files::one(&partner, None, what, file, at)
        };
        match event {
            Event::Login(n) => Content::Logins(Logins {
                partner,
                count: 1,
                addresses: vec![address(n)],
                at,
                ..Logins::default()
            }),
            Event::Failure(n) => Content::Failures(Failures {
                partner,
                full_name: None,
                count: 1,
                cause: Cause::Password,
                addresses: vec![address(n)],
                at,
                method: None,
                today: 1,
                own: false,
                each: Vec::new(),
            }),
            Event::Upload(n) => Content::Files(files(Transfer::Upload, n)),
            Event::Broken(n) => Content::Troubled(files(Transfer::UploadInterrupted, n)),
            Event::Missing(n) => Content::FeedMissing(FeedMissing {
                id: n.to_string(),
                partner,
                full_name: None,
                files: "*".to_owned(),
                due: at,
                arrived: 0,
                count: 1,
                lack: Default::default(),
                download: false,
                since: None,
                unfit: None,
                seen: Seen::default(),
                mention: None,
            }),
            Event::Arrived(n) => Content::FeedArrived(FeedArrived {
                id: n.to_string(),
                partner,
                full_name: None,
                files: "*".to_owned(),
                due: at,
                at,
                count: 1,
                download: false,
                file: File::default(),
                on_time: false,
                since: None,
            }),
            Event::Blind => Content::Blind(Blind {
                partner,
                full_name: None,
                sure: true,
                sessions: 1,
                at,
            }),
            Event::Works => Content::Works(Works {
                partner,
                full_name: None,
                at,
            }),
        }
    }

    fn happens(&mut self, event: &Event) {
        self.advance();
        let content = self.content(event);
        self.happened.push(content.clone());
        let (now, rules) = (self.now, &self.rules);
        let resume = &mut self.daily.resume;
        let mut outbox = Outbox {
            messages: &mut resume.outbox,
            next: &mut resume.next_message,
            matters: &mut resume.matters,
        };
        match content {
            Content::Files(_) => drop(resume.alerts.wait((Boot(1), 1), now, RENAMED, content)),
            content => (resume.alerts).tell(now, now, content, &|_| *rules, &mut outbox),
        }
        self.now = self.now.plus(Duration::from_secs(1));
    }

    fn advance(&mut self) {
        let (now, rules) = (self.now, &self.rules);
        let in_flight = self.posting.as_ref().map(|message| message.id);
        let resume = &mut self.daily.resume;
        let mut outbox = Outbox {
            messages: &mut resume.outbox,
            next: &mut resume.next_message,
            matters: &mut resume.matters,
        };
        (resume.alerts).advance(now, now, true, &|_| *rules, &mut outbox, in_flight);
        self.most = self.most.max(resume.matters.iter().count());
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Happens(event) => self.happens(event),
            Step::Pass(seconds) => {
                self.now = self.now.plus(Duration::from_secs(*seconds));
                self.advance();
            }
            Step::BeginPost if self.posting.is_none() => {
                if let Turn::Post(message) =
                    delivery::take_message(&mut self.daily, None, &Routes::default(), self.now)
                {
                    let first = message.thread.as_ref().map(|first| &first.ts);
                    let known = first.is_some_and(|ts| self.gone.contains(ts));
                    assert!(
                        !known,
                        "{message:?} goes into a thread that is known to be gone"
                    );
                    self.posting = Some(message);
                }
            }
            Step::EndPost(reply) => {
                if let Some(message) = self.posting.take() {
                    self.end_post(&message, reply);
                }
            }
            Step::BeginEdit if self.editing.is_none() => {
                self.editing = delivery::take_edit(&self.daily);
                if let Some(edit) = &self.editing {
                    let ts = &edit.at.as_ref().unwrap().ts;
                    assert!(!self.gone.contains(ts), "{edit:?} is known to be gone");
                }
            }
            Step::EndEdit(reply) => {
                if let Some(edit) = self.editing.take() {
                    self.end_edit(&edit, reply);
                }
            }
            Step::Delete(number) => {
                let count = self.slack.len().max(1);
                if let Some(shown) = self.slack.get_mut(number % count) {
                    (shown.deleted, shown.sure) = (true, false);
                }
            }
            Step::Restart => {
                (self.posting, self.editing) = (None, None);
                let state = serde_json::to_string(&self.daily).unwrap();
                self.daily = serde_json::from_str(&state).unwrap();
                self.advance();
            }
            Step::BeginPost | Step::BeginEdit => {}
        }
    }

    /// The place of the message in Slack with this `ts`.
    fn place(&self, ts: &str) -> usize {
        ts.trim_start_matches("1.").parse().unwrap()
    }

    fn end_post(&mut self, message: &Message, reply: &Reply) {
        let thread = message.thread.as_ref().map(|first| first.ts.clone());
        if let Some(first) = &thread {
            if self.slack[self.place(first)].deleted {
                self.gone.insert(first.clone());
                self.tell_again(message.matter);
                let error = "thread_not_found".to_owned();
                let next = AfterPost::Gone { error };
                delivery::settle_message(&mut self.daily, message, &next, None);
                return;
            }
        }
        let in_first = message.in_first && thread.is_some();
        let pause = |maybe_repeated| AfterPost::Pause {
            until: Time::default(),
            maybe_repeated,
            asked: false,
        };
        let accepted = matches!(reply, Reply::Accepted | Reply::Cut);
        let at = matches!(reply, Reply::Accepted).then(|| SlackRef {
            channel: "C0".to_owned(),
            ts: format!("1.{}", self.slack.len()),
        });
        if accepted || matches!(reply, Reply::Lost) {
            self.slack.push(Shown {
                facts: message.content.clone(),
                all: message.content.clone(),
                thread,
                for_all: message.content.is_for_all(),
                in_first,
                sure: accepted && !message.maybe_repeated,
                deleted: false,
                lost: at.is_none(),
            });
        }
        let next = match reply {
            Reply::Accepted | Reply::Cut => AfterPost::Done,
            Reply::Lost => pause(true),
            Reply::NotNow => pause(false),
            Reply::Refused => AfterPost::Park {
                error: "msg_too_long".to_owned(),
            },
        };
        if matches!(reply, Reply::Refused) && !in_first {
            self.parked
                .push((message.content.clone(), message.thread.is_none()));
        }
        delivery::settle_message(&mut self.daily, message, &next, at.as_ref());
    }

    fn tell_again(&mut self, matter: Option<u64>) {
        let matter = matter.and_then(|id| self.daily.resume.matters.get(id));
        if let Some(end) = matter.and_then(|matter| matter.end.as_ref()) {
            sum(&mut self.again, end);
        }
    }

    fn end_edit(&mut self, edit: &Matter, reply: &Reply) {
        let ts = &edit.at.as_ref().unwrap().ts;
        let place = self.place(ts);
        let shown = &mut self.slack[place];
        let gone = || AfterPost::Gone {
            error: "message_not_found".to_owned(),
        };
        let pause = AfterPost::Pause {
            until: Time::default(),
            maybe_repeated: true,
            asked: false,
        };
        let next = match reply {
            _ if shown.deleted => gone(),
            Reply::Refused => {
                // From now on another message shows the matter.
                (shown.sure, shown.lost) = (false, true);
                gone()
            }
            Reply::NotNow => pause,
            Reply::Accepted | Reply::Cut | Reply::Lost => {
                (shown.facts, shown.all) = (edit.content.clone(), edit.shown());
                match reply {
                    Reply::Lost => pause,
                    _ => AfterPost::Done,
                }
            }
        };
        if matches!(next, AfterPost::Gone { .. }) {
            self.gone.insert(ts.clone());
            self.tell_again(Some(edit.id));
        }
        delivery::settle_edit(&mut self.daily, edit, &next, self.now);
    }

    /// Slack takes everything, until nothing waits.
    fn rest(&mut self) {
        for _ in 0..2_000 {
            for step in [
                Step::EndPost(Reply::Accepted),
                Step::EndEdit(Reply::Accepted),
                Step::BeginPost,
                Step::BeginEdit,
                Step::Pass(5),
            ] {
                self.step(&step);
            }
            let gathered = self.daily.resume.alerts.groups.values();
            let waits = gathered.filter(|group| group.gathered.is_some()).count();
            if waits == 0
                && self.daily.resume.outbox.is_empty()
                && delivery::take_edit(&self.daily).is_none()
                && self.posting.is_none()
                && self.editing.is_none()
            {
                return;
            }
        }
        panic!("something waits for ever: {:#?}", self.daily.resume.outbox);
    }

    /// Is it known for certain that this is told?
    fn is_sure(&self, shown: &Shown) -> bool {
        let mut first = shown.thread.iter().map(|ts| &self.slack[self.place(ts)]);
        // A message that stands for one that is gone tells what the replies to that one told.
        let again = |first: &Shown| {
            let mut parts = first.facts.parts().iter();
            parts.any(|part| part.group() == shown.facts.group())
        };
        shown.sure && first.all(|first| first.sure && !again(first))
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let (mut sure, mut unsure, mut due) = (Sums::new(), Sums::new(), Sums::new());
        self.happened
            .iter()
            .for_each(|content| sum(&mut due, content));
        for (content, alone) in &self.parked {
            // The edit of the first message may tell the end that a refused reply told.
            sum(if *alone { &mut sure } else { &mut unsure }, content);
        }
        for shown in &self.slack {
            // What stands alone replaces what the first message showed before.
            if shown.in_first && shown.facts.group().is_some() {
                continue;
            }
            match self.is_sure(shown) {
                true => sum(&mut sure, &shown.facts),
                false => sum(&mut unsure, &shown.facts),
            }
        }
        for (name, due) in due {
            let sure = sure.get(&name).copied().unwrap_or(0);
            let unsure = unsure.get(&name).copied().unwrap_or(0);
            let again = self.again.get(&name).copied().unwrap_or(0);
            // A later message that stands alone replaces the earlier one.
            let counted = ["login", "failure", "upload", "broken"];
            let counted = counted.iter().any(|kind| name.starts_with(kind));
            let least = if counted { due } else { due.min(1) };
            prop_assert!(
                sure <= due + again && sure + unsure >= least,
                "{name}: {due} happened, told are {sure} for certain and {unsure} perhaps: {:#?}",
                self.slack
            );
        }
        self.ended()
    }

    /// Every message of the channel about a trouble that ended shows it, or a later one does.
    fn ended(&self) -> Result<(), TestCaseError> {
        for (place, shown) in self.slack.iter().enumerate() {
            let troubles = shown.all.parts().iter();
            let earlier = |trouble: &Content, event: &Content| match (trouble, event) {
                (Content::Troubled(a), Content::Files(b)) => b.at < a.at,
                _ => false,
            };
            let mends = |t: &Content, event: &Content| !earlier(t, event) && ends(t, event);
            let over = troubles.filter(|t| self.happened.iter().any(|event| mends(t, event)));
            for trouble in over {
                let open = shown.deleted || shown.lost || shown.thread.is_some();
                // Failures from several addresses end with the first log-in from one of them, also where a message shows only
                // some of them, because the first one is gone.
                let mended = shown.all.parts().iter().any(|part| match (trouble, part) {
                    (Content::Failures(_), Content::Logins(b)) => {
                        let mut failed = self.happened.iter().filter_map(|event| match event {
                            Content::Failures(a) if a.at <= b.at => Some(&a.addresses),
                            _ => None,
                        });
                        failed.any(|from| from.iter().any(|from| b.addresses.contains(from)))
                    }
                    _ => ends(trouble, part),
                });
                let parked = self
                    .parked
                    .iter()
                    .any(|(content, _)| ends(trouble, content));
                let mut later = self.slack[place + 1..].iter();
                let stands = later.any(|later| {
                    (later.thread.is_none() || later.for_all) && ends(trouble, &later.all)
                });
                prop_assert!(
                    open || parked || stands || mended,
                    "{trouble:?} is over and not shown as such: {:#?}",
                    self.slack
                );
            }
        }
        Ok(())
    }
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (0..2u8).prop_map(Event::Login),
        (0..2u8).prop_map(Event::Failure),
        (0..2u8).prop_map(Event::Upload),
        (0..2u8).prop_map(Event::Broken),
        (0..2u8).prop_map(Event::Missing),
        (0..2u8).prop_map(Event::Arrived),
        Just(Event::Blind),
        Just(Event::Works),
    ]
}

fn reply() -> impl Strategy<Value = Reply> {
    prop_oneof![
        8 => Just(Reply::Accepted),
        1 => Just(Reply::Cut),
        1 => Just(Reply::Lost),
        1 => Just(Reply::NotNow),
        1 => Just(Reply::Refused),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => event().prop_map(Step::Happens),
        1 => prop_oneof![0..5u64, 0..60u64, 0..1_000u64, 0..20_000u64].prop_map(Step::Pass),
        5 => Just(Step::BeginPost),
        5 => reply().prop_map(Step::EndPost),
        3 => Just(Step::BeginEdit),
        3 => reply().prop_map(Step::EndEdit),
        1 => (0..20usize).prop_map(Step::Delete),
        1 => Just(Step::Restart),
    ]
}

fn worlds() -> u32 {
    let asked = std::env::var("MATTERS_WORLDS").ok();
    asked.map_or(800, |asked| asked.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: worlds(), failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_slack_and_people_do_a_matter_is_told_once_and_shown_as_ended(
        follow_up in prop_oneof![Just(FollowUp::Edit), Just(FollowUp::Thread), Just(FollowUp::Post)],
        max_per_hour in prop_oneof![Just(2u32), Just(12)],
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let mut world = World::new(follow_up, max_per_hour);
        steps.iter().for_each(|step| world.step(step));
        world.rest();
        world.check()?;
    }
}

#[test]
fn edits_that_slack_never_takes_and_thousands_of_partners_leave_few_matters_and_lose_no_failure() {
    let mut world = World::new(FollowUp::Edit, 12);
    let (mut first, mut edited) = (0, 0);
    for n in 0..2_000 {
        for event in [Event::Failure(0), Event::Failure(0)] {
            let Content::Failures(failures) = world.content(&event) else {
                unreachable!("a failure");
            };
            let partner = format!("p{n}");
            let content = Content::Failures(Failures {
                partner,
                ..failures
            });
            let resume = &mut world.daily.resume;
            let mut outbox = Outbox {
                messages: &mut resume.outbox,
                next: &mut resume.next_message,
                matters: &mut resume.matters,
            };
            outbox.push(world.now, content);
            world.now = world.now.plus(Duration::from_secs(2));
            // Posts are taken all the time, edits never.
            while !world.daily.resume.outbox.is_empty() {
                world.step(&Step::BeginPost);
                world.step(&Step::EndPost(Reply::Accepted));
            }
        }
        world.advance();
    }
    assert!(world.most <= 460, "{} matters", world.most);
    for shown in world.slack.iter().filter(|shown| shown.thread.is_none()) {
        let Content::Failures(failures) = &shown.facts else {
            panic!("{shown:?}");
        };
        match failures.count {
            1 => first += 1,
            _ => edited += 1,
        }
    }
    // Each is told once; another message stands for each edit but the latest.
    assert_eq!(first, 2_000);
    assert!(edited >= 1_700, "{edited}");
}

/// Plays these steps, lets Slack take everything, and checks what it shows.
fn plays(follow_up: FollowUp, steps: &[Step]) {
    let mut world = World::new(follow_up, 2);
    steps.iter().for_each(|step| world.step(step));
    world.rest();
    let told = world.check();
    assert!(told.is_ok(), "{told:?}");
}

#[test]
fn a_trouble_that_waits_is_shown_as_ended_by_a_file_that_is_told_in_the_thread_of_a_summary() {
    use Event::*;
    use Step::*;
    let steps = [
        Happens(Broken(0)),
        Happens(Login(0)),
        Happens(Missing(0)),
        Pass(598),
        Happens(Missing(0)),
        Happens(Broken(0)),
        Pass(43),
        Happens(Upload(0)),
        Happens(Broken(0)),
    ];
    plays(FollowUp::Edit, &steps);
}

#[test]
fn a_trouble_in_the_thread_of_a_message_that_slack_refuses_is_shown_as_ended() {
    use Event::*;
    use Step::*;
    let steps = [
        Happens(Upload(0)),
        Happens(Broken(0)),
        Happens(Broken(1)),
        Happens(Login(0)),
        BeginPost,
        Happens(Upload(1)),
        EndPost(Reply::Accepted),
        Happens(Broken(1)),
        BeginPost,
        EndPost(Reply::Refused),
    ];
    plays(FollowUp::Thread, &steps);
}

#[test]
fn a_reply_that_may_be_in_a_thread_that_is_gone_is_told_by_the_message_that_stands_for_it_alone() {
    use Event::*;
    use Step::*;
    let steps = [
        Happens(Failure(1)),
        BeginPost,
        EndPost(Reply::Accepted),
        Happens(Login(0)),
        Pass(28),
        BeginPost,
        Happens(Failure(0)),
        EndPost(Reply::Accepted),
        BeginPost,
        EndPost(Reply::Lost),
        Delete(15),
        BeginPost,
        EndPost(Reply::Accepted),
        Pass(600),
        Happens(Login(0)),
        BeginPost,
        EndPost(Reply::Refused),
    ];
    plays(FollowUp::Edit, &steps);
}

#[test]
fn a_log_in_before_the_failures_of_one_message_does_not_tell_their_end() {
    use Event::*;
    use Step::*;
    let steps = [
        Happens(Works),
        Happens(Failure(0)),
        Pass(3_157),
        Happens(Login(1)),
        Happens(Failure(0)),
        Pass(439),
        Happens(Failure(1)),
        Happens(Login(0)),
    ];
    plays(FollowUp::Edit, &steps);
}
