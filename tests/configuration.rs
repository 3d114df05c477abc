//! The configuration file: what is read of it, what is refused and how, and the file that is shipped.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::time::Duration;

use sftp_monitor::adapters::config::{Config, SourceKind};
use sftp_monitor::domain::base::language::Language;
use sftp_monitor::domain::base::policy::AlertPolicy;
use sftp_monitor::domain::base::time::Zone;
use sftp_monitor::domain::expect::Range;
use sftp_monitor::domain::rules::Rules;

const PATH: &str = "/etc/sftp-monitor/config.toml";
const SHIPPED: &str = include_str!("../packaging/config.toml");

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(Path::new(PATH), text).map_err(|error| error.to_string())
}

/// The shipped file with every key in force.
fn uncommented() -> String {
    let is_key =
        |rest: &str| rest.starts_with(|c: char| c.is_ascii_lowercase()) || rest.starts_with("[[");
    let line = |line: &'static str| {
        line.strip_prefix('#')
            .filter(|rest| is_key(rest))
            .unwrap_or(line)
    };
    SHIPPED.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_wrong_is_told_with_file_line_and_what_would_be_right() {
    let cases = include_str!("configuration/refused.txt");
    let mut text = String::new();
    let mut seen = 0;
    let mut wrong = Vec::new();
    for line in cases.lines() {
        match line.strip_prefix("-> ") {
            Some(expected) => {
                let said = parse(text.trim_start_matches('\n'))
                    .err()
                    .unwrap_or_default();
                if said != format!("{PATH}:{expected}") {
                    wrong.push(format!("{text}-> {said}"));
                }
                text.clear();
                seen += 1;
            }
            None if line.starts_with('#') => {}
            None => text += &format!("{line}\n"),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 25, "{seen} cases");
}

#[test]
fn without_a_file_there_are_defaults() {
    let config = parse("").unwrap();
    assert_eq!(config.zone, Zone::Machine);
    assert_eq!(config.slack.channel, "C0APAF806F8");
    assert!(!config.slack.label.is_empty() && !config.slack.label.contains('.'));
    assert_eq!(config.slack.api_url, "https://slack.com/api");
    assert_eq!(config.slack.language, Language::French);
    assert_eq!(config.partners.group, "sftp-feeds");
    assert_eq!(config.source.kind, SourceKind::Auto);
    assert_eq!(config.source.auth_log, Path::new("/var/log/auth.log"));
    assert_eq!(config.alerts, AlertPolicy::default());
    assert_eq!(config.digest.closes_from, 23 * 60);
}

#[test]
fn the_shipped_file_changes_nothing() {
    let mut shipped = parse(SHIPPED).unwrap();
    // Its empty table of an example partner takes all from [alerts].
    assert_eq!(
        shipped.alerts_of.remove("bob"),
        Some(AlertPolicy::default())
    );
    assert_eq!(format!("{shipped:?}"), format!("{:?}", parse("").unwrap()));
}

#[test]
fn every_key_of_the_shipped_file_is_known_and_shows_its_default() {
    let (all, default) = (parse(&uncommented()).unwrap(), parse("").unwrap());
    assert_eq!(all.alerts, default.alerts);
    assert_eq!(all.rules().alerts_for("bob"), default.alerts);
    assert_eq!(all.digest.closes_from, default.digest.closes_from);
    assert_eq!(all.slack.channel, default.slack.channel);
    assert_eq!(all.slack.api_url, default.slack.api_url);
    assert_eq!(all.slack.language, default.slack.language);
    assert_eq!(
        (all.partners.group, all.partners.users),
        (default.partners.group, default.partners.users)
    );
    assert_eq!(
        (all.source.kind, all.source.auth_log),
        (default.source.kind, default.source.auth_log)
    );
    // Examples, since their defaults depend on the machine, or there is none.
    assert_eq!(all.expects.len(), 2);
    assert_eq!(all.routes.channels(), ["C0APAF806F8", "C012AB3CD"]);
    assert!(matches!(all.zone, Zone::Named(_)));
    assert!(all.source.journal_directory.is_some());
}

#[test]
fn every_key_that_is_known_is_in_the_shipped_file() {
    let table: toml::Table = uncommented().parse().unwrap();
    let all_examples = |list: &toml::Value| -> toml::Table {
        let examples = list.as_array().unwrap().iter();
        let keys = examples.flat_map(|one| one.as_table().unwrap().clone());
        keys.collect()
    };
    for section in [
        "",
        "slack",
        "partners",
        "source",
        "alerts",
        "alerts.partners.bob",
        "digest",
        "webhook",
        "expect",
        "route",
    ] {
        let header = match section {
            "" => String::new(),
            "expect" | "route" => format!("[[{section}]]\n"),
            section => format!("[{section}]\n"),
        };
        let said = parse(&format!("{header}nonsense-key = 1")).unwrap_err();
        let known = said
            .rsplit_once("known here: ")
            .unwrap()
            .1
            .trim_end_matches(')')
            .to_owned();
        let parts = section.split('.').filter(|part| !part.is_empty());
        let shipped = parts.fold(table.clone(), |table, part| {
            let own = table[part].as_table().cloned();
            own.unwrap_or_else(|| all_examples(&table[part]))
        });
        for key in known.split(", ") {
            assert!(
                shipped.contains_key(key),
                "{key} of [{section}] is not documented in packaging/config.toml"
            );
        }
    }
}

#[test]
fn a_partner_takes_from_the_general_alerts_what_it_does_not_set() {
    let config = parse(
        "[alerts]\ndownload = true\nnew-key = true\nagain-after = \"5m\"\n[alerts.partners.bob]\nlogin = false\nexpiry = false\nagain-after = \"1h\"",
    )
    .unwrap();
    let bob = AlertPolicy {
        login: false,
        download: true,
        new_key: true,
        expiry: false,
        again_after: Duration::from_secs(3_600),
        ..AlertPolicy::default()
    };
    let rules = config.rules();
    assert_eq!(rules.alerts_for("bob"), bob);
    let alice = rules.alerts_for("alice");
    assert!(alice.login);
    assert_eq!(alice.again_after, Duration::from_secs(300));
}

#[test]
fn plain_http_is_taken_towards_this_machine_alone() {
    for url in [
        "http://127.0.0.1:8080/api/",
        "http://[::1]:8080/api",
        "http://localhost/api",
        "https://slack-gov.com/api/",
    ] {
        let config = parse(&format!("[slack]\napi-url = \"{url}\"")).unwrap();
        assert_eq!(config.slack.api_url, url.trim_end_matches('/'));
    }
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    let error = Config::load(Some(&path)).unwrap_err().to_string();
    assert!(error.starts_with(&path.display().to_string()), "{error}");
    std::fs::write(&path, b"[slack]\nlabel = \"caf\xe9\"\n").unwrap();
    assert!(Config::load(Some(&path)).is_err(), "text that is not UTF-8");
    std::fs::write(&path, "[slack]\nlabel = \"café\"\n").unwrap();
    assert_eq!(Config::load(Some(&path)).unwrap().slack.label, "café");
}

#[test]
fn an_expectation_has_defaults_and_an_id_of_what_is_expected_when() {
    let config = parse(
        "timezone = \"Europe/Paris\"\n[[expect]]\npartner = \"alice\"\nfiles = \"*.xml\"\nby = \"07:30\"",
    )
    .unwrap();
    let expected = &config.expects[0];
    assert_eq!(expected.id, "alice *.xml 07:30 Mon..Sun Europe/Paris");
    assert_eq!(
        (expected.wanted.count, expected.wanted.size),
        (Range::from(1), Range::from(1))
    );
    assert_eq!(expected.schedule.grace, Duration::ZERO);
    assert_eq!(expected.mention, None);
}

#[test]
fn the_keys_of_the_schedule_are_in_the_id_and_old_ids_stay() {
    let id = |keys: &str| {
        let head = "timezone = \"Europe/Paris\"\n[holidays]\nfr = [\"12-25\"]\n";
        let feed = "[[expect]]\npartner = \"a\"\nfiles = \"*\"\nby = \"07:30\"\n";
        let config = parse(&format!("{head}{feed}{keys}\n")).unwrap();
        config.expects[0].id.clone()
    };
    for (keys, expected) in [
        ("", "a * 07:30 Mon..Sun Europe/Paris"),
        (
            "days = \"Mon..Fri\"\nexcept = [\"2026-12-24\"]\ngrace = \"1h\"",
            "a * 07:30 Mon..Fri Europe/Paris",
        ),
        (
            "from = \"20:00\"",
            "a * 07:30 Mon..Sun Europe/Paris from 20:00-1",
        ),
        (
            "from = \"06:00\"",
            "a * 07:30 Mon..Sun Europe/Paris from 06:00",
        ),
        (
            "days = \"1st working day, LAST Friday, last, Mon\"",
            "a * 07:30 Mon,1st working day,last,last Fri Europe/Paris",
        ),
        (
            "months = \"Jan,Apr..Jun\"",
            "a * 07:30 Mon..Sun Europe/Paris in Jan,Apr,May,Jun",
        ),
        (
            "weeks = \"every second from 2026-01-05\"",
            "a * 07:30 Mon..Sun Europe/Paris every 2 weeks from 2026-01-05",
        ),
        (
            "holidays = \"fr\"",
            "a * 07:30 Mon..Sun Europe/Paris without fr",
        ),
    ] {
        assert_eq!(id(keys), expected, "{keys}");
    }
}

#[test]
fn each_partner_of_a_pattern_has_its_own_expectation_and_one_that_joins_later_too() {
    let text = r#"
        [[expect]]
        partner = ["shop-*", "alice"]
        files = "*.csv"
        by = "07:00"
        [[expect]]
        partner = "shop-b"
        files = "*.csv"
        by = "07:00"
        count = 2
    "#;
    let mut config = parse(text).unwrap();
    let mut rules = config.rules();
    let names = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let ids = |rules: &Rules| {
        let expects = rules.expects.iter();
        expects.map(|e| e.id.clone()).collect::<Vec<_>>()
    };
    let [a, b, c, alice] = ["shop-a", "shop-b", "shop-c", "alice"]
        .map(|partner| format!("{partner} *.csv 07:00 Mon..Sun machine"));
    // Nobody knows yet who is a partner: what was known of them stays.
    assert_eq!(ids(&rules), [alice.clone(), b.clone()]);
    assert!(rules.by_pattern.may_hold(&a));
    assert!(
        !rules
            .by_pattern
            .may_hold("bob *.csv 07:00 Mon..Sun machine")
    );
    assert!(
        !rules
            .by_pattern
            .may_hold("shop-a *.csv 08:00 Mon..Sun machine")
    );
    rules.expand(&names(&["alice", "shop-a", "shop-b"]));
    assert_eq!(ids(&rules), [alice.clone(), b.clone(), a.clone()]);
    assert_eq!(
        rules.expects[1].wanted.count,
        Range::from(2),
        "the one by name stays"
    );
    assert!(!rules.by_pattern.may_hold(&c));
    rules.expand(&names(&["alice", "shop-a", "shop-b", "shop-c"]));
    assert_eq!(ids(&rules), [alice.clone(), b.clone(), a, c.clone()]);
    rules.expand(&names(&["shop-c"]));
    assert_eq!(ids(&rules), [alice, b, c]);
    config
        .by_pattern
        .expand(&mut config.expects, &names(&["shop-x"]));
    assert!(config.rules().by_pattern.listed);
}

#[test]
fn holidays_may_be_a_file_that_a_person_keeps() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    let dates = directory.path().join("fr.txt");
    let load = |holidays: &str, text: &[u8]| {
        std::fs::write(&dates, text).unwrap();
        let feed = "[[expect]]\npartner = \"a\"\nfiles = \"*\"\nby = \"07:30\"\n";
        std::fs::write(&path, format!("{feed}{holidays}\n")).unwrap();
        let config = Config::load(Some(&path)).map_err(|error| error.to_string());
        config.map(|config| config.expects[0].schedule.clone())
    };
    let text = b"\xef\xbb\xbf# France\r\n\r\n01-01 Jour de l'an\r\n2026-04-06   # Easter Monday\r\n12-25\tNo\xc3\xabl\r\n";
    for holidays in [
        "holidays = \"./fr.txt\"",
        "holidays = \"fr\"\n[holidays]\nfr = \"fr.txt\"",
    ] {
        let schedule = load(holidays, text).unwrap();
        for (date, due) in [
            ("2026-04-05", true),
            ("2026-04-06", false),
            ("2026-12-25", false),
            ("2027-04-06", true),
            ("2031-01-01", false),
        ] {
            assert_eq!(schedule.is_due(date.parse().unwrap()), due, "{date}");
        }
    }
    let place = format!("{}:5: expect.holidays: ", path.display());
    let file = directory.path().join("./fr.txt");
    let file = file.display();
    for (text, said) in [
        (
            &b"01-01\n2026-02-29 no leap year\n"[..],
            format!(
                "{file}:2: \"2026-02-29\" is not a date; for example 2026-12-25, or 12-25 for every year"
            ),
        ),
        (
            b"# a table\n25/12/2026\n",
            format!(
                "{file}:2: \"25/12/2026\" is not a date; for example 2026-12-25, or 12-25 for every year"
            ),
        ),
        (
            b"\xff\xfe0\x001\x00",
            format!(
                "{file}:1: \"\u{fffd}\u{fffd}0\0\u{31}\0\" is not a date; for example 2026-12-25, or 12-25 for every year"
            ),
        ),
        (
            b"05-01\r12-25 01-01\r",
            format!("{file}:2: \"01-01\" is a second date: write one a line"),
        ),
        (
            &b"12-25 Christmas\n".repeat(65_000),
            format!("cannot read {file}: it is larger than 1 MB"),
        ),
    ] {
        let error = load("holidays = \"./fr.txt\"", text).unwrap_err();
        assert_eq!(error, format!("{place}{said}"));
    }
    // Names in another encoding, and the line ends of old systems; an empty list has no dates.
    let schedule = load("holidays = \"./fr.txt\"", b"12-25 No\xebl\r05-01\r").unwrap();
    for (date, due) in [
        ("2026-12-25", false),
        ("2026-05-01", false),
        ("2026-05-02", true),
    ] {
        assert_eq!(schedule.is_due(date.parse().unwrap()), due, "{date}");
    }
    let schedule = load("holidays = \"./fr.txt\"", b"").unwrap();
    assert!(schedule.is_due("2026-12-25".parse().unwrap()));
    // The reading of a pipe would wait for a writer.
    std::fs::remove_file(&dates).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&dates).status();
    assert!(made.unwrap().success());
    std::fs::write(&path, "[holidays]\nfr = \"fr.txt\"\n").unwrap();
    let error = Config::load(Some(&path)).unwrap_err().to_string();
    assert!(
        error.ends_with("fr.txt: a regular file is needed"),
        "{error}"
    );
}

#[test]
fn days_are_written_as_ranges_and_lists_and_told_in_one_form() {
    for (written, told) in [
        ("Mon..Fri", "Mon..Fri"),
        ("mon,WED", "Mon,Wed"),
        ("Monday..Wednesday, Sat", "Mon..Wed,Sat"),
        ("Sat..Mon", "Mon,Sat,Sun"),
        ("Fri..Tue", "Mon,Tue,Fri..Sun"),
        ("Sun", "Sun"),
        ("Mon..Sun", "Mon..Sun"),
    ] {
        let text = format!(
            "[[expect]]\npartner = \"alice\"\nfiles = \"*\"\nby = \"07:30\"\ndays = \"{written}\""
        );
        assert_eq!(
            parse(&text).unwrap().expects[0].schedule.days.to_string(),
            told
        );
    }
}

#[test]
fn of_two_expectations_that_are_the_same_one_is_left_out_with_a_warning() {
    let one = "[[expect]]\npartner = \"alice\"\nfiles = \"*.xml\"\nby = \"07:30\"\n";
    let config = parse(&format!("{one}{one}count = 2\n")).unwrap();
    assert_eq!(config.expects.len(), 1);
    let many = one.replace("alice", "shop-*");
    let config_of_many = parse(&format!("{many}{many}{one}")).unwrap();
    assert_eq!(config_of_many.by_pattern.all.len(), 1);
    let said = "5: expect: the same files, time, days and zone are expected of shop-* in line 1: this one is left out; remove one of the two";
    assert_eq!(config_of_many.warnings, [format!("{PATH}:{said}")]);
    // Another window or other days are another agreement; a list that names a partner twice is none.
    let other = parse(&format!(
        "{one}{one}from = \"06:00\"\n{one}months = \"Jan\"\n"
    ))
    .unwrap();
    assert_eq!((other.expects.len(), other.warnings.len()), (3, 0));
    let twice = parse(&one.replace("\"alice\"", "[\"alice\", \"alice\"]")).unwrap();
    assert_eq!((twice.expects.len(), twice.warnings.len()), (1, 1));
    let warning = "the same files, time, days and zone are expected of alice in line 1: this one is left out; remove one of the two";
    assert_eq!(config.warnings, [format!("{PATH}:5: expect: {warning}")]);
    // The same in other words.
    for [one, other] in [
        ["days = \"1, 15\"", "days = \"15, first day, 1\""],
        ["days = \"1..31\"", "days = \"Mon..Sun\""],
        ["days = \"Mon..Fri\"", "days = \"working days\""],
        [
            "days = \"last Fri, last\"",
            "days = \"last day, last Friday\"",
        ],
        ["from = \"00:00\"", ""],
    ] {
        let feed = |keys| {
            format!("[[expect]]\npartner = \"alice\"\nfiles = \"*\"\nby = \"07:30\"\n{keys}\n")
        };
        let config = parse(&(feed(one) + &feed(other))).unwrap();
        assert_eq!(
            (config.expects.len(), config.warnings.len()),
            (1, 1),
            "{one} {other}"
        );
    }
}

#[test]
fn a_feed_that_can_never_be_on_time_is_a_warning() {
    let feed = "[[expect]]\npartner = \"alice\"\nfiles = \"*\"\nby = \"00:00\"\n";
    let said = "1: expect: the files of a day count from 00:00 on, so that none can be there by 00:00; for those of the day before write from = \"1 day before 00:00\"";
    let config = parse(feed).unwrap();
    assert_eq!(config.warnings, [format!("{PATH}:{said}")]);
    for right in [
        "from = \"1 day before 00:00\"",
        "from = \"20:00\"",
        "grace = \"1h\"",
    ] {
        let config = parse(&format!("{feed}{right}\n")).unwrap();
        assert!(config.warnings.is_empty(), "{right}: {:?}", config.warnings);
    }
}

#[test]
fn the_files_that_are_wanted_are_in_the_id_and_their_number_and_size_are_not() {
    let id = |files: &str| {
        let text =
            format!("timezone = \"UTC\"\n[[expect]]\npartner = \"alice\"\nby = \"07:30\"\n{files}");
        parse(&text).unwrap().expects[0].id.clone()
    };
    let plain = "alice *.xml 07:30 Mon..Sun UTC";
    for same in [
        "",
        "count = 4",
        "count = \"1..3\"",
        "min-size = 5\nmax-size = \"5 MB\"",
        "total-size = \"1 kB..\"",
        "warn-if-same = true",
        "forbid = [\"*.exe\"]",
        "direction = \"upload\"",
    ] {
        assert_eq!(id(&format!("files = \"*.xml\"\n{same}")), plain, "{same}");
    }
    for (files, said) in [
        ("matches = '.xml'", "regex .xml"),
        (
            "files = \"*.xml\"\ndirection = \"download\"",
            "fetched *.xml",
        ),
        (
            "files = \"*.xml\"\nnames = [\"a-{%d}\", \"b\"]",
            "*.xml, a-{%d}, b",
        ),
        ("names = [\"a-{%d}\"]", "a-{%d}"),
        ("names = [\"b\", \"a\"]", "a, b"),
    ] {
        assert_eq!(id(files), format!("alice {said} 07:30 Mon..Sun UTC"));
    }
}

#[test]
fn the_number_and_the_sizes_of_files_may_be_ranges() {
    let wanted = |rest: &str| {
        let text =
            format!("[[expect]]\npartner = \"alice\"\nfiles = \"*\"\nby = \"07:30\"\n{rest}");
        parse(&text).unwrap().expects[0].wanted.clone()
    };
    let range = |least, most| Range { least, most };
    for (written, read) in [
        ("2", range(2, None)),
        ("\"2..\"", range(2, None)),
        ("\"1..3\"", range(1, Some(3))),
        ("\"..3\"", range(1, Some(3))),
        ("\" 4 .. 4 \"", range(4, Some(4))),
    ] {
        assert_eq!(
            wanted(&format!("count = {written}")).count,
            read,
            "{written}"
        );
    }
    for (written, read) in [
        ("1 MB..10 MB", range(1_000_000, Some(10_000_000))),
        ("500..", range(500, None)),
        ("..1.5 kB", range(0, Some(1_500))),
    ] {
        let total = wanted(&format!("total-size = \"{written}\"")).total;
        assert_eq!(total, Some(read), "{written}");
    }
}

#[test]
fn dates_left_out_may_be_texts_or_dates_and_sizes_may_have_units() {
    let text = "[[expect]]\npartner = \"a\"\nfiles = \"*\"\nby = \"07:30\"\nexcept = [2026-12-25, \"2027-01-01\"]\nmin-size = \"1.5 MB\"\n";
    let config = parse(text).unwrap();
    let except: Vec<String> = (config.expects[0].schedule.except.iter())
        .map(ToString::to_string)
        .collect();
    assert_eq!(except, ["2026-12-25", "2027-01-01"]);
    assert_eq!(config.expects[0].wanted.size.least, 1_500_000);
}

#[test]
fn of_a_file_that_is_refused_as_a_whole_the_partners_are_known_all_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    let partners = |text: &str| {
        std::fs::write(&path, text).unwrap();
        assert!(Config::load(Some(&path)).is_err(), "{text}");
        Config::of_partners_alone(Some(&path)).map(|config| config.partners.group)
    };
    let feeds = "[partners]\ngroup = \"feeds\"\n";
    let wrong_elsewhere = format!("{feeds}[alerts]\nlogn = true\n");
    assert_eq!(partners(&wrong_elsewhere), Some("feeds".to_owned()));
    assert_eq!(partners(&format!("{feeds}users = 1\n")), None);
    assert_eq!(partners(&format!("{feeds}[alerts\n")), None);
}
