//! Warnings in words: partners that cannot work, sessions that nobody sees, and sweeps over the partners.

use super::Voice;
use super::blocks::{bold, span};
use crate::domain::alerts::{Blind, Hindered, NAMES_KEPT, Obstacle, Sweep};
use crate::domain::base::clean::{HOST, PATH, clean};
use crate::domain::base::language::{Language, Noun};
use crate::domain::render::phrase::{Told, accounts, addresses, list_within};
use crate::domain::render::reasons;

/// A partner is let in and cannot work, or is not even let try.
pub(crate) fn hindered(hindered: &Hindered, voice: &Voice) -> Told {
    if !hindered.earlier.is_empty() {
        return refused(hindered, voice);
    }
    let language = voice.language;
    let partner = voice.partner(&hindered.partner, hindered.full_name.as_deref());
    let at = language.moment(hindered.at, voice.zone);
    let times = match hindered.count {
        0 | 1 => String::new(),
        count => format!("{}, ", language.count(count, Noun::Time)),
    };
    let detail = reasons::said(&hindered.detail, language, HOST);
    let path = hindered.path.as_deref().unwrap_or_default();
    let path = clean(path, PATH);
    let what = match (language, hindered.obstacle) {
        (_, Obstacle::AttemptsTurnedAway) => "",
        (Language::French, Obstacle::TurnedAway) => " ne peut pas se connecter",
        (Language::French, Obstacle::WriteRefused) => " se connecte mais ne peut pas écrire",
        (Language::English, Obstacle::WriteRefused) => " logs in but cannot write",
        (Language::French, _) => " se connecte mais ne peut pas travailler",
        (Language::English, Obstacle::TurnedAway) => " cannot connect",
        (Language::English, _) => " logs in but cannot work",
    };
    let why = match (language, hindered.obstacle) {
        (Language::French, Obstacle::NotSftp) => {
            "seul sftp est permis, autre chose est demandé : shell, commande, rsync ou scp -O"
                .to_owned()
        }
        (Language::French, Obstacle::Subsystem) => format!("sshd ne lance pas sftp : {detail}"),
        (Language::French, Obstacle::Chroot) => format!("sshd refuse son chroot : {detail}"),
        (Language::French, Obstacle::WriteRefused) => format!("{path} : {detail}"),
        (Language::English, Obstacle::WriteRefused) => format!("{path}: {detail}"),
        (Language::French, Obstacle::TurnedAway) => format!(
            "sshd écarte {} {} : {detail}",
            match hindered.addresses.len() {
                0 | 1 => "son adresse",
                _ => "ses adresses",
            },
            addresses(&hindered.addresses, language)
        ),
        (Language::French, Obstacle::AttemptsTurnedAway) => format!(
            "sshd écarte {}, d'où son nom a été essayé : {detail}",
            addresses(&hindered.addresses, language)
        ),
        (Language::English, Obstacle::NotSftp) => {
            "only sftp is allowed, something else is asked for: shell, command, rsync or scp -O"
                .to_owned()
        }
        (Language::English, Obstacle::Subsystem) => format!("sshd does not start sftp: {detail}"),
        (Language::English, Obstacle::Chroot) => format!("sshd refuses its chroot: {detail}"),
        (Language::English, Obstacle::TurnedAway) => format!(
            "sshd turns its {} {} away: {detail}",
            match hindered.addresses.len() {
                0 | 1 => "address",
                _ => "addresses",
            },
            addresses(&hindered.addresses, language)
        ),
        (Language::English, Obstacle::AttemptsTurnedAway) => format!(
            "sshd turns {} away, from which its name was tried: {detail}",
            addresses(&hindered.addresses, language)
        ),
    };
    Told {
        lines: vec![vec![
            span("⚠️ "),
            bold(partner),
            span(format!("{what} — {why} ({times}{at})")),
        ]],
        context: match hindered.obstacle {
            // What the server's directories allow is no matter of check.
            Obstacle::WriteRefused => hindered.addresses.last().cloned().into_iter().collect(),
            _ => vec!["sftp-monitor check".to_owned()],
        },
        ..Told::default()
    }
}

/// A partner is not let write in several places.
fn refused(hindered: &Hindered, voice: &Voice) -> Told {
    let language = voice.language;
    let partner = voice.partner(&hindered.partner, hindered.full_name.as_deref());
    let what = language.pick(
        " se connecte mais ne peut pas écrire — ",
        " logs in but cannot write — ",
    );
    let times = language.count(hindered.count, Noun::Time);
    let at = language.moment(hindered.at, voice.zone);
    let colon = language.pick(" : ", ": ");
    let line = |path: &str, detail: &str| {
        clean(path, PATH) + colon + &reasons::said(detail, language, HOST)
    };
    let last = line(
        hindered.path.as_deref().unwrap_or_default(),
        &hindered.detail,
    );
    let last_is = language.pick("la dernière", "the last one");
    let said = |why: String| vec![span("⚠️ "), bold(partner.clone()), span(why)];
    let earlier = hindered.earlier.iter();
    let earlier = earlier.map(|refused| line(&refused.path, &refused.detail));
    Told {
        lines: vec![said(format!("{what}{times} ({at})"))],
        short: Some(vec![said(format!(
            "{what}{times}, {last_is} {last} ({at})"
        ))]),
        details: earlier
            .chain([last.clone()])
            .map(|line| vec![span(line)])
            .collect(),
        context: hindered.addresses.last().cloned().into_iter().collect(),
        ..Told::default()
    }
}

/// Somebody tried the names of many partners.
pub(crate) fn sweep(sweep: &Sweep, voice: &Voice) -> Told {
    let language = voice.language;
    let count = sweep.partners.len() as u64;
    let partners = language.count(count, Noun::Partner);
    let addresses = addresses(&sweep.addresses, language);
    let at = language.moment(sweep.at, voice.zone);
    let (begin, end) = match (language, language.is_one(count)) {
        (Language::French, true) => ("🔴 Balayage : ", "essayé depuis"),
        (Language::French, false) => ("🔴 Balayage : ", "essayés depuis"),
        (Language::English, _) => ("🔴 Sweep: ", "tried from"),
    };
    let names: Vec<String> = sweep
        .partners
        .iter()
        .take(NAMES_KEPT)
        .map(|(account, row)| voice.partner(account, row.full_name.as_deref()))
        .collect();
    let names = list_within(&names, count, language);
    let mut context = Vec::new();
    if sweep.failures > 0 {
        context.push(language.count(sweep.failures, Noun::Failure));
    }
    if sweep.partners.values().any(|row| row.turned_away > 0) {
        let away = language.pick(
            "sshd écarte ces tentatives",
            "sshd turns these attempts away",
        );
        context.push(away.to_owned());
    }
    Told {
        lines: vec![vec![
            span(begin),
            bold(partners),
            span(format!(" {end} {addresses} — {names} ({at})")),
        ]],
        context,
        ..Told::default()
    }
}

/// Sessions that left no line of sftp-server though they should have.
pub(crate) fn blind(blind: &Blind, voice: &Voice) -> Told {
    let language = voice.language;
    let partner = voice.partner(&blind.partner, blind.full_name.as_deref());
    let sessions = language.count(blind.sessions, Noun::Session);
    let begin = language
        .pick("⚠️ Les fichiers ", "⚠️ The files ")
        .to_owned()
        + language.of(&partner);
    let end = match (language, blind.sure) {
        (Language::French, true) => format!(
            " ne se voient pas : {sessions} sftp sans aucune ligne de sftp-server — cause probable : sftp-server sans -l INFO"
        ),
        (Language::French, false) => format!(
            " ne se voient probablement pas : {sessions} de suite sans aucune ligne de sftp-server — cause probable : pas de /dev/log dans son chroot"
        ),
        (Language::English, true) => format!(
            " are not seen: {sessions} of sftp without any line of sftp-server — probable cause: sftp-server without -l INFO"
        ),
        (Language::English, false) => format!(
            " are probably not seen: {sessions} in a row without any line of sftp-server — probable cause: no /dev/log in its chroot"
        ),
    };
    Told {
        lines: vec![vec![span(begin), bold(partner), span(end)]],
        context: vec![
            language.moment(blind.at, voice.zone),
            "sftp-monitor check".to_owned(),
        ],
        ..Told::default()
    }
}

/// `/dev/log` in partners' chroots leads nowhere, or nobody knows whether their files can be seen.
pub(crate) fn unseen(whose: (&[String], u64), known: bool, why: &str, voice: &Voice) -> Told {
    let language = voice.language;
    let names = match whose {
        ([], _) => language.pick("tous", "everybody").to_owned(),
        (partners, count) => accounts(partners, count, voice),
    };
    let (begin, end) = match (language, known) {
        (Language::French, true) => (
            "⚠️ Transferts invisibles pour ",
            " : aucun /dev/log qui mène au journal dans le chroot",
        ),
        (Language::French, false) => (
            "⚠️ Transferts peut-être invisibles pour ",
            " : le service ne peut pas le vérifier",
        ),
        (Language::English, true) => (
            "⚠️ Transfers cannot be seen for ",
            ": no /dev/log that leads to the journal in the chroot",
        ),
        (Language::English, false) => (
            "⚠️ Transfers can perhaps not be seen for ",
            ": the service cannot find out",
        ),
    };
    Told {
        lines: vec![
            vec![span(begin), bold(names), span(end)],
            vec![span(reasons::said(why, language, PATH))],
        ],
        context: vec!["sudo sftp-monitor check".to_owned()],
        ..Told::default()
    }
}

/// No line of OpenSSH in the log can be read.
pub(crate) fn unreadable(lines: u64, example: &str, voice: &Voice) -> Told {
    let count = voice.language.number(lines);
    let said = match (voice.language, lines) {
        (Language::French, 0 | 1) => {
            "⚠️ Le journal ne peut pas être lu : 1 ligne de sshd ou de sftp-server d'un format inconnu, rien n'en est compté"
                .to_owned()
        }
        (Language::French, _) => format!(
            "⚠️ Le journal ne peut pas être lu : {count} lignes de suite de sshd ou de sftp-server d'un format inconnu, rien n'en est compté"
        ),
        (Language::English, 0 | 1) => {
            "⚠️ The log cannot be read: 1 line of sshd or sftp-server in an unknown format, it counts nothing".to_owned()
        }
        (Language::English, _) => format!(
            "⚠️ The log cannot be read: {count} lines of sshd or sftp-server in a row in an unknown format, they count nothing"
        ),
    };
    Told {
        lines: vec![
            vec![span(said)],
            vec![span(reasons::log_line(example, voice.language, HOST))],
        ],
        context: vec!["sftp-monitor check".to_owned()],
        ..Told::default()
    }
}
