//! Lists of names that stay short.

/// How many names a line shows.
const NAMED: usize = 10;

/// Names, the first ten and how many more.
pub(crate) fn names<S: AsRef<str>>(names: &[S]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMED).map(S::as_ref).collect();
    let mut text = shown.join(", ");
    if names.len() > NAMED {
        text.push_str(&format!(" and {} more", names.len() - NAMED));
    }
    text
}
