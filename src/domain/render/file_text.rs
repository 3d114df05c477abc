//! Messages about files, in words.

use super::Voice;
use super::blocks::{Line, bold, plain, span};
use crate::domain::alerts::{File, Files, NAMES_KEPT, Transfer};
use crate::domain::base::clean::{HOST, PATH, clean};
use crate::domain::base::language::{Language, Noun};
use crate::domain::render::phrase::{Told, list_within};

/// The most characters of a file's name: what file systems allow.
const FILE_NAME: usize = 255;

/// What is said of files that arrived, were fetched, or broke off.
pub(crate) fn tell(files: &Files, voice: &Voice) -> Told {
    let language = voice.language;
    let user = voice.partner(&files.partner, files.full_name.as_deref());
    let [before, after] = match language {
        Language::French => french(files, language.of(&user)),
        Language::English => english(files),
    };
    let names = names(files, language);
    let sizes = sizes(files, &names, language);
    let said = format!("{after}{names}{sizes}");
    let line = |said: String| vec![vec![span(before.clone()), bold(user.clone()), span(said)]];
    // In blocks the files stand below with their paths: the names of several are not said twice.
    let all = files.files.len() as u64 >= different(&files.files, files.count);
    let sizes = self::sizes(files, "", language);
    let brief = format!("{}{sizes}", after.trim_end_matches([' ', ':']));
    let lines = match files.count > 1 && all && !is_one_again(files) {
        true => line(brief),
        false => line(said.clone()),
    };
    Told {
        short: Some(line(said)),
        lines,
        details: details(files, language),
        context: vec![language.moment(files.at, voice.zone)],
        ..Told::default()
    }
}

/// What stands before and behind the partner's name.
fn french(files: &Files, of: &str) -> [String; 2] {
    let language = Language::French;
    let (n, one) = (language.number(files.count), files.count < 2);
    let several = |noun| match one || is_one_again(files) {
        true => " ".to_string(),
        false => format!(" {} : ", language.count(files.count, noun)),
    };
    let interrupted = if one {
        " interrompu : "
    } else {
        " interrompus : "
    };
    let begin = |what: &str| match one {
        true => format!("⚠️ {what} {of}"),
        false => format!("⚠️ {n} {}s {of}", what.to_lowercase()),
    };
    let unclosed = |how: &str| {
        let (opened, closed) = match one {
            true => ("ouvert", "fermé"),
            false => ("ouverts", "fermés"),
        };
        let counted = language.count(files.count, Noun::File);
        [
            format!("⚠️ {counted} {opened} en {how} par "),
            format!(" et jamais {closed} dans le journal : "),
        ]
    };
    match files.what {
        Transfer::Upload => ["📄 ".into(), format!(" a uploadé{}", several(Noun::File))],
        Transfer::Download => [
            "📥 ".into(),
            format!(" a téléchargé{}", several(Noun::File)),
        ],
        Transfer::UploadInterrupted => [begin("Upload"), interrupted.into()],
        Transfer::UploadFailed => [
            begin("Upload"),
            " en échec sur le disque du serveur : ".into(),
        ],
        Transfer::DownloadInterrupted => [begin("Download"), interrupted.into()],
        Transfer::Unknown => [
            begin("Transfert"),
            " dans un sens inconnu, non compté : ".into(),
        ],
        Transfer::UploadUnclosed => unclosed("écriture"),
        Transfer::DownloadUnclosed => unclosed("lecture"),
    }
}

/// What stands before and behind the partner's name.
fn english(files: &Files) -> [String; 2] {
    let language = Language::English;
    let (n, one) = (language.number(files.count), files.count < 2);
    let several = |noun| match one || is_one_again(files) {
        true => " ".to_string(),
        false => format!(" {}: ", language.count(files.count, noun)),
    };
    let begin = |what: &str| match one {
        true => format!("⚠️ {what} by "),
        false => format!("⚠️ {n} {}s by ", what.to_lowercase()),
    };
    let unclosed = |how: &str| {
        let counted = language.count(files.count, Noun::File);
        [
            format!("⚠️ {counted} opened for {how} by "),
            " and never closed in the log: ".into(),
        ]
    };
    match files.what {
        Transfer::Upload => ["📄 ".into(), format!(" uploaded{}", several(Noun::File))],
        Transfer::Download => ["📥 ".into(), format!(" downloaded{}", several(Noun::File))],
        Transfer::UploadInterrupted => [begin("Upload"), " broke off: ".into()],
        Transfer::UploadFailed => [begin("Upload"), " failed on the server's disk: ".into()],
        Transfer::DownloadInterrupted => [begin("Download"), " broke off: ".into()],
        Transfer::Unknown => [
            begin("Transfer"),
            " in an unknown direction, not counted: ".into(),
        ],
        Transfer::UploadUnclosed => unclosed("writing"),
        Transfer::DownloadUnclosed => unclosed("reading"),
    }
}

/// The names, empty files marked.
fn names(files: &Files, language: Language) -> String {
    let told = &files.files[..files.files.len().min(NAMES_KEPT)];
    let mark = |file: &File| match is_empty_upload(files.what, file) && files.count > 1 {
        true => format!(
            "{}{} ({})",
            name(file),
            times(file),
            language.pick("vide", "empty")
        ),
        false if files.count > 1 && file.is_resumed() => {
            format!(
                "{}{} ({})",
                name(file),
                times(file),
                language.pick("reprise", "resumed")
            )
        }
        false => name(file) + &times(file),
    };
    let names: Vec<String> = told.iter().map(mark).collect();
    match names.is_empty() {
        true => "?".into(),
        false => list_within(&names, different(&files.files, files.count), language),
    }
}

/// How often it came: ` ×4`; nothing where it came once.
pub(crate) fn times(file: &File) -> String {
    match file.again {
        0 => String::new(),
        again => format!(" ×{}", again.saturating_add(1)),
    }
}

/// Of so many, how many there are if each that came again is one.
pub(crate) fn different<'a>(files: impl IntoIterator<Item = &'a File>, count: u64) -> u64 {
    let again = files.into_iter().map(|file| file.again);
    again.fold(count, u64::saturating_sub)
}

/// Are several the same one, again and again?
fn is_one_again(files: &Files) -> bool {
    files.files.len() == 1 && different(&files.files, files.count) == 1 && files.count > 1
}

/// A file's name, as far as it is known.
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

/// `reprise, 1,2 Mo de plus, 13,2 Mo en tout`: the size of a file that was resumed is what came after that; none of another.
/// `gone` is what became of the bytes.
pub(crate) fn resumed(file: &File, gone: &str, language: Language) -> Option<String> {
    if !file.is_resumed() {
        return None;
    }
    let said = language.pick("reprise", "resumed");
    let more = match file.bytes {
        Some(0) => language.pick(", rien de plus", ", nothing more").to_owned(),
        Some(bytes) => {
            let size = language.size(bytes);
            match language {
                Language::French => format!(", {size}{gone} de plus"),
                Language::English => format!(", {size} more{gone}"),
            }
        }
        None => String::new(),
    };
    let whole = file.whole.filter(|whole| Some(*whole) != file.bytes);
    let whole = whole.map(|whole| {
        let size = language.size(whole);
        format!(", {size} {}", language.pick("en tout", "in all"))
    });
    Some(format!("{said}{more}{}", whole.unwrap_or_default()))
}

/// What is said of the sizes in the sentence: that one file is empty, how much of one arrived, the total of several.
fn sizes(files: &Files, names: &str, language: Language) -> String {
    let bytes = match (files.count, files.some_unknown) {
        (0 | 1, _) => files.files.first().and_then(|file| file.bytes),
        (_, true) if files.bytes == 0 => None,
        _ => Some(files.bytes),
    };
    let whole = matches!(files.what, Transfer::Upload | Transfer::Download);
    let one = files.files.first().filter(|_| files.count < 2);
    let single = bytes.is_none_or(|bytes| language.is_single(bytes));
    let gone = gone(files.what, single, language);
    if let Some(resumed) = one.and_then(|file| resumed(file, gone, language)) {
        return format!(" ({resumed})");
    }
    match (files.count, bytes) {
        (0 | 1, Some(0)) if files.what == Transfer::Upload => {
            language.pick(" (fichier vide)", " (empty file)").into()
        }
        (0 | 1, _) if whole => String::new(),
        // Of what was never closed no size is known, and nobody expects one.
        _ if matches!(
            files.what,
            Transfer::UploadUnclosed | Transfer::DownloadUnclosed
        ) =>
        {
            String::new()
        }
        (_, None) => language
            .pick(" (taille inconnue)", " (size unknown)")
            .into(),
        (_, Some(bytes)) => {
            let size = language.size(bytes);
            let least = match files.some_unknown && files.count > 1 {
                true => language.pick("au moins ", "at least "),
                false => "",
            };
            match names.ends_with(')') {
                // One bracket after another is one too many.
                true => format!(" — {least}{size}{gone}"),
                false => format!(" ({least}{size}{gone})"),
            }
        }
    }
}

/// What became of the bytes of a file that is not whole.
fn gone(what: Transfer, one: bool, language: Language) -> &'static str {
    let french = match (what, one) {
        (Transfer::UploadInterrupted, true) => " reçu",
        (Transfer::UploadInterrupted, false) => " reçus",
        (Transfer::UploadFailed, true) => " écrit",
        (Transfer::UploadFailed, false) => " écrits",
        (Transfer::DownloadInterrupted, true) => " envoyé",
        (Transfer::DownloadInterrupted, false) => " envoyés",
        _ => "",
    };
    let english = match what {
        Transfer::UploadInterrupted => " received",
        Transfer::UploadFailed => " written",
        Transfer::DownloadInterrupted => " sent",
        _ => "",
    };
    language.pick(french, english)
}

/// Path, size and address of each file.
fn details(files: &Files, language: Language) -> Vec<Line> {
    let detail = |file: &File| {
        let mut parts = vec![clean(&file.path, PATH)];
        if file.cut {
            parts[0].push('…');
        }
        parts[0] += &times(file);
        parts.extend(match resumed(file, "", language) {
            // Of one file the sentence says it.
            Some(_) if files.count < 2 => None,
            Some(resumed) => Some(resumed),
            None => file.bytes.map(|bytes| language.size(bytes)),
        });
        parts.extend(file.address.as_deref().map(|address| clean(address, HOST)));
        plain(parts.join(" · "))
    };
    files.files.iter().take(NAMES_KEPT).map(detail).collect()
}
