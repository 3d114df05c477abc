//! Messages about feeds that must arrive, and about partners that stay away, in words.

use super::blocks::{Line, bold, plain, span};
use super::{Voice, file_text};
use crate::domain::alerts::{
    FeedArrived, FeedChanged, FeedMissing, Loss, Quiet, Seen, SeenFile, Transfer,
};
use crate::domain::base::clean::{HOST, PATH, clean};
use crate::domain::base::language::{Language, Noun};
use crate::domain::base::time::Time;
use crate::domain::render::phrase::Told;

/// The most characters of a pattern in a sentence.
pub(crate) const PATTERN: usize = 120;

/// A feed is not there: since when, and what the partner did instead.
pub(crate) fn missing(missing: &FeedMissing, voice: &Voice) -> Told {
    let language = voice.language;
    let partner = voice.partner(&missing.partner, missing.full_name.as_deref());
    let files = clean(&missing.files, PATTERN);
    let due = language.moment(missing.due, voice.zone);
    let said = match language {
        Language::French => format!(" n'a {} le {due}", some_french(missing, &files)),
        Language::English => format!(" {}, expected by {due}", some_english(missing, &files)),
    };
    let since = missing.since.map(|since| {
        let since = language.moment(since, voice.zone);
        match language {
            Language::French => format!(" (manque depuis le {since})"),
            Language::English => format!(" (missing since {since})"),
        }
    });
    let instead = instead(&missing.seen, voice);
    let said = format!("{said}{} — {instead}", since.unwrap_or_default());
    Told {
        lines: vec![vec![span("⏰ "), bold(partner), span(said)]],
        details: path(missing.seen.file.as_ref()),
        mention: missing.mention.clone(),
        ..Told::default()
    }
}

fn some_french(missing: &FeedMissing, files: &str) -> String {
    let language = Language::French;
    let (count, arrived) = (u64::from(missing.count), u64::from(missing.arrived));
    let all = language.number(count);
    match (count, arrived) {
        (1, _) => format!("pas livré {files}, attendu"),
        (_, 0) => format!("livré aucun des {all} fichiers {files}, attendus"),
        _ => {
            let some = language.count(arrived, Noun::File);
            format!("livré que {some} {files} sur {all}, attendus")
        }
    }
}

fn some_english(missing: &FeedMissing, files: &str) -> String {
    let language = Language::English;
    let (count, arrived) = (u64::from(missing.count), u64::from(missing.arrived));
    let all = language.number(count);
    match (count, arrived) {
        (1, _) => format!("did not deliver {files}"),
        (_, 0) => format!("delivered none of {all} files {files}"),
        _ => format!(
            "delivered only {} of {all} files {files}",
            language.number(arrived)
        ),
    }
}

/// What a partner did last, of each kind.
fn instead(seen: &Seen, voice: &Voice) -> String {
    let language = voice.language;
    let moment = |at: Time| language.moment(at, voice.zone);
    let mut said = Vec::new();
    if let Some(at) = seen.login {
        let last = language.pick("dernière connexion le", "last log-in on");
        said.push(format!("{last} {}", moment(at)));
    }
    // Failures that a log-in followed explain nothing.
    if let Some(at) = seen.failure.filter(|at| Some(*at) > seen.login) {
        let last = language.pick("dernier échec de connexion le", "last failed log-in on");
        said.push(format!("{last} {}", moment(at)));
    }
    said.extend(seen.file.as_ref().map(|file| last_file(file, voice)));
    match said.is_empty() {
        true => language
            .pick("aucune connexion connue", "no log-in known")
            .to_owned(),
        false => said.join(", "),
    }
}

/// `dernier fichier autre.csv (48,3 ko) le 30/03 à 06h07`
fn last_file(seen: &SeenFile, voice: &Voice) -> String {
    let language = voice.language;
    let what = match seen.what {
        Transfer::UploadInterrupted => language.pick("upload interrompu", "upload broken off"),
        Transfer::UploadFailed => language.pick("upload en échec", "failed upload"),
        _ => language.pick("dernier fichier", "last file"),
    };
    let size = match (seen.file.bytes, seen.what) {
        (Some(0), Transfer::Upload) => format!(" ({})", language.pick("vide", "empty")),
        (Some(bytes), _) => format!(" ({})", language.size(bytes)),
        (None, _) => String::new(),
    };
    let (name, at) = (
        file_text::name(&seen.file),
        language.moment(seen.at, voice.zone),
    );
    let on = language.pick("le", "on");
    let removed = match seen.removed {
        true => language.pick(", supprimé depuis", ", removed since"),
        false => "",
    };
    format!("{what} {name}{size} {on} {at}{removed}")
}

fn path(seen: Option<&SeenFile>) -> Vec<Line> {
    let path = seen.map(|seen| plain(clean(&seen.file.path, PATH)));
    path.into_iter().collect()
}

/// A feed is there: how late, or that it comes again.
pub(crate) fn arrived(arrived: &FeedArrived, voice: &Voice) -> Told {
    let language = voice.language;
    let partner = voice.partner(&arrived.partner, arrived.full_name.as_deref());
    let files = clean(&arrived.files, PATTERN);
    let name = match arrived.count {
        1 => file_text::name(&arrived.file),
        count => {
            let files_of = language.count(u64::from(count), Noun::File);
            format!("{files_of} {files}")
        }
    };
    let moment = |at: Time| language.moment(at, voice.zone);
    let late = language.lasting(arrived.at.since(arrived.due));
    let in_time = arrived.on_time && arrived.at <= arrived.due;
    let said = match (language, arrived.since, arrived.on_time) {
        (Language::French, Some(since), true) => format!(
            " livre à nouveau : {name} — {files} manquait depuis le {}",
            moment(since)
        ),
        (Language::English, Some(since), true) => format!(
            " delivers again: {name} — {files} had been missing since {}",
            moment(since)
        ),
        // It was told as missing, and comes to be known now.
        (Language::French, None, _) if in_time => format!(
            " avait livré {name} à temps, le {} — appris après coup ({files} attendu le {})",
            moment(arrived.at),
            moment(arrived.due)
        ),
        (Language::English, None, _) if in_time => format!(
            " had delivered {name} in time, on {} — learnt later ({files} expected by {})",
            moment(arrived.at),
            moment(arrived.due)
        ),
        (Language::French, since, _) => {
            // Of several files the pattern stands before already.
            let (expected, missing) = match arrived.count {
                1 => (format!("{files} attendu"), "manquait"),
                _ => ("attendus".to_owned(), "manquaient"),
            };
            let since = since.map(|since| format!(", {missing} depuis le {}", moment(since)));
            format!(
                " a livré {name} — {late} de retard ({expected} le {}{})",
                moment(arrived.due),
                since.unwrap_or_default()
            )
        }
        (Language::English, since, _) => {
            let since = since.map(|since| format!(", missing since {}", moment(since)));
            let expected = match arrived.count {
                1 => format!("{files} expected"),
                _ => "expected".to_owned(),
            };
            format!(
                " delivered {name} — {late} late ({expected} by {}{})",
                moment(arrived.due),
                since.unwrap_or_default()
            )
        }
    };
    let mut detail = vec![clean(&arrived.file.path, PATH)];
    detail.extend(arrived.file.bytes.map(|bytes| language.size(bytes)));
    detail.extend(
        arrived
            .file
            .address
            .as_deref()
            .map(|from| clean(from, HOST)),
    );
    Told {
        lines: vec![vec![span("✅ "), bold(partner), span(said)]],
        details: vec![plain(detail.join(" · "))],
        context: vec![moment(arrived.at)],
        ..Told::default()
    }
}

/// A feed was there at its deadline, and is no more what was delivered.
pub(crate) fn changed(changed: &FeedChanged, voice: &Voice) -> Told {
    let language = voice.language;
    let partner = voice.partner(&changed.partner, changed.full_name.as_deref());
    let files = clean(&changed.files, PATTERN);
    let moment = |at: Time| language.moment(at, voice.zone);
    let (change, due) = (&changed.change, moment(changed.due));
    let (name, arrived) = (file_text::name(&change.file), moment(changed.arrived));
    let size = change.file.bytes.filter(|bytes| *bytes > 0);
    let size = size.map(|bytes| language.size(bytes));
    let said = match (language, change.how, size) {
        (Language::French, Loss::Removed, _) => format!("a supprimé {name}, livré le {arrived}"),
        (Language::French, Loss::Renamed, _) => {
            format!("a donné un autre nom à {name}, livré le {arrived}")
        }
        (Language::French, Loss::Replaced, None) => {
            format!("a remplacé {name}, livré le {arrived}, par un fichier vide")
        }
        (Language::French, Loss::Replaced, Some(size)) => {
            format!("a remplacé {name}, livré le {arrived}, par un fichier trop petit ({size})")
        }
        (Language::French, Loss::Broken, _) => {
            format!(
                "a renvoyé {name}, livré le {arrived}, et ce nouvel envoi n'est pas arrivé entier"
            )
        }
        (Language::English, Loss::Removed, _) => format!("removed {name}, delivered on {arrived}"),
        (Language::English, Loss::Renamed, _) => {
            format!("gave another name to {name}, delivered on {arrived}")
        }
        (Language::English, Loss::Replaced, None) => {
            format!("replaced {name}, delivered on {arrived}, by an empty file")
        }
        (Language::English, Loss::Replaced, Some(size)) => {
            format!("replaced {name}, delivered on {arrived}, by a file that is too small ({size})")
        }
        (Language::English, Loss::Broken, _) => {
            format!("sent {name}, delivered on {arrived}, again, and it did not arrive whole")
        }
    };
    let expected = language.pick("attendu le", "expected by");
    Told {
        lines: vec![vec![
            span("⚠️ "),
            bold(partner),
            span(format!(" {said} ({files} {expected} {due})")),
        ]],
        details: vec![plain(clean(&change.file.path, PATH))],
        context: vec![moment(change.at)],
        ..Told::default()
    }
}

/// A partner has not logged in for long.
pub(crate) fn quiet(quiet: &Quiet, voice: &Voice) -> Told {
    let language = voice.language;
    let partner = voice.partner(&quiet.partner, quiet.full_name.as_deref());
    let since = language.moment(quiet.since, voice.zone);
    let long = language.lasting(quiet.at.since(quiet.since));
    let said = match (language, quiet.never) {
        (Language::French, false) => {
            format!(" ne s'est pas connecté depuis {long} (dernière connexion le {since})")
        }
        (Language::French, true) => {
            format!(" ne s'est pas connecté depuis {long} (surveillé depuis le {since})")
        }
        (Language::English, false) => {
            format!(" has not logged in for {long} (last log-in on {since})")
        }
        (Language::English, true) => {
            format!(" has not logged in for {long} (watched since {since})")
        }
    };
    Told {
        lines: vec![vec![span("💤 "), bold(partner), span(said)]],
        ..Told::default()
    }
}
