//! Tests how sshd's answers are judged, with the table of `tests/sshd_config/asked.txt`.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::effective::of_files;
use super::sshd::of_answer;
use super::{
    Admission, ConfigFiles, Directive, Effective, InForce, MatchAccount, Missing, PATH, parse,
};

fn placed(missing: &Missing) -> String {
    let file = missing.file.file_name().unwrap_or_default();
    format!("{}:{}: {}", file.display(), missing.number, missing.line)
}

/// The settings for alice in one line.
fn told(effective: &Effective, directives: &[Directive], alice: &MatchAccount<'_>) -> String {
    let mut told = vec![match &effective.logging {
        _ if !effective.subsystem => "no Subsystem".to_owned(),
        InForce::Logged { level } => format!("logged {level}"),
        InForce::Missing(missing) => format!("missing, {}", placed(missing)),
        InForce::Partly(missing) => format!("partly, {}", placed(missing)),
        InForce::Unknown { why } => format!("unknown: {why}"),
    }];
    told.extend(
        effective
            .quiet
            .as_ref()
            .map(|quiet| format!("quiet, {}", placed(quiet))),
    );
    told.extend(
        effective
            .admission
            .refuses(alice)
            .map(|by| format!("kept out by {by}")),
    );
    let depends = Admission::depends(directives, alice);
    told.extend(depends.map(|list| format!("let in or not by line {}", list.line)));
    told.join("; ")
}

/// The case with its actual results: the text before the answers, the answers, the judgement.
fn judged(case: &str) -> String {
    let (text, rest) = case.split_at(case.find("\n12> ").unwrap());
    let files: BTreeMap<PathBuf, String> = text
        .split("\n-- ")
        .skip(1)
        .map(|file| {
            let (name, body) = file.split_once('\n').unwrap();
            let body = body.split("\n? ").next().unwrap();
            (PathBuf::from(name), body.to_owned())
        })
        .collect();
    let read = |path: &Path| match files.get(path) {
        Some(text) => Ok(text.clone()),
        None => Err(ErrorKind::NotFound.into()),
    };
    let list = |directory: &Path| {
        let below = files
            .keys()
            .filter_map(|path| path.strip_prefix(directory).ok());
        let names = below.filter_map(|rest| Some(rest.iter().next()?.to_str()?.to_owned()));
        Ok(names.collect())
    };
    let disk = ConfigFiles {
        read: &read,
        list: &list,
    };
    let directives = parse(Path::new(PATH), &disk).unwrap();
    let groups = ["alice".to_owned(), "sftp-feeds".to_owned()];
    let alice = MatchAccount {
        name: "alice",
        groups: Some(&groups),
    };
    let answers = rest.lines().filter_map(|line| {
        let (suite, answer) = line.split_once("> ")?;
        (suite.len() == 2).then_some((suite, answer))
    });
    let mut out = text.to_owned();
    let mut made = Vec::new();
    for (suite, answer) in answers {
        out.push_str(&format!("\n{suite}> {answer}"));
        if !answer.starts_with("refused: ") {
            let printed = format!("loglevel INFO\n{}\n", answer.replace(" | ", "\n"));
            let printed = match answer.contains("loglevel ") {
                true => printed.replacen("loglevel INFO\n", "", 1),
                false => printed,
            };
            let effective = of_answer(&printed, Some(&directives), &alice);
            made.push((suite, told(&effective, &directives, &alice)));
        }
    }
    let of_files = told(&of_files(&directives, &alice), &directives, &alice);
    match made.as_slice() {
        [(_, one), (_, other)] if one == other => out.push_str(&format!("\n=> {one}")),
        made => {
            for (suite, told) in made {
                out.push_str(&format!("\n=> {suite}: {told}"));
            }
        }
    }
    if !made.iter().any(|(_, told)| *told == of_files) {
        out.push_str(&format!("\n=> files: {of_files}"));
    }
    out
}

#[test]
fn what_sshd_answers_is_understood() {
    let table = include_str!("../../../tests/sshd_config/asked.txt");
    let (head, cases) = table.split_once("\n## ").unwrap();
    let cases: Vec<String> = cases.split("\n## ").map(judged).collect();
    assert!(cases.len() > 60, "{} cases", cases.len());
    let now = format!("{head}\n## {}\n", cases.join("\n\n## "));
    if now.trim_end() != table.trim_end() {
        let path = std::env::temp_dir().join("asked.txt");
        std::fs::write(&path, &now).unwrap();
        let (was, is) = (table.lines(), now.lines());
        let differs = was.zip(is).find(|(was, is)| was != is);
        panic!(
            "{differs:#?}; the whole table as it comes out: {}",
            path.display()
        );
    }
}
