//! Shortens lists of names.

/// The most names that a line shows.
const NAMED: usize = 10;

/// The first ten names, and the number of the others.
pub(crate) fn names<S: AsRef<str>>(names: &[S]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMED).map(S::as_ref).collect();
    let mut text = shown.join(", ");
    if names.len() > NAMED {
        text.push_str(&format!(" and {} more", names.len() - NAMED));
    }
    text
}
