//! Warnings in words: partners that cannot work, sessions whose files are not seen, and sweeps over the partners.

use super::Voice;
use crate::domain::alerts::{Blind, Hindered, NAMES_KEPT, Obstacle, Sweep, Works};
use crate::domain::base::clean::{HOST, PATH, clean};
use crate::domain::base::language::Noun;
use crate::domain::render::blocks::plain;
use crate::domain::render::phrase::{Draft, addresses, list_within};
use crate::domain::render::reasons;
use crate::domain::render::say::{Phrase, slots};

/// A partner is hindered: it logs in but cannot work, or sshd turns it away.
pub(crate) fn hindered(hindered: &Hindered, voice: &Voice) -> Draft {
    if !hindered.earlier.is_empty() {
        return refused(hindered, voice);
    }
    let language = voice.language;
    let partner = voice.partner(&hindered.partner, hindered.full_name.as_deref());
    let at = voice.moment(hindered.at);
    let times = match hindered.count {
        0 | 1 => String::new(),
        count => language.count(count, Noun::Time),
    };
    let detail = reasons::said(&hindered.detail, language, HOST);
    let path = clean(hindered.path.as_deref().unwrap_or_default(), PATH);
    let n = language.number(hindered.addresses.len().max(1) as u64);
    let addresses = addresses(&hindered.addresses, language);
    let text = match hindered.obstacle {
        Obstacle::NotSftp => Phrase(
            "⚠️ {*partner} se connecte mais ne peut pas travailler — seul sftp est permis, autre chose est demandé : shell, commande, rsync ou scp -O ([{times}, ]{at})",
            "⚠️ {*partner} logs in but cannot work — only sftp is allowed, something else is asked for: shell, command, rsync or scp -O ([{times}, ]{at})",
        ),
        Obstacle::Subsystem => Phrase(
            "⚠️ {*partner} se connecte mais ne peut pas travailler — sshd ne lance pas sftp : {detail} ([{times}, ]{at})",
            "⚠️ {*partner} logs in but cannot work — sshd does not start sftp: {detail} ([{times}, ]{at})",
        ),
        Obstacle::Chroot => Phrase(
            "⚠️ {*partner} se connecte mais ne peut pas travailler — sshd refuse son chroot : {detail} ([{times}, ]{at})",
            "⚠️ {*partner} logs in but cannot work — sshd refuses its chroot: {detail} ([{times}, ]{at})",
        ),
        Obstacle::WriteRefused => Phrase(
            "⚠️ {*partner} se connecte mais ne peut pas écrire — {path} : {detail} ([{times}, ]{at})",
            "⚠️ {*partner} logs in but cannot write — {path}: {detail} ([{times}, ]{at})",
        ),
        Obstacle::TurnedAway => Phrase(
            "⚠️ {*partner} ne peut pas se connecter — sshd écarte {n|son adresse|ses adresses} {addresses} : {detail} ([{times}, ]{at})",
            "⚠️ {*partner} cannot connect — sshd turns its {n|address|addresses} {addresses} away: {detail} ([{times}, ]{at})",
        ),
        Obstacle::AttemptsTurnedAway => Phrase(
            "⚠️ {*partner} — sshd écarte {addresses}, d'où son nom a été essayé : {detail} ([{times}, ]{at})",
            "⚠️ {*partner} — sshd turns {addresses} away, from which its name was tried: {detail} ([{times}, ]{at})",
        ),
    };
    let slots = slots![partner, at, times, detail, path, n, addresses];
    Draft {
        lines: vec![voice.line(text, slots)],
        context: match hindered.obstacle {
            // `check` does not examine the permissions of the server's directories.
            Obstacle::WriteRefused => latest_address(hindered),
            _ => vec!["sftp-monitor check".to_owned()],
        },
        ..Draft::default()
    }
}

/// A partner is refused writing in several places.
fn refused(hindered: &Hindered, voice: &Voice) -> Draft {
    let language = voice.language;
    let partner = voice.partner(&hindered.partner, hindered.full_name.as_deref());
    let times = language.count(hindered.count, Noun::Time);
    let at = voice.moment(hindered.at);
    let place = |path: &str, detail: &str| {
        let (path, detail) = (clean(path, PATH), reasons::said(detail, language, HOST));
        let text = Phrase("{path} : {detail}", "{path}: {detail}");
        voice.say(text, slots![path, detail])
    };
    let path = hindered.path.as_deref().unwrap_or_default();
    let last = place(path, &hindered.detail);
    let text = Phrase(
        "⚠️ {*partner} se connecte mais ne peut pas écrire — {times}[, la dernière {last}] ({at})",
        "⚠️ {*partner} logs in but cannot write — {times}[, the last one {last}] ({at})",
    );
    let line = |last: &str| vec![voice.line(text, slots![partner, times, last, at])];
    let earlier = hindered.earlier.iter();
    let earlier = earlier.map(|refused| place(&refused.path, &refused.detail));
    Draft {
        lines: line(""),
        short: Some(line(&last)),
        details: earlier.chain([last]).map(plain).collect(),
        context: latest_address(hindered),
        ..Draft::default()
    }
}

fn latest_address(hindered: &Hindered) -> Vec<String> {
    let latest = hindered.addresses.last();
    latest.map(|from| clean(from, HOST)).into_iter().collect()
}

/// Someone tried the names of many partners.
pub(crate) fn sweep(sweep: &Sweep, voice: &Voice) -> Draft {
    let language = voice.language;
    let count = sweep.partners.len() as u64;
    let (n, partners) = (language.number(count), language.count(count, Noun::Partner));
    let addresses = addresses(&sweep.addresses, language);
    let at = voice.moment(sweep.at);
    let rows = sweep.partners.iter().take(NAMES_KEPT);
    let names: Vec<String> = rows
        .map(|(account, row)| voice.partner(account, row.full_name.as_deref()))
        .collect();
    let names = list_within(&names, count, language);
    let text = Phrase(
        "🔴 Balayage : {*partners} essayé{n||s} depuis {addresses} — {names} ({at})",
        "🔴 Sweep: {*partners} tried from {addresses} — {names} ({at})",
    );
    let mut context = Vec::new();
    if sweep.failures > 0 {
        context.push(language.count(sweep.failures, Noun::Failure));
    }
    if sweep.partners.values().any(|row| row.turned_away > 0) {
        let away = Phrase(
            "sshd écarte ces tentatives",
            "sshd turns these attempts away",
        );
        context.push(voice.say(away, &[]));
    }
    Draft {
        lines: vec![voice.line(text, slots![partners, n, addresses, names, at])],
        context,
        ..Draft::default()
    }
}

/// Sessions without any line of sftp-server, although they should have some.
pub(crate) fn blind(blind: &Blind, voice: &Voice) -> Draft {
    let language = voice.language;
    let partner = voice.partner(&blind.partner, blind.full_name.as_deref());
    let of = language.of(&partner);
    let sessions = language.count(blind.sessions, Noun::Session);
    let text = match blind.sure {
        true => Phrase(
            "⚠️ Les fichiers {of}{*partner} ne se voient pas : {sessions} sftp sans aucune ligne de sftp-server — cause probable : sftp-server sans -l INFO",
            "⚠️ The files {of}{*partner} are not seen: {sessions} of sftp without any line of sftp-server — probable cause: sftp-server without -l INFO",
        ),
        false => Phrase(
            "⚠️ Les fichiers {of}{*partner} ne se voient probablement pas : {sessions} de suite sans aucune ligne de sftp-server — cause probable : pas de /dev/log dans son chroot",
            "⚠️ The files {of}{*partner} are probably not seen: {sessions} in a row without any line of sftp-server — probable cause: no /dev/log in its chroot",
        ),
    };
    Draft {
        lines: vec![voice.line(text, slots![of, partner, sessions])],
        context: vec![voice.moment(blind.at), "sftp-monitor check".to_owned()],
        ..Draft::default()
    }
}

/// `/dev/log` in partners' chroots leads nowhere, or it is unknown whether their files can be seen.
pub(crate) fn unseen(names: Option<String>, known: bool, why: &str, voice: &Voice) -> Draft {
    let names = names.unwrap_or_else(|| voice.say(Phrase("tous", "everybody"), &[]));
    let text = match known {
        true => Phrase(
            "⚠️ Transferts invisibles pour {*names} : aucun /dev/log qui mène au journal dans le chroot",
            "⚠️ Transfers cannot be seen for {*names}: no /dev/log that leads to the journal in the chroot",
        ),
        false => Phrase(
            "⚠️ Transferts peut-être invisibles pour {*names} : le service ne peut pas le vérifier",
            "⚠️ Transfers can perhaps not be seen for {*names}: the service cannot find out",
        ),
    };
    let why = reasons::said(why, voice.language, PATH);
    Draft {
        lines: vec![voice.line(text, slots![names]), plain(why)],
        context: vec!["sudo sftp-monitor check".to_owned()],
        ..Draft::default()
    }
}

/// No line of OpenSSH in the log can be read.
pub(crate) fn unreadable(lines: u64, example: &str, voice: &Voice) -> Draft {
    let count = voice.language.number(lines);
    let text = match lines {
        0 | 1 => Phrase(
            "⚠️ Le journal ne peut pas être lu : 1 ligne de sshd ou de sftp-server d'un format inconnu, rien n'en est compté",
            "⚠️ The log cannot be read: 1 line of sshd or sftp-server in an unknown format, it counts nothing",
        ),
        _ => Phrase(
            "⚠️ Le journal ne peut pas être lu : {count} lignes de suite de sshd ou de sftp-server d'un format inconnu, rien n'en est compté",
            "⚠️ The log cannot be read: {count} lines of sshd or sftp-server in a row in an unknown format, they count nothing",
        ),
    };
    let example = reasons::log_line(example, voice.language, HOST);
    Draft {
        lines: vec![voice.line(text, slots![count]), plain(example)],
        context: vec!["sftp-monitor check".to_owned()],
        ..Draft::default()
    }
}

/// A partner's sessions work again, or can be seen again.
pub(crate) fn works(works: &Works, voice: &Voice) -> Draft {
    let partner = voice.partner(&works.partner, works.full_name.as_deref());
    let at = voice.moment(works.at);
    let text = Phrase(
        "✅ Session SFTP de {*partner} ouverte et visible — {at}",
        "✅ {*partner} opened an SFTP session, and the log shows it — {at}",
    );
    Draft {
        lines: vec![voice.line(text, slots![partner, at])],
        ..Draft::default()
    }
}
