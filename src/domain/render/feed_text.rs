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
        (count, _) if (count == 1 || !is_short) && !names.is_empty() => {
            Phrase::of("feed-lacks-names")
        }
        _ if !is_short && lack.bytes.is_some() => Phrase::of("feed-too-small"),
        (1, _) => Phrase::of("feed-missing"),
        (_, 0) => Phrase::of("feed-wholly-missing"),
        _ => Phrase::of("feed-partly-missing"),
    };
    let slots = slots![
        partner, files, due, since, instead, all, some, got, get, lacking, n, have, least
    ];
    Draft {
        details: last
            .map(|last| plain(clean(&last.file.path, PATH)))
            .collect(),
        mention: missing.mention.clone(),
        ..voice.draft(text, slots)
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
        voice.say(Phrase::of("last-login"), slots![login]),
        voice.say(Phrase::of("last-failure"), slots![failure]),
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
        Transfer::UploadInterrupted => Phrase::of("last-upload-interrupted"),
        Transfer::UploadFailed => Phrase::of("last-upload-failed"),
        Transfer::Upload
        | Transfer::Download
        | Transfer::DownloadInterrupted
        | Transfer::Unknown
        | Transfer::UploadUnclosed
        | Transfer::DownloadUnclosed => Phrase::of("last-file"),
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
        (Some(_), true, _) => Phrase::of("feed-arrives-again"),
        // It was reported as missing, and its arrival became known only now.
        (None, _, _) if in_time => Phrase::of("feed-was-in-time"),
        (_, _, 1) => Phrase::of("feed-late"),
        // For several files, `name` already contains the pattern.
        _ => Phrase::of("feed-files-late"),
    };
    let file = &arrived.file;
    let mut detail = vec![clean(&file.path, PATH)];
    detail.extend(file.bytes.map(|bytes| language.size(bytes)));
    detail.extend(file.address.as_deref().map(|from| clean(from, HOST)));
    let slots = slots![partner, got, gets, name, files, at, due, since, late];
    Draft {
        details: vec![plain(detail.join(" · "))],
        ..voice.draft(text, slots).ending([at.clone()])
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
        (Loss::Removed, _) => Phrase::of("feed-removed"),
        (Loss::Renamed, _) => Phrase::of("feed-renamed"),
        (Loss::Replaced, None) => Phrase::of("feed-emptied"),
        (Loss::Replaced, Some(_)) => Phrase::of("feed-replaced-by-smaller"),
        (Loss::ReplacedByLarger, _) => Phrase::of("feed-replaced-by-larger"),
        (Loss::Broken, _) => Phrase::of("feed-broken"),
    };
    let size = voice.language.size(size.unwrap_or_default());
    let draft = voice.draft(text, slots![partner, name, arrived, size, files, due]);
    Draft {
        details: vec![plain(clean(&change.file.path, PATH))],
        ..draft.ending([voice.moment(change.at)])
    }
}

/// A partner has not logged in for a long time.
pub(crate) fn quiet(quiet: &Quiet, voice: &Voice) -> Draft {
    let partner = voice.partner(&quiet.partner, quiet.full_name.as_deref());
    let since = voice.moment(quiet.since);
    let long = voice.language.lasting(quiet.at.since(quiet.since));
    let text = match quiet.never {
        false => Phrase::of("quiet"),
        true => Phrase::of("quiet-never"),
    };
    voice.draft(text, slots![partner, long, since])
}
