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
        Obstacle::NotSftp => Phrase::of("not-sftp"),
        Obstacle::Subsystem => Phrase::of("subsystem"),
        Obstacle::Chroot => Phrase::of("chroot"),
        Obstacle::WriteRefused => Phrase::of("write-refused"),
        Obstacle::TurnedAway => Phrase::of("turned-away"),
        Obstacle::AttemptsTurnedAway => Phrase::of("attempts-turned-away"),
    };
    let draft = voice.draft(text, slots![partner, at, times, detail, path, n, addresses]);
    match hindered.obstacle {
        // `check` does not examine the permissions of the server's directories.
        Obstacle::WriteRefused => draft.ending(latest_address(hindered)),
        _ => draft.ending(["sftp-monitor check"]),
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
    let text = Phrase::of("writes-refused");
    let line = |last: &str| vec![voice.line(text, slots![partner, times, last, at])];
    let earlier = hindered.earlier.iter();
    let earlier = earlier.map(|refused| place(&refused.path, &refused.detail));
    Draft {
        lines: line(""),
        short: Some(line(&last)),
        details: earlier.chain([last]).map(plain).collect(),
        context: latest_address(hindered).into_iter().collect(),
        ..Draft::default()
    }
}

fn latest_address(hindered: &Hindered) -> Option<String> {
    let latest = hindered.addresses.last();
    latest.map(|from| clean(from, HOST))
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
    let text = Phrase::of("sweep");
    let mut context = Vec::new();
    if sweep.failures > 0 {
        context.push(language.count(sweep.failures, Noun::Failure));
    }
    if sweep.partners.values().any(|row| row.turned_away > 0) {
        let away = Phrase::of("sweep-turned-away");
        context.push(voice.say(away, &[]));
    }
    voice
        .draft(text, slots![partners, n, addresses, names, at])
        .ending(context)
}

/// Sessions without any line of sftp-server, although they should have some.
pub(crate) fn blind(blind: &Blind, voice: &Voice) -> Draft {
    let language = voice.language;
    let partner = voice.partner(&blind.partner, blind.full_name.as_deref());
    let of = language.of(&partner);
    let sessions = language.count(blind.sessions, Noun::Session);
    let text = match blind.sure {
        true => Phrase::of("blind-surely"),
        false => Phrase::of("blind-probably"),
    };
    voice
        .draft(text, slots![of, partner, sessions])
        .ending([voice.moment(blind.at), "sftp-monitor check".to_owned()])
}

/// `/dev/log` in partners' chroots leads nowhere, or it is unknown whether their files can be seen.
pub(crate) fn unseen(names: Option<String>, known: bool, why: &str, voice: &Voice) -> Draft {
    let names = names.unwrap_or_else(|| voice.say(Phrase("tous", "everybody"), &[]));
    let text = match known {
        true => Phrase::of("unseen-surely"),
        false => Phrase::of("unseen-perhaps"),
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
        0 | 1 => Phrase::of("unreadable-line"),
        _ => Phrase::of("unreadable-lines"),
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
    let text = Phrase::of("works");
    voice.draft(text, slots![partner, at])
}
