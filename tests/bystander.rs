//! Bystanders: whatever another does, what is counted, told and noted of a partner is what it would be without that.
//!
//! Two worlds of generated operations: in both alice does the same, in one a hostile partner or an outsider does more. Only
//! the pace of messages may differ, and who fails in alice's name is told as failures of hers.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic")]
#![allow(unreachable_pub, reason = "shared with no one")]

#[path = "support/rules.rs"]
mod rules;
#[path = "support/said.rs"]
mod said;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/scenario.rs"]
mod scenario;
#[path = "support/users.rs"]
mod users;

use std::fmt::Write as _;

use proptest::prelude::*;

/// How many partners there are beside alice and bob.
const PARTNERS: u32 = 90;

/// What alice does.
#[derive(Clone, Copy, Debug)]
enum Honest {
    LogIn,
    FailAndLogIn,
    Upload,
    UploadAndRename,
    /// Files that stay open for writing until the session ends.
    Leave,
    BreakOff,
    Download,
    /// A line that sshd cut: its direction is unknown.
    Cut,
    /// sshd turns her own address away.
    Dropped,
    /// A session of sftp that leaves no line of sftp-server.
    Blind,
}

/// What the hostile one does, so many times.
#[derive(Clone, Copy, Debug)]
enum Hostile {
    Partner(Partner, u32),
    Outsider(Outsider, u32),
}

/// What a partner can do.
#[derive(Clone, Copy, Debug)]
enum Partner {
    LogIns,
    LogInsFromManyAddresses,
    /// Sessions with five files each that are open for writing.
    Sessions,
    Handles,
    Uploads,
    UploadsOfEachKind,
    Renames,
    BreakOffs,
    Cuts,
    Blind,
}

/// What anybody can do who reaches the port.
#[derive(Clone, Copy, Debug)]
enum Outsider {
    Names,
    NamesFromManyAddresses,
    /// Offers of keys: told ten seconds later.
    Offers,
    AlicesName,
    AlicesNameFromManyAddresses,
    InvalidNames,
    Connections,
    /// sshd turns the outsider away.
    Dropped,
}

fn honest() -> impl Strategy<Value = Honest> {
    use Honest::*;
    prop::sample::select(vec![
        LogIn,
        FailAndLogIn,
        Upload,
        UploadAndRename,
        Leave,
        BreakOff,
        Download,
        Cut,
        Dropped,
        Blind,
    ])
}

fn partner() -> impl Strategy<Value = Hostile> {
    use Partner::*;
    let kinds = vec![
        (LogIns, 1_200),
        (LogInsFromManyAddresses, 1_300),
        (Sessions, 995),
        (Handles, 1_100),
        (Uploads, 400),
        (UploadsOfEachKind, 30),
        (Renames, 400),
        (BreakOffs, 40),
        (Cuts, 40),
        (Blind, 1_200),
    ];
    (prop::sample::select(kinds), any::<prop::sample::Index>())
        .prop_map(|((kind, most), index)| Hostile::Partner(kind, many(most, index)))
}

fn outsider() -> impl Strategy<Value = Hostile> {
    use Outsider::*;
    let kinds = vec![
        (Names, PARTNERS),
        (NamesFromManyAddresses, PARTNERS),
        (Offers, PARTNERS),
        (AlicesName, 100),
        (AlicesNameFromManyAddresses, 1_500),
        (InvalidNames, 1_200),
        (Connections, 2_500),
        (Dropped, 5),
    ];
    (prop::sample::select(kinds), any::<prop::sample::Index>())
        .prop_map(|((kind, most), index)| Hostile::Outsider(kind, many(most, index)))
}

/// Often as many as there can be: that is where tables are full.
fn many(most: u32, index: prop::sample::Index) -> u32 {
    match index.index(3) {
        0 => most / 3 + 1,
        _ => most,
    }
}

/// A step of either world, and how many seconds pass behind it.
type Steps = Vec<(Result<Honest, Hostile>, u32)>;

/// Alice's steps among the hostile one's.
fn steps(hostile: impl Strategy<Value = Hostile>) -> impl Strategy<Value = Steps> {
    let alices = prop::collection::vec((honest(), 0u32..40), 2..6);
    let others = prop::collection::vec((hostile, 0u32..40), 1..5);
    let mixed = (alices, others).prop_map(|(alices, others)| {
        let alices = alices.into_iter().map(|(step, after)| (Ok(step), after));
        let others = others.into_iter().map(|(step, after)| (Err(step), after));
        alices.chain(others).collect::<Steps>()
    });
    mixed.prop_shuffle()
}

/// So many seconds after six.
fn clock(seconds: u32) -> String {
    let (minutes, second) = (seconds / 60, seconds % 60);
    format!("{:02}:{:02}:{second:02}", 6 + minutes / 60, minutes % 60)
}

/// What happened, line by line, with the clock that the lines stand at.
#[derive(Default)]
struct Log {
    lines: String,
    clock: u32,
    /// Names of files and numbers of processes that nobody has had.
    next: u32,
}

impl Log {
    fn at(&mut self, rest: &str) {
        writeln!(self.lines, "{} {rest}", clock(self.clock)).unwrap();
    }

    fn sshd(&mut self, pid: u32, message: &str) {
        self.at(&format!("sshd[{pid}] uid=0: {message}"));
    }

    fn sftp(&mut self, who: &Who, pid: u32, message: &str) {
        let uid = who.uid;
        self.at(&format!("internal-sftp[{pid}] uid={uid}: {message}"));
    }

    fn pid(&mut self) -> u32 {
        self.next += 1;
        100 + self.next
    }

    fn log_in(&mut self, who: &Who, address: &str) -> u32 {
        let (pid, name) = (self.pid(), who.name);
        let port = port(pid);
        let message = format!("Accepted password for {name} from {address} port {port} ssh2");
        self.sshd(pid, &message);
        pid
    }

    fn session(&mut self, who: &Who) -> u32 {
        let (pid, name, address) = (self.pid(), who.name, who.address);
        let message = format!("session opened for local user {name} from [{address}]");
        self.sftp(who, pid, &message);
        pid
    }

    fn open(&mut self, who: &Who, pid: u32, file: &str) {
        let message = format!("open \"{file}\" flags WRITE,CREATE,TRUNCATE mode 0644");
        self.sftp(who, pid, &message);
    }

    fn close(&mut self, who: &Who, pid: u32, file: &str) {
        let message = format!("close \"{file}\" bytes read 0 written 5");
        self.sftp(who, pid, &message);
    }

    /// A session that sshd starts, and of which no line is seen.
    fn blind(&mut self, who: &Who) {
        let pid = self.log_in(who, who.address);
        let (name, address, port) = (who.name, who.address, port(pid));
        let starting = format!(
            "sshd[{}] uid={}: Starting session: subsystem 'sftp' for {name} from {address} port {port} id 0",
            pid + 10_000,
            who.uid
        );
        self.at(&starting);
        let closed = format!("pam_unix(sshd:session): session closed for user {name}");
        self.sshd(pid, &closed);
    }

    fn broken_off(&mut self, who: &Who, pid: u32, file: &str) {
        self.open(who, pid, file);
        let message = format!("forced close \"{file}\" bytes read 0 written 5");
        self.sftp(who, pid, &message);
    }

    fn download(&mut self, who: &Who, pid: u32, file: &str) {
        self.sftp(who, pid, &format!("open \"{file}\" flags READ mode 0666"));
        let message = format!("close \"{file}\" bytes read 5 written 0");
        self.sftp(who, pid, &message);
    }

    fn failed(&mut self, name: &str, address: &str) {
        let pid = self.pid();
        let message = format!("Failed password for {name} from {address} port 5 ssh2");
        self.sshd(pid, &message);
    }
}

/// The port that a log-in of this process comes from.
fn port(pid: u32) -> u32 {
    2_000 + pid % 60_000
}

struct Who {
    name: &'static str,
    uid: u32,
    address: &'static str,
}

const ALICE: Who = Who {
    name: "alice",
    uid: 1001,
    address: "192.0.2.7",
};

const BOB: Who = Who {
    name: "bob",
    uid: 1002,
    address: "192.0.2.8",
};

const OUTSIDE: &str = "203.0.113.9";

fn honestly(log: &mut Log, sftp: u32, number: usize, step: Honest) {
    let file = format!("{number}.csv");
    match step {
        Honest::LogIn => drop(log.log_in(&ALICE, ALICE.address)),
        Honest::FailAndLogIn => {
            log.failed("alice", ALICE.address);
            log.log_in(&ALICE, ALICE.address);
        }
        Honest::Upload => {
            log.open(&ALICE, sftp, &file);
            log.close(&ALICE, sftp, &file);
        }
        Honest::UploadAndRename => {
            let part = format!("{file}.part");
            log.open(&ALICE, sftp, &part);
            log.close(&ALICE, sftp, &part);
        }
        Honest::Leave => (0..4).for_each(|n| log.open(&ALICE, sftp, &format!("{n}-{file}"))),
        Honest::BreakOff => log.broken_off(&ALICE, sftp, &file),
        Honest::Download => log.download(&ALICE, sftp, &file),
        Honest::Cut => {
            let message = format!("close \"{number}{{a*500}}");
            log.sftp(&ALICE, sftp, &message);
        }
        Honest::Dropped => {
            let message = format!(
                "drop connection #0 from [{}]:1 on [192.0.2.1]:22 Maxstartups",
                ALICE.address
            );
            log.sshd(1, &message);
        }
        Honest::Blind => log.blind(&ALICE),
    }
}

fn as_partner(log: &mut Log, sftp: u32, step: Partner, times: u32) {
    for n in 0..times {
        let file = format!("{n}.xml");
        match step {
            Partner::LogIns => drop(log.log_in(&BOB, BOB.address)),
            Partner::LogInsFromManyAddresses => {
                let address = format!("2001:db8::{n:x}");
                log.log_in(&BOB, &address);
            }
            Partner::Sessions => {
                let sftp = log.session(&BOB);
                for file in 0..5 {
                    log.open(&BOB, sftp, &format!("{n}-{file}.xml"));
                }
            }
            Partner::Handles => log.open(&BOB, sftp, &file),
            Partner::Uploads => log.close(&BOB, sftp, &file),
            Partner::UploadsOfEachKind => {
                log.log_in(&BOB, BOB.address);
                log.close(&BOB, sftp, &file);
                log.broken_off(&BOB, sftp, &file);
                log.download(&BOB, sftp, &file);
                log.failed("bob", BOB.address);
                log.blind(&BOB);
                log.clock += 31;
            }
            Partner::Renames => {
                log.close(&BOB, sftp, &file);
                let message = format!("rename old \"{file}\" new \"{n}.renamed\"");
                log.sftp(&BOB, sftp, &message);
            }
            Partner::BreakOffs => log.broken_off(&BOB, sftp, &file),
            Partner::Cuts => {
                let message = format!("close \"{n}{{b*500}}");
                log.sftp(&BOB, sftp, &message);
            }
            Partner::Blind => log.blind(&BOB),
        }
    }
}

fn as_outsider(log: &mut Log, step: Outsider, times: u32) {
    for n in 0..times {
        let far = format!("2001:db8:{n:x}::1");
        match step {
            Outsider::Names => log.failed(&format!("p{n}"), OUTSIDE),
            Outsider::NamesFromManyAddresses => log.failed(&format!("p{n}"), &far),
            Outsider::Offers => {
                let pid = log.pid();
                let of = format!("p{n} from {OUTSIDE} port 5");
                log.sshd(
                    pid,
                    &format!("Failed publickey for {of} ssh2: RSA SHA256:x"),
                );
                let of = format!("p{n} {OUTSIDE} port 5");
                let closed = format!("Connection closed by authenticating user {of} [preauth]");
                log.sshd(pid, &closed);
            }
            Outsider::AlicesName => log.failed("alice", OUTSIDE),
            Outsider::AlicesNameFromManyAddresses => log.failed("alice", &far),
            Outsider::InvalidNames => {
                let pid = log.pid();
                log.sshd(pid, &format!("Invalid user x{n} from {OUTSIDE} port 5"));
            }
            Outsider::Connections => {
                let pid = log.pid();
                let message =
                    format!("Failed publickey for root from {far} port 5 ssh2: RSA SHA256:x");
                log.sshd(pid, &message);
            }
            Outsider::Dropped => {
                let message = format!(
                    "drop connection #0 from [{OUTSIDE}]:1 on [192.0.2.1]:22 penalty: failed authentication"
                );
                log.sshd(1, &message);
            }
        }
    }
}

/// The lines of a world.
fn world(steps: &Steps, hostile: bool) -> Log {
    let mut log = Log::default();
    let mut alice = 0;
    let mut bob = 0;
    for (who, sftp) in [(&ALICE, &mut alice), (&BOB, &mut bob)] {
        log.log_in(who, who.address);
        *sftp = log.session(who);
    }
    for (number, (step, after)) in steps.iter().enumerate() {
        let begun = log.clock;
        // Numbers and clocks are the same in both worlds.
        let next = log.next + 10_000;
        match step {
            Ok(step) => honestly(&mut log, alice, number, *step),
            Err(step) => {
                let lines = log.lines.len();
                match *step {
                    Hostile::Partner(step, times) => as_partner(&mut log, bob, step, times),
                    Hostile::Outsider(step, times) => as_outsider(&mut log, step, times),
                }
                if !hostile {
                    log.lines.truncate(lines);
                }
            }
        }
        log.next = next;
        log.clock = log.clock.max(begun) + after;
        if let Ok(Honest::UploadAndRename) = step {
            // As her client does it: at once.
            log.clock = begun + after.min(&1);
            let message = format!("rename old \"{number}.csv.part\" new \"{number}.csv\"");
            log.sftp(&ALICE, alice, &message);
            log.clock = begun + after;
        }
    }
    log.clock += 1;
    // Her session ends without its own line: what it left open broke off.
    log.sshd(101, "pam_unix(sshd:session): session closed for user alice");
    log
}

/// Alice's part of what was told and counted, and the notices of the day.
#[derive(Debug, PartialEq)]
struct Part {
    counted: Vec<String>,
    told: Vec<String>,
    notices: Vec<String>,
}

/// What is left of a message where it tells of nobody's failures.
fn without_failures(message: &str) -> String {
    if message.starts_with("🔴") {
        return String::new();
    }
    let rows = message.lines().map(|line| match line.split_once(" : ") {
        Some((partner, said)) if message.starts_with("📋") => {
            let failed = |said: &&str| said.contains("échec") || said.contains("tentatives");
            let said: Vec<&str> = said.split(", ").filter(|said| !failed(said)).collect();
            match said.is_empty() {
                true => String::new(),
                false => format!("{partner} : {}", said.join(", ")),
            }
        }
        _ => line
            .split(", dernier échec de connexion")
            .next()
            .unwrap()
            .to_owned(),
    });
    rows.collect::<Vec<String>>().join("\n")
}

fn part(setup: &str, lines: &str, in_her_name: bool) -> Part {
    let (_, scenarios) = scenario::parse(&format!("{setup}\n== One.\n{lines}"));
    let [told, counted] = rules::played(&scenarios[0].steps);
    let mut messages: Vec<String> = Vec::new();
    for line in told.lines() {
        match (line.strip_prefix("    "), messages.last_mut()) {
            (Some(more), Some(message)) => {
                *message += "\n";
                *message += more;
            }
            // The clock is the pace's.
            _ => messages.push(line.split_once(' ').unwrap().1.to_owned()),
        }
    }
    if in_her_name {
        messages = messages
            .iter()
            .map(|message| without_failures(message))
            .collect();
    }
    // What waited of a partner is one message: which rows stand together is the pace's.
    let rows = messages.iter().flat_map(|message| message.lines());
    let of_attempts =
        |row: &str| row.starts_with("🔴") || row.contains("d'où son nom a été essayé");
    let rows = rows.filter(|row| row.contains("Alice") && !(in_her_name && of_attempts(row)));
    let mut messages: Vec<String> = rows.map(str::to_owned).collect();
    messages.sort();
    let day = counted.lines().next().unwrap();
    let (_, day) = day.split_once(": ").unwrap();
    let mut own = Vec::new();
    let mut notices = Vec::new();
    for said in day.split("; ") {
        if let Some(counts) = said.strip_prefix("alice ") {
            let words: Vec<&str> = counts.split(' ').collect();
            let counts = words
                .chunks(2)
                .filter(|count| !in_her_name || count[0] != "failed");
            own.extend(counts.map(|count| count.join(" ")));
        }
        notices.extend(said.strip_prefix("notice ").map(str::to_owned));
    }
    Part {
        counted: own,
        told: messages,
        notices,
    }
}

/// What a notice is about, how often, and of whom; those of several are counted in one where they name nobody.
fn about(notice: &str) -> (&str, u64, Option<&str>) {
    let (kind, rest) = notice.split_once(' ').unwrap();
    let (count, rest) = rest.split_once(' ').unwrap();
    (
        kind,
        count.parse().unwrap(),
        rest.split_once('(').map(|(_, detail)| detail),
    )
}

fn same(steps: &Steps, down: u32, late: bool, in_her_name: bool) -> Result<(), TestCaseError> {
    let hostile = world(steps, true);
    let quiet = world(steps, false);
    let mut setup = String::from(
        "\
partner alice 1001
partner bob 1002
other root 0
alerts download = true
expect partner = \"alice\", files = \"*.csv\", by = \"11:00\"
",
    );
    for n in 0..PARTNERS {
        writeln!(setup, "partner p{n} {}", 2_000 + n).unwrap();
    }
    // Slack is away for a while; never so long that what is told is no news.
    writeln!(setup, "slack-down 06:00:00 to 06:{:02}:00", 1 + down).unwrap();
    let read = |log: &Log| {
        let end = log.clock + 5;
        match late && end < 540 {
            true => format!("clock 06:00:00\nabsent-until {}\n{}", clock(end), log.lines),
            false => format!("clock 06:00:00\n{}", log.lines),
        }
    };
    let with = part(&setup, &read(&hostile), in_her_name);
    let without = part(&setup, &read(&quiet), in_her_name);
    prop_assert_eq!(&with.counted, &without.counted);
    prop_assert_eq!(&with.told, &without.told);
    for notice in &without.notices {
        let (kind, count, detail) = about(notice);
        let mut others = with.notices.iter().map(|notice| about(notice));
        prop_assert!(
            others.any(|(k, c, d)| k == kind && c >= count && d == detail),
            "{notice} is not in {:?}",
            with.notices
        );
    }
    Ok(())
}

#[test]
fn the_open_files_of_many_sessions_of_a_partner_push_out_none_of_another() {
    let steps = vec![
        (Ok(Honest::Leave), 1),
        (Ok(Honest::Leave), 1),
        (Err(Hostile::Partner(Partner::Sessions, 995)), 1),
        (Ok(Honest::Upload), 1),
        (Ok(Honest::BreakOff), 1),
    ];
    same(&steps, 0, false, false).unwrap();
}

#[test]
fn the_names_of_many_partners_that_an_outsider_tries_take_no_alert_of_theirs() {
    let steps = vec![
        (Ok(Honest::LogIn), 1),
        (Err(Hostile::Outsider(Outsider::Names, 75)), 1),
        (Ok(Honest::Upload), 1),
    ];
    same(&steps, 2, false, true).unwrap();
}

/// How many worlds are tried; `BYSTANDER_WORLDS` says otherwise.
fn worlds() -> u32 {
    let given = std::env::var("BYSTANDER_WORLDS").ok();
    given.map_or(6, |worlds| worlds.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: worlds(), failure_persistence: None, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_a_partner_does_changes_what_is_known_of_another(
        steps in steps(partner()), down in 0u32..5, late in any::<bool>(),
    ) {
        same(&steps, down, late, false)?;
    }

    #[test]
    fn nothing_that_an_outsider_does_changes_what_is_known_of_a_partner_but_the_failures_in_its_name(
        steps in steps(outsider()), down in 0u32..5, late in any::<bool>(),
    ) {
        same(&steps, down, late, true)?;
    }
}
