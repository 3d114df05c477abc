//! Partners with channels of their own, in any order of events and outages: a channel is shown nothing of another partner.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic")]
#![allow(unreachable_pub, reason = "shared with no one")]

#[allow(dead_code, reason = "only what is shown is read")]
#[path = "support/rules.rs"]
mod rules;
#[path = "support/said.rs"]
mod said;
#[allow(dead_code, reason = "the scenarios are made here")]
#[path = "support/scenario.rs"]
mod scenario;
#[path = "support/users.rs"]
mod users;

use proptest::prelude::*;

const PARTNERS: [&str; 3] = ["alice", "bob", "carol"];

/// Configurations in which what is about Alice goes to `C-ALICE` or to the main channel, and what is about Bob likewise.
const ROUTES: [&str; 5] = [
    "alerts.partners.alice channel = \"C-ALICE\"\nalerts.partners.bob channel = \"C-BOB\"\n",
    "route partners = [\"alice\"], channel = \"C-ALICE\"\nroute partners = [\"bob\"], channel = \"C-BOB\"\n",
    "route kinds = [\"failure\"], partners = [\"alice\"], channel = \"C-ALICE\"\n\
     route kinds = [\"interrupted\", \"upload\"], partners = [\"bob\"], channel = \"C-BOB\"\n",
    "route kinds = [\"failure\"], nowhere = true\n\
     alerts.partners.alice channel = \"C-ALICE\"\nalerts.partners.bob channel = \"C-BOB\"\n",
    "route kinds = [\"login\", \"upload\"], nowhere = true\n\
     route kinds = [\"interrupted\", \"missing\"], partners = [\"alice\"], channel = \"C-ALICE\"\n\
     alerts.partners.bob channel = \"C-BOB\"\n",
];

/// What happens to a partner: its number, what, and how many seconds later.
type Happens = (usize, usize, u32);

/// The lines of a partner's event.
fn lines(partner: usize, what: usize, pid: usize) -> Vec<String> {
    let (name, uid) = (PARTNERS[partner], 1001 + partner);
    let from = format!("192.0.2.{} port 5000{}", partner + 1, partner);
    let shared = "192.0.2.99 port 4000";
    let sftp = format!("internal-sftp[{}] uid={uid}", 20 + partner);
    let sshd = format!("sshd[{pid}] uid=0");
    let open = |file: &str| {
        format!("{sftp}: open \"/{name}-{file}.csv\" flags WRITE,CREATE,TRUNCATE mode 0644")
    };
    let close = |file: &str, how: &str| {
        format!("{sftp}: {how} \"/{name}-{file}.csv\" bytes read 0 written 10")
    };
    match what {
        0 => vec![format!(
            "{sshd}: Accepted password for {name} from {from} ssh2"
        )],
        1 | 2 => vec![format!(
            "{sshd}: Failed password for {name} from {from} ssh2"
        )],
        3 => vec![format!(
            "{sshd}: Failed password for {name} from {shared} ssh2"
        )],
        4 | 5 => vec![open("one"), close("one", "forced close")],
        6 => vec![open("two"), close("two", "forced close")],
        7 | 8 => vec![open("one"), close("one", "close")],
        9 => vec![format!(
            "sshd[5] uid=0: drop connection #0 from [192.0.2.{}]:50001 on [192.0.2.200]:22 penalty: failed authentication",
            partner + 1
        )],
        10 => vec![format!(
            "{sshd}: User {name} not allowed because account is locked"
        )],
        _ => vec![open("feed"), close("feed", "close")],
    }
}

fn scenario(routes: &str, follow_up: &str, down: &[(u32, u32)], events: &[Happens]) -> String {
    let mut text = String::from("\n== A day.\nthreads\n");
    for (number, name) in PARTNERS.iter().enumerate() {
        let full = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        text += &format!("partner {name} {} {full}\n", 1001 + number);
        text +=
            &format!("expect partner = \"{name}\", files = \"{name}-feed.csv\", by = \"07:00\"\n");
    }
    text += &format!("{routes}alerts follow-up = \"{follow_up}\"\n");
    let at = |seconds: u32| {
        let (hours, rest) = (6 + seconds / 3_600, seconds % 3_600);
        format!("{hours:02}:{:02}:{:02}", rest / 60, rest % 60)
    };
    for (from, to) in down {
        text += &format!("slack-down {} to {}\n", at(*from), at(from + to));
    }
    text += "06:00:00 sshd[1] uid=0: Server listening on :: port 22.\n";
    let mut now = 0;
    for (number, (partner, what, later)) in events.iter().enumerate() {
        for line in lines(*partner, *what, 100 + number) {
            now += later;
            text += &format!("{} {line}\n", at(now));
            now += 1;
        }
    }
    text
}

fn worlds() -> u32 {
    let asked = std::env::var("CHANNELS_WORLDS").ok();
    asked.map_or(1_500, |asked| asked.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: worlds(), failure_persistence: None, max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn a_partners_channel_is_shown_nothing_of_another_partner(
        routes in 0..ROUTES.len(),
        follow_up in prop_oneof![Just("edit"), Just("thread"), Just("post")],
        down in proptest::collection::vec((0..5_000u32, prop_oneof![1..300u32, 600..4_000u32]), 0..3),
        events in proptest::collection::vec(
            (0..3usize, 0..12usize, prop_oneof![3 => 0..5u32, 2 => 0..120u32, 1 => 300..900u32]),
            1..25,
        ),
    ) {
        let text = scenario(ROUTES[routes], follow_up, &down, &events);
        let (_, scenarios) = scenario::parse(&text);
        let shown = rules::shown(&scenarios[0].steps);
        for (channel, said) in &shown {
            let Some(own) = channel.strip_prefix("C-").map(str::to_lowercase) else {
                continue;
            };
            let said_of = |partner: &&&str| said.to_lowercase().contains(**partner);
            let others = PARTNERS.iter().filter(|partner| **partner != own);
            let named: Vec<&&str> = others.filter(said_of).collect();
            prop_assert!(named.is_empty(), "{channel} is shown {named:?}: {said}\n{text}");
        }
    }
}
