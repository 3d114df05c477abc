//! The months and weekdays at the beginning of stamps, as journalctl writes them in its users' languages.

/// Abbreviations of months, the English ones first, in lower case and without the dot that some have: of glibc's locales de,
/// es, fr, it, nl, pt, and ca, da, nb, pl, sv. Each stands for one month only.
const MONTHS: [&[&str]; 12] = [
    &["jan", "janv", "jän", "jaen", "ene", "gen", "sty", "gener"],
    &["feb", "févr", "fév", "fevr", "fev", "lut", "febr"],
    &["mar", "mars", "mär", "märz", "mrz", "maer", "mrt", "març"],
    &["apr", "avr", "avril", "abr", "april", "kwi"],
    &["may", "mai", "mei", "mag", "maj", "maig"],
    &["jun", "juin", "giu", "juni", "cze", "juny"],
    &["jul", "juil", "jui", "lug", "juli", "lip"],
    &["aug", "août", "aoû", "aout", "ago", "sie", "ag"],
    &["sep", "sept", "set", "wrz"],
    &["oct", "okt", "ott", "out", "paź"],
    &["nov", "lis"],
    &["dec", "déc", "dez", "dic", "des", "gru"],
];

/// Abbreviations of weekdays of the same locales, in lower case and without a dot.
const WEEKDAYS: &[&str] = &[
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", // en
    "lun", "mar", "mer", "jeu", "ven", "sam", "dim", // fr
    "mo", "di", "mi", "do", "fr", "sa", "so", // de
    "mié", "jue", "vie", "sáb", "dom", // es
    "gio", "sab", // it
    "ma", "wo", "vr", "za", "zo", // nl
    "seg", "ter", "qua", "qui", "sex", // pt
    "dl", "dt", "dc", "dj", "dv", "ds", "dg", // ca
    "man", "tir", "tirs", "ons", "tor", "tors", "fre", "lør", "søn", // da, nb
    "pon", "wto", "śro", "czw", "pią", "sob", "nie", // pl
    "mån", "tis", "lör", "sön", // sv
];

/// Length of the longest abbreviation, in bytes.
const LONGEST: usize = 6;

/// The month whose name begins a text, with or without a dot, and the text after the name.
pub(crate) fn month(text: &[u8]) -> Option<(u32, &[u8])> {
    let (name, rest) = name(text)?;
    let (month, _) = (1..)
        .zip(MONTHS)
        .find(|(_, names)| names.contains(&&*name))?;
    Some((month, rest))
}

/// The text after the weekday and the blank that begin a text.
pub(crate) fn behind_weekday(text: &[u8]) -> Option<&[u8]> {
    let (name, rest) = name(text)?;
    let rest = rest.strip_prefix(b" ")?;
    WEEKDAYS.contains(&&*name).then_some(rest)
}

/// The first word in lower case without its dot, and the text after it.
fn name(text: &[u8]) -> Option<(String, &[u8])> {
    let end = text
        .iter()
        .take(LONGEST + 2)
        .position(|&byte| byte == b' ')?;
    let (word, rest) = text.split_at(end);
    let word = std::str::from_utf8(word.strip_suffix(b".").unwrap_or(word)).ok()?;
    Some((word.to_lowercase(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_months_of_each_language_are_known_with_a_dot_and_without() {
        for year in [
            "janv. févr. mars avril mai juin juil. août sept. oct. nov. déc.",
            "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
            "jan fév mar avr mai jun jui aoû sep oct nov déc",
            "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
            "Jän Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
            "ene feb mar abr may jun jul ago sep oct nov dic",
            "ene. febr. mar. abr. may. jun. jul. ago. sept. oct. nov. dic.",
            "gen feb mar apr mag giu lug ago set ott nov dic",
            "jan feb mrt apr mei jun jul aug sep okt nov dec",
            "jan fev mar abr mai jun jul ago set out nov dez",
            "jan. feb. mars april mai juni juli aug. sep. okt. nov. des.",
            "sty lut mar kwi maj cze lip sie wrz paź lis gru",
            "JAN FÉV MARS AVR MAI JUIN JUIL AOÛT SEPT OCT NOV DÉC",
        ] {
            for (number, name) in (1..).zip(year.split(' ')) {
                let text = format!("{name} 23 09:04:24");
                let read = month(text.as_bytes());
                assert_eq!(read, Some((number, &b" 23 09:04:24"[..])), "{name}");
            }
        }
    }

    #[test]
    fn no_name_stands_for_two_months_and_none_is_longer_than_is_looked_at() {
        let mut all: Vec<&str> = MONTHS.concat();
        assert!(all.iter().chain(WEEKDAYS).all(|name| name.len() <= LONGEST));
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn what_is_no_name_is_none() {
        for text in ["", "nov", "novembre 23", "x 1", "\u{fffd}. 1", ". 1"] {
            assert_eq!(month(text.as_bytes()), None, "{text}");
            assert_eq!(behind_weekday(text.as_bytes()), None, "{text}");
        }
        assert_eq!(behind_weekday("lun. 2026".as_bytes()), Some(&b"2026"[..]));
        assert_eq!(behind_weekday(b"Mon 2026"), Some(&b"2026"[..]));
    }
}
