//! The manual, the catalogs and the package's changelog say what there is: every command, option, key, unit, exit code, field
//! and message id.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;

use clap::{Arg, Command, CommandFactory};
use sftp_monitor::commands::cli::Cli;
use sftp_monitor::domain::base::stop;

const COMMANDS: &str = include_str!("../packaging/man/sftp-monitor.1");
const UNITS: &str = include_str!("../packaging/man/sftp-monitor.service.8");
const CONFIGURATION: &str = include_str!("../packaging/man/sftp-monitor.toml.5");
const SHIPPED: &str = include_str!("../packaging/config.toml");
const README: &str = include_str!("../README.md");
const ENGLISH: &str = include_str!("../packaging/sftp-monitor.catalog");
const FRENCH: &str = include_str!("../packaging/sftp-monitor.fr.catalog");
/// Where the message ids are, and where the names of the fields.
const LOG: &str = include_str!("../src/adapters/log.rs");
const TOLD: &str = include_str!("../src/commands/run/log_entry.rs");
/// Where entries about messages get their events' names.
const UNDONE: &str = include_str!("../src/commands/run/undone.rs");
const CHANGELOG: &str = include_str!("../packaging/debian/changelog");

/// The page's text without what troff(1) reads.
fn plain(page: &str) -> String {
    let mut text = page.replace("\\-", "-");
    for mark in ["\\fR", "\\fI", "\\fP", "\""] {
        text = text.replace(mark, "");
    }
    text
}

/// What stands under a heading of the page.
fn section(page: &str, heading: &str) -> String {
    let page = plain(page);
    let (_, rest) = page.split_once(&format!("\n.SH {heading}\n")).unwrap();
    let end = rest.find("\n.SH ").unwrap_or(rest.len());
    rest[..end].to_owned()
}

/// The entry of a command: up to the next one at the same depth.
fn entry<'a>(commands: &'a str, name: &str) -> Option<&'a str> {
    let is_heading = |line: &str| {
        let mut words = line.split(' ');
        let bold = words.next().is_some_and(|macro_| macro_.starts_with(".B"));
        bold && words.next() == Some(name)
    };
    let mut found = None;
    let (mut depth, mut at) = (0, 0);
    let mut after_tag = false;
    for line in commands.split_inclusive('\n') {
        match line.trim_end() {
            ".RS" => depth += 1,
            ".RE" => depth -= 1,
            ".TP" if depth == 0 && found.is_some() => return found.map(|from| &commands[from..at]),
            heading if depth == 0 && after_tag && is_heading(heading) => found = Some(at),
            _ => {}
        }
        after_tag = line.trim_end() == ".TP";
        at += line.len();
    }
    found.map(|from| &commands[from..])
}

/// The options of a command, as they are written.
fn options(command: &Command, wanted: impl Fn(&Arg) -> bool) -> Vec<String> {
    let options = command.get_arguments().filter(|option| wanted(option));
    options
        .filter_map(|option| option.get_long())
        .map(|long| format!("--{long}"))
        .collect()
}

/// The keys that a person may write, `section.key` each.
fn keys_of_the_shipped_file() -> BTreeSet<String> {
    let mut section = String::new();
    let mut keys = BTreeSet::new();
    for line in SHIPPED.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = format!("{name}.");
        }
        let written = line.strip_prefix('#').unwrap_or(line);
        if let Some(name) = written
            .strip_prefix("[[")
            .and_then(|w| w.strip_suffix("]]"))
        {
            section = format!("{name}.");
        }
        match written.split_once(" = ") {
            Some((key, _)) if !key.contains(' ') => drop(keys.insert(format!("{section}{key}"))),
            _ => {}
        }
    }
    keys
}

/// The keys in the README's table; `.failure` after `alerts.login` is `alerts.failure`.
fn keys_of_the_readme() -> BTreeSet<String> {
    let (_, table) = README.split_once("| key | default | |\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let mut keys = BTreeSet::new();
    for row in rows.skip(1) {
        let mut section = "";
        for key in row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2) {
            match key.strip_prefix('.') {
                Some(short) => keys.insert(format!("{section}.{short}")),
                None => keys.insert(key.to_owned()),
            };
            section = key
                .split('.')
                .next()
                .filter(|s| !s.is_empty())
                .unwrap_or(section);
        }
    }
    keys
}

#[test]
fn every_command_and_option_is_in_the_manual() {
    let command = Cli::command();
    let commands = section(COMMANDS, "COMMANDS");
    let mut missing = Vec::new();
    for sub in command.get_subcommands() {
        let Some(entry) = entry(&commands, sub.get_name()) else {
            missing.push(sub.get_name().to_owned());
            continue;
        };
        let own = options(sub, |option| !option.is_global_set());
        missing.extend(own.into_iter().filter(|option| !entry.contains(option)));
    }
    let general = section(COMMANDS, "OPTIONS");
    let global = options(&command, Arg::is_global_set).into_iter();
    missing.extend(global.filter(|option| !general.contains(option)));
    assert!(missing.is_empty(), "not in sftp-monitor.1: {missing:?}");
}

#[test]
fn the_manual_and_the_readme_name_no_command_that_there_is_not() {
    let command = Cli::command();
    let known = |name: &str| name == "help" || command.find_subcommand(name).is_some();
    let text = plain(COMMANDS) + &plain(UNITS) + README;
    let mut named = 0;
    for line in text.lines() {
        // As it is typed: after a $, or indented.
        let typed = line
            .strip_prefix("    ")
            .unwrap_or_default()
            .trim_start_matches("$ ");
        let typed = typed.strip_prefix("sudo ").unwrap_or(typed);
        let Some(name) = typed.strip_prefix("sftp-monitor ") else {
            continue;
        };
        named += 1;
        let name = name.split(' ').next().unwrap();
        assert!(known(name), "sftp-monitor {name}");
    }
    assert!(named > 6, "{named} commands");
    let commands = section(COMMANDS, "COMMANDS");
    let headings = commands.split("\n.TP\n").filter_map(|entry| {
        let (macro_, heading) = entry.lines().next()?.split_once(' ')?;
        macro_
            .starts_with(".B")
            .then(|| heading.split(' ').next().unwrap_or(heading).to_owned())
    });
    for heading in headings.filter(|heading| !heading.starts_with('-')) {
        assert!(known(&heading), "sftp-monitor.1: {heading}");
    }
}

#[test]
fn every_configuration_key_is_in_the_manual_and_in_the_readme() {
    let page = section(CONFIGURATION, "KEYS");
    let partners = |key: &str| {
        let named = ["alerts.partners.", "partners.names.", "holidays."];
        named.iter().any(|table| key.starts_with(table))
    };
    let shipped = keys_of_the_shipped_file();
    assert!(shipped.len() > 20, "{shipped:?}");
    let readme = keys_of_the_readme();
    for key in shipped.iter().filter(|key| !partners(key)) {
        assert!(readme.contains(key), "{key} is not in the README");
    }
    let all = shipped.union(&readme).filter(|key| !partners(key));
    let is_there = |key: &str| page.split([' ', '\n']).any(|word| word == key);
    let missing: Vec<_> = all.filter(|key| !is_there(key)).collect();
    assert!(
        missing.is_empty(),
        "not in sftp-monitor.toml.5: {missing:?}"
    );
}

#[test]
fn every_exit_code_and_unit_is_in_the_manual() {
    let codes = section(COMMANDS, "EXIT STATUS");
    for code in [0, 1, stop::USAGE, stop::LATER, stop::SETUP] {
        assert!(codes.contains(&format!(".TP\n.B {code}\n")), "{code}");
    }
    let units = section(UNITS, "UNITS");
    for unit in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/units")).unwrap() {
        let unit = unit.unwrap().file_name().into_string().unwrap();
        // An instance of a template is written with its name.
        let unit = unit.split('@').next().unwrap();
        assert!(
            unit.ends_with(".sysusers") || units.contains(unit),
            "{unit}"
        );
    }
}

/// An entry of a catalog.
struct Explained<'a> {
    id: &'a str,
    head: &'a str,
    body: &'a str,
}

fn entries(catalog: &str) -> Vec<Explained<'_>> {
    let entries = catalog.split("\n-- ").skip(1).map(|entry| {
        let (id, rest) = entry.split_once('\n').unwrap();
        let (head, body) = rest.split_once("\n\n").unwrap();
        Explained { id, head, body }
    });
    entries.collect()
}

/// The words that a text has between these two.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    let rests = text.split(before).skip(1);
    rests
        .filter_map(|rest| rest.split_once(after))
        .map(|(word, _)| word)
        .collect()
}

#[test]
fn every_message_id_is_in_the_manual_and_in_the_catalogs_of_both_languages() {
    let ids = between(LOG, "Topic(\"", "\");\n");
    let is_id = |id: &&str| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit());
    assert!(ids.len() > 20 && ids.iter().all(is_id), "{ids:?}");
    let wanted: BTreeSet<_> = ids.iter().copied().collect();
    assert_eq!(wanted.len(), ids.len(), "an id stands there twice");
    let journal = section(UNITS, "JOURNAL");
    for id in &wanted {
        assert!(
            journal.contains(&format!("    {id}  ")),
            "{id} is not in sftp-monitor.service.8"
        );
    }
    for catalog in [ENGLISH, FRENCH] {
        let explained = entries(catalog);
        let own: BTreeSet<_> = explained.iter().map(|entry| entry.id).collect();
        assert_eq!(own, wanted);
        assert_eq!(explained.len(), own.len(), "an entry stands there twice");
    }
}

#[test]
fn both_languages_say_the_same_with_the_same_fields() {
    let fields = |text: &str| -> BTreeSet<String> {
        let words = text.split('@').filter(|word| word.starts_with("SFTP_"));
        words.map(str::to_owned).collect()
    };
    for (english, french) in entries(ENGLISH).iter().zip(entries(FRENCH)) {
        assert_eq!(english.id, french.id);
        for entry in [english, &french] {
            let whole = entry.head.starts_with("Subject: ") && !entry.body.trim().is_empty();
            assert!(whole, "{}", entry.id);
        }
        let rest = |entry: &Explained<'_>| entry.head.split_once('\n').unwrap().1.to_owned();
        assert_eq!(rest(english), rest(&french), "{}", french.id);
        let all = |entry: &Explained<'_>| fields(&format!("{}\n{}", entry.head, entry.body));
        let mut wanted = all(english);
        // The reason is English: the entry above has it, the French text does not repeat it.
        wanted.remove("SFTP_REASON");
        assert_eq!(wanted, all(&french), "{}", french.id);
        // A partner's name may begin with a vowel.
        let whole = format!("{}\n{}", french.head, french.body);
        assert!(!whole.contains("de @SFTP_PARTNER@"), "{}", french.id);
    }
}

#[test]
fn every_field_of_the_journal_is_in_the_manual() {
    let (code, _) = TOLD.split_once("#[cfg(test)]").unwrap();
    let names = between(code, "(\"", "\", ");
    let is_field = |name: &&&str| name.bytes().all(|b| b.is_ascii_uppercase());
    let names: BTreeSet<_> = names.iter().filter(is_field).collect();
    assert!(names.len() > 8, "{names:?}");
    let journal = section(UNITS, "JOURNAL");
    for name in names {
        assert!(journal.contains(&format!("SFTP_{name}")), "SFTP_{name}");
    }
}

#[test]
fn every_event_of_an_entry_about_a_message_is_in_the_manual() {
    let (code, _) = UNDONE.split_once("#[cfg(test)]").unwrap();
    let is_name =
        |text: &&str| !text.is_empty() && text.bytes().all(|b| b == b'_' || b.is_ascii_lowercase());
    let events: BTreeSet<&str> = code.split('"').filter(is_name).collect();
    assert!(events.len() > 7, "{events:?}");
    let journal = section(UNITS, "JOURNAL");
    let (_, named) = journal.split_once("SFTP_EVENT\n").unwrap();
    let (named, _) = named.split_once(".TP").unwrap();
    let named: BTreeSet<&str> = named.split([' ', ',', '.', '\n']).collect();
    let missing: Vec<_> = events.difference(&named).collect();
    assert!(
        missing.is_empty(),
        "not under SFTP_EVENT in sftp-monitor.service.8: {missing:?}"
    );
}

#[test]
fn the_pages_that_units_and_catalogs_name_are_there() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/");
    let mut texts = vec![ENGLISH.to_owned(), FRENCH.to_owned()];
    for unit in std::fs::read_dir(format!("{root}units")).unwrap() {
        texts.push(std::fs::read_to_string(unit.unwrap().path()).unwrap());
    }
    let named: BTreeSet<_> = texts
        .iter()
        .flat_map(|text| between(text, "man:", ")"))
        .collect();
    assert!(named.contains("sftp-monitor.service(8"), "{named:?}");
    for page in named {
        let file = format!("{root}packaging/man/{}", page.replace('(', "."));
        assert!(std::path::Path::new(&file).exists(), "{page})");
    }
}

#[test]
fn the_packages_changelog_begins_with_this_version() {
    let version = concat!("sftp-monitor (", env!("CARGO_PKG_VERSION"), "-1) ");
    assert!(CHANGELOG.starts_with(version), "{CHANGELOG}");
}
