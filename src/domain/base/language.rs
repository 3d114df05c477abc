//! Formats numbers, sizes, times and lists in French and English.
//!
//! French groups digits with a narrow no-break space (U+202F) and puts one before a unit, so that no line breaks inside a figure.
//! It puts an ordinary space before a colon: the sentences are fixed to the byte, and people search for them with an ordinary
//! space. In French, 0 and 1 take the singular: `0 échec`, `1 fichier`, `2 fichiers`.

use std::time::Duration;

use chrono::{NaiveDate, Timelike};

use crate::domain::base::time::{Time, Zone};

/// The space between groups of digits and before a unit, in French.
const THIN: char = '\u{202F}';

/// A noun for things that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    /// A log-in.
    Login,
    /// A refused attempt.
    Failure,
    /// A file.
    File,
    /// A file that arrived.
    Upload,
    /// A file that was downloaded.
    Download,
    /// An attempt of a person who is not a partner.
    Blocked,
    /// A partner.
    Partner,
    /// An sftp session.
    Session,
    /// An expected feed.
    Feed,
    /// An occurrence of an event.
    Time,
    /// A byte.
    Byte,
    /// A further item of a list.
    Other,
}

impl Noun {
    /// The noun in the singular and in the plural.
    fn forms(self, language: Language) -> (&'static str, &'static str) {
        let [french, english] = match self {
            Noun::Login => [("connexion", "connexions"), ("log-in", "log-ins")],
            Noun::Failure => [("échec", "échecs"), ("failure", "failures")],
            Noun::File => [("fichier", "fichiers"), ("file", "files")],
            Noun::Upload => [("upload", "uploads"), ("upload", "uploads")],
            Noun::Download => [("download", "downloads"), ("download", "downloads")],
            Noun::Blocked => [
                ("connexion bloquée", "connexions bloquées"),
                ("blocked connection", "blocked connections"),
            ],
            Noun::Partner => [("partenaire", "partenaires"), ("partner", "partners")],
            Noun::Session => [("session", "sessions"), ("session", "sessions")],
            Noun::Feed => [
                ("flux attendu", "flux attendus"),
                ("expected feed", "expected feeds"),
            ],
            Noun::Time => [("fois", "fois"), ("time", "times")],
            Noun::Byte => [("octet", "octets"), ("byte", "bytes")],
            Noun::Other => [("autre", "autres"), ("other", "others")],
        };
        match language {
            Language::French => french,
            Language::English => english,
        }
    }
}

impl Language {
    /// The phrase in this language.
    pub fn pick(self, french: &'static str, english: &'static str) -> &'static str {
        match self {
            Language::French => french,
            Language::English => english,
        }
    }

    /// The preposition before an owner's name: `de `, `d'`; `of `.
    pub fn of(self, name: &str) -> &'static str {
        match self {
            Language::English => "of ",
            Language::French if is_elided(name) => "d'",
            Language::French => "de ",
        }
    }

    /// A whole number: `48 312`, `48,312`.
    pub fn number(self, number: u64) -> String {
        let digits = number.to_string();
        let mut grouped = String::with_capacity(digits.len() * 2);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index) % 3 == 0 {
                grouped.push(match self {
                    Language::French => THIN,
                    Language::English => ',',
                });
            }
            grouped.push(digit);
        }
        grouped
    }

    /// A number of things: `0 échec`, `2 fichiers`; `0 failures`, `1 file`.
    pub fn count(self, number: u64, noun: Noun) -> String {
        let (one, many) = noun.forms(self);
        let noun = if self.is_one(number) { one } else { many };
        format!("{} {noun}", self.number(number))
    }

    /// Whether this number takes the singular.
    pub fn is_one(self, number: u64) -> bool {
        match self {
            Language::French => number < 2,
            Language::English => number == 1,
        }
    }

    /// A size: `12,4 Mo`, `12.4 MB`; each unit is 1000 times the one before.
    pub fn size(self, bytes: u64) -> String {
        if bytes < 1_000 {
            return self.count(bytes, Noun::Byte);
        }
        let (units, comma, space) = match self {
            Language::French => (["ko", "Mo", "Go", "To", "Po", "Eo"], ',', THIN),
            Language::English => (["kB", "MB", "GB", "TB", "PB", "EB"], '.', ' '),
        };
        // A size that rounds to 1000 of a unit uses the next unit.
        let rounded = |unit: u64| (u128::from(bytes) + u128::from(unit) / 2) / u128::from(unit);
        let mut unit = 1_000;
        let mut name = units[0];
        for larger in &units[1..] {
            if rounded(unit) < 1_000 {
                break;
            }
            unit *= 1_000;
            name = larger;
        }
        let (whole, rest) = match rounded(unit / 10) {
            tenths if tenths < 1_000 => (tenths / 10, tenths % 10),
            _ => (rounded(unit), 0),
        };
        match rest {
            0 => format!("{whole}{space}{name}"),
            _ => format!("{whole}{comma}{rest}{space}{name}"),
        }
    }

    /// Whether this size, as shown, takes the singular: `1,5 ko écrit`.
    pub fn is_single(self, bytes: u64) -> bool {
        let size = self.size(bytes);
        let whole = size.split(|c: char| !c.is_ascii_digit()).next();
        matches!(whole, Some("0" | "1"))
    }

    /// A duration in its two largest units: `42 min`, `1 h 05 min`, `2 j 3 h`; `2 d 3 h`.
    pub fn lasting(self, duration: Duration) -> String {
        let minutes = duration.as_secs() / 60;
        let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
        let space = self.pick("\u{202F}", " ");
        let day = self.pick("j", "d");
        match (days, hours, minutes) {
            (0, 0, 0) => self.pick("moins d'une minute", "less than a minute").into(),
            (0, 0, minutes) => format!("{minutes}{space}min"),
            (0, hours, 0) => format!("{hours}{space}h"),
            (0, hours, minutes) => format!("{hours}{space}h {minutes:02}{space}min"),
            (days, 0, _) => format!("{days}{space}{day}"),
            (days, hours, _) => format!("{days}{space}{day} {hours}{space}h"),
        }
    }

    /// A date: `30/03`, `30 March`.
    pub fn date(self, date: NaiveDate) -> String {
        date.format(self.pick("%d/%m", "%-d %B")).to_string()
    }

    /// A time of day: `06h07`, `06:07`.
    pub fn clock(self, time: Time, zone: Zone) -> String {
        let local = zone.local(time);
        let between = self.pick("h", ":");
        format!("{:02}{between}{:02}", local.hour(), local.minute())
    }

    /// A date with the time of day: `30/03 à 06h07`, `30 March at 06:07`.
    pub fn moment(self, time: Time, zone: Zone) -> String {
        let date = self.date(zone.date(time));
        format!("{date} {} {}", self.pick("à", "at"), self.clock(time, zone))
    }

    /// A list: `a, b et c`, `a, b and c`.
    pub fn list<S: AsRef<str>>(self, items: &[S]) -> String {
        let and = self.pick("et", "and");
        match items {
            [] => String::new(),
            [one] => one.as_ref().to_string(),
            [first @ .., last] => {
                let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
                format!("{} {and} {}", first.join(", "), last.as_ref())
            }
        }
    }

    /// A list of the known items, and the number of the others: `a, b et 3 autres`.
    pub fn list_of<S: AsRef<str>>(self, items: &[S], count: u64) -> String {
        let mut items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
        let more = count.saturating_sub(items.len() as u64);
        let others = self.count(more, Noun::Other);
        if more > 0 {
            items.push(&others);
        }
        self.list(&items)
    }
}

/// Whether French says `d'` before this name: before a vowel, and before `y` if a consonant follows it (d'Yves, de Yann); never
/// before `h`, because the name does not show whether it is mute.
fn is_elided(name: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    let vowel = |c: char| "aeiouàâäáãåæéèêëíîïóôöœúùûüõø".contains(c);
    match (letters.next(), letters.next()) {
        (Some('y'), Some(next)) => next.is_alphabetic() && !vowel(next) && next != 'y',
        (Some(first), _) => vowel(first),
        (None, _) => false,
    }
}

/// The language of alerts and digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// French.
    #[default]
    French,
    /// English.
    English,
}
