//! Tables that are full: whatever is kept only up to a number, nobody fills it to keep another's truth out.

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

use sftp_monitor::domain::alerts::{Content, FeedArrived, File, Matters, Outbox};
use sftp_monitor::domain::base::time::Time;

/// Accounts, and a Slack that is told of nothing that these tests do not ask for.
const SETUP: &str = "\
partner alice 1001
partner bob 1002
other mallory 1005
alerts login = false
alerts failure = false
alerts upload = false
";

/// What is told in these lines, and what is counted, as text.
fn played(setup: &str, lines: &str) -> String {
    let (_, scenarios) = scenario::parse(&format!("{SETUP}{setup}\n== One.\n{lines}"));
    rules::played(&scenarios[0].steps).concat()
}

/// A line for each number.
fn each(numbers: std::ops::Range<u32>, line: impl Fn(u32) -> String) -> String {
    numbers.fold(String::new(), |mut lines, n| {
        writeln!(lines, "{}", line(n)).unwrap();
        lines
    })
}

#[test]
fn whoever_fails_from_many_addresses_hides_no_partner_that_is_turned_away() {
    let mut lines = String::from(
        "06:00:00 sshd[10] uid=0: Accepted password for bob from 192.0.2.8 port 5000 ssh2\n",
    );
    lines += &each(0..1_500, |n| {
        format!(
            "06:01:00 sshd[{}] uid=0: Failed password for alice from 2001:db8::{n:x} port 5 ssh2",
            100 + n
        )
    });
    lines += "06:02:00 sshd[1] uid=0: drop connection #0 from [192.0.2.8]:1 on [192.0.2.1]:22 penalty: failed authentication\n";
    let said = played("alerts.partners.bob failure = true", &lines);
    assert!(
        said.contains("Bob ne peut pas se connecter — sshd écarte son adresse 192.0.2.8"),
        "{said}"
    );
}

#[test]
fn whoever_fails_in_the_name_of_many_partners_hides_none_that_logs_in_from_there() {
    let mut setup = String::from("alerts.partners.bob failure = true\n");
    setup += &each(0..10, |n| format!("partner p{n} {}", 2_000 + n));
    let mut lines = each(0..10, |n| {
        format!(
            "06:00:00 sshd[{}] uid=0: Failed password for p{n} from 192.0.2.8 port 5 ssh2",
            100 + n
        )
    });
    lines += "\
06:01:00 sshd[10] uid=0: Accepted password for bob from 192.0.2.8 port 5000 ssh2
06:02:00 sshd[1] uid=0: drop connection #0 from [192.0.2.8]:1 on [192.0.2.1]:22 Maxstartups
";
    let said = played(&setup, &lines);
    assert!(said.contains("Bob ne peut pas se connecter"), "{said}");
}

#[test]
fn the_files_of_one_partner_make_no_feed_of_another_seem_to_be_missing() {
    let setup = "\
expect partner = \"alice\", files = \"*.csv\", by = \"07:00\"
expect partner = \"bob\", files = \"*.xml\", by = \"07:00\"
";
    let mut lines = String::from("clock 06:00:00\n");
    for (name, pid, uid) in [("alice", 20, 1001), ("bob", 30, 1002)] {
        writeln!(
            lines,
            "06:00:01 internal-sftp[{pid}] uid={uid}: session opened for local user {name} from [192.0.2.7]"
        )
        .unwrap();
    }
    lines +=
        "06:00:02 internal-sftp[30] uid=1002: close \"feed.xml.filepart\" bytes read 0 written 5\n";
    lines += &each(0..1_500, |n| {
        format!("06:00:03 internal-sftp[20] uid=1001: close \"{n}.csv\" bytes read 0 written 5")
    });
    lines +=
        "06:00:04 internal-sftp[30] uid=1002: rename old \"feed.xml.filepart\" new \"feed.xml\"\n";
    let said = played(setup, &lines);
    assert!(!said.contains('⏰'), "{said}");
}

#[test]
fn whoever_sends_hundreds_of_files_that_must_not_come_is_told_ten_names_and_hides_no_other_partner()
{
    let setup = "\
expect partner = \"alice\", files = \"*.csv\", forbid = [\"*.exe\"], by = \"23:00\"
expect partner = \"bob\", files = \"*.xml\", forbid = [\"*.exe\"], by = \"23:00\"
";
    let mut lines = String::from("clock 06:00:00\n");
    for n in 0..900 {
        let (minutes, seconds) = (n / 60, n % 60);
        let line = format!("close \"{n}.exe\" bytes read 0 written 5");
        writeln!(
            lines,
            "06:{minutes:02}:{seconds:02} internal-sftp[20] uid=1001: {line}"
        )
        .unwrap();
    }
    lines += "06:20:00 internal-sftp[30] uid=1002: close \"tool.exe\" bytes read 0 written 5\n";
    lines += "digest 22:00:00\n";
    let said = played(setup, &lines);
    assert_eq!(said.matches("⚠️ Alice a déposé").count(), 10, "{said}");
    assert!(said.contains("⚠️ Bob a déposé tool.exe"), "{said}");
    assert!(said.contains("9.exe et 890 autres"), "{said}");
    assert!(
        said.contains("fichier interdit arrivé : tool.exe"),
        "{said}"
    );
}

#[test]
fn many_sessions_of_one_partner_hide_no_broken_upload_of_another() {
    let mut lines = String::from(
        "\
06:00:00 sshd[10] uid=0: Accepted password for bob from 192.0.2.8 port 5000 ssh2
06:00:01 internal-sftp[20] uid=1002: session opened for local user bob from [192.0.2.8]
06:00:02 internal-sftp[20] uid=1002: open \"feed.xml\" flags WRITE,CREATE,TRUNCATE mode 0644
",
    );
    // In one batch, which is faster.
    lines += "absent-until 06:01:10\n";
    lines += &each(0..6_200, |n| {
        format!(
            "06:01:00 internal-sftp[{}] uid=1001: session opened for local user alice from [192.0.2.7]",
            100 + n
        )
    });
    lines += "06:02:00 sshd[10] uid=0: pam_unix(sshd:session): session closed for user bob\n";
    let said = played("", &lines);
    assert!(
        said.contains("bob success 1 interrupted 1; notice SessionsForgotten 201"),
        "{said}"
    );
}

#[test]
fn refused_opens_hide_no_broken_upload_of_the_same_session() {
    let mut lines = String::from(
        "\
06:00:01 internal-sftp[20] uid=1002: session opened for local user bob from [192.0.2.8]
06:00:02 internal-sftp[20] uid=1002: open \"feed.xml\" flags WRITE,CREATE,TRUNCATE mode 0644
",
    );
    lines += &each(0..1_200, |n| {
        format!(
            "06:01:00 internal-sftp[20] uid=1002: open \"{n}\" flags READ mode 0644\n06:01:00 internal-sftp[20] uid=1002: sent status No such file"
        )
    });
    lines +=
        "06:02:00 internal-sftp[20] uid=1002: session opened for local user bob from [192.0.2.8]\n";
    let said = played("", &lines);
    assert!(said.contains("bob interrupted 1"), "{said}");
}

#[test]
fn a_flood_of_connections_that_are_forgotten_is_noted() {
    let lines = each(0..2_500, |n| {
        format!(
            "06:00:00 sshd[{}] uid=0: User alice from 192.0.2.7 not allowed because not listed in AllowUsers",
            100 + n
        )
    });
    // In one batch: nothing else forgets them in between.
    let said = played(
        "",
        &format!("absent-until 06:00:10\n{lines}clock 06:01:00\n"),
    );
    assert!(said.contains("notice SessionsForgotten 1500"), "{said}");
}

#[test]
fn other_connections_without_a_process_make_no_end_of_a_partners_count_once_more() {
    let mut lines =
        String::from("06:00:00 sshd: Failed password for bob from 192.0.2.8 port 5000 ssh2\n");
    lines += &each(0..900, |n| {
        format!(
            "06:00:01 sshd: Failed password for bob from 192.0.2.9 port {} ssh2",
            100 + n
        )
    });
    lines += "06:00:02 sshd: Connection closed by authenticating user bob 192.0.2.8 port 5000 [preauth]\n";
    let said = played("", &lines);
    assert!(said.contains("bob failed 901"), "{said}");
}

#[test]
fn names_of_files_keep_no_other_notice_out_of_the_day() {
    let mut lines = each(0..40, |n| {
        format!("06:00:00 internal-sftp[20] uid=1001: close \"{n}{{a*500}}")
    });
    lines += "06:01:00 sshd[9] uid=1005: Accepted password for bob from 192.0.2.8 port 5000 ssh2\n";
    let said = played("", &lines);
    assert!(said.contains("notice Forged 1"), "{said}");
}

#[test]
fn what_waits_for_the_user_database_is_not_pushed_out_by_guesses_at_another_account() {
    let setup = "other root 0\nsilent root until 06:10:00\nsilent bob until 06:10:00\n";
    let mut lines = each(0..1_200, |n| {
        format!(
            "06:00:00 sshd[{}] uid=0: Failed password for root from 203.0.113.9 port 5 ssh2",
            100 + n
        )
    });
    lines += "06:01:00 sshd[10] uid=0: Accepted password for bob from 192.0.2.8 port 5000 ssh2\n";
    let said = played(setup, &lines);
    assert!(
        said.contains("bob success 1; unknown 999; notice Undecided 201"),
        "{said}"
    );
}

#[test]
fn the_names_of_one_partners_files_keep_no_other_out_of_the_summary() {
    let setup = each(0..8, |n| format!("partner p{n} {}", 2_000 + n));
    let mut lines = String::from("absent-until 08:00:00\n");
    for n in 0..8 {
        lines += &each(0..10, |file| {
            format!(
                "06:00:00 internal-sftp[{}] uid={}: close \"{file}{{a*240}}.xml\" bytes read 0 written 5",
                20 + n,
                2_000 + n
            )
        });
    }
    lines += "06:00:00 sshd[10] uid=0: Accepted password for zoe from 192.0.2.8 port 5000 ssh2\n";
    let setup = format!("partner zoe 3000\n{setup}alerts.partners.zoe login = true\n");
    let setup: String = (0..8).fold(setup, |setup, n| {
        format!("{setup}alerts.partners.p{n} upload = true\n")
    });
    let said = played(&setup, &lines);
    assert!(said.contains("P7 : 10 fichiers"), "{said}");
    assert!(said.contains("Zoe : 1 connexion"), "{said}");
}

#[test]
fn many_log_ins_of_one_partner_hide_no_blind_session_of_another() {
    let mut lines = String::from(
        "\
06:00:00 sshd[10] uid=0: Accepted password for bob from 192.0.2.8 port 5000 ssh2
06:00:00 sshd[11] uid=1002: Starting session: subsystem 'sftp' for bob from 192.0.2.8 port 5000 id 0
",
    );
    // In one batch, which is faster.
    lines += "absent-until 06:00:02\n";
    lines += &each(0..7_700, |n| {
        format!(
            "06:00:01 sshd[{}] uid=0: Accepted password for alice from 192.0.2.7 port {} ssh2",
            100 + n,
            6_000 + n
        )
    });
    lines += "06:00:03 sshd[10] uid=0: pam_unix(sshd:session): session closed for user bob\n";
    let said = played("", &lines);
    assert!(said.contains("bob success 1 blind 1"), "{said}");
    assert!(said.contains("notice SessionsForgotten"), "{said}");
}

#[test]
fn weeks_without_slack_leave_one_message_of_each_feed_that_says_how_it_stands_now() {
    let (mut messages, mut next, mut matters) = (Vec::new(), 0, Matters::default());
    let day = |day: i64| Time::from_seconds(86_400 * day);
    for today in 0..30 {
        let mut outbox = Outbox {
            messages: &mut messages,
            next: &mut next,
            matters: &mut matters,
        };
        for feed in 0..100 {
            outbox.push(day(today), late(&format!("feed {feed:02}"), day(today)));
        }
        // The first was sent, and nobody knows whether Slack took it.
        messages[0].maybe_repeated = true;
    }
    assert_eq!(messages.len(), 101);
    let sent = messages.remove(0);
    assert_eq!((sent.id, sent.since), (1, day(0)));
    for (feed, message) in messages.iter().enumerate() {
        let expected = late(&format!("feed {feed:02}"), day(29));
        assert_eq!(message.content, expected);
    }
}

#[test]
fn few_messages_of_a_feed_are_all_told() {
    let (mut messages, mut next, mut matters) = (Vec::new(), 0, Matters::default());
    let mut outbox = Outbox {
        messages: &mut messages,
        next: &mut next,
        matters: &mut matters,
    };
    for today in 0..60 {
        outbox.push(Time(today), late("feed", Time(today)));
    }
    assert_eq!(messages.len(), 60);
}

/// A feed that came too late.
fn late(id: &str, at: Time) -> Content {
    Content::FeedArrived(FeedArrived {
        id: id.to_owned(),
        partner: "alice".to_owned(),
        full_name: None,
        files: "*.xml".to_owned(),
        due: at,
        at,
        count: 1,
        download: false,
        file: File::default(),
        on_time: false,
        since: None,
    })
}
