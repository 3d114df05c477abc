//! A file name that a feed requires, with the date of its day in it.

use chrono::NaiveDate;

use super::Pattern;

/// The dates that names of one day may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dates {
    /// The feed's day.
    pub day: NaiveDate,
    /// The day before.
    pub before: NaiveDate,
    /// The working day before.
    pub working_before: NaiveDate,
}

/// A required name: a shell pattern with dates in braces, such as `prices-{%Y%m%d}.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct RequiredName {
    text: String,
    parts: Vec<Part>,
    /// The pattern of these names on any day.
    shape: Pattern,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Date(Which, String),
}

/// The date in a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Day,
    Before,
    WorkingBefore,
}

/// The parts of a date, as in strftime(3), each with a shell pattern for it.
const DATE_PARTS: [(char, &str); 8] = [
    ('Y', "[0-9][0-9][0-9][0-9]"),
    ('y', "[0-9][0-9]"),
    ('m', "[0-9][0-9]"),
    ('d', "[0-9][0-9]"),
    ('j', "[0-9][0-9][0-9]"),
    ('b', "[A-Z][a-z][a-z]"),
    ('G', "[0-9][0-9][0-9][0-9]"),
    ('V', "[0-9][0-9]"),
];

impl RequiredName {
    /// Parses a name; the error says what is wrong with it.
    pub fn new(text: &str) -> Result<RequiredName, String> {
        let (mut parts, mut shape) = (Vec::new(), String::new());
        let (mut plain, mut rest) = (String::new(), text);
        while let Some((before, inner, after)) = date_in(rest) {
            plain += before;
            no_date(&plain)?;
            shape += &plain;
            parts.push(Part::Text(std::mem::take(&mut plain)));
            let (which, format, pattern) = date(inner)?;
            shape += &pattern;
            parts.push(Part::Date(which, format));
            rest = after;
        }
        no_date(rest)?;
        shape += rest;
        parts.push(Part::Text(rest.to_owned()));
        Ok(RequiredName {
            text: text.to_owned(),
            parts,
            shape: Pattern::new(&shape)?,
        })
    }

    /// The name as it is configured.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Does each file of this name match the pattern, as far as this can be seen?
    pub fn is_always(&self, pattern: &Pattern) -> bool {
        let day = NaiveDate::default();
        let name = self.on(&Dates {
            day,
            before: day,
            working_before: day,
        });
        let is_exact = !name.contains(['*', '?', '[', '{', '\\']);
        self.text == pattern.to_string() || is_exact && pattern.matches(name.as_bytes())
    }

    /// Can a file of this path have the name on some day?
    pub(super) fn is_like(&self, path: &[u8]) -> bool {
        self.shape.matches(path)
    }

    /// The name on a day.
    pub fn on(&self, dates: &Dates) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Date(which, format) => {
                let date = match which {
                    Which::Day => dates.day,
                    Which::Before => dates.before,
                    Which::WorkingBefore => dates.working_before,
                };
                date.format(format).to_string()
            }
        };
        self.parts.iter().map(part).collect()
    }

    /// Does one of the files of these paths have the name on this day?
    pub(super) fn is_among<'p>(
        &self,
        dates: &Dates,
        paths: impl IntoIterator<Item = &'p [u8]>,
    ) -> bool {
        let mut like = (paths.into_iter())
            .filter(|path| self.is_like(path))
            .peekable();
        let has_dates = self.parts.len() > 1;
        // The pattern of the day is made only if it is needed.
        match like.peek() {
            Some(_) if has_dates => {
                Pattern::new(&self.on(dates)).is_ok_and(|name| like.any(|path| name.matches(path)))
            }
            like => like.is_some(),
        }
    }
}

/// Does this pattern have a date in braces? Only names have dates.
pub fn has_date(pattern: &str) -> bool {
    date_in(pattern).is_some()
}

/// The first braces with a `%` and a letter between them: the text before, within and after them. Other braces are those of
/// shell patterns, such as `{50%,60%}`.
fn date_in(text: &str) -> Option<(&str, &str, &str)> {
    let mut at = 0;
    loop {
        let open = at + text[at..].find('{')?;
        let close = open + text[open..].find('}')?;
        let inner = &text[open + 1..close];
        let mut after_sign = inner.split('%').skip(1);
        if after_sign.any(|after| after.starts_with(|letter: char| letter.is_ascii_alphabetic())) {
            return Some((&text[..open], inner, &text[close + 1..]));
        }
        at = open + 1;
    }
}

/// Refuses a text without dates that looks as if it had one: `%Y` without braces, or braces without alternatives.
fn no_date(text: &str) -> Result<(), String> {
    let known = |after: &str| DATE_PARTS.iter().any(|(part, _)| after.starts_with(*part));
    if text.split('%').skip(1).any(known) {
        return Err(
            "a date stands in braces, as in {%Y%m%d}; for the sign itself write [%]".to_owned(),
        );
    }
    let (mut rest, mut escaped) = (text, false);
    while let Some((before, after)) = rest.split_once('{') {
        escaped |= before.ends_with(['[', '\\']);
        let inner = after.split('}').next().unwrap_or_default();
        if !escaped && inner.len() < after.len() && !inner.contains(',') {
            return Err(format!(
                "there is no date \"{{{inner}}}\": write {{%Y%m%d}}, {{day before %Y%m%d}} or {{working day before %Y%m%d}}"
            ));
        }
        rest = after;
    }
    Ok(())
}

/// Which date is meant, its format, and a shell pattern for it.
fn date(inner: &str) -> Result<(Which, String, String), String> {
    let (which, format) = inner.split_at(inner.find('%').unwrap_or_default());
    let which = match which.trim() {
        "" => Which::Day,
        "day before" => Which::Before,
        "working day before" => Which::WorkingBefore,
        other => {
            return Err(format!(
                "there is no date \"{other}\": write {{%Y%m%d}}, {{day before %Y%m%d}} or {{working day before %Y%m%d}}"
            ));
        }
    };
    let mut pattern = String::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            if !letter.is_alphanumeric() && !"-_. ".contains(letter) {
                return Err(format!("\"{letter}\" does not belong into a date"));
            }
            pattern.push(letter);
            continue;
        }
        let part = letters.next().unwrap_or_default();
        let Some((_, like)) = DATE_PARTS.iter().find(|(known, _)| *known == part) else {
            let known: Vec<String> = (DATE_PARTS.iter())
                .map(|(part, _)| format!("%{part}"))
                .collect();
            let wrong = format!("%{part}");
            return Err(format!(
                "{} is not possible in a date; known: {}",
                wrong.trim_end_matches('\0'),
                known.join(" ")
            ));
        };
        pattern += like;
    }
    Ok((which, format.to_owned(), pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates() -> Dates {
        let date = |day| NaiveDate::from_ymd_opt(2026, 3, day).expect("a date");
        Dates {
            day: date(30),
            before: date(29),
            working_before: date(27),
        }
    }

    #[test]
    fn a_name_has_the_date_of_its_day_or_of_one_before() {
        for (text, on) in [
            ("prices.done", "prices.done"),
            ("prices-{%Y%m%d}.csv", "prices-20260330.csv"),
            ("{%y.%j}_{ day before %d-%b}", "26.089_29-Mar"),
            (
                "{working day before %Y-%m-%d}*.{csv,xml}",
                "2026-03-27*.{csv,xml}",
            ),
            ("w{%G%V}", "w202614"),
        ] {
            let name = RequiredName::new(text).expect(text);
            assert_eq!(name.on(&dates()), on);
        }
    }

    #[test]
    fn a_name_of_another_day_is_like_it_and_is_not_it() {
        let name = RequiredName::new("prices-{%Y%m%d}*.{csv,xml}").expect("a name");
        for (path, is_like, is_on) in [
            ("/in/prices-20260330.csv", true, true),
            ("/in/prices-20260330-0612.xml", true, true),
            ("/in/prices-20260329.csv", true, false),
            ("/in/prices-2026033.csv", false, false),
            ("/in/prices-20260330.csv.tmp", false, false),
        ] {
            let path = path.as_bytes();
            let found = (name.is_like(path), name.is_among(&dates(), [path]));
            assert_eq!(found, (is_like, is_on), "{path:?}");
        }
    }

    #[test]
    fn braces_of_shell_patterns_are_no_dates() {
        for (text, has) in [
            ("{csv,xml}", false),
            ("{50%,60%}.csv", false),
            ("{csv,xml}-{%Y}", true),
            ("%Y", false),
        ] {
            assert_eq!(has_date(text), has, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_said() {
        for (wrong, why) in [
            (
                "a-{%H%M}.csv",
                "%H is not possible in a date; known: %Y %y %m %d %j %b %G %V",
            ),
            (
                "a-{%Y%}.csv",
                "% is not possible in a date; known: %Y %y %m %d %j %b %G %V",
            ),
            (
                "a-{yesterday %Y}.csv",
                "there is no date \"yesterday\": write {%Y%m%d}, {day before %Y%m%d} or {working day before %Y%m%d}",
            ),
            ("a-{%Y/%m}.csv", "\"/\" does not belong into a date"),
            ("a-{%Y*}.csv", "\"*\" does not belong into a date"),
            (
                "a-%Y%m%d.csv",
                "a date stands in braces, as in {%Y%m%d}; for the sign itself write [%]",
            ),
            (
                "a-{day before}.csv",
                "there is no date \"{day before}\": write {%Y%m%d}, {day before %Y%m%d} or {working day before %Y%m%d}",
            ),
            (
                "{a,b}-{Ymd}-{%Y}.csv",
                "there is no date \"{Ymd}\": write {%Y%m%d}, {day before %Y%m%d} or {working day before %Y%m%d}",
            ),
        ] {
            assert_eq!(RequiredName::new(wrong), Err(why.to_owned()), "{wrong}");
        }
        for wrong in [
            "", "a{%Y", "in/", "{", "}", "{}", "{%}", "a-{%%}", "a-{%-d}",
        ] {
            assert!(RequiredName::new(wrong).is_err(), "{wrong}");
        }
        for right in [
            "a[{]b[}]",
            "100%",
            "[%]Y",
            "{50%,60%}",
            "{a,b}{%Y}",
            "a%20b",
        ] {
            assert!(RequiredName::new(right).is_ok(), "{right}");
        }
    }

    proptest::proptest! {
        /// Whatever is written, it is refused, or it is the name of its own day.
        #[test]
        fn a_name_is_refused_or_like_itself(text in "[a%YmdjbGVH{} ,.*-]{0,24}") {
            if let Ok(name) = RequiredName::new(&text) {
                let on = name.on(&dates());
                if !on.contains(['*', '{', '}']) {
                    proptest::prop_assert!(name.is_among(&dates(), [on.as_bytes()]), "{}: {}", text, on);
                }
            }
        }
    }
}
