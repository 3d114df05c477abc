//! Whether `-l INFO` is in force, by sshd configurations as people write them.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use sftp_monitor::adapters::sshd_config::{
    ConfigFiles, Directive, InForce, MatchAccount, in_force, parse,
};

const PATH: &str = "/etc/ssh/sshd_config";

/// The files of a case; none of those that may not be read.
type Disk = BTreeMap<PathBuf, Option<String>>;

fn read(disk: &Disk) -> Result<Vec<Directive>, String> {
    let files = ConfigFiles {
        read: &|path| match disk.get(path) {
            Some(Some(text)) => Ok(text.clone()),
            Some(None) => Err(ErrorKind::PermissionDenied.into()),
            None => Err(ErrorKind::NotFound.into()),
        },
        list: &|directory| {
            let below = disk
                .keys()
                .filter_map(|path| path.strip_prefix(directory).ok());
            let names: Vec<String> = below
                .filter_map(|rest| Some(rest.iter().next()?.to_str()?.to_owned()))
                .collect();
            if names.is_empty() {
                Err(Error::from(ErrorKind::NotFound))
            } else {
                Ok(names)
            }
        },
    };
    parse(Path::new(PATH), &files).map_err(|error| error.to_string())
}

/// `alice (sftp-feeds users)`, or `alice ?` where nobody knows the groups.
fn partner(text: &str) -> (&str, Option<Vec<String>>) {
    let (name, groups) = text.split_once(' ').unwrap();
    let groups = groups
        .strip_prefix('(')
        .map(|groups| groups.trim_end_matches(')'));
    (
        name,
        groups.map(|groups| groups.split_whitespace().map(str::to_owned).collect()),
    )
}

fn told(directives: &Result<Vec<Directive>, String>, who: &str) -> String {
    let directives = match directives {
        Ok(directives) => directives,
        Err(error) => return format!("unreadable: {error}"),
    };
    let (name, groups) = partner(who);
    match in_force(
        directives,
        &MatchAccount {
            name,
            groups: groups.as_deref(),
        },
    ) {
        InForce::Logged { level } => format!("logged {level}"),
        InForce::Missing(missing) => {
            format!(
                "missing at {}:{}: {}",
                missing.file.display(),
                missing.number,
                missing.line
            )
        }
        InForce::Partly(missing) => {
            format!(
                "partly, not at {}:{}: {}",
                missing.file.display(),
                missing.number,
                missing.line
            )
        }
        InForce::Unknown { why } => format!("unknown: {why}"),
    }
}

#[test]
fn a_configuration_holds_for_a_partner_as_sshd_reads_it() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for case in include_str!("sshd_config/cases.txt").split("\n## ").skip(1) {
        let (title, body) = case.split_once('\n').unwrap();
        let (files, expected) = body.split_once("\n=> ").unwrap();
        let mut disk = Disk::new();
        for file in format!("\n{files}\n").split("\n-- ").skip(1) {
            let (name, text) = file.split_once('\n').unwrap_or((file, ""));
            match name.strip_suffix(" (unreadable)") {
                Some(name) => disk.insert(name.into(), None),
                None => disk.insert(name.into(), Some(text.to_owned())),
            };
        }
        let directives = read(&disk);
        for line in expected.trim_end().split("\n=> ") {
            let (who, expected) = line.trim_end().split_once(": ").unwrap();
            let told = told(&directives, who);
            if told != expected {
                wrong.push(format!(
                    "{title}\n   {who}: {told}\n   expected: {expected}"
                ));
            }
            seen += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 30, "{seen} expectations");
}
