//! Messages about expected feeds, and about quiet partners.

use super::blocks::plain;
use super::say::{Phrase, slots};
use super::{Voice, file_text};
use crate::domain::alerts::{
    FeedArrived, FeedChanged, FeedMissing, Lack, Loss, Quiet, SeenFile, Transfer, Unfit,
};
use crate::domain::base::clean::{HOST, PATH, clean};
use crate::domain::base::language::{Language, Noun};
use crate::domain::render::phrase::{Draft, list_within};

/// The most characters of a pattern in a sentence.
pub(crate) const PATTERN: usize = 120;

/// A feed is missing: since when, and the partner's last activity.
pub(crate) fn missing(missing: &FeedMissing, voice: &Voice) -> Draft {
    let language = voice.language;
    let partner = voice.partner(&missing.partner, missing.full_name.as_deref());
    let files = clean(&missing.files, PATTERN);
    let due = voice.moment(missing.due);
    let since = voice.moment_if(missing.since);
    let instead = instead(missing, voice);
    let last = missing.seen.file.iter();
    let (all, some) = numbers(missing.count, missing.arrived, &missing.lack, voice);
    let (got, get, _) = verbs(missing.download, language);
    let is_short = missing.arrived < missing.count;
    let lack = &missing.lack;
    let mut names: Vec<String> = lack.names.iter().map(|name| clean(name, PATTERN)).collect();
    if is_short && missing.count == 1 && !names.is_empty() {
        names.insert(0, files.clone());
    }
    let lacking = list_within(&names, names.len() as u64, language);
    let n = language.number(names.len() as u64);
    let (have, least) = lack.bytes.unwrap_or_default();
    let (have, least) = (language.size(have), language.size(least));
    let text = match (missing.count, missing.arrived) {
        (count, _) if (count == 1 || !is_short) && !names.is_empty() => Phrase(
            "⏰ {*partner} n'a pas {got} {lacking}, attendu{n||s} le {due}[ (manque depuis le {since})] — {instead}",
            "⏰ {*partner} did not {get} {lacking}, expected by {due}[ (missing since {since})] — {instead}",
        ),
        _ if !is_short && lack.bytes.is_some() => Phrase(
            "⏰ {*partner} n'a {got} que {have} de {files}, au moins {least} attendus le {due}[ (manque depuis le {since})] — {instead}",
            "⏰ {*partner} {got} only {have} of {files}, at least {least} expected by {due}[ (missing since {since})] — {instead}",
        ),
        (1, _) => Phrase(
            "⏰ {*partner} n'a pas {got} {files}, attendu le {due}[ (manque depuis le {since})] — {instead}",
            "⏰ {*partner} did not {get} {files}, expected by {due}[ (missing since {since})] — {instead}",
        ),
        (_, 0) => Phrase(
            "⏰ {*partner} n'a {got} aucun des {all} fichiers {files}[ ni {lacking}], attendus le {due}[ (manque depuis le {since})] — {instead}",
            "⏰ {*partner} {got} none of {all} files {files}[ and not {lacking}], expected by {due}[ (missing since {since})] — {instead}",
        ),
        _ => Phrase(
            "⏰ {*partner} n'a {got} que {some} {some|fichier|fichiers} {files} sur {all}[, et pas {lacking}], attendus le {due}[ (manque depuis le {since})] — {instead}",
            "⏰ {*partner} {got} only {some} of {all} files {files}[ and not {lacking}], expected by {due}[ (missing since {since})] — {instead}",
        ),
    };
    Draft {
        lines: vec![voice.line(
            text,
            slots![
                partner, files, due, since, instead, all, some, got, get, lacking, n, have, least
            ],
        )],
        details: last
            .map(|last| plain(clean(&last.file.path, PATH)))
            .collect(),
        mention: missing.mention.clone(),
        ..Draft::default()
    }
}

/// What a partner does with a feed: `livré`, `livré`, `livre`; `delivered`, `deliver`, `delivers`.
fn verbs(download: bool, language: Language) -> (&'static str, &'static str, &'static str) {
    match (download, language) {
        (false, Language::French) => ("livré", "livré", "livre"),
        (false, Language::English) => ("delivered", "deliver", "delivers"),
        (true, Language::French) => ("récupéré", "récupéré", "récupère"),
        (true, Language::English) => ("fetched", "fetch", "fetches"),
    }
}

/// How many files are expected, and how many are there: `2 à 3` and `1`.
pub(super) fn numbers(count: u32, arrived: u32, lack: &Lack, voice: &Voice) -> (String, String) {
    let [least, arrived] = [count, arrived].map(|n| voice.language.number(n.into()));
    let most = lack.most.filter(|most| *most > count);
    let most = most.map(|most| voice.language.number(most.into()));
    let all = match most {
        Some(most) => voice.say(
            Phrase("{least} à {most}", "{least} to {most}"),
            slots![least, most],
        ),
        None => least,
    };
    (all, arrived)
}

/// The partner's last log-in, failure and file.
fn instead(missing: &FeedMissing, voice: &Voice) -> String {
    let seen = &missing.seen;
    let login = voice.moment_if(seen.login);
    // A failure before the last log-in explains nothing.
    let failure = voice.moment_if(seen.failure.filter(|at| Some(*at) > seen.login));
    let file = seen
        .file
        .as_ref()
        .map(|file| last_file(file, missing.unfit, voice));
    let said = [
        voice.say(
            Phrase(
                "[dernière connexion le {login}]",
                "[last log-in on {login}]",
            ),
            slots![login],
        ),
        voice.say(
            Phrase(
                "[dernier échec de connexion le {failure}]",
                "[last failed log-in on {failure}]",
            ),
            slots![failure],
        ),
        file.unwrap_or_default(),
    ];
    let said: Vec<String> = said.into_iter().filter(|said| !said.is_empty()).collect();
    match said.is_empty() {
        true => voice.say(Phrase("aucune connexion connue", "no log-in known"), &[]),
        false => said.join(", "),
    }
}

/// `dernier fichier autre.csv (48,3 ko, trop petit) le 30/03 à 06h07`
fn last_file(seen: &SeenFile, unfit: Option<Unfit>, voice: &Voice) -> String {
    let (name, at) = (file_text::name(&seen.file), voice.moment(seen.at));
    let mut size = match (seen.file.bytes, seen.what) {
        (Some(0), Transfer::Upload) => voice.language.pick("vide", "empty").to_owned(),
        (Some(bytes), _) => voice.language.size(bytes),
        (None, _) => String::new(),
    };
    size += match unfit {
        Some(Unfit::Small) if seen.file.bytes > Some(0) => {
            voice.language.pick(", trop petit", ", too small")
        }
        Some(Unfit::Large) => voice.language.pick(", trop gros", ", too large"),
        Some(Unfit::Small) | None => "",
    };
    let removed = match seen.removed {
        true => voice.language.pick(", supprimé depuis", ", removed since"),
        false => "",
    };
    let text = match seen.what {
        Transfer::UploadInterrupted => Phrase(
            "upload interrompu {name}[ ({size})] le {at}{removed}",
            "upload broken off {name}[ ({size})] on {at}{removed}",
        ),
        Transfer::UploadFailed => Phrase(
            "upload en échec {name}[ ({size})] le {at}{removed}",
            "failed upload {name}[ ({size})] on {at}{removed}",
        ),
        Transfer::Upload
        | Transfer::Download
        | Transfer::DownloadInterrupted
        | Transfer::Unknown
        | Transfer::UploadUnclosed
        | Transfer::DownloadUnclosed => Phrase(
            "dernier fichier {name}[ ({size})] le {at}{removed}",
            "last file {name}[ ({size})] on {at}{removed}",
        ),
    };
    voice.say(text, slots![name, size, at, removed])
}

/// A feed arrived: how late, or that it arrives again.
pub(crate) fn arrived(arrived: &FeedArrived, voice: &Voice) -> Draft {
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
    let (at, due) = (voice.moment(arrived.at), voice.moment(arrived.due));
    let since = voice.moment_if(arrived.since);
    let late = language.lasting(arrived.at.since(arrived.due));
    let in_time = arrived.on_time && arrived.at <= arrived.due;
    let (got, _, gets) = verbs(arrived.download, language);
    let text = match (arrived.since, arrived.on_time, arrived.count) {
        (Some(_), true, _) => Phrase(
            "✅ {*partner} {gets} à nouveau : {name} — {files} manquait depuis le {since}",
            "✅ {*partner} {gets} again: {name} — {files} had been missing since {since}",
        ),
        // It was reported as missing, and its arrival became known only now.
        (None, _, _) if in_time => Phrase(
            "✅ {*partner} avait {got} {name} à temps, le {at} — appris après coup ({files} attendu le {due})",
            "✅ {*partner} had {got} {name} in time, on {at} — learnt later ({files} expected by {due})",
        ),
        (_, _, 1) => Phrase(
            "✅ {*partner} a {got} {name} — {late} de retard ({files} attendu le {due}[, manquait depuis le {since}])",
            "✅ {*partner} {got} {name} — {late} late ({files} expected by {due}[, missing since {since}])",
        ),
        // For several files, `name` already contains the pattern.
        _ => Phrase(
            "✅ {*partner} a {got} {name} — {late} de retard (attendus le {due}[, manquaient depuis le {since}])",
            "✅ {*partner} {got} {name} — {late} late (expected by {due}[, missing since {since}])",
        ),
    };
    let file = &arrived.file;
    let mut detail = vec![clean(&file.path, PATH)];
    detail.extend(file.bytes.map(|bytes| language.size(bytes)));
    detail.extend(file.address.as_deref().map(|from| clean(from, HOST)));
    Draft {
        lines: vec![voice.line(
            text,
            slots![partner, got, gets, name, files, at, due, since, late],
        )],
        details: vec![plain(detail.join(" · "))],
        context: vec![at],
        ..Draft::default()
    }
}

/// A feed was there at its deadline, and was changed or removed later.
pub(crate) fn changed(changed: &FeedChanged, voice: &Voice) -> Draft {
    let partner = voice.partner(&changed.partner, changed.full_name.as_deref());
    let files = clean(&changed.files, PATTERN);
    let change = &changed.change;
    let (arrived, due) = (voice.moment(changed.arrived), voice.moment(changed.due));
    let name = file_text::name(&change.file);
    let size = change.file.bytes.filter(|bytes| *bytes > 0);
    let text = match (change.how, size) {
        (Loss::Removed, _) => Phrase(
            "⚠️ {*partner} a supprimé {name}, livré le {arrived} ({files} attendu le {due})",
            "⚠️ {*partner} removed {name}, delivered on {arrived} ({files} expected by {due})",
        ),
        (Loss::Renamed, _) => Phrase(
            "⚠️ {*partner} a donné un autre nom à {name}, livré le {arrived} ({files} attendu le {due})",
            "⚠️ {*partner} gave another name to {name}, delivered on {arrived} ({files} expected by {due})",
        ),
        (Loss::Replaced, None) => Phrase(
            "⚠️ {*partner} a remplacé {name}, livré le {arrived}, par un fichier vide ({files} attendu le {due})",
            "⚠️ {*partner} replaced {name}, delivered on {arrived}, by an empty file ({files} expected by {due})",
        ),
        (Loss::Replaced, Some(_)) => Phrase(
            "⚠️ {*partner} a remplacé {name}, livré le {arrived}, par un fichier trop petit ({size}) ({files} attendu le {due})",
            "⚠️ {*partner} replaced {name}, delivered on {arrived}, by a file that is too small ({size}) ({files} expected by {due})",
        ),
        (Loss::ReplacedByLarger, _) => Phrase(
            "⚠️ {*partner} a remplacé {name}, livré le {arrived}, par un fichier trop gros ({size}) ({files} attendu le {due})",
            "⚠️ {*partner} replaced {name}, delivered on {arrived}, by a file that is too large ({size}) ({files} expected by {due})",
        ),
        (Loss::Broken, _) => Phrase(
            "⚠️ {*partner} a renvoyé {name}, livré le {arrived}, et ce nouvel envoi n'est pas arrivé entier ({files} attendu le {due})",
            "⚠️ {*partner} sent {name}, delivered on {arrived}, again, and it did not arrive whole ({files} expected by {due})",
        ),
    };
    let size = voice.language.size(size.unwrap_or_default());
    Draft {
        lines: vec![voice.line(text, slots![partner, name, arrived, size, files, due])],
        details: vec![plain(clean(&change.file.path, PATH))],
        context: vec![voice.moment(change.at)],
        ..Draft::default()
    }
}

/// A partner has not logged in for a long time.
pub(crate) fn quiet(quiet: &Quiet, voice: &Voice) -> Draft {
    let partner = voice.partner(&quiet.partner, quiet.full_name.as_deref());
    let since = voice.moment(quiet.since);
    let long = voice.language.lasting(quiet.at.since(quiet.since));
    let text = match quiet.never {
        false => Phrase(
            "💤 {*partner} ne s'est pas connecté depuis {long} (dernière connexion le {since})",
            "💤 {*partner} has not logged in for {long} (last log-in on {since})",
        ),
        true => Phrase(
            "💤 {*partner} ne s'est pas connecté depuis {long} (surveillé depuis le {since})",
            "💤 {*partner} has not logged in for {long} (watched since {since})",
        ),
    };
    Draft {
        lines: vec![voice.line(text, slots![partner, long, since])],
        ..Draft::default()
    }
}
