//! Stub.
use super::Event;
use super::line::Line;
pub(super) fn parse<'a>(_line: &Line<'a>) -> Option<Event<'a>> {
    None
}
/// Stub.
pub fn rename_splits(
    detail: &str,
    twice: bool,
) -> impl Iterator<Item = (std::borrow::Cow<'_, [u8]>, std::borrow::Cow<'_, [u8]>)> {
    let _ = (detail, twice);
    std::iter::empty()
}
impl Event<'_> {
    /// Stub.
    pub fn name(&self) -> &'static str {
        "ignored"
    }
}
