//! Messages about files.

use super::Voice;
use super::blocks::{TextLine, plain};
use super::say::{Phrase, slots};
use crate::domain::alerts::{File, Files, NAMES_KEPT, Transfer};
use crate::domain::base::clean::{HOST, PATH, clean};
use crate::domain::base::language::Language;
use crate::domain::render::phrase::{Draft, list_within};

/// The most characters of the name of a file: the limit of file systems.
const FILE_NAME: usize = 255;

/// The phrase for files. `some` is their number, and empty for one file.
fn text(what: Transfer, several: bool) -> Phrase {
    match (what, several) {
        (Transfer::Upload, false) => Phrase::of("upload"),
        (Transfer::Upload, true) => Phrase::of("uploads"),
        (Transfer::Download, false) => Phrase::of("download"),
        (Transfer::Download, true) => Phrase::of("downloads"),
        (Transfer::UploadInterrupted, _) => Phrase::of("upload-interrupted"),
        (Transfer::UploadFailed, _) => Phrase::of("upload-failed"),
        (Transfer::DownloadInterrupted, _) => Phrase::of("download-interrupted"),
        (Transfer::Unknown, _) => Phrase::of("unknown-direction"),
        (Transfer::UploadUnclosed, _) => Phrase::of("upload-unclosed"),
        (Transfer::DownloadUnclosed, _) => Phrase::of("download-unclosed"),
    }
}

/// The message about files that were uploaded, downloaded or interrupted.
pub(crate) fn tell(files: &Files, voice: &Voice) -> Draft {
    let language = voice.language;
    let user = voice.partner(&files.partner, files.full_name.as_deref());
    let of = language.of(&user);
    let n = language.number(files.count.max(1));
    let some = if files.count > 1 { &n } else { "" };
    let several = files.count > 1 && !is_one_again(files);
    let line = |names: String| {
        let sizes = sizes(files, &names, language);
        let text = text(files.what, several);
        vec![voice.line(text, slots![user, of, n, some, names, sizes])]
    };
    let short = line(names(files, language));
    // In blocks the files are listed below with their paths, so the sentence does not repeat several names.
    let all = files.files.len() as u64 >= different(&files.files, files.count);
    Draft {
        lines: match several && all {
            true => line(String::new()),
            false => short.clone(),
        },
        short: Some(short),
        details: details(files, language),
        context: vec![voice.moment(files.at)],
        ..Draft::default()
    }
}

/// The names, with a mark on empty and resumed files.
fn names(files: &Files, language: Language) -> String {
    let told = &files.files[..files.files.len().min(NAMES_KEPT)];
    let mark = |file: &File| {
        let name = name(file) + &times(file);
        let text = match files.count > 1 {
            true if is_empty_upload(files.what, file) => Phrase("{name} (vide)", "{name} (empty)"),
            true if file.is_resumed() => Phrase("{name} (reprise)", "{name} (resumed)"),
            _ => return name,
        };
        language.say(text, slots![name])
    };
    let names: Vec<String> = told.iter().map(mark).collect();
    match names.is_empty() {
        true => "?".into(),
        false => list_within(&names, different(&files.files, files.count), language),
    }
}

/// How often a file came: ` ×4`; empty if it came once.
pub(crate) fn times(file: &File) -> String {
    match file.again {
        0 => String::new(),
        again => format!(" ×{}", again.saturating_add(1)),
    }
}

/// The number of different files among `count`: a file that came again counts once.
pub(crate) fn different<'a>(files: impl IntoIterator<Item = &'a File>, count: u64) -> u64 {
    let again = files.into_iter().map(|file| file.again);
    again.fold(count, u64::saturating_sub)
}

/// Whether several files are the same one, sent again and again.
fn is_one_again(files: &Files) -> bool {
    files.files.len() == 1 && different(&files.files, files.count) == 1 && files.count > 1
}

/// The name of a file, with `…` if it was cut.
pub(crate) fn name(file: &File) -> String {
    let mut shown = name_of(&file.path);
    if file.cut && !shown.ends_with('…') {
        shown.push('…');
    }
    shown
}

/// The last component of a path.
pub(crate) fn name_of(path: &str) -> String {
    let last = path.trim_end_matches('/').rsplit('/').next();
    let name = last.filter(|name| !name.is_empty()).unwrap_or(path);
    clean(name, FILE_NAME)
}

fn is_empty_upload(what: Transfer, file: &File) -> bool {
    what == Transfer::Upload && file.bytes == Some(0) && !file.is_resumed()
}

/// `reprise, 1,2 Mo de plus, 13,2 Mo en tout`: the new bytes of a resumed file, and its whole size; `None` if it was not resumed.
/// `gone` says what happened to the bytes.
pub(crate) fn resumed(file: &File, gone: &str, language: Language) -> Option<String> {
    if !file.is_resumed() {
        return None;
    }
    let size = |bytes: Option<u64>| bytes.map_or(String::new(), |bytes| language.size(bytes));
    let whole = size(file.whole.filter(|whole| Some(*whole) != file.bytes));
    let size = size(file.bytes);
    let text = match file.bytes {
        Some(0) => Phrase::of("resumed-nothing"),
        Some(_) => Phrase::of("resumed-more"),
        None => Phrase::of("resumed"),
    };
    Some(language.say(text, slots![size, gone, whole]))
}

/// The total size of all files; empty for a single complete file. `names` is the text before it.
fn sizes(files: &Files, names: &str, language: Language) -> String {
    let bytes = match (files.count, files.some_unknown) {
        (0 | 1, _) => files.files.first().and_then(|file| file.bytes),
        (_, true) if files.bytes == 0 => None,
        _ => Some(files.bytes),
    };
    let one = files.files.first().filter(|_| files.count < 2);
    let single = bytes.is_none_or(|bytes| language.is_single(bytes));
    let gone = gone(files.what, single, language);
    if let Some(resumed) = one.and_then(|file| resumed(file, &gone, language)) {
        return format!(" ({resumed})");
    }
    let text = match (files.what, files.count, bytes) {
        (Transfer::Upload, 0 | 1, Some(0)) => Phrase(" (fichier vide)", " (empty file)"),
        (Transfer::Upload | Transfer::Download, 0 | 1, _) => return String::new(),
        // The size of files that were never closed is unknown, and readers do not expect one.
        (Transfer::UploadUnclosed | Transfer::DownloadUnclosed, _, _) => return String::new(),
        (_, _, None) => Phrase(" (taille inconnue)", " (size unknown)"),
        // Avoids two brackets in a row.
        (_, _, Some(_)) if names.ends_with(')') => {
            Phrase(" — {least}{size}{gone}", " — {least}{size}{gone}")
        }
        (_, _, Some(_)) => Phrase(" ({least}{size}{gone})", " ({least}{size}{gone})"),
    };
    let least = match files.some_unknown && files.count > 1 {
        true => language.pick("au moins ", "at least "),
        false => "",
    };
    let size = language.size(bytes.unwrap_or_default());
    language.say(text, slots![least, size, gone])
}

/// Whether the bytes of an incomplete file were received, written or sent.
fn gone(what: Transfer, one: bool, language: Language) -> String {
    let n = if one { "1" } else { "2" };
    let text = match what {
        Transfer::UploadInterrupted => Phrase(" reçu{n||s}", " received"),
        Transfer::UploadFailed => Phrase(" écrit{n||s}", " written"),
        Transfer::DownloadInterrupted => Phrase(" envoyé{n||s}", " sent"),
        Transfer::Upload
        | Transfer::Download
        | Transfer::Unknown
        | Transfer::UploadUnclosed
        | Transfer::DownloadUnclosed => return String::new(),
    };
    language.say(text, slots![n])
}

/// Path, size and address of each file.
fn details(files: &Files, language: Language) -> Vec<TextLine> {
    let detail = |file: &File| {
        let mut parts = vec![clean(&file.path, PATH)];
        if file.cut {
            parts[0].push('…');
        }
        parts[0] += &times(file);
        parts.extend(match resumed(file, "", language) {
            // For one file, the sentence already says it.
            Some(_) if files.count < 2 => None,
            Some(resumed) => Some(resumed),
            None => file.bytes.map(|bytes| language.size(bytes)),
        });
        parts.extend(file.address.as_deref().map(|address| clean(address, HOST)));
        plain(parts.join(" · "))
    };
    files.files.iter().take(NAMES_KEPT).map(detail).collect()
}
