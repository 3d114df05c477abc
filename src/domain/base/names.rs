//! Shortens lists of names, and puts numbers before nouns.

/// The most names that a line shows.
const NAMED: usize = 10;

/// The first ten names, and the number of the others.
pub(crate) fn names<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let mut names = names.into_iter();
    let shown = names.by_ref().take(NAMED);
    let shown: Vec<String> = shown.map(|name| name.as_ref().to_owned()).collect();
    match names.count() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A number with a noun: `1 partner`, `3 partners`.
pub(crate) fn many(count: u64, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}
